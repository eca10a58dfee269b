/* SPDX-License-Identifier: Apache-2.0 */

/* What is said of a name that begins with a module which the rule may not use: one that
 * this version does not have, or that is not imported before the rule. */
#ifndef VTR_COMPILER_CHECK_CHECK_IMPORT_H
#define VTR_COMPILER_CHECK_CHECK_IMPORT_H

#include "compiler/check/check.h"

/* Reports the use of a module that is imported but not of this version, once a rule.
 * False when this source does not import such a module: the name may be a rule's. */
bool vtr_check_foreign_module(struct vtr_checker *c, const struct vtr_node *node);

/* Reports the use of a module that no source imports, or this one alone and only behind
 * the rule.  The report carries the import that is to be inserted. */
void vtr_check_report_import(struct vtr_checker *c, const struct vtr_node *node);

#endif
