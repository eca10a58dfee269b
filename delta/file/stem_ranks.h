/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The dictionary of the stems that a delta's additions use.
 *
 * Entries are in one order, stems that the old database has (by hash) and then new ones
 * (by bytes), and in another by rank: the more records use one the lower its rank.  The
 * records name ranks; the delta carries the uses, from which both sides derive the
 * ranks.
 */
#ifndef VTR_DELTA_FILE_STEM_RANKS_H
#define VTR_DELTA_FILE_STEM_RANKS_H

#include "base/compiler.h"
#include "delta/change/difference.h"
#include "delta/file/section_set.h"

/* What a new stem shares with the one before is said up to this many bytes, so that few
 * bytes do not unfold to many. */
#define VTR_STEM_SHARED_MAX 255u

/* All new stems together have no more bytes, spelled out: what they share costs a delta
 * next to nothing. */
#define VTR_STEMS_SPELLED_MAX ((uint64_t)1 << 28)

/* Writes to `out_ranks` (freed by the caller), for each rank the entry: by descending
 * uses, then by entry. */
VTR_MUST_CHECK enum vtr_status vtr_stem_ranks(const uint32_t *uses, size_t count,
                                              uint32_t **out_ranks,
                                              struct vtr_error *err);

/* Writes the three sections of stems, which are settled (delta/change/difference.h).
 * `*out_ranks` (freed by the caller) receives the rank of each. */
VTR_MUST_CHECK enum vtr_status vtr_stem_ranks_encode(struct vtr_section_set *out,
                                                     const struct vtr_vector *stems,
                                                     uint32_t **out_ranks,
                                                     struct vtr_error *err);

#endif
