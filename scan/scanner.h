/* SPDX-License-Identifier: Apache-2.0 */

/* What tests may change about a scanner. */
#ifndef VTR_SCAN_SCANNER_H
#define VTR_SCAN_SCANNER_H

#include "base/os_cpu.h"
#include "vitrine/scan.h"

/* Searches with these vectors from now on, which the processor has, and not with the
 * best that it has.  What is found is the same. */
void vtr_scanner_use_vectors(struct vtr_scanner *scanner, enum vtr_vectors vectors);

#endif
