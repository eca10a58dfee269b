/* SPDX-License-Identifier: Apache-2.0 */

#include "format/record/records.h"

#include "base/bytes.h"
#include "tests/support/cmocka.h"

struct split_case {
    const char *name;
    const char *stem;
    size_t stem_len;
    uint32_t number;
};

#define CASE(name, stem, number)       \
 {                                     \
  name, stem, sizeof(stem) - 1, number \
 }

static const struct split_case CASES[] = {
    CASE("Win.Trojan.Agent-12345-0", "Win.Trojan.Agent-\0-0", 12345),
    CASE("Win.Trojan.Agent-12345", "Win.Trojan.Agent-\0", 12345),
    CASE("Win.Trojan.Agent-0-0", "Win.Trojan.Agent-\0-0", 0),
    CASE("a-999999999-7", "a-\0-7", 999999999),
    CASE("a-1000000000-7", "a-1000000000-\0", 7),
    CASE("a-1000000000", "a-1000000000", 0),
    CASE("a-007-7", "a-007-\0", 7),
    CASE("a-007", "a-007", 0),
    CASE("a-7-007", "a-\0-007", 7),
    CASE("a-5-6-7", "a-5-\0-7", 6),
    CASE("-5", "-\0", 5),
    CASE("-5-6", "-\0-6", 5),
    CASE("5-6", "5-\0", 6),
    CASE("5", "5", 0),
    CASE("", "", 0),
    CASE("-", "-", 0),
    CASE("a--5", "a--\0", 5),
    CASE("a-5-", "a-5-", 0),
    CASE("a-1-b", "a-1-b", 0),
    CASE("--", "--", 0),
    CASE("-0-0-0", "-0-\0-0", 0),
    CASE("a-123-12345678901234567890", "a-\0-12345678901234567890", 123),
    CASE("EICAR", "EICAR", 0),
};

static void names_split_into_stem_and_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_writer w = {0};
        const uint32_t number = vtr_name_split(vtr_bytes_from_text(CASES[i].name), &w);

        assert_int_equal(number, CASES[i].number);
        assert_int_equal(w.len, CASES[i].stem_len);
        if (w.len > 0) {
            assert_memory_equal(w.ptr, CASES[i].stem, w.len);
        }
        vtr_writer_deinit(&w);
    }
}

static void join_undoes_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct vtr_bytes name = vtr_bytes_from_text(CASES[i].name);
        const struct vtr_bytes stem = {(const uint8_t *)CASES[i].stem,
                                       CASES[i].stem_len};
        struct vtr_writer w = {0};

        vtr_name_join(stem, CASES[i].number, &w);
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), name));
        vtr_writer_deinit(&w);
    }
}

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static void names_are_ordered_as_they_are_spelled(void **state)
{
    static const uint32_t NUMBERS[] = {0, 1, 5, 9, 10, 12, 120, 999999999};
    enum {
        COUNT = sizeof(CASES) / sizeof(CASES[0]),
        NUMBER_COUNT = sizeof(NUMBERS) / sizeof(NUMBERS[0])
    };
    (void)state;

    for (size_t i = 0; i < COUNT * NUMBER_COUNT; i++) {
        for (size_t k = 0; k < COUNT * NUMBER_COUNT; k++) {
            const struct split_case *a = &CASES[i / NUMBER_COUNT];
            const struct split_case *b = &CASES[k / NUMBER_COUNT];
            const struct vtr_bytes stem_a = {(const uint8_t *)a->stem, a->stem_len};
            const struct vtr_bytes stem_b = {(const uint8_t *)b->stem, b->stem_len};
            const uint32_t number_a = NUMBERS[i % NUMBER_COUNT];
            const uint32_t number_b = NUMBERS[k % NUMBER_COUNT];
            struct vtr_writer spelled_a = {0};
            struct vtr_writer spelled_b = {0};

            vtr_name_join(stem_a, number_a, &spelled_a);
            vtr_name_join(stem_b, number_b, &spelled_b);
            assert_int_equal(sign(vtr_name_compare(stem_a, number_a, stem_b, number_b)),
                             sign(vtr_bytes_compare(vtr_writer_bytes(&spelled_a),
                                                    vtr_writer_bytes(&spelled_b))));
            vtr_writer_deinit(&spelled_a);
            vtr_writer_deinit(&spelled_b);
        }
    }
}

static void hash_record_bytes_are_kind_digest_size_and_name(void **state)
{
    (void)state;
    static const uint8_t DIGEST[16] = {0xAA};
    static const char STEM[] = "X-\0-1";
    const struct vtr_hash_record record = {.digest = DIGEST, .size = 127, .number = 10};
    struct vtr_writer w = {0};

    vtr_record_write_hash(&w, VTR_HASH_MD5, &record,
                          (struct vtr_bytes){(const uint8_t *)STEM, sizeof(STEM) - 1});
    assert_int_equal(w.len, 1 + 16 + 2 + 1 + 6);
    assert_int_equal(w.ptr[0], 1);
    assert_memory_equal(w.ptr + 1, DIGEST, 16);
    assert_memory_equal(w.ptr + 17, "\x80\x01\x06X-10-1", 9);
    vtr_writer_deinit(&w);
}

static void any_size_is_written_as_zero(void **state)
{
    (void)state;
    static const uint8_t DIGEST[20] = {1};
    const struct vtr_hash_record record = {.digest = DIGEST, .size = VTR_SIZE_ANY};
    struct vtr_writer w = {0};

    vtr_record_write_hash(&w, VTR_HASH_SHA1, &record, (struct vtr_bytes){NULL, 0});
    assert_int_equal(w.len, 1 + 20 + 1 + 1);
    assert_int_equal(w.ptr[0], 2);
    assert_int_equal(w.ptr[21], 0);
    vtr_writer_deinit(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_split_into_stem_and_number),
        cmocka_unit_test(join_undoes_split),
        cmocka_unit_test(names_are_ordered_as_they_are_spelled),
        cmocka_unit_test(hash_record_bytes_are_kind_digest_size_and_name),
        cmocka_unit_test(any_size_is_written_as_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
