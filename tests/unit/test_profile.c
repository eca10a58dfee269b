/* SPDX-License-Identifier: Apache-2.0 */

/* What a scanner keeps of where its time went. */
#include "vitrine/scan.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})
#define COST_LIMIT  16

static const char RULES[] =
    "import \"math\"\n"
    "rule many { strings: $a = \"abcd\" $b = /[x-z]\\d/ condition: #a > 1 or $b }\n"
    "rule asks { condition: math.max(1, 2) == 2 }\n"
    "rule silent { strings: $a = \"not to be found\" condition: $a }\n";

struct costs {
    struct vtr_cost items[COST_LIMIT];
    size_t count;
};

static void note(const struct vtr_cost *cost, void *context)
{
    struct costs *costs = context;

    assert_true(costs->count < COST_LIMIT);
    costs->items[costs->count++] = *cost;
}

static int ignore(const struct vtr_detection *detection, void *context)
{
    (void)detection;
    (void)context;
    return 1;
}

static const struct vtr_cost *find(const struct costs *costs, enum vtr_cost_kind kind,
                                   const char *rule, const char *name)
{
    for (size_t i = 0; i < costs->count; i++) {
        const struct vtr_cost *cost = &costs->items[i];
        if (cost->kind == kind && cost->rule.len == strlen(rule) &&
            cost->name.len == strlen(name) &&
            (cost->rule.len == 0 || memcmp(cost->rule.ptr, rule, strlen(rule)) == 0) &&
            (cost->name.len == 0 || memcmp(cost->name.ptr, name, strlen(name)) == 0)) {
            return cost;
        }
    }
    return NULL;
}

static struct vtr_scanner *scanner_new(const struct vtr_database *database, int has)
{
    const struct vtr_scan_options options = {.has_profile = has};
    struct vtr_scanner *scanner = NULL;

    assert_int_equal(vtr_scanner_new(&scanner, database, &options, NULL), VTR_OK);
    return scanner;
}

static void scan(struct vtr_scanner *scanner, struct vtr_bytes data)
{
    assert_int_equal(vtr_scan_bytes(scanner, data, ignore, NULL, NULL, NULL), VTR_OK);
}

static void costs_of_several_scanners_are_added_up(void **state)
{
    const struct vtr_bytes image = vtr_test_compile(RULES, "test_profile.tmp.yar");
    struct vtr_database *database = NULL;
    struct costs costs = {0};

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    struct vtr_scanner *scanners[] = {scanner_new(database, 1), NULL,
                                      scanner_new(database, 1),
                                      scanner_new(database, 0)};
    scan(scanners[0], BYTES("abcd y7 abcd"));
    scan(scanners[0], BYTES("abcd"));
    scan(scanners[2], BYTES("abcd"));
    scan(scanners[3], BYTES("abcd"));
    assert_int_equal(vtr_scan_tell_costs((const struct vtr_scanner *const *)scanners, 4,
                                         note, &costs, NULL),
                     VTR_OK);

    const struct vtr_cost *text = find(&costs, VTR_COST_STRING, "many", "a");
    assert_non_null(text);
    assert_int_equal(text->place_count, 4);
    assert_int_equal(text->match_count, 4);
    const struct vtr_cost *regex = find(&costs, VTR_COST_STRING, "many", "b");
    assert_non_null(regex);
    assert_int_equal(regex->match_count, 1);
    const struct vtr_cost *rule = find(&costs, VTR_COST_RULE, "many", "");
    assert_non_null(rule);
    assert_int_equal(rule->count, 3);
    assert_int_equal(rule->match_count, 5);
    assert_int_equal(rule->time_ns,
                     rule->condition_ns + text->time_ns + regex->time_ns);
    assert_int_equal(find(&costs, VTR_COST_MODULE, "", "math")->count, 3);
    assert_int_equal(find(&costs, VTR_COST_SEARCH, "", "")->count, 3);
    assert_int_equal(find(&costs, VTR_COST_REST, "", "")->count, 3);
    assert_null(find(&costs, VTR_COST_RULE, "silent", ""));

    for (size_t i = 0; i < 4; i++) {
        vtr_scanner_free(scanners[i]);
    }
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

static void costs_come_by_kind_and_the_greatest_first(void **state)
{
    const struct vtr_bytes image = vtr_test_compile(RULES, "test_profile.tmp.yar");
    struct vtr_database *database = NULL;
    struct costs costs = {0};

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    struct vtr_scanner *scanner = scanner_new(database, 1);
    for (int i = 0; i < 100; i++) {
        scan(scanner, BYTES("abcd abcd abcd x1 z3 not to be f0und"));
    }
    assert_int_equal(vtr_scan_tell_costs((const struct vtr_scanner *const *)&scanner, 1,
                                         note, &costs, NULL),
                     VTR_OK);
    assert_true(costs.count >= 6);
    for (size_t i = 1; i < costs.count; i++) {
        const struct vtr_cost *before = &costs.items[i - 1];
        const struct vtr_cost *cost = &costs.items[i];
        assert_true(before->kind < cost->kind ||
                    (before->kind == cost->kind && before->time_ns >= cost->time_ns));
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

static void who_keeps_nothing_tells_nothing(void **state)
{
    const struct vtr_bytes image = vtr_test_compile(RULES, "test_profile.tmp.yar");
    struct vtr_database *database = NULL;
    struct costs costs = {0};

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    struct vtr_scanner *scanner = scanner_new(database, 0);
    scan(scanner, BYTES("abcd"));
    assert_int_equal(vtr_scan_tell_costs((const struct vtr_scanner *const *)&scanner, 1,
                                         note, &costs, NULL),
                     VTR_OK);
    assert_int_equal(vtr_scan_tell_costs(NULL, 0, note, &costs, NULL), VTR_OK);
    assert_int_equal(costs.count, 0);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_of_several_scanners_are_added_up),
        cmocka_unit_test(costs_come_by_kind_and_the_greatest_first),
        cmocka_unit_test(who_keeps_nothing_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
