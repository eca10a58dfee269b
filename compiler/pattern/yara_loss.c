/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recursion over a tree ends with its depth, which the parser limits.
 */
#include "compiler/pattern/yara_loss.h"

#include "base/arena.h"
#include "compiler/pattern/yara_atom.h"

static struct vtr_regex_node *copy_of(struct vtr_arena *arena,
                                      const struct vtr_regex_node *node)
{
    struct vtr_regex_node *copy = vtr_arena_alloc(arena, sizeof *copy);

    if (copy != NULL) {
        *copy = *node;
        copy->next = NULL;
    }
    return copy;
}

/* `root` with `begin` instead of its first child. */
static const struct vtr_regex_node *begin_with(struct vtr_arena *arena,
                                               const struct vtr_regex_node *root,
                                               const struct vtr_regex_node *begin)
{
    struct vtr_regex_node *first = copy_of(arena, begin);
    struct vtr_regex_node *copy = copy_of(arena, root);

    if (first == NULL || copy == NULL) {
        return NULL;
    }
    first->next = root->first->next;
    copy->first = first;
    return copy;
}

/* One turn as it begins here, and then the others. */
static const struct vtr_regex_node *unroll(struct vtr_arena *arena,
                                           const struct vtr_regex_node *repeat,
                                           const struct vtr_regex_node *begin)
{
    struct vtr_regex_node *first = copy_of(arena, begin);
    struct vtr_regex_node *others = copy_of(arena, repeat);
    struct vtr_regex_node *all = copy_of(arena, repeat);

    if (first == NULL || others == NULL || all == NULL) {
        return NULL;
    }
    others->min--;
    others->max -= others->max == VTR_REGEX_UNBOUNDED ? 0 : 1;
    first->next = others;
    all->kind = VTR_REGEX_CONCAT;
    all->first = first;
    return all;
}

const struct vtr_regex_node *vtr_yara_begin(struct vtr_arena *arena,
                                            const struct vtr_regex_node *root)
{
    const bool is_sequence = root->kind == VTR_REGEX_CONCAT;
    const bool is_loop = root->min == 1 && root->max == VTR_REGEX_UNBOUNDED;
    const struct vtr_regex_node *first = root->first;

    if (!is_sequence &&
        (root->kind != VTR_REGEX_REPEAT || first->kind == VTR_REGEX_ANY)) {
        return root;
    }
    if (!is_sequence && root->min == 0 && root->max > 1) {
        return root;
    }
    const struct vtr_regex_node *begin = vtr_yara_begin(arena, first);
    if (!is_sequence && root->min == 0) {
        return begin;
    }
    if (begin == NULL || begin == first) {
        return begin == NULL ? NULL : root;
    }
    return is_sequence || is_loop ? begin_with(arena, root, begin)
                                  : unroll(arena, root, begin);
}

/* Where a plain reading of a wide text may stand.  What stands before it is not known,
 * nor are the characters, but for the first. */
enum {
    BEFORE,
    AT_CHARACTER,
    AT_ZERO,
    PLACES
};

/* Turns of a repeat that are looked at; more of them lead nowhere else. */
#define TURNS_MAX 4u

/* For each place the set of those, as bits, where a node leads from there. */
struct moves {
    unsigned to[PLACES];
};

static const struct moves STAY = {{1u << BEFORE, 1u << AT_CHARACTER, 1u << AT_ZERO}};

static struct moves then(const struct moves *first, const struct moves *second)
{
    struct moves both = {{0}};

    for (unsigned i = 0; i < PLACES; i++) {
        for (unsigned j = 0; j < PLACES; j++) {
            both.to[i] |= (first->to[i] >> j & 1u) != 0 ? second->to[j] : 0;
        }
    }
    return both;
}

static void add(struct moves *all, const struct moves *others)
{
    for (unsigned i = 0; i < PLACES; i++) {
        all->to[i] |= others->to[i];
    }
}

static struct moves moves_of_character(const struct vtr_regex_node *node, bool is_first)
{
    const bool is_any = node->kind == VTR_REGEX_ANY;
    const bool takes_zero =
        is_any || (node->kind == VTR_REGEX_LITERAL ? node->byte == 0
                                                   : vtr_byte_set_has(node->set, 0));
    return (struct moves){{
        is_first ? 1u << AT_ZERO : 1u << BEFORE,
        is_any ? 1u << AT_ZERO : 0,
        takes_zero ? 1u << AT_CHARACTER : 0,
    }};
}

static struct moves moves_of_repeat(const struct vtr_regex_node *node,
                                    const struct moves *turn)
{
    const uint32_t fixed =
        node->min < TURNS_MAX ? node->min : TURNS_MAX + node->min % 2;
    const uint32_t varying = node->max - node->min;
    struct moves last = STAY;

    for (uint32_t i = 0; i < fixed; i++) {
        last = then(&last, turn);
    }
    struct moves all = last;
    for (uint32_t i = 0; i < varying && i < TURNS_MAX; i++) {
        last = then(&last, turn);
        add(&all, &last);
    }
    return all;
}

static struct moves moves_of(const struct vtr_regex_node *node,
                             const struct vtr_regex_node *first);

/* The alternative that `first` is in is the one that a reading from there takes. */
static struct moves moves_of_alternatives(const struct vtr_regex_node *node,
                                          const struct vtr_regex_node *first)
{
    struct moves moves = {{0}};
    unsigned begun = 0;
    bool has_first = false;

    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        const struct moves one = moves_of(n, first);
        if (one.to[BEFORE] != 1u << BEFORE) {
            has_first = true;
            begun |= one.to[BEFORE];
        }
        add(&moves, &one);
    }
    moves.to[BEFORE] = has_first ? begun : moves.to[BEFORE];
    return moves;
}

/* Where `node` leads of a reading that begins with the character `first`. */
static struct moves moves_of(const struct vtr_regex_node *node,
                             const struct vtr_regex_node *first)
{
    struct moves moves = {{1u << BEFORE, 0, 0}};

    switch (node->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        return moves_of_character(node, node == first);
    case VTR_REGEX_REPEAT:
        moves = moves_of(node->first, first);
        return moves_of_repeat(node, &moves);
    case VTR_REGEX_CONCAT:
        moves = STAY;
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            const struct moves next = moves_of(n, first);
            moves = then(&moves, &next);
        }
        return moves;
    case VTR_REGEX_ALT:
        return moves_of_alternatives(node, first);
    case VTR_REGEX_EMPTY:
        return STAY;
    case VTR_REGEX_BOUNDARY:
        /* A zero ends a word, as nearly every character is of one. */
        moves.to[AT_ZERO] = 1u << AT_ZERO;
        return moves;
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
    return moves;
}

/* The character that an expression without an atom begins with, if that is certain. */
static const struct vtr_regex_node *first_character(const struct vtr_regex_node *root)
{
    while (root != NULL &&
           (root->kind == VTR_REGEX_CONCAT || root->kind == VTR_REGEX_REPEAT)) {
        root = root->kind == VTR_REGEX_REPEAT && root->min == 0 ? NULL : root->first;
    }
    return root != NULL &&
                   (root->kind == VTR_REGEX_CLASS || root->kind == VTR_REGEX_ANY)
               ? root
               : NULL;
}

/* `first` is NULL when the reading may end before it has taken anything. */
static bool is_hidden_from(const struct vtr_regex_node *root,
                           const struct vtr_regex_node *first)
{
    const struct moves moves = moves_of(root, first);
    const unsigned ends = moves.to[first == NULL ? AT_CHARACTER : BEFORE];

    return (ends & ~(1u << BEFORE)) != 0;
}

static bool has_boundary(const struct vtr_regex_node *node)
{
    bool has_one = node->kind == VTR_REGEX_BOUNDARY;

    for (const struct vtr_regex_node *n = node->first; n != NULL && !has_one;
         n = n->next) {
        has_one = has_boundary(n);
    }
    return has_one;
}

bool vtr_yara_hides_wide(const struct vtr_regex_node *root, bool is_fullword)
{
    const struct vtr_yara_atom atom = vtr_yara_atom_choose(root, true);
    bool is_hidden = true;

    if (atom.quality == 0) {
        /* Both forms are tried at the same places, and of two matches the plain one is
         * taken: only what is certain to hide needs to be left out, unless the plain
         * match is no word and lost. */
        return (is_fullword || !has_boundary(root)) &&
               is_hidden_from(root, first_character(root));
    }
    if (root == atom.first || atom.first->kind != VTR_REGEX_ALT) {
        return root != atom.first && is_hidden_from(root, atom.first);
    }
    for (const struct vtr_regex_node *n = atom.first->first; n != NULL && is_hidden;
         n = n->next) {
        const struct vtr_yara_atom one = vtr_yara_atom_choose(n, true);
        is_hidden = one.quality > 0 && is_hidden_from(root, one.first);
    }
    return is_hidden;
}
