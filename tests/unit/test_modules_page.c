/* SPDX-License-Identifier: Apache-2.0 */

/* docs/modules.md is what the table of modules says.  VTR_RECORD=1 in the environment
 * makes it anew. */
#include "tests/support/modules_page.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/os_file.h"
#include "tests/support/cmocka.h"

#define PAGE           VTR_TESTS_FOLDER "/../docs/modules.md"
#define PAGE_LEN_LIMIT ((size_t)1 << 24)

static void record(struct vtr_bytes page)
{
    FILE *file = fopen(PAGE, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(page.ptr, 1, page.len, file), page.len);
    assert_int_equal(fclose(file), 0);
}

static void the_page_is_what_the_table_says(void **state)
{
    struct vtr_writer out = {0};
    struct vtr_bytes page = {NULL, 0};
    struct vtr_error err = {0};

    (void)state;
    vtr_modules_page(&out);
    assert_true(vtr_writer_ok(&out));
    if (getenv("VTR_RECORD") != NULL) {
        record(vtr_writer_bytes(&out));
    }
    assert_int_equal(vtr_file_read(PAGE, PAGE_LEN_LIMIT, &page, &err), VTR_OK);
    if (!vtr_bytes_equal(page, vtr_writer_bytes(&out))) {
        fail_msg("docs/modules.md is not what format/modules/*.def say: run this test "
                 "with VTR_RECORD=1 and commit the page");
    }
    free((void *)(uintptr_t)page.ptr);
    vtr_writer_deinit(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_page_is_what_the_table_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
