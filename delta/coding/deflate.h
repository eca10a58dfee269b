/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Raw deflate (RFC 1951) of a section, for transport only: nothing that is compared or
 * that names a database passes through it.
 */
#ifndef VTR_DELTA_CODING_DEFLATE_H
#define VTR_DELTA_CODING_DEFLATE_H

#include <stdbool.h>

#include "base/writer.h"

/* Deflate cannot do better than 1 : 1032; whoever promises more lies. */
#define VTR_DEFLATE_RATIO_MAX 1100u

/* No section is longer, packed or not. */
#define VTR_SECTION_LEN_MAX UINT32_MAX

/* Appends `raw` packed as well as zlib can to `w`. */
VTR_MUST_CHECK enum vtr_status vtr_deflate_pack(struct vtr_writer *w,
                                                struct vtr_bytes raw,
                                                struct vtr_error *err);

/* Unpacks to exactly `raw_len` bytes at `out`; VTR_ERROR_FORMAT when `packed` is not
 * exactly that, VTR_ERROR_MEMORY when that could not be found out.
 * Writes no more than raw_len bytes whatever `packed` says. */
VTR_MUST_CHECK enum vtr_status vtr_deflate_unpack(struct vtr_bytes packed, uint8_t *out,
                                                  size_t raw_len);

#endif
