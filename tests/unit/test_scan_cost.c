/* SPDX-License-Identifier: Apache-2.0 */

/* What a pattern or condition may cost is bounded, and a scan that hit a bound says so.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "vitrine/scan.h"

#define DATA_LEN 200000u

static int count(const struct vtr_detection *detection, void *context)
{
    unsigned *found = context;

    (void)detection;
    *found += 1;
    return 1;
}

/* Scans `data`; returns the limits. */
static unsigned scan(const char *rules, struct vtr_bytes data, unsigned *out_found)
{
    const struct vtr_scan_options options = {.work_limit = 10000000};
    struct vtr_bytes image = vtr_test_compile(rules, "test_scan_cost.tmp.yar");
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;

    *out_found = 0;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, &options, NULL), VTR_OK);
    assert_int_equal(vtr_scan_bytes(scanner, data, count, out_found, &limits, NULL),
                     VTR_OK);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    return limits;
}

/* Rules that are false; the length of their text. */
static int write_false_rules(char *to, int count)
{
    int len = 0;

    for (int i = 0; i < count; i++) {
        const int added =
            snprintf(to + len, 40, "rule r%d { condition: filesize == 0 }\n", i);
        assert_true(added > 0 && added < 40);
        len += added;
    }
    return len;
}

/* DATA_LEN times 'a', and one other byte at the end; from malloc. */
static struct vtr_bytes letters(char last)
{
    uint8_t *data = malloc(DATA_LEN);

    assert_non_null(data);
    memset(data, 'a', DATA_LEN);
    data[DATA_LEN - 1] = (uint8_t)last;
    return (struct vtr_bytes){data, DATA_LEN};
}

static void assert_is_cut(const char *rules, char last, unsigned limit)
{
    struct vtr_bytes data = letters(last);
    unsigned found;

    assert_true((scan(rules, data, &found) & limit) != 0);
    free((void *)(uintptr_t)data.ptr);
}

static void jumps_over_what_they_look_for_come_to_an_end(void **state)
{
    (void)state;
    assert_is_cut("rule r { strings: $a = { 61 61 61 61 [0-200] 61 [0-200] 61 [0-200] "
                  "61 [0-200] 61 [0-200] 61 [0-200] 62 62 } condition: $a }",
                  'b', VTR_SCAN_LIMIT_REGEX);
}

static void nested_repeats_come_to_an_end(void **state)
{
    (void)state;
    assert_is_cut("rule r { strings: $a = /aaaa(a|aa)+b\\B/ condition: $a }", 'b',
                  VTR_SCAN_LIMIT_REGEX);
}

/* Going back from each end of each part costs the length of the line squared, or worse;
 * that nothing is found is known all the same. */
static void what_does_not_match_is_known_however_many_ways_there_are(void **state)
{
    (void)state;
    static const char *const EXPRESSIONS[] = {"/bcde.*\\r?\\n?.*\\r?\\n?.*65535\\sf/",
                                              "/bcde.+\\w+\\W?\\w+\\W?\\w+;/",
                                              "/bcde(a|aa)+;/",
                                              "/bcde(a{1,10}){1,10};/",
                                              "/bcde(.+a){3,9}P/"};
    struct vtr_bytes data = letters('b');
    uint8_t *bytes = (uint8_t *)(uintptr_t)data.ptr;
    unsigned found;

    memcpy(bytes + 7, "bcde", 4);
    memcpy(bytes + 3500, "\n\n\n-;Pf", 7); /* PCRE2 looks for the last one first */
    for (size_t i = 0; i < sizeof(EXPRESSIONS) / sizeof(EXPRESSIONS[0]); i++) {
        char rule[128];

        (void)snprintf(rule, sizeof(rule), "rule r { strings: $a = %s condition: $a }",
                       EXPRESSIONS[i]);
        assert_int_equal(scan(rule, data, &found), 0);
        assert_int_equal(found, 0);
    }
    free(bytes);
}

/* The same of expressions without atoms, which may begin anywhere, and at the end of
 * the data. */
static void what_begins_nowhere_is_known_however_many_ways_there_are(void **state)
{
    (void)state;
    static const char *const EXPRESSIONS[] = {"/[a-z]*x?[a-z]*x?[a-z]*[0-9]$/",
                                              "/([a-z]|[a-y][a-y])+[0-9]$/"};
    struct vtr_bytes data = letters('b');
    uint8_t *bytes = (uint8_t *)(uintptr_t)data.ptr;
    unsigned found;

    for (size_t i = 0; i < sizeof(EXPRESSIONS) / sizeof(EXPRESSIONS[0]); i++) {
        char rule[128];

        (void)snprintf(rule, sizeof(rule), "rule r { strings: $a = %s condition: $a }",
                       EXPRESSIONS[i]);
        bytes[DATA_LEN - 1] = 'b';
        assert_int_equal(scan(rule, data, &found), 0);
        assert_int_equal(found, 0);
        memcpy(bytes + DATA_LEN - 4, "z a9", 4);
        assert_int_equal(scan(rule, data, &found), 0);
        assert_int_equal(found, 1);
        memset(bytes + DATA_LEN - 4, 'a', 4);
    }
    free(bytes);
}

static void what_a_condition_looks_for_is_known_however_many_ways_there_are(
    void **state)
{
    enum {
        TEXT_LEN = 3000
    };
    static const char *const EXPRESSIONS[] = {"/[a-z]*x?[a-z]*x?[a-z]*[0-9]$/",
                                              "/(a|aa|[a-c])+[0-9]$/",
                                              "/(a{1,10}){1,10}[0-9]/"};
    char text[TEXT_LEN + 1];
    char rules[2 * TEXT_LEN + 256];
    unsigned found;

    (void)state;
    memset(text, 'a', TEXT_LEN);
    text[TEXT_LEN] = '\0';
    for (size_t i = 0; i < sizeof(EXPRESSIONS) / sizeof(EXPRESSIONS[0]); i++) {
        (void)snprintf(rules, sizeof(rules),
                       "rule no { condition: \"%s\" matches %s }\n"
                       "rule yes { condition: \"%s -a9\" matches %s }",
                       text, EXPRESSIONS[i], text, EXPRESSIONS[i]);
        assert_int_equal(scan(rules, vtr_bytes_from_text("x"), &found), 0);
        assert_int_equal(found, 1);
    }
}

static void loops_over_large_sets_come_to_an_end(void **state)
{
    (void)state;
    assert_is_cut(
        "rule r { condition: for any i in (0..1000000000000) : "
        "(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "
        "matches /(a|aa)+b/) }",
        'b', VTR_SCAN_LIMIT_TIME);
}

/* Conditions that would take minutes where a search, a list of rules and a turn of a
 * loop counted for as little as an instruction. */
static void what_conditions_ask_for_counts_by_what_it_costs(void **state)
{
    enum {
        TEXT_LEN = 20000,
        RULES = 1000
    };
    static const char *const CONDITIONS[] = {
        "rule a { condition: for any i in (0..4000) : (\"%s\" matches "
        "/[a-z]{1,60}[a-z]{1,60}[0-9]/) }",
        "rule a { condition: for any i in (0..4000) : (\"%s\" icontains \"aaaaaaaab\") "
        "}",
        "rule a { condition: \"%s\" == \"\" or for any i in (0..1000000) : (i == -1) }",
        "rule a { condition: \"%s\" == \"\" or for any i in (0..1000) : (any of (r*)) "
        "}",
    };
    char *text = malloc(TEXT_LEN + 1);
    char *rules = malloc(2 * TEXT_LEN + (size_t)RULES * 40);
    unsigned found;

    (void)state;
    assert_non_null(text);
    assert_non_null(rules);
    memset(text, 'a', TEXT_LEN);
    text[TEXT_LEN] = '\0';
    for (size_t i = 0; i < sizeof(CONDITIONS) / sizeof(CONDITIONS[0]); i++) {
        int len = write_false_rules(rules, RULES);
        len += snprintf(rules + len, 2 * TEXT_LEN, CONDITIONS[i], text);
        assert_true(len > TEXT_LEN);
        assert_true(
            (scan(rules, vtr_bytes_from_text("x"), &found) & VTR_SCAN_LIMIT_TIME) != 0);
    }
    free(rules);
    free(text);
}

/* A search of one window may take few steps at each place, and many in all. */
static void searches_that_go_back_from_each_place_come_to_an_end(void **state)
{
    (void)state;
    assert_is_cut("rule r { strings: $a = /[a-z]{1,1000}[a-z]{0,3}[0-9]/ condition: $a "
                  "}",
                  'b', VTR_SCAN_LIMIT_REGEX);
    assert_is_cut("rule r { strings: $a = /(a|)*b|/ condition: #a > 1 }", 'a',
                  VTR_SCAN_LIMIT_REGEX);
}

/* After a long match the next ones are looked at by themselves, wherever a window
 * begins. */
static void long_matches_one_behind_the_other_are_found(void **state)
{
    static const char RULE[] =
        "rule r { strings: $a = /([A-Za-z0-9+\\/]{4}){3,}([A-Za-z0-9+\\/]{3}=)?/ "
        "condition: #a == 989 and !a[1] == 1000 and !a[989] == 12 }";
    char data[1000];
    unsigned found;

    (void)state;
    memset(data, 'Q', sizeof(data));
    assert_int_equal(scan(RULE, (struct vtr_bytes){(const uint8_t *)data, sizeof(data)},
                          &found),
                     0);
    assert_int_equal(found, 1);
}

/* A line of base64 of 100,004 bytes: four hundred million bytes of
 * matches, which are found without looking at each of them. */
static void long_matches_over_each_other_cost_what_their_data_costs(void **state)
{
    static const char RULE[] =
        "rule r { strings: $a = "
        "/([A-Za-z0-9+\\/]{4}){3,}([A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=)?/ "
        "condition: #a == 99993 and !a[1] == 4096 and !a[99993] == 12 and "
        "@a[99993] == 99992 and !a[99989] == 16 }";
    static uint8_t data[100004];
    unsigned found;

    (void)state;
    memset(data, 'Q', sizeof(data));
    assert_int_equal(scan(RULE, (struct vtr_bytes){data, sizeof(data)}, &found), 0);
    assert_int_equal(found, 1);
}

static void work_without_end_does_not_hide_other_rules(void **state)
{
    (void)state;
    struct vtr_bytes data = letters('z');
    unsigned found;
    const unsigned limits =
        scan("rule bad { strings: $a = { 61 61 61 61 [0-200] 61 [0-200] 61 [0-200] 61 "
             "[0-200] 61 [0-200] 61 [0-200] 62 62 } condition: $a }\n"
             "rule good { strings: $a = \"aaaz\" condition: $a }",
             data, &found);

    assert_true((limits & VTR_SCAN_LIMIT_REGEX) != 0);
    assert_int_equal(found, 1);
    free((void *)(uintptr_t)data.ptr);
}

/* Each string is found everywhere: what is kept of them all has a bound, and each rule
 * is found all the same. */
static void matches_of_all_strings_together_are_bounded(void **state)
{
    enum {
        RULES = 100
    };
    struct vtr_bytes data = letters('a');
    char *rules = malloc(RULES * 64 + 1);
    unsigned found;
    size_t len = 0;

    (void)state;
    assert_non_null(rules);
    for (int i = 0; i < RULES; i++) {
        const int added =
            snprintf(rules + len, 64,
                     "rule r%d { strings: $a = \"aaaa\" condition: $a }\n", i);
        assert_true(added > 0 && added < 64);
        len += (size_t)added;
    }
    assert_true((scan(rules, data, &found) & VTR_SCAN_LIMIT_MATCHES) != 0);
    assert_int_equal(found, RULES);
    free(rules);
    free((void *)(uintptr_t)data.ptr);
}

/* All fragments begin with one atom, of which the file consists. */
static void chains_of_many_fragments_come_to_an_end(void **state)
{
    enum {
        FRAGMENTS = 400
    };
    static const char HEAD[] = "rule r { strings: $a = { ";
    static const char FRAGMENT[] = "61 61 [-] ";
    static const char TAIL[] = "62 63 } condition: $a }";
    char *rule = malloc(sizeof(HEAD) + FRAGMENTS * sizeof(FRAGMENT) + sizeof(TAIL));

    (void)state;
    assert_non_null(rule);
    size_t len = sizeof(HEAD) - 1;
    memcpy(rule, HEAD, len);
    for (int i = 0; i < FRAGMENTS; i++) {
        memcpy(rule + len, FRAGMENT, sizeof(FRAGMENT) - 1);
        len += sizeof(FRAGMENT) - 1;
    }
    memcpy(rule + len, TAIL, sizeof(TAIL));
    assert_is_cut(rule, 'b', VTR_SCAN_LIMIT_REGEX);
    free(rule);
}

/* As YARA has it: an expression is followed so far from its atom and no further. */
static void the_end_of_the_data_is_not_looked_for_from_afar(void **state)
{
    static const char RULE[] = "rule r { strings: $a = /bc.*z$/ condition: $a }";
    struct vtr_bytes data = letters('z');
    uint8_t *bytes = (uint8_t *)(uintptr_t)data.ptr;
    unsigned found;

    (void)state;
    memcpy(bytes, "bc", 2);
    assert_int_equal(scan(RULE, data, &found), 0);
    assert_int_equal(found, 0);
    memcpy(bytes + DATA_LEN - 4000, "bc", 2);
    assert_int_equal(scan(RULE, data, &found), 0);
    assert_int_equal(found, 1);
    free(bytes);
}

/* Each of the letters begins a match that goes as far as a match may. */
static void every_letter_of_a_long_run_begins_a_match(void **state)
{
    static const char *const EXPRESSIONS[] = {"[a-z]+", "[a-z]*", "a+", "x?a{1,5000}",
                                              "[a-z]{1,4096}"};
    static const char RULE[] =
        "rule r { strings: $a = /%s/ condition: #a == 200000 and !a[1] == 4096 and "
        "!a[#a - 4095] == 4096 and !a[#a - 4094] == 4095 and !a[#a] == 1 }";
    struct vtr_bytes data = letters('a');
    char rule[256];
    unsigned found;

    (void)state;
    for (size_t i = 0; i < sizeof EXPRESSIONS / sizeof EXPRESSIONS[0]; i++) {
        const int len = snprintf(rule, sizeof rule, RULE, EXPRESSIONS[i]);
        assert_true(len > 0 && (size_t)len < sizeof rule);
        assert_int_equal(scan(rule, data, &found), 0);
        assert_int_equal(found, 1);
    }
    free((void *)(uintptr_t)data.ptr);
}

/* What stands behind a match is seen, but no match goes farther for that: nothing is
 * looked at again as a whole. */
static void ends_of_long_runs_are_seen_from_near(void **state)
{
    static const char *const RULES[] = {
        "rule r { strings: $a = /[a-z]+\\b/ condition: #a == 4096 and @a == 195904 and "
        "!a == 4096 }",
        "rule r { strings: $a = /[a-z]{4,}\\B/ condition: #a == 199996 and !a == 4096 "
        "}",
        "rule r { strings: $a = /[a-z]+$/ condition: #a == 4096 and !a == 4096 }",
        "rule r { strings: $a = /[a-z]{4,}$/ condition: #a == 4093 and !a == 4096 }",
    };
    /* The first two are too far from the end of the data, by one byte the second. */
    static const char *const FAR_RULES[] = {
        "rule r { strings: $a = /b[a-z]*\\b/ condition: #a == 1 and !a == 4096 }",
        "rule r { strings: $a = /b[a-z]*\\B/ condition: #a == 3 and !a == 4096 }",
        "rule r { strings: $a = /b[a-z]*$/ condition: #a == 1 and !a == 4096 }",
        "rule r { strings: $a = /(?m)b[a-z]*$/ condition: #a == 1 and !a == 4096 }",
        "rule r { strings: $a = /bcde[a-z]*\\b/ condition: #a == 1 and !a == 4096 }",
        "rule r { strings: $a = /bcde[a-z]*$/ condition: #a == 1 and !a == 4096 }",
    };
    struct vtr_bytes data = letters('a');
    uint8_t *bytes = (uint8_t *)(uintptr_t)data.ptr;
    unsigned found;

    (void)state;
    for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
        assert_int_equal(scan(RULES[i], data, &found), 0);
        assert_int_equal(found, 1);
    }
    memcpy(bytes + 50000, "bcde", 4);
    memcpy(bytes + DATA_LEN - 4097, "bcde", 4);
    memcpy(bytes + DATA_LEN - 4096, "bcde", 4);
    for (size_t i = 0; i < sizeof FAR_RULES / sizeof FAR_RULES[0]; i++) {
        assert_int_equal(scan(FAR_RULES[i], data, &found), 0);
        assert_int_equal(found, 1);
    }
    free(bytes);
}

/* Short matches of a run, and runs that are too short for one. */
static void runs_need_their_length_and_end_with_it(void **state)
{
    static const char RULE[] =
        "rule r { strings: $a = /a{3,5}/ $b = /[ab]{3}/ fullword $c = /a{4097,}/ "
        "condition: #a == 6 and !a[1] == 5 and !a[2] == 4 and !a[3] == 3 and @a[4] == "
        "9 "
        "and !a[4] == 5 and #b == 1 and @b == 17 and #c == 0 }";
    unsigned found;

    (void)state;
    assert_int_equal(scan(RULE, vtr_bytes_from_text("aaaaa aa aaaaa,  bab."), &found),
                     0);
    assert_int_equal(found, 1);
}

/* Matches of an expression whose ends are those of words or lines, found without
 * looking to the end of the data from each. */
static void ends_of_words_and_lines_are_seen_from_near(void **state)
{
    static const char *const RULES[] = {
        "rule r { strings: $a = /\\b[0-9]{3}\\b/ condition: @a[50000] == 199996 }",
        "rule r { strings: $a = /\\b[0-9]{3}\\b/ condition: #a == 50000 and !a == 3 }",
        "rule r { strings: $a = /[0-9]{3}\\B/ condition: #a == 0 }",
        "rule r { strings: $a = /(?m)^[0-9]+$/ condition: #a == 50000 }",
        "rule r { strings: $a = /\\b/ condition: #a == 100000 }",
    };
    uint8_t *bytes = malloc(DATA_LEN);
    unsigned found;

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < DATA_LEN; i += 4) {
        memcpy(bytes + i, "123\n", 4);
    }
    for (size_t i = 0; i < sizeof(RULES) / sizeof(RULES[0]); i++) {
        assert_int_equal(scan(RULES[i], (struct vtr_bytes){bytes, DATA_LEN}, &found),
                         0);
        assert_int_equal(found, 1);
    }
    free(bytes);
}

/* What goes on past the window that is searched ends where the data does. */
static void words_longer_than_a_window_end_where_they_do(void **state)
{
    struct vtr_bytes data = letters(' ');
    unsigned found;

    (void)state;
    assert_int_equal(
        scan("rule r { strings: $a = /[a-z]\\b/ condition: #a == 1 and @a == 199998 }",
             data, &found),
        0);
    assert_int_equal(found, 1);
    free((void *)(uintptr_t)data.ptr);
}

/* A run of the class at each place that has one, no byte at the others. */
static void what_takes_no_byte_matches_at_each(void **state)
{
    unsigned found;

    (void)state;
    assert_int_equal(
        scan("rule r { strings: $a = /a*/ condition: #a == 7 and !a[1] == 0 and !a[2] "
             "== 2 and !a[3] == 1 and !a[4] == 0 and !a[5] == 0 and !a[6] == 1 and "
             "!a[7] == 0 } rule s { strings: $a = /(b|)$/ condition: #a == 1 and !a == "
             "1 "
             "and @a == 6 }",
             vtr_bytes_from_text("baabbab"), &found),
        0);
    assert_int_equal(found, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jumps_over_what_they_look_for_come_to_an_end),
        cmocka_unit_test(nested_repeats_come_to_an_end),
        cmocka_unit_test(what_does_not_match_is_known_however_many_ways_there_are),
        cmocka_unit_test(what_begins_nowhere_is_known_however_many_ways_there_are),
        cmocka_unit_test(
            what_a_condition_looks_for_is_known_however_many_ways_there_are),
        cmocka_unit_test(loops_over_large_sets_come_to_an_end),
        cmocka_unit_test(what_conditions_ask_for_counts_by_what_it_costs),
        cmocka_unit_test(searches_that_go_back_from_each_place_come_to_an_end),
        cmocka_unit_test(long_matches_one_behind_the_other_are_found),
        cmocka_unit_test(long_matches_over_each_other_cost_what_their_data_costs),
        cmocka_unit_test(work_without_end_does_not_hide_other_rules),
        cmocka_unit_test(matches_of_all_strings_together_are_bounded),
        cmocka_unit_test(chains_of_many_fragments_come_to_an_end),
        cmocka_unit_test(the_end_of_the_data_is_not_looked_for_from_afar),
        cmocka_unit_test(every_letter_of_a_long_run_begins_a_match),
        cmocka_unit_test(ends_of_long_runs_are_seen_from_near),
        cmocka_unit_test(runs_need_their_length_and_end_with_it),
        cmocka_unit_test(ends_of_words_and_lines_are_seen_from_near),
        cmocka_unit_test(words_longer_than_a_window_end_where_they_do),
        cmocka_unit_test(what_takes_no_byte_matches_at_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
