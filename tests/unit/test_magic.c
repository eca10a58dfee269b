/* SPDX-License-Identifier: Apache-2.0 */

/* The magic module says what a file is, or, built without libmagic, that it cannot. */
#include "scan/module/magic.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "scan/module/magic_handle.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"

static bool has_libmagic(void)
{
    struct vtr_magic_handle *handle = vtr_magic_handle_new();
    const bool has = handle != NULL;

    vtr_magic_handle_free(handle);
    return has;
}

static struct vtr_module_value ask(struct vtr_modules *modules, uint32_t row)
{
    return vtr_modules_call(modules, row, NULL, 0, NULL, 0);
}

static bool begins(struct vtr_module_value value, const char *text)
{
    return value.kind == VTR_MODULE_TEXT && value.is.text.len >= strlen(text) &&
           memcmp(value.is.text.ptr, text, strlen(text)) == 0;
}

static void the_kind_of_a_file_is_said_or_that_it_cannot_be(void **state)
{
    static const struct vtr_bytes GIF = {(const uint8_t *)"GIF89a\1\0\1\0\0\0\0;", 14};
    struct vtr_test_modules *test = calloc(1, sizeof(*test));

    (void)state;
    assert_non_null(test);
    vtr_test_modules_init(test, GIF);
    const struct vtr_module_value type = ask(&test->modules, VTR_MAGIC_TYPE);
    const struct vtr_module_value mime = ask(&test->modules, VTR_MAGIC_MIME_TYPE);
    if (has_libmagic()) {
        assert_true(begins(type, "GIF image data"));
        assert_true(begins(mime, "image/gif"));
        /* The first answer is still what it was. */
        assert_true(begins(ask(&test->modules, VTR_MAGIC_TYPE), "GIF image data"));
    } else {
        assert_int_equal(type.kind, VTR_MODULE_UNDEFINED);
        assert_int_equal(mime.kind, VTR_MODULE_UNDEFINED);
    }
    assert_int_equal(vtr_modules_is_limited(&test->modules), !has_libmagic());
    vtr_test_modules_deinit(test);
    free(test);
}

static void the_library_is_kept_for_the_next_file(void **state)
{
    struct vtr_test_modules *test = calloc(1, sizeof(*test));

    (void)state;
    assert_non_null(test);
    vtr_test_modules_init(test, vtr_bytes_from_text("GIF89a"));
    (void)ask(&test->modules, VTR_MAGIC_TYPE);
    const void *kept = test->modules.kept[VTR_MODULE_MAGIC].state;
    assert_int_equal(kept != NULL, has_libmagic());
    vtr_modules_begin(&test->modules, vtr_bytes_from_text("#!/bin/sh\necho\n"));
    const struct vtr_module_value mime = ask(&test->modules, VTR_MAGIC_MIME_TYPE);
    assert_int_equal(begins(mime, "text/x-shellscript"), has_libmagic());
    assert_ptr_equal(test->modules.kept[VTR_MODULE_MAGIC].state, kept);
    vtr_test_modules_deinit(test);
    free(test);
}

static void an_empty_file_is_nothing(void **state)
{
    struct vtr_test_modules *test = calloc(1, sizeof(*test));

    (void)state;
    assert_non_null(test);
    vtr_test_modules_init(test, (struct vtr_bytes){NULL, 0});
    assert_int_equal(ask(&test->modules, VTR_MAGIC_TYPE).kind, VTR_MODULE_UNDEFINED);
    assert_int_equal(ask(&test->modules, VTR_MAGIC_MIME_TYPE).kind,
                     VTR_MODULE_UNDEFINED);
    assert_false(vtr_modules_is_limited(&test->modules));
    vtr_test_modules_deinit(test);
    free(test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kind_of_a_file_is_said_or_that_it_cannot_be),
        cmocka_unit_test(the_library_is_kept_for_the_next_file),
        cmocka_unit_test(an_empty_file_is_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
