/* SPDX-License-Identifier: Apache-2.0 */

#include "format/record/rule.h"

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static void put_text(struct vtr_writer *w, const char *text)
{
    vtr_writer_string(w, vtr_bytes_from_text(text));
}

/* A rule with one tag, two metas and one pattern of `flags`. */
static void put_rule(struct vtr_writer *w, uint32_t flags)
{
    struct vtr_writer pattern = {0};

    put_text(&pattern, "a");
    vtr_writer_u8(&pattern, VTR_PATTERN_TEXT);
    vtr_writer_varint(&pattern, flags);
    if ((flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        vtr_writer_varint(&pattern, 300);
    }
    if ((flags & VTR_PATTERN_XOR) != 0) {
        vtr_writer_u8(&pattern, 1);
        vtr_writer_u8(&pattern, 9);
    }
    vtr_writer_varint(&pattern, 1);
    vtr_writer_masked(&pattern, vtr_bytes_from_text("needle"));

    vtr_writer_u8(w, VTR_RULE_PRIVATE);
    put_text(w, "space");
    put_text(w, "name");
    vtr_writer_varint(w, 1);
    put_text(w, "tag");
    vtr_writer_varint(w, 2);
    put_text(w, "author");
    vtr_writer_u8(w, VTR_META_TEXT);
    vtr_writer_masked(w, vtr_bytes_from_text("me"));
    put_text(w, "weight");
    vtr_writer_u8(w, VTR_META_INT);
    vtr_writer_zigzag(w, -7);
    vtr_writer_varint(w, 1);
    vtr_writer_string(w, vtr_writer_bytes(&pattern));
    put_text(w, "c");
    vtr_writer_deinit(&pattern);
}

static void body_is_split_into_its_parts(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    struct vtr_rule_view view;
    struct vtr_bytes tag;
    struct vtr_meta_view meta;
    uint8_t plain[2];

    put_rule(&w, VTR_PATTERN_ASCII);
    assert_true(vtr_rule_read(vtr_writer_bytes(&w), &view));
    assert_int_equal(view.flags, VTR_RULE_PRIVATE);
    assert_true(vtr_bytes_equal(view.space, vtr_bytes_from_text("space")));
    assert_true(vtr_bytes_equal(view.name, vtr_bytes_from_text("name")));
    assert_int_equal(view.tag_count, 1);
    assert_true(vtr_reader_string(&view.tags, &tag));
    assert_int_equal(vtr_reader_left(&view.tags), 0);
    assert_int_equal(view.meta_count, 2);
    assert_true(vtr_rule_next_meta(&view.metas, &meta));
    assert_int_equal(meta.type, VTR_META_TEXT);
    assert_int_equal(meta.masked_text.len, 2);
    vtr_unmask(meta.masked_text, plain);
    assert_memory_equal(plain, "me", 2);
    assert_true(vtr_rule_next_meta(&view.metas, &meta));
    assert_int_equal(meta.number, -7);
    assert_false(vtr_rule_next_meta(&view.metas, &meta));
    assert_true(vtr_bytes_equal(view.condition, vtr_bytes_from_text("c")));
    vtr_writer_deinit(&w);
}

static void pattern_is_found_at_its_offset_in_the_body(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    struct vtr_rule_view view;
    struct vtr_pattern_view pattern;

    put_rule(&w, VTR_PATTERN_ASCII | VTR_PATTERN_XOR | VTR_PATTERN_FIXED_OFFSET);
    assert_true(vtr_rule_read(vtr_writer_bytes(&w), &view));
    const uint64_t offset = vtr_reader_offset(&view.patterns);
    assert_true(vtr_rule_pattern_at(view.body, (uint32_t)offset, &pattern));
    assert_int_equal(pattern.type, VTR_PATTERN_TEXT);
    assert_int_equal(pattern.fixed_offset, 300);
    assert_int_equal(pattern.xor_min, 1);
    assert_int_equal(pattern.xor_max, 9);
    assert_int_equal(vtr_reader_left(&pattern.payload), 8);
    assert_true(vtr_rule_next_pattern(&view.patterns, &pattern));
    assert_false(vtr_rule_next_pattern(&view.patterns, &pattern));
    assert_false(vtr_rule_pattern_at(view.body, UINT32_MAX, &pattern));
    vtr_writer_deinit(&w);
}

static void every_truncation_of_a_body_is_refused(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    struct vtr_rule_view view;

    put_rule(&w, VTR_PATTERN_ASCII);
    for (size_t len = 0; len < w.len; len++) {
        assert_false(vtr_rule_read((struct vtr_bytes){w.ptr, len}, &view));
    }
    vtr_writer_u8(&w, 0);
    assert_false(vtr_rule_read(vtr_writer_bytes(&w), &view));
    vtr_writer_deinit(&w);
}

static void unknown_flags_and_types_are_refused(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    struct vtr_rule_view view;
    struct vtr_pattern_view pattern;

    put_rule(&w, 1024);
    assert_true(vtr_rule_read(vtr_writer_bytes(&w), &view));
    assert_false(vtr_rule_next_pattern(&view.patterns, &pattern));
    w.ptr[0] = 8;
    assert_false(vtr_rule_read(vtr_writer_bytes(&w), &view));
    vtr_writer_deinit(&w);
}

static void rules_order_by_namespace_then_name(void **state)
{
    (void)state;
    const struct vtr_bytes a = vtr_bytes_from_text("a");
    const struct vtr_bytes b = vtr_bytes_from_text("b");
    const struct vtr_bytes ab = vtr_bytes_from_text("ab");

    assert_true(vtr_rule_compare_key(a, b, b, a) < 0);
    assert_true(vtr_rule_compare_key(a, b, a, a) > 0);
    assert_true(vtr_rule_compare_key(a, a, a, ab) < 0);
    assert_int_equal(vtr_rule_compare_key(a, b, a, b), 0);
}

static void externals_survive_writing_and_reading(void **state)
{
    (void)state;
    const struct vtr_external_view samples[] = {
        {.type = VTR_EXTERNAL_TEXT},
        {.type = VTR_EXTERNAL_INT, .number = INT64_MIN},
        {.type = VTR_EXTERNAL_BOOL, .number = 1},
        {.type = VTR_EXTERNAL_FLOAT, .number = 314, .exponent = -2},
    };

    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        struct vtr_external_view external = samples[i];
        struct vtr_external_view read;
        struct vtr_writer w = {0};

        external.name = vtr_bytes_from_text("limit");
        vtr_external_write(&w, &external, vtr_bytes_from_text("value"));
        assert_true(vtr_external_read(vtr_writer_bytes(&w), &read));
        assert_int_equal(read.type, external.type);
        assert_true(vtr_bytes_equal(read.name, external.name));
        assert_true(read.number == external.number);
        assert_true(read.exponent == external.exponent);
        for (size_t len = 0; len < w.len; len++) {
            assert_false(vtr_external_read((struct vtr_bytes){w.ptr, len}, &read));
        }
        vtr_writer_deinit(&w);
    }
}

static void masked_runs_of_any_length_are_masked_by_index(void **state)
{
    uint8_t plain[200];
    uint8_t again[sizeof plain];

    (void)state;
    for (size_t i = 0; i < sizeof plain; i++) {
        plain[i] = (uint8_t)(i * 7 + 3);
    }
    for (size_t len = 0; len <= sizeof plain; len++) {
        struct vtr_writer w = {0};
        struct vtr_reader r;
        struct vtr_bytes masked;
        vtr_writer_masked(&w, (struct vtr_bytes){plain, len});
        vtr_reader_init(&r, vtr_writer_bytes(&w), 0);
        assert_true(vtr_reader_masked(&r, &masked) && vtr_reader_left(&r) == 0);
        assert_int_equal(masked.len, len);
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(masked.ptr[i], plain[i] ^ vtr_mask(i));
        }
        vtr_unmask(masked, again);
        assert_memory_equal(again, plain, len);
        vtr_writer_deinit(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(body_is_split_into_its_parts),
        cmocka_unit_test(pattern_is_found_at_its_offset_in_the_body),
        cmocka_unit_test(every_truncation_of_a_body_is_refused),
        cmocka_unit_test(unknown_flags_and_types_are_refused),
        cmocka_unit_test(rules_order_by_namespace_then_name),
        cmocka_unit_test(externals_survive_writing_and_reading),
        cmocka_unit_test(masked_runs_of_any_length_are_masked_by_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
