/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The first stage of the search: which positions of a tile the filter of a tier lets
 * pass.  There is a version in plain C and one for each kind of vectors; all of them
 * find the same positions.
 */
#ifndef VTR_SCAN_KERNEL_ATOM_PROBE_H
#define VTR_SCAN_KERNEL_ATOM_PROBE_H

#include "base/os_cpu.h"
#include "format/image/atom_buckets.h"
#include "format/image/atom_index.h"
#include "scan/kernel/line_match.h"

/* Positions of a tile, a multiple of each stride, and bytes around it that may be read.
 */
#define VTR_TILE_LEN  8064u
#define VTR_TILE_LEAD 32u
#define VTR_TILE_TAIL 64u

/* Room for the positions that pass: vectors store all of theirs, good or not. */
#define VTR_TILE_ROOM (VTR_TILE_LEN + 32u)

/* A tier's filter, made ready. */
struct vtr_atom_probe {
    const uint8_t *filter;  /* NULL: the tier has no atoms */
    const uint8_t *buckets; /* group_count of them; 0: the filter alone decides */
    unsigned group_count;
    unsigned filter_bits;
    unsigned gram_len;
    unsigned stride;
    unsigned window_grams;
    bool is_text;         /* of blocks without text nothing is looked at */
    uint64_t text_lanes;  /* the positions of a block, as bits of those of its bytes */
    bool takes_any_last;  /* the buckets do: vtr_buckets_take_any_last */
    const uint8_t *ahead; /* bytes that are fetched meanwhile: one for each
                             2^ahead_shift of those that are looked at */
    unsigned ahead_shift;
    uint8_t low[16];  /* of 16 bytes, the first four of four positions' grams; */
    uint8_t high[16]; /* the last four of them.  0x80: no byte */
};

/* Whether the filter lets the gram at a place pass. */
static inline bool vtr_probe_passes(const struct vtr_atom_probe *probe,
                                    const uint8_t *bytes)
{
    const uint64_t gram = vtr_gram_cut(vtr_load_u64(bytes), probe->gram_len);

    return vtr_gram_passes(probe->filter, probe->filter_bits,
                           vtr_gram_hash(gram, probe->gram_len));
}

/* Positions are looked at in blocks of so many, the stride apart. */
#define VTR_PROBE_BLOCK 16u

/* Whether a gram at one of the positions of a block is text (vtr_atom_is_text), by bits
 * for each of VTR_PROBE_REACH bytes from its first position on: which of them are ASCII
 * from the space on, and which are zeros. */
#define VTR_PROBE_REACH 64u
static inline bool vtr_probe_has_text(const struct vtr_atom_probe *probe, uint64_t text,
                                      uint64_t zeros)
{
    const uint64_t any = text | zeros;
    const uint64_t pairs = any & any >> 1 & (text | text >> 1);
    const uint64_t triples = pairs & pairs >> 1;
    const uint64_t fives = triples & triples >> 2;

    return (fives & fives >> (probe->gram_len - 5) & probe->text_lanes) != 0;
}

/* Writes the positions below `count` <= VTR_TILE_LEN, multiples of the stride, that
 * pass, ascending; returns how many.  One version asks the filter alone, one for tiers
 * with buckets both, at all positions. */
typedef size_t (*vtr_probe_fn)(const struct vtr_atom_probe *probe, const uint8_t *tile,
                               size_t count, uint16_t *out);

/* Folds `len` bytes, which do not overlap `out`. */
typedef void (*vtr_fold_bytes_fn)(uint8_t *out, const uint8_t *in, size_t len);

/* All grams of a window are in the filter, and by chance few others are beside each
 * other.  Writes where those windows begin that have a gram at one of the positions, so
 * many, which all pass, and of which all grams pass; returns how many.  The windows of
 * tiers with buckets begin at a position.  `bytes` are VTR_TILE_LEAD before the tile;
 * there windows are counted from.  Windows have two grams or three, of four bytes at
 * least.  `out` has room for VTR_WINDOW_ROOM more than there can be. */
#define VTR_WINDOW_ROOM 16u
typedef size_t (*vtr_find_windows_fn)(const struct vtr_atom_probe *probe,
                                      const uint8_t *bytes, const uint16_t *positions,
                                      size_t count, uint16_t *out);

struct vtr_probe_functions {
    vtr_fold_bytes_fn fold_bytes;
    vtr_probe_fn probe;
    vtr_probe_fn probe_buckets;
    vtr_find_windows_fn find_windows;
    vtr_match_lines_fn match_lines;
};

/* The functions for these vectors; those in plain C for what is not compiled in. */
struct vtr_probe_functions vtr_probe_get_functions(enum vtr_vectors vectors);

void vtr_atom_probe_init(struct vtr_atom_probe *probe,
                         const struct vtr_atom_table *table);

/* What vtr_probe_get_functions gives. */
void vtr_fold_bytes_plain(uint8_t *out, const uint8_t *in, size_t len);
size_t vtr_probe_plain(const struct vtr_atom_probe *probe, const uint8_t *tile,
                       size_t count, uint16_t *out);
size_t vtr_probe_buckets_plain(const struct vtr_atom_probe *probe, const uint8_t *tile,
                               size_t count, uint16_t *out);
size_t vtr_find_windows_plain(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                              const uint16_t *positions, size_t count, uint16_t *out);
size_t vtr_find_windows_avx512(const struct vtr_atom_probe *probe, const uint8_t *bytes,
                               const uint16_t *positions, size_t count, uint16_t *out);
void vtr_fold_bytes_avx2(uint8_t *out, const uint8_t *in, size_t len);
size_t vtr_probe_avx2(const struct vtr_atom_probe *probe, const uint8_t *tile,
                      size_t count, uint16_t *out);
size_t vtr_probe_buckets_avx2(const struct vtr_atom_probe *probe, const uint8_t *tile,
                              size_t count, uint16_t *out);
size_t vtr_probe_list_avx2(const uint64_t *masks, size_t count, uint16_t *out);
void vtr_fold_bytes_avx512(uint8_t *out, const uint8_t *in, size_t len);
size_t vtr_probe_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                        size_t count, uint16_t *out);
size_t vtr_probe_buckets_avx512(const struct vtr_atom_probe *probe, const uint8_t *tile,
                                size_t count, uint16_t *out);
void vtr_fold_bytes_neon(uint8_t *out, const uint8_t *in, size_t len);
size_t vtr_probe_neon(const struct vtr_atom_probe *probe, const uint8_t *tile,
                      size_t count, uint16_t *out);
size_t vtr_probe_buckets_neon(const struct vtr_atom_probe *probe, const uint8_t *tile,
                              size_t count, uint16_t *out);

/* Positions of a tile, a bit for each. */
#define VTR_TILE_MASKS (VTR_TILE_LEN / 64u)

/* Of so many positions, keeps those that the filter lets pass; returns how many. */
static inline size_t vtr_probe_keep_passing(const struct vtr_atom_probe *probe,
                                            const uint8_t *tile, uint16_t *positions,
                                            size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        const uint16_t position = positions[i];

        positions[kept] = position;
        kept += vtr_probe_passes(probe, tile + position);
    }
    return kept;
}

/* Of positions that the filter lets pass, so many, keeps those that buckets let pass.
 */
static inline size_t vtr_probe_keep_bucketed(const struct vtr_atom_probe *probe,
                                             const uint8_t *tile, uint16_t *positions,
                                             size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        positions[kept] = positions[i];
        kept +=
            vtr_buckets_pass(probe->buckets, probe->group_count, tile + positions[i]);
    }
    return kept;
}

/* What stands for code that is not compiled in. */
#define VTR_PROBE_PLAIN                                           \
 {                                                                \
  vtr_fold_bytes_plain, vtr_probe_plain, vtr_probe_buckets_plain, \
      vtr_find_windows_plain, vtr_match_lines_plain               \
 }
#if VTR_HAS_X86_VECTORS
# define VTR_PROBE_AVX2                                         \
  {                                                             \
   vtr_fold_bytes_avx2, vtr_probe_avx2, vtr_probe_buckets_avx2, \
       vtr_find_windows_plain, vtr_match_lines_avx2             \
  }
# define VTR_PROBE_AVX512                                             \
  {                                                                   \
   vtr_fold_bytes_avx512, vtr_probe_avx512, vtr_probe_buckets_avx512, \
       vtr_find_windows_avx512, vtr_match_lines_avx512                \
  }
#else
# define VTR_PROBE_AVX2   VTR_PROBE_PLAIN
# define VTR_PROBE_AVX512 VTR_PROBE_PLAIN
#endif
#if VTR_HAS_NEON
# define VTR_PROBE_NEON                                         \
  {                                                             \
   vtr_fold_bytes_neon, vtr_probe_neon, vtr_probe_buckets_neon, \
       vtr_find_windows_plain, vtr_match_lines_plain            \
  }
#else
# define VTR_PROBE_NEON VTR_PROBE_PLAIN
#endif

#endif
