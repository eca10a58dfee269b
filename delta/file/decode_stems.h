/* SPDX-License-Identifier: Apache-2.0 */

/* The dictionary of stems of a delta that is read: the twin of delta/file/stem_ranks.h.
 */
#ifndef VTR_DELTA_FILE_DECODE_STEMS_H
#define VTR_DELTA_FILE_DECODE_STEMS_H

#include "delta/file/decode.h"

/* Fills stems, uses and ranks from the three sections; on failure what was allocated
 * stays with `delta`. */
VTR_MUST_CHECK enum vtr_status vtr_delta_read_stems(struct vtr_delta *delta,
                                                    struct vtr_error *err);

#endif
