/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a rule means: checks names, types and constants, and completes the tree with
 * what lowering needs.
 *
 * Names of other rules are collected as references; whether they exist is a matter of
 * the namespace, which resolve.h decides.  check.c does rules and strings,
 * check_condition.c expressions, check_name.c names, check_module.c what modules have,
 * check_loop.c quantifiers, check_set.c sets of strings, check_fold.c constant
 * arithmetic.
 */
#ifndef VTR_COMPILER_CHECK_CHECK_H
#define VTR_COMPILER_CHECK_CHECK_H

#include "compiler/check/external_set.h"
#include "compiler/syntax/ast.h"

struct vtr_checker_variable {
    struct vtr_bytes name;
    enum vtr_type type;
    unsigned slot;
    const struct vtr_access *access; /* an item or key of a module's; NULL: a value */
};

#define VTR_FIELD_GUESS_COUNT 32u

struct vtr_checker {
    /* Set by the caller. */
    const struct vtr_source *source;
    const struct vtr_ast *ast;
    const struct vtr_external_set *externals;
    const struct vtr_name_table *rule_names; /* of all namespaces, space 0 */
    /* A bit for each module that some other source imports; those that this source
     * imports are added as its rules come to them. */
    uint32_t imports;
    uint32_t own_imports;                     /* of those, this source's alone */
    const struct vtr_ast_import *next_import; /* the first one of this source */
    /* All of this source's imports, listed when one is first asked for by name. */
    const struct vtr_ast_import **import_list;
    struct vtr_name_table import_names;
    struct vtr_arena *arena;
    struct vtr_arena *scratch; /* of the rule that is being checked */
    struct vtr_diagnostics *diagnostics;

    /* Rows of modules' tables where paths that look alike were found last: guesses. */
    uint32_t field_guesses[VTR_FIELD_GUESS_COUNT];

    /* Of the rule that is being checked. */
    struct vtr_ast_rule *rule;
    struct vtr_ast_string **strings; /* by number; until the next rule */
    struct vtr_name_table string_names;
    uint32_t *last_sets; /* of each string the last set that named it, counted from 1;
                            NULL until a set asks */
    uint32_t set_count;
    uint64_t member_count; /* of all sets, which name a string as often as they like */
    uint32_t *by_name; /* numbers of the strings in the order of their names; NULL until
                          a set asks */
    struct vtr_reference **last_reference;
    struct vtr_checker_variable
        variables[VTR_LOOP_DEPTH_LIMIT * VTR_LOOP_VARIABLE_LIMIT];
    unsigned variable_count;
    unsigned slot_count; /* one a loop with variables */
    unsigned loop_depth;
    bool is_in_string_loop;
    bool has_reported_module;
    bool has_unread_part;          /* of the condition: strings may be named there */
    struct vtr_string_use any_use; /* of "$" in loops: of each of the rule's strings */
    uint32_t unknown_strings; /* named by the condition, and like none that there is */
    bool has_no_memory;
};

/* Checks one rule that was parsed; marks it bad after an error. */
VTR_MUST_CHECK enum vtr_status vtr_check_rule(struct vtr_checker *c,
                                              struct vtr_ast_rule *rule);

/* The rest is shared by the check_*.c files. */

void vtr_check_node(struct vtr_checker *c, struct vtr_node *node);
void vtr_check_of(struct vtr_checker *c, struct vtr_node *node);
void vtr_check_for_of(struct vtr_checker *c, struct vtr_node *node);
void vtr_check_for_in(struct vtr_checker *c, struct vtr_node *node);

/* The innermost loop's variable of that name, or NULL. */
const struct vtr_checker_variable *vtr_check_find_variable(const struct vtr_checker *c,
                                                           struct vtr_bytes name);

/* Checks a NAME or MEMBER, be it a value or not. */
void vtr_check_part(struct vtr_checker *c, struct vtr_node *node);

/* Lists the strings of a loop's set, which is not of rules or conditions; reports
 * members that are none.  They are asked for anywhere in the file. */
void vtr_check_set(struct vtr_checker *c, struct vtr_loop *loop);

/* Reports what YARA 4 has and YARA-X has not. */
void vtr_check_refuse(struct vtr_checker *c, const struct vtr_node *node,
                      const char *what, const char *help);

/* Follows the parts of a MEMBER: sets its type, which may be that of a structure,
 * array, dictionary or function, and its access.  `base`: of the loop's variable that
 * it begins with; NULL: it begins with the name of `module`. */
void vtr_check_access(struct vtr_checker *c, struct vtr_node *node,
                      const struct vtr_access *base, uint32_t module);

/* Reports what is no value: a structure, array, dictionary or function. */
void vtr_check_is_value(struct vtr_checker *c, struct vtr_node *node);

/* The item of `items` at a loop's turn and its type, and the key of a dictionary. */
struct vtr_access *vtr_check_item(struct vtr_checker *c, const struct vtr_access *items,
                                  unsigned slot, enum vtr_type *out_type);
struct vtr_access *vtr_check_key(struct vtr_checker *c, const struct vtr_access *items,
                                 unsigned slot);

/* Checks what a name is bound to: anything, a part of a module that is no value too. */
void vtr_check_binding(struct vtr_checker *c, struct vtr_node *node);

/* Checks what a loop goes over: a MEMBER or NAME that is an array or dictionary. */
void vtr_check_items(struct vtr_checker *c, struct vtr_node *node);

/* Checks an operand that must be an integer. */
void vtr_check_integer(struct vtr_checker *c, struct vtr_node *node, const char *what);

/* Checks something whose truth is asked for. */
void vtr_check_condition(struct vtr_checker *c, struct vtr_node *node);

/* Checks "low..high", the children of `node`. */
void vtr_check_range(struct vtr_checker *c, struct vtr_node *node);

/* Checks what stands behind "at". */
void vtr_check_offset(struct vtr_checker *c, struct vtr_node *node);

/* Notes that a pattern (number + 1, or 0: each of the rule's) is asked for at a known
 * offset, or in another way (`offset` NULL or not known). */
void vtr_check_use(struct vtr_checker *c, uint32_t pattern,
                   const struct vtr_node *offset);

/* Works out what `chain` has come to so far `op` `right`, into `chain`, where both are
 * integers that are known; reports what cannot be. */
void vtr_check_fold(struct vtr_checker *c, struct vtr_node *chain, enum vtr_op op,
                    const struct vtr_node *right);

/* The same of '-' and '~' before an integer. */
void vtr_check_fold_unary(struct vtr_checker *c, struct vtr_node *node);

/* Whether the mark of a string at `offset` has no name because letters follow that are
 * not ASCII, as the lexer has said already. */
bool vtr_check_is_cut(const struct vtr_checker *c, struct vtr_bytes id,
                      uint32_t offset);

/* The number of a string, or VTR_NAME_NOT_FOUND. */
uint32_t vtr_check_find_string(const struct vtr_checker *c, struct vtr_bytes id);

/* Reports that the rule has no string `id`, with one that was probably meant; `star` is
 * what follows the name: "*" of a wildcard, else "". */
struct vtr_problem *vtr_check_report_string(struct vtr_checker *c, struct vtr_bytes id,
                                            uint32_t offset, uint32_t length,
                                            const char *star);

/* Notes a rule that the condition names. */
void vtr_check_add_reference(struct vtr_checker *c, struct vtr_bytes name,
                             bool is_wildcard, uint32_t offset, uint32_t length);

/* Places in the source: of a node, and of `length` bytes. */
struct vtr_place vtr_check_place(const struct vtr_checker *c,
                                 const struct vtr_node *node);
struct vtr_place vtr_check_place_at(const struct vtr_checker *c, uint32_t offset,
                                    size_t length);

/* "a text", "an integer": for messages. */
const char *vtr_type_text(enum vtr_type type);

#endif
