/* SPDX-License-Identifier: Apache-2.0 */

/* Hash lists: what a line may be, the order and uniqueness of records, and that the
 * order of files does not matter. */
#include "compiler/hash/hash_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/hash/hash_line.h"
#include "tests/support/cmocka.h"

#define MD5_A  "00112233445566778899aabbccddeeff"
#define MD5_B  "ffeeddccbbaa99887766554433221100"
#define SHA1   "da39a3ee5e6b4b0d3255bfef95601890afd80709"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* The last problem that was reported. */
struct reported {
    struct vtr_hash_problem problem;
    unsigned count;
};

static void note(const struct vtr_hash_problem *problem, void *context)
{
    struct reported *reported = context;

    reported->problem = *problem;
    reported->count++;
}

static const struct vtr_hash_list_options IN_MEMORY = {.workers = 0};

static enum vtr_status add_text(struct vtr_hash_list *list, uint32_t file,
                                const char *text, struct reported *reported)
{
    const struct vtr_hash_text whole = {file, 1, vtr_bytes_from_text(text)};
    const struct vtr_hash_adding adding = {0, note, reported};
    struct vtr_error err;

    return vtr_hash_list_add(list, &whole, &adding, &err);
}

static void add(struct vtr_hash_list *list, uint32_t file, const char *text)
{
    struct reported reported = {.count = 0};

    assert_int_equal(add_text(list, file, text, &reported), VTR_OK);
    if (reported.count > 0) {
        fail_msg("%s", reported.problem.message);
    }
}

/* Records as lines "digest:size:name:file:line". */
static char *spell(struct vtr_hash_list *list)
{
    char *out = calloc(1, 1 << 20);
    size_t len = 0;
    size_t stem_count;
    const struct vtr_bytes *stems = vtr_hash_list_get_stems(list, &stem_count);
    struct vtr_hash_list_stats stats;

    vtr_hash_list_get_stats(list, &stats);
    assert_non_null(out);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        struct vtr_hash_list_cursor *cursor;
        struct vtr_hash_record record;
        size_t count = 0;
        assert_int_equal(vtr_hash_list_open(list, (enum vtr_hash_kind)kind, &cursor),
                         VTR_OK);
        const struct vtr_hash_source source =
            vtr_hash_list_cursor_source(cursor, stats.records[kind]);
        source.rewind(source.context);
        for (; source.next(source.context, &record); count++) {
            const struct vtr_hash_place place = vtr_hash_list_cursor_place(cursor);
            struct vtr_writer name = {0};
            assert_true(record.stem < stem_count);
            vtr_name_join(stems[record.stem], record.number, &name);
            vtr_writer_u8(&name, 0);
            for (unsigned i = 0; i < vtr_hash_len((enum vtr_hash_kind)kind); i++) {
                len +=
                    (size_t)snprintf(out + len, 3, "%02x", (unsigned)record.digest[i]);
            }
            len += (size_t)snprintf(out + len, 512, ":%" PRId64 ":%s:%u:%u\n",
                                    (int64_t)record.size, (const char *)name.ptr,
                                    (unsigned)place.file, (unsigned)place.line);
            vtr_writer_deinit(&name);
        }
        assert_int_equal(count, stats.records[kind]);
        assert_int_equal(vtr_hash_list_cursor_check(cursor, NULL), VTR_OK);
        vtr_hash_list_cursor_free(cursor);
    }
    return out;
}

static void expect(struct vtr_hash_list *list, const char *want)
{
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    char *got = spell(list);

    assert_string_equal(got, want);
    free(got);
}

static void records_of_all_kinds_are_read(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);

    (void)state;
    add(list, 3,
        "# a comment: " MD5_A ":1:X\n"
        "\n"
        " \t \n" MD5_A ":12:Win.Test-1-0\n" SHA1 ":*:Any:73\r\n" SHA256
        ":9223372036854775807:Big.Name-5:1:300");
    expect(list, MD5_A ":12:Win.Test-1-0:3:4\n" SHA1 ":-1:Any:3:5\n" SHA256
                       ":9223372036854775807:Big.Name-5:3:6\n");
    vtr_hash_list_free(list);
}

static void digits_may_be_capital(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);

    (void)state;
    add(list, 0,
        "\xef\xbb\xbf"
        "00112233445566778899AABBCCDDEEFF:12:\xe9t\xe9\n");
    expect(list, MD5_A ":12:\xe9t\xe9:0:1\n");
    vtr_hash_list_free(list);
}

static void nothing_is_a_list_too(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct vtr_hash_list_stats stats;

    (void)state;
    add(list, 0, "");
    expect(list, "");
    vtr_hash_list_get_stats(list, &stats);
    assert_int_equal(stats.records[VTR_HASH_MD5], 0);
    vtr_hash_list_free(list);
}

static void records_are_in_order_and_there_once(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct vtr_hash_list_stats stats;

    (void)state;
    add(list, 7,
        MD5_B ":5:B-10-0\n" MD5_A ":*:A:73\n" MD5_B ":5:B-9-0\n" MD5_A ":5:A\n");
    add(list, 2, MD5_A ":5:A\n" MD5_B ":5:B-9-0\n" MD5_A ":5:A\n" MD5_B ":4:Z\n");
    expect(list, MD5_A ":5:A:2:1\n" MD5_A ":-1:A:7:2\n" MD5_B ":4:Z:2:4\n" MD5_B
                       ":5:B-10-0:7:1\n" MD5_B ":5:B-9-0:2:2\n");
    vtr_hash_list_get_stats(list, &stats);
    assert_int_equal(stats.duplicates, 3);
    assert_int_equal(stats.records[VTR_HASH_MD5], 5);
    vtr_hash_list_free(list);
}

static void stems_are_sorted_and_used(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    size_t count;

    (void)state;
    add(list, 0, MD5_A ":1:b-1-0\n" MD5_A ":2:a\n" MD5_B ":3:b-22-0\n" MD5_B ":3:a\n");
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    const struct vtr_bytes *stems = vtr_hash_list_get_stems(list, &count);
    assert_int_equal(count, 2);
    assert_true(vtr_bytes_equal(stems[0], vtr_bytes_from_text("a")));
    assert_true(
        vtr_bytes_equal(stems[1], (struct vtr_bytes){(const uint8_t *)"b-\0-0", 5}));
    vtr_hash_list_free(list);
}

static void other_levels_are_left_out_and_counted(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct vtr_hash_list_stats stats;

    (void)state;
    add(list, 0,
        MD5_A ":1:A:217\n" MD5_A ":1:B:216\n" MD5_A ":1:C:1:215\n" MD5_A
              ":1:D:1:216\n" MD5_A ":1:E:\n");
    expect(list, MD5_A ":1:B:0:2\n" MD5_A ":1:D:0:4\n" MD5_A ":1:E:0:5\n");
    vtr_hash_list_get_stats(list, &stats);
    assert_int_equal(stats.other_level, 2);
    assert_int_equal(stats.bad, 0);
    vtr_hash_list_free(list);
}

static void digests_are_found(void **state)
{
    static const uint8_t B[16] = {0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
                                  0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
    static const uint8_t ABSENT[16] = {0xff, 0xff};
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct vtr_hash_place place;

    (void)state;
    add(list, 4, MD5_B ":2:x\n" MD5_A ":1:x\n" MD5_B ":1:x\n");
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    assert_true(vtr_hash_list_find(list, VTR_HASH_MD5, B, &place));
    assert_int_equal(place.file, 4);
    assert_int_equal(place.line, 3);
    assert_false(vtr_hash_list_find(list, VTR_HASH_MD5, ABSENT, &place));
    vtr_hash_list_free(list);
}

static void refuse(const char *line, const char *code, uint32_t column, uint32_t length)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct reported reported = {.count = 0};
    struct vtr_hash_list_stats stats;
    char text[1024];

    (void)snprintf(text, sizeof text, "%s:1:before\n%s\n%s:1:after\n", MD5_A, line,
                   MD5_B);
    assert_int_equal(add_text(list, 0, text, &reported), VTR_OK);
    assert_int_equal(reported.count, 1);
    assert_string_equal(reported.problem.code, code);
    assert_int_equal(reported.problem.line, 2);
    assert_int_equal(reported.problem.column, column);
    assert_int_equal(reported.problem.length, length);
    assert_true(vtr_bytes_equal(reported.problem.text, vtr_bytes_from_text(line)));
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    vtr_hash_list_get_stats(list, &stats);
    assert_int_equal(stats.bad, 1);
    assert_int_equal(stats.records[VTR_HASH_MD5], 2);
    vtr_hash_list_free(list);
}

static void bad_lines_are_reported_and_cost_no_others(void **state)
{
    (void)state;
    refuse("x", "E401", 1, 1);
    refuse("00112233445566778899aabbccddeef:1:X", "E401", 1, 31);
    refuse("00112233445566778899aabbccddeeffa:1:X", "E401", 1, 33);
    refuse("00112233445566778899aabbccddeefg:1:X", "E401", 32, 1);
    refuse(" 0112233445566778899aabbccddeeff:1:X", "E401", 1, 1);
    refuse(MD5_A, "E403", 33, 0);
    refuse(MD5_A ":", "E402", 34, 0);
    refuse(MD5_A ":0:X", "E402", 34, 1);
    refuse(MD5_A ":12a:X", "E402", 34, 3);
    refuse(MD5_A ":-1:X", "E402", 34, 2);
    refuse(MD5_A ":9223372036854775808:X", "E402", 34, 19);
    refuse(MD5_A ":12", "E403", 36, 0);
    refuse(MD5_A ":12:", "E403", 37, 0);
    refuse(MD5_A ":12:a\tb", "E405", 38, 1);
    refuse(MD5_A ":12:a:x", "E406", 39, 1);
    refuse(MD5_A ":12:a:1:", "E406", 41, 0);
    refuse(MD5_A ":12:a:1:2x", "E406", 41, 2);
    refuse(MD5_A ":12:a:1:300:4", "E408", 44, 2);
    refuse(MD5_A ":*:a", "E407", 37, 0);
    refuse(MD5_A ":*:a:72", "E407", 40, 0);
}

static void names_have_a_limit(void **state)
{
    char line[512] = MD5_A ":1:";
    const size_t head = strlen(line);

    (void)state;
    for (size_t len = 254; len <= 256; len++) {
        struct vtr_hash_line fields;
        struct vtr_hash_problem problem;
        memset(line + head, 'n', len);
        const bool ok =
            vtr_hash_line_read((struct vtr_bytes){(const uint8_t *)line, head + len},
                               &fields, &problem);
        assert_int_equal(ok, len <= 255);
    }
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Lines with few different digests, so that all ties happen. */
static void fill(char *text, size_t lines, uint32_t *random)
{
    size_t len = 0;

    for (size_t i = 0; i < lines; i++) {
        const unsigned head = next_random(random) % 7;
        len += (size_t)snprintf(text + len, 64, "%02x000000%024x:%u:N%u-%u-0\n",
                                head * 40, (unsigned)(next_random(random) % 5),
                                (unsigned)(1 + next_random(random) % 2),
                                (unsigned)(next_random(random) % 3),
                                (unsigned)(next_random(random) % 12));
    }
}

static void the_order_of_files_does_not_matter(void **state)
{
    uint32_t random = 12345;
    char *texts[4];
    char *first = NULL;

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        texts[i] = calloc(1, 64 * 500);
        fill(texts[i], 400, &random);
    }
    for (uint32_t turn = 0; turn < 4; turn++) {
        struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
        for (uint32_t i = 0; i < 4; i++) {
            add(list, (turn + i) % 4, texts[(turn + i) % 4]);
        }
        assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
        char *got = spell(list);
        if (first == NULL) {
            first = got;
        } else {
            assert_string_equal(got, first);
            free(got);
        }
        vtr_hash_list_free(list);
    }
    free(first);
    for (size_t i = 0; i < 4; i++) {
        free(texts[i]);
    }
}

/* Bytes that a row of an MD5 takes in memory. */
#define ROW_COST 56u

/* What comes of texts that workers add in turns, each in two pieces, the last first. */
static char *compile(char *const *texts, size_t count,
                     const struct vtr_hash_list_options *options)
{
    struct vtr_hash_list *list = vtr_hash_list_new(options);
    struct vtr_hash_list_stats stats;

    for (size_t i = 0; i < count; i++) {
        const struct vtr_hash_adding adding = {(unsigned)i % options->workers, NULL,
                                               NULL};
        const char *end = strchr(texts[i], '\n');
        const size_t len = strlen(texts[i]);
        const size_t first = end == NULL ? len : (size_t)(end - texts[i]) + 1;
        const uint8_t *bytes = (const uint8_t *)texts[i];
        const struct vtr_hash_text pieces[] = {{(uint32_t)i,
                                                2,
                                                {bytes + first, len - first}},
                                               {(uint32_t)i, 1, {bytes, first}}};
        for (size_t n = 0; n < 2; n++) {
            assert_int_equal(vtr_hash_list_add(list, &pieces[n], &adding, NULL),
                             VTR_OK);
        }
    }
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    vtr_hash_list_get_stats(list, &stats);
    char *spelled = spell(list);
    char *out = calloc(1, strlen(spelled) + 64);
    (void)snprintf(out, strlen(spelled) + 64, "%s%u twice\n", spelled,
                   (unsigned)stats.duplicates);
    free(spelled);
    vtr_hash_list_free(list);
    return out;
}

static void a_limit_changes_nothing(void **state)
{
    enum {
        LINES = 60
    };
    uint32_t random = 99;
    char *texts[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        texts[i] = calloc(1, 64 * LINES + 1);
        fill(texts[i], LINES, &random);
    }
    const struct vtr_hash_list_options unlimited = {.workers = 1};
    char *wanted = compile(texts, 3, &unlimited);
    for (unsigned workers = 1; workers <= 3; workers++) {
        /* Runs of a row, of two, of one less and more than there are; none at all. */
        static const unsigned ROWS[] = {0,
                                        1,
                                        2,
                                        3,
                                        7,
                                        LINES - 1,
                                        LINES,
                                        LINES + 1,
                                        3 * LINES - 1,
                                        3 * LINES,
                                        3 * LINES + 1};
        for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++) {
            /* A sixteenth of a limit is not for rows. */
            const uint64_t limit = (uint64_t)ROWS[i] * ROW_COST * workers * 16 / 15 + 1;
            const struct vtr_hash_list_options limited = {.workers = workers,
                                                          .memory_limit_bytes = limit};
            char *got = compile(texts, 3, &limited);
            assert_string_equal(got, wanted);
            free(got);
        }
    }
    free(wanted);
    for (size_t i = 0; i < 3; i++) {
        free(texts[i]);
    }
}

static void equal_lines_of_many_runs_are_one_record(void **state)
{
    const struct vtr_hash_list_options tiny = {.workers = 2, .memory_limit_bytes = 1};
    char line[] = MD5_A ":7:Same.Name-4-0\n" MD5_A ":7:Same.Name-4-0\n";
    char *texts[] = {line, line, line, line, line};

    (void)state;
    char *got = compile(texts, 5, &tiny);
    assert_string_equal(got, MD5_A ":7:Same.Name-4-0:0:1\n9 twice\n");
    free(got);
}

static void records_on_the_disk_are_found(void **state)
{
    static const uint8_t B[16] = {0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88,
                                  0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11, 0x00};
    static const uint8_t ABSENT[16] = {0xff, 0xff};
    const struct vtr_hash_list_options tiny = {.memory_limit_bytes = 1};
    struct vtr_hash_list *list = vtr_hash_list_new(&tiny);
    struct vtr_hash_place place;

    (void)state;
    add(list, 4, MD5_B ":2:x\n" MD5_A ":1:x\n" MD5_B ":1:x\n" SHA1 ":1:x\n");
    assert_int_equal(vtr_hash_list_finish(list, NULL), VTR_OK);
    assert_true(vtr_hash_list_find(list, VTR_HASH_MD5, B, &place));
    assert_int_equal(place.line, 3);
    assert_false(vtr_hash_list_find(list, VTR_HASH_MD5, ABSENT, &place));
    vtr_hash_list_free(list);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    const struct vtr_hash_list_options tiny = {.memory_limit_bytes = 1,
                                               .beside =
                                                   "/there/is/no/such/folder/file"};
    struct vtr_hash_list *list = vtr_hash_list_new(&tiny);
    const struct vtr_hash_text text = {0, 1,
                                       vtr_bytes_from_text(MD5_A ":1:x\n" MD5_B
                                                                 ":1:x\n")};
    const struct vtr_hash_adding adding = {0};
    struct vtr_error err = {0};

    (void)state;
    if (getenv("TMPDIR") != NULL) {
        skip();
    }
    assert_int_equal(vtr_hash_list_add(list, &text, &adding, &err), VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "/there/is/no/such/folder"));
    vtr_hash_list_free(list);
}

static void a_mark_before_the_first_line_counts_as_part_of_it(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    struct reported reported = {.count = 0};

    (void)state;
    assert_int_equal(add_text(list, 0,
                              "\xef\xbb\xbf"
                              "x\ny",
                              &reported),
                     VTR_OK);
    assert_int_equal(reported.count, 2);
    assert_int_equal(reported.problem.line, 2);
    assert_int_equal(reported.problem.column, 1);
    reported.count = 0;
    assert_int_equal(add_text(list, 0,
                              "\xef\xbb\xbf"
                              "x",
                              &reported),
                     VTR_OK);
    assert_int_equal(reported.problem.column, 4);
    assert_int_equal(reported.problem.text.len, 4);
    vtr_hash_list_free(list);
}

static void there_is_a_last_line_number(void **state)
{
    struct vtr_hash_list *list = vtr_hash_list_new(&IN_MEMORY);
    const struct vtr_hash_adding adding = {0};
    struct vtr_hash_text text = {0, 0x7ffffffe, vtr_bytes_from_text(MD5_A ":1:x\n")};

    (void)state;
    assert_int_equal(vtr_hash_list_add(list, &text, &adding, NULL), VTR_OK);
    text.line++;
    assert_int_equal(vtr_hash_list_add(list, &text, &adding, NULL), VTR_ERROR_LIMIT);
    vtr_hash_list_free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_all_kinds_are_read),
        cmocka_unit_test(digits_may_be_capital),
        cmocka_unit_test(nothing_is_a_list_too),
        cmocka_unit_test(records_are_in_order_and_there_once),
        cmocka_unit_test(stems_are_sorted_and_used),
        cmocka_unit_test(other_levels_are_left_out_and_counted),
        cmocka_unit_test(digests_are_found),
        cmocka_unit_test(bad_lines_are_reported_and_cost_no_others),
        cmocka_unit_test(names_have_a_limit),
        cmocka_unit_test(the_order_of_files_does_not_matter),
        cmocka_unit_test(a_limit_changes_nothing),
        cmocka_unit_test(equal_lines_of_many_runs_are_one_record),
        cmocka_unit_test(records_on_the_disk_are_found),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(a_mark_before_the_first_line_counts_as_part_of_it),
        cmocka_unit_test(there_is_a_last_line_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
