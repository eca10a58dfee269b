/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recursion over a tree ends with its depth, which the parser limits.
 */
#include "compiler/yara_loss.h"

#include "base/arena.h"
#include "compiler/yara_atom.h"

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

/* Where a plain reading of a wide text may stand: a set of these.  What stands before
 * it is not known, nor are the characters, but for the first. */
enum {
    AT_CHARACTER = 1,
    AT_ZERO = 2
};

/* Turns of a repeat that are looked at; more of them lead nowhere else. */
#define TURNS_MAX 4u

struct reading {
    const struct vtr_regex_node *first; /* the character that it begins with */
    bool has_begun;
};

static unsigned read_node(struct reading *reading, const struct vtr_regex_node *node,
                          unsigned places);

static unsigned read_character(struct reading *reading,
                               const struct vtr_regex_node *node, unsigned places)
{
    bool takes_zero = true;
    bool takes_all = true;

    if (node == reading->first && !reading->has_begun) {
        reading->has_begun = true;
        return AT_ZERO;
    }
    if (node->kind == VTR_REGEX_LITERAL) {
        takes_zero = node->byte == 0;
        takes_all = false;
    } else if (node->kind == VTR_REGEX_CLASS) {
        takes_zero = vtr_byte_set_has(node->set, 0);
        takes_all = false;
    }
    return ((places & AT_ZERO) != 0 && takes_zero ? AT_CHARACTER : 0) |
           ((places & AT_CHARACTER) != 0 && takes_all ? AT_ZERO : 0);
}

static unsigned read_repeat(struct reading *reading, const struct vtr_regex_node *node,
                            unsigned places)
{
    const bool has_begun = reading->has_begun;
    uint32_t fixed = node->min;
    uint32_t optional =
        node->max == VTR_REGEX_UNBOUNDED ? TURNS_MAX : node->max - fixed;

    if (!has_begun) {
        places = read_node(reading, node->first, 0);
        if (!reading->has_begun) {
            return 0;
        }
        fixed -= fixed > 0 ? 1 : 0;
    }
    fixed = fixed < TURNS_MAX ? fixed : TURNS_MAX + fixed % 2;
    optional = optional < TURNS_MAX ? optional : TURNS_MAX;
    for (uint32_t i = 0; i < fixed; i++) {
        places = read_node(reading, node->first, places);
    }
    unsigned all = places;
    for (uint32_t i = 0; i < optional; i++) {
        places = read_node(reading, node->first, places);
        all |= places;
    }
    return all;
}

static unsigned read_alternatives(struct reading *reading,
                                  const struct vtr_regex_node *node, unsigned places)
{
    const bool has_begun = reading->has_begun;
    unsigned all = 0;

    for (const struct vtr_regex_node *n = node->first;
         n != NULL && reading->has_begun == has_begun; n = n->next) {
        all |= read_node(reading, n, places);
    }
    return all;
}

/* Where the reading may stand behind `node` when it may stand at `places` before it;
 * nowhere until it has begun. */
static unsigned read_node(struct reading *reading, const struct vtr_regex_node *node,
                          unsigned places)
{
    switch (node->kind) {
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        return read_character(reading, node, places);
    case VTR_REGEX_CONCAT:
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            places = read_node(reading, n, places);
        }
        return places;
    case VTR_REGEX_REPEAT:
        return read_repeat(reading, node, places);
    case VTR_REGEX_ALT:
        return read_alternatives(reading, node, places);
    case VTR_REGEX_BOUNDARY: /* a zero ends a word, as nearly every character is of one
                              */
        return places & AT_ZERO;
    case VTR_REGEX_EMPTY:
        return places;
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_NO_BOUNDARY:
        break;
    }
    return 0;
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
    struct reading reading = {.first = first, .has_begun = first == NULL};

    return read_node(&reading, root, first == NULL ? AT_CHARACTER : 0) != 0;
}

bool vtr_yara_hides_wide(const struct vtr_regex_node *root)
{
    const struct vtr_yara_atom atom = vtr_yara_atom_choose(root, true);
    bool is_hidden = true;

    if (atom.quality == 0) {
        return is_hidden_from(root, first_character(root));
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
