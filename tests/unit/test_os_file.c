/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

static void a_stream_gives_a_file_from_its_beginning_to_its_end(void **state)
{
    struct vtr_file_stream stream = {0};
    struct vtr_error err = {0};
    uint8_t out[8];
    size_t len = 9;

    (void)state;
    vtr_test_put("stream", "seven by");
    assert_int_equal(vtr_file_stream_open(&stream, vtr_test_path("none"), &err),
                     VTR_ERROR_IO);
    vtr_file_stream_close(&stream);
    assert_int_equal(vtr_file_stream_open(&stream, vtr_test_path("stream"), &err),
                     VTR_OK);
    assert_true(
        vtr_file_is_same(stream.identity, vtr_file_identify(vtr_test_path("stream"))));
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(out, "seven", 5);
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(out, " by", 3);
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_OK);
    assert_int_equal(len, 0);
    vtr_file_stream_close(&stream);
    assert_int_equal(vtr_file_stream_open(&stream, vtr_test_folder(), &err), VTR_OK);
    stream.path = "folder";
    assert_int_equal(vtr_file_stream_read(&stream, out, 5, &len, &err), VTR_ERROR_IO);
    vtr_file_stream_close(&stream);
}

static void of_a_path_that_is_too_long_to_say_the_reason_is_said(void **state)
{
    struct vtr_file_stream stream = {0};
    struct vtr_error err = {0};
    char path[600];

    (void)state;
    for (size_t len = 470; len < sizeof(path); len++) {
        for (size_t i = 0; i < len; i++) {
            path[i] = i % 2 == 0 ? '.' : '/'; /* what is missing is the last name */
        }
        path[len - 1] = 'x';
        path[len] = '\0';
        assert_int_equal(vtr_file_stream_open(&stream, path, &err), VTR_ERROR_IO);
        assert_int_equal(err.os_errno, ENOENT);
        const size_t said = strlen(err.message);
        const char *reason = strstr(err.message, ": ");
        assert_true(said < sizeof(err.message));
        assert_non_null(reason);
        assert_string_equal(reason + 2, strerror(ENOENT));
    }
}

/* An included name may be a pipe: nobody waits for who writes into it. */
static void a_pipe_is_no_regular_file(void **state)
{
    (void)state;
    struct vtr_bytes bytes;

    assert_int_equal(mkfifo(vtr_test_path("pipe"), 0600), 0);
    assert_int_equal(vtr_file_read_regular(vtr_test_path("pipe"), 1000, &bytes, NULL),
                     VTR_ERROR_IO);
    vtr_test_put("i", "text");
    assert_int_equal(vtr_file_read_regular(vtr_test_path("i"), 1000, &bytes, NULL),
                     VTR_OK);
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

    vtr_test_put("load", "");
    assert_loads(&arena, vtr_test_path("load"), "");
    vtr_test_put("load", "x");
    assert_loads(&arena, vtr_test_path("load"), "x");
    vtr_test_put("load", "two lines\nof text\n");
    assert_loads(&arena, vtr_test_path("load"), "two lines\nof text\n");
    vtr_arena_deinit(&arena);
}

static void a_file_at_the_limit_is_loaded_and_a_longer_one_is_not(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    struct vtr_loaded_file file;
    struct vtr_error err;

    vtr_test_put("limit", "12345");
    assert_int_equal(vtr_file_load(&file, vtr_test_path("limit"), true, 5, &arena,
                                   &err),
                     VTR_OK);
    assert_int_equal(file.bytes.len, 5);
    assert_int_equal(vtr_file_load(&file, vtr_test_path("limit"), true, 4, &arena,
                                   &err),
                     VTR_ERROR_LIMIT);
    vtr_arena_deinit(&arena);
}

static void a_file_at_the_limit_is_read_and_a_longer_one_is_not(void **state)
{
    (void)state;
    struct vtr_bytes bytes;

    vtr_test_put("limit", "12345");
    assert_int_equal(vtr_file_read_regular(vtr_test_path("limit"), 5, &bytes, NULL),
                     VTR_OK);
    assert_int_equal(bytes.len, 5);
    free((void *)(uintptr_t)bytes.ptr);
    for (size_t limit = 0; limit < 5; limit++) {
        assert_int_equal(vtr_file_read_regular(vtr_test_path("limit"), limit, &bytes,
                                               NULL),
                         VTR_ERROR_LIMIT);
        assert_int_equal(vtr_file_read(vtr_test_path("limit"), limit, &bytes, NULL),
                         VTR_ERROR_LIMIT);
    }
}

static long peak_kib(void)
{
    struct rusage usage;

    assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

static void a_file_that_says_it_is_longer_is_not_read_first(void **state)
{
    (void)state;
    const size_t limit = (size_t)256 << 20;
    const long before_kib = peak_kib();
    struct vtr_bytes bytes;
    struct vtr_arena arena = {0};
    struct vtr_loaded_file file;

    vtr_test_put("sparse", "");
    assert_int_equal(truncate(vtr_test_path("sparse"), (off_t)limit + 1), 0);
    assert_int_equal(vtr_file_read(vtr_test_path("sparse"), limit, &bytes, NULL),
                     VTR_ERROR_LIMIT);
    assert_int_equal(vtr_file_load(&file, vtr_test_path("sparse"), true, limit, &arena,
                                   NULL),
                     VTR_ERROR_LIMIT);
    assert_true(peak_kib() - before_kib < 64 * 1024);
    vtr_arena_deinit(&arena);
}

/* An included file may be called like standard input, and is closed all the same. */
static void a_regular_file_called_minus_is_closed(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    struct vtr_loaded_file file;
    const int before = open("/", O_RDONLY);
    const int here = open(".", O_RDONLY);

    vtr_test_put("-", "minus");
    assert_true(before >= 0 && here >= 0);
    assert_int_equal(chdir(vtr_test_folder()), 0);
    assert_int_equal(close(before), 0);
    assert_int_equal(vtr_file_load(&file, "-", true, 1000, &arena, NULL), VTR_OK);
    assert_string_equal((const char *)file.bytes.ptr, "minus");
    const int after = open("/", O_RDONLY);
    assert_int_equal(after, before); /* the lowest number that is free */
    assert_int_equal(close(after), 0);
    assert_int_equal(fchdir(here), 0);
    assert_int_equal(close(here), 0);
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
    char first[144];

    vtr_test_put("one", "1");
    vtr_test_put("two", "1");
    (void)snprintf(first, sizeof(first), "%s", vtr_test_path("one"));
    assert_int_equal(symlink(first, vtr_test_path("other-name")), 0);
    const struct vtr_file_identity one = vtr_file_identify(first);
    assert_true(vtr_file_is_same(one, vtr_file_identify(vtr_test_path("other-name"))));
    assert_false(vtr_file_is_same(one, vtr_file_identify(vtr_test_path("two"))));
    const struct vtr_file_identity none = vtr_file_identify(vtr_test_path("none"));
    assert_false(vtr_file_is_same(none, none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_gives_a_file_from_its_beginning_to_its_end),
        cmocka_unit_test(a_pipe_is_no_regular_file),
        cmocka_unit_test(a_loaded_file_has_its_bytes_and_a_nul),
        cmocka_unit_test(a_file_at_the_limit_is_loaded_and_a_longer_one_is_not),
        cmocka_unit_test(a_file_at_the_limit_is_read_and_a_longer_one_is_not),
        cmocka_unit_test(a_file_that_says_it_is_longer_is_not_read_first),
        cmocka_unit_test(a_regular_file_called_minus_is_closed),
        cmocka_unit_test(of_a_path_that_is_too_long_to_say_the_reason_is_said),
        cmocka_unit_test(a_pipe_is_loaded_to_its_end_where_it_may_be),
        cmocka_unit_test(a_file_is_the_same_by_any_of_its_names),
    };
    return cmocka_run_group_tests_name("os_file", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
