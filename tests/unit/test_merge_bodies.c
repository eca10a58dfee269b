/* SPDX-License-Identifier: Apache-2.0 */

/* What edits may cost: however long their bases are, and whatever else is put in. */
#include "delta/merge/merge_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "delta/coding/edit.h"
#include "tests/support/cmocka.h"

#define SECONDS_LIMIT 20

static const char CONDITION[] = "condition";

/* A rule with one meta of so many bytes, which ends with CONDITION. */
static void put_rule(struct vtr_writer *w, const char *name, size_t meta_len)
{
    vtr_writer_u8(w, 0);
    vtr_writer_string(w, vtr_bytes_from_text("space"));
    vtr_writer_string(w, vtr_bytes_from_text(name));
    vtr_writer_varint(w, 0); /* tags */
    vtr_writer_varint(w, 1);
    vtr_writer_string(w, vtr_bytes_from_text("key"));
    vtr_writer_u8(w, 1);
    vtr_writer_varint(w, meta_len);
    vtr_writer_zeros(w, meta_len);
    vtr_writer_varint(w, 0); /* patterns */
    vtr_writer_string(w, vtr_bytes_from_text(CONDITION));
}

/* An old database of one rule, 'base', and a delta of edits of it. */
struct fixture {
    struct vtr_writer base;
    struct vtr_bytes rules[1];
    struct vtr_records from;
    struct vtr_delta delta;
    struct vtr_merge merge;
};

static void begin(struct fixture *f, size_t base_len)
{
    *f = (struct fixture){.base = {0}};
    put_rule(&f->base, "base", base_len);
    f->rules[0] = vtr_writer_bytes(&f->base);
    f->from = (struct vtr_records){.rules = f->rules, .rule_count = 1};
    vtr_body_changes_init(&f->delta.rules);
}

static void end(struct fixture *f)
{
    vtr_merge_deinit(&f->merge);
    vtr_body_changes_deinit(&f->delta.rules);
    vtr_writer_deinit(&f->base);
}

static struct vtr_bytes keep(struct fixture *f, struct vtr_bytes bytes)
{
    const struct vtr_bytes kept = vtr_arena_dup(&f->delta.rules.memory, bytes);

    assert_non_null(kept.ptr);
    return kept;
}

/* Puts a rule that is an edit of the base. */
static void put_edit(struct fixture *f, const char *name, const struct vtr_edit *edit)
{
    const struct vtr_bytes space = vtr_bytes_from_text("space");
    const struct vtr_bytes its_name = keep(f, vtr_bytes_from_text(name));
    struct vtr_body_put *put = vtr_vector_push(&f->delta.rules.put);
    struct vtr_writer text = {0};

    assert_non_null(put);
    vtr_edit_write(edit, &text);
    *put = (struct vtr_body_put){.name = {space, its_name},
                                 .base = VTR_BASE_OTHER,
                                 .base_name = {space, vtr_bytes_from_text("base")},
                                 .base_len = f->base.len,
                                 .text = keep(f, vtr_writer_bytes(&text))};
    vtr_writer_deinit(&text);
}

static enum vtr_status merge(struct fixture *f)
{
    return vtr_merge_bodies(&f->merge, VTR_BODY_RULE, &f->delta, &f->from, NULL);
}

static void many_edits_of_one_long_rule_take_its_masks_off_once(void **state)
{
    enum {
        EDITS = 30000,
        BASE_LEN = 8 << 20
    };
    const size_t taken = sizeof(CONDITION); /* with its length */
    struct fixture f;
    char name[16];
    (void)state;

    begin(&f, BASE_LEN);
    for (unsigned i = 0; i < EDITS; i++) {
        struct vtr_writer rule = {0};
        struct vtr_edit edit;

        (void)snprintf(name, sizeof(name), "rule_%05u", i);
        put_rule(&rule, name, 3);
        vtr_edit_init(&edit, f.base.len);
        assert_int_equal(vtr_edit_give(&edit,
                                       (struct vtr_bytes){rule.ptr, rule.len - taken},
                                       NULL),
                         VTR_OK);
        assert_int_equal(vtr_edit_copy(&edit, f.base.len - taken, taken, NULL), VTR_OK);
        put_edit(&f, name, &edit);
        vtr_edit_deinit(&edit);
        vtr_writer_deinit(&rule);
    }
    const clock_t start = clock();
    assert_int_equal(merge(&f), VTR_OK);
    assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, SECONDS_LIMIT);
    assert_int_equal(f.merge.records.rule_count, EDITS + 1);
    end(&f);
}

/* Rules that are put whole may be longer than what edits may lead to. */
static void edits_have_a_limit_whatever_else_is_put(void **state)
{
    enum {
        BASE_LEN = 1 << 20,
        COPIES = 257
    };
    struct fixture f;
    struct vtr_edit edit;
    (void)state;

    begin(&f, BASE_LEN);
    f.merge.bodies.used_bytes = (size_t)VTR_DELTA_UNPACKED_MAX + 1;
    vtr_edit_init(&edit, f.base.len);
    for (unsigned i = 0; i < COPIES; i++) {
        assert_int_equal(vtr_edit_copy(&edit, 0, f.base.len, NULL), VTR_OK);
    }
    put_edit(&f, "rule", &edit);
    assert_int_equal(merge(&f), VTR_ERROR_LIMIT);
    vtr_edit_deinit(&edit);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_edits_of_one_long_rule_take_its_masks_off_once),
        cmocka_unit_test(edits_have_a_limit_whatever_else_is_put),
    };
    return cmocka_run_group_tests_name("merge bodies", tests, NULL, NULL);
}
