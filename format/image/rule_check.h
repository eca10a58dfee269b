/* SPDX-License-Identifier: Apache-2.0 */

/* Deep syntax checks of record bodies that come from outside. */
#ifndef VTR_FORMAT_IMAGE_RULE_CHECK_H
#define VTR_FORMAT_IMAGE_RULE_CHECK_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/record/records.h"
#include "format/record/rule.h"

/* Checks everything of a rule that vtr_rule_read has split: NULL when it is good, else
 * what is not, as a static text. */
const char *vtr_rule_check(const struct vtr_rule_view *rule);

/* Whether a body is good to its last byte, and its patterns are where `place` says. */
bool vtr_rule_is_placed(struct vtr_bytes body, const struct vtr_rule_place *place);

#endif
