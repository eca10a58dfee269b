/* SPDX-License-Identifier: Apache-2.0 */

/* Bytes that a test file spells: hexadecimal, base64. */
#ifndef VTR_TESTING_SUITE_CONTENT_H
#define VTR_TESTING_SUITE_CONTENT_H

#include <stdbool.h>

#include "base/arena.h"

/* What came of a text. */
struct vtr_suite_decoded {
    struct vtr_bytes bytes;
    size_t bad_at;      /* where it is wrong, when `reason` is set */
    const char *reason; /* NULL: it is right */
    bool has_no_memory;
};

/* Digits in pairs, blanks between them. */
struct vtr_suite_decoded vtr_suite_decode_hex(struct vtr_arena *arena,
                                              struct vtr_bytes text);

/* RFC 4648 section 4, blanks between its characters, padded or not. */
struct vtr_suite_decoded vtr_suite_decode_base64(struct vtr_arena *arena,
                                                 struct vtr_bytes text);

#endif
