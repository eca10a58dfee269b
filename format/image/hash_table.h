/* SPDX-License-Identifier: Apache-2.0 */

/* The shape of a hash table, which its reader and its writer share; looking things up
 * is in format/image/image.h. */
#ifndef VTR_FORMAT_IMAGE_HASH_TABLE_H
#define VTR_FORMAT_IMAGE_HASH_TABLE_H

#include "base/compiler.h"
#include "format/image/image.h"

#define VTR_NUMBER_MAX 999999999u /* of a hash record's name */

/* Bits of the digest that the fanout covers: the most of 0, 8, 16, 24 with which it
 * costs at most half a byte a record (2^(bits + 3) <= count). */
unsigned vtr_hash_prefix_bits(uint64_t count);

/* These first bits, a multiple of 8, as a number. */
static inline uint64_t vtr_hash_prefix_of(const uint8_t *digest, unsigned prefix_bits)
{
    uint64_t prefix = 0;

    for (size_t i = 0; i < prefix_bits / 8; i++) {
        prefix = prefix << 8 | digest[i];
    }
    return prefix;
}

/* The filter of sizes: the logarithm of its bits, the greatest of 6 to 32 with at most
 * four bits a record (2^bits <= 4 * count), or 6; and the bit of a size. */
unsigned vtr_hash_size_bits(uint64_t count);
uint64_t vtr_hash_size_bit(unsigned size_bits, uint64_t size);

/* Lengths in bytes of the three sections, FANOUT with its header and its filter of
 * sizes (size_bits 0: none). */
uint64_t vtr_hash_fanout_len(unsigned prefix_bits, unsigned size_bits);
uint64_t vtr_hash_tails_len(enum vtr_hash_kind kind, uint64_t count,
                            unsigned prefix_bits);
uint64_t vtr_hash_attrs_len(uint64_t count, unsigned row_bits);

/* Bytes of a digest that the fanout does not cover: at least 8. */
size_t vtr_hash_table_tail_len(const struct vtr_hash_table *table);

/* The digest of record `index`, which is below the count and begins with `prefix`. */
void vtr_hash_table_digest(const struct vtr_hash_table *table, uint64_t index,
                           uint64_t prefix, uint8_t *out);

/* What `count` records from `first` on, which are there, say beside their digests. */
void vtr_hash_table_rows(const struct vtr_hash_table *table, uint64_t first,
                         size_t count, struct vtr_hash_record *out);

/* The view of a kind's table in an image whose sections are set; one without records
 * when it has none. */
VTR_MUST_CHECK enum vtr_status vtr_hash_table_open(struct vtr_hash_table *out,
                                                   enum vtr_hash_kind kind,
                                                   const struct vtr_image *image,
                                                   struct vtr_error *err);

#endif
