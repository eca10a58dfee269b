/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands where in a Dalvik executable: the structures of Android's "Dalvik
 * Executable format" as numbers and texts.
 *
 * Any bytes are safe.  What is refused, and what is not, is what YARA refuses: each
 * table is read when all before it are whole.
 */
#ifndef VTR_SCAN_MODULE_DEX_IMAGE_H
#define VTR_SCAN_MODULE_DEX_IMAGE_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_DEX_MAGIC_LEN     8u
#define VTR_DEX_SIGNATURE_LEN 20u
#define VTR_DEX_CODE_LEN      16u

/* Tables that the header names, in the order in which they are read. */
enum vtr_dex_table {
    VTR_DEX_TABLE_STRINGS = 0,
    VTR_DEX_TABLE_TYPES,
    VTR_DEX_TABLE_PROTOS,
    VTR_DEX_TABLE_FIELD_IDS,
    VTR_DEX_TABLE_METHOD_IDS,
    VTR_DEX_TABLE_CLASSES,
    VTR_DEX_TABLE_COUNT
};

struct vtr_dex_image {
    struct vtr_bytes data;
    struct vtr_bytes tables[VTR_DEX_TABLE_COUNT]; /* ptr NULL: not read */
    struct vtr_bytes map;                         /* items that are in the file */
    uint32_t map_size;                            /* as the file says */
    bool has_map;
};

/* A member of a class, as class data has it. */
struct vtr_dex_member {
    uint32_t index_step;
    uint32_t access_flags;
    uint32_t code_offset; /* of a method */
};

/* The texts of the magic numbers, and how many there are. */
extern const char VTR_DEX_MAGICS[][VTR_DEX_MAGIC_LEN + 1];
#define VTR_DEX_MAGIC_COUNT 5u

/* False when `data` is no such file. */
VTR_MUST_CHECK bool vtr_dex_image_init(struct vtr_dex_image *image,
                                       struct vtr_bytes data);

/* Items of a table. */
uint32_t vtr_dex_image_count(const struct vtr_dex_image *image,
                             enum vtr_dex_table table);

/* The number of `width` bytes at `at` of item `index`; false when it is not there. */
VTR_MUST_CHECK bool vtr_dex_image_number(const struct vtr_dex_image *image,
                                         enum vtr_dex_table table, uint64_t index,
                                         unsigned at, unsigned width, uint32_t *out);

/* Text `index`; false when it is not there. */
VTR_MUST_CHECK bool vtr_dex_image_text(const struct vtr_dex_image *image,
                                       uint64_t index, struct vtr_bytes *out);

/* A number of up to 32 bits in LEB128 at `*at`, which moves past it. */
VTR_MUST_CHECK bool vtr_dex_image_leb128(const struct vtr_dex_image *image,
                                         uint64_t *at, uint32_t *out);

#endif
