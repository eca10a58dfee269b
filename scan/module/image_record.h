/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A structure of a program file that is read field by field, in the byte order of the
 * file: what the images of ELF and Mach-O files have in common.
 */
#ifndef VTR_SCAN_MODULE_IMAGE_RECORD_H
#define VTR_SCAN_MODULE_IMAGE_RECORD_H

#include "base/reader.h"

struct vtr_image_record {
    struct vtr_reader reader;
    bool is_big_endian;
};

/* The `len` bytes at `offset` of `bytes`; false when they are not all there. */
VTR_MUST_CHECK bool vtr_image_record_at(struct vtr_image_record *out,
                                        struct vtr_bytes bytes, uint64_t offset,
                                        uint64_t len, bool is_big_endian);

/* The next field, of `width` bytes, up to 8; 0 past the end, where nobody asks: a
 * record is as long as its fields together. */
uint64_t vtr_image_record_take(struct vtr_image_record *record, unsigned width);

#endif
