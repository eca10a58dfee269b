/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_state.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"

static struct vtr_client_state parse(const char *text)
{
    struct vtr_client_state state;

    vtr_client_state_parse(&state, vtr_bytes_from_text(text));
    return state;
}

static void what_is_printed_is_read_back(void **state)
{
    struct vtr_client_state before = {
        .told = {.database = "sample",
                 .release = 3,
                 .checked_at = 1000,
                 .updated_at = 999,
                 .expires = UINT64_MAX,
                 .fetched_bytes = 17,
                 .saved_bytes = 1 << 20,
                 .failure_count = 2,
                 .retry_at = 2000,
                 .is_held = 1,
                 .last_error = "cannot fetch 'x': the server says 503"},
        .release_max = 4,
        .tag = "W/\"5f-abc\"",
        .tag_mirror = 1};
    struct vtr_client_state after;
    struct vtr_writer w = {0};

    (void)state;
    memset(before.held, 0xA5, sizeof(before.held));
    vtr_client_state_print(&w, &before);
    vtr_client_state_parse(&after, vtr_writer_bytes(&w));
    assert_memory_equal(&before, &after, sizeof(before));
    vtr_writer_deinit(&w);
}

static void a_value_is_one_line(void **state)
{
    struct vtr_client_state before = {.told = {.last_error = "first\nrelease 9\r"}};
    struct vtr_client_state after;
    struct vtr_writer w = {0};

    (void)state;
    vtr_client_state_print(&w, &before);
    vtr_client_state_parse(&after, vtr_writer_bytes(&w));
    assert_int_equal(after.told.release, 0);
    assert_string_equal(after.told.last_error, "first?release 9?");
    vtr_writer_deinit(&w);
}

static void lines_that_are_not_understood_are_passed_over(void **state)
{
    struct vtr_client_state read =
        parse("\n\nrelease\nrelease x\nrelease -1\nrelease 18446744073709551616\n"
              "other 5\nfailures 7\nheld 00\n retry 1\nexpires 18446744073709551615");

    (void)state;
    assert_int_equal(read.told.release, 0);
    assert_int_equal(read.told.failure_count, 7);
    assert_int_equal(read.told.is_held, 0);
    assert_int_equal(read.told.retry_at, 0);
    assert_true(read.told.expires == UINT64_MAX);
}

static void a_database_is_a_name_and_no_path(void **state)
{
    static const char *const BAD[] = {"database ../up\n", "database /etc/passwd\n",
                                      "database .hidden\n", "database a b\n",
                                      "database \n"};

    (void)state;
    assert_string_equal(parse("database a-b_c.1\n").told.database, "a-b_c.1");
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        assert_string_equal(parse(BAD[i]).told.database, "");
    }
}

static void texts_are_kept_up_to_their_room(void **state)
{
    char line[VTR_FETCH_TAG_CAP + 16];

    (void)state;
    for (int len = VTR_FETCH_TAG_CAP - 2; len <= VTR_FETCH_TAG_CAP + 1; len++) {
        (void)snprintf(line, sizeof(line), "tag %0*d\n", len, 7);
        const struct vtr_client_state read = parse(line);
        assert_int_equal(strlen(read.tag),
                         len < VTR_FETCH_TAG_CAP ? (size_t)len : (size_t)0);
    }
}

static void any_bytes_are_read(void **state)
{
    uint64_t random = 7;

    (void)state;
    for (unsigned round = 0; round < 2000; round++) {
        struct vtr_client_state read;
        uint8_t bytes[64];
        const size_t len = (size_t)(vtr_sample_random(&random) % sizeof(bytes));

        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)vtr_sample_random(&random);
        }
        vtr_client_state_parse(&read, (struct vtr_bytes){bytes, len});
        assert_int_equal(read.told.release, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed_is_read_back),
        cmocka_unit_test(a_value_is_one_line),
        cmocka_unit_test(lines_that_are_not_understood_are_passed_over),
        cmocka_unit_test(a_database_is_a_name_and_no_path),
        cmocka_unit_test(texts_are_kept_up_to_their_room),
        cmocka_unit_test(any_bytes_are_read)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
