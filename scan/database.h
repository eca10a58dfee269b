/* SPDX-License-Identifier: Apache-2.0 */

/* What is behind struct vtr_database, for the scanner. */
#ifndef VTR_SCAN_DATABASE_H
#define VTR_SCAN_DATABASE_H

#include "base/os_map.h"
#include "format/image/atom_index.h"
#include "format/image/image.h"

struct vtr_database {
    struct vtr_mapping mapping; /* empty when the bytes are the caller's */
    struct vtr_image image;
    struct vtr_atom_index atoms;
};

#endif
