/* SPDX-License-Identifier: Apache-2.0 */

#include "format/atom_index_write.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

/* The sections of an index, one behind the other. */
struct sections {
    uint8_t *bytes;
    size_t len;
    struct vtr_atom_output output;
};

static void sections_init(struct sections *out, const struct vtr_atom_plan *plan)
{
    const size_t filter_len = (size_t)plan->filter_len;
    const size_t slots_len = (size_t)plan->slots_len;
    const size_t rows_len = VTR_ATOM_UNIT_LEN * (size_t)plan->unit_count;
    const size_t unindexed_len = 4 * (size_t)plan->unindexed_count;

    out->len = VTR_ATOM_PARAMS_LEN + filter_len + slots_len + rows_len + unindexed_len;
    out->bytes = calloc(1, out->len);
    assert_non_null(out->bytes);
    out->output.params = out->bytes;
    out->output.filter = out->output.params + VTR_ATOM_PARAMS_LEN;
    out->output.slots = out->output.filter + filter_len;
    out->output.rows = out->output.slots + slots_len;
    out->output.unindexed = out->output.rows + rows_len;
}

/* The index of the records is the same when its entries are chosen again. */
static void check_records(const struct vtr_records *records, bool is_kept)
{
    struct vtr_error err = {0};
    struct vtr_atom_plan plan;
    struct sections kept;
    struct sections again;

    assert_int_equal(vtr_atom_plan_make(&plan, records, &err), VTR_OK);
    assert_int_equal(plan.kept.count,
                     is_kept ? plan.entry_count + plan.unindexed_count : 0);
    sections_init(&kept, &plan);
    sections_init(&again, &plan);
    assert_int_equal(vtr_atom_index_write(&plan, records, &kept.output, &err), VTR_OK);
    vtr_atom_plan_deinit(&plan);
    assert_int_equal(vtr_atom_index_write(&plan, records, &again.output, &err), VTR_OK);
    assert_memory_equal(kept.bytes, again.bytes, kept.len);
    free(kept.bytes);
    free(again.bytes);
}

static void kept_entries_are_those_that_are_chosen_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        const struct vtr_test_counts counts = {.rules = 1 + seed};
        struct vtr_test_records set;

        print_message("seed %llu\n", (unsigned long long)seed);
        vtr_test_records_init(&set, seed, &counts);
        check_records(&set.records, true);
        vtr_test_records_deinit(&set);
    }
}

/* A rule of `count` texts, each under every xor key, and `rest` without. */
static struct vtr_bytes put_rule(struct vtr_writer *w, size_t count, size_t rest)
{
    const uint32_t xor_flags = VTR_PATTERN_ASCII | VTR_PATTERN_XOR;
    struct vtr_writer patterns = {0};
    struct vtr_writer pattern = {0};

    for (size_t i = 0; i < count + rest; i++) {
        vtr_writer_clear(&pattern);
        vtr_writer_string(&pattern, vtr_bytes_from_text(""));
        vtr_writer_u8(&pattern, VTR_PATTERN_TEXT);
        vtr_writer_varint(&pattern, i < count ? xor_flags : VTR_PATTERN_ASCII);
        if (i < count) {
            vtr_writer_u8(&pattern, 0);
            vtr_writer_u8(&pattern, 255);
        }
        vtr_writer_varint(&pattern, 1);
        vtr_writer_masked(&pattern, vtr_bytes_from_text("6\x01=\x7f")); /* no letters */
        vtr_writer_string(&patterns, vtr_writer_bytes(&pattern));
    }
    vtr_test_put_rule(w, 0, vtr_bytes_from_text("many"), vtr_writer_bytes(&patterns),
                      count + rest, (struct vtr_bytes){0});
    assert_true(vtr_writer_ok(w));
    vtr_writer_deinit(&patterns);
    vtr_writer_deinit(&pattern);
    return vtr_writer_bytes(w);
}

static void entries_past_the_limit_are_not_kept(void **state)
{
    (void)state;
    const size_t full = VTR_ATOM_KEPT_LIMIT / 256;

    for (size_t rest = 0; rest < 2; rest++) {
        struct vtr_writer rule = {0};
        const struct vtr_bytes body = put_rule(&rule, full, rest);
        const struct vtr_records records = {.rules = &body, .rule_count = 1};

        check_records(&records, rest == 0);
        vtr_writer_deinit(&rule);
    }
}

static void a_row_of_one_unit_says_which_form_its_atom_is_of(void **state)
{
    (void)state;
    struct vtr_writer pattern = {0};
    struct vtr_writer patterns = {0};
    struct vtr_writer rule = {0};
    struct vtr_error err = {0};
    struct vtr_atom_plan plan;
    struct sections sections;
    unsigned wide = 0;

    vtr_writer_string(&pattern, vtr_bytes_from_text(""));
    vtr_writer_u8(&pattern, VTR_PATTERN_TEXT);
    vtr_writer_varint(&pattern, VTR_PATTERN_ASCII | VTR_PATTERN_WIDE);
    vtr_writer_varint(&pattern, 1);
    vtr_writer_masked(&pattern, vtr_bytes_from_text("wget http://"));
    vtr_writer_string(&patterns, vtr_writer_bytes(&pattern));
    vtr_test_put_rule(&rule, 0, vtr_bytes_from_text("r"), vtr_writer_bytes(&patterns),
                      1, (struct vtr_bytes){0});
    const struct vtr_bytes body = vtr_writer_bytes(&rule);
    const struct vtr_records records = {.rules = &body, .rule_count = 1};
    assert_int_equal(vtr_atom_plan_make(&plan, &records, &err), VTR_OK);
    sections_init(&sections, &plan);
    assert_int_equal(vtr_atom_index_write(&plan, &records, &sections.output, &err),
                     VTR_OK);
    const struct vtr_atom_index index = {.rows = sections.output.rows, .unit_count = 2};
    assert_int_equal(plan.unit_count, 2);
    for (uint32_t at = 0; at < 2; at++) {
        const struct vtr_atom_row row = vtr_atom_index_row(&index, at);
        struct vtr_atom_entry entry;

        assert_false(row.is_long);
        assert_int_equal(row.pattern, 0);
        assert_true(vtr_atom_index_entry(&index, at, &row, &entry));
        assert_int_equal(entry.flags, row.is_wide ? VTR_ATOM_WIDE : 0);
        wide += row.is_wide;
    }
    assert_int_equal(wide, 1);
    free(sections.bytes);
    vtr_atom_plan_deinit(&plan);
    vtr_writer_deinit(&rule);
    vtr_writer_deinit(&patterns);
    vtr_writer_deinit(&pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kept_entries_are_those_that_are_chosen_again),
        cmocka_unit_test(entries_past_the_limit_are_not_kept),
        cmocka_unit_test(a_row_of_one_unit_says_which_form_its_atom_is_of),
    };
    return cmocka_run_group_tests_name("atom_index_write", tests, NULL, NULL);
}
