/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/column.h"

#include <string.h>

#include "delta/deflate.h"
#include "tests/support/cmocka.h"

static void every_power_and_its_neighbours_survive(void **state)
{
    struct vtr_writer classes = {0};
    struct vtr_writer bytes = {0};
    struct vtr_bit_writer mantissas = {.bytes = &bytes};
    (void)state;

    for (unsigned bit = 0; bit < 64; bit++) {
        const uint64_t power = (uint64_t)1 << bit;
        vtr_column_put(&classes, &mantissas, power - 1);
        vtr_column_put(&classes, &mantissas, power);
        vtr_column_put(&classes, &mantissas, power + 1);
    }
    vtr_column_put(&classes, &mantissas, UINT64_MAX);
    vtr_bit_writer_finish(&mantissas);
    assert_true(vtr_writer_ok(&bytes));

    struct vtr_bit_reader r = {vtr_writer_bytes(&bytes), 0};
    for (size_t i = 0; i < classes.len; i++) {
        uint64_t value = 0;
        const uint64_t power = (uint64_t)1 << (i / 3 % 64);
        const uint64_t expected = i + 1 == classes.len ? UINT64_MAX : power - 1 + i % 3;
        assert_true(vtr_column_take(classes.ptr[i], &r, &value));
        assert_true(value == expected);
    }
    assert_true(vtr_bit_reader_is_finished(&r));
    vtr_writer_deinit(&classes);
    vtr_writer_deinit(&bytes);
}

static void unknown_class_is_refused(void **state)
{
    const uint8_t bytes[16] = {0};
    struct vtr_bit_reader r = {{bytes, sizeof(bytes)}, 0};
    uint64_t value = 7;
    (void)state;

    assert_false(vtr_column_take(65, &r, &value));
    assert_int_equal(value, 7);
    assert_true(vtr_column_take(64, &r, &value));
}

static void short_mantissa_is_refused(void **state)
{
    const uint8_t bytes[1] = {0};
    struct vtr_bit_reader r = {{bytes, 1}, 0};
    uint64_t value = 0;
    (void)state;

    assert_false(vtr_column_take(10, &r, &value));
    assert_true(vtr_column_take(9, &r, &value));
    assert_int_equal(value, 256);
    assert_false(vtr_column_take(2, &r, &value));
    assert_true(vtr_column_take(1, &r, &value));
}

static void zigzag_is_its_own_way_back(void **state)
{
    const int64_t values[] = {0,         -1,        1,         -2,       2,
                              INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        assert_true(vtr_unzigzag(vtr_zigzag(values[i])) == values[i]);
    }
    assert_int_equal(vtr_zigzag(-1), 1);
    assert_int_equal(vtr_zigzag(1), 2);
}

static void set_padding_bit_is_noticed(void **state)
{
    const uint8_t clean[] = {0x07};
    const uint8_t dirty[] = {0x0F};
    struct vtr_bit_reader r = {{clean, 1}, 3};
    (void)state;

    assert_true(vtr_bit_reader_is_finished(&r));
    r.bytes.ptr = dirty;
    assert_false(vtr_bit_reader_is_finished(&r));
    r.pos = 0;
    assert_false(vtr_bit_reader_is_finished(&r));
    r.pos = 8;
    assert_true(vtr_bit_reader_is_finished(&r));
}

static void unary_run_stops_at_its_limit(void **state)
{
    const uint8_t ones[] = {0xFF, 0xFF, 0x01};
    struct vtr_bit_reader r = {{ones, sizeof(ones)}, 0};
    uint64_t count = 0;
    (void)state;

    assert_false(vtr_bit_reader_take_unary(&r, 16, &count));
    assert_int_equal(r.pos, 0);
    assert_true(vtr_bit_reader_take_unary(&r, 17, &count));
    assert_int_equal(count, 17);
    r = (struct vtr_bit_reader){{ones, 2}, 0};
    assert_false(vtr_bit_reader_take_unary(&r, UINT64_MAX, &count));
}

static void long_unary_runs_survive(void **state)
{
    struct vtr_writer bytes = {0};
    struct vtr_bit_writer w = {.bytes = &bytes};
    (void)state;

    for (uint64_t count = 0; count < 200; count += 13) {
        vtr_bit_writer_put_unary(&w, count);
    }
    vtr_bit_writer_finish(&w);
    struct vtr_bit_reader r = {vtr_writer_bytes(&bytes), 0};
    for (uint64_t expected = 0; expected < 200; expected += 13) {
        uint64_t count = 0;
        assert_true(vtr_bit_reader_take_unary(&r, 200, &count));
        assert_int_equal(count, expected);
    }
    assert_true(vtr_bit_reader_is_finished(&r));
    vtr_writer_deinit(&bytes);
}

static void deflate_gives_back_what_it_took(void **state)
{
    uint8_t raw[5000];
    uint8_t back[5000];
    struct vtr_writer packed = {0};
    (void)state;

    for (size_t i = 0; i < sizeof(raw); i++) {
        raw[i] = (uint8_t)(i * i % 23);
    }
    assert_int_equal(vtr_deflate_pack(&packed, (struct vtr_bytes){raw, sizeof(raw)},
                                      NULL),
                     VTR_OK);
    assert_true(packed.len < sizeof(raw));
    assert_int_equal(vtr_deflate_unpack(vtr_writer_bytes(&packed), back, sizeof(back)),
                     VTR_OK);
    assert_memory_equal(raw, back, sizeof(raw));
    vtr_writer_deinit(&packed);
}

static void deflate_of_another_length_is_refused(void **state)
{
    uint8_t raw[1000] = {0};
    uint8_t back[1001];
    struct vtr_writer packed = {0};
    (void)state;

    assert_int_equal(vtr_deflate_pack(&packed, (struct vtr_bytes){raw, sizeof(raw)},
                                      NULL),
                     VTR_OK);
    const struct vtr_bytes bytes = vtr_writer_bytes(&packed);
    assert_int_equal(vtr_deflate_unpack(bytes, back, 1000), VTR_OK);
    assert_int_equal(vtr_deflate_unpack(bytes, back, 999), VTR_ERROR_FORMAT);
    assert_int_equal(vtr_deflate_unpack(bytes, back, 1001), VTR_ERROR_FORMAT);
    assert_int_equal(vtr_deflate_unpack((struct vtr_bytes){bytes.ptr, bytes.len - 1},
                                        back, 1000),
                     VTR_ERROR_FORMAT);
    vtr_writer_u8(&packed, 0);
    assert_int_equal(vtr_deflate_unpack(vtr_writer_bytes(&packed), back, 1000),
                     VTR_ERROR_FORMAT);
    vtr_writer_deinit(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_power_and_its_neighbours_survive),
        cmocka_unit_test(unknown_class_is_refused),
        cmocka_unit_test(short_mantissa_is_refused),
        cmocka_unit_test(zigzag_is_its_own_way_back),
        cmocka_unit_test(set_padding_bit_is_noticed),
        cmocka_unit_test(unary_run_stops_at_its_limit),
        cmocka_unit_test(long_unary_runs_survive),
        cmocka_unit_test(deflate_gives_back_what_it_took),
        cmocka_unit_test(deflate_of_another_length_is_refused),
    };
    return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
