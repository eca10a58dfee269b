/* SPDX-License-Identifier: Apache-2.0 */

/* Goes through a condition, as deep as the checker has. */
#include "compiler/lint/lint.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/source.h"

/* Rounds of loops, all together, that are too many. */
#define ROUNDS_MAX 1000000u

/* A longer expression is not written out in a hint. */
#define REPEAT_LEN_MAX 120u

/* The name of a constant: SECTION_CNT_CODE. */
static bool is_constant(const struct vtr_linter *l, const struct vtr_node *node)
{
    const struct vtr_bytes text = vtr_lint_text(l, node);
    size_t i = text.len;

    if (node->is_known) {
        return true;
    }
    while (i > 0 && text.ptr[i - 1] != '.' && text.ptr[i - 1] - (unsigned)'a' >= 26) {
        i--;
    }
    return node->kind == VTR_NODE_MEMBER && i > 0 && text.ptr[i - 1] == '.';
}

/* "flags & MASK" asks whether a bit is set, as everybody writes it. */
static bool is_bit_test(const struct vtr_linter *l, const struct vtr_node *chain)
{
    const struct vtr_node *mask = chain->children->next;

    return mask->joint == VTR_OP_BIT_AND && mask->next == NULL &&
           (is_constant(l, mask) || is_constant(l, chain->children));
}

static bool is_number_here(const struct vtr_linter *l, const struct vtr_node *node)
{
    switch ((unsigned)node->kind) {
    case VTR_NODE_INT:
    case VTR_NODE_FLOAT:
    case VTR_NODE_FILESIZE:
    case VTR_NODE_ENTRYPOINT:
    case VTR_NODE_READ:
    case VTR_NODE_COUNT:
    case VTR_NODE_COUNT_IN:
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        return true;
    case VTR_NODE_CHAIN:
        return (node->type == VTR_TYPE_INT || node->type == VTR_TYPE_FLOAT) &&
               !is_bit_test(l, node);
    default:
        return false; /* fields of modules are 0 and 1 where they answer a question */
    }
}

static void report_number(struct vtr_linter *l, const struct vtr_node *node)
{
    const bool is_count =
        node->kind == VTR_NODE_COUNT || node->kind == VTR_NODE_COUNT_IN;
    const struct vtr_bytes text = vtr_lint_text(l, node);
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_NON_BOOL, vtr_lint_place(l, node),
                            "a number where true or false is asked for");

    problem->label = "this is a number";
    problem->note = "0 counts as false, any other number as true";
    if (text.len <= REPEAT_LEN_MAX) {
        vtr_problem_replace(problem, "say what is meant", problem->place,
                            vtr_diagnostics_text(l->diagnostics, "%.*s %s",
                                                 (int)text.len, (const char *)text.ptr,
                                                 is_count ? "> 0" : "!= 0"));
    }
}

static void walk(struct vtr_linter *l, const struct vtr_node *node);

static void walk_children(struct vtr_linter *l, const struct vtr_node *node)
{
    for (const struct vtr_node *child = node->children; child != NULL;
         child = child->next) {
        walk(l, child);
    }
}

static bool is_logic(const struct vtr_node *chain)
{
    const enum vtr_op op = chain->children->next->joint;

    return op == VTR_OP_AND || op == VTR_OP_OR;
}

static void walk_chain(struct vtr_linter *l, const struct vtr_node *chain)
{
    if (!is_logic(chain)) {
        if (chain->type == VTR_TYPE_BOOL) {
            vtr_lint_comparison(l, chain);
        }
        walk_children(l, chain);
        return;
    }
    vtr_lint_logic(l, chain);
    for (const struct vtr_node *child = chain->children; child != NULL;
         child = child->next) {
        vtr_lint_condition(l, child);
    }
}

/* A rule that is asked for where every file has passed it. */
static void lint_name(struct vtr_linter *l, const struct vtr_node *node)
{
    if (node->name_kind != VTR_NAME_RULE ||
        vtr_name_table_find(l->rule_names, 0, node->text) != 1) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_GLOBAL_RULE,
                            vtr_lint_place(l, node), "'%.*s' is a global rule",
                            (int)node->text.len, (const char *)node->text.ptr);
    problem->note = "a rule counts only in files that all global rules match: here "
                    "this is true";
}

static bool contains_filesize(const struct vtr_node *node)
{
    if (node->kind == VTR_NODE_FILESIZE) {
        return true;
    }
    if (node->kind != VTR_NODE_CHAIN) {
        return false;
    }
    for (const struct vtr_node *child = node->children; child != NULL;
         child = child->next) {
        if (contains_filesize(child)) {
            return true;
        }
    }
    return false;
}

static void lint_rounds(struct vtr_linter *l, const struct vtr_node *node)
{
    const struct vtr_node *low = node->children;
    const struct vtr_node *high = low->next;
    const struct vtr_place range = {l->source, low->offset,
                                    high->offset + high->length - low->offset};

    if (contains_filesize(high) && !contains_filesize(low)) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(l->diagnostics, VTR_CODE_SLOW_LOOP, range,
                                "a loop over every place of a file");
        problem->label = "as many rounds as the file has bytes";
        problem->help = "look for a string and loop over its matches: "
                        "for any i in (1..#a) : (... @a[i] ...)";
        return;
    }
    if (!low->is_known || !high->is_known || high->number < low->number) {
        return;
    }
    const uint64_t outer = l->rounds;
    const uint64_t width = (uint64_t)high->number - (uint64_t)low->number + 1;
    l->rounds = width == 0 || outer > UINT64_MAX / width ? UINT64_MAX : outer * width;
    if (l->rounds > ROUNDS_MAX && outer <= ROUNDS_MAX) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(l->diagnostics, VTR_CODE_ITERATIONS, range,
                                "a loop of %llu rounds", (unsigned long long)l->rounds);
        problem->label = outer > 1 ? "inside another loop" : "";
    }
}

/* Whether a text has a name in it: the source is asked, not the tree, so that whatever
 * uses a variable counts. */
static bool has_word(struct vtr_bytes text, struct vtr_bytes word)
{
    const uint8_t *at = text.ptr;
    const uint8_t *end = text.ptr + text.len;

    while (word.len > 0 && (size_t)(end - at) >= word.len) {
        at = memchr(at, word.ptr[0], (size_t)(end - at) - word.len + 1);
        if (at == NULL) {
            return false;
        }
        if (memcmp(at, word.ptr, word.len) == 0 &&
            (at == text.ptr || !vtr_is_word_byte(at[-1])) &&
            (at + word.len == end || !vtr_is_word_byte(at[word.len]))) {
            return true;
        }
        at++;
    }
    return false;
}

/* A loop that uses none of its variables; of key and value one may be enough. */
static void lint_variable(struct vtr_linter *l, const struct vtr_loop *loop)
{
    const struct vtr_bytes body = vtr_lint_text(l, loop->body);
    const struct vtr_bytes name = loop->variables[0];

    for (unsigned i = 0; i < loop->variable_count; i++) {
        if (loop->variables[i].ptr[0] == '_' || has_word(body, loop->variables[i])) {
            return;
        }
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNUSED_IDENTIFIER,
                            (struct vtr_place){l->source, loop->variable_offsets[0],
                                               (uint32_t)name.len},
                            "the loop does not use '%.*s'", (int)name.len,
                            (const char *)name.ptr);
    problem->note = "every round gives the same answer";
}

static void report_value(struct vtr_linter *l, void *context, size_t first,
                         size_t again)
{
    const struct vtr_node *values = context;
    const struct vtr_node *a = values;
    const struct vtr_node *b = values;

    for (size_t i = 0; i < again; i++) {
        b = b->next;
        a = i < first ? a->next : a;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_VALUE,
                            vtr_lint_place(l, b), "this value is in the list already");
    problem->other = vtr_lint_place(l, a);
    problem->other_label = "first here";
}

/* The values of "for any x in (1, 2, 3)". */
static void lint_values(struct vtr_linter *l, const struct vtr_node *node)
{
    vtr_lint_begin_twins(l);
    for (const struct vtr_node *v = node->children; v != NULL; v = v->next) {
        if (v->is_known) {
            vtr_lint_add_twin(l, (struct vtr_bytes){0}, (uint64_t)v->number);
        } else {
            vtr_lint_add_twin(l, vtr_lint_text(l, v), v->kind);
        }
    }
    if (l->twins.count <= 1000) { /* each report walks the list */
        vtr_lint_find_twins(l, report_value, node->children);
    }
}

/* Those of "2 of (condition, condition...)". */
static void walk_conditions(struct vtr_linter *l, const struct vtr_node *node)
{
    for (const struct vtr_node *n = node->children; n != NULL; n = n->next) {
        vtr_lint_condition(l, n);
    }
}

static void walk_for_in(struct vtr_linter *l, const struct vtr_node *node)
{
    const uint64_t rounds = l->rounds;

    lint_variable(l, node->loop);
    if (node->loop->is_range) {
        lint_rounds(l, node);
    } else if (node->children != NULL && node->children->next != NULL) {
        lint_values(l, node);
    }
    walk_children(l, node);
    vtr_lint_condition(l, node->loop->body);
    l->rounds = rounds;
}

/* "@a[0]". */
static void lint_index(struct vtr_linter *l, const struct vtr_node *node)
{
    const struct vtr_node *index = node->children;

    if (index == NULL || !index->is_known || index->number > 0) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNSATISFIABLE,
                            vtr_lint_place(l, node),
                            "there is no match before the first");
    problem->note = "the first match has the number 1: this has no value";
}

static void walk(struct vtr_linter *l, const struct vtr_node *node)
{
    switch ((unsigned)node->kind) {
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        lint_index(l, node);
        walk_children(l, node);
        break;
    case VTR_NODE_CHAIN:
        walk_chain(l, node);
        break;
    case VTR_NODE_UNARY:
        if (node->op == VTR_OP_NOT) {
            vtr_lint_condition(l, node->children);
        } else {
            walk(l, node->children);
        }
        break;
    case VTR_NODE_NAME:
        lint_name(l, node);
        break;
    case VTR_NODE_REGEX:
        vtr_lint_regex(l, node->offset, node->length);
        break;
    case VTR_NODE_OF:
        vtr_lint_set(l, node);
        if (node->loop->set == VTR_SET_CONDITIONS) {
            walk_conditions(l, node);
        } else {
            walk_children(l, node);
        }
        break;
    case VTR_NODE_FOR_OF:
        vtr_lint_set(l, node);
        vtr_lint_condition(l, node->loop->body);
        break;
    case VTR_NODE_FOR_IN:
        walk_for_in(l, node);
        break;
    default:
        walk_children(l, node);
        break;
    }
}

void vtr_lint_condition(struct vtr_linter *l, const struct vtr_node *node)
{
    if (is_number_here(l, node)) {
        report_number(l, node);
    }
    walk(l, node);
}
