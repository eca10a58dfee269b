/* SPDX-License-Identifier: Apache-2.0 */

/* The shape of a hash table, which its reader and its writer share; looking things up
 * is in format/image.h. */
#ifndef VTR_FORMAT_HASH_TABLE_H
#define VTR_FORMAT_HASH_TABLE_H

#include "base/compiler.h"
#include "format/image.h"

#define VTR_NUMBER_MAX 999999999u /* of a hash record's name */

/* Bits of the digest that the fanout covers: the most of 0, 8, 16, 24 with which it
 * costs at most half a byte a record (2^(bits + 3) <= count). */
unsigned vtr_hash_prefix_bits(uint64_t count);

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

/* The view of a kind's table in an image whose sections are set; one without records
 * when it has none. */
VTR_MUST_CHECK enum vtr_status vtr_hash_table_open(struct vtr_hash_table *out,
                                                   enum vtr_hash_kind kind,
                                                   const struct vtr_image *image,
                                                   struct vtr_error *err);

#endif
