/* SPDX-License-Identifier: Apache-2.0 */

/* Deep syntax checks of record bodies that come from outside. */
#ifndef VTR_FORMAT_RULE_CHECK_H
#define VTR_FORMAT_RULE_CHECK_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/records.h"
#include "format/rule.h"

/* Checks everything of a rule that vtr_rule_read has split: NULL when it is good, else
 * what is not, as a static text. */
const char *vtr_rule_check(const struct vtr_rule_view *rule);

/* Whether a body is good to its last byte, and its patterns are where `place` says. */
bool vtr_rule_is_placed(struct vtr_bytes body, const struct vtr_rule_place *place);

/* Checks a condition: every instruction and operand, jumps forward to the end of an
 * instruction and inside each other, the stack's depth, the nesting of loops, that it
 * leaves one value.  NULL when it is good, else what is not. */
const char *vtr_condition_check(struct vtr_bytes condition, uint64_t pattern_count);

#endif
