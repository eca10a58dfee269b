/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The machine that runs conditions (format/bytecode/bytecode.h).
 *
 * Any bytes are safe: every operand is checked when it is read, the stack and the loops
 * are bounded, and the number of instructions is too.  A condition that needs the
 * verdict of a rule that has none yet stops, and is run again when it has.
 */
#ifndef VTR_SCAN_CONDITION_CONDITION_H
#define VTR_SCAN_CONDITION_CONDITION_H

#include <stdbool.h>

#include "format/bytecode/bytecode.h"
#include "scan/condition/condition_regex.h"
#include "scan/condition/module_host.h"
#include "scan/condition/value.h"
#include "scan/run/scan_run.h"

enum vtr_truth {
    VTR_TRUTH_FALSE = 0,
    VTR_TRUTH_TRUE = 1,
    VTR_TRUTH_PENDING = 2, /* not known yet; it has been asked for */
    VTR_TRUTH_NO_RULE = 3
};

/* What the rule `name` of the same namespace says. */
typedef enum vtr_truth (*vtr_rule_truth_fn)(struct vtr_bytes name, void *context);

/* What a condition may look at. */
struct vtr_condition_world {
    struct vtr_scan_run *run;
    struct vtr_condition_regexes *regexes;
    struct vtr_module_host *modules;
    vtr_rule_truth_fn ask;
    void *context;          /* of `ask` */
    uint32_t first_pattern; /* of the rule, in the database */
    uint32_t pattern_count;
    uint64_t *budget; /* instructions left for this file */
};

/* Runs a condition.  One that is malformed is false and sets VTR_SCAN_BAD_DATABASE; one
 * that runs out of its budget is false and sets VTR_SCAN_LIMIT_TIME. */
enum vtr_truth vtr_condition_run(const struct vtr_condition_world *world,
                                 struct vtr_bytes condition);

/* Runs a part of a condition that leaves `count` values.  False when it does not. */
VTR_MUST_CHECK bool vtr_condition_values(const struct vtr_condition_world *world,
                                         struct vtr_bytes code, struct vtr_value *out,
                                         size_t count);

#endif
