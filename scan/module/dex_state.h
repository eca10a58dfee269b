/* SPDX-License-Identifier: Apache-2.0 */

/* What the dex module remembers of a file between its loaders. */
#ifndef VTR_SCAN_MODULE_DEX_STATE_H
#define VTR_SCAN_MODULE_DEX_STATE_H

#include "scan/module/dex_image.h"
#include "scan/module/module.h"

/* The image of this file; NULL when it is no DEX file, or memory is out. */
const struct vtr_dex_image *vtr_dex_get_image(struct vtr_module_run *run);

#endif
