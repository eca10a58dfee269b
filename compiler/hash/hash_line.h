/* SPDX-License-Identifier: Apache-2.0 */

/* One line of a hash list, taken apart. */
#ifndef VTR_COMPILER_HASH_HASH_LINE_H
#define VTR_COMPILER_HASH_HASH_LINE_H

#include <stdbool.h>

#include "compiler/hash/hash_list.h"

struct vtr_hash_line {
    enum vtr_hash_kind kind;
    uint8_t digest[32]; /* vtr_hash_len(kind) bytes */
    uint64_t size;      /* or VTR_SIZE_ANY */
    struct vtr_bytes name;
    bool is_other_level; /* for other functionality levels than VTR_CLAMAV_LEVEL */
};

/* Whether a line says nothing: empty, blanks, a comment. */
bool vtr_hash_line_is_blank(struct vtr_bytes line);

/* Reads a line without its end.  False: `*problem` says why (all but its `line`). */
VTR_MUST_CHECK bool vtr_hash_line_read(struct vtr_bytes line, struct vtr_hash_line *out,
                                       struct vtr_hash_problem *problem);

#endif
