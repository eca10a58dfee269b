/* SPDX-License-Identifier: Apache-2.0 */

/* Records by the block are the records, and what is built of them is the same. */
#include "format/image/hash_block.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "format/image/image.h"
#include "format/image/image_records.h"
#include "format/materialise.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

enum {
    ROUNDS = 12,
    DAMAGES = 60
};

/* Counts at which blocks end and prefixes grow. */
static const size_t COUNTS[] = {0, 1, 255, 256, 257, 2047, 2048, 4500};

static void free_bytes(struct vtr_bytes bytes)
{
    free((void *)(uintptr_t)bytes.ptr);
}

static struct vtr_bytes build(uint64_t seed, size_t count)
{
    const struct vtr_test_counts counts = {.hashes = {count / 2, count / 3, count}};
    struct vtr_test_records set;

    vtr_test_records_init(&set, seed, &counts);
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    vtr_test_records_deinit(&set);
    return bytes;
}

/* Holds a block that a source gave against records that the other one gives. */
static void check_block(const struct vtr_hash_block *block,
                        const struct vtr_hash_source *source,
                        const struct vtr_hash_source *records)
{
    static struct vtr_hash_record rows[VTR_HASH_BLOCK_MAX];
    const struct vtr_hash_tails tails = vtr_hash_block_tails(block);
    const unsigned digest_len = vtr_hash_len(block->table->kind);
    struct vtr_hash_record record;
    uint8_t before[VTR_SHA256_LEN] = {0};
    uint8_t digest[VTR_SHA256_LEN];

    assert_in_range(block->count, 1, VTR_HASH_BLOCK_MAX);
    vtr_hash_block_rows(block, source, rows);
    for (size_t i = 0; i < block->count; i++) {
        assert_true(records->next(records->context, &record));
        vtr_hash_block_digest(block, i, digest);
        assert_memory_equal(digest, record.digest, digest_len);
        assert_true(rows[i].size == record.size);
        assert_int_equal(rows[i].stem, record.stem);
        assert_int_equal(rows[i].number, record.number);
        if (i > 0) {
            const int order = memcmp(digest, before, digest_len);
            const int said = vtr_hash_tails_order(tails, i);
            assert_int_equal((said > 0) - (said < 0), (order > 0) - (order < 0));
        }
        memcpy(before, digest, sizeof(before));
    }
}

static void blocks_are_the_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
        const struct vtr_bytes bytes = build(i, COUNTS[i]);
        struct vtr_image image;

        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
            struct vtr_hash_cursor cursors[2];
            struct vtr_hash_block block;
            struct vtr_hash_record record;
            const struct vtr_hash_source source =
                vtr_hash_table_source(&image.hashes[kind], &cursors[0]);
            const struct vtr_hash_source records =
                vtr_hash_table_source(&image.hashes[kind], &cursors[1]);
            while (vtr_hash_block_take(&source, NULL, &block)) {
                check_block(&block, &source, &records);
            }
            assert_false(source.next(source.context, &record));
            assert_false(records.next(records.context, &record));
        }
        free_bytes(bytes);
    }
}

/* However far each block may go, none is left out and none goes further. */
static void blocks_end_below_a_digest(void **state)
{
    uint64_t random = 3;
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        const struct vtr_bytes bytes = build(round, 2048);
        struct vtr_image image;
        struct vtr_hash_cursor cursors[2];
        struct vtr_hash_block block;
        struct vtr_hash_record record;
        uint8_t below[VTR_SHA256_LEN];

        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        const struct vtr_hash_table *table = &image.hashes[round % VTR_HASH_KINDS];
        const struct vtr_hash_source source = vtr_hash_table_source(table, &cursors[0]);
        const struct vtr_hash_source records =
            vtr_hash_table_source(table, &cursors[1]);
        for (uint64_t at = 0; at < table->count;) {
            const uint64_t to = at + vtr_test_below(&random, table->count - at);
            assert_true(vtr_hash_table_get(table, to, below, &record));
            memset(below + vtr_hash_len(table->kind), 0,
                   sizeof(below) - vtr_hash_len(table->kind));
            while (vtr_hash_block_take(&source, below, &block)) {
                check_block(&block, &source, &records);
                at += block.count;
            }
            assert_true(at <= to); /* to its first record, where it has several */
            assert_true(source.next(source.context, &record));
            assert_memory_equal(record.digest, below, vtr_hash_len(table->kind));
            assert_true(records.next(records.context, &record));
            at++;
        }
        assert_false(vtr_hash_block_take(&source, NULL, &block));
        free_bytes(bytes);
    }
}

static void stems_are_mapped_and_checked(void **state)
{
    static struct vtr_hash_record plain[VTR_HASH_BLOCK_MAX];
    static struct vtr_hash_record mapped[VTR_HASH_BLOCK_MAX];
    const struct vtr_bytes bytes = build(5, 40);
    struct vtr_image image;
    struct vtr_hash_cursor cursor;
    struct vtr_hash_block block;
    uint32_t stems[64];
    (void)state;

    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    struct vtr_hash_source source = vtr_hash_table_source(&image.hashes[2], &cursor);
    assert_in_range(image.stem_count, 2, 64);
    for (uint32_t i = 0; i < 64; i++) {
        stems[i] = 1000 - i;
    }
    assert_true(vtr_hash_block_take(&source, NULL, &block));
    vtr_hash_block_rows(&block, &source, plain);
    source.block_stems = stems;
    source.block_stem_count = image.stem_count / 2;
    vtr_hash_block_rows(&block, &source, mapped);
    for (size_t i = 0; i < block.count; i++) {
        assert_true(mapped[i].stem == (plain[i].stem < source.block_stem_count
                                           ? 1000 - plain[i].stem
                                           : UINT32_MAX));
    }
    free_bytes(bytes);
}

static uint8_t *alloc_any(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **memory = context;

    (void)err;
    *memory = calloc(1, len);
    assert_non_null(*memory);
    return *memory;
}

/* Builds an image's records again, by blocks and one by one: the same comes of it, good
 * or bad.  Whether it was the same image. */
static bool check_again(struct vtr_bytes bytes)
{
    struct vtr_image image;
    struct vtr_image_records records;
    uint8_t *built[2] = {NULL, NULL};
    size_t lens[2] = {0, 0};
    enum vtr_status status[2];

    if (vtr_image_open(&image, bytes, NULL) != VTR_OK ||
        vtr_image_records_init(&records, &image, NULL) != VTR_OK) {
        return false;
    }
    records.records.root = image.record_root; /* else no block is copied as it is */
    for (size_t i = 0; i < 2; i++) {
        status[i] =
            vtr_materialise(&records.records, alloc_any, &built[i], &lens[i], NULL);
        for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
            records.records.hashes[kind].next_block = NULL;
        }
    }
    assert_int_equal(status[0], status[1]);
    if (status[0] == VTR_OK) {
        assert_int_equal(lens[0], lens[1]);
        assert_memory_equal(built[0], built[1], lens[0]);
    }
    const bool is_same = status[0] == VTR_OK &&
                         vtr_bytes_equal((struct vtr_bytes){built[0], lens[0]}, bytes);
    free(built[0]);
    free(built[1]);
    vtr_image_records_deinit(&records);
    return is_same;
}

static void blocks_are_built_as_records_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
        const struct vtr_bytes bytes = build(100 + i, COUNTS[i]);

        assert_true(check_again(bytes));
        free_bytes(bytes);
    }
}

/* Nothing that is not what its records give passes for it. */
static void damaged_tables_are_never_taken_for_good(void **state)
{
    uint64_t random = 9;
    (void)state;
    for (size_t i = 1; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i += 2) {
        const struct vtr_bytes bytes = build(200 + i, COUNTS[i]);
        uint8_t *bad = malloc(bytes.len);
        struct vtr_image image;

        assert_non_null(bad);
        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        const size_t first = image.sections[VTR_SECTION_HASH_FANOUT(2)].offset;
        for (unsigned k = 0; k < DAMAGES; k++) {
            const size_t at = first + vtr_test_below(&random, bytes.len - first);
            memcpy(bad, bytes.ptr, bytes.len);
            bad[at] ^= (uint8_t)(1u << vtr_test_below(&random, 8));
            assert_false(check_again((struct vtr_bytes){bad, bytes.len}));
        }
        free(bad);
        free_bytes(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_the_records),
        cmocka_unit_test(blocks_end_below_a_digest),
        cmocka_unit_test(stems_are_mapped_and_checked),
        cmocka_unit_test(blocks_are_built_as_records_are),
        cmocka_unit_test(damaged_tables_are_never_taken_for_good)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
