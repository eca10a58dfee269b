/* SPDX-License-Identifier: Apache-2.0 */

/* Values of the external variables that the rules of a database name. */
#ifndef VTR_SCAN_EXTERNAL_H
#define VTR_SCAN_EXTERNAL_H

#include "scan/value.h"

struct vtr_image;

/* Undefined when the database has none of that name. */
struct vtr_value vtr_external_value(const struct vtr_image *image,
                                    struct vtr_bytes name);

#endif
