/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which rules hold of a file: those with a pattern that was found and those that need
 * none are evaluated, others only when a condition asks for them; nothing twice.
 */
#ifndef VTR_SCAN_CONDITION_RULE_EVAL_H
#define VTR_SCAN_CONDITION_RULE_EVAL_H

#include <stdbool.h>

#include "base/vector.h"
#include "scan/condition/always_rules.h"
#include "scan/condition/condition.h"

struct vtr_rule_eval {
    struct vtr_number_map verdicts;       /* rule -> enum vtr_truth, for this file */
    struct vtr_condition_regexes regexes; /* kept from file to file */
    struct vtr_module_host modules;
    struct vtr_always_rules always;
    struct vtr_vector todo;   /* uint32_t: to be evaluated, the last first */
    struct vtr_vector rules;  /* uint32_t: candidates of this file */
    struct vtr_vector spaces; /* struct vtr_bytes: a global rule is false */
    uint64_t budget;
};

void vtr_rule_eval_init(struct vtr_rule_eval *eval);
void vtr_rule_eval_deinit(struct vtr_rule_eval *eval);

/* Another file: modules may be asked, and the budget of conditions spent, from here. */
void vtr_rule_eval_begin(struct vtr_rule_eval *eval, struct vtr_scan_run *run);

/* Evaluates after the patterns are finished.  Then `rules` holds, in ascending order,
 * the rules to report.  False when memory is out. */
VTR_MUST_CHECK bool vtr_rule_eval_run(struct vtr_rule_eval *eval,
                                      struct vtr_scan_run *run);

#endif
