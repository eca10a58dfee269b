/* SPDX-License-Identifier: Apache-2.0 */

/* A file of nothing but matches gives each pattern all of its own, in their order. */
#include "scan/search/plain_hits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/random_records.h"
#include "vitrine/scan.h"

/* More hits than the log holds, in a file that several threads search. */
#define DATA_LEN (5u * 1024u * 1024u)
#define COUNT    400u
#define LEN_MAX  40u

struct piece {
    uint8_t bytes[LEN_MAX];
    size_t len;
};

struct fixture {
    struct piece pieces[COUNT];
    struct vtr_database *database;
    struct vtr_bytes image;
    uint8_t *data;
};

/* What is expected, pattern after pattern. */
struct expectation {
    const struct fixture *fixture;
    size_t len;
    size_t limit; /* of matches of a pattern */
    size_t rules;
    size_t matches;
};

/* Short and long ones, letters and any bytes; some are the beginnings of others. */
static void make_pieces(struct fixture *f)
{
    uint64_t random = 7;

    for (size_t i = 0; i < COUNT; i++) {
        struct piece *piece = &f->pieces[i];

        piece->len = i % 8 == 0 ? 17 + vtr_test_below(&random, LEN_MAX - 16)
                                : 4 + vtr_test_below(&random, 13);
        for (size_t n = 0; n < piece->len; n++) {
            piece->bytes[n] = (uint8_t)(i % 2 == 0 ? 'a' + vtr_test_below(&random, 26)
                                                   : vtr_test_below(&random, 256));
        }
        if (i % 10 == 9) {
            memcpy(piece->bytes, f->pieces[i - 8].bytes, 4);
        }
    }
}

static void add(struct vtr_writer *out, const char *text)
{
    vtr_writer_raw(out, (struct vtr_bytes){(const uint8_t *)text, strlen(text)});
}

static void write_rules(const struct fixture *f, struct vtr_writer *out)
{
    char text[64];

    for (size_t i = 0; i < COUNT; i++) {
        const struct piece *piece = &f->pieces[i];
        const char *open = i % 2 == 0 ? "\"" : "{ ";

        (void)snprintf(text, sizeof(text), "rule r%03zu { strings: $a = %s", i, open);
        add(out, text);
        for (size_t n = 0; n < piece->len; n++) {
            (void)snprintf(text, sizeof(text), i % 2 == 0 ? "%c" : "%02X ",
                           piece->bytes[n]);
            add(out, text);
        }
        add(out, i % 2 == 0 ? "\"" : "}");
        add(out, " condition: $a }\n");
    }
}

static void fill(struct fixture *f)
{
    uint64_t random = 99;
    size_t at = 0;

    while (DATA_LEN - at >= LEN_MAX) {
        const struct piece *piece = &f->pieces[vtr_test_below(&random, COUNT)];

        memcpy(f->data + at, piece->bytes, piece->len);
        at += piece->len;
        if (vtr_test_below(&random, 50) == 0) {
            at -= 2; /* the next one stands in the end of this one */
        }
    }
    memset(f->data + at, 0, DATA_LEN - at);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct vtr_writer rules = {0};

    assert_non_null(f);
    make_pieces(f);
    write_rules(f, &rules);
    vtr_writer_u8(&rules, 0);
    assert_true(vtr_writer_ok(&rules));
    f->image = vtr_test_compile((const char *)rules.ptr, "test_plain_hits.tmp");
    vtr_writer_deinit(&rules);
    assert_int_equal(vtr_database_open_bytes(&f->database, f->image, NULL), VTR_OK);
    f->data = malloc(DATA_LEN);
    assert_non_null(f->data);
    fill(f);
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

/* Where the piece stands next, from `from` on; `len` when it does not. */
static size_t find(const struct fixture *f, const struct piece *piece, size_t from,
                   size_t len)
{
    while (len - from >= piece->len) {
        const uint8_t *start =
            memchr(f->data + from, piece->bytes[0], len - from - piece->len + 1);
        if (start == NULL) {
            break;
        }
        if (memcmp(start, piece->bytes, piece->len) == 0) {
            return (size_t)(start - f->data);
        }
        from = (size_t)(start - f->data) + 1;
    }
    return len;
}

static int check(const struct vtr_detection *detection, void *context)
{
    struct expectation *wanted = context;
    char name[8] = {0};
    size_t at = 0;
    size_t count = 0;

    assert_int_equal(detection->name.len, 4);
    memcpy(name, detection->name.ptr, 4);
    const size_t number = (size_t)(name[1] - '0') * 100 + (size_t)(name[2] - '0') * 10 +
                          (size_t)(name[3] - '0');
    const struct piece *piece = &wanted->fixture->pieces[number];
    assert_int_equal(detection->string_count, 1);
    const struct vtr_string_matches *string = &detection->strings[0];
    for (; count < wanted->limit; count++) {
        at = find(wanted->fixture, piece, at, wanted->len);
        if (at == wanted->len) {
            break;
        }
        assert_true(count < string->count);
        assert_true(string->matches[count].offset == at);
        assert_true(string->matches[count].length == piece->len);
        at++;
    }
    assert_int_equal(count, string->count);
    wanted->rules++;
    wanted->matches += count;
    return 1;
}

static void scan(struct vtr_scanner *scanner, struct expectation *wanted, size_t len,
                 unsigned *out_limits)
{
    const struct vtr_bytes data = {wanted->fixture->data, len};

    wanted->len = len;
    wanted->rules = 0;
    wanted->matches = 0;
    assert_int_equal(vtr_scan_bytes(scanner, data, check, wanted, out_limits, NULL),
                     VTR_OK);
}

/* The first file has some of the patterns, so that others are met while threads are at
 * work; in the third all are known. */
static void each_pattern_gets_all_its_matches(void **state)
{
    const struct fixture *f = *state;

    for (unsigned threads = 1; threads <= 3; threads += 2) {
        const struct vtr_scan_options options = {.threads = threads};
        struct expectation wanted = {.fixture = f, .limit = SIZE_MAX};
        struct vtr_scanner *scanner = NULL;
        unsigned limits = 0;

        assert_int_equal(vtr_scanner_new(&scanner, f->database, &options, NULL),
                         VTR_OK);
        scan(scanner, &wanted, 900, &limits);
        assert_true(wanted.rules > 10 && wanted.rules < COUNT);
        scan(scanner, &wanted, DATA_LEN, &limits);
        assert_int_equal(wanted.rules, COUNT);
        assert_true(wanted.matches > 400000);
        scan(scanner, &wanted, DATA_LEN / 3, &limits);
        assert_int_equal(wanted.rules, COUNT);
        assert_int_equal(limits, 0);
        vtr_scanner_free(scanner);
    }
}

static void a_limit_of_matches_leaves_the_first_ones(void **state)
{
    const struct fixture *f = *state;
    const struct vtr_scan_options options = {.match_limit = 5};
    struct expectation wanted = {.fixture = f, .limit = 5};
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;

    assert_int_equal(vtr_scanner_new(&scanner, f->database, &options, NULL), VTR_OK);
    scan(scanner, &wanted, 200000, &limits);
    assert_int_equal(wanted.rules, COUNT);
    assert_int_equal(wanted.matches, 5 * COUNT);
    assert_int_equal(limits, VTR_SCAN_LIMIT_MATCHES);
    vtr_scanner_free(scanner);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_pattern_gets_all_its_matches, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_limit_of_matches_leaves_the_first_ones,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
