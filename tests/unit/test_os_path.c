/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_path.h"

#include <errno.h>
#include <stdio.h>

#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

static void missing_folders_are_made_and_others_left(void **state)
{
    (void)state;
    struct vtr_error err = {0};

    assert_int_equal(vtr_make_folders_for(vtr_test_path("x/y/file"), NULL), VTR_OK);
    assert_int_equal(vtr_path_kind(vtr_test_path("x/y")), VTR_PATH_FOLDER);
    assert_int_equal(vtr_path_kind(vtr_test_path("x/y/file")), VTR_PATH_MISSING);
    assert_int_equal(vtr_make_folders_for(vtr_test_path("x/y/file"), NULL), VTR_OK);
    assert_int_equal(vtr_make_folders_for("file", NULL), VTR_OK);
    assert_int_equal(vtr_make_folders_for("", NULL), VTR_OK);
    vtr_test_put("plain", "");
    assert_int_equal(vtr_make_folders_for(vtr_test_path("plain/a/b"), &err),
                     VTR_ERROR_IO);
    assert_int_equal(err.os_errno, ENOTDIR);
}

static void a_file_is_renamed_and_removed(void **state)
{
    (void)state;
    char old[128];

    (void)snprintf(old, sizeof(old), "%s", vtr_test_path("old"));
    vtr_test_put("old", "text");
    assert_int_equal(vtr_file_rename(old, vtr_test_path("new"), NULL), VTR_OK);
    assert_int_equal(vtr_path_kind(old), VTR_PATH_MISSING);
    vtr_test_holds("new", "text");
    assert_int_equal(vtr_file_rename(old, vtr_test_path("new"), NULL), VTR_ERROR_IO);
    assert_int_equal(vtr_file_remove(vtr_test_path("new"), NULL), VTR_OK);
    assert_int_equal(vtr_path_kind(vtr_test_path("new")), VTR_PATH_MISSING);
    assert_int_equal(vtr_file_remove(vtr_test_path("new"), NULL), VTR_OK);
    assert_int_equal(vtr_file_remove(vtr_test_folder(), NULL), VTR_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(missing_folders_are_made_and_others_left),
        cmocka_unit_test(a_file_is_renamed_and_removed),
    };
    return cmocka_run_group_tests_name("os_path", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
