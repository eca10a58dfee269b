/* SPDX-License-Identifier: Apache-2.0 */

/* Files without names: what is written is read back, nothing is left in the folder, and
 * a disk that is full says so. */
#include "base/os_temporary.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/os_walk.h"
#include "tests/support/cmocka.h"

static void what_is_written_is_read_back(void **state)
{
    struct vtr_temporary file = {0};
    uint8_t out[8] = {0};

    (void)state;
    assert_int_equal(vtr_temporary_open(&file, NULL, NULL), VTR_OK);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("one"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_temporary_append(&file, (struct vtr_bytes){NULL, 0}, NULL),
                     VTR_OK);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("two"), NULL),
                     VTR_OK);
    assert_int_equal(file.len, 6);
    assert_int_equal(vtr_temporary_read(&file, 2, out, 3, NULL), VTR_OK);
    assert_memory_equal(out, "etw", 3);
    assert_int_equal(vtr_temporary_read(&file, 6, out, 0, NULL), VTR_OK);
    vtr_temporary_close(&file);
    assert_false(file.is_open);
    vtr_temporary_close(&file);
}

static void more_than_there_is_cannot_be_read(void **state)
{
    struct vtr_temporary file = {0};
    struct vtr_error err = {0};
    uint8_t out[8];

    (void)state;
    assert_int_equal(vtr_temporary_open(&file, NULL, NULL), VTR_OK);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("four"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_temporary_read(&file, 0, out, 4, &err), VTR_OK);
    assert_int_equal(vtr_temporary_read(&file, 0, out, 5, &err), VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "temporary"));
    vtr_temporary_close(&file);
}

static bool count_file(const char *path, enum vtr_status status,
                       const struct vtr_error *err, void *context)
{
    (void)path;
    (void)status;
    (void)err;
    ++*(unsigned *)context;
    return true;
}

static void it_has_no_name_in_its_folder(void **state)
{
    char folder[] = "/tmp/vitrine-test-XXXXXX";
    char beside[64];
    struct vtr_temporary file = {0};
    struct stat info;
    unsigned count = 0;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(beside, sizeof(beside), "%s/output.vdb", folder);
    assert_int_equal(vtr_temporary_open(&file, beside, NULL), VTR_OK);
    assert_string_equal(file.folder, folder);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("x"), NULL),
                     VTR_OK);
    assert_int_equal(fstat(file.fd, &info), 0);
    assert_int_equal(info.st_nlink, 0);
    assert_int_equal(vtr_walk(folder, count_file, &count, NULL), VTR_OK);
    assert_int_equal(count, 0);
    vtr_temporary_close(&file);
    assert_int_equal(rmdir(folder), 0);
}

static void the_folder_is_the_one_asked_for(void **state)
{
    static const struct {
        const char *variable;
        const char *beside;
        const char *folder;
    } CASES[] = {
        {NULL, NULL, "/tmp"},   {NULL, "/tmp/out.vdb", "/tmp"},
        {NULL, "out.vdb", "."}, {NULL, "/dev/null", "/tmp"},
        {"", NULL, "/tmp"},     {"/tmp/.", "/nowhere/out.vdb", "/tmp/."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_temporary file = {0};
        if (CASES[i].variable != NULL) {
            assert_int_equal(setenv("TMPDIR", CASES[i].variable, 1), 0);
        }
        assert_int_equal(vtr_temporary_open(&file, CASES[i].beside, NULL), VTR_OK);
        assert_string_equal(file.folder, CASES[i].folder);
        vtr_temporary_close(&file);
        assert_int_equal(unsetenv("TMPDIR"), 0);
    }
}

static void no_folder_is_an_error(void **state)
{
    struct vtr_temporary file = {0};
    struct vtr_error err = {0};

    (void)state;
    assert_int_equal(vtr_temporary_open(&file, "/there/is/none/file", &err),
                     VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "'/there/is/none'"));
    assert_false(file.is_open);
}

static void a_full_disk_is_said(void **state)
{
    struct vtr_temporary file = {0};
    struct vtr_error err = {0};
    struct rlimit old;
    uint8_t out[4];

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    assert_int_equal(vtr_temporary_open(&file, NULL, NULL), VTR_OK);
    const struct rlimit few = {.rlim_cur = 4, .rlim_max = old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("four"), &err),
                     VTR_OK);
    assert_int_equal(vtr_temporary_append(&file, vtr_bytes_from_text("5"), &err),
                     VTR_ERROR_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_non_null(strstr(err.message, "cannot write a temporary file in '/tmp'"));
    assert_int_equal(file.len, 4);
    assert_int_equal(vtr_temporary_read(&file, 0, out, 4, NULL), VTR_OK);
    vtr_temporary_close(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(more_than_there_is_cannot_be_read),
        cmocka_unit_test(it_has_no_name_in_its_folder),
        cmocka_unit_test(the_folder_is_the_one_asked_for),
        cmocka_unit_test(no_folder_is_an_error),
        cmocka_unit_test(a_full_disk_is_said),
    };
    (void)unsetenv("TMPDIR");
    return cmocka_run_group_tests_name("os_temporary", tests, NULL, NULL);
}
