/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_map.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os_fault.h"

#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

static void a_file_that_shrinks_reads_as_zeros_under_guard(void **state)
{
    (void)state;
    struct vtr_mapping mapping;
    char *big = malloc(200001);

    assert_non_null(big);
    memset(big, 'x', 200000);
    big[200000] = '\0';
    vtr_test_put("e", big);
    free(big);
    assert_int_equal(vtr_fault_guard_install(NULL), VTR_OK);
    assert_int_equal(vtr_mapping_open(&mapping, vtr_test_path("e"), NULL), VTR_OK);
    assert_int_equal(mapping.bytes.ptr[199999], 'x');
    assert_int_equal(truncate(vtr_test_path("e"), 10), 0);
    assert_true(vtr_mapping_is_whole(&mapping));
    assert_int_equal(mapping.bytes.ptr[199999], 0);
    assert_false(vtr_mapping_is_whole(&mapping));
    vtr_mapping_close(&mapping);
}

/* Of one letter, `len` times. */
static void put_letters(const char *name, char letter, size_t len)
{
    char *text = malloc(len + 1);

    assert_non_null(text);
    memset(text, letter, len);
    text[len] = '\0';
    vtr_test_put(name, text);
    free(text);
}

/* Short ones are copies, long ones mappings. */
static void a_file_to_be_scanned_is_read_whole_at_any_length(void **state)
{
    (void)state;
    static const size_t LENS[] = {0,      1,      4095,  4096,   65535,  65536,  262143,
                                  262144, 262145, 65537, 500000, 131072, 500001, 3};
    struct vtr_snapshot snapshot = {0};

    assert_int_equal(vtr_fault_guard_install(NULL), VTR_OK);
    for (size_t i = 0; i < sizeof(LENS) / sizeof(LENS[0]); i++) {
        put_letters("scanned", (char)('a' + i), LENS[i]);
        assert_int_equal(vtr_snapshot_open(&snapshot, vtr_test_path("scanned"), NULL),
                         VTR_OK);
        assert_int_equal(snapshot.bytes.len, LENS[i]);
        for (size_t at = 0; at < LENS[i]; at++) {
            assert_int_equal(snapshot.bytes.ptr[at], 'a' + (int)i);
        }
        vtr_snapshot_close(&snapshot);
    }
    vtr_snapshot_deinit(&snapshot);
}

/* What was read of it, or zeros, and the process goes on. */
static void a_file_that_shrinks_while_it_is_scanned_is_survived(void **state)
{
    (void)state;
    struct vtr_snapshot snapshot = {0};

    put_letters("shrinking", 'x', 500000);
    assert_int_equal(vtr_fault_guard_install(NULL), VTR_OK);
    assert_int_equal(vtr_snapshot_open(&snapshot, vtr_test_path("shrinking"), NULL),
                     VTR_OK);
    assert_int_equal(truncate(vtr_test_path("shrinking"), 10), 0);
    assert_int_equal(snapshot.bytes.len, 500000);
    assert_int_equal(snapshot.bytes.ptr[9], 'x');
    for (size_t at = 10; at < snapshot.bytes.len; at++) {
        assert_true(snapshot.bytes.ptr[at] == 0 || snapshot.bytes.ptr[at] == 'x');
    }
    vtr_snapshot_deinit(&snapshot);
}

/* Those that are too many are copied. */
static void more_files_than_can_be_guarded_are_read_at_once(void **state)
{
    (void)state;
    enum {
        COUNT = 300
    };
    struct vtr_snapshot *snapshots = calloc(COUNT, sizeof(*snapshots));

    assert_non_null(snapshots);
    put_letters("many", 'y', 270000);
    assert_int_equal(vtr_fault_guard_install(NULL), VTR_OK);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(vtr_snapshot_open(&snapshots[i], vtr_test_path("many"), NULL),
                         VTR_OK);
    }
    assert_int_equal(truncate(vtr_test_path("many"), 10), 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(snapshots[i].bytes.len, 270000);
        assert_true(snapshots[i].bytes.ptr[269999] == 0 ||
                    snapshots[i].bytes.ptr[269999] == 'y');
        vtr_snapshot_deinit(&snapshots[i]);
    }
    free(snapshots);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_shrinks_reads_as_zeros_under_guard),
        cmocka_unit_test(a_file_to_be_scanned_is_read_whole_at_any_length),
        cmocka_unit_test(a_file_that_shrinks_while_it_is_scanned_is_survived),
        cmocka_unit_test(more_files_than_can_be_guarded_are_read_at_once),
    };
    return cmocka_run_group_tests_name("os_map", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
