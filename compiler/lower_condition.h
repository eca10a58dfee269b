/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Checked conditions to programs (format/bytecode.h).
 *
 * A condition's program depends on its rule alone, but for wildcards over rules ("any
 * of (a*)"), whose members the caller lists.
 */
#ifndef VTR_COMPILER_LOWER_CONDITION_H
#define VTR_COMPILER_LOWER_CONDITION_H

#include "base/writer.h"
#include "compiler/ast.h"

/* Appends, as strings of the format, the names of the rules that begin with `prefix`,
 * sorted; returns how many. */
typedef size_t (*vtr_rule_list_fn)(void *context, struct vtr_bytes prefix,
                                   struct vtr_writer *out);

struct vtr_lowering {
    const struct vtr_source *source;
    struct vtr_arena *arena;
    struct vtr_diagnostics *diagnostics;
    vtr_rule_list_fn list_rules; /* NULL: the condition has no wildcards over rules */
    void *list_context;
    struct vtr_writer out; /* the program; the caller's to clear and deinit */
    unsigned stack;        /* values on the scanner's stack at this point */
    bool is_too_deep;      /* more than VTR_CONDITION_STACK_LIMIT at some point */
    bool has_no_memory;
};

/* Appends the program of a rule's condition to `out`.  Problems that only show here (a
 * regular expression, the stack) are reported; they make the program useless. */
void vtr_lower_condition(struct vtr_lowering *l, const struct vtr_ast_rule *rule);

#endif
