/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_partial.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/os_file.h"
#include "base/os_path.h"
#include "tests/support/cmocka.h"

#define PART   "test_os_partial.part"
#define PLACE  "test_os_partial.place"
#define SECOND "test_os_partial.second"

static int clean_up(void **state)
{
    (void)state;
    (void)unlink(PART);
    (void)unlink(PLACE);
    (void)unlink(SECOND);
    return 0;
}

static enum vtr_status write_text(struct vtr_partial *partial, uint64_t offset,
                                  const char *text)
{
    return vtr_partial_write(partial, offset, vtr_bytes_from_text(text), NULL);
}

static void holds(const char *path, const char *text)
{
    struct vtr_bytes bytes = {NULL, 0};

    assert_int_equal(vtr_file_read(path, 1000, &bytes, NULL), VTR_OK);
    assert_true(vtr_bytes_equal(bytes, vtr_bytes_from_text(text)));
    free((void *)(uintptr_t)bytes.ptr);
}

static void make(const char *path, const char *text)
{
    struct vtr_partial partial = {0};

    (void)unlink(path);
    assert_int_equal(vtr_partial_open(&partial, path, NULL), VTR_OK);
    assert_int_equal(write_text(&partial, 0, text), VTR_OK);
    vtr_partial_close(&partial);
}

static void a_file_grows_over_several_openings(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    make(PART, "one ");
    assert_int_equal(vtr_partial_open(&partial, PART, NULL), VTR_OK);
    assert_int_equal(partial.len, 4);
    assert_int_equal(write_text(&partial, 4, "two"), VTR_OK);
    assert_int_equal(partial.len, 7);
    vtr_partial_close(&partial);
    holds(PART, "one two");
}

static void an_earlier_offset_drops_what_is_behind_it(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    make(PART, "0123456789");
    assert_int_equal(vtr_partial_open(&partial, PART, NULL), VTR_OK);
    assert_int_equal(write_text(&partial, 3, "x"), VTR_OK);
    holds(PART, "012x");
    assert_int_equal(write_text(&partial, 0, ""), VTR_OK);
    holds(PART, "");
    vtr_partial_close(&partial);
}

static void a_gap_is_refused(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    make(PART, "012");
    assert_int_equal(vtr_partial_open(&partial, PART, NULL), VTR_OK);
    assert_int_equal(write_text(&partial, 4, "x"), VTR_ERROR_ARGUMENT);
    assert_int_equal(write_text(&partial, UINT64_MAX, "x"), VTR_ERROR_ARGUMENT);
    holds(PART, "012");
    vtr_partial_discard(&partial);
    assert_int_equal(vtr_path_kind(PART), VTR_PATH_MISSING);
}

static void links_and_folders_are_refused(void **state)
{
    struct vtr_partial partial = {0};

    (void)state;
    make(PLACE, "kept");
    assert_int_equal(symlink(PLACE, PART), 0);
    assert_int_equal(vtr_partial_open(&partial, PART, NULL), VTR_ERROR_IO);
    assert_int_equal(vtr_partial_open(&partial, ".", NULL), VTR_ERROR_IO);
    holds(PLACE, "kept");
    vtr_partial_close(&partial);
}

static void it_takes_the_place_and_the_permissions_of_another(void **state)
{
    struct vtr_partial partial = {0};
    struct stat info;

    (void)state;
    make(PLACE, "old");
    assert_int_equal(chmod(PLACE, (mode_t)0640), 0);
    make(PART, "new");
    assert_int_equal(vtr_partial_open(&partial, PART, NULL), VTR_OK);
    assert_int_equal(vtr_partial_sync(&partial, PLACE, 0644, NULL), VTR_OK);
    assert_int_equal(vtr_partial_install(&partial, PLACE, NULL), VTR_OK);
    vtr_partial_close(&partial);
    holds(PLACE, "new");
    assert_int_equal(stat(PLACE, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0640);
    assert_int_equal(vtr_path_kind(PART), VTR_PATH_MISSING);
}

static void a_second_name_outlives_the_first(void **state)
{
    (void)state;
    make(PLACE, "first");
    make(SECOND, "other");
    assert_int_equal(vtr_file_name_also(PLACE, SECOND, NULL), VTR_OK);
    holds(SECOND, "first");
    /* Again, where both are one file already. */
    assert_int_equal(vtr_file_name_also(PLACE, SECOND, NULL), VTR_OK);
    assert_int_equal(vtr_path_kind("." SECOND ".tmp0"), VTR_PATH_MISSING);
    assert_int_equal(unlink(PLACE), 0);
    holds(SECOND, "first");
    assert_int_equal(vtr_file_name_also(PLACE, SECOND, NULL), VTR_ERROR_IO);
    holds(SECOND, "first");
    assert_int_equal(vtr_file_rename(SECOND, PLACE, NULL), VTR_OK);
    holds(PLACE, "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_file_grows_over_several_openings, clean_up),
        cmocka_unit_test_teardown(an_earlier_offset_drops_what_is_behind_it, clean_up),
        cmocka_unit_test_teardown(a_gap_is_refused, clean_up),
        cmocka_unit_test_teardown(links_and_folders_are_refused, clean_up),
        cmocka_unit_test_teardown(it_takes_the_place_and_the_permissions_of_another,
                                  clean_up),
        cmocka_unit_test_teardown(a_second_name_outlives_the_first, clean_up)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
