/* SPDX-License-Identifier: Apache-2.0 */

/* Two images are paired by the block; the same records without their tables go one by
 * one: both ways say the same, of good images and of damaged ones. */
#include "verify/compare/pairing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/writer.h"
#include "format/image/image_records.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"

enum {
    ROUNDS = 40,
    DAMAGES = 100,
    HASHES_MAX = 3000
};

/* Counts at which blocks end and prefixes grow. */
static const unsigned COUNTS[] = {0, 1, 2, 255, 256, 257, 700, 2047, 2048, HASHES_MAX};

static void free_bytes(struct vtr_bytes bytes)
{
    free((void *)(uintptr_t)bytes.ptr);
}

/* The same records, one by one. */
static struct vtr_records without_blocks(const struct vtr_records *records)
{
    struct vtr_records plain = *records;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        plain.hashes[kind].next_block = NULL;
        plain.hashes[kind].table = NULL;
    }
    return plain;
}

static void put_group(struct vtr_writer *w, struct vtr_hash_group group)
{
    vtr_writer_varint(w, group.count);
    for (size_t i = 0; i < group.count; i++) {
        vtr_writer_varint(w, group.records[i].size);
        vtr_writer_u32(w, group.records[i].stem);
        vtr_writer_u32(w, group.records[i].number);
    }
}

static enum vtr_status note_pair(const struct vtr_hash_pair *pair, void *context,
                                 struct vtr_error *err)
{
    struct vtr_writer *w = context;

    (void)err;
    vtr_writer_u8(w, (uint8_t)pair->kind);
    vtr_writer_raw(w, (struct vtr_bytes){pair->digest, vtr_hash_len(pair->kind)});
    put_group(w, pair->a);
    put_group(w, pair->b);
    return VTR_OK;
}

/* Pairs both ways: the length of what was said, the same both times. */
static size_t check(struct vtr_bytes a, struct vtr_bytes b)
{
    struct vtr_image images[2];
    struct vtr_image_records records[2] = {{.stems = NULL}, {.stems = NULL}};
    struct vtr_writer said = {0};
    struct vtr_writer expected = {0};

    if (vtr_image_open(&images[0], a, NULL) == VTR_OK &&
        vtr_image_open(&images[1], b, NULL) == VTR_OK &&
        vtr_image_records_init(&records[0], &images[0], NULL) == VTR_OK &&
        vtr_image_records_init(&records[1], &images[1], NULL) == VTR_OK) {
        const struct vtr_records plain = without_blocks(&records[0].records);
        const struct vtr_records other = without_blocks(&records[1].records);
        const enum vtr_status status =
            vtr_pair_hashes(&plain, &other, note_pair, &expected, NULL);

        assert_int_equal(vtr_pair_hashes(&records[0].records, &records[1].records,
                                         note_pair, &said, NULL),
                         status);
        assert_true(
            vtr_bytes_equal(vtr_writer_bytes(&said), vtr_writer_bytes(&expected)));
    }
    const size_t len = said.len;
    vtr_image_records_deinit(&records[0]);
    vtr_image_records_deinit(&records[1]);
    vtr_writer_deinit(&said);
    vtr_writer_deinit(&expected);
    return len;
}

/* Records of `digests` digests; about one in `rarity` is not there. */
static struct vtr_bytes build(unsigned count, unsigned digests, unsigned rarity,
                              uint64_t *state)
{
    struct vtr_sample sample;

    vtr_sample_init(&sample, "sample", 1);
    for (unsigned i = 0; i < count; i++) {
        uint64_t seed = i % digests + 1;
        uint8_t digest[32];
        char name[48];

        for (size_t at = 0; at < sizeof(digest); at++) {
            digest[at] = (uint8_t)vtr_sample_random(&seed);
        }
        (void)snprintf(name, sizeof(name), "Win.Family%u-%u", i % 50, i);
        if (rarity == 0 || vtr_sample_random(state) % rarity != 0) {
            vtr_sample_add_hash(&sample, i % 9 == 0 ? VTR_HASH_MD5 : VTR_HASH_SHA256,
                                digest, i % 5 == 0 ? VTR_SIZE_ANY : i, name);
        }
    }
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

static void blocks_pair_as_records_do(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        uint64_t random = round;
        const unsigned count = COUNTS[round % (sizeof(COUNTS) / sizeof(COUNTS[0]))];
        const unsigned digests = 1 + (unsigned)(vtr_sample_random(&random) % 4000);
        const unsigned rarity = 1u << vtr_sample_random(&random) % 10;
        print_message("round %u\n", (unsigned)round);
        const struct vtr_bytes a = build(count, digests, rarity, &random);
        const struct vtr_bytes b = build(count, digests, rarity, &random);

        assert_int_equal(check(a, a), 0);
        (void)check(a, b);
        (void)check(b, a);
        free_bytes(a);
        free_bytes(b);
    }
}

/* One digest has so many records that they fill several blocks. */
static void a_digest_of_many_records_is_one_pair(void **state)
{
    uint64_t random = 7;
    (void)state;
    for (unsigned count = 510; count <= 514; count++) {
        const struct vtr_bytes a = build(count, 2, 0, &random);
        const struct vtr_bytes b = build(count + 2, 2, 0, &random);

        assert_int_equal(check(a, a), 0);
        assert_true(check(a, b) > count);
        free_bytes(a);
        free_bytes(b);
    }
}

static void damaged_tables_pair_as_their_records_do(void **state)
{
    uint64_t random = 11;
    (void)state;
    for (size_t i = 3; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i += 3) {
        const struct vtr_bytes good = build(COUNTS[i], 2500, 0, &random);
        uint8_t *bad = malloc(good.len);
        struct vtr_image image;

        assert_non_null(bad);
        assert_int_equal(vtr_image_open(&image, good, NULL), VTR_OK);
        const size_t first = image.sections[VTR_SECTION_HASH_FANOUT(0)].offset;
        for (unsigned k = 0; k < DAMAGES; k++) {
            memcpy(bad, good.ptr, good.len);
            for (unsigned flips = 1 + k % 3; flips > 0; flips--) {
                const size_t at =
                    first + (size_t)(vtr_sample_random(&random) % (good.len - first));
                bad[at] ^= (uint8_t)(1u << vtr_sample_random(&random) % 8);
            }
            (void)check(good, (struct vtr_bytes){bad, good.len});
            (void)check((struct vtr_bytes){bad, good.len}, good);
            assert_true(check((struct vtr_bytes){bad, good.len},
                              (struct vtr_bytes){bad, good.len}) == 0);
        }
        free(bad);
        free_bytes(good);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_pair_as_records_do),
        cmocka_unit_test(a_digest_of_many_records_is_one_pair),
        cmocka_unit_test(damaged_tables_pair_as_their_records_do)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
