/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_split.h"

#include "base/arena.h"
#include "compiler/pattern/regex_shape.h"
#include "compiler/pattern/yara_atom.h"

/* Characters at an alternative's start that are compared with those of another. */
#define LEAD_MAX 8u

/* The characters that an alternative begins with. */
struct lead {
    struct vtr_byte_set sets[LEAD_MAX];
    unsigned len;
    bool is_nocase;
    bool is_whole; /* nothing comes after them, but for anchors */
};

static void add_byte(struct vtr_byte_set *set, unsigned byte, bool is_nocase)
{
    const bool is_letter = (byte | 0x20u) - (unsigned)'a' < 26;

    vtr_byte_set_add(set, byte);
    if (is_nocase && is_letter) {
        vtr_byte_set_add(set, byte ^ 0x20u);
    }
}

static void add_character(struct lead *lead, const struct vtr_regex_node *node)
{
    struct vtr_byte_set *set = &lead->sets[lead->len++];

    *set = (struct vtr_byte_set){{0}};
    if (node->kind == VTR_REGEX_CLASS) {
        *set = *node->set;
    } else if (node->kind == VTR_REGEX_LITERAL) {
        add_byte(set, node->byte, lead->is_nocase);
    } else {
        for (unsigned byte = 0; byte < 256; byte++) {
            vtr_byte_set_add(set, byte);
        }
    }
}

/* Recursion ends with the tree's depth, which the parser limits. */
static void find_lead(struct lead *lead, const struct vtr_regex_node *node)
{
    switch (node->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        if (lead->len < LEAD_MAX) {
            add_character(lead, node);
        } else {
            lead->is_whole = false;
        }
        break;
    case VTR_REGEX_CONCAT:
        for (const struct vtr_regex_node *n = node->first; n != NULL && lead->is_whole;
             n = n->next) {
            find_lead(lead, n);
        }
        break;
    case VTR_REGEX_REPEAT:
        if (node->min > 0) {
            find_lead(lead, node->first);
        }
        lead->is_whole = false;
        break;
    case VTR_REGEX_ALT:
        lead->is_whole = false;
        break;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
}

static bool have_common(const struct vtr_byte_set *a, const struct vtr_byte_set *b)
{
    for (unsigned i = 0; i < sizeof a->bits; i++) {
        if ((a->bits[i] & b->bits[i]) != 0) {
            return true;
        }
    }
    return false;
}

/* Whether two alternatives may match at one offset with different lengths. */
static bool can_differ(const struct lead *a, const struct lead *b)
{
    if (a->is_whole && b->is_whole && a->len == b->len) {
        return false;
    }
    for (unsigned i = 0; i < a->len && i < b->len; i++) {
        if (!have_common(&a->sets[i], &b->sets[i])) {
            return false;
        }
    }
    return true;
}

/* The alternatives that an expression is, or that YARA's atoms of it are in; those
 * inside of them too. */
struct alternatives {
    const struct vtr_regex_node *of; /* the ALT: the root, or a child of it */
    const struct vtr_regex_node *nodes[VTR_REGEX_SPLIT_MAX];
    unsigned count;
    bool is_full; /* there are more */
};

static void collect(struct alternatives *all, const struct vtr_regex_node *node)
{
    if (node->kind == VTR_REGEX_ALT) {
        for (const struct vtr_regex_node *n = node->first; n != NULL && !all->is_full;
             n = n->next) {
            collect(all, n);
        }
    } else if (all->count < VTR_REGEX_SPLIT_MAX) {
        all->nodes[all->count++] = node;
    } else {
        all->is_full = true;
    }
}

static void find_alternatives(struct alternatives *all,
                              const struct vtr_regex_node *root, bool is_wide)
{
    all->of = root;
    if (root->kind == VTR_REGEX_CONCAT) {
        const struct vtr_yara_atom atom = vtr_yara_atom_choose(root, is_wide);
        all->of = atom.is_of_alternatives ? atom.child : NULL;
    }
    if (all->of != NULL) {
        collect(all, all->of);
    }
}

/* What an alternative and what follows it begin with. */
static struct lead lead_of(const struct vtr_regex_tree *tree,
                           const struct alternatives *all, unsigned number)
{
    struct lead lead = {.is_nocase = tree->is_nocase, .is_whole = true};

    find_lead(&lead, all->nodes[number]);
    for (const struct vtr_regex_node *n = all->of == tree->root ? NULL : all->of->next;
         n != NULL && lead.is_whole; n = n->next) {
        find_lead(&lead, n);
    }
    return lead;
}

/* Whether there is reason to look at each alternative by itself.  One that may be empty
 * hides those after it, so that they stay together. */
static bool is_worth_splitting(const struct vtr_regex_tree *tree,
                               const struct alternatives *all)
{
    struct lead leads[VTR_REGEX_SPLIT_MAX];
    bool is_needed = false;

    if (all->is_full || vtr_regex_matches_empty(tree->root)) {
        return false;
    }
    for (unsigned i = 0; i < all->count && !is_needed; i++) {
        leads[i] = lead_of(tree, all, i);
        for (unsigned j = 0; j < i && !is_needed; j++) {
            is_needed = can_differ(&leads[j], &leads[i]);
        }
    }
    return is_needed;
}

/* Whether it can match in several ways at one offset. */
static bool is_varying(const struct vtr_regex_node *node)
{
    bool is_found = node->kind == VTR_REGEX_ALT ||
                    (node->kind == VTR_REGEX_REPEAT && node->min != node->max);

    for (const struct vtr_regex_node *n = node->first; n != NULL && !is_found;
         n = n->next) {
        is_found = is_varying(n);
    }
    return is_found;
}

/* The root with `node` instead of its child `of`; NULL when memory is out. */
static const struct vtr_regex_node *replace(struct vtr_arena *arena,
                                            const struct vtr_regex_node *root,
                                            const struct vtr_regex_node *of,
                                            const struct vtr_regex_node *node)
{
    if (root == of) {
        return node;
    }
    struct vtr_regex_node *copy = vtr_arena_alloc(arena, sizeof(*copy));
    if (copy == NULL) {
        return NULL;
    }
    *copy = *root;
    struct vtr_regex_node **last = &copy->first;
    for (const struct vtr_regex_node *n = root->first; n != NULL; n = n->next) {
        struct vtr_regex_node *child = vtr_arena_alloc(arena, sizeof(*child));
        if (child == NULL) {
            return NULL;
        }
        *child = n == of ? *node : *n;
        child->next = NULL;
        *last = child;
        last = &child->next;
    }
    return copy;
}

/* Brings alternatives into the order in which their matches count. */
static void sort(struct alternatives *all, bool is_wide, bool is_last_first)
{
    const struct vtr_regex_node *sorted[VTR_REGEX_SPLIT_MAX];
    uint32_t ranks[VTR_REGEX_SPLIT_MAX];
    const unsigned count = all->count;

    /* Of atoms that end at one place YARA meets those of the first alternative first,
     * wide ones the other way round.  Sorted by insertion: there are few. */
    for (unsigned i = 0; i < count; i++) {
        const struct vtr_regex_node *node = all->nodes[is_wide ? count - 1 - i : i];
        const uint32_t rank = vtr_yara_atom_choose(node, is_wide).end;
        unsigned at = i;
        for (; at > 0 && ranks[at - 1] > rank; at--) {
            ranks[at] = ranks[at - 1];
            sorted[at] = sorted[at - 1];
        }
        ranks[at] = rank;
        sorted[at] = node;
    }
    for (unsigned i = 0; i < count; i++) {
        all->nodes[i] = sorted[is_last_first ? count - 1 - i : i];
    }
}

/* Whether a child of the root before `child` can match in several ways. */
static bool is_varying_before(const struct vtr_regex_node *root,
                              const struct vtr_regex_node *child)
{
    const struct vtr_regex_node *n = root == child ? child : root->first;

    while (n != NULL && n != child && !is_varying(n)) {
        n = n->next;
    }
    return n != child;
}

/* An expression for each alternative. */
static bool split(struct vtr_arena *arena, const struct vtr_regex_tree *tree,
                  const struct alternatives *all, struct vtr_regex_split *out)
{
    out->count = all->count;
    for (unsigned i = 0; i < all->count; i++) {
        out->trees[i] = *tree;
        out->trees[i].root = replace(arena, tree->root, all->of, all->nodes[i]);
        if (out->trees[i].root == NULL) {
            return false;
        }
    }
    return true;
}

/* The expression with its alternatives in another order.  Of matches that begin at one
 * offset those whose atom stands elsewhere count before the order does, so that it
 * stays one expression. */
static bool reorder(struct vtr_arena *arena, const struct vtr_regex_tree *tree,
                    const struct alternatives *all, struct vtr_regex_split *out)
{
    struct vtr_regex_node alternatives = *all->of;
    struct vtr_regex_node **last = &alternatives.first;

    for (unsigned i = 0; i < all->count; i++) {
        struct vtr_regex_node *node = vtr_arena_alloc(arena, sizeof(*node));
        if (node == NULL) {
            return false;
        }
        *node = *all->nodes[i];
        node->next = NULL;
        *last = node;
        last = &node->next;
    }
    out->trees[0].root = replace(arena, tree->root, all->of, &alternatives);
    return out->trees[0].root != NULL;
}

/* With fullword, decides how the end of a word is looked for: at all when there are
 * several ways up to YARA's atom. */
static void settle(struct vtr_regex_tree *tree, bool is_wide)
{
    const struct vtr_yara_atom atom = vtr_yara_atom_choose(tree->root, is_wide);
    const struct vtr_regex_node *begin = atom.child;

    if (begin == NULL) {
        return;
    }
    /* An atom is in each turn of a repeat; a lazy one goes on from each of them. */
    const bool is_loop = begin->kind == VTR_REGEX_REPEAT && begin->is_lazy &&
                         begin->min == 1 && begin->max == VTR_REGEX_UNBOUNDED;
    tree->ends_word = is_loop || is_varying_before(tree->root, begin);
    tree->settled = is_loop || atom.is_of_alternatives ? begin->next : begin;
}

bool vtr_regex_split(struct vtr_arena *arena, const struct vtr_regex_tree *tree,
                     bool is_wide, bool is_fullword, struct vtr_regex_split *out)
{
    struct alternatives all = {.count = 0};
    bool is_made = true;

    *out = (struct vtr_regex_split){.count = 1, .trees = {*tree}};
    if (vtr_yara_atom_choose(tree->root, is_wide).quality == 0) {
        return true;
    }
    if (tree->dialect != VTR_DIALECT_YARA_X) {
        find_alternatives(&all, tree->root, is_wide);
    }
    if (all.count > 0 && is_worth_splitting(tree, &all)) {
        sort(&all, is_wide, tree->has_greedy);
        is_made = is_varying_before(tree->root, all.of)
                      ? reorder(arena, tree, &all, out)
                      : split(arena, tree, &all, out);
    }
    for (unsigned i = 0; i < out->count && is_made && is_fullword; i++) {
        settle(&out->trees[i], is_wide);
    }
    return is_made;
}
