/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Walks a tree and keeps, for each node, how long its matches are, the strings that it
 * matches if they are few and short, and the best atoms inside it.
 *
 * A sequence is read from left to right with two runs: one that takes in everything
 * that is a small set of strings, and one that takes in single strings only.  The
 * second finds the literal beside a class that the first has multiplied by.
 *
 * The scratch memory of a level is used again by the next node of that level, so memory
 * grows with the depth of the tree, and time with its size.
 */
#include "compiler/pattern/regex_atoms.h"

#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/sort.h"
#include "base/writer.h"
#include "compiler/pattern/atom_set.h"

/* Atoms that an alternation may need. */
#define ATOM_LIMIT 1024u

/* Bytes of a class that is worth spelling out. */
#define CLASS_LIMIT 32u

/* Atoms of which every match has one. */
struct choice {
    struct vtr_atom *atoms; /* in the arena */
    size_t count;
    uint64_t cost;      /* UINT64_MAX: there is no choice */
    size_t total_bytes; /* of equal cost the longer one is better */
};

/* What a node matches. */
struct info {
    uint32_t len_min; /* in bytes */
    uint32_t len_max;
    bool is_exact;      /* exactly the strings of the level's `exact` */
    bool is_body_exact; /* REPEAT: the same of what it repeats, one level below */
    struct choice best;
};

/* Strings that follow each other in a sequence, and where they begin. */
struct run {
    struct vtr_atom_set set;
    uint32_t start_min;
    uint32_t start_max;
    bool is_open;
};

struct level {
    struct vtr_atom_set exact;
    struct vtr_atom_set product;
    struct run wide_run;  /* of sets */
    struct run plain_run; /* of single strings */
};

struct walker {
    struct vtr_arena *arena;
    unsigned width; /* bytes of a character */
    bool is_nocase;
    bool has_failed;
    struct level *levels[VTR_REGEX_LEVEL_LIMIT];
};

static const struct choice NO_CHOICE = {NULL, 0, UINT64_MAX, 0};

static struct level *get_level(struct walker *w, unsigned depth)
{
    assert(depth < VTR_REGEX_LEVEL_LIMIT);
    if (w->levels[depth] == NULL) {
        w->levels[depth] = vtr_arena_alloc(w->arena, sizeof *w->levels[depth]);
        w->has_failed = w->has_failed || w->levels[depth] == NULL;
    }
    return w->levels[depth];
}

static uint64_t add_cost(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* Makes the strings of `set`, between so many bytes from the start, the choice if they
 * are a better one. */
static void consider_set(struct walker *w, struct choice *best,
                         const struct vtr_atom_set *set, uint32_t start_min,
                         uint32_t start_max)
{
    uint64_t cost = 0;
    size_t total = 0;

    for (unsigned i = 0; i < set->count; i++) {
        cost = add_cost(cost, vtr_atom_cost(&set->items[i], start_min, start_max,
                                            2 * w->width));
        total += set->items[i].len;
    }
    if (cost > best->cost || (cost == best->cost && total <= best->total_bytes) ||
        cost == UINT64_MAX) {
        return;
    }
    struct vtr_atom *atoms = vtr_arena_array(w->arena, set->count, sizeof *atoms);
    if (atoms == NULL) {
        w->has_failed = true;
        return;
    }
    for (unsigned i = 0; i < set->count; i++) {
        atoms[i] = (struct vtr_atom){set->items[i], start_min, start_max};
    }
    *best = (struct choice){atoms, set->count, cost, total};
}

/* The same for the choice of a node that begins between so many bytes from the start.
 */
static void consider_choice(struct walker *w, struct choice *best,
                            const struct choice *other, uint32_t start_min,
                            uint32_t start_max)
{
    uint64_t cost = other->cost == UINT64_MAX ? UINT64_MAX : 0;

    for (size_t i = 0; i < other->count && cost < best->cost; i++) {
        const struct vtr_atom *atom = &other->atoms[i];
        cost =
            add_cost(cost, vtr_atom_cost(&atom->string,
                                         vtr_atom_add(atom->back_min, start_min),
                                         vtr_atom_add(atom->back_max, start_max), 0));
    }
    if (cost >= best->cost) {
        return;
    }
    struct vtr_atom *atoms = vtr_arena_array(w->arena, other->count, sizeof *atoms);
    if (atoms == NULL) {
        w->has_failed = true;
        return;
    }
    for (size_t i = 0; i < other->count; i++) {
        atoms[i] = other->atoms[i];
        atoms[i].back_min = vtr_atom_add(atoms[i].back_min, start_min);
        atoms[i].back_max = vtr_atom_add(atoms[i].back_max, start_max);
    }
    *best = (struct choice){atoms, other->count, cost, other->total_bytes};
}

/* A character of the expression as a string: the index folds case. */
static struct vtr_atom_string spell(const struct walker *w, unsigned byte)
{
    const bool is_capital = byte - (unsigned)'A' < 26;
    struct vtr_atom_string s = {.len = (uint8_t)w->width};

    s.bytes[0] = (uint8_t)(w->is_nocase && is_capital ? byte + 0x20 : byte);
    return s;
}

/* Spells a class out when it is small.  Of both cases of a letter one is enough. */
static bool spell_class(const struct walker *w, const struct vtr_byte_set *bytes,
                        struct vtr_atom_set *out)
{
    out->count = 0;
    for (unsigned b = 0; b < 256; b++) {
        const bool is_twin =
            b - (unsigned)'A' < 26 && vtr_byte_set_has(bytes, b + 0x20);
        if (!vtr_byte_set_has(bytes, b) || is_twin) {
            continue;
        }
        if (out->count == CLASS_LIMIT) {
            return false;
        }
        out->items[out->count++] = spell(w, b);
    }
    return out->count > 0;
}

/* Adds `tail` to a run that cannot hold all of it: strings of one length lose their
 * first bytes, others are given up and the run begins anew at `pos`. */
static void slide_run(struct walker *w, struct run *run,
                      const struct vtr_atom_set *tail, uint32_t pos_min,
                      uint32_t pos_max)
{
    const unsigned len = vtr_atom_set_len(&run->set);
    const unsigned tail_len = vtr_atom_set_len(tail);

    if (run->set.count * tail->count <= VTR_ATOM_SET_LIMIT && tail_len > 0 &&
        tail_len < VTR_ATOM_STRING_LIMIT && len + tail_len > VTR_ATOM_STRING_LIMIT) {
        const unsigned drop = len + tail_len - VTR_ATOM_STRING_LIMIT;
        const unsigned whole = (drop + w->width - 1) / w->width * w->width;
        if (whole < len) {
            vtr_atom_set_drop(&run->set, whole);
            run->start_min = vtr_atom_add(run->start_min, whole);
            run->start_max = vtr_atom_add(run->start_max, whole);
            if (vtr_atom_set_append(&run->set, tail)) {
                return;
            }
        }
    }
    run->set = *tail;
    run->start_min = pos_min;
    run->start_max = pos_max;
}

static void extend_run(struct walker *w, struct run *run,
                       const struct vtr_atom_set *tail, const struct info *sum)
{
    if (!run->is_open) {
        run->is_open = true;
        run->set = *tail;
        run->start_min = sum->len_min;
        run->start_max = sum->len_max;
    } else if (!vtr_atom_set_append(&run->set, tail)) {
        slide_run(w, run, tail, sum->len_min, sum->len_max);
    }
}

static void consider_run(struct walker *w, const struct run *run, struct choice *best)
{
    consider_set(w, best, &run->set, run->start_min, run->start_max);
}

/* Of runs of one string each, which begin at the same place, one is as good as the
 * other: both end here. */
static bool are_same_run(const struct run *a, const struct run *b)
{
    return a->set.count == 1 && b->set.count == 1 &&
           a->set.items[0].len == b->set.items[0].len && a->start_min == b->start_min &&
           a->start_max == b->start_max;
}

static void walk(struct walker *w, const struct vtr_regex_node *node, unsigned depth,
                 struct info *out);

/* `set` to the power `times`, in `product`; false when that is too large. */
static bool raise(struct vtr_atom_set *product, const struct vtr_atom_set *set,
                  uint32_t times)
{
    vtr_atom_set_clear(product);
    for (uint32_t i = 0; i < times; i++) {
        if (i == VTR_ATOM_STRING_LIMIT || !vtr_atom_set_append(product, set)) {
            return false;
        }
    }
    return true;
}

/* Times a length, saturated. */
static uint32_t multiply(uint32_t len, uint32_t times)
{
    const uint64_t product = (uint64_t)len * times;

    return len == 0 ? 0
           : times == VTR_REGEX_UNBOUNDED || len == VTR_ATOM_FAR || product > UINT32_MAX
               ? VTR_ATOM_FAR
               : (uint32_t)product;
}

/*
 * A repeat's strings are in `exact` of its level if there are few.  One that repeats at
 * least once also has the atoms of its first time.
 */
static void walk_repeat(struct walker *w, const struct vtr_regex_node *node,
                        unsigned depth, struct info *out)
{
    struct level *level = get_level(w, depth);
    struct level *below = get_level(w, depth + 1);
    struct info once;

    if (level == NULL || below == NULL) {
        return;
    }
    walk(w, node->first, depth + 1, &once);
    *out = (struct info){.len_min = multiply(once.len_min, node->min),
                         .len_max = multiply(once.len_max, node->max),
                         .is_body_exact = once.is_exact,
                         .best = node->min > 0 ? once.best : NO_CHOICE};
    if (!once.is_exact) {
        return;
    }
    if (node->min == node->max) {
        out->is_exact = raise(&level->exact, &below->exact, node->min);
    } else if (node->min == 0 && node->max == 1) {
        const struct vtr_atom_string empty = {.len = 0};
        level->exact = below->exact;
        out->is_exact = vtr_atom_set_add(&level->exact, &empty);
    }
    if (out->is_exact) {
        consider_set(w, &out->best, &level->exact, 0, 0);
    }
}

/* Takes the next element of a sequence into the runs; `sum` is what stands before it.
 */
static void take_element(struct walker *w, const struct vtr_regex_node *node,
                         unsigned depth, const struct info *element,
                         const struct info *sum, struct choice *best)
{
    struct level *level = get_level(w, depth);
    struct level *below = get_level(w, depth + 1);

    if (element->is_exact) {
        extend_run(w, &level->wide_run, &below->exact, sum);
        consider_run(w, &level->wide_run, best);
        if (below->exact.count == 1) {
            extend_run(w, &level->plain_run, &below->exact, sum);
            if (!are_same_run(&level->wide_run, &level->plain_run)) {
                consider_run(w, &level->plain_run, best);
            }
        } else {
            level->plain_run.is_open = false;
        }
        return;
    }
    if (element->is_body_exact && node->min > 0) { /* x{2,} begins with xx */
        const struct level *body = get_level(w, depth + 2);
        const uint32_t times = node->min < 4 ? node->min : 4;
        if (body != NULL && raise(&level->product, &body->exact, times)) {
            extend_run(w, &level->wide_run, &level->product, sum);
            consider_run(w, &level->wide_run, best);
        }
    }
    level->wide_run.is_open = false;
    level->plain_run.is_open = false;
    consider_choice(w, best, &element->best, sum->len_min, sum->len_max);
}

static void walk_concat(struct walker *w, const struct vtr_regex_node *node,
                        unsigned depth, struct info *out)
{
    struct level *level = get_level(w, depth);
    struct level *below = get_level(w, depth + 1);
    struct info sum = {.is_exact = true, .best = NO_CHOICE};

    if (level == NULL || below == NULL) {
        return;
    }
    vtr_atom_set_clear(&level->exact);
    level->wide_run.is_open = false;
    level->plain_run.is_open = false;
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        struct info element;
        walk(w, n, depth + 1, &element);
        sum.is_exact = sum.is_exact && element.is_exact &&
                       vtr_atom_set_append(&level->exact, &below->exact);
        take_element(w, n, depth, &element, &sum, &sum.best);
        sum.len_min = vtr_atom_add(sum.len_min, element.len_min);
        sum.len_max = vtr_atom_add(sum.len_max, element.len_max);
    }
    *out = sum;
}

/* Adds the choice of one more alternative: any of them may be what matches.  `*room` is
 * how many atoms `all` has memory for. */
static void join_choice(struct walker *w, struct choice *all, size_t *room,
                        const struct choice *one)
{
    const size_t count = all->count + one->count;

    if (all->cost == UINT64_MAX || one->cost == UINT64_MAX || count > ATOM_LIMIT) {
        *all = NO_CHOICE;
        return;
    }
    if (count > *room) {
        struct vtr_atom *atoms = vtr_arena_array(w->arena, 2 * count, sizeof *atoms);
        if (atoms == NULL) {
            w->has_failed = true;
            *all = NO_CHOICE;
            return;
        }
        if (all->count > 0) {
            memcpy(atoms, all->atoms, all->count * sizeof *atoms);
        }
        all->atoms = atoms;
        *room = 2 * count;
    }
    memcpy(all->atoms + all->count, one->atoms, one->count * sizeof *one->atoms);
    all->count = count;
    all->cost = add_cost(all->cost, one->cost);
    all->total_bytes += one->total_bytes;
}

static void walk_alternatives(struct walker *w, const struct vtr_regex_node *node,
                              unsigned depth, struct info *out)
{
    struct level *level = get_level(w, depth);
    struct level *below = get_level(w, depth + 1);
    struct info all = {.len_min = VTR_ATOM_FAR, .is_exact = true};
    size_t room = 0;

    if (level == NULL || below == NULL) {
        return;
    }
    level->exact.count = 0;
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        struct info one;
        walk(w, n, depth + 1, &one);
        all.len_min = one.len_min < all.len_min ? one.len_min : all.len_min;
        all.len_max = one.len_max > all.len_max ? one.len_max : all.len_max;
        join_choice(w, &all.best, &room, &one.best);
        for (unsigned i = 0; one.is_exact && i < below->exact.count; i++) {
            all.is_exact =
                all.is_exact && vtr_atom_set_add(&level->exact, &below->exact.items[i]);
        }
        all.is_exact = all.is_exact && one.is_exact;
    }
    if (all.is_exact) {
        consider_set(w, &all.best, &level->exact, 0, 0);
    }
    *out = all;
}

/* A character, or something that consumes none. */
static void walk_leaf(struct walker *w, const struct vtr_regex_node *node,
                      unsigned depth, struct info *out)
{
    struct level *level = get_level(w, depth);
    const bool is_character = node->kind == VTR_REGEX_LITERAL ||
                              node->kind == VTR_REGEX_CLASS ||
                              node->kind == VTR_REGEX_ANY;
    const unsigned len = is_character ? w->width : 0;

    if (level == NULL) {
        return;
    }
    *out = (struct info){.len_min = len,
                         .len_max = len,
                         .is_exact = true,
                         .best = NO_CHOICE};
    if (node->kind == VTR_REGEX_LITERAL) {
        level->exact.count = 1;
        level->exact.items[0] = spell(w, node->byte);
    } else if (node->kind == VTR_REGEX_CLASS) {
        out->is_exact = spell_class(w, node->set, &level->exact);
    } else if (node->kind == VTR_REGEX_ANY) {
        out->is_exact = false;
    } else {
        vtr_atom_set_clear(&level->exact);
    }
}

/* Recursion ends with the tree's depth, which the parser limits. */
static void walk(struct walker *w, const struct vtr_regex_node *node, unsigned depth,
                 struct info *out)
{
    *out = (struct info){.best = NO_CHOICE};
    switch (node->kind) {
    case VTR_REGEX_REPEAT:
        walk_repeat(w, node, depth, out);
        break;
    case VTR_REGEX_CONCAT:
        walk_concat(w, node, depth, out);
        break;
    case VTR_REGEX_ALT:
        walk_alternatives(w, node, depth, out);
        break;
    case VTR_REGEX_EMPTY:
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
    case VTR_REGEX_START:
    case VTR_REGEX_END:
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        walk_leaf(w, node, depth, out);
        break;
    }
}

static int compare_numbers(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

static int compare_atoms(const void *a, const void *b, void *context)
{
    const struct vtr_atom *one = a;
    const struct vtr_atom *two = b;
    const struct vtr_bytes one_bytes = {one->string.bytes, one->string.len};
    const struct vtr_bytes two_bytes = {two->string.bytes, two->string.len};
    const int order = vtr_bytes_compare(one_bytes, two_bytes);

    (void)context;
    if (order != 0) {
        return order;
    }
    return one->back_min != two->back_min
               ? compare_numbers(one->back_min, two->back_min)
               : compare_numbers(one->back_max, two->back_max);
}

/* Removes what is there twice; the atoms are sorted. */
static size_t remove_equal(struct vtr_atom *atoms, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || compare_atoms(&atoms[kept - 1], &atoms[i], NULL) != 0) {
            atoms[kept++] = atoms[i];
        }
    }
    return kept;
}

bool vtr_regex_write_atoms(struct vtr_arena *arena, const struct vtr_regex_tree *tree,
                           bool is_wide, struct vtr_writer *w)
{
    struct walker walker = {.arena = arena,
                            .width = is_wide ? 2 : 1,
                            .is_nocase = tree->is_nocase};
    struct info info;

    walk(&walker, tree->root, 0, &info);
    if (walker.has_failed ||
        vtr_sort(info.best.atoms, info.best.count, sizeof *info.best.atoms,
                 compare_atoms, NULL) != VTR_OK) {
        return false;
    }
    const size_t count = remove_equal(info.best.atoms, info.best.count);
    vtr_writer_varint(w, count);
    for (size_t i = 0; i < count; i++) {
        const struct vtr_atom *atom = &info.best.atoms[i];
        const bool is_far = atom->back_max > VTR_ATOM_BACK_LIMIT;
        vtr_writer_masked(w, (struct vtr_bytes){atom->string.bytes, atom->string.len});
        vtr_writer_varint(w, atom->back_min);
        vtr_writer_varint(w, is_far ? 0 : (uint64_t)atom->back_max + 1);
    }
    return vtr_writer_ok(w);
}
