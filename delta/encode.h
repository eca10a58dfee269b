/* SPDX-License-Identifier: Apache-2.0 */

/* A set of changes as the raw sections of a delta: the twin of delta/decode.h. */
#ifndef VTR_DELTA_ENCODE_H
#define VTR_DELTA_ENCODE_H

#include "delta/difference.h"
#include "delta/section_set.h"
#include "format/image.h"

/* Digests to take out are named by at least this many of their first bits. */
#define VTR_REMOVAL_BITS_MIN 40u

/* And stems by at least this many of their hash. */
#define VTR_STEM_BITS_MIN 24u

/* More bits than are needed to be unique today, so that deltas compose. */
#define VTR_KEY_BITS_SPARE 8u

/* `from` is the image that `from_records` were read from. */
VTR_MUST_CHECK enum vtr_status vtr_delta_encode(struct vtr_section_set *out,
                                                const struct vtr_changes *changes,
                                                const struct vtr_image *from,
                                                const struct vtr_records *from_records,
                                                const struct vtr_records *to_records,
                                                struct vtr_error *err);

#endif
