/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/regex_split.h"

/* Characters at an alternative's start that are compared with those of another. */
#define LEAD_MAX 8u

/* The longest atom of YARA, in bytes. */
#define ATOM_MAX 4u

/* Characters of an alternative from which its atom is chosen. */
#define OUTLINE_MAX 64u

/* The characters that an alternative begins with. */
struct lead {
    struct vtr_byte_set sets[LEAD_MAX];
    unsigned len;
    bool is_nocase;
    bool is_whole; /* nothing comes after them, but for anchors */
};

/* A character of the beginning of an alternative, as YARA chooses its atom from it. */
struct symbol {
    uint32_t position; /* at least so many characters stand before it */
    uint8_t byte;
    bool is_literal; /* otherwise any character */
    bool is_first;   /* no atom reaches from what stands before it into it */
};

struct outline {
    struct symbol symbols[OUTLINE_MAX];
    unsigned count;
    uint32_t position;
    bool is_broken; /* the next symbol is a first one */
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

static void add_symbol(struct outline *outline, const struct vtr_regex_node *node)
{
    if (outline->count < OUTLINE_MAX) {
        outline->symbols[outline->count++] = (struct symbol){
            .position = outline->position,
            .byte = node->byte,
            .is_literal = node->kind == VTR_REGEX_LITERAL,
            .is_first = outline->is_broken,
        };
    }
    outline->is_broken = false;
    outline->position++;
}

/* Recursion as in find_lead. */
static void find_outline(struct outline *outline, const struct vtr_regex_node *node)
{
    switch (node->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
        add_symbol(outline, node);
        break;
    case VTR_REGEX_CLASS:
        outline->position++;
        outline->is_broken = true;
        break;
    case VTR_REGEX_CONCAT:
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            find_outline(outline, n);
        }
        break;
    case VTR_REGEX_REPEAT:
        if (node->min > 0) {
            find_outline(outline, node->first);
        }
        outline->is_broken = true;
        break;
    case VTR_REGEX_ALT:
        outline->is_broken = true;
        break;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
}

static int value_of(uint8_t byte)
{
    if (byte == 0x00 || byte == 0x20 || byte == 0xCC || byte == 0xFF) {
        return 12;
    }
    return (byte | 0x20u) - (unsigned)'a' < 26 ? 18 : 20;
}

/* What YARA thinks of the atom that the symbols are. */
static int quality_of(const struct symbol *symbols, unsigned count)
{
    int quality = 0;

    for (unsigned i = 0; i < count; i++) {
        bool is_new = true;
        if (!symbols[i].is_literal) {
            quality -= 10;
            continue;
        }
        for (unsigned j = 0; j < i && is_new; j++) {
            is_new = !symbols[j].is_literal || symbols[j].byte != symbols[i].byte;
        }
        quality += value_of(symbols[i].byte) + (is_new ? 2 : 0);
    }
    return quality;
}

/* Where YARA's atom of an alternative ends, in bytes: that of the highest quality, the
 * first of several.  A wide atom is what fits of the plain one. */
static uint32_t rank_of(const struct vtr_regex_node *node, bool is_wide)
{
    struct outline outline = {.is_broken = true};
    uint32_t rank = 0;
    int best = 0;

    find_outline(&outline, node);
    for (unsigned i = 0; i < outline.count; i++) {
        const struct symbol *first = &outline.symbols[i];
        for (unsigned len = 1;
             first->is_literal && len <= ATOM_MAX && i + len <= outline.count; len++) {
            if (len > 1 && first[len - 1].is_first) {
                break;
            }
            const int quality = quality_of(first, len);
            if (first[len - 1].is_literal && quality > best) {
                const uint32_t wide_len = len < ATOM_MAX / 2 ? len : ATOM_MAX / 2;
                best = quality;
                rank =
                    is_wide ? 2 * (first->position + wide_len) : first->position + len;
            }
        }
    }
    return rank;
}

/* The alternatives of an expression, those inside of them too. */
struct alternatives {
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
        leads[i] = (struct lead){.is_nocase = tree->is_nocase, .is_whole = true};
        find_lead(&leads[i], all->nodes[i]);
        for (unsigned j = 0; j < i && !is_needed; j++) {
            is_needed = can_differ(&leads[j], &leads[i]);
        }
    }
    return is_needed;
}

void vtr_regex_split(const struct vtr_regex_tree *tree, bool is_wide,
                     struct vtr_regex_split *out)
{
    struct alternatives all = {.count = 0};
    uint32_t ranks[VTR_REGEX_SPLIT_MAX];
    struct vtr_regex_tree *trees = out->trees;

    *out = (struct vtr_regex_split){.count = 1, .trees = {*tree}};
    collect(&all, tree->root);
    if (!is_worth_splitting(tree, &all)) {
        return;
    }
    const unsigned count = all.count;
    out->count = count;
    /* Of atoms that end at one place YARA meets those of the first alternative first,
     * wide ones the other way round.  Sorted by insertion: there are few. */
    for (unsigned i = 0; i < count; i++) {
        const struct vtr_regex_node *node = all.nodes[is_wide ? count - 1 - i : i];
        const uint32_t rank = rank_of(node, is_wide);
        unsigned at = i;
        for (; at > 0 && ranks[at - 1] > rank; at--) {
            ranks[at] = ranks[at - 1];
            trees[at] = trees[at - 1];
        }
        ranks[at] = rank;
        trees[at] = *tree;
        trees[at].root = node;
    }
    for (unsigned i = 0; tree->has_varying && i < count / 2; i++) {
        const struct vtr_regex_tree last = trees[count - 1 - i];
        trees[count - 1 - i] = trees[i];
        trees[i] = last;
    }
}
