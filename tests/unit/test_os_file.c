/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_file.h"
#include "base/os_map.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "base/os_walk.h"

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
#include "base/os_fault.h"

#include "tests/support/cmocka.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/vitrine-test-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

static const char *path_of(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_holds(const char *name, const char *text)
{
    struct vtr_bytes bytes;
    assert_int_equal(vtr_file_read(path_of(name), 1000, &bytes, NULL), VTR_OK);
    assert_string_equal((const char *)bytes.ptr, text);
    free((void *)(uintptr_t)bytes.ptr);
}

static void a_committed_replacement_has_the_new_bytes(void **state)
{
    (void)state;
    struct vtr_replacement r;
    uint8_t *memory;

    put_file("a", "old");
    assert_int_equal(vtr_replacement_begin(&r, path_of("a"), 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_map(&r, 3, &memory, NULL), VTR_OK);
    memcpy(memory, "new", 3);
    assert_holds("a", "old");
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    assert_holds("a", "new");
}

static void a_stream_gives_a_file_from_its_beginning_to_its_end(void **state)
{
    struct vtr_file_stream stream = {0};
    struct vtr_error err = {0};
    uint8_t out[8];
    size_t len = 9;

    (void)state;
    put_file("stream", "seven by");
    assert_int_equal(vtr_file_stream_open(&stream, path_of("none"), &err),
                     VTR_ERROR_IO);
    vtr_file_stream_close(&stream);
    assert_int_equal(vtr_file_stream_open(&stream, path_of("stream"), &err), VTR_OK);
    assert_true(
        vtr_file_is_same(stream.identity, vtr_file_identify(path_of("stream"))));
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(out, "seven", 5);
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(out, " by", 3);
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 0);
    vtr_file_stream_close(&stream);
    assert_int_equal(vtr_file_stream_open(&stream, folder, &err), VTR_OK);
    stream.path = "folder";
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_ERROR_IO);
    vtr_file_stream_close(&stream);
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

        assert_int_equal(vtr_replacement_begin(&r, path_of("long"), 0644, NULL),
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
        assert_int_equal(vtr_file_read(path_of("long"), 32 * mib, &bytes, NULL),
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

    put_file("b", "old");
    assert_int_equal(vtr_replacement_begin(&r, path_of("b"), 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("new"), NULL),
                     VTR_OK);
    vtr_replacement_abort(&r);
    assert_holds("b", "old");
    assert_int_equal(vtr_path_kind(path_of(".b.tmp0")), VTR_PATH_MISSING);
}

static void two_writers_of_one_file_do_not_meet(void **state)
{
    (void)state;
    struct vtr_replacement first;
    struct vtr_replacement second;

    assert_int_equal(vtr_replacement_begin(&first, path_of("c"), 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_begin(&second, path_of("c"), 0644, NULL), VTR_OK);
    assert_string_not_equal(first.temp_path, second.temp_path);
    assert_int_equal(vtr_replacement_write(&first, vtr_bytes_from_text("1"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_write(&second, vtr_bytes_from_text("2"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit(&second, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&first, NULL), VTR_OK);
    assert_holds("c", "1");
}

static void what_a_killed_writer_left_is_removed(void **state)
{
    (void)state;
    struct vtr_replacement r;

    put_file(".d.tmp0", "half");
    assert_int_equal(vtr_replacement_begin(&r, path_of("d"), 0644, NULL), VTR_OK);
    assert_string_equal(r.temp_path, path_of(".d.tmp0"));
    assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("x"), NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    assert_holds("d", "x");
    assert_int_equal(vtr_path_kind(path_of(".d.tmp0")), VTR_PATH_MISSING);
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
                vtr_replacement_begin(&r, path_of("g"), 0644, NULL) == VTR_OK &&
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
    assert_holds("g", "whole");
}

static void a_new_file_takes_no_place(void **state)
{
    (void)state;
    struct vtr_replacement first;
    struct vtr_replacement second;
    struct vtr_error err;

    assert_int_equal(vtr_replacement_begin(&first, path_of("h"), 0600, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_begin(&second, path_of("h"), 0600, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&first, vtr_bytes_from_text("1"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_write(&second, vtr_bytes_from_text("2"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit_new(&first, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit_new(&second, &err), VTR_ERROR_IO);
    assert_int_equal(err.os_errno, EEXIST);
    assert_holds("h", "1");
    assert_int_equal(vtr_path_kind(path_of(".h.tmp0")), VTR_PATH_MISSING);
    assert_int_equal(vtr_path_kind(path_of(".h.tmp1")), VTR_PATH_MISSING);
}

/* An included name may be a pipe: nobody waits for who writes into it. */
static void a_pipe_is_no_regular_file(void **state)
{
    (void)state;
    struct vtr_bytes bytes;

    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    assert_int_equal(vtr_file_read_regular(path_of("pipe"), 1000, &bytes, NULL),
                     VTR_ERROR_IO);
    put_file("i", "text");
    assert_int_equal(vtr_file_read_regular(path_of("i"), 1000, &bytes, NULL), VTR_OK);
    assert_string_equal((const char *)bytes.ptr, "text");
    free((void *)(uintptr_t)bytes.ptr);
}

static void assert_loads(struct vtr_arena *arena, const char *path, const char *text)
{
    struct vtr_loaded_file file;

    for (int is_regular = 0; is_regular <= 1; is_regular++) {
        assert_int_equal(vtr_file_load(&file, path, is_regular == 1, 1000, arena, NULL),
                         VTR_OK);
        assert_int_equal(file.bytes.len, strlen(text));
        assert_string_equal((const char *)file.bytes.ptr, text);
        assert_true(vtr_file_is_same(file.identity, vtr_file_identify(path)));
    }
}

static void a_loaded_file_has_its_bytes_and_a_nul(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};

    put_file("load", "");
    assert_loads(&arena, path_of("load"), "");
    put_file("load", "x");
    assert_loads(&arena, path_of("load"), "x");
    put_file("load", "two lines\nof text\n");
    assert_loads(&arena, path_of("load"), "two lines\nof text\n");
    vtr_arena_deinit(&arena);
}

static void a_file_at_the_limit_is_loaded_and_a_longer_one_is_not(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    struct vtr_loaded_file file;
    struct vtr_error err;

    put_file("limit", "12345");
    assert_int_equal(vtr_file_load(&file, path_of("limit"), true, 5, &arena, &err),
                     VTR_OK);
    assert_int_equal(file.bytes.len, 5);
    assert_int_equal(vtr_file_load(&file, path_of("limit"), true, 4, &arena, &err),
                     VTR_ERROR_LIMIT);
    vtr_arena_deinit(&arena);
}

/* A pipe has no length to be expected, and is loaded where it was given. */
static void a_pipe_is_loaded_to_its_end_where_it_may_be(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    struct vtr_loaded_file file;
    int ends[2];
    char path[32];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    assert_int_equal(close(ends[1]), 0);
    (void)snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
    assert_int_equal(vtr_file_load(&file, path, true, 1000, &arena, NULL),
                     VTR_ERROR_IO);
    assert_int_equal(vtr_file_load(&file, path, false, 1000, &arena, NULL), VTR_OK);
    assert_string_equal((const char *)file.bytes.ptr, "piped");
    assert_int_equal(close(ends[0]), 0);
    vtr_arena_deinit(&arena);
}

static void a_file_is_the_same_by_any_of_its_names(void **state)
{
    (void)state;
    char first[sizeof(folder) + 16];

    put_file("one", "1");
    put_file("two", "1");
    (void)snprintf(first, sizeof(first), "%s", path_of("one"));
    assert_int_equal(symlink(first, path_of("other-name")), 0);
    const struct vtr_file_identity one = vtr_file_identify(first);
    assert_true(vtr_file_is_same(one, vtr_file_identify(path_of("other-name"))));
    assert_false(vtr_file_is_same(one, vtr_file_identify(path_of("two"))));
    const struct vtr_file_identity none = vtr_file_identify(path_of("none"));
    assert_false(vtr_file_is_same(none, none));
}

static void a_folder_is_not_replaced(void **state)
{
    (void)state;
    struct vtr_replacement r;
    struct vtr_error err;

    assert_int_equal(vtr_replacement_begin(&r, folder, 0644, &err), VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "Is a directory"));
}

static void a_file_that_shrinks_reads_as_zeros_under_guard(void **state)
{
    (void)state;
    struct vtr_mapping mapping;
    char *big = malloc(200001);

    assert_non_null(big);
    memset(big, 'x', 200000);
    big[200000] = '\0';
    put_file("e", big);
    free(big);
    assert_int_equal(vtr_fault_guard_install(NULL), VTR_OK);
    assert_int_equal(vtr_mapping_open(&mapping, path_of("e"), NULL), VTR_OK);
    assert_int_equal(mapping.bytes.ptr[199999], 'x');
    assert_int_equal(truncate(path_of("e"), 10), 0);
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
    put_file(name, text);
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
        assert_int_equal(vtr_snapshot_open(&snapshot, path_of("scanned"), NULL),
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
    assert_int_equal(vtr_snapshot_open(&snapshot, path_of("shrinking"), NULL), VTR_OK);
    assert_int_equal(truncate(path_of("shrinking"), 10), 0);
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
        assert_int_equal(vtr_snapshot_open(&snapshots[i], path_of("many"), NULL),
                         VTR_OK);
    }
    assert_int_equal(truncate(path_of("many"), 10), 0);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(snapshots[i].bytes.len, 270000);
        assert_true(snapshots[i].bytes.ptr[269999] == 0 ||
                    snapshots[i].bytes.ptr[269999] == 'y');
        vtr_snapshot_deinit(&snapshots[i]);
    }
    free(snapshots);
}

static bool append_name(const char *path, enum vtr_status status,
                        const struct vtr_error *err, void *context)
{
    (void)err;
    char *names = context;
    assert_int_equal(status, VTR_OK);
    (void)strncat(names, path + strlen(folder), 200 - strlen(names));
    return true;
}

static void a_walk_is_sorted_and_follows_no_links(void **state)
{
    (void)state;
    char names[256] = "";
    char root[128];

    (void)snprintf(root, sizeof(root), "%s/w", folder);
    assert_int_equal(mkdir(root, 0755), 0);
    assert_int_equal(mkdir(path_of("w/m"), 0755), 0);
    put_file("w/z", "");
    put_file("w/m/1", "");
    put_file("w/B", "");
    assert_int_equal(symlink("/", path_of("w/link")), 0);
    assert_int_equal(vtr_walk(root, append_name, names, NULL), VTR_OK);
    assert_string_equal(names, "/w/B/w/m/1/w/z");
}

static void append_passed(const char *path, void *context)
{
    char *names = context;

    (void)strncat(names, strrchr(path, '/'), 100);
}

static bool pass(const char *path, enum vtr_status status, const struct vtr_error *err,
                 void *context)
{
    (void)path;
    (void)err;
    (void)context;
    return status == VTR_OK;
}

static void a_walk_tells_what_it_passes_over(void **state)
{
    (void)state;
    char names[256] = "";
    char root[128];

    (void)snprintf(root, sizeof(root), "%s/p", folder);
    assert_int_equal(mkdir(root, 0755), 0);
    put_file("p/file", "");
    assert_int_equal(mkfifo(path_of("p/pipe"), 0600), 0);
    assert_int_equal(symlink("nowhere", path_of("p/link")), 0);
    assert_int_equal(vtr_walk_telling(root, pass, append_passed, names, NULL), VTR_OK);
    assert_string_equal(names, "/link/pipe");
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

    assert_int_equal(mkdir(path_of("shared"), 0755), 0);
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        struct vtr_replacement r = {0};
        assert_int_equal(chmod(path_of("shared"), MODES[i][0]), 0);
        assert_int_equal(vtr_replacement_begin(&r, path_of("shared/file"), 0644, NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_share(&r, NULL), VTR_OK);
        assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
        assert_int_equal(stat(path_of("shared/file"), &info), 0);
        assert_int_equal(info.st_mode & 07777, MODES[i][1]);
    }
    (void)umask(mask);
}

static void a_replacement_keeps_the_mode_when_asked(void **state)
{
    (void)state;
    static const mode_t MODES[] = {0600, 0640, 0755, 0444};
    struct stat info;

    put_file("mode", "old");
    for (size_t i = 0; i < sizeof(MODES) / sizeof(MODES[0]); i++) {
        struct vtr_replacement r = {0};
        assert_int_equal(chmod(path_of("mode"), MODES[i]), 0);
        assert_int_equal(vtr_replacement_begin(&r, path_of("mode"), 0600, NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_keep_mode(&r, NULL), VTR_OK);
        assert_int_equal(vtr_replacement_write(&r, vtr_bytes_from_text("new"), NULL),
                         VTR_OK);
        assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
        assert_int_equal(stat(path_of("mode"), &info), 0);
        assert_int_equal(info.st_mode & 07777, MODES[i]);
        assert_holds("mode", "new");
    }
}

static void a_new_file_has_no_mode_to_keep(void **state)
{
    (void)state;
    struct vtr_replacement r = {0};

    assert_int_equal(vtr_replacement_begin(&r, path_of("fresh"), 0600, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_keep_mode(&r, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&r, NULL), VTR_OK);
    assert_holds("fresh", "");
}

static void missing_folders_are_made_and_others_left(void **state)
{
    (void)state;
    struct vtr_error err = {0};

    assert_int_equal(vtr_make_folders_for(path_of("x/y/file"), NULL), VTR_OK);
    assert_int_equal(vtr_path_kind(path_of("x/y")), VTR_PATH_FOLDER);
    assert_int_equal(vtr_path_kind(path_of("x/y/file")), VTR_PATH_MISSING);
    assert_int_equal(vtr_make_folders_for(path_of("x/y/file"), NULL), VTR_OK);
    assert_int_equal(vtr_make_folders_for("file", NULL), VTR_OK);
    assert_int_equal(vtr_make_folders_for("", NULL), VTR_OK);
    put_file("plain", "");
    assert_int_equal(vtr_make_folders_for(path_of("plain/a/b"), &err), VTR_ERROR_IO);
    assert_int_equal(err.os_errno, ENOTDIR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_committed_replacement_has_the_new_bytes),
        cmocka_unit_test(a_stream_gives_a_file_from_its_beginning_to_its_end),
        cmocka_unit_test(a_replacement_of_any_length_has_the_bytes_of_its_memory),
        cmocka_unit_test(an_aborted_replacement_leaves_no_trace),
        cmocka_unit_test(two_writers_of_one_file_do_not_meet),
        cmocka_unit_test(what_a_killed_writer_left_is_removed),
        cmocka_unit_test(writers_that_remove_stale_files_leave_each_other_alone),
        cmocka_unit_test(a_new_file_takes_no_place),
        cmocka_unit_test(a_pipe_is_no_regular_file),
        cmocka_unit_test(a_loaded_file_has_its_bytes_and_a_nul),
        cmocka_unit_test(a_file_at_the_limit_is_loaded_and_a_longer_one_is_not),
        cmocka_unit_test(a_pipe_is_loaded_to_its_end_where_it_may_be),
        cmocka_unit_test(a_file_is_the_same_by_any_of_its_names),
        cmocka_unit_test(a_folder_is_not_replaced),
        cmocka_unit_test(a_file_that_shrinks_reads_as_zeros_under_guard),
        cmocka_unit_test(a_file_to_be_scanned_is_read_whole_at_any_length),
        cmocka_unit_test(a_file_that_shrinks_while_it_is_scanned_is_survived),
        cmocka_unit_test(more_files_than_can_be_guarded_are_read_at_once),
        cmocka_unit_test(a_walk_is_sorted_and_follows_no_links),
        cmocka_unit_test(a_walk_tells_what_it_passes_over),
        cmocka_unit_test(a_shared_replacement_is_as_readable_as_its_folder),
        cmocka_unit_test(a_replacement_keeps_the_mode_when_asked),
        cmocka_unit_test(a_new_file_has_no_mode_to_keep),
        cmocka_unit_test(missing_folders_are_made_and_others_left),
    };
    return cmocka_run_group_tests_name("os_file", tests, make_folder, remove_folder);
}
