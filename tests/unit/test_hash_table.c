/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/hash_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

static void free_image(struct vtr_bytes image)
{
    free((void *)(uintptr_t)image.ptr);
}

static void prefix_grows_where_it_costs_half_a_byte_a_record(void **state)
{
    (void)state;
    assert_int_equal(vtr_hash_prefix_bits(0), 0);
    assert_int_equal(vtr_hash_prefix_bits(2047), 0);
    assert_int_equal(vtr_hash_prefix_bits(2048), 8);
    assert_int_equal(vtr_hash_prefix_bits(524287), 8);
    assert_int_equal(vtr_hash_prefix_bits(524288), 16);
    assert_int_equal(vtr_hash_prefix_bits(134217727), 16);
    assert_int_equal(vtr_hash_prefix_bits(134217728), 24);
    assert_int_equal(vtr_hash_prefix_bits(UINT32_MAX), 24);
}

static void cursor_and_get_say_the_same(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {2047, 2048, 5000}};
    struct vtr_test_records set;
    struct vtr_image image;

    vtr_test_records_init(&set, 3, &counts);
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_hash_table *table = &image.hashes[kind];
        struct vtr_hash_cursor cursor;
        const struct vtr_hash_source source = vtr_hash_table_source(table, &cursor);
        struct vtr_hash_record streamed;
        struct vtr_hash_record got;
        uint8_t room[32];

        for (unsigned round = 0; round < 2; round++) {
            source.rewind(source.context);
            for (uint64_t i = 0; i < table->count; i++) {
                assert_true(source.next(source.context, &streamed));
                assert_true(vtr_hash_table_get(table, i, room, &got));
                assert_memory_equal(streamed.digest, got.digest,
                                    vtr_hash_len(table->kind));
                assert_true(streamed.size == got.size);
                assert_int_equal(streamed.stem, got.stem);
                assert_int_equal(streamed.number, got.number);
            }
            assert_false(source.next(source.context, &streamed));
        }
        assert_false(vtr_hash_table_get(table, table->count, room, &got));
        assert_false(vtr_hash_table_get(table, UINT64_MAX, room, &got));
    }
    free_image(bytes);
    vtr_test_records_deinit(&set);
}

static void records_that_share_a_digest_are_found_together(void **state)
{
    (void)state;
    static struct vtr_test_hash items[3];
    const struct vtr_test_counts counts = {.hashes = {0, 0, 1}};
    struct vtr_test_records set;
    struct vtr_image image;
    uint64_t first = 99;

    vtr_test_records_init(&set, 3, &counts);
    for (size_t i = 0; i < 3; i++) {
        items[i] = set.sources[2].items[0];
        items[i].size = i == 2 ? VTR_SIZE_ANY : i;
    }
    set.sources[2].items = items;
    set.sources[2].count = 3;
    set.records.hashes[2].count = 3;
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_int_equal(vtr_hash_table_find(&image.hashes[2], items[0].digest, &first), 3);
    assert_int_equal(first, 0);
    items[0].digest[31] ^= 1;
    first = 99;
    assert_int_equal(vtr_hash_table_find(&image.hashes[2], items[0].digest, &first), 0);
    assert_int_equal(first, 99);
    free_image(bytes);
    vtr_test_records_deinit(&set);
}

/* The digest of an ascending number, as unevenly spread as `shape` says. */
static void set_digest(uint8_t *digest, unsigned shape, uint32_t number, uint32_t count)
{
    /* Which bytes hold the number; those before are zeros, or ones from the half on. */
    static const size_t PLACES[] = {2, 4, 28, 2, 14};

    memset(digest, shape >= 3 && number >= count ? 0xFF : 0, 32);
    for (size_t i = 0; i < 4; i++) {
        digest[PLACES[shape] + i] = (uint8_t)(number >> (24 - 8 * i));
    }
}

/* Searches begin where a digest would be if all were spread evenly. */
static void digests_are_found_however_they_are_spread(void **state)
{
    (void)state;
    enum {
        COUNT = 3000
    };
    const struct vtr_test_counts counts = {.hashes = {0, 0, COUNT}};
    struct vtr_test_records set;

    for (unsigned shape = 0; shape < 5; shape++) {
        uint8_t digest[32];
        struct vtr_image image;
        vtr_test_records_init(&set, 3, &counts);
        for (uint32_t i = 0; i < COUNT; i++) {
            set_digest(set.sources[2].items[i].digest, shape, 2 * i + 1, COUNT);
        }
        const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        const struct vtr_hash_table *table = &image.hashes[2];
        for (uint32_t number = 0; number <= 2 * COUNT; number++) {
            struct vtr_hash_record record;
            uint64_t first = 99;
            set_digest(digest, shape, number, COUNT);
            assert_int_equal(vtr_hash_table_find(table, digest, &first), number % 2);
            assert_int_equal(first, number % 2 == 1 ? number / 2 : 99);
            assert_true(
                vtr_hash_table_get_found(table, number / 2 % COUNT, digest, &record));
            assert_ptr_equal(record.digest, digest);
            assert_true(record.size == set.sources[2].items[number / 2 % COUNT].size);
        }
        free_image(bytes);
        vtr_test_records_deinit(&set);
    }
}

static void the_filter_of_sizes_grows_with_records(void **state)
{
    (void)state;
    assert_int_equal(vtr_hash_size_bits(1), 6);
    assert_int_equal(vtr_hash_size_bits(31), 6);
    assert_int_equal(vtr_hash_size_bits(32), 7);
    assert_int_equal(vtr_hash_size_bits(33), 7);
    assert_int_equal(vtr_hash_size_bits(63), 7);
    assert_int_equal(vtr_hash_size_bits(64), 8);
    assert_int_equal(vtr_hash_size_bits(1000000), 21);
    assert_int_equal(vtr_hash_size_bits(UINT32_MAX), 32);
}

static void sizes_of_no_record_are_told_apart(void **state)
{
    (void)state;
    enum {
        COUNT = 500
    };
    const struct vtr_test_counts counts = {.hashes = {0, COUNT, 0}};
    struct vtr_test_records set;
    struct vtr_image image;
    size_t passed = 0;

    vtr_test_records_init(&set, 3, &counts);
    const size_t count = set.sources[1].count;
    for (uint32_t i = 0; i < count; i++) {
        set.sources[1].items[i].size = 1000 + 7 * (uint64_t)i;
    }
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    const struct vtr_hash_table *table = &image.hashes[1];
    for (uint32_t i = 0; i < count; i++) {
        assert_true(vtr_hash_table_may_have_size(table, 1000 + 7 * (uint64_t)i));
        passed +=
            vtr_hash_table_may_have_size(table, 1000000 + 7 * (uint64_t)i) ? 1 : 0;
    }
    assert_true(passed < count / 2); /* a quarter of the bits are set at most */
    assert_false(vtr_hash_table_may_have_size(&image.hashes[0], 1000));
    free_image(bytes);

    /* One record of any size, and all sizes may be. */
    set.sources[1].items[count - 1].size = VTR_SIZE_ANY;
    const struct vtr_bytes open = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, open, NULL), VTR_OK);
    assert_int_equal(image.hashes[1].size_bits, 0);
    for (uint64_t size = 0; size < 100; size++) {
        assert_true(vtr_hash_table_may_have_size(&image.hashes[1], size));
    }
    assert_true(vtr_hash_table_may_have_size(&image.hashes[1], UINT64_MAX));
    free_image(open);
    vtr_test_records_deinit(&set);
}

static void a_fanout_that_lies_leads_nowhere(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {0, 3000, 0}};
    struct vtr_test_records set;
    struct vtr_image image;

    vtr_test_records_init(&set, 3, &counts);
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    const struct vtr_bytes fanout = image.hashes[1].fanout;
    uint8_t *writable = (uint8_t *)(uintptr_t)fanout.ptr;
    for (uint32_t lie = 0; lie < 3; lie++) {
        uint8_t room[32];
        uint64_t first;
        struct vtr_hash_record record;

        for (size_t i = 0; i < fanout.len / 4; i++) {
            vtr_store_u32(writable + 4 * i,
                          lie == 0 ? UINT32_MAX : (uint32_t)(lie * 7919 * i));
        }
        for (uint64_t i = 0; i < image.hashes[1].count; i++) {
            assert_true(vtr_hash_table_get(&image.hashes[1], i, room, &record));
            assert_true(vtr_hash_table_find(&image.hashes[1], record.digest, &first) <=
                        image.hashes[1].count);
        }
    }
    free_image(bytes);
    vtr_test_records_deinit(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefix_grows_where_it_costs_half_a_byte_a_record),
        cmocka_unit_test(cursor_and_get_say_the_same),
        cmocka_unit_test(records_that_share_a_digest_are_found_together),
        cmocka_unit_test(digests_are_found_however_they_are_spread),
        cmocka_unit_test(the_filter_of_sizes_grows_with_records),
        cmocka_unit_test(sizes_of_no_record_are_told_apart),
        cmocka_unit_test(a_fanout_that_lies_leads_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
