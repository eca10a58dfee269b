/* SPDX-License-Identifier: Apache-2.0 */

#include "vitrine/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

#define LEN 500000u

static const char RULES[] =
    "import \"console\"\n"
    "rule late { condition: console.log(\"now\") and uint8(400000) == 0x78 }\n";
static char path[] = "guard_XXXXXX";

static int make_file(void **state)
{
    (void)state;
    const int fd = mkstemp(path);

    return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

static void put(struct vtr_bytes bytes)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

static void shorten(struct vtr_bytes line, void *context)
{
    (void)line;
    (void)context;
    assert_int_equal(truncate(path, 10), 0);
}

static int count(const struct vtr_detection *detection, void *context)
{
    (void)detection;
    ++*(int *)context;
    return 1;
}

/* Zeros that were read instead of it are not what it held: it is not called clean. */
static void a_file_that_shrinks_is_not_clean(void **state)
{
    (void)state;
    const struct vtr_scan_options options = {.log = shorten};
    const struct vtr_bytes image = vtr_test_compile(RULES, "guard.yar");
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    struct vtr_error err = {0};
    uint8_t *data = malloc(LEN);
    int found = 0;

    assert_non_null(data);
    memset(data, 'x', LEN);
    put((struct vtr_bytes){data, LEN});
    assert_int_equal(vtr_scan_guard_files(&err), VTR_OK);
    assert_int_equal(vtr_database_open_bytes(&database, image, &err), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, &options, &err), VTR_OK);
    const enum vtr_status status =
        vtr_scan_file(scanner, path, count, &found, NULL, &err);
    if (VTR_HAS_ADDRESS_SANITIZER) {
        assert_int_equal(status, VTR_OK); /* of a copy */
        assert_int_equal(found, 1);
    } else {
        assert_int_equal(status, VTR_ERROR_IO);
        assert_non_null(strstr(err.message, "has shrunk"));
        assert_int_equal(found, 0);
    }
    /* The next one is another matter. */
    put((struct vtr_bytes){data, 20});
    assert_int_equal(vtr_scan_file(scanner, path, count, &found, NULL, &err), VTR_OK);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free(data);
    free((void *)(uintptr_t)image.ptr);
}

static void a_database_that_shrinks_finds_nothing_clean(void **state)
{
    (void)state;
    const struct vtr_bytes image =
        vtr_test_compile("rule a { strings: $a = \"needle\" condition: $a }",
                         "guard.yar");
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    struct vtr_error err = {0};
    const struct vtr_bytes data = {(const uint8_t *)"needle", 6};
    int found = 0;

    put(image);
    assert_int_equal(vtr_scan_guard_files(&err), VTR_OK);
    assert_int_equal(vtr_database_open(&database, path, &err), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, NULL, &err), VTR_OK);
    assert_int_equal(vtr_scan_bytes(scanner, data, count, &found, NULL, &err), VTR_OK);
    assert_int_equal(found, 1);
    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(vtr_scan_bytes(scanner, data, count, &found, NULL, &err),
                     VTR_ERROR_IO);
    assert_int_equal(found, 1);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_shrinks_is_not_clean),
        cmocka_unit_test(a_database_that_shrinks_finds_nothing_clean),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
