/* SPDX-License-Identifier: Apache-2.0 */

/* docs/modules.md as the table of modules makes it. */
#ifndef VTR_TESTS_SUPPORT_MODULES_PAGE_H
#define VTR_TESTS_SUPPORT_MODULES_PAGE_H

#include "base/writer.h"

void vtr_modules_page(struct vtr_writer *out);

#endif
