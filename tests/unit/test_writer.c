/* SPDX-License-Identifier: Apache-2.0 */

/* What the writer does beyond appending; that what it spells is read again is for
 * test_reader.c. */
#include "base/writer.h"

#include "base/bytes.h"
#include "base/reader.h"
#include "tests/support/cmocka.h"

static void insert_moves_what_follows(void **state)
{
    struct vtr_writer w = {0};

    (void)state;
    vtr_writer_raw(&w, vtr_bytes_from_text("bd"));
    vtr_writer_insert(&w, 1, vtr_bytes_from_text("c"));
    vtr_writer_insert(&w, 0, vtr_bytes_from_text("a"));
    vtr_writer_insert(&w, 4, vtr_bytes_from_text("ef"));
    vtr_writer_insert(&w, 2, vtr_bytes_from_text(""));
    assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), vtr_bytes_from_text("abcdef")));
    vtr_writer_deinit(&w);
}

static void insert_into_nothing_writes(void **state)
{
    struct vtr_writer w = {0};

    (void)state;
    vtr_writer_insert(&w, 0, vtr_bytes_from_text(""));
    assert_int_equal(vtr_writer_bytes(&w).len, 0);
    vtr_writer_insert(&w, 0, vtr_bytes_from_text("a"));
    assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), vtr_bytes_from_text("a")));
    vtr_writer_deinit(&w);
}

static void insert_after_a_failure_does_nothing(void **state)
{
    struct vtr_writer w = {0};

    (void)state;
    vtr_writer_raw(&w, vtr_bytes_from_text("ab"));
    w.has_failed = true;
    vtr_writer_insert(&w, 1, vtr_bytes_from_text("c"));
    vtr_writer_insert_varint(&w, 1, 300);
    assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), vtr_bytes_from_text("ab")));
    assert_false(vtr_writer_ok(&w));
    vtr_writer_deinit(&w);
}

static void varints_are_the_same_inserted_appended_and_stored(void **state)
{
    static const uint64_t VALUES[] = {0,        1,         0x7F,        0x80,
                                      0x3FFF,   0x4000,    0xFFFFFFFFu, UINT64_MAX >> 1,
                                      1u << 21, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++) {
        struct vtr_writer appended = {0};
        struct vtr_writer inserted = {0};
        struct vtr_reader r;
        uint8_t stored[VTR_VARINT_LEN_MAX];
        uint64_t value;
        vtr_writer_varint(&appended, VALUES[i]);
        vtr_writer_insert_varint(&inserted, 0, VALUES[i]);
        const struct vtr_bytes bytes = {stored, vtr_store_varint(stored, VALUES[i])};
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&appended), bytes));
        assert_true(vtr_bytes_equal(vtr_writer_bytes(&inserted), bytes));
        vtr_reader_init(&r, bytes, 0);
        assert_true(vtr_reader_varint(&r, &value) && value == VALUES[i]);
        assert_int_equal(vtr_reader_left(&r), 0);
        vtr_writer_deinit(&appended);
        vtr_writer_deinit(&inserted);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(insert_moves_what_follows),
        cmocka_unit_test(insert_into_nothing_writes),
        cmocka_unit_test(insert_after_a_failure_does_nothing),
        cmocka_unit_test(varints_are_the_same_inserted_appended_and_stored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
