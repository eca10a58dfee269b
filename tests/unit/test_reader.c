/* SPDX-License-Identifier: Apache-2.0 */

#include "base/reader.h"

#include "base/writer.h"

#include "tests/support/cmocka.h"

static const uint8_t SAMPLE[] = {0x01, 0x02, 0x03, 0x04, 0x05};

static struct vtr_reader reader_over_sample(void)
{
    struct vtr_reader r;
    vtr_reader_init(&r, (struct vtr_bytes){SAMPLE, sizeof(SAMPLE)}, 100);
    return r;
}

static void integers_are_little_endian(void **state)
{
    (void)state;
    struct vtr_reader r = reader_over_sample();
    uint32_t value = 0;

    assert_true(vtr_reader_u32(&r, &value));
    assert_int_equal(value, 0x04030201);
    assert_int_equal(vtr_reader_offset(&r), 104);
}

static void integers_of_foreign_formats_have_either_order(void **state)
{
    (void)state;
    struct vtr_reader r = reader_over_sample();
    uint64_t value = 0;

    assert_true(vtr_reader_uint(&r, &value, 2, true));
    assert_int_equal(value, 0x0102);
    assert_true(vtr_reader_uint(&r, &value, 3, false));
    assert_int_equal(value, 0x050403);
    assert_false(vtr_reader_uint(&r, &value, 1, false));
    assert_int_equal(value, 0x050403);
    r = reader_over_sample();
    assert_false(vtr_reader_uint(&r, &value, 8, true));
    assert_int_equal(vtr_reader_left(&r), sizeof(SAMPLE));
}

static void text_ends_with_a_nul_inside_the_file(void **state)
{
    static const uint8_t TEXTS[] = {'a', 'b', 0, 0, 'c'};
    const struct vtr_bytes file = {TEXTS, sizeof(TEXTS)};
    struct vtr_bytes out = {NULL, 7};

    (void)state;
    assert_true(vtr_peek_text(file, 0, &out));
    assert_int_equal(out.len, 2);
    assert_true(vtr_peek_text(file, 3, &out));
    assert_int_equal(out.len, 0);
    assert_false(vtr_peek_text(file, 4, &out));
    assert_false(vtr_peek_text(file, 5, &out));
    assert_false(vtr_peek_text((struct vtr_bytes){NULL, 0}, 0, &out));
}

static void short_read_changes_nothing(void **state)
{
    (void)state;
    struct vtr_reader r = reader_over_sample();
    uint64_t value = 42;

    assert_false(vtr_reader_u64(&r, &value));
    assert_int_equal(value, 42);
    assert_int_equal(vtr_reader_left(&r), sizeof(SAMPLE));
}

static void array_count_cannot_overflow(void **state)
{
    (void)state;
    struct vtr_reader r = reader_over_sample();
    struct vtr_bytes out;

    assert_false(vtr_reader_array(&r, &out, UINT64_MAX / 2, 4));
    assert_true(vtr_reader_array(&r, &out, 2, 2));
    assert_int_equal(out.len, 4);
}

static void sub_reader_is_confined(void **state)
{
    (void)state;
    struct vtr_reader r = reader_over_sample();
    struct vtr_reader sub;
    uint16_t value;

    assert_true(vtr_reader_sub(&r, &sub, 1));
    assert_false(vtr_reader_u16(&sub, &value));
    assert_int_equal(vtr_reader_offset(&sub), 100);
}

static void empty_input_is_fine(void **state)
{
    (void)state;
    struct vtr_reader r;
    struct vtr_bytes out;

    vtr_reader_init(&r, (struct vtr_bytes){NULL, 0}, 0);
    assert_true(vtr_reader_slice(&r, &out, 0));
    assert_false(vtr_reader_slice(&r, &out, 1));
}

static struct vtr_reader reader_over(const uint8_t *ptr, size_t len)
{
    struct vtr_reader r;
    vtr_reader_init(&r, (struct vtr_bytes){ptr, len}, 0);
    return r;
}

static void varint_reads_its_edges(void **state)
{
    (void)state;
    static const uint8_t MAX[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                  0xFF, 0xFF, 0xFF, 0xFF, 0x01};
    static const uint8_t SMALL[] = {0x7F, 0x80, 0x01};
    struct vtr_reader r = reader_over(MAX, sizeof(MAX));
    uint64_t value = 0;

    assert_true(vtr_reader_varint(&r, &value));
    assert_true(value == UINT64_MAX);
    assert_int_equal(vtr_reader_left(&r), 0);

    r = reader_over(SMALL, sizeof(SMALL));
    assert_true(vtr_reader_varint(&r, &value));
    assert_int_equal(value, 127);
    assert_true(vtr_reader_varint(&r, &value));
    assert_int_equal(value, 128);
}

static void varint_refuses_overflow_padding_and_cuts(void **state)
{
    (void)state;
    static const uint8_t OVERFLOW[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                       0xFF, 0xFF, 0xFF, 0xFF, 0x02};
    static const uint8_t ENDLESS[] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                      0x80, 0x80, 0x80, 0x80, 0x00};
    static const uint8_t PADDED[] = {0x81, 0x00};
    static const uint8_t CUT[] = {0x81};
    uint64_t value = 42;

    struct vtr_reader r = reader_over(OVERFLOW, sizeof(OVERFLOW));
    assert_false(vtr_reader_varint(&r, &value));
    r = reader_over(ENDLESS, sizeof(ENDLESS));
    assert_false(vtr_reader_varint(&r, &value));
    r = reader_over(PADDED, sizeof(PADDED));
    assert_false(vtr_reader_varint(&r, &value));
    r = reader_over(CUT, sizeof(CUT));
    assert_false(vtr_reader_varint(&r, &value));
    assert_int_equal(value, 42);
    assert_int_equal(vtr_reader_left(&r), sizeof(CUT));
}

static void string_longer_than_what_is_left_moves_nothing(void **state)
{
    (void)state;
    static const uint8_t BYTES[] = {0x03, 'a', 'b'};
    struct vtr_reader r = reader_over(BYTES, sizeof(BYTES));
    struct vtr_bytes out;

    assert_false(vtr_reader_string(&r, &out));
    assert_int_equal(vtr_reader_left(&r), sizeof(BYTES));
}

static void the_most_significant_byte_can_be_the_first(void **state)
{
    static const uint8_t BYTES[] = {0xFE, 0xDC, 0xBA, 0x98};

    (void)state;
    assert_int_equal(vtr_load_u16_be(BYTES), 0xFEDC);
    assert_int_equal(vtr_load_u32_be(BYTES), 0xFEDCBA98);
    assert_int_equal(vtr_load_u32(BYTES), 0x98BADCFE);
}

static void what_was_written_last_can_be_taken_back(void **state)
{
    struct vtr_writer w = {0};

    (void)state;
    vtr_writer_truncate(&w, 0);
    vtr_writer_u32(&w, 1);
    vtr_writer_u32(&w, 2);
    vtr_writer_truncate(&w, 8);
    assert_int_equal(vtr_writer_bytes(&w).len, 8);
    vtr_writer_truncate(&w, 4);
    vtr_writer_u8(&w, 3);
    assert_int_equal(vtr_writer_bytes(&w).len, 5);
    assert_int_equal(vtr_load_u32(vtr_writer_bytes(&w).ptr), 1);
    assert_int_equal(vtr_writer_bytes(&w).ptr[4], 3);
    vtr_writer_deinit(&w);
}

static void signed_numbers_come_back(void **state)
{
    (void)state;
    static const int64_t NUMBERS[] = {0, -1, 1, -64, 63, INT64_MIN, INT64_MAX};
    struct vtr_writer w = {0};

    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        vtr_writer_zigzag(&w, NUMBERS[i]);
    }
    assert_true(vtr_writer_ok(&w));
    struct vtr_reader r = reader_over(w.ptr, w.len);
    for (size_t i = 0; i < sizeof(NUMBERS) / sizeof(NUMBERS[0]); i++) {
        int64_t value = 0;
        assert_true(vtr_reader_zigzag(&r, &value));
        assert_true(value == NUMBERS[i]);
    }
    vtr_writer_deinit(&w);
}

static void packed_bits_come_back_at_every_width_and_shift(void **state)
{
    (void)state;
    const uint64_t pattern = UINT64_C(0xD1CEC0DEBADCAFE5);

    for (unsigned width = 0; width <= 64; width++) {
        for (unsigned bit = 0; bit < 24; bit++) {
            uint8_t room[11] = {0};
            const uint64_t value =
                width == 64 ? pattern : pattern & ((UINT64_C(1) << width) - 1);

            vtr_store_bits(room, sizeof(room), bit, width, value);
            assert_true(vtr_table_bits((struct vtr_bytes){room, sizeof(room)}, bit,
                                       width) == value);
        }
    }
}

static void bits_past_the_end_are_zero(void **state)
{
    (void)state;
    static const uint8_t BYTES[] = {0xFF, 0xFF};
    const struct vtr_bytes table = {BYTES, sizeof(BYTES)};

    assert_int_equal(vtr_table_bits(table, 12, 16), 0x0F);
    assert_int_equal(vtr_table_bits(table, 16, 8), 0);
    assert_int_equal(vtr_table_bits(table, UINT64_MAX, 64), 0);
}

static void a_peek_past_the_end_changes_nothing(void **state)
{
    const struct vtr_bytes bytes = {SAMPLE, sizeof(SAMPLE)};
    struct vtr_bytes part = {NULL, 77};
    uint8_t u8 = 7;
    uint16_t u16 = 7;
    uint32_t u32 = 7;
    uint64_t u64 = 7;

    (void)state;
    assert_true(vtr_peek_u8(bytes, 4, &u8) && vtr_peek_u16(bytes, 3, &u16) &&
                vtr_peek_u32(bytes, 1, &u32));
    assert_int_equal(u8, 0x05);
    assert_int_equal(u16, 0x0504);
    assert_int_equal(u32, 0x05040302);
    assert_false(vtr_peek_u8(bytes, 5, &u8) || vtr_peek_u16(bytes, 4, &u16) ||
                 vtr_peek_u32(bytes, 2, &u32) || vtr_peek_u64(bytes, 0, &u64) ||
                 vtr_peek_u32(bytes, UINT64_MAX, &u32));
    assert_int_equal(u8, 0x05);
    assert_int_equal(u16, 0x0504);
    assert_int_equal(u32, 0x05040302);
    assert_int_equal(u64, 7);
    assert_false(vtr_peek_slice(bytes, 1, UINT64_MAX, &part));
    assert_false(vtr_peek_slice(bytes, 6, 0, &part));
    assert_int_equal(part.len, 77);
    assert_true(vtr_peek_slice(bytes, 5, 0, &part));
    assert_int_equal(part.len, 0);
    assert_true(vtr_peek_slice((struct vtr_bytes){NULL, 0}, 0, 0, &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_little_endian),
        cmocka_unit_test(integers_of_foreign_formats_have_either_order),
        cmocka_unit_test(text_ends_with_a_nul_inside_the_file),
        cmocka_unit_test(short_read_changes_nothing),
        cmocka_unit_test(array_count_cannot_overflow),
        cmocka_unit_test(sub_reader_is_confined),
        cmocka_unit_test(empty_input_is_fine),
        cmocka_unit_test(varint_reads_its_edges),
        cmocka_unit_test(varint_refuses_overflow_padding_and_cuts),
        cmocka_unit_test(string_longer_than_what_is_left_moves_nothing),
        cmocka_unit_test(the_most_significant_byte_can_be_the_first),
        cmocka_unit_test(what_was_written_last_can_be_taken_back),
        cmocka_unit_test(signed_numbers_come_back),
        cmocka_unit_test(packed_bits_come_back_at_every_width_and_shift),
        cmocka_unit_test(bits_past_the_end_are_zero),
        cmocka_unit_test(a_peek_past_the_end_changes_nothing),
    };
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
