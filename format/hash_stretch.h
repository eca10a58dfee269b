/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A stretch of a hash table's rows, in the memory of the table.  Stretches that begin
 * at multiples of VTR_STRETCH_ALIGN share no byte but those of the filter of sizes.
 */
#ifndef VTR_FORMAT_HASH_STRETCH_H
#define VTR_FORMAT_HASH_STRETCH_H

#include "format/hash_table_write.h"

/* Rows whose attributes, whatever their width, fill whole bytes. */
#define VTR_STRETCH_ALIGN 8u

struct vtr_hash_stretch {
    const struct vtr_hash_plan *plan;
    uint8_t *counts; /* the fanout, behind its header */
    uint8_t *tails;  /* of the first row */
    uint8_t *attrs;  /* the same */
    size_t attrs_len;
    uint8_t *sizes;       /* the filter */
    uint64_t first;       /* index of the first row */
    uint64_t last_prefix; /* whose fanout is written, or is another's to write */
};

/* The stretch of `count` rows from `first` on, which notes sizes in the table's filter
 * and whose `last_prefix` is 0: a stretch behind others has the prefix of the row
 * before it set, and one beside others a filter of its own. */
void vtr_hash_stretch_init(struct vtr_hash_stretch *out,
                           const struct vtr_hash_plan *plan,
                           const struct vtr_hash_output *output, uint64_t first,
                           uint64_t count);

/* Bytes of a digest that stand in a row, and bits of what else does. */
size_t vtr_hash_stretch_tail_len(const struct vtr_hash_plan *plan);
unsigned vtr_hash_stretch_row_bits(const struct vtr_hash_plan *plan);

/* Sets the fanout of the values after the last one up to `prefix` to `index`. */
void vtr_hash_stretch_fan_out(struct vtr_hash_stretch *stretch, uint64_t prefix,
                              uint64_t index);

/* What a row has beside its digest. */
void vtr_hash_stretch_put_attrs(struct vtr_hash_stretch *stretch, uint64_t index,
                                const struct vtr_hash_record *record);

/* All of a row. */
void vtr_hash_stretch_put(struct vtr_hash_stretch *stretch, uint64_t index,
                          const struct vtr_hash_record *record);

/* Asks the memory for the place in the filter that a row with this size will need. */
void vtr_hash_stretch_expect(const struct vtr_hash_stretch *stretch, uint64_t size);

#endif
