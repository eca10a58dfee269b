/* SPDX-License-Identifier: Apache-2.0 */

/* A set of changes as the raw sections of a delta: the twin of delta/file/decode.h. */
#ifndef VTR_DELTA_FILE_ENCODE_H
#define VTR_DELTA_FILE_ENCODE_H

#include "delta/change/difference.h"
#include "delta/file/section_set.h"

/* The stems of `changes` are settled. */
VTR_MUST_CHECK enum vtr_status vtr_delta_encode(struct vtr_section_set *out,
                                                const struct vtr_changes *changes,
                                                struct vtr_error *err);

#endif
