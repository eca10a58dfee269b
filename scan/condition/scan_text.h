/* SPDX-License-Identifier: Apache-2.0 */

/* Questions about texts: as the database stores them, masked (format/record/rule.h), or
 * plain, as modules find them in files. */
#ifndef VTR_SCAN_CONDITION_SCAN_TEXT_H
#define VTR_SCAN_CONDITION_SCAN_TEXT_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_scan_text {
    struct vtr_bytes bytes;
    bool is_masked;
};

/* Below, equal or above zero.  Bytes from 0x80 on sort before the others, as they do
 * where a C char is signed: YARA compares so. */
int vtr_scan_text_compare(struct vtr_scan_text a, struct vtr_scan_text b);

/* Whether `part` stands in `text` at `at`, in any case of ASCII letters if folded. */
bool vtr_scan_text_has_at(struct vtr_scan_text text, size_t at,
                          struct vtr_scan_text part, bool is_folded);

bool vtr_scan_text_contains(struct vtr_scan_text text, struct vtr_scan_text part,
                            bool is_folded);

/* Copies the text, unmasked, to `out`, which has room for its bytes. */
void vtr_scan_text_copy(struct vtr_scan_text text, uint8_t *out);

#endif
