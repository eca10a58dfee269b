/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/column.h"

#include <string.h>

#include "delta/coding/bits.h"
#include "delta/coding/deflate.h"
#include "tests/support/cmocka.h"

/* Writes numbers as one column, reads them again; bytes that they took. */
static size_t check_column(const uint64_t *values, size_t count)
{
    struct vtr_writer bytes = {0};
    struct vtr_column written = {0};
    struct vtr_column read = {0};
    struct vtr_range_encoder e;
    struct vtr_range_decoder d;

    vtr_range_encoder_init(&e, &bytes);
    for (size_t i = 0; i < count; i++) {
        vtr_column_put(&written, &e, values[i]);
    }
    vtr_range_encoder_finish(&e);
    assert_true(vtr_writer_ok(&bytes));
    vtr_range_decoder_init(&d, vtr_writer_bytes(&bytes));
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;
        assert_true(vtr_column_take(&read, &d, &value));
        assert_true(value == values[i]);
    }
    assert_true(vtr_range_is_finished(&d));
    const size_t len = bytes.len;
    vtr_writer_deinit(&bytes);
    return len;
}

static void every_power_and_its_neighbours_survive(void **state)
{
    uint64_t values[64 * 3 + 1];
    size_t count = 0;
    (void)state;

    for (unsigned bit = 0; bit < 64; bit++) {
        values[count++] = ((uint64_t)1 << bit) - 1;
        values[count++] = (uint64_t)1 << bit;
        values[count++] = ((uint64_t)1 << bit) + 1;
    }
    values[count++] = UINT64_MAX;
    for (size_t i = 0; i <= count; i++) {
        (void)check_column(values, i);
        (void)check_column(values + count - i, i);
    }
}

static void long_random_columns_survive(void **state)
{
    static uint64_t values[5000];
    uint64_t random = 1;
    (void)state;

    for (unsigned round = 0; round < 20; round++) {
        for (size_t i = 0; i < 5000; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            values[i] = random >> (round + random % 41);
        }
        (void)check_column(values, 5000);
    }
}

/* Runs of carries: what is held back is many bytes of 0xFF. */
static void columns_of_one_value_survive(void **state)
{
    static uint64_t values[3000];
    (void)state;

    for (unsigned length = 0; length <= 64; length++) {
        for (size_t i = 0; i < 3000; i++) {
            values[i] = length == 0 ? 0 : UINT64_MAX >> (64 - length);
        }
        (void)check_column(values, 3000);
        for (size_t i = 0; i < 3000; i++) {
            values[i] = length == 0 ? 0 : (uint64_t)1 << (length - 1);
        }
        (void)check_column(values, 3000);
    }
}

static void numbers_cost_what_they_tell(void **state)
{
    static uint64_t values[2000];
    uint64_t random = 3;
    (void)state;

    for (size_t i = 0; i < 2000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        values[i] = 1024 + (random >> 54); /* 10 bits each */
    }
    assert_in_range(check_column(values, 2000), 2500, 2540);
    memset(values, 0, sizeof(values));
    assert_in_range(check_column(values, 2000), 1, 45);
}

static void column_with_a_byte_more_or_less_is_noticed(void **state)
{
    struct vtr_writer bytes = {0};
    struct vtr_column column = {0};
    struct vtr_range_encoder e;
    (void)state;

    vtr_range_encoder_init(&e, &bytes);
    for (uint64_t i = 0; i < 100; i++) {
        vtr_column_put(&column, &e, i * i * i);
    }
    vtr_range_encoder_finish(&e);
    const size_t whole = bytes.len;
    vtr_writer_u8(&bytes, 0);
    for (size_t len = 0; len <= whole + 1; len++) {
        struct vtr_range_decoder d;
        struct vtr_column again = {0};
        uint64_t value = 0;
        bool is_same = true;

        vtr_range_decoder_init(&d, (struct vtr_bytes){bytes.ptr, len});
        for (uint64_t i = 0; i < 100 && is_same; i++) {
            is_same = vtr_column_take(&again, &d, &value) && value == i * i * i;
        }
        assert_int_equal(is_same && vtr_range_is_finished(&d), len == whole);
    }
    vtr_writer_deinit(&bytes);
}

static void hostile_bytes_give_numbers_or_nothing(void **state)
{
    uint8_t bytes[64];
    uint64_t random = 9;
    (void)state;

    for (unsigned round = 0; round < 2000; round++) {
        struct vtr_range_decoder d;
        struct vtr_column column = {0};
        uint64_t value = 0;

        for (size_t i = 0; i < sizeof(bytes); i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            bytes[i] = round % 3 == 0 ? 0xFF : (uint8_t)(random >> 56);
        }
        vtr_range_decoder_init(&d, (struct vtr_bytes){bytes, round % 65});
        for (unsigned i = 0; i < 200; i++) {
            if (!vtr_column_take(&column, &d, &value)) {
                break;
            }
        }
    }
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
        cmocka_unit_test(long_random_columns_survive),
        cmocka_unit_test(columns_of_one_value_survive),
        cmocka_unit_test(numbers_cost_what_they_tell),
        cmocka_unit_test(column_with_a_byte_more_or_less_is_noticed),
        cmocka_unit_test(hostile_bytes_give_numbers_or_nothing),
        cmocka_unit_test(zigzag_is_its_own_way_back),
        cmocka_unit_test(set_padding_bit_is_noticed),
        cmocka_unit_test(unary_run_stops_at_its_limit),
        cmocka_unit_test(long_unary_runs_survive),
        cmocka_unit_test(deflate_gives_back_what_it_took),
        cmocka_unit_test(deflate_of_another_length_is_refused),
    };
    return cmocka_run_group_tests_name("column", tests, NULL, NULL);
}
