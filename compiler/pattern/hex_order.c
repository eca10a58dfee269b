/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recursion ends with alternations inside each other, which the parser limits.
 */
#include "compiler/pattern/hex_order.h"

#include <string.h>

#include "compiler/pattern/yara_atom.h"
#include "format/record/pattern_read.h"

/* More alternatives stay as they are. */
#define BRANCH_MAX 32u

/* Bytes of any value that follow each other: more say nothing about an atom. */
#define GAP_MAX 64u

struct order {
    struct vtr_arena *arena;
    uint8_t *payload; /* writable; readers read the same bytes */
    bool has_no_memory;
};

static struct vtr_regex_node *add(struct order *order, struct vtr_regex_node ***last,
                                  enum vtr_regex_kind kind)
{
    struct vtr_regex_node *node = vtr_arena_alloc(order->arena, sizeof(*node));

    if (node == NULL) {
        order->has_no_memory = true;
        return NULL;
    }
    *node = (struct vtr_regex_node){.kind = kind};
    **last = node;
    *last = &node->next;
    return node;
}

static void add_byte(struct order *order, struct vtr_regex_node ***last, uint8_t value,
                     uint8_t mask)
{
    struct vtr_regex_node *node = add(order, last, VTR_REGEX_LITERAL);

    if (node != NULL) {
        node->byte = value;
        node->wild = (uint8_t)~mask;
    }
}

static void add_gap(struct order *order, struct vtr_regex_node ***last,
                    const struct vtr_hex_token *token)
{
    for (uint64_t i = 0; i < token->min && i < GAP_MAX; i++) {
        (void)add(order, last, VTR_REGEX_ANY);
    }
    if (token->max > token->min) {
        (void)add(order, last, VTR_REGEX_REPEAT);
    }
}

static struct vtr_regex_node *outline(struct order *order, struct vtr_reader tokens);

static void add_branches(struct order *order, struct vtr_regex_node ***last,
                         struct vtr_reader branches)
{
    struct vtr_regex_node *group = add(order, last, VTR_REGEX_ALT);
    struct vtr_reader tokens;

    if (group == NULL) {
        return;
    }
    struct vtr_regex_node **next = &group->first;
    while (!order->has_no_memory && vtr_hex_next_branch(&branches, &tokens)) {
        *next = outline(order, tokens);
        next = *next != NULL ? &(*next)->next : next;
    }
}

/* What the tokens say of atoms, as the tree of an expression; NULL when memory is out.
 */
static struct vtr_regex_node *outline(struct order *order, struct vtr_reader tokens)
{
    struct vtr_regex_node *root = NULL;
    struct vtr_regex_node **last = &root;
    struct vtr_hex_token token;

    (void)add(order, &last, VTR_REGEX_CONCAT);
    last = root != NULL ? &root->first : last;
    while (!order->has_no_memory && vtr_hex_next_token(&tokens, &token)) {
        switch (token.type) {
        case VTR_TOKEN_BYTES:
            for (size_t i = 0; i < token.masked.len; i++) {
                add_byte(order, &last, token.masked.ptr[i] ^ vtr_mask(i), 0xFF);
            }
            break;
        case VTR_TOKEN_MASKED:
            add_byte(order, &last, token.value, token.mask);
            break;
        case VTR_TOKEN_NOT:
            (void)add(order, &last, VTR_REGEX_CLASS);
            break;
        case VTR_TOKEN_ANY:
        case VTR_TOKEN_JUMP:
            add_gap(order, &last, &token);
            break;
        case VTR_TOKEN_ALT:
            add_branches(order, &last, token.branches);
            break;
        }
    }
    return order->has_no_memory ? NULL : root;
}

/* The branches of a group, as they stand in the payload. */
struct branches {
    struct vtr_bytes items[BRANCH_MAX]; /* with their lengths */
    struct vtr_reader tokens[BRANCH_MAX];
    uint32_t ranks[BRANCH_MAX];
    unsigned count;
};

/* False when there are too many. */
static bool list_branches(struct branches *all, struct vtr_reader reader,
                          const struct vtr_regex_node *group)
{
    all->count = 0;
    for (const struct vtr_regex_node *n = group->first; n != NULL; n = n->next) {
        const size_t at = reader.pos;

        if (all->count == BRANCH_MAX ||
            !vtr_hex_next_branch(&reader, &all->tokens[all->count])) {
            return false;
        }
        all->items[all->count] =
            (struct vtr_bytes){reader.bytes.ptr + at, reader.pos - at};
        all->ranks[all->count++] = vtr_yara_atom_choose(n, false).end;
    }
    return true;
}

/* Writes the branches in the order of their ranks, those of one rank in the source's:
 * insertion, since there are few. */
static void write_branches(struct order *order, const struct branches *all)
{
    const size_t at = (size_t)(all->items[0].ptr - order->payload);
    unsigned sorted[BRANCH_MAX];
    bool is_sorted = true;
    size_t len = 0;

    for (unsigned i = 0; i < all->count; i++) {
        unsigned place = i;
        for (; place > 0 && all->ranks[sorted[place - 1]] > all->ranks[i]; place--) {
            sorted[place] = sorted[place - 1];
            is_sorted = false;
        }
        sorted[place] = i;
        len += all->items[i].len;
    }
    uint8_t *copy = is_sorted ? NULL : vtr_arena_alloc(order->arena, len);
    if (copy == NULL) {
        order->has_no_memory = order->has_no_memory || !is_sorted;
        return;
    }
    size_t pos = 0;
    for (unsigned i = 0; i < all->count; i++) {
        const struct vtr_bytes item = all->items[sorted[i]];
        memcpy(copy + pos, item.ptr, item.len);
        pos += item.len;
    }
    memcpy(order->payload + at, copy, len);
}

/* The group that `of` is the outline of, which is one of those in `tokens`; `root` is
 * theirs. */
static struct vtr_hex_token find_group(struct vtr_reader tokens,
                                       const struct vtr_regex_node *root,
                                       const struct vtr_regex_node *of)
{
    struct vtr_hex_token token = {.type = VTR_TOKEN_ANY};
    unsigned before = 0;

    for (const struct vtr_regex_node *n = root->first; n != of; n = n->next) {
        before += n->kind == VTR_REGEX_ALT ? 1 : 0;
    }
    while (vtr_hex_next_token(&tokens, &token)) {
        if (token.type == VTR_TOKEN_ALT && before-- == 0) {
            break;
        }
    }
    return token;
}

static void order_tokens(struct order *order, struct vtr_reader tokens,
                         const struct vtr_regex_node *root)
{
    const struct vtr_yara_atom atom = vtr_yara_atom_choose(root, false);
    struct branches all;
    uint64_t min;
    uint64_t max;

    if (atom.quality == 0 || !atom.is_of_alternatives) {
        return;
    }
    const struct vtr_hex_token group = find_group(tokens, root, atom.child);
    if (!vtr_hex_measure(&group, &min, &max) || min == max ||
        !list_branches(&all, group.branches, atom.child)) {
        return;
    }
    const struct vtr_regex_node *branch = atom.child->first;
    for (unsigned i = 0; i < all.count; i++, branch = branch->next) {
        order_tokens(order, all.tokens[i], branch);
    }
    write_branches(order, &all);
}

bool vtr_hex_order(struct vtr_arena *arena, struct vtr_writer *out, size_t start)
{
    struct order order = {.arena = arena, .payload = out->ptr + start};
    struct vtr_hex_fragment fragment;
    struct vtr_reader payload;
    uint64_t count;

    vtr_reader_init(&payload, (struct vtr_bytes){out->ptr + start, out->len - start},
                    0);
    if (!vtr_payload_count(&payload, &count)) {
        return true;
    }
    for (uint64_t i = 0; i < count && !order.has_no_memory; i++) {
        if (!vtr_hex_next_fragment(&payload, i == 0, &fragment)) {
            break;
        }
        const struct vtr_regex_node *root = outline(&order, fragment.tokens);
        if (root != NULL) {
            order_tokens(&order, fragment.tokens, root);
        }
    }
    return !order.has_no_memory;
}
