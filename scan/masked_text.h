/* SPDX-License-Identifier: Apache-2.0 */

/* Questions about texts as the database stores them, masked: format/rule.h. */
#ifndef VTR_SCAN_MASKED_TEXT_H
#define VTR_SCAN_MASKED_TEXT_H

#include <stdbool.h>

#include "base/compiler.h"

/* Below, equal or above zero.  Bytes from 0x80 on sort before the others, as they do
 * where a C char is signed: YARA compares so. */
int vtr_masked_compare(struct vtr_bytes a, struct vtr_bytes b);

/* Whether `part` stands in `text` at `at`, in any case of ASCII letters if folded. */
bool vtr_masked_has_at(struct vtr_bytes text, size_t at, struct vtr_bytes part,
                       bool is_folded);

bool vtr_masked_contains(struct vtr_bytes text, struct vtr_bytes part, bool is_folded);

#endif
