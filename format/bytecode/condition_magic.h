/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Whether a condition can be true of programs for DOS and Windows alone: most public
 * rules say so first.
 */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_MAGIC_H
#define VTR_FORMAT_BYTECODE_CONDITION_MAGIC_H

#include <stdbool.h>

#include "base/compiler.h"

/* Whether one of the cheap terms that all must be true compares what a file begins with
 * with "MZ": uint16(0) == 0x5A4D and its kin.  Or whether each way to be true, of a
 * condition that names pe.entry_point and logs nothing, has such a term or looks for a
 * pattern by pe.entry_point. */
bool vtr_condition_asks_for_mz(struct vtr_bytes condition);

/* Whether a file begins with it. */
static inline bool vtr_bytes_are_mz(struct vtr_bytes data)
{
    return data.len >= 2 && data.ptr[0] == 'M' && data.ptr[1] == 'Z';
}

#endif
