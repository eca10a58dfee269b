/* SPDX-License-Identifier: Apache-2.0 */

/* A search by several threads says what one by one thread says. */
#include "scan/search/atom_ahead.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/random_records.h"
#include "vitrine/scan.h"

/* Some blocks of the search, and a part of one. */
#define DATA_LEN (5u * 1024u * 1024u + 12345u)

static const char RULES[] =
    "rule text { strings: $a = \"needle\" $b = \"dle\" nocase wide ascii $c = \"in\"\n"
    "    condition: any of them }\n"
    "rule hex { strings: $a = { 6E 65 [0-300] 78 79 7A } $b = { 61 ?? 62 [4-90000] 63 "
    "}\n"
    "    condition: any of them }\n"
    "rule regex { strings: $a = /ne+d[a-f]{1,3}le/ $b = /xyz.{0,900}needle/s\n"
    "    condition: any of them }\n"
    "rule everywhere { strings: $a = /[0-9]{4}-[a-f]{4}/ condition: $a }\n"
    "rule never { strings: $a = \"needle\" condition: filesize < 10 and $a }\n"
    "rule place { strings: $a = \"needle\" condition: $a at 3000000 }\n"
    "rule count { strings: $a = \"xyz\" condition: #a > 100 }\n";

static const char *const PIECES[] = {"needle",  "NeEdLe", "xyz",       "1234-abcd",
                                     "need",    "a1b",    "neeeedale", "n\0e\0e\0dle",
                                     "ninexyz", "c"};

struct fixture {
    struct vtr_database *database;
    struct vtr_bytes image;
    uint8_t *data;
};

static void fill(uint8_t *data, uint64_t seed, unsigned distance)
{
    uint64_t random = seed;

    memset(data, 0, DATA_LEN);
    for (size_t at = 0; at + 16 < DATA_LEN;
         at += 1 + vtr_test_below(&random, distance)) {
        const char *piece =
            PIECES[vtr_test_below(&random, sizeof(PIECES) / sizeof(PIECES[0]))];

        memcpy(data + at, piece, strlen(piece));
        at += strlen(piece);
    }
    memcpy(data + 3000000, "needle", 6);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->image = vtr_test_compile(RULES, "test_atom_ahead.tmp");
    assert_int_equal(vtr_database_open_bytes(&f->database, f->image, NULL), VTR_OK);
    f->data = malloc(DATA_LEN);
    assert_non_null(f->data);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    vtr_database_free(f->database);
    free((void *)(uintptr_t)f->image.ptr);
    free(f->data);
    free(f);
    return 0;
}

static int take(const struct vtr_detection *detection, void *context)
{
    struct vtr_writer *out = context;

    vtr_writer_string(out, detection->name);
    for (size_t s = 0; s < detection->string_count; s++) {
        const struct vtr_string_matches *string = &detection->strings[s];

        vtr_writer_varint(out, string->count);
        for (size_t i = 0; i < string->count; i++) {
            vtr_writer_varint(out, string->matches[i].offset);
            vtr_writer_varint(out, string->matches[i].length);
        }
    }
    return 1;
}

static void scan(const struct fixture *f, const struct vtr_scan_options *options,
                 size_t len, struct vtr_writer *out)
{
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;

    assert_int_equal(vtr_scanner_new(&scanner, f->database, options, NULL), VTR_OK);
    for (int file = 0; file < 2; file++) { /* the second knows the patterns */
        assert_int_equal(vtr_scan_bytes(scanner, (struct vtr_bytes){f->data, len}, take,
                                        out, &limits, NULL),
                         VTR_OK);
        vtr_writer_varint(out, limits);
    }
    vtr_scanner_free(scanner);
}

static void expect_same(const struct fixture *f, struct vtr_scan_options options,
                        size_t len)
{
    static const unsigned THREADS[] = {2, 5};
    struct vtr_writer wanted = {0};

    options.threads = 1;
    scan(f, &options, len, &wanted);
    assert_true(vtr_writer_ok(&wanted) && wanted.len > 20);
    for (size_t i = 0; i < sizeof(THREADS) / sizeof(THREADS[0]); i++) {
        struct vtr_writer got = {0};

        options.threads = THREADS[i];
        scan(f, &options, len, &got);
        assert_int_equal(got.len, wanted.len);
        assert_memory_equal(got.ptr, wanted.ptr, wanted.len);
        vtr_writer_deinit(&got);
    }
    vtr_writer_deinit(&wanted);
}

static void matches_are_the_same_with_any_number_of_threads(void **state)
{
    struct fixture *f = *state;

    fill(f->data, 1, 400);
    expect_same(f, (struct vtr_scan_options){0}, DATA_LEN);
    expect_same(f, (struct vtr_scan_options){0}, 4u * 1024 * 1024);
    expect_same(f, (struct vtr_scan_options){0}, 4u * 1024 * 1024 - 1);
    expect_same(f, (struct vtr_scan_options){.is_brief = 1}, DATA_LEN);
    expect_same(f, (struct vtr_scan_options){.has_unsatisfied = 1}, DATA_LEN);
}

static void limits_stop_the_same_matches(void **state)
{
    struct fixture *f = *state;

    fill(f->data, 2, 300);
    expect_same(f, (struct vtr_scan_options){.match_limit = 100}, DATA_LEN);
    expect_same(f, (struct vtr_scan_options){.regex_match_limit = 3}, DATA_LEN);
}

/* Places beyond what a block has room for. */
static void blocks_that_are_full_lose_nothing(void **state)
{
    struct fixture *f = *state;

    fill(f->data, 3, 300);
    for (size_t at = 1000000; at < 1800000; at += 6) {
        memcpy(f->data + at, "needle", 6);
    }
    memset(f->data + 4000000, 'e', 500000);
    expect_same(f, (struct vtr_scan_options){0}, DATA_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(matches_are_the_same_with_any_number_of_threads,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_stop_the_same_matches, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(blocks_that_are_full_lose_nothing, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
