/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/rule_facts.h"

#include <stdlib.h>

#include "format/image/image.h"
#include "scan/condition/always_rules.h"
#include "scan/condition/rule_eval.h"
#include "scan/run/scan_run.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* Rules 0 to 5 of the database, in the order of their names. */
static const char RULES[] =
    "rule a { condition: uint16(0) == 0x5A4D and filesize > 3 }\n"
    "rule b { strings: $a = \"abcd\" $b = \"efgh\" condition:\n"
    "    uint16(0) == 0x5A4D and $a and #b > 1 }\n"
    "rule c { condition: filesize > 3 and uint16(0) == 0x5A4D }\n"
    "rule d { strings: $a = \"abcd\" $b = \"efgh\" condition:\n"
    "    $a at entrypoint and $b at 77 or $b at 77 }\n"
    "rule e { condition: for all i in (1..2) : (i < filesize) }\n"
    "rule f { condition: uint8(0) == 0x2E and filesize == 5 }\n";

struct fixture {
    struct vtr_bytes bytes;
    struct vtr_image image;
    struct vtr_scan_run run;
    struct vtr_rule_facts facts;
    struct vtr_rule_eval eval;
};

static void begin_file(struct fixture *f, struct vtr_bytes data)
{
    f->run.data = data;
    f->run.total_len = data.len;
    f->run.file_number++;
    vtr_rule_eval_begin(&f->eval, &f->run);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->bytes = vtr_test_compile(RULES, "test_rule_facts.tmp");
    assert_int_equal(vtr_image_open(&f->image, f->bytes, NULL), VTR_OK);
    f->run.image = &f->image;
    f->run.options.work_limit = 1000000;
    vtr_rule_facts_init(&f->facts);
    f->run.facts = &f->facts;
    vtr_rule_eval_init(&f->eval);
    f->run.modules = &f->eval.modules;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    vtr_rule_eval_deinit(&f->eval);
    vtr_rule_facts_deinit(&f->facts);
    free((void *)(uintptr_t)f->bytes.ptr);
    free(f);
    return 0;
}

static uint32_t fact_of(struct fixture *f, uint32_t rule)
{
    const uint32_t fact = vtr_rule_facts_get(&f->facts, &f->run, rule);

    assert_int_not_equal(fact, UINT32_MAX);
    return fact;
}

static void guards_of_the_same_bytes_are_one(void **state)
{
    struct fixture *f = *state;
    struct vtr_rule_facts *facts = &f->facts;
    const uint32_t a = fact_of(f, 0);
    const uint32_t b = fact_of(f, 1);
    const uint32_t c = fact_of(f, 2);

    assert_int_equal(vtr_rule_facts_guard_count(facts, a), 2);
    assert_int_equal(vtr_rule_facts_guard_count(facts, b), 1);
    assert_int_equal(vtr_rule_facts_guard_count(facts, c), 2);
    assert_int_equal(vtr_rule_facts_guard(facts, a, 0),
                     vtr_rule_facts_guard(facts, b, 0));
    assert_int_equal(vtr_rule_facts_guard(facts, a, 0),
                     vtr_rule_facts_guard(facts, c, 1));
    assert_int_equal(vtr_rule_facts_guard(facts, a, 1),
                     vtr_rule_facts_guard(facts, c, 0));
    assert_int_equal(fact_of(f, 0), a);
    assert_int_equal(facts->guards.count, 2);
}

static void guards_are_of_the_file_at_hand(void **state)
{
    struct fixture *f = *state;
    struct vtr_rule_facts *facts = &f->facts;
    const uint32_t a = fact_of(f, 0);

    begin_file(f, BYTES("MZ.."));
    assert_true(vtr_rule_facts_is_possible(facts, &f->run, a));
    begin_file(f, BYTES("MZ."));
    assert_false(vtr_rule_facts_is_possible(facts, &f->run, a));
    begin_file(f, BYTES("ZM.."));
    assert_false(vtr_rule_facts_is_possible(facts, &f->run, a));
    begin_file(f, BYTES(""));
    assert_false(vtr_rule_facts_is_possible(facts, &f->run, a));
}

static void needs_and_places_are_the_patterns(void **state)
{
    struct fixture *f = *state;
    struct vtr_rule_facts *facts = &f->facts;
    const uint32_t b = fact_of(f, 1);
    const uint32_t d = fact_of(f, 3);
    uint64_t offset = 0;

    assert_int_equal(vtr_rule_facts_need(facts, b, 0).need, VTR_NEED_ONE);
    assert_int_equal(vtr_rule_facts_need(facts, b, 1).need, VTR_NEED_ALL);
    assert_int_equal(vtr_rule_facts_need(facts, b, 2).need, VTR_NEED_ALL);
    const struct vtr_pattern_need entry = vtr_rule_facts_need(facts, d, 0);
    const struct vtr_pattern_need fixed = vtr_rule_facts_need(facts, d, 1);
    assert_int_equal(entry.need, VTR_NEED_PLACE);
    assert_int_equal(fixed.need, VTR_NEED_PLACE);
    begin_file(f, BYTES("no program"));
    assert_false(vtr_rule_facts_place(facts, &f->run, entry.place, &offset));
    assert_true(vtr_rule_facts_place(facts, &f->run, fixed.place, &offset));
    assert_int_equal(offset, 77);
}

static void rules_without_patterns_wait_for_their_guards(void **state)
{
    struct fixture *f = *state;
    struct vtr_always_rules always;
    struct vtr_vector rules;

    vtr_always_rules_init(&always);
    vtr_vector_init(&rules, sizeof(uint32_t));
    begin_file(f, BYTES("MZ.."));
    assert_true(vtr_always_rules_add(&always, &f->run, &rules));
    assert_int_equal(rules.count, 3); /* a, c and e */
    rules.count = 0;
    begin_file(f, BYTES("...."));
    assert_true(vtr_always_rules_add(&always, &f->run, &rules));
    assert_int_equal(rules.count, 1);
    assert_int_equal(*(const uint32_t *)rules.items, 4);

    /* What was known is void when all is forgotten. */
    vtr_rule_facts_clear(&f->facts);
    (void)fact_of(f, 3);
    rules.count = 0;
    begin_file(f, BYTES("MZ.."));
    assert_true(vtr_always_rules_add(&always, &f->run, &rules));
    assert_int_equal(rules.count, 3);
    vtr_vector_deinit(&rules);
    vtr_always_rules_deinit(&always);
}

static void expect_always(struct fixture *f, const char *letters)
{
    struct vtr_always_rules always;
    struct vtr_vector rules;
    char found[8] = "";

    vtr_always_rules_init(&always);
    vtr_vector_init(&rules, sizeof(uint32_t));
    assert_true(vtr_always_rules_add(&always, &f->run, &rules));
    assert_true(rules.count < sizeof(found));
    for (size_t i = 0; i < rules.count; i++) {
        found[i] = (char)('a' + ((const uint32_t *)rules.items)[i]);
    }
    assert_string_equal(found, letters);
    vtr_vector_deinit(&rules);
    vtr_always_rules_deinit(&always);
}

static void rules_of_a_size_wait_for_files_of_that_size(void **state)
{
    struct fixture *f = *state;
    const struct vtr_memory memory = {0};

    begin_file(f, BYTES("....."));
    expect_always(f, "fe");
    begin_file(f, BYTES("......"));
    expect_always(f, "e");
    begin_file(f, BYTES("x...."));
    expect_always(f, "e");
    /* A memory has none. */
    begin_file(f, BYTES("....."));
    f->run.memory = &memory;
    expect_always(f, "e");
    f->run.memory = NULL;
}

/* Groups that are none and rules that are none are said, and harm nobody. */
static void bad_groups_are_told(void **state)
{
    struct fixture *f = *state;
    struct vtr_bytes *rules = &f->image.sections[VTR_SECTION_RULE_ALWAYS].bytes;
    struct vtr_bytes *groups = &f->image.sections[VTR_SECTION_RULE_GROUPS].bytes;
    const struct vtr_bytes whole = *rules;
    static const uint8_t BAD[8] = {0xFF, 0xFF, 0xFF, 0xFF, 3, 0, 0, 0};

    begin_file(f, BYTES("....."));
    *rules = (struct vtr_bytes){BAD, sizeof(BAD)};
    expect_always(f, "`d"); /* rule -1 is for the evaluation to refuse */
    assert_int_equal(f->run.limits, VTR_SCAN_BAD_DATABASE);
    *rules = whole;
    *groups = (struct vtr_bytes){BAD, sizeof(BAD)};
    f->run.limits = 0;
    expect_always(f, "");
    assert_int_equal(f->run.limits, VTR_SCAN_BAD_DATABASE);
}

/* What cannot be read of the database cannot be read for the next file either. */
static void bad_groups_are_told_of_each_file(void **state)
{
    static const uint8_t BAD[4] = {0xFF, 0xFF, 0xFF, 0xFF};
    struct fixture *f = *state;
    struct vtr_always_rules always;
    struct vtr_vector rules;

    f->image.sections[VTR_SECTION_RULE_GROUPS].bytes =
        (struct vtr_bytes){BAD, sizeof(BAD)};
    vtr_always_rules_init(&always);
    vtr_vector_init(&rules, sizeof(uint32_t));
    for (unsigned file = 0; file < 2; file++) {
        f->run.limits = 0;
        begin_file(f, BYTES("....."));
        assert_true(vtr_always_rules_add(&always, &f->run, &rules));
        assert_int_equal(f->run.limits, VTR_SCAN_BAD_DATABASE);
    }
    vtr_vector_deinit(&rules);
    vtr_always_rules_deinit(&always);
}

static void a_rule_that_is_none_has_no_number(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(vtr_rule_facts_get(&f->facts, &f->run, 6), UINT32_MAX);
    assert_int_equal(vtr_rule_facts_get(&f->facts, &f->run, UINT32_MAX), UINT32_MAX);
    assert_int_equal(f->run.limits, VTR_SCAN_BAD_DATABASE);
    assert_false(f->run.is_memory_out);
}

/* Nothing more goes into a vector so long. */
static void fill(struct vtr_vector *v)
{
    v->count = SIZE_MAX;
    v->cap = SIZE_MAX;
}

static void rules_that_memory_has_no_room_for_are_no_damage(void **state)
{
    struct fixture *f = *state;

    fill(&f->facts.rule_guards);
    begin_file(f, BYTES("MZ.."));
    assert_int_equal(vtr_rule_facts_get(&f->facts, &f->run, 0), UINT32_MAX);
    assert_true(f->run.is_memory_out);
    f->run.is_memory_out = false;
    begin_file(f, BYTES("MZ.."));
    assert_false(vtr_rule_eval_run(&f->eval, &f->run));
    assert_true(f->run.is_memory_out);
    assert_int_equal(f->run.limits, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(guards_of_the_same_bytes_are_one, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(guards_are_of_the_file_at_hand, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(needs_and_places_are_the_patterns, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rules_without_patterns_wait_for_their_guards,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules_of_a_size_wait_for_files_of_that_size,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_groups_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(bad_groups_are_told_of_each_file, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_rule_that_is_none_has_no_number, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(rules_that_memory_has_no_room_for_are_no_damage,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
