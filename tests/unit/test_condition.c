/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition.h"

#include <math.h>
#include <string.h>

#include "base/bytes.h"
#include "format/bytecode/condition_check.h"
#include "scan/condition/external.h"
#include "scan/regex/regex.h"
#include "tests/support/cmocka.h"

static const char DATA[] = "foobar xfoobarx\xff";

/* A condition that is being written. */
struct program {
    struct vtr_writer w;
};

static void op(struct program *p, uint8_t opcode)
{
    vtr_writer_u8(&p->w, opcode);
}

static void integer(struct program *p, int64_t value)
{
    op(p, VTR_OP_INT);
    vtr_writer_zigzag(&p->w, value);
}

static void text(struct program *p, const char *value)
{
    op(p, VTR_OP_TEXT);
    vtr_writer_masked(&p->w, vtr_bytes_from_text(value));
}

static void undefined(struct program *p)
{
    integer(p, 1);
    integer(p, 0);
    op(p, VTR_OP_DIV);
}

static enum vtr_truth say_pending(struct vtr_bytes name, void *context)
{
    (void)context;
    return name.len == 1 ? VTR_TRUTH_PENDING : VTR_TRUTH_NO_RULE;
}

/* Runs the program and forgets it. */
static enum vtr_truth run_limited(struct program *p, uint64_t budget,
                                  unsigned *out_limits)
{
    struct vtr_image image = {0};
    const struct vtr_external_settings externals = {0};
    struct vtr_scan_run run = {.image = &image,
                               .externals = &externals,
                               .data = {(const uint8_t *)DATA, sizeof(DATA) - 1}};
    struct vtr_condition_regexes regexes;

    vtr_condition_regexes_init(&regexes);
    run.regexes = vtr_regex_machine_new(1000, 1000);
    const struct vtr_condition_world world = {.run = &run,
                                              .regexes = &regexes,
                                              .ask = say_pending,
                                              .pattern_count = 3,
                                              .budget = &budget};
    const enum vtr_truth truth = vtr_condition_run(&world, vtr_writer_bytes(&p->w));
    *out_limits = run.limits;
    vtr_regex_machine_free(run.regexes);
    vtr_condition_regexes_deinit(&regexes);
    vtr_writer_deinit(&p->w);
    *p = (struct program){0};
    return truth;
}

static bool is_true(struct program *p)
{
    unsigned limits;
    const enum vtr_truth truth = run_limited(p, 1000000, &limits);

    assert_int_equal(limits, 0);
    assert_true(truth == VTR_TRUTH_TRUE || truth == VTR_TRUTH_FALSE);
    return truth == VTR_TRUTH_TRUE;
}

static bool is_malformed(struct program *p)
{
    unsigned limits;
    const enum vtr_truth truth = run_limited(p, 1000000, &limits);

    return truth == VTR_TRUTH_FALSE && limits == VTR_SCAN_BAD_DATABASE;
}

/* left OP right, of integers, equals `expected`. */
static bool calculates(uint8_t opcode, int64_t left, int64_t right, int64_t expected)
{
    struct program p = {0};

    integer(&p, left);
    integer(&p, right);
    op(&p, opcode);
    integer(&p, expected);
    op(&p, VTR_OP_EQ);
    return is_true(&p);
}

static bool is_defined(uint8_t opcode, int64_t left, int64_t right)
{
    struct program p = {0};

    integer(&p, left);
    integer(&p, right);
    op(&p, opcode);
    op(&p, VTR_OP_DEFINED);
    return is_true(&p);
}

static void integers_wrap_and_division_by_zero_is_undefined(void **state)
{
    (void)state;
    assert_true(calculates(VTR_OP_ADD, INT64_MAX, 1, INT64_MIN));
    assert_true(calculates(VTR_OP_SUB, INT64_MIN, 1, INT64_MAX));
    assert_true(calculates(VTR_OP_MUL, INT64_MAX, 3, INT64_MAX - 2));
    assert_true(calculates(VTR_OP_DIV, INT64_MIN + 1, -1, INT64_MAX));
    assert_true(calculates(VTR_OP_MOD, INT64_MIN + 1, -1, 0));
    assert_true(calculates(VTR_OP_DIV, -5, 2, -2));
    assert_true(calculates(VTR_OP_MOD, -5, 3, -2));
    assert_false(is_defined(VTR_OP_DIV, 1, 0));
    assert_false(is_defined(VTR_OP_MOD, 1, 0));
}

static void shifts_by_64_give_0_and_by_less_than_0_nothing(void **state)
{
    (void)state;
    assert_true(calculates(VTR_OP_SHIFT_LEFT, 1, 63, INT64_MIN));
    assert_true(calculates(VTR_OP_SHIFT_LEFT, 1, 64, 0));
    assert_true(calculates(VTR_OP_SHIFT_RIGHT, -1, 1, -1));
    assert_true(calculates(VTR_OP_SHIFT_RIGHT, -8, 2, -2));
    assert_true(calculates(VTR_OP_SHIFT_RIGHT, -1, 64, 0));
    assert_false(is_defined(VTR_OP_SHIFT_LEFT, 1, -1));
    assert_false(is_defined(VTR_OP_SHIFT_RIGHT, 1, -1));
}

static void logic_takes_undefined_as_false_but_not_keeps_it(void **state)
{
    (void)state;
    struct program p = {0};

    undefined(&p);
    integer(&p, 1);
    op(&p, VTR_OP_OR);
    assert_true(is_true(&p));

    undefined(&p);
    undefined(&p);
    op(&p, VTR_OP_OR);
    op(&p, VTR_OP_DEFINED);
    assert_true(is_true(&p));

    undefined(&p);
    integer(&p, 1);
    op(&p, VTR_OP_AND);
    op(&p, VTR_OP_NOT);
    assert_true(is_true(&p));

    undefined(&p);
    op(&p, VTR_OP_NOT);
    op(&p, VTR_OP_DEFINED);
    assert_false(is_true(&p));
}

static bool compares(const char *left, uint8_t opcode, const char *right)
{
    struct program p = {0};

    text(&p, left);
    text(&p, right);
    op(&p, opcode);
    return is_true(&p);
}

static void texts_compare_as_yara_compares_them(void **state)
{
    (void)state;
    assert_true(compares("abc", VTR_OP_GT, "ab"));
    assert_true(compares("abc", VTR_OP_GE, "abc"));
    assert_true(compares("a\xff", VTR_OP_LT, "ab")); /* chars are signed there */
    assert_true(compares("abc", VTR_OP_CONTAINS, ""));
    assert_true(compares("", VTR_OP_CONTAINS, ""));
    assert_true(compares("abc", VTR_OP_ICONTAINS, "BC"));
    assert_false(compares("abc", VTR_OP_CONTAINS, "BC"));
    assert_true(compares("abc", VTR_OP_STARTSWITH, "ab"));
    assert_true(compares("abc", VTR_OP_ENDSWITH, "bc"));
    assert_false(compares("bc", VTR_OP_ENDSWITH, "abc"));
    assert_true(compares("aBc", VTR_OP_IEQUALS, "AbC"));
    assert_false(compares("ab", VTR_OP_IEQUALS, "abc"));
}

static bool reads(uint8_t kind, int64_t offset, int64_t expected)
{
    struct program p = {0};

    integer(&p, offset);
    op(&p, VTR_OP_READ);
    vtr_writer_u8(&p.w, kind);
    integer(&p, expected);
    op(&p, VTR_OP_EQ);
    return is_true(&p);
}

static void reading_ends_where_the_data_does(void **state)
{
    (void)state;
    const int64_t len = sizeof(DATA) - 1;

    assert_true(reads(1, 0, 'f'));
    assert_true(reads(1, len - 1, 0xff));
    assert_true(reads(1 | VTR_READ_SIGNED, len - 1, -1));
    assert_false(reads(1, len, 0));
    assert_false(reads(1, -1, 0));
    assert_true(reads(2 | VTR_READ_BIG_ENDIAN, 0, 0x666f));
    assert_true(reads(2, 0, 0x6f66));
    assert_true(reads(2, len - 2, 0xff78));
    assert_false(reads(2, len - 1, 0xff));
    assert_true(reads(4 | VTR_READ_BIG_ENDIAN, 0, 0x666f6f62));
    assert_false(reads(4, len - 3, 0));
}

/* for QUANTIFIER i in (low..high) : (i < limit) */
static struct program loop(uint8_t quantifier, int64_t number, int64_t low,
                           int64_t high, int64_t limit)
{
    struct program p = {0};
    struct program body = {0};

    op(&body, VTR_OP_VARIABLE);
    vtr_writer_varint(&body.w, 0);
    integer(&body, limit);
    op(&body, VTR_OP_LT);
    if (quantifier == VTR_QUANTIFIER_N || quantifier == VTR_QUANTIFIER_PERCENT) {
        integer(&p, number);
    }
    integer(&p, low);
    integer(&p, high);
    op(&p, VTR_OP_FOR_RANGE);
    vtr_writer_u8(&p.w, quantifier);
    vtr_writer_varint(&p.w, 0);
    vtr_writer_string(&p.w, vtr_writer_bytes(&body.w));
    vtr_writer_deinit(&body.w);
    return p;
}

static bool loops(uint8_t quantifier, int64_t number, int64_t low, int64_t high,
                  int64_t limit)
{
    struct program p = loop(quantifier, number, low, high, limit);

    return is_true(&p);
}

static void loops_count_their_turns(void **state)
{
    (void)state;
    assert_true(loops(VTR_QUANTIFIER_ALL, 0, 1, 3, 4));
    assert_false(loops(VTR_QUANTIFIER_ALL, 0, 1, 3, 3));
    assert_true(loops(VTR_QUANTIFIER_ANY, 0, 1, 3, 2));
    assert_false(loops(VTR_QUANTIFIER_ANY, 0, 1, 3, 1));
    assert_true(loops(VTR_QUANTIFIER_N, 2, 1, 3, 3));
    assert_false(loops(VTR_QUANTIFIER_N, 3, 1, 3, 3));
    assert_false(loops(VTR_QUANTIFIER_N, 0, 1, 3, 9));
    assert_true(loops(VTR_QUANTIFIER_N, 0, 1, 3, 1));
    assert_true(loops(VTR_QUANTIFIER_N, -1, 1, 3, 9));
    assert_false(loops(VTR_QUANTIFIER_NONE, 0, 1, 3, 2));
    assert_true(loops(VTR_QUANTIFIER_NONE, 0, 1, 3, 1));
    assert_true(loops(VTR_QUANTIFIER_PERCENT, 50, 1, 4, 3));
    assert_false(loops(VTR_QUANTIFIER_PERCENT, 51, 1, 4, 3));
    assert_true(loops(VTR_QUANTIFIER_ALL, 0, INT64_MAX, INT64_MAX, INT64_MAX) == false);
}

static void a_loop_without_turns_is_false(void **state)
{
    (void)state;
    assert_false(loops(VTR_QUANTIFIER_ALL, 0, 3, 1, 9));
    assert_false(loops(VTR_QUANTIFIER_NONE, 0, 3, 1, 9));
    assert_false(loops(VTR_QUANTIFIER_N, 0, 3, 1, 9));
}

/* for QUANTIFIER i in (programs that leave 0, 1, ... count - 1) : (i < limit); the last
 * program is `last` when there is one. */
static struct program program_loop(uint8_t quantifier, unsigned count,
                                   const struct program *last, int64_t limit)
{
    struct program p = {0};
    struct program list = {0};
    struct program body = {0};

    for (unsigned i = 0; i < count; i++) {
        struct program value = {0};
        integer(&value, i);
        vtr_writer_string(&list.w, vtr_writer_bytes(&value.w));
        vtr_writer_deinit(&value.w);
    }
    if (last != NULL) {
        vtr_writer_string(&list.w, vtr_writer_bytes(&last->w));
    }
    op(&body, VTR_OP_VARIABLE);
    vtr_writer_varint(&body.w, 3);
    integer(&body, limit);
    op(&body, VTR_OP_LT);
    if (quantifier == VTR_QUANTIFIER_N || quantifier == VTR_QUANTIFIER_PERCENT) {
        integer(&p, 50);
    }
    op(&p, VTR_OP_FOR_PROGRAMS);
    vtr_writer_u8(&p.w, quantifier);
    vtr_writer_varint(&p.w, 3);
    vtr_writer_string(&p.w, vtr_writer_bytes(&list.w));
    vtr_writer_string(&p.w, vtr_writer_bytes(&body.w));
    vtr_writer_deinit(&list.w);
    vtr_writer_deinit(&body.w);
    return p;
}

static bool loops_over_programs(uint8_t quantifier, unsigned count, int64_t limit)
{
    struct program p = program_loop(quantifier, count, NULL, limit);

    assert_null(vtr_condition_check(vtr_writer_bytes(&p.w), 0));
    return is_true(&p);
}

static void loops_over_programs_are_loops_over_their_values(void **state)
{
    (void)state;
    assert_true(loops_over_programs(VTR_QUANTIFIER_ALL, 1000, 1000));
    assert_false(loops_over_programs(VTR_QUANTIFIER_ALL, 1000, 999));
    assert_true(loops_over_programs(VTR_QUANTIFIER_ANY, 1000, 1));
    assert_false(loops_over_programs(VTR_QUANTIFIER_ANY, 1000, 0));
    assert_true(loops_over_programs(VTR_QUANTIFIER_NONE, 1000, 0));
    assert_false(loops_over_programs(VTR_QUANTIFIER_NONE, 1000, 1));
    assert_true(loops_over_programs(VTR_QUANTIFIER_N, 1000, 50));
    assert_false(loops_over_programs(VTR_QUANTIFIER_N, 1000, 49));
    assert_true(loops_over_programs(VTR_QUANTIFIER_PERCENT, 1000, 500));
    assert_false(loops_over_programs(VTR_QUANTIFIER_PERCENT, 1000, 499));
    assert_true(loops_over_programs(VTR_QUANTIFIER_ALL, 1, 1));
}

static void a_value_that_is_undefined_is_a_turn_that_is_not_found(void **state)
{
    (void)state;
    struct program value = {0};

    undefined(&value);
    struct program any = program_loop(VTR_QUANTIFIER_ANY, 2, &value, 1);
    struct program all = program_loop(VTR_QUANTIFIER_ALL, 2, &value, 5);
    assert_true(is_true(&any));
    assert_false(is_true(&all));
    vtr_writer_deinit(&value.w);
}

static void programs_of_values_leave_one_value(void **state)
{
    (void)state;
    struct program value = {0};
    struct program none = program_loop(VTR_QUANTIFIER_ALL, 2, &value, 5);

    assert_non_null(vtr_condition_check(vtr_writer_bytes(&none.w), 0));
    assert_true(is_malformed(&none));
    integer(&value, 1);
    integer(&value, 1);
    struct program two = program_loop(VTR_QUANTIFIER_ALL, 2, &value, 5);
    assert_non_null(vtr_condition_check(vtr_writer_bytes(&two.w), 0));
    assert_true(is_malformed(&two));
    struct program empty = program_loop(VTR_QUANTIFIER_ALL, 0, NULL, 5);
    assert_non_null(vtr_condition_check(vtr_writer_bytes(&empty.w), 0));
    vtr_writer_deinit(&empty.w);
    vtr_writer_deinit(&value.w);
}

static void loops_over_programs_run_out_of_their_budget(void **state)
{
    (void)state;
    struct program p = program_loop(VTR_QUANTIFIER_ALL, 1000, NULL, 1000);
    unsigned limits;

    assert_int_equal(run_limited(&p, 1000, &limits), VTR_TRUTH_FALSE);
    assert_int_equal(limits, VTR_SCAN_LIMIT_TIME);
}

static void endless_loops_run_out_of_their_budget(void **state)
{
    (void)state;
    struct program p = loop(VTR_QUANTIFIER_ALL, 0, INT64_MIN, INT64_MAX, INT64_MAX);
    unsigned limits;

    assert_int_equal(run_limited(&p, 100000, &limits), VTR_TRUTH_FALSE);
    assert_int_equal(limits, VTR_SCAN_LIMIT_TIME);
}

static void a_rule_without_verdict_is_asked_for(void **state)
{
    (void)state;
    struct program p = {0};
    unsigned limits;

    op(&p, VTR_OP_RULE);
    vtr_writer_string(&p.w, vtr_bytes_from_text("r"));
    assert_int_equal(run_limited(&p, 100, &limits), VTR_TRUTH_PENDING);
    assert_int_equal(limits, 0);
}

static void jumps_skip_the_other_side(void **state)
{
    (void)state;
    struct program p = {0};

    /* true or <what would leave nothing on the stack> */
    integer(&p, 1);
    op(&p, VTR_OP_JUMP_TRUE);
    vtr_writer_varint(&p.w, 1);
    op(&p, VTR_OP_OR);
    assert_true(is_true(&p));
}

static void floats_are_equal_when_nearly_so(void **state)
{
    (void)state;
    struct vtr_value a = vtr_value_decimal(3, -1);
    const struct vtr_value b = vtr_value_decimal(1, -1);
    const struct vtr_value c = vtr_value_decimal(2, -1);
    struct vtr_value sum;
    struct vtr_value equal;

    assert_true(vtr_value_binary(VTR_OP_ADD, &b, &c, &sum));
    assert_true(vtr_value_binary(VTR_OP_EQ, &sum, &a, &equal));
    assert_int_equal(equal.number, 1);
    assert_true(vtr_value_binary(VTR_OP_EQ_EXACT, &sum, &a, &equal));
    assert_int_equal(equal.number, 0);
    assert_true(vtr_value_binary(VTR_OP_NE_EXACT, &sum, &a, &equal));
    assert_int_equal(equal.number, 1);
    assert_true(vtr_value_binary(VTR_OP_EQ_EXACT, &sum, &sum, &equal));
    assert_int_equal(equal.number, 1);
    assert_true(vtr_value_binary(VTR_OP_GT, &sum, &a, &equal));
    assert_int_equal(equal.number, 1);
    a = vtr_value_decimal(15, -1);
    assert_true(a.real >= 1.5 && a.real <= 1.5);
    a = vtr_value_decimal(1, INT64_MIN);
    assert_true(a.real <= 0.0);
    a = vtr_value_decimal(1, INT64_MAX);
    assert_true(isinf(a.real));
}

static void malformed_programs_are_false(void **state)
{
    (void)state;
    struct program p = {0};

    assert_true(is_malformed(&p)); /* no value */
    op(&p, VTR_OP_ADD);
    assert_true(is_malformed(&p));
    op(&p, 255);
    assert_true(is_malformed(&p));
    integer(&p, 1);
    integer(&p, 2);
    assert_true(is_malformed(&p)); /* two values */
    integer(&p, 1);
    op(&p, VTR_OP_JUMP_TRUE);
    vtr_writer_varint(&p.w, 1);
    assert_true(is_malformed(&p)); /* past the end */
    op(&p, VTR_OP_MATCH);
    vtr_writer_varint(&p.w, 4);
    assert_true(is_malformed(&p)); /* no such pattern */
    op(&p, VTR_OP_MATCH);
    vtr_writer_varint(&p.w, 0);
    assert_true(is_malformed(&p)); /* outside a loop */
    for (unsigned i = 0; i <= VTR_CONDITION_STACK_LIMIT; i++) {
        integer(&p, 1);
    }
    assert_true(is_malformed(&p)); /* too deep */
}

static void random_bytes_are_safe(void **state)
{
    (void)state;
    uint32_t seed = 99;

    for (unsigned round = 0; round < 5000; round++) {
        struct program p = {0};
        unsigned limits;
        for (unsigned i = 0; i < 24; i++) {
            seed = seed * 1664525u + 1013904223u;
            vtr_writer_u8(&p.w, (uint8_t)((seed >> 24) % 92));
        }
        (void)run_limited(&p, 1000, &limits);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_wrap_and_division_by_zero_is_undefined),
        cmocka_unit_test(shifts_by_64_give_0_and_by_less_than_0_nothing),
        cmocka_unit_test(logic_takes_undefined_as_false_but_not_keeps_it),
        cmocka_unit_test(texts_compare_as_yara_compares_them),
        cmocka_unit_test(reading_ends_where_the_data_does),
        cmocka_unit_test(loops_count_their_turns),
        cmocka_unit_test(a_loop_without_turns_is_false),
        cmocka_unit_test(loops_over_programs_are_loops_over_their_values),
        cmocka_unit_test(a_value_that_is_undefined_is_a_turn_that_is_not_found),
        cmocka_unit_test(programs_of_values_leave_one_value),
        cmocka_unit_test(loops_over_programs_run_out_of_their_budget),
        cmocka_unit_test(endless_loops_run_out_of_their_budget),
        cmocka_unit_test(a_rule_without_verdict_is_asked_for),
        cmocka_unit_test(jumps_skip_the_other_side),
        cmocka_unit_test(floats_are_equal_when_nearly_so),
        cmocka_unit_test(malformed_programs_are_false),
        cmocka_unit_test(random_bytes_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
