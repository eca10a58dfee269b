/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Checked conditions to programs (format/bytecode/bytecode.h).
 *
 * A condition's program depends on its rule alone, but for wildcards over rules ("any
 * of (a*)"), whose members the caller lists.
 */
#ifndef VTR_COMPILER_LOWER_LOWER_CONDITION_H
#define VTR_COMPILER_LOWER_LOWER_CONDITION_H

#include "base/writer.h"
#include "compiler/syntax/ast.h"

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
    struct vtr_writer out;  /* the program; the caller's to clear and deinit */
    struct vtr_writer body; /* the record, of lower_rule.h; the same */
    unsigned stack;         /* values on the scanner's stack at this point */
    bool is_too_deep;       /* more than VTR_CONDITION_STACK_LIMIT at some point */
    bool is_too_long;       /* the program, see vtr_lower_is_full */
    bool has_no_memory;
};

/* Appends the program of a rule's condition to `out`.  Problems that only show here (a
 * regular expression, the stack) are reported; they make the program useless. */
void vtr_lower_condition(struct vtr_lowering *l, const struct vtr_ast_rule *rule);

/* The rest is shared by lower_condition.c, lower_loop.c and lower_module.c. */

typedef void (*vtr_lower_fn)(struct vtr_lowering *l, const struct vtr_node *node);

/* A value comes on the scanner's stack. */
void vtr_lower_push(struct vtr_lowering *l);

/* An instruction that takes `pops` values and leaves one; its operands come behind. */
void vtr_lower_op(struct vtr_lowering *l, enum vtr_op op, unsigned pops);
void vtr_lower_int(struct vtr_lowering *l, int64_t value);
void vtr_lower_node(struct vtr_lowering *l, const struct vtr_node *node);

/* A value whose truth is asked for: texts are true when not empty, numbers when not
 * zero; what is undefined stays so. */
void vtr_lower_truth(struct vtr_lowering *l, const struct vtr_node *node);

/* "low..high", the children of a node. */
void vtr_lower_range(struct vtr_lowering *l, const struct vtr_node *node);

/* "of" and "for". */
void vtr_lower_quantified(struct vtr_lowering *l, const struct vtr_node *node);

/* Puts a varint, after `op` unless that is 0, before what was written since `start`. */
void vtr_lower_put_before(struct vtr_lowering *l, size_t start, unsigned op,
                          uint64_t value);

/* Joins what is written from `start` on to what stands before it, past which there is a
 * jump where that decides. */
void vtr_lower_join(struct vtr_lowering *l, size_t start, enum vtr_op op);

/* left, [jump past the rest when it decides], right, op; and so on from the left. */
void vtr_lower_joined(struct vtr_lowering *l, const struct vtr_node *first,
                      vtr_lower_fn lower, enum vtr_op op);

/* The operands of a regular expression: flags and text. */
void vtr_lower_regex(struct vtr_lowering *l, const struct vtr_node *node);

/* Whether the program has no room for what is to be written once more, which is noted.
 * What is written twice may have in it what is, and so on. */
bool vtr_lower_is_full(struct vtr_lowering *l);

/* What is read of a module. */
void vtr_lower_access(struct vtr_lowering *l, const struct vtr_access *access);

/* First and last place of the items of an array or dictionary. */
void vtr_lower_item_range(struct vtr_lowering *l, const struct vtr_access *items);

#endif
