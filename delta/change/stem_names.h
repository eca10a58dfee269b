/* SPDX-License-Identifier: Apache-2.0 */

/* How the stems that additions use are named in a delta. */
#ifndef VTR_DELTA_CHANGE_STEM_NAMES_H
#define VTR_DELTA_CHANGE_STEM_NAMES_H

#include "delta/change/difference.h"

/* Fills changes->stems and leads the additions, whose stems are those of `to`, into it:
 * stems that `from` has by the first bits of their hash that tell them from all its
 * others, new ones by their text. */
VTR_MUST_CHECK enum vtr_status vtr_stem_names_find(struct vtr_changes *changes,
                                                   const struct vtr_records *from,
                                                   const struct vtr_records *to,
                                                   struct vtr_error *err);

#endif
