/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage with AVX-512: sixteen positions at a time, as
 * scan/kernel/probe_avx2.c has eight; those that pass are stored at once, all of them
 * beside each other.
 */
#include "scan/kernel/atom_probe.h"

#include <immintrin.h>
#include <string.h>

/* What vpternlog is told for "or". */
#define ANY_OF_THREE 0xFE

/* Where a shuffle takes zeros from, and up to 7 bytes behind there as well. */
#define NO_BYTES 0x80u

/* Times a byte: four of it. */
#define EACH_BYTE 0x01010101u

/* Tables of two of a group's four bytes. */
#define HALF_GROUP_LEN (VTR_BUCKET_GROUP_LEN / 2)

VTR_TARGET_AVX512
void vtr_fold_bytes_avx512(uint8_t *out, const uint8_t *in, size_t len)
{
    const __m512i first = _mm512_set1_epi8('A');
    const __m512i count = _mm512_set1_epi8(26);
    const __m512i case_bit = _mm512_set1_epi8(32);
    size_t at = 0;

    for (; len - at >= 64; at += 64) {
        const __m512i bytes = _mm512_loadu_si512(in + at);
        const __mmask64 is_capital =
            _mm512_cmplt_epu8_mask(_mm512_sub_epi8(bytes, first), count);

        _mm512_storeu_si512(out + at,
                            _mm512_mask_add_epi8(bytes, is_capital, bytes, case_bit));
    }
    for (; at < len; at++) {
        out[at] = vtr_fold(in[at]);
    }
}

VTR_TARGET_AVX512
static inline __m512i load_all_quarters(const uint8_t *bytes)
{
    return _mm512_broadcast_i32x4(
        _mm_loadu_si128((const __m128i *)(const void *)bytes));
}

/* Which 32 bits begin each quarter's four positions. */
VTR_TARGET_AVX512
static inline __m512i lanes_of(int step)
{
    return _mm512_setr_epi32(0, 1, 2, 3, step, step + 1, step + 2, step + 3, 2 * step,
                             2 * step + 1, 2 * step + 2, 2 * step + 3, 3 * step,
                             3 * step + 1, 3 * step + 2, 3 * step + 3);
}

/* What does not change from block to block. */
struct constants {
    const uint8_t *filter;
    __m128i word_shift;
};

/* Which of sixteen grams the filter lets pass: their first four bytes, and the last. */
VTR_TARGET_AVX512
static inline __mmask16 look_up(const struct constants *c, __m512i low, __m512i high)
{
    const __m512i hash = _mm512_add_epi32(
        _mm512_mullo_epi32(low, _mm512_set1_epi32((int)VTR_GRAM_LOW_FACTOR)),
        _mm512_mullo_epi32(high, _mm512_set1_epi32((int)VTR_GRAM_HIGH_FACTOR)));
    const __m512i word =
        _mm512_i32gather_epi32(_mm512_srl_epi32(hash, c->word_shift), c->filter, 4);
    const __m512i mixed = _mm512_xor_si512(hash, _mm512_srli_epi32(hash, 16));
    const __m512i top = _mm512_set1_epi32(INT32_MIN);
    const __m512i mask =
        _mm512_ternarylogic_epi32(_mm512_rolv_epi32(_mm512_set1_epi32(1), mixed),
                                  _mm512_rorv_epi32(top, _mm512_srli_epi32(mixed, 5)),
                                  _mm512_rorv_epi32(top, _mm512_srli_epi32(mixed, 10)),
                                  ANY_OF_THREE);

    return _mm512_cmpeq_epi32_mask(_mm512_and_si512(word, mask), mask);
}

/* Writes those of sixteen positions that pass beside each other; returns how many. */
VTR_TARGET_AVX512
static inline size_t keep(__mmask16 passes, __m512i positions, uint16_t *out)
{
    const __m256i kept =
        _mm512_cvtepi32_epi16(_mm512_maskz_compress_epi32(passes, positions));

    _mm256_storeu_si256((__m256i *)(void *)out, kept);
    return (size_t)_mm_popcnt_u32(passes);
}

VTR_TARGET_AVX512
static inline struct constants constants_of(const struct vtr_atom_probe *probe)
{
    return (struct constants){probe->filter,
                              _mm_cvtsi32_si128(37 - (int)probe->filter_bits)};
}

/* What does not change from block to block of sixteen positions. */
struct look {
    struct constants constants;
    __m512i lanes;
    __m512i low_bytes;
    __m512i high_bytes;
    __m512i positions;
};

VTR_TARGET_AVX512
static inline struct look look_of(const struct vtr_atom_probe *probe)
{
    const __m512i numbers =
        _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

    return (struct look){
        .constants = constants_of(probe),
        .lanes = lanes_of((int)probe->stride),
        .low_bytes = load_all_quarters(probe->low),
        .high_bytes = load_all_quarters(probe->high),
        .positions = _mm512_mullo_epi32(numbers, _mm512_set1_epi32((int)probe->stride)),
    };
}

/* Writes the positions of a block that pass; returns how many. */
VTR_TARGET_AVX512
static inline size_t probe_block(const struct look *look, const uint8_t *tile,
                                 size_t at, uint16_t *out)
{
    const __m512i bytes =
        _mm512_permutexvar_epi32(look->lanes, _mm512_loadu_si512(tile + at));
    const __mmask16 passes =
        look_up(&look->constants, _mm512_shuffle_epi8(bytes, look->low_bytes),
                _mm512_shuffle_epi8(bytes, look->high_bytes));

    return keep(passes, _mm512_add_epi32(look->positions, _mm512_set1_epi32((int)at)),
                out);
}

/* Of eight blocks, a bit for each that has text (vtr_probe_has_text): bits for each of
 * its bytes say which are text and which are zeros. */
VTR_TARGET_AVX512
static inline unsigned have_text(const struct vtr_atom_probe *probe,
                                 const uint64_t *texts, const uint64_t *zeros)
{
    const __m512i text = _mm512_loadu_si512(texts);
    const __m512i any = _mm512_or_si512(text, _mm512_loadu_si512(zeros));
    const __m512i pairs =
        _mm512_and_si512(_mm512_and_si512(any, _mm512_srli_epi64(any, 1)),
                         _mm512_or_si512(text, _mm512_srli_epi64(text, 1)));
    const __m512i triples = _mm512_and_si512(pairs, _mm512_srli_epi64(pairs, 1));
    const __m512i fives = _mm512_and_si512(triples, _mm512_srli_epi64(triples, 2));
    const __m512i grams =
        _mm512_and_si512(fives, _mm512_srl_epi64(fives, _mm_cvtsi32_si128(
                                                            (int)probe->gram_len - 5)));

    return _mm512_test_epi64_mask(grams,
                                  _mm512_set1_epi64((long long)probe->text_lanes));
}

/* Blocks of a tile at most, and what is written behind those that have text. */
#define BLOCKS_MAX (VTR_TILE_LEN / VTR_PROBE_BLOCK)
#define BLOCKS_PAD 16u

/* Writes where the blocks begin that have text; returns how many.  They are listed
 * first, since nobody can foresee which of them have. */
VTR_TARGET_AVX512
static size_t list_text(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count, uint16_t *out)
{
    const struct vtr_atom_probe p = *probe; /* what is written cannot change it */
    const unsigned block = VTR_PROBE_BLOCK * p.stride;
    const __m512i last_control = _mm512_set1_epi8(' ' - 1);
    uint64_t texts[BLOCKS_MAX + BLOCKS_PAD];
    uint64_t zeros[BLOCKS_MAX + BLOCKS_PAD];
    size_t blocks = 0;
    size_t found = 0;

    for (size_t at = 0; at < count; at += block) {
        VTR_PREFETCH(p.ahead + (at >> p.ahead_shift));
        const __m512i bytes = _mm512_loadu_si512(tile + at);

        texts[blocks] = _mm512_cmpgt_epi8_mask(bytes, last_control);
        zeros[blocks] = _mm512_testn_epi8_mask(bytes, bytes);
        blocks++;
    }
    memset(texts + blocks, 0, BLOCKS_PAD * sizeof(texts[0]));
    memset(zeros + blocks, 0, BLOCKS_PAD * sizeof(zeros[0]));
    __m512i begins = _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
                                                          10, 11, 12, 13, 14, 15),
                                        _mm512_set1_epi32((int)block));
    for (size_t i = 0; i < blocks; i += BLOCKS_PAD) {
        const unsigned have = have_text(&p, texts + i, zeros + i) |
                              have_text(&p, texts + i + 8, zeros + i + 8) << 8;

        found += keep((__mmask16)have, begins, out + found);
        begins = _mm512_add_epi32(begins, _mm512_set1_epi32((int)(BLOCKS_PAD * block)));
    }
    return found;
}

VTR_TARGET_AVX512
size_t vtr_probe_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count, uint16_t *out)
{
    const struct look look = look_of(probe);
    const size_t block = (size_t)VTR_PROBE_BLOCK * probe->stride;
    const uint8_t *ahead = probe->ahead;
    const unsigned shift = probe->ahead_shift;
    size_t found = 0;

    if (probe->is_text) {
        uint16_t blocks[BLOCKS_MAX + BLOCKS_PAD];
        const size_t block_count = list_text(probe, tile, count, blocks);

        for (size_t i = 0; i < block_count; i++) {
            found += probe_block(&look, tile, blocks[i], out + found);
        }
    } else {
        for (size_t at = 0; at < count; at += block) {
            VTR_PREFETCH(ahead + (at >> shift));
            found += probe_block(&look, tile, at, out + found);
        }
    }
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return found;
}

/* Of so many positions, keeps those that the filter lets pass; returns how many. */
VTR_TARGET_AVX512
static size_t keep_passing(const struct vtr_atom_probe *probe, const uint8_t *tile,
                           uint16_t *positions, size_t count)
{
    const struct constants c = constants_of(probe);
    const unsigned len = probe->gram_len;
    const __m512i cut = _mm512_set1_epi32((int)vtr_gram_cut(UINT32_MAX, len));
    const uint8_t *last = tile + (len > 4 ? len - 4 : 0);
    size_t kept = 0;

    for (size_t i = 0; i < count; i += 16) {
        const __mmask16 are_there =
            (__mmask16)(count - i < 16 ? (1u << (count - i)) - 1 : UINT16_MAX);
        const __m512i at = _mm512_maskz_cvtepu16_epi32(
            are_there,
            _mm256_loadu_si256((const __m256i *)(const void *)(positions + i)));
        const __m512i low = _mm512_i32gather_epi32(at, tile, 1);
        const __m512i high = len > 4 ? _mm512_i32gather_epi32(at, last, 1) : low;
        const __mmask16 passes =
            look_up(&c, _mm512_and_si512(low, cut), _mm512_and_si512(high, cut));

        kept += keep((__mmask16)(passes & are_there), at, positions + kept);
    }
    return kept;
}

/* Grams begin up to so many bytes before or behind a position. */
#define REACH 2u

/* In each quarter the bytes around a position, from REACH before it on; every `step`-th
 * position. */
VTR_TARGET_AVX512
static inline __m512i load_around(const uint8_t *tile, const uint16_t *positions,
                                  size_t step)
{
    const uint8_t *from = tile - REACH;
    const __m256i low = _mm256_loadu2_m128i((const void *)(from + positions[step]),
                                            (const void *)(from + positions[0]));
    const __m256i high =
        _mm256_loadu2_m128i((const void *)(from + positions[3 * step]),
                            (const void *)(from + positions[2 * step]));

    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* For each quarter: each of its 32 bits are the four bytes from such a place on. */
VTR_TARGET_AVX512
static inline __m512i shuffle_of(uint32_t first, uint32_t second, uint32_t third,
                                 uint32_t fourth)
{
    const __m128i places =
        _mm_setr_epi32((int)(first * EACH_BYTE), (int)(second * EACH_BYTE),
                       (int)(third * EACH_BYTE), (int)(fourth * EACH_BYTE));

    return _mm512_broadcast_i32x4(_mm_add_epi8(places, _mm_set1_epi32(0x03020100)));
}

/* The next eight of so many positions; fewer are copied, with zeros behind them. */
static inline const uint16_t *fill_eight(const uint16_t *positions, size_t count,
                                         uint16_t *copy)
{
    if (count >= 8) {
        return positions;
    }
    for (size_t i = 0; i < 8; i++) {
        copy[i] = i < count ? positions[i] : 0;
    }
    return copy;
}

/* Of eight positions, those of these numbers. */
VTR_TARGET_AVX512
static inline __m512i spread(const uint16_t *positions, __m512i numbers)
{
    return _mm512_permutexvar_epi32(numbers,
                                    _mm512_castsi256_si512(_mm256_cvtepu16_epi32(
                                        _mm_loadu_si128((const void *)positions))));
}

/* The windows of two grams.  Of eight positions the grams before and behind are looked
 * up at once; those of the even ones are in the lower half of each quarter. */
VTR_TARGET_AVX512
static size_t find_pairs(const struct vtr_atom_probe *probe, const uint8_t *tile,
                         const uint16_t *positions, size_t count, uint16_t *out)
{
    const struct constants c = constants_of(probe);
    const __m512i last_four = _mm512_set1_epi8((char)(probe->gram_len - 4));
    const __m512i even = shuffle_of(REACH - 1, REACH + 1, NO_BYTES, NO_BYTES);
    const __m512i odd = shuffle_of(NO_BYTES, NO_BYTES, REACH - 1, REACH + 1);
    const __m512i even_last = _mm512_add_epi8(even, last_four);
    const __m512i odd_last = _mm512_add_epi8(odd, last_four);
    const __m512i numbers =
        _mm512_setr_epi32(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7);
    const __m512i offsets =
        _mm512_add_epi32(_mm512_broadcast_i32x4(_mm_setr_epi32(-1, 0, -1, 0)),
                         _mm512_set1_epi32(VTR_TILE_LEAD));
    const unsigned kinds = probe->stride > 1 ? 0xFFFFu : 0xAAAAu;
    uint16_t copy[8];
    size_t found = 0;

    for (size_t i = 0; i < count; i += 8) {
        const uint16_t *eight = fill_eight(positions + i, count - i, copy);
        const __m512i evens = load_around(tile, eight, 2);
        const __m512i odds = load_around(tile, eight + 1, 2);
        const unsigned passes =
            look_up(&c,
                    _mm512_or_si512(_mm512_shuffle_epi8(evens, even),
                                    _mm512_shuffle_epi8(odds, odd)),
                    _mm512_or_si512(_mm512_shuffle_epi8(evens, even_last),
                                    _mm512_shuffle_epi8(odds, odd_last)));
        const unsigned there = count - i < 8 ? (1u << 2 * (count - i)) - 1 : UINT16_MAX;

        found += keep((__mmask16)(passes & kinds & there),
                      _mm512_add_epi32(spread(eight, numbers), offsets), out + found);
    }
    return found;
}

/* The windows of three grams.  Of four positions the two grams before and the two
 * behind are looked up at once; a window has two neighbours of them. */
VTR_TARGET_AVX512
static size_t find_triples(const struct vtr_atom_probe *probe, const uint8_t *tile,
                           const uint16_t *positions, size_t count, uint16_t *out)
{
    const struct constants c = constants_of(probe);
    const __m512i first = shuffle_of(REACH - 2, REACH - 1, REACH + 1, REACH + 2);
    const __m512i last =
        _mm512_add_epi8(first, _mm512_set1_epi8((char)(probe->gram_len - 4)));
    const __m512i numbers =
        _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    const __m512i offsets =
        _mm512_add_epi32(_mm512_broadcast_i32x4(_mm_setr_epi32(-2, -1, 0, 0)),
                         _mm512_set1_epi32(VTR_TILE_LEAD));
    const unsigned kinds = probe->stride > 1 ? 0x7777u : 0x4444u;
    uint16_t copy[8];
    size_t found = 0;

    for (size_t i = 0; i < count; i += 4) {
        const uint16_t *four = fill_eight(positions + i, count - i, copy);
        const __m512i bytes = load_around(tile, four, 1);
        const unsigned passes = look_up(&c, _mm512_shuffle_epi8(bytes, first),
                                        _mm512_shuffle_epi8(bytes, last));
        const unsigned there = count - i < 4 ? (1u << 4 * (count - i)) - 1 : UINT16_MAX;

        found += keep((__mmask16)(passes & passes >> 1 & kinds & there),
                      _mm512_add_epi32(spread(four, numbers), offsets), out + found);
    }
    return found;
}

VTR_TARGET_AVX512
size_t vtr_find_windows_avx512(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                               const uint16_t *positions, size_t count, uint16_t *out)
{
    const uint8_t *tile = bytes + VTR_TILE_LEAD;

    return probe->window_grams == 2 ? find_pairs(probe, tile, positions, count, out)
                                    : find_triples(probe, tile, positions, count, out);
}

/* The tables of two bytes of a group, each in all quarters; written out, since arrays
 * of vectors would be kept in memory. */
struct tables {
    __m512i low;
    __m512i high;
    __m512i next_low;
    __m512i next_high;
};

VTR_TARGET_AVX512
static inline struct tables load_tables(const uint8_t *tables)
{
    const struct tables loaded = {
        load_all_quarters(tables),
        load_all_quarters(tables + VTR_BUCKET_TABLE_LEN),
        load_all_quarters(tables + 2 * VTR_BUCKET_TABLE_LEN),
        load_all_quarters(tables + 3 * VTR_BUCKET_TABLE_LEN),
    };
    return loaded;
}

/* The halves of two bytes from each of 64 positions on. */
struct halves {
    __m512i low;
    __m512i high;
    __m512i next_low;
    __m512i next_high;
};

VTR_TARGET_AVX512
static inline struct halves load_halves(const uint8_t *bytes)
{
    const __m512i mask = _mm512_set1_epi8(15);
    const __m512i block = _mm512_loadu_si512(bytes);
    const __m512i next = _mm512_loadu_si512(bytes + 1);
    const struct halves halves = {
        _mm512_and_si512(block, mask),
        _mm512_and_si512(_mm512_srli_epi16(block, 4), mask),
        _mm512_and_si512(next, mask),
        _mm512_and_si512(_mm512_srli_epi16(next, 4), mask),
    };
    return halves;
}

/* A group's four bytes. */
struct group {
    struct tables begin;
    struct tables end;
};

VTR_TARGET_AVX512
static inline struct group load_group(const uint8_t *tables)
{
    return (struct group){load_tables(tables), load_tables(tables + HALF_GROUP_LEN)};
}

VTR_TARGET_AVX512
static inline __m512i all_of(__m512i a, __m512i b, __m512i c)
{
    return _mm512_ternarylogic_epi32(a, b, c, 0x80);
}

/* What vpternlog is told for "a, or b and c". */
#define FIRST_OR_BOTH 0xF8

/* Of 64 positions, the buckets of which all halves are there, with those of other
 * groups.  The compiler knows whether the last byte is asked. */
VTR_TARGET_AVX512
static inline __m512i ask_group(const struct group *group, const struct halves *begin,
                                const struct halves *end, __m512i others, bool has_last)
{
    const struct tables *first = &group->begin;
    const struct tables *last = &group->end;
    const __m512i one = all_of(_mm512_shuffle_epi8(first->low, begin->low),
                               _mm512_shuffle_epi8(first->high, begin->high),
                               _mm512_shuffle_epi8(first->next_low, begin->next_low));
    const __m512i two =
        all_of(one, _mm512_shuffle_epi8(first->next_high, begin->next_high),
               _mm512_shuffle_epi8(last->low, end->low));
    const __m512i high = _mm512_shuffle_epi8(last->high, end->high);

    if (!has_last) {
        return _mm512_ternarylogic_epi32(others, two, high, FIRST_OR_BOTH);
    }
    const __m512i three =
        all_of(two, high, _mm512_shuffle_epi8(last->next_low, end->next_low));

    return _mm512_ternarylogic_epi32(others, three,
                                     _mm512_shuffle_epi8(last->next_high,
                                                         end->next_high),
                                     FIRST_OR_BOTH);
}

/* Of a number of groups, and of bytes, that the compiler knows, so that it keeps their
 * tables. */
VTR_TARGET_AVX512
static VTR_ALWAYS_INLINE void ask_groups(const struct vtr_atom_probe *probe,
                                         const uint8_t *tile, size_t count,
                                         uint64_t *masks, unsigned group_count,
                                         bool has_last)
{
    const uint8_t *tables = probe->buckets;
    const uint8_t *ahead = probe->ahead;
    const unsigned shift = probe->ahead_shift;
    const struct group first = load_group(tables);
    const struct group second =
        load_group(tables + (group_count > 1 ? VTR_BUCKET_GROUP_LEN : 0));
    const struct group third =
        load_group(tables + (group_count > 2 ? 2 * VTR_BUCKET_GROUP_LEN : 0));

    for (size_t at = 0; at < count; at += 64) {
        VTR_PREFETCH(ahead + (at >> shift));
        const struct halves begin = load_halves(tile + at);
        const struct halves end = load_halves(tile + at + 2);
        __m512i buckets =
            ask_group(&first, &begin, &end, _mm512_setzero_si512(), has_last);

        if (group_count > 1) {
            buckets = ask_group(&second, &begin, &end, buckets, has_last);
        }
        if (group_count > 2) {
            buckets = ask_group(&third, &begin, &end, buckets, has_last);
        }
        masks[at / 64] = _mm512_test_epi8_mask(buckets, buckets);
    }
}

VTR_TARGET_AVX512
size_t vtr_probe_buckets_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                                size_t count, uint16_t *out)
{
    uint64_t masks[VTR_TILE_MASKS];

    if (probe->group_count == 1 && probe->takes_any_last) {
        ask_groups(probe, tile, count, masks, 1, false);
    } else if (probe->group_count == 1) {
        ask_groups(probe, tile, count, masks, 1, true);
    } else if (probe->group_count == 2) {
        ask_groups(probe, tile, count, masks, 2, true);
    } else {
        ask_groups(probe, tile, count, masks, 3, true);
    }
    size_t found = vtr_probe_list_avx2(masks, (count + 63) / 64, out);
    while (found > 0 && out[found - 1] >= count) {
        found--; /* the last block went past the end */
    }
    return keep_passing(probe, tile, out, found);
}
