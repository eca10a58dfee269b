/* SPDX-License-Identifier: Apache-2.0 */

/* Deep syntax checks of conditions that come from outside. */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_CHECK_H
#define VTR_FORMAT_BYTECODE_CONDITION_CHECK_H

#include "base/compiler.h"

/* Checks a condition: every instruction and operand, jumps forward to the end of an
 * instruction and inside each other, the stack's depth, the nesting of loops, that it
 * leaves one value.  NULL when it is good, else what is not. */
const char *vtr_condition_check(struct vtr_bytes condition, uint64_t pattern_count);

#endif
