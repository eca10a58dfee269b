/* SPDX-License-Identifier: Apache-2.0 */

/* What somebody may have meant who gave a scan no rules: 'vitrine scan' takes the rules
 * first and what is scanned after them, other scanners have it the other way round. */
#ifndef VTR_CLI_SCAN_SCAN_HINT_H
#define VTR_CLI_SCAN_SCAN_HINT_H

#include "cli/command/command.h"

/* Says on standard error which operand or which database in a folder looks like what is
 * missing; nothing when none does, or when the first operand looks like rules itself.
 */
void vtr_scan_hint(const struct vtr_list *operands);

/* Who knows yara may mean rules by all operands but the last: a warning for each. */
void vtr_scan_warn_of_rules(const struct vtr_list *operands);

#endif
