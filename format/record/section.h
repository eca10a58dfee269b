/* SPDX-License-Identifier: Apache-2.0 */

/* What is known of each section before its bytes are looked at: name and element size.
 */
#ifndef VTR_FORMAT_RECORD_SECTION_H
#define VTR_FORMAT_RECORD_SECTION_H

#include "base/compiler.h"

struct vtr_section_shape {
    const char *name;    /* static, shorter than struct vtr_error's section */
    unsigned row_len;    /* bytes of an element; 0: elements have no fixed length */
    unsigned extra_rows; /* elements beyond the stated count */
};

/* NULL for an id that this layout does not have. */
const struct vtr_section_shape *vtr_section_get_shape(uint64_t id);

/* The section's name, "unknown" for an id that this layout does not have. */
const char *vtr_section_name(uint64_t id);

#endif
