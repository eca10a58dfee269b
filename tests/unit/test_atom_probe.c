/* SPDX-License-Identifier: Apache-2.0 */

/* Every version of the search's first stage finds what the one in plain C finds. */
#include "scan/kernel/atom_probe.h"

#include <string.h>

#include "base/writer.h"
#include "scan/kernel/fold_tile.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define FILTER_BITS_TOP 16u

static const enum vtr_vectors ALL[] = {VTR_VECTORS_AVX2, VTR_VECTORS_AVX512,
                                       VTR_VECTORS_NEON};

static const struct vtr_atom_gait GAITS[] = {{6, 2}, {6, 3}, {7, 2},
                                             {8, 1}, {4, 1}, {2, 1}};

static void fill(uint64_t *random, uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bytes[i] = (uint8_t)vtr_test_random(random);
    }
}

/* Bytes of which about one bit in `rarity` is set. */
static void fill_sparse(uint64_t *random, uint8_t *bytes, size_t len, unsigned rarity)
{
    memset(bytes, 0, len);
    for (size_t i = 0; i < len * 8; i++) {
        if (vtr_test_below(random, rarity) == 0) {
            bytes[i / 8] |= (uint8_t)(1u << i % 8);
        }
    }
}

/* Text, wide text and zeros between bytes of all kinds. */
static void fill_with_text(uint64_t *random, uint8_t *bytes, size_t len)
{
    fill(random, bytes, len);
    for (size_t at = 0; at < len; at += 1 + vtr_test_below(random, 90)) {
        const size_t left = len - at;
        const size_t wanted = vtr_test_below(random, 24);
        const unsigned kind = (unsigned)vtr_test_below(random, 4);

        for (size_t i = 0; i < (wanted < left ? wanted : left); i++) {
            const bool is_zero = kind == 3 || (kind < 2 && i % 2 == kind);

            bytes[at + i] = is_zero ? 0 : (uint8_t)(' ' + vtr_test_below(random, 96));
        }
    }
}

static void check_probe(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count)
{
    static uint16_t ours[VTR_TILE_ROOM];
    static uint16_t theirs[VTR_TILE_ROOM];
    const size_t found = vtr_probe_plain(probe, tile, count, ours);

    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        if (vtr_cpu_has_vectors(ALL[i])) {
            const vtr_probe_fn fn = vtr_probe_get_functions(ALL[i]).probe;

            assert_int_equal(fn(probe, tile, count, theirs), found);
            assert_memory_equal(ours, theirs, found * sizeof(ours[0]));
        }
    }
}

static void all_versions_find_the_same_positions(void **state)
{
    (void)state;
    static uint8_t tile[VTR_TILE_LEN + VTR_TILE_TAIL];
    static uint8_t filter[1u << (FILTER_BITS_TOP - 3)];
    static const size_t COUNTS[] = {0,           1,  2,  7,   8,
                                    15,          16, 17, 31,  32,
                                    33,          63, 64, 999, VTR_TILE_LEN - 1,
                                    VTR_TILE_LEN};
    uint64_t random = 7;

    for (unsigned round = 0; round < 42; round++) {
        const struct vtr_atom_gait gait = GAITS[round % 6];
        struct vtr_atom_table table = {.filter = filter,
                                       .filter_bits = 10 + round % 7,
                                       .gram_len = gait.gram_len,
                                       .stride = gait.stride};
        struct vtr_atom_probe probe;

        fill(&random, tile, sizeof(tile));
        memset(tile + 1000, 0, 500);
        fill_sparse(&random, filter, sizeof(filter), 1 + round / 6 * 2);
        vtr_atom_probe_init(&probe, &table);
        probe.ahead = tile;
        for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
            check_probe(&probe, tile, COUNTS[i]);
        }
    }
}

/* Of a tier of text, every position whose gram is text and passes is found, and none in
 * a block without text. */
static void check_text(const struct vtr_atom_probe *probe, const uint8_t *tile,
                       size_t count)
{
    static uint16_t out[VTR_TILE_ROOM];
    const size_t found = vtr_probe_plain(probe, tile, count, out);
    const size_t block = (size_t)VTR_PROBE_BLOCK * probe->stride;
    size_t next = 0;

    for (size_t begin = 0; begin < count; begin += block) {
        bool has_text = false;

        for (size_t at = begin; at < begin + block; at += probe->stride) {
            has_text = has_text || vtr_atom_is_text(tile + at, probe->gram_len);
        }
        for (size_t at = begin; at < begin + block && at < count; at += probe->stride) {
            const bool passes = has_text && vtr_probe_passes(probe, tile + at);

            assert_true(!passes || (next < found && out[next] == at));
            next += passes;
        }
    }
    assert_int_equal(next, found);
}

static void all_versions_look_at_text_alone(void **state)
{
    (void)state;
    static uint8_t tile[VTR_TILE_LEN + VTR_TILE_TAIL];
    static uint8_t filter[1u << (FILTER_BITS_TOP - 3)];
    static const size_t COUNTS[] = {0, 1, 47, 48, 49, 999, VTR_TILE_LEN};
    uint64_t random = 11;

    for (unsigned round = 0; round < 12; round++) {
        const struct vtr_atom_gait gait = GAITS[1 + round % 3];
        const struct vtr_atom_table table = {.filter = filter,
                                             .filter_bits = 10 + round % 7,
                                             .gram_len = gait.gram_len,
                                             .stride = gait.stride,
                                             .is_text = true};
        struct vtr_atom_probe probe;

        fill_with_text(&random, tile, sizeof(tile));
        fill_sparse(&random, filter, sizeof(filter), 1 + round / 3 * 2);
        vtr_atom_probe_init(&probe, &table);
        probe.ahead = tile;
        for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
            check_text(&probe, tile, COUNTS[i]);
            check_probe(&probe, tile, COUNTS[i]);
        }
    }
}

static void check_buckets(const struct vtr_atom_probe *probe, const uint8_t *tile,
                          size_t count)
{
    static uint16_t ours[VTR_TILE_ROOM];
    static uint16_t theirs[VTR_TILE_ROOM];
    const size_t found = vtr_probe_buckets_plain(probe, tile, count, ours);
    size_t next = 0;

    for (size_t at = 0; at < count; at++) {
        const bool passes =
            vtr_probe_passes(probe, tile + at) &&
            vtr_buckets_pass(probe->buckets, probe->group_count, tile + at);

        assert_true(!passes || (next < found && ours[next] == at));
        next += passes;
    }
    assert_int_equal(next, found);
    for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
        if (vtr_cpu_has_vectors(ALL[i])) {
            const vtr_probe_fn fn = vtr_probe_get_functions(ALL[i]).probe_buckets;

            assert_int_equal(fn(probe, tile, count, theirs), found);
            assert_memory_equal(ours, theirs, found * sizeof(ours[0]));
        }
    }
}

static void all_versions_with_buckets_find_the_same_positions(void **state)
{
    (void)state;
    static uint8_t tile[VTR_TILE_LEN + VTR_TILE_TAIL];
    static uint8_t filter[1u << (FILTER_BITS_TOP - 3)];
    static uint8_t buckets[VTR_BUCKET_GROUPS_MAX * VTR_BUCKET_GROUP_LEN];
    static const size_t COUNTS[] = {0,           1,  31, 32,  33,
                                    63,          64, 65, 999, VTR_TILE_LEN - 1,
                                    VTR_TILE_LEN};
    static const unsigned LENS[] = {4, 2, 6};
    uint64_t random = 9;

    for (unsigned round = 0; round < 24; round++) {
        const struct vtr_atom_table table = {.filter = filter,
                                             .filter_bits = 10 + round % 7,
                                             .gram_len = LENS[round % 3],
                                             .stride = 1};
        struct vtr_atom_probe probe;

        vtr_atom_probe_init(&probe, &table);
        probe.buckets = buckets;
        probe.group_count = 1 + round / 2 % VTR_BUCKET_GROUPS_MAX;
        probe.ahead = tile;

        fill(&random, tile, sizeof(tile));
        memset(tile + 1000, 0, 500);
        fill_sparse(&random, filter, sizeof(filter), 1 + round / 12);
        fill(&random, buckets, sizeof(buckets));
        for (size_t i = 0; i < sizeof(buckets); i++) {
            const bool is_last =
                i % VTR_BUCKET_GROUP_LEN >= VTR_BUCKET_GROUP_LEN * 3 / 4;

            buckets[i] |= round < 12 ? (uint8_t)vtr_test_random(&random) : 0;
            buckets[i] |= round % 4 == 0 && is_last ? UINT8_MAX : 0;
        }
        probe.takes_any_last = vtr_buckets_take_any_last(buckets, probe.group_count);
        assert_int_equal(probe.takes_any_last, round % 4 == 0);
        for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
            check_buckets(&probe, tile, COUNTS[i]);
        }
    }
}

/* Of two or three grams beside each other, one of which is at a position, where all
 * pass. */
static void all_versions_find_the_same_windows(void **state)
{
    (void)state;
    static uint8_t bytes[VTR_TILE_LEAD + VTR_TILE_LEN + VTR_TILE_TAIL];
    static uint8_t filter[1u << (FILTER_BITS_TOP - 3)];
    static uint16_t positions[VTR_TILE_ROOM];
    static uint16_t ours[3 * VTR_TILE_ROOM];
    static uint16_t theirs[3 * VTR_TILE_ROOM];
    uint64_t random = 13;

    for (unsigned round = 0; round < 36; round++) {
        const struct vtr_atom_gait gait = GAITS[round % 3];
        const struct vtr_atom_table table = {.filter = filter,
                                             .filter_bits = 10 + round % 7,
                                             .gram_len = gait.gram_len,
                                             .stride = gait.stride};
        const size_t stride = round % 2 == 0 ? gait.stride : 1; /* as with buckets */
        struct vtr_atom_probe probe;
        size_t at = 0;

        fill(&random, bytes, sizeof(bytes));
        fill_sparse(&random, filter, sizeof(filter), 1 + round % 3);
        vtr_atom_probe_init(&probe, &table);
        probe.ahead = bytes;
        probe.stride = (unsigned)stride;
        const size_t count =
            vtr_probe_plain(&probe, bytes + VTR_TILE_LEAD, VTR_TILE_LEN, positions);
        const size_t found =
            vtr_find_windows_plain(&probe, bytes, positions, count, ours);
        for (size_t i = 0; i < count; i++) {
            for (size_t back = stride; back-- > 0;) {
                const uint8_t *begin = bytes + VTR_TILE_LEAD + positions[i] - back;

                if (vtr_probe_passes(&probe, begin) &&
                    vtr_probe_passes(&probe, begin + 1) &&
                    vtr_probe_passes(&probe, begin + gait.stride - 1)) {
                    assert_true(at < found && ours[at] == begin - bytes);
                    at++;
                }
            }
        }
        assert_int_equal(at, found);
        for (size_t i = 0; i < sizeof(ALL) / sizeof(ALL[0]); i++) {
            if (vtr_cpu_has_vectors(ALL[i])) {
                const vtr_find_windows_fn fn =
                    vtr_probe_get_functions(ALL[i]).find_windows;

                for (size_t part = count; part > 0; part -= 1 + part / 3) {
                    const size_t wanted =
                        vtr_find_windows_plain(&probe, bytes, positions, part, ours);

                    assert_int_equal(fn(&probe, bytes, positions, part, theirs),
                                     wanted);
                    assert_memory_equal(ours, theirs, wanted * sizeof(ours[0]));
                }
            }
        }
    }
}

/* Buckets that let nearly everything pass are left alone. */
static void only_good_buckets_are_asked(void **state)
{
    (void)state;
    uint8_t filter[128] = {0};
    uint8_t buckets[VTR_BUCKET_GROUP_LEN] = {0};
    const struct vtr_atom_table table = {.filter = filter,
                                         .buckets = buckets,
                                         .filter_bits = 10,
                                         .gram_len = 4,
                                         .stride = 1,
                                         .group_count = 1};
    struct vtr_atom_probe probe;

    vtr_atom_probe_init(&probe, &table);
    assert_int_equal(probe.group_count, 1);
    memset(buckets, 1, sizeof(buckets));
    vtr_atom_probe_init(&probe, &table);
    assert_int_equal(probe.group_count, 0);
}

/* A gram whose bits are set is found wherever it stands, at a position of the stride.
 */
static void a_gram_of_the_filter_passes_everywhere(void **state)
{
    (void)state;
    static uint8_t tile[VTR_TILE_LEN + VTR_TILE_TAIL];
    static uint16_t out[VTR_TILE_ROOM];
    static const uint8_t GRAM[] = "\x01q\xffz~#;\x80";

    for (size_t g = 0; g < sizeof(GAITS) / sizeof(GAITS[0]); g++) {
        uint8_t filter[128] = {0};
        const unsigned len = GAITS[g].gram_len;
        const uint32_t hash = vtr_gram_hash(vtr_gram_cut(vtr_load_u64(GRAM), len), len);
        const struct vtr_atom_table table = {.filter = filter,
                                             .filter_bits = 10,
                                             .gram_len = len,
                                             .stride = GAITS[g].stride};
        struct vtr_atom_probe probe;

        vtr_store_u32(filter + 4 * (size_t)vtr_gram_word(hash, 10),
                      vtr_gram_mask(hash));
        vtr_atom_probe_init(&probe, &table);
        probe.ahead = tile;
        for (size_t at = 0; at < VTR_TILE_LEN; at += 7 * table.stride) {
            size_t found;

            memset(tile, 'e', sizeof(tile));
            memcpy(tile + at, GRAM, len);
            found = vtr_probe_plain(&probe, tile, VTR_TILE_LEN, out);
            assert_true(found > 0);
            while (found > 0 && out[found - 1] > at) {
                found--;
            }
            assert_true(found > 0 && out[found - 1] == at);
            check_probe(&probe, tile, VTR_TILE_LEN);
        }
    }
}

static void all_versions_fold_alike(void **state)
{
    (void)state;
    uint8_t in[600];
    uint8_t out[600];

    for (size_t i = 0; i < sizeof(in); i++) {
        in[i] = (uint8_t)i;
    }
    for (size_t len = 0; len < sizeof(in); len++) {
        for (size_t v = 0; v <= sizeof(ALL) / sizeof(ALL[0]); v++) {
            const enum vtr_vectors vectors = v == 0 ? VTR_VECTORS_NONE : ALL[v - 1];

            if (!vtr_cpu_has_vectors(vectors)) {
                continue;
            }
            memset(out, 0x55, sizeof(out));
            vtr_probe_get_functions(vectors).fold_bytes(out, in, len);
            for (size_t i = 0; i < sizeof(out); i++) {
                assert_int_equal(out[i], i < len ? vtr_fold(in[i]) : 0x55);
            }
        }
    }
}

static void a_tile_has_zeros_where_there_is_no_data(void **state)
{
    (void)state;
    static uint8_t data[20000];
    static uint8_t tile[VTR_TILE_LEAD + VTR_TILE_LEN + VTR_TILE_TAIL];

    memset(data, 'A', sizeof(data));
    for (size_t len = 0; len < sizeof(data); len += 997) {
        for (size_t first = 0; first <= len; first += VTR_TILE_LEN) {
            vtr_fold_tile(tile, vtr_fold_bytes_plain, (struct vtr_bytes){data, len},
                          first);
            for (size_t i = 0; i < sizeof(tile); i++) {
                const bool is_data =
                    first + i >= VTR_TILE_LEAD && first + i - VTR_TILE_LEAD < len;
                assert_int_equal(tile[i], is_data ? 'a' : 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_versions_find_the_same_positions),
        cmocka_unit_test(all_versions_look_at_text_alone),
        cmocka_unit_test(all_versions_with_buckets_find_the_same_positions),
        cmocka_unit_test(all_versions_find_the_same_windows),
        cmocka_unit_test(only_good_buckets_are_asked),
        cmocka_unit_test(a_gram_of_the_filter_passes_everywhere),
        cmocka_unit_test(all_versions_fold_alike),
        cmocka_unit_test(a_tile_has_zeros_where_there_is_no_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
