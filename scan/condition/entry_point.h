/* SPDX-License-Identifier: Apache-2.0 */

/* Where execution of a PE or ELF file begins, as an offset in the file: what YARA's
 * `entrypoint` means. */
#ifndef VTR_SCAN_CONDITION_ENTRY_POINT_H
#define VTR_SCAN_CONDITION_ENTRY_POINT_H

#include <stdbool.h>

#include "base/compiler.h"

/* False when `data` is neither.  A PE or ELF file whose entry point lies in no section
 * or segment has the offset that YARA gives it, which is 0 for an ELF file. */
VTR_MUST_CHECK bool vtr_entry_point_find(struct vtr_bytes data, int64_t *out);

/* The same of an executable that was loaded to `base`, as an address: not of libraries,
 * nor of ELF files that may be loaded anywhere. */
VTR_MUST_CHECK bool vtr_entry_point_address(struct vtr_bytes data, uint64_t base,
                                            int64_t *out);

#endif
