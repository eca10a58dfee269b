/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_partial.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/os_path.h"
#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

#define PART  "part"
#define PLACE "place"

static enum vtr_status write_text(struct vtr_partial *partial, uint64_t offset,
                                  const char *text)
{
    return vtr_partial_write(partial, offset, vtr_bytes_from_text(text), NULL);
}

static void a_file_grows_over_several_openings(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    vtr_test_put(PART, "one ");
    assert_int_equal(vtr_partial_open(&partial, vtr_test_path(PART), NULL), VTR_OK);
    assert_int_equal(partial.len, 4);
    assert_int_equal(write_text(&partial, 4, "two"), VTR_OK);
    assert_int_equal(partial.len, 7);
    vtr_partial_close(&partial);
    vtr_test_holds(PART, "one two");
}

static void an_earlier_offset_drops_what_is_behind_it(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    vtr_test_put(PART, "0123456789");
    assert_int_equal(vtr_partial_open(&partial, vtr_test_path(PART), NULL), VTR_OK);
    assert_int_equal(write_text(&partial, 3, "x"), VTR_OK);
    vtr_test_holds(PART, "012x");
    assert_int_equal(write_text(&partial, 0, ""), VTR_OK);
    vtr_test_holds(PART, "");
    vtr_partial_close(&partial);
}

static void a_gap_is_refused(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    vtr_test_put(PART, "012");
    assert_int_equal(vtr_partial_open(&partial, vtr_test_path(PART), NULL), VTR_OK);
    assert_int_equal(write_text(&partial, 4, "x"), VTR_ERROR_ARGUMENT);
    assert_int_equal(write_text(&partial, UINT64_MAX, "x"), VTR_ERROR_ARGUMENT);
    vtr_test_holds(PART, "012");
    vtr_partial_discard(&partial);
    assert_int_equal(vtr_path_kind(vtr_test_path(PART)), VTR_PATH_MISSING);
}

static void links_and_folders_are_refused(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    vtr_test_put(PLACE, "kept");
    assert_int_equal(symlink(PLACE, vtr_test_path(PART)), 0);
    assert_int_equal(vtr_partial_open(&partial, vtr_test_path(PART), NULL),
                     VTR_ERROR_IO);
    assert_int_equal(vtr_partial_open(&partial, ".", NULL), VTR_ERROR_IO);
    vtr_test_holds(PLACE, "kept");
    vtr_partial_close(&partial);
    assert_int_equal(unlink(vtr_test_path(PART)), 0);
}

static void it_takes_the_place_and_the_permissions_of_another(void **state)
{
    struct vtr_partial partial = {0};
    struct stat info;

    (void)state;
    vtr_test_put(PLACE, "old");
    assert_int_equal(chmod(vtr_test_path(PLACE), (mode_t)0640), 0);
    vtr_test_put(PART, "new");
    assert_int_equal(vtr_partial_open(&partial, vtr_test_path(PART), NULL), VTR_OK);
    assert_int_equal(vtr_partial_sync(&partial, vtr_test_path(PLACE), 0644, NULL),
                     VTR_OK);
    assert_int_equal(vtr_partial_install(&partial, vtr_test_path(PLACE), NULL), VTR_OK);
    vtr_partial_close(&partial);
    vtr_test_holds(PLACE, "new");
    assert_int_equal(stat(vtr_test_path(PLACE), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(vtr_path_kind(vtr_test_path(PART)), VTR_PATH_MISSING);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_grows_over_several_openings),
        cmocka_unit_test(an_earlier_offset_drops_what_is_behind_it),
        cmocka_unit_test(a_gap_is_refused),
        cmocka_unit_test(links_and_folders_are_refused),
        cmocka_unit_test(it_takes_the_place_and_the_permissions_of_another),
    };
    return cmocka_run_group_tests_name("os_partial", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
