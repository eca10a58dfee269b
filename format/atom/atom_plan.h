/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the index of atoms is going to be: its tiers and their sizes.  The entries are
 * gone through twice: to count and to write. Up to VTR_ATOM_KEPT_LIMIT of them are kept
 * from the first time to the second; more are chosen again.
 */
#ifndef VTR_FORMAT_ATOM_ATOM_PLAN_H
#define VTR_FORMAT_ATOM_ATOM_PLAN_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/vector.h"
#include "format/image/atom_index.h"
#include "format/record/records.h"

/* Of 32 bytes each. */
#define VTR_ATOM_KEPT_LIMIT ((size_t)1 << 19)

struct vtr_atom_plan {
    /* Entries by length: of rules for any file, and, where those have tiers of their
     * own, of rules for MZ files. */
    uint64_t lens[2][VTR_ATOM_LEN_MAX + 1];
    uint64_t odd_count[2]; /* of those of VTR_ATOM_LEN_MAX, those that are not text */
    bool has_mz;           /* they do */
    uint32_t texts;        /* a bit for each tier that has text alone */
    uint64_t gram_counts[VTR_ATOM_TIERS]; /* windows */
    enum vtr_atom_pace paces[VTR_ATOM_TIERS];
    unsigned filter_bits[VTR_ATOM_TIERS];  /* 0: the tier has no atoms */
    unsigned group_counts[VTR_ATOM_TIERS]; /* of buckets */
    uint64_t filter_len;                   /* of the sections, in bytes */
    uint64_t slots_len;
    uint64_t entry_count;
    uint64_t unit_count;
    uint64_t unindexed_count;
    struct vtr_vector
        kept; /* struct vtr_atom_entry, those of a pattern side by side; one
                 without length for a pattern without; none: too many */
};

void vtr_atom_plan_deinit(struct vtr_atom_plan *plan);

/* VTR_ERROR_LIMIT past 2^27 - 1 windows or units. */
VTR_MUST_CHECK enum vtr_status vtr_atom_plan_make(struct vtr_atom_plan *out,
                                                  const struct vtr_records *records,
                                                  struct vtr_error *err);

/* A row of one unit has one distance, a byte long, and is of the first part. */
static inline bool vtr_atom_is_simple(const struct vtr_atom_entry *entry)
{
    return entry->back_min == entry->back_max && entry->back_max <= UINT8_MAX &&
           entry->fragment == 0;
}

static inline uint64_t vtr_atom_unit_count(const struct vtr_atom_entry *entry)
{
    return vtr_atom_is_simple(entry) ? 1 : 2;
}

/* An atom of one byte has a window for every byte that may follow. */
uint64_t vtr_atom_window_count(unsigned len);

/* How long the windows of a tier are. */
unsigned vtr_atom_plan_window_len(const struct vtr_atom_plan *plan,
                                  enum vtr_atom_tier tier);

/* Makes the atom of an entry as long as its tier wants it; returns the tier. */
enum vtr_atom_tier vtr_atom_plan_fit(const struct vtr_atom_plan *plan,
                                     struct vtr_atom_entry *entry);

/* Called with the entries of each pattern in turn; no entries: it has to do without. */
typedef enum vtr_status (*vtr_atom_visit_fn)(void *context, uint32_t pattern,
                                             const struct vtr_atom_entry *entries,
                                             size_t count, struct vtr_error *err);

/* Goes through the entries once more. */
VTR_MUST_CHECK enum vtr_status vtr_atom_plan_visit(const struct vtr_atom_plan *plan,
                                                   const struct vtr_records *records,
                                                   vtr_atom_visit_fn visit,
                                                   void *context,
                                                   struct vtr_error *err);

#endif
