/* SPDX-License-Identifier: Apache-2.0 */

/* What is dear to look for is not looked for where it cannot matter, and what is said
 * of a file stays the same. */
#include "scan/search/pattern_hope.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/random_records.h"
#include "vitrine/scan.h"

#define CASES 400u

/* $w, $x: expressions without atoms; $y, $z: with atoms, tried when all have been
 * looked for. */
static const char STRINGS[] = "strings: $a = \"abcd\" $b = \"bcde\" "
                              "$w = /[0-9]{3}/ $x = /[k-m]+[0-9]/ "
                              "$y = /efg[0-9]*h/ $z = /[0-9]+cde[0-9]/ ";

static const char *const CONDITIONS[] = {
    "$a and $w",
    "$w and $x",
    "$w or $a",
    "all of them",
    "3 of them",
    "any of ($w, $x) and any of ($a, $b)",
    "$y and not $a",
    "$y and $z",
    "#z > 1 and $w",
    "#w > 2 or ($x and $b)",
    "$a and #y == 0",
    "not $w and not $y",
    "for all of ($a, $x) : (# > 0)",
    "for any of ($y, $z) : ($ in (0..20)) and $b",
    "60% of them",
    "none of ($a, $b) and $z",
    "@w[1] < @x[1]",
};
#define RULES (sizeof(CONDITIONS) / sizeof(CONDITIONS[0]))

static const char *const PIECES[] = {"abcd", "bcde",  "123",   "4567", "k1",    "lm2",
                                     "efgh", "efg9h", "1cde2", "cde",  "abcde", " "};

struct verdicts {
    uint64_t matches[RULES]; /* of each rule that is satisfied, plus 1 */
};

static int note(const struct vtr_detection *detection, void *context)
{
    struct verdicts *verdicts = context;
    const size_t rule = (size_t)(detection->name.ptr[1] - 'a');

    assert_true(rule < RULES);
    if (detection->is_satisfied) {
        verdicts->matches[rule] = 1;
        for (size_t i = 0; i < detection->string_count; i++) {
            verdicts->matches[rule] += detection->strings[i].count;
        }
    }
    return 1;
}

static struct vtr_scanner *make_scanner(const struct vtr_database *database,
                                        const struct vtr_scan_options *options)
{
    struct vtr_scanner *scanner = NULL;

    assert_int_equal(vtr_scanner_new(&scanner, database, options, NULL), VTR_OK);
    return scanner;
}

static struct verdicts scan(struct vtr_scanner *scanner, struct vtr_bytes data)
{
    struct verdicts verdicts = {{0}};

    assert_int_equal(vtr_scan_bytes(scanner, data, note, &verdicts, NULL, NULL),
                     VTR_OK);
    return verdicts;
}

static void verdicts_and_matches_are_those_of_a_scan_that_looks_for_all(void **state)
{
    char text[8192];
    size_t len = 0;
    uint64_t random = 5;
    struct vtr_database *database = NULL;
    const struct vtr_scan_options all = {.has_unsatisfied = 1};
    const struct vtr_scan_options brief = {.is_brief = 1};

    (void)state;
    for (size_t i = 0; i < RULES; i++) {
        len += (size_t)snprintf(
            text + len, sizeof(text) - len,
            "rule r%c { %s condition: (%s) or (filesize < 0 and all of them) }\n",
            (char)('a' + i), STRINGS, CONDITIONS[i]);
        assert_true(len < sizeof(text));
    }
    const struct vtr_bytes image = vtr_test_compile(text, "test_pattern_hope.tmp.yar");
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    struct vtr_scanner *every = make_scanner(database, &all);
    struct vtr_scanner *lean = make_scanner(database, NULL);
    struct vtr_scanner *shortest = make_scanner(database, &brief);
    for (size_t c = 0; c < CASES; c++) {
        char data[128] = "";
        const size_t count = vtr_test_below(&random, 9);

        for (size_t i = 0; i < count; i++) {
            strncat(data, PIECES[vtr_test_below(&random, 12)],
                    sizeof(data) - strlen(data) - 1);
        }
        const struct vtr_bytes bytes = {(const uint8_t *)data, strlen(data)};
        const struct verdicts wanted = scan(every, bytes);
        const struct verdicts found = scan(lean, bytes);
        const struct verdicts told = scan(shortest, bytes);
        for (size_t i = 0; i < RULES; i++) {
            if (found.matches[i] != wanted.matches[i] ||
                (told.matches[i] > 0) != (wanted.matches[i] > 0)) {
                fail_msg("'%s' in \"%s\"", CONDITIONS[i], data);
            }
        }
    }
    vtr_scanner_free(every);
    vtr_scanner_free(lean);
    vtr_scanner_free(shortest);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

/* Whether an expression is tried that matches too often in a file with "abcd". */
static bool is_tried(const char *condition)
{
    static uint8_t data[200000];
    char text[512];
    struct vtr_database *database = NULL;
    const struct vtr_scan_options options = {.match_limit = 9};
    struct verdicts verdicts;
    unsigned limits = 0;

    memset(data, '1', sizeof(data));
    memcpy(data, "abcd efg", 8);
    assert_true(
        snprintf(text, sizeof(text),
                 "rule ra { %s condition: (%s) or (filesize < 0 and all of them) }",
                 STRINGS, condition) < (int)sizeof(text));
    const struct vtr_bytes image = vtr_test_compile(text, "test_pattern_hope.tmp.yar");
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    struct vtr_scanner *scanner = make_scanner(database, &options);
    assert_int_equal(vtr_scan_bytes(scanner, (struct vtr_bytes){data, sizeof(data)},
                                    note, &verdicts, &limits, NULL),
                     VTR_OK);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    return limits != 0;
}

static void where_there_is_no_hope_nothing_is_tried(void **state)
{
    (void)state;
    assert_true(is_tried("$a and #w > 1000000"));
    assert_false(is_tried("$b and #w > 1000000"));
    assert_false(is_tried("#w > 1000000 and $b"));
    assert_false(is_tried("all of ($b, $w)"));
    assert_true(is_tried("any of ($b, $w)"));
    assert_true(is_tried("$b or #w > 1000000"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_and_matches_are_those_of_a_scan_that_looks_for_all),
        cmocka_unit_test(where_there_is_no_hope_nothing_is_tried),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
