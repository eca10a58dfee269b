/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Warnings: what is legal but hardly meant, found in rules that the checker accepts.
 *
 * lint.c does rules and imports, lint_string.c strings, lint_speed.c what they cost,
 * lint_condition.c conditions and loops, lint_compare.c comparisons, lint_logic.c what
 * "and" and "or" join, lint_set.c sets of strings, lint_regex.c regular expressions.
 * Every pass is linear in the
 * length of its rule; what a warning costs beyond a look is spent only where there is
 * one.
 */
#ifndef VTR_COMPILER_LINT_LINT_H
#define VTR_COMPILER_LINT_LINT_H

#include "base/vector.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/name_table.h"

/* Bytes that are compared, and what else must be equal. */
struct vtr_twin {
    struct vtr_bytes bytes;
    uint64_t tag;
    uint64_t hash; /* of more than a few items */
};

struct vtr_linter {
    /* Set by the caller. */
    const struct vtr_source *source;
    const struct vtr_ast *ast;
    const struct vtr_name_table *rule_names; /* value 1: a global rule */
    struct vtr_diagnostics *diagnostics;

    /* Of the rule at hand. */
    const struct vtr_ast_rule *rule;
    struct vtr_ast_string *const *strings; /* by number */
    uint64_t rounds;                       /* of the loops around, saturated */

    /* Scratch that is kept from rule to rule. */
    struct vtr_vector twins; /* struct vtr_twin */
    uint32_t *slots;         /* owned, from malloc: hash table over `twins` */
    size_t slot_count;
    bool has_no_memory;
};

void vtr_linter_deinit(struct vtr_linter *l);

/* The imports of the source. */
VTR_MUST_CHECK enum vtr_status vtr_lint_imports(struct vtr_linter *l);

/* A rule without errors; `strings` are its strings by number. */
VTR_MUST_CHECK enum vtr_status vtr_lint_rule(struct vtr_linter *l,
                                             const struct vtr_ast_rule *rule,
                                             struct vtr_ast_string *const *strings);

/* The rest is shared by the lint_*.c files. */

void vtr_lint_strings(struct vtr_linter *l);

/* A string that slows down every scan. */
void vtr_lint_speed(struct vtr_linter *l, const struct vtr_ast_string *s);

/* A regular expression, of a string or a condition, as it stands in the source. */
void vtr_lint_regex(struct vtr_linter *l, uint32_t offset, uint32_t length);

/* A condition, or what a loop or "not" asks. */
void vtr_lint_condition(struct vtr_linter *l, const struct vtr_node *node);

/* left == right and the like. */
void vtr_lint_comparison(struct vtr_linter *l, const struct vtr_node *chain);

/* What "and" or "or" joins. */
void vtr_lint_logic(struct vtr_linter *l, const struct vtr_node *chain);

/* Strings asked for beside a wildcard that takes them in; `chain` joins with "and". */
void vtr_lint_unintended(struct vtr_linter *l, const struct vtr_node *chain);

/* The set of "of" and "for". */
void vtr_lint_set(struct vtr_linter *l, const struct vtr_node *node);

/* Begins a list of items that may be equal, and adds one. */
void vtr_lint_begin_twins(struct vtr_linter *l);
void vtr_lint_add_twin(struct vtr_linter *l, struct vtr_bytes bytes, uint64_t tag);

/* Calls `found` with the numbers of each item that was there before, and of the first
 * like it. */
void vtr_lint_find_twins(struct vtr_linter *l,
                         void (*found)(struct vtr_linter *l, void *context,
                                       size_t first, size_t again),
                         void *context);

struct vtr_place vtr_lint_place(const struct vtr_linter *l,
                                const struct vtr_node *node);

/* What stands at a node in the source. */
struct vtr_bytes vtr_lint_text(const struct vtr_linter *l, const struct vtr_node *node);

/* The operator of a comparison whose sides change places. */
enum vtr_op vtr_lint_mirror(enum vtr_op op);

#endif
