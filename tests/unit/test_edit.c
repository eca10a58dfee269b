/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "delta/coding/text_diff.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"

enum {
    TEXT_MAX = 4000,
    ROUNDS = 400
};

struct text {
    uint8_t bytes[TEXT_MAX];
    size_t len;
};

static struct vtr_bytes view(const struct text *text)
{
    return (struct vtr_bytes){text->bytes, text->len};
}

static size_t pick(uint64_t *random, size_t limit)
{
    return limit == 0 ? 0 : (size_t)(vtr_sample_random(random) % limit);
}

/* A text of few letters: much of it is there twice. */
static void make_text(struct text *out, uint64_t *random, unsigned letters)
{
    out->len = pick(random, TEXT_MAX / 4);
    for (size_t i = 0; i < out->len; i++) {
        out->bytes[i] = (uint8_t)('a' + pick(random, letters));
    }
}

/* Replaces, takes out, puts in or moves a few runs. */
static void change_text(const struct text *from, struct text *out, uint64_t *random)
{
    *out = *from;
    for (size_t steps = pick(random, 6); steps > 0; steps--) {
        const size_t at = pick(random, out->len + 1);
        const size_t gone = pick(random, out->len - at + 1) / 4;
        const size_t put = pick(random, 60);

        if (out->len - gone + put > TEXT_MAX) {
            continue;
        }
        memmove(out->bytes + at + put, out->bytes + at + gone, out->len - at - gone);
        for (size_t i = 0; i < put; i++) {
            const size_t source = pick(random, from->len);
            out->bytes[at + i] = pick(random, 3) == 0 || from->len == 0
                                     ? (uint8_t)vtr_sample_random(random)
                                     : from->bytes[source];
        }
        out->len = out->len - gone + put;
    }
}

static void check_result(const struct vtr_edit *edit, const struct text *base,
                         const struct text *expected)
{
    uint8_t result[TEXT_MAX + 1];

    assert_int_equal(edit->len, expected->len);
    vtr_edit_apply(edit, base->bytes, result);
    assert_memory_equal(result, expected->bytes, expected->len);
}

static void write_edit(const struct vtr_edit *edit, struct vtr_writer *w)
{
    vtr_edit_write(edit, w);
    assert_true(vtr_writer_ok(w));
}

static void every_edit_leads_to_its_text_and_is_read_as_it_was_written(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        uint64_t random = seed;
        struct text base;
        struct text text;
        struct vtr_edit edit;
        struct vtr_edit again;
        struct vtr_writer w = {0};
        struct vtr_writer second = {0};

        make_text(&base, &random, 1 + (unsigned)(seed % 30));
        change_text(&base, &text, &random);
        assert_int_equal(vtr_text_diff(view(&base), view(&text), &edit, NULL), VTR_OK);
        check_result(&edit, &base, &text);
        write_edit(&edit, &w);
        assert_int_equal(vtr_edit_read(vtr_writer_bytes(&w), base.len, &again, NULL),
                         VTR_OK);
        check_result(&again, &base, &text);
        write_edit(&again, &second);
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), vtr_writer_bytes(&second)));
        vtr_edit_deinit(&edit);
        vtr_edit_deinit(&again);
        vtr_writer_deinit(&w);
        vtr_writer_deinit(&second);
    }
}

static void composed_edits_lead_where_both_lead_and_associate(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        uint64_t random = seed;
        struct text texts[4];
        struct vtr_edit steps[3];
        struct vtr_edit first_two;
        struct vtr_edit last_two;
        struct vtr_edit left;
        struct vtr_edit right;
        struct vtr_writer w[2] = {{0}, {0}};

        make_text(&texts[0], &random, 2 + (unsigned)(seed % 30));
        for (unsigned i = 0; i < 3; i++) {
            change_text(&texts[i], &texts[i + 1], &random);
            assert_int_equal(vtr_text_diff(view(&texts[i]), view(&texts[i + 1]),
                                           &steps[i], NULL),
                             VTR_OK);
        }
        assert_int_equal(vtr_edit_compose(&steps[0], &steps[1], &first_two, NULL),
                         VTR_OK);
        assert_int_equal(vtr_edit_compose(&steps[1], &steps[2], &last_two, NULL),
                         VTR_OK);
        assert_int_equal(vtr_edit_compose(&first_two, &steps[2], &left, NULL), VTR_OK);
        assert_int_equal(vtr_edit_compose(&steps[0], &last_two, &right, NULL), VTR_OK);
        check_result(&first_two, &texts[0], &texts[2]);
        check_result(&left, &texts[0], &texts[3]);
        write_edit(&left, &w[0]);
        write_edit(&right, &w[1]);
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&w[0]), vtr_writer_bytes(&w[1])));
        for (unsigned i = 0; i < 3; i++) {
            vtr_edit_deinit(&steps[i]);
        }
        vtr_edit_deinit(&first_two);
        vtr_edit_deinit(&last_two);
        vtr_edit_deinit(&left);
        vtr_edit_deinit(&right);
        vtr_writer_deinit(&w[0]);
        vtr_writer_deinit(&w[1]);
    }
}

static size_t edit_len(const char *from, const char *to)
{
    struct vtr_edit edit;
    struct vtr_writer w = {0};

    assert_int_equal(vtr_text_diff(vtr_bytes_from_text(from), vtr_bytes_from_text(to),
                                   &edit, NULL),
                     VTR_OK);
    write_edit(&edit, &w);
    const size_t len = w.len;
    vtr_edit_deinit(&edit);
    vtr_writer_deinit(&w);
    return len;
}

static void small_changes_have_small_edits(void **state)
{
    const char *const text = "the quick brown fox jumps over the lazy dog, and again";
    (void)state;

    assert_in_range(edit_len(text, text), 1, 3);
    assert_in_range(edit_len(text,
                             "the quick brown cat jumps over the lazy dog, and again"),
                    1, 10);
    assert_in_range(edit_len(text, "the quick fox jumps over the lazy dog, and again"),
                    1, 8);
    assert_in_range(
        edit_len(text, "the quick brown red fox jumps over the lazy dog, and again"), 1,
        12);
    assert_int_equal(edit_len(text, ""), 0);
}

static void edits_that_say_nothing_are_known(void **state)
{
    struct vtr_edit edit;
    (void)state;

    vtr_edit_init(&edit, 10);
    assert_true(vtr_edit_copies_nothing(&edit));
    assert_false(vtr_edit_changes_nothing(&edit));
    assert_int_equal(vtr_edit_copy(&edit, 0, 4, NULL), VTR_OK);
    assert_false(vtr_edit_copies_nothing(&edit));
    assert_false(vtr_edit_changes_nothing(&edit));
    assert_int_equal(vtr_edit_copy(&edit, 4, 6, NULL), VTR_OK);
    assert_true(vtr_edit_changes_nothing(&edit));
    assert_int_equal(vtr_edit_give(&edit, vtr_bytes_from_text("x"), NULL), VTR_OK);
    assert_false(vtr_edit_changes_nothing(&edit));
    vtr_edit_deinit(&edit);
}

static void check_bytes(const uint8_t *bytes, size_t len, uint64_t base_len,
                        bool is_good)
{
    struct vtr_edit edit;
    const enum vtr_status status =
        vtr_edit_read((struct vtr_bytes){bytes, len}, base_len, &edit, NULL);

    assert_int_equal(status, is_good ? VTR_OK : VTR_ERROR_FORMAT);
    if (status == VTR_OK) {
        vtr_edit_deinit(&edit);
    }
}

static void edits_that_nobody_writes_are_refused(void **state)
{
    const uint8_t whole[] = {0, 10, 0};
    const uint8_t past[] = {0, 10, 2};
    const uint8_t before[] = {0, 5, 1};
    const uint8_t far[] = {0,    5,    0xFF, 0xFF, 0xFF, 0xFF,
                           0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1};
    const uint8_t nothing[] = {0, 0, 0};
    const uint8_t given[] = {1, 'x'};
    const uint8_t cut[] = {2, 'x'};
    const uint8_t empty_end[] = {0};
    const uint8_t one_as_two[] = {0, 4, 0, 0, 6, 0};
    const uint8_t two[] = {0, 4, 0, 0, 5, 2};
    const uint8_t no_distance[] = {1, 'x', 3};
    (void)state;

    check_bytes(NULL, 0, 10, true);
    check_bytes(whole, 3, 10, true);
    check_bytes(whole, 3, 9, false);
    check_bytes(whole, 3, (uint64_t)UINT32_MAX + 1, false);
    check_bytes(past, 3, 10, false);
    check_bytes(before, 3, 10, false);
    check_bytes(far, sizeof(far), 10, false);
    check_bytes(nothing, 3, 10, false);
    check_bytes(given, 2, 10, true);
    check_bytes(cut, 2, 10, false);
    check_bytes(empty_end, 1, 10, false);
    check_bytes(one_as_two, 6, 10, false);
    check_bytes(two, 6, 10, true);
    check_bytes(no_distance, 3, 10, false);
}

static void edits_of_another_length_do_not_compose(void **state)
{
    struct vtr_edit first;
    struct vtr_edit second;
    struct vtr_edit out;
    (void)state;

    vtr_edit_init(&first, 10);
    assert_int_equal(vtr_edit_copy(&first, 1, 3, NULL), VTR_OK);
    vtr_edit_init(&second, 4);
    assert_int_equal(vtr_edit_compose(&first, &second, &out, NULL), VTR_ERROR_FORMAT);
    second.base_len = 3;
    assert_int_equal(vtr_edit_compose(&first, &second, &out, NULL), VTR_OK);
    assert_int_equal(out.len, 0);
    vtr_edit_deinit(&out);
    vtr_edit_deinit(&first);
    vtr_edit_deinit(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_edit_leads_to_its_text_and_is_read_as_it_was_written),
        cmocka_unit_test(composed_edits_lead_where_both_lead_and_associate),
        cmocka_unit_test(small_changes_have_small_edits),
        cmocka_unit_test(edits_that_say_nothing_are_known),
        cmocka_unit_test(edits_that_nobody_writes_are_refused),
        cmocka_unit_test(edits_of_another_length_do_not_compose),
    };
    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
