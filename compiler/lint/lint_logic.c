/* SPDX-License-Identifier: Apache-2.0 */

/* What "and" and "or" join: the same twice, opposites, and what decides alone. */
#include "compiler/lint/lint.h"

#include "base/bytes.h"
#include "compiler/syntax/source.h"

/* Comparisons of one chain that are held against each other. */
#define FACTS_MAX 16u

/* A longer operand is not compared with others: nested chains would be read again at
 * each level. */
#define OPERAND_LEN_MAX 200u

/* subject OP number, for subjects that one file has one value of. */
struct fact {
    uint64_t subject;
    enum vtr_op op;
    int64_t value;
    const struct vtr_node *node;
};

/* What integer a node asks for, 0: none that another would ask for too. */
static uint64_t subject_of(const struct vtr_node *node)
{
    switch ((unsigned)node->kind) {
    case VTR_NODE_FILESIZE:
        return 1;
    case VTR_NODE_COUNT:
        return node->pattern == 0 ? 0 : UINT64_C(1) << 62 | node->pattern;
    case VTR_NODE_READ:
        return node->type == VTR_TYPE_INT && node->children->is_known &&
                       node->children->number >= 0 &&
                       node->children->number < INT64_C(1) << 40
                   ? UINT64_C(1) << 63 | (uint64_t)node->number << 40 |
                         (uint64_t)node->children->number
                   : 0;
    default:
        return 0;
    }
}

static bool read_fact(const struct vtr_node *node, struct fact *out)
{
    if (node->kind != VTR_NODE_CHAIN || node->children->next->next != NULL ||
        node->type != VTR_TYPE_BOOL) {
        return false;
    }
    const struct vtr_node *left = node->children;
    const struct vtr_node *right = left->next;
    if (right->joint < VTR_OP_EQ || right->joint > VTR_OP_GE ||
        left->is_known == right->is_known) {
        return false;
    }
    out->subject = subject_of(left->is_known ? right : left);
    out->op = left->is_known ? vtr_lint_mirror(right->joint) : right->joint;
    out->value = left->is_known ? left->number : right->number;
    out->node = node;
    return out->subject != 0;
}

/* The values that a fact leaves; false for "!=". */
static bool interval_of(const struct fact *fact, int64_t *low, int64_t *high)
{
    *low = INT64_MIN;
    *high = INT64_MAX;
    switch ((unsigned)fact->op) {
    case VTR_OP_EQ:
        *low = fact->value;
        *high = fact->value;
        return true;
    case VTR_OP_LT:
        *high = fact->value == INT64_MIN ? fact->value : fact->value - 1;
        return true;
    case VTR_OP_LE:
        *high = fact->value;
        return true;
    case VTR_OP_GT:
        *low = fact->value == INT64_MAX ? fact->value : fact->value + 1;
        return true;
    case VTR_OP_GE:
        *low = fact->value;
        return true;
    default:
        return false;
    }
}

/* a and b: no value does for both. */
static bool exclude(const struct fact *a, const struct fact *b)
{
    int64_t low[2];
    int64_t high[2];

    return interval_of(a, &low[0], &high[0]) && interval_of(b, &low[1], &high[1]) &&
           (high[0] < low[1] || high[1] < low[0]);
}

/* a or b: every value does for one of them. */
static bool exhaust(const struct fact *a, const struct fact *b)
{
    int64_t low[2];
    int64_t high[2];

    if (a->op == VTR_OP_NE && b->op == VTR_OP_NE) {
        return a->value != b->value;
    }
    if (!interval_of(a, &low[0], &high[0]) || !interval_of(b, &low[1], &high[1])) {
        return false;
    }
    return (low[0] == INT64_MIN && high[1] == INT64_MAX && high[0] >= low[1] - 1 &&
            high[0] != INT64_MAX && low[1] != INT64_MIN) ||
           (low[1] == INT64_MIN && high[0] == INT64_MAX && high[1] >= low[0] - 1 &&
            high[1] != INT64_MAX && low[0] != INT64_MIN);
}

static void report_facts(struct vtr_linter *l, bool is_and, const struct fact *first,
                         const struct fact *again)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics,
                            is_and ? VTR_CODE_UNSATISFIABLE : VTR_CODE_INVARIANT,
                            vtr_lint_place(l, again->node),
                            is_and ? "these two are never true together"
                                   : "one of these two is always true");

    problem->other = vtr_lint_place(l, first->node);
    problem->other_label = is_and ? "not with this" : "or else this is";
    problem->help = is_and ? "'or' may be meant" : "'and' may be meant";
}

static void lint_facts(struct vtr_linter *l, const struct vtr_node *chain, bool is_and)
{
    struct fact facts[FACTS_MAX];
    unsigned count = 0;

    for (const struct vtr_node *n = chain->children; n != NULL && count < FACTS_MAX;
         n = n->next) {
        struct fact *fact = &facts[count];
        if (!read_fact(n, fact)) {
            continue;
        }
        for (unsigned i = 0; i < count; i++) {
            if (facts[i].subject == fact->subject &&
                (is_and ? exclude(&facts[i], fact) : exhaust(&facts[i], fact))) {
                report_facts(l, is_and, &facts[i], fact);
                return;
            }
        }
        count++;
    }
}

/* "true" in an "or", "false" in an "and": nothing else matters. */
static void lint_constants(struct vtr_linter *l, const struct vtr_node *chain,
                           bool is_and)
{
    for (const struct vtr_node *n = chain->children; n != NULL; n = n->next) {
        if (n->kind != VTR_NODE_BOOL || (n->number != 0) == is_and) {
            continue;
        }
        struct vtr_problem *problem =
            vtr_diagnostics_add(l->diagnostics, VTR_CODE_INVARIANT,
                                vtr_lint_place(l, n),
                                "'%s' decides the whole expression",
                                is_and ? "false" : "true");
        problem->note = is_and ? "'and' with 'false' is never true"
                               : "'or' with 'true' is always true";
    }
}

static void report_operand(struct vtr_linter *l, void *context, size_t first,
                           size_t again)
{
    const struct vtr_node *const *nodes = context;
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_OPERAND,
                            vtr_lint_place(l, nodes[again]),
                            "this is asked twice: it changes nothing");

    problem->other = vtr_lint_place(l, nodes[first]);
    problem->other_label = "first here";
}

static void lint_operands(struct vtr_linter *l, const struct vtr_node *chain)
{
    struct vtr_vector nodes;

    vtr_vector_init(&nodes, sizeof(const struct vtr_node *));
    vtr_lint_begin_twins(l);
    for (const struct vtr_node *n = chain->children; n != NULL; n = n->next) {
        if (n->length > OPERAND_LEN_MAX) {
            continue;
        }
        const struct vtr_node **slot = vtr_vector_push(&nodes);
        if (slot == NULL) {
            l->has_no_memory = true;
            break;
        }
        *slot = n;
        vtr_lint_add_twin(l, vtr_lint_text(l, n), n->kind);
    }
    if (!l->has_no_memory) {
        vtr_lint_find_twins(l, report_operand, nodes.items);
    }
    vtr_vector_deinit(&nodes);
}

void vtr_lint_logic(struct vtr_linter *l, const struct vtr_node *chain)
{
    const bool is_and = chain->children->next->joint == VTR_OP_AND;

    lint_operands(l, chain);
    lint_constants(l, chain, is_and);
    lint_facts(l, chain, is_and);
    if (is_and) {
        vtr_lint_unintended(l, chain);
    }
}
