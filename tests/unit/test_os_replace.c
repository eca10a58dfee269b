/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_replace.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/os_file.h"
#include "base/os_path.h"

#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

static void a_committed_replacement_has_the_new_bytes(void **state)
{
    (void)state;
    struct vtr_replacement r;
    uint8_t *memory;

    vtr_test_put("a", "old");
    assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("a"), 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_map(&r, 3, &memory, NULL), VTR_OK);
    memcpy(memory, "new", 3);
    vtr_test_holds("a", "old");
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    vtr_test_holds("a", "new");
}

/* Lengths around those where memory is had in another way. */
static void a_replacement_of_any_length_has_the_bytes_of_its_memory(void **state)
{
    (void)state;
    const size_t mib = (size_t)1 << 20;
    const size_t lens[] = {1, mib - 1, mib, 2 * mib + 1, 16 * mib, 16 * mib + 1};

    for (size_t i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        struct vtr_replacement r;
        struct vtr_bytes bytes;
        uint8_t *memory;

        assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("long"), 0644, NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_map(&r, lens[i], &memory, NULL), VTR_OK);
        for (size_t at = 0; at < lens[i]; at++) {
            assert_int_equal(memory[at], 0);
            memory[at] = (uint8_t)(at % 251);
            if (at % (8 * mib) == 8 * mib - 1) {
                vtr_replacement_relax(&r);
            }
        }
        assert_int_equal(vtr_replacement_sync(&r, NULL), VTR_OK);
        assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
        assert_int_equal(vtr_file_read(vtr_test_path("long"), 32 * mib, &bytes, NULL),
                         VTR_OK);
        assert_int_equal(bytes.len, lens[i]);
        for (size_t at = 0; at < lens[i]; at++) {
            assert_int_equal(bytes.ptr[at], at % 251);
        }
        free((void *)(uintptr_t)bytes.ptr);
    }
}

static void an_aborted_replacement_leaves_no_trace(void **state)
{
    (void)state;
    struct vtr_replacement r;

    vtr_test_put("b", "old");
    assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("b"), 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("new"), NULL),
                     VTR_OK);
    vtr_replacement_abort(&r);
    vtr_test_holds("b", "old");
    assert_int_equal(vtr_path_kind(vtr_test_path(".b.tmp0")), VTR_PATH_MISSING);
}

static void two_writers_of_one_file_do_not_meet(void **state)
{
    (void)state;
    struct vtr_replacement first;
    struct vtr_replacement second;

    assert_int_equal(vtr_replacement_begin(&first, vtr_test_path("c"), 0644, NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_begin(&second, vtr_test_path("c"), 0644, NULL),
                     VTR_OK);
    assert_string_not_equal(first.temp_path, second.temp_path);
    assert_int_equal(vtr_replacement_write(&first, vtr_bytes_from_text("1"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_write(&second, vtr_bytes_from_text("2"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit(&second, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&first, NULL), VTR_OK);
    vtr_test_holds("c", "1");
}

static void what_a_killed_writer_left_is_removed(void **state)
{
    (void)state;
    struct vtr_replacement r;

    vtr_test_put(".d.tmp0", "half");
    assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("d"), 0644, NULL), VTR_OK);
    assert_string_equal(r.temp_path, vtr_test_path(".d.tmp0"));
    assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("x"), NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    vtr_test_holds("d", "x");
    assert_int_equal(vtr_path_kind(vtr_test_path(".d.tmp0")), VTR_PATH_MISSING);
}

static void a_temporary_file_is_told_by_its_name(void **state)
{
    (void)state;
    static const char *const OTHERS[] = {
        "",       ".",         ".tmp0",    "..tmp0", "a.tmp0",
        ".a.tmp", ".a.tmp0.b", ".a.temp0", "0",      ".0",
    };

    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        assert_int_equal(vtr_replacement_destination(OTHERS[i]).len, 0);
    }
    const struct vtr_bytes name = vtr_replacement_destination(".a.tmp1.tmp63");
    assert_true(vtr_bytes_equal(name, vtr_bytes_from_text("a.tmp1")));
}

static void a_temporary_file_that_is_being_written_is_not_stale(void **state)
{
    (void)state;
    struct vtr_replacement r;

    assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("l"), 0644, NULL), VTR_OK);
    assert_false(vtr_replacement_remove_stale(r.temp_path));
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    vtr_test_put(".l.tmp0", "half");
    assert_true(vtr_replacement_remove_stale(vtr_test_path(".l.tmp0")));
    assert_int_equal(vtr_path_kind(vtr_test_path(".l.tmp0")), VTR_PATH_MISSING);
}

/* Three writers at once, each killed now and then, and each removing what looks stale:
 * no commit may fail, and the file is always one of theirs, whole. */
static void writers_that_remove_stale_files_leave_each_other_alone(void **state)
{
    enum {
        WRITERS = 3,
        ROUNDS = 400
    };
    pid_t writers[WRITERS];

    (void)state;
    for (int w = 0; w < WRITERS; w++) {
        writers[w] = fork();
        assert_true(writers[w] >= 0);
        if (writers[w] != 0) {
            continue;
        }
        for (int i = 0; i < ROUNDS; i++) {
            const pid_t victim = i % 4 == 0 ? fork() : 0;
            struct vtr_replacement r;
            if (victim > 0) {
                (void)kill(victim, i % 8 == 0 ? SIGKILL : SIGCONT);
                (void)waitpid(victim, NULL, 0);
                continue;
            }
            const bool is_good =
                vtr_replacement_begin(&r, vtr_test_path("g"), 0644, NULL) == VTR_OK &&
                vtr_replacement_write(&r, vtr_bytes_from_text("whole"), NULL) ==
                    VTR_OK &&
                vtr_replacement_commit(&r, NULL) == VTR_OK;
            if (!is_good || i % 4 == 0) {
                _exit(is_good ? 0 : 1);
            }
        }
        _exit(0);
    }
    for (int w = 0; w < WRITERS; w++) {
        int status = 1;
        assert_int_equal(waitpid(writers[w], &status, 0), writers[w]);
        assert_int_equal(status, 0);
    }
    vtr_test_holds("g", "whole");
}

static void a_new_file_takes_no_place(void **state)
{
    (void)state;
    struct vtr_replacement first;
    struct vtr_replacement second;
    struct vtr_error err;

    assert_int_equal(vtr_replacement_begin(&first, vtr_test_path("h"), 0600, NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_begin(&second, vtr_test_path("h"), 0600, NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_write(&first, vtr_bytes_from_text("1"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_write(&second, vtr_bytes_from_text("2"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit_new(&first, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit_new(&second, &err), VTR_ERROR_IO);
    assert_int_equal(err.os_errno, EEXIST);
    vtr_test_holds("h", "1");
    assert_int_equal(vtr_path_kind(vtr_test_path(".h.tmp0")), VTR_PATH_MISSING);
    assert_int_equal(vtr_path_kind(vtr_test_path(".h.tmp1")), VTR_PATH_MISSING);
}

static void a_folder_is_not_replaced(void **state)
{
    (void)state;
    struct vtr_replacement r;
    struct vtr_error err;

    assert_int_equal(vtr_replacement_begin(&r, vtr_test_folder(), 0644, &err),
                     VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "Is a directory"));
}

static void a_shared_replacement_is_as_readable_as_its_folder(void **state)
{
    (void)state;
    static const mode_t MODES[][2] = {{0755, 0644},
                                      {0700, 0600},
                                      {0750, 0640},
                                      {0711, 0644}};
    const mode_t mask = umask(077);
    struct stat info;

    assert_int_equal(mkdir(vtr_test_path("shared"), 0755), 0);
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        struct vtr_replacement r = {0};
        assert_int_equal(chmod(vtr_test_path("shared"), MODES[i][0]), 0);
        assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("shared/file"), 0644,
                                               NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_share(&r, NULL), VTR_OK);
        assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
        assert_int_equal(stat(vtr_test_path("shared/file"), &info), 0);
        assert_int_equal(info.st_mode & 07777, MODES[i][1]);
    }
    (void)umask(mask);
}

static void a_replacement_keeps_the_mode_when_asked(void **state)
{
    (void)state;
    static const mode_t MODES[] = {0600, 0640, 0755, 0444};
    struct stat info;

    vtr_test_put("mode", "old");
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        struct vtr_replacement r = {0};
        assert_int_equal(chmod(vtr_test_path("mode"), MODES[i]), 0);
        assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("mode"), 0600, NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_keep_mode(&r, NULL), VTR_OK);
        assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("new"), NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
        assert_int_equal(stat(vtr_test_path("mode"), &info), 0);
        assert_int_equal(info.st_mode & 07777, MODES[i]);
        vtr_test_holds("mode", "new");
    }
}

static void a_new_file_has_no_mode_to_keep(void **state)
{
    (void)state;
    struct vtr_replacement r = {0};

    assert_int_equal(vtr_replacement_begin(&r, vtr_test_path("fresh"), 0600, NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_keep_mode(&r, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    vtr_test_holds("fresh", "");
}

static void a_second_name_outlives_the_first(void **state)
{
    (void)state;
    char first[128];

    (void)snprintf(first, sizeof(first), "%s", vtr_test_path("first"));
    vtr_test_put("first", "first");
    vtr_test_put("second", "other");
    assert_int_equal(vtr_file_name_also(first, vtr_test_path("second"), NULL), VTR_OK);
    vtr_test_holds("second", "first");
    /* Again, where both are one file already. */
    assert_int_equal(vtr_file_name_also(first, vtr_test_path("second"), NULL), VTR_OK);
    assert_int_equal(vtr_path_kind(vtr_test_path(".second.tmp0")), VTR_PATH_MISSING);
    assert_int_equal(unlink(first), 0);
    vtr_test_holds("second", "first");
    assert_int_equal(vtr_file_name_also(first, vtr_test_path("second"), NULL),
                     VTR_ERROR_IO);
    vtr_test_holds("second", "first");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_replacement_has_the_new_bytes),
        cmocka_unit_test(a_replacement_of_any_length_has_the_bytes_of_its_memory),
        cmocka_unit_test(an_aborted_replacement_leaves_no_trace),
        cmocka_unit_test(two_writers_of_one_file_do_not_meet),
        cmocka_unit_test(what_a_killed_writer_left_is_removed),
        cmocka_unit_test(a_temporary_file_is_told_by_its_name),
        cmocka_unit_test(a_temporary_file_that_is_being_written_is_not_stale),
        cmocka_unit_test(writers_that_remove_stale_files_leave_each_other_alone),
        cmocka_unit_test(a_new_file_takes_no_place),
        cmocka_unit_test(a_folder_is_not_replaced),
        cmocka_unit_test(a_shared_replacement_is_as_readable_as_its_folder),
        cmocka_unit_test(a_replacement_keeps_the_mode_when_asked),
        cmocka_unit_test(a_new_file_has_no_mode_to_keep),
        cmocka_unit_test(a_second_name_outlives_the_first),
    };
    return cmocka_run_group_tests_name("os_replace", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
