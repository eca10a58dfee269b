/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/rice.h"

#include <stdlib.h>
#include <string.h>

#include "base/sort.h"
#include "tests/support/cmocka.h"

/* A small generator with a fixed seed: the same keys in every run. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 32 ^ *state << 11;
}

static int compare_key_bytes(const void *a, const void *b, void *context)
{
    (void)context;
    return memcmp(a, b, VTR_KEY_BYTES_MAX);
}

/* Writes keys and reads them again, all of them and nothing else. */
static void check_round_trip(const uint8_t *keys, size_t count, unsigned bits,
                             bool may_repeat)
{
    struct vtr_writer w = {0};
    struct vtr_rice_reader r;
    struct vtr_bytes rest;

    vtr_rice_write(&w, keys, count, VTR_KEY_BYTES_MAX, bits);
    assert_true(vtr_writer_ok(&w));
    assert_true(vtr_rice_open(&r, vtr_writer_bytes(&w), may_repeat));
    assert_int_equal(r.bits, bits);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = vtr_rice_next(&r);
        assert_non_null(key);
        assert_memory_equal(key, keys + i * VTR_KEY_BYTES_MAX, VTR_KEY_BYTES_MAX);
    }
    assert_null(vtr_rice_next(&r));
    assert_true(vtr_rice_is_finished(&r, &rest));
    assert_int_equal(rest.len, 0);
    vtr_writer_deinit(&w);
}

/* `count` random keys of `bits` bits, sorted, without duplicates: the number left. */
static size_t make_keys(uint8_t *keys, size_t count, unsigned bits, uint64_t seed)
{
    size_t kept = 0;

    memset(keys, 0, count * VTR_KEY_BYTES_MAX);
    for (size_t i = 0; i < count; i++) {
        uint8_t *key = keys + i * VTR_KEY_BYTES_MAX;
        for (unsigned at = 0; at < bits; at += 8) {
            key[at / 8] = (uint8_t)next_random(&seed);
            if (bits - at < 8) {
                key[at / 8] = (uint8_t)(key[at / 8] & 0xFF << (8 - (bits - at)));
            }
        }
    }
    assert_int_equal(vtr_sort(keys, count, VTR_KEY_BYTES_MAX, compare_key_bytes, NULL),
                     VTR_OK);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *key = keys + i * VTR_KEY_BYTES_MAX;
        if (kept == 0 || memcmp(keys + (kept - 1) * VTR_KEY_BYTES_MAX, key,
                                VTR_KEY_BYTES_MAX) != 0) {
            memmove(keys + kept++ * VTR_KEY_BYTES_MAX, key, VTR_KEY_BYTES_MAX);
        }
    }
    return kept;
}

static void keys_of_every_length_survive(void **state)
{
    static uint8_t keys[500 * VTR_KEY_BYTES_MAX];
    (void)state;

    for (unsigned bits = 1; bits <= VTR_KEY_BITS_MAX; bits++) {
        const size_t count = make_keys(keys, 500, bits, bits);
        check_round_trip(keys, count, bits, false);
        check_round_trip(keys, 1, bits, false);
    }
}

static void empty_list_is_no_list(void **state)
{
    struct vtr_writer w = {0};
    struct vtr_rice_reader r;
    (void)state;

    vtr_rice_write(&w, NULL, 0, VTR_KEY_BYTES_MAX, 40);
    assert_false(vtr_rice_open(&r, vtr_writer_bytes(&w), false));
    vtr_writer_deinit(&w);
}

static void one_list_follows_another(void **state)
{
    static uint8_t keys[20 * VTR_KEY_BYTES_MAX];
    struct vtr_writer w = {0};
    struct vtr_rice_reader r;
    struct vtr_bytes rest;
    (void)state;

    vtr_rice_write(&w, keys, make_keys(keys, 7, 13, 3), VTR_KEY_BYTES_MAX, 13);
    const size_t first_len = w.len;
    vtr_rice_write(&w, keys, make_keys(keys, 20, 80, 4), VTR_KEY_BYTES_MAX, 80);
    assert_true(vtr_rice_open(&r, vtr_writer_bytes(&w), false));
    assert_int_equal(r.bits, 13);
    while (vtr_rice_next(&r) != NULL) {
    }
    assert_true(vtr_rice_is_finished(&r, &rest));
    assert_ptr_equal(rest.ptr, w.ptr + first_len);
    assert_true(vtr_rice_open(&r, rest, false));
    assert_int_equal(r.bits, 80);
    while (vtr_rice_next(&r) != NULL) {
    }
    assert_true(vtr_rice_is_finished(&r, &rest));
    assert_int_equal(rest.len, 0);
    vtr_writer_deinit(&w);
}

static void lowest_and_highest_key_survive(void **state)
{
    uint8_t keys[2 * VTR_KEY_BYTES_MAX] = {0};
    (void)state;

    memset(keys + VTR_KEY_BYTES_MAX, 0xFF, VTR_KEY_BYTES_MAX);
    check_round_trip(keys, 2, 256, false);
    check_round_trip(keys, 1, 256, false);
    check_round_trip(keys + VTR_KEY_BYTES_MAX, 1, 256, false);
    memset(keys + VTR_KEY_BYTES_MAX + 8, 0, VTR_KEY_BYTES_MAX - 8);
    check_round_trip(keys, 2, 64, false);
}

static void equal_keys_pass_only_where_they_may(void **state)
{
    uint8_t keys[2 * VTR_KEY_BYTES_MAX] = {0};
    struct vtr_writer w = {0};
    struct vtr_rice_reader r;
    struct vtr_bytes rest;
    (void)state;

    memset(keys, 7, sizeof(keys));
    check_round_trip(keys, 2, 256, true);
    vtr_rice_write(&w, keys, 2, VTR_KEY_BYTES_MAX, 256);
    assert_true(vtr_rice_open(&r, vtr_writer_bytes(&w), false));
    assert_non_null(vtr_rice_next(&r));
    assert_null(vtr_rice_next(&r));
    assert_false(vtr_rice_is_finished(&r, &rest));
    vtr_writer_deinit(&w);
}

static void random_keys_cost_what_they_must(void **state)
{
    enum {
        COUNT = 2000
    };
    uint8_t *keys = malloc((size_t)COUNT * VTR_KEY_BYTES_MAX);
    struct vtr_writer w = {0};
    (void)state;

    assert_non_null(keys);
    const size_t count = make_keys(keys, COUNT, 256, 42);
    vtr_rice_write(&w, keys, count, VTR_KEY_BYTES_MAX, 256);
    /* 2000 * 256 bits less log2(2000!) = 61,618 bytes. */
    assert_in_range(w.len, 61600, 61700);
    vtr_writer_deinit(&w);
    free(keys);
}

static void truncated_list_is_refused(void **state)
{
    static uint8_t keys[20 * VTR_KEY_BYTES_MAX];
    struct vtr_writer w = {0};
    (void)state;

    const size_t count = make_keys(keys, 20, 72, 3);
    vtr_rice_write(&w, keys, count, VTR_KEY_BYTES_MAX, 72);
    for (size_t len = 0; len < w.len; len++) {
        struct vtr_rice_reader r;
        struct vtr_bytes rest;
        if (!vtr_rice_open(&r, (struct vtr_bytes){w.ptr, len}, false)) {
            continue;
        }
        while (vtr_rice_next(&r) != NULL) {
        }
        assert_false(vtr_rice_is_finished(&r, &rest));
    }
    vtr_writer_deinit(&w);
}

static void what_follows_the_last_key_is_told(void **state)
{
    uint8_t key[VTR_KEY_BYTES_MAX] = {1, 2, 3};
    struct vtr_writer w = {0};
    struct vtr_rice_reader r;
    struct vtr_bytes rest = {NULL, 7};
    (void)state;

    vtr_rice_write(&w, key, 1, VTR_KEY_BYTES_MAX, 40);
    assert_true(vtr_rice_open(&r, vtr_writer_bytes(&w), false));
    assert_false(vtr_rice_is_finished(&r, &rest)); /* the key has not been read */
    assert_non_null(vtr_rice_next(&r));
    assert_true(vtr_rice_is_finished(&r, &rest));
    assert_int_equal(rest.len, 0);
    w.ptr[w.len - 1] |= 0x80;
    assert_true(vtr_rice_open(&r, vtr_writer_bytes(&w), false));
    assert_non_null(vtr_rice_next(&r));
    assert_false(vtr_rice_is_finished(&r, &rest));
    vtr_writer_deinit(&w);
}

static void impossible_parameters_are_refused(void **state)
{
    struct vtr_rice_reader r;
    const uint8_t no_bits[] = {0, 1, 0, 0};
    const uint8_t no_keys[] = {40, 0, 0, 0};
    const uint8_t many_bits[] = {0x81, 0x02, 1, 0}; /* 257 */
    const uint8_t long_varint[] = {0xA8, 0x00, 1, 0};
    const uint8_t parameter[] = {40, 1, 40, 0};
    (void)state;

    assert_false(vtr_rice_open(&r, (struct vtr_bytes){no_bits, 4}, false));
    assert_false(vtr_rice_open(&r, (struct vtr_bytes){no_keys, 4}, false));
    assert_false(vtr_rice_open(&r, (struct vtr_bytes){many_bits, 4}, false));
    assert_false(vtr_rice_open(&r, (struct vtr_bytes){long_varint, 4}, false));
    assert_false(vtr_rice_open(&r, (struct vtr_bytes){parameter, 4}, false));
    assert_false(vtr_rice_open(&r, (struct vtr_bytes){NULL, 0}, false));
}

static void gap_past_the_highest_key_is_refused(void **state)
{
    /* Keys of one bit, parameter 0: gaps 1 and 1 lead to 2. */
    const uint8_t bytes[] = {1, 2, 0, 0x05};
    struct vtr_rice_reader r;
    (void)state;

    assert_true(vtr_rice_open(&r, (struct vtr_bytes){bytes, 4}, true));
    assert_non_null(vtr_rice_next(&r));
    assert_null(vtr_rice_next(&r));
}

static void shared_bits_are_counted_from_the_first(void **state)
{
    const uint8_t a[] = {0xF0, 0x00};
    const uint8_t b[] = {0xF0, 0x01};
    (void)state;

    assert_int_equal(vtr_key_shared_bits(a, b, 16), 15);
    assert_int_equal(vtr_key_shared_bits(a, b, 8), 8);
    assert_int_equal(vtr_key_shared_bits(a, a, 16), 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_of_every_length_survive),
        cmocka_unit_test(empty_list_is_no_list),
        cmocka_unit_test(one_list_follows_another),
        cmocka_unit_test(lowest_and_highest_key_survive),
        cmocka_unit_test(equal_keys_pass_only_where_they_may),
        cmocka_unit_test(random_keys_cost_what_they_must),
        cmocka_unit_test(truncated_list_is_refused),
        cmocka_unit_test(what_follows_the_last_key_is_told),
        cmocka_unit_test(impossible_parameters_are_refused),
        cmocka_unit_test(gap_past_the_highest_key_is_refused),
        cmocka_unit_test(shared_bits_are_counted_from_the_first),
    };
    return cmocka_run_group_tests_name("rice", tests, NULL, NULL);
}
