/* SPDX-License-Identifier: Apache-2.0 */

/*
 * docs/format.md, "Atom index".  The grams are brought into the order of their keys;
 * then each goes into the first free slot from its line on, which in that order is
 * behind the one before it.
 */
#include "format/atom/atom_slots.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/writer.h"
#include "format/image/atom_index.h"

/* Slots to a gram, as a fraction, and how many equal grams have a list: so many that
 * the slots which they save have room for it. */
static const struct {
    unsigned numerator;
    unsigned denominator;
    unsigned list_min;
} ROOM[VTR_ATOM_KINDS] = {
    [VTR_ATOM_TIER_LONG] = {4, 3, 8},
    [VTR_ATOM_TIER_SHORT] = {2, 1, 8},
    [VTR_ATOM_TIER_PAIR] = {2, 1, 8},
};

/* Lines beyond that. */
#define SPARE_LINES 2u

/* Shorter runs are sorted by insertion. */
#define INSERTION_LIMIT 24u

uint64_t vtr_atom_slots_len(enum vtr_atom_tier tier, uint64_t gram_count)
{
    const unsigned denominator = ROOM[tier % VTR_ATOM_KINDS].denominator;
    const uint64_t slots =
        (gram_count * ROOM[tier % VTR_ATOM_KINDS].numerator + denominator - 1) /
        denominator;

    return ((slots + VTR_ATOM_LINE_SLOTS - 1) / VTR_ATOM_LINE_SLOTS + SPARE_LINES) *
           VTR_ATOM_LINE_SLOTS;
}

/* Whether `a` is before `b`: by key, by place. */
static bool is_below(const struct vtr_atom_gram *a, const struct vtr_atom_gram *b)
{
    return a->key != b->key ? a->key < b->key : a->place < b->place;
}

static void swap(struct vtr_atom_gram *a, struct vtr_atom_gram *b)
{
    const struct vtr_atom_gram gram = *a;

    *a = *b;
    *b = gram;
}

static void sort_by_insertion(struct vtr_atom_gram *grams, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const struct vtr_atom_gram gram = grams[i];
        size_t at = i;

        for (; at > 0 && is_below(&gram, &grams[at - 1]); at--) {
            grams[at] = grams[at - 1];
        }
        grams[at] = gram;
    }
}

/* Moves gram `root` of the heap of `count` down to its place. */
static void sift_down(struct vtr_atom_gram *grams, size_t root, size_t count)
{
    while (root < count / 2) {
        size_t child = 2 * root + 1;

        if (child + 1 < count && is_below(&grams[child], &grams[child + 1])) {
            child++;
        }
        if (!is_below(&grams[root], &grams[child])) {
            return;
        }
        swap(&grams[root], &grams[child]);
        root = child;
    }
}

/* Heap sort: in place, and no order of the grams makes it slow. */
static void sort_by_heap(struct vtr_atom_gram *grams, size_t count)
{
    for (size_t root = count / 2; root > 0; root--) {
        sift_down(grams, root - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        swap(&grams[0], &grams[end - 1]);
        sift_down(grams, 0, end - 1);
    }
}

static void sort_run(struct vtr_atom_gram *grams, size_t count)
{
    if (count <= INSERTION_LIMIT) {
        sort_by_insertion(grams, count);
    } else {
        sort_by_heap(grams, count);
    }
}

/* Exchanges grams until each is in the run of its line.  `next` has where each run
 * begins, and then where it ends; `begin` of the runs moves along. */
static void exchange(struct vtr_atom_gram *grams, uint32_t line_count, uint32_t *next,
                     const uint32_t *ends)
{
    for (uint32_t line = 0; line < line_count; line++) {
        while (next[line] < ends[line]) {
            struct vtr_atom_gram *gram = &grams[next[line]];
            const uint32_t home = vtr_gram_line(gram->key, line_count);

            if (home != line) {
                swap(gram, &grams[next[home]]);
            }
            next[home]++;
        }
    }
}

/* Sorts by lines, which keys are evenly spread over, then each line's grams: time grows
 * with their number, whatever order they come in. */
static enum vtr_status sort_grams(struct vtr_atom_gram *grams, uint32_t count,
                                  uint32_t line_count, struct vtr_error *err)
{
    uint32_t *next = calloc((size_t)line_count * 2, sizeof(*next));
    uint32_t first = 0;

    if (next == NULL) {
        return vtr_error_set_memory(err);
    }
    uint32_t *ends = next + line_count;
    for (uint32_t i = 0; i < count; i++) {
        ends[vtr_gram_line(grams[i].key, line_count)]++;
    }
    for (uint32_t line = 0; line < line_count; line++) {
        next[line] = first;
        first += ends[line];
        ends[line] = first;
    }
    exchange(grams, line_count, next, ends);
    first = 0;
    for (uint32_t line = 0; line < line_count; line++) {
        sort_run(grams + first, ends[line] - first);
        first = ends[line];
    }
    free(next);
    return VTR_OK;
}

/* How many grams from `at` on are equal. */
static uint32_t count_equal(const struct vtr_atom_gram *grams, uint32_t count,
                            uint32_t at)
{
    uint32_t end = at + 1;

    while (end < count && grams[end].key == grams[at].key) {
        end++;
    }
    return end - at;
}

/* The table while it is filled. */
struct filling {
    uint8_t *slots;
    uint8_t *lists;
    struct vtr_atom_slots_shape shape;
    uint32_t unit_count;
    unsigned list_min;
    uint32_t place_mask; /* the lowest bits of a slot */
    uint64_t next;       /* slot that is free, with all behind it */
    uint32_t list_next;  /* u32 of the lists that is free, with all behind it */
    uint64_t wrapped;    /* the same of the slots, past the last line */
};

/* Puts a gram into the first free slot from its line on. */
static void put_slot(struct filling *f, uint64_t key, uint32_t print, uint32_t place)
{
    const uint64_t slot_count = (uint64_t)f->shape.line_count * VTR_ATOM_LINE_SLOTS;
    const uint64_t home =
        (uint64_t)vtr_gram_line(key, f->shape.line_count) * VTR_ATOM_LINE_SLOTS;
    uint64_t at = f->next > home ? f->next : home;

    if (at < slot_count) {
        f->next = at + 1;
    } else {
        /* There are more slots than grams: one is free. */
        while (vtr_load_u32(f->slots + 4 * f->wrapped) != 0) {
            f->wrapped++;
        }
        at = f->wrapped;
    }
    vtr_store_u32(f->slots + 4 * at,
                  (print & ~f->place_mask) | (place & f->place_mask));
}

/* Puts equal grams into one slot and a list. */
static void put_list(struct filling *f, const struct vtr_atom_gram *grams,
                     uint32_t count)
{
    const uint32_t place = f->unit_count + 1 + f->list_next;

    put_slot(f, grams->key, (uint32_t)grams->key,
             place << VTR_ATOM_KIN_BITS | VTR_ATOM_KIN_NONE);
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t end = i + 1 == count ? VTR_ATOM_LIST_END : 0;

        vtr_store_u32(f->lists + 4 * (size_t)f->list_next,
                      grams[i].place >> VTR_ATOM_KIN_BITS | end);
        f->list_next++;
    }
}

static void fill(struct filling *f, const struct vtr_atom_gram *grams, uint32_t count)
{
    uint32_t equal;

    for (uint32_t at = 0; at < count; at += equal) {
        equal = count_equal(grams, count, at);
        if (equal >= f->list_min) {
            put_list(f, grams + at, equal);
            continue;
        }
        for (uint32_t i = at; i < at + equal; i++) {
            put_slot(f, grams[i].key, grams[i].print, grams[i].place);
        }
    }
}

/* The length of all lists, in whole lines. */
static uint64_t measure_lists(const struct vtr_atom_gram *grams, uint32_t count,
                              unsigned list_min)
{
    uint64_t len = 0;
    uint32_t equal;

    for (uint32_t at = 0; at < count; at += equal) {
        equal = count_equal(grams, count, at);
        len += equal >= list_min ? equal : 0;
    }
    return (len + VTR_ATOM_LINE_SLOTS - 1) / VTR_ATOM_LINE_SLOTS * VTR_ATOM_LINE_SLOTS;
}

enum vtr_status vtr_atom_slots_write(uint8_t *slots, struct vtr_atom_slots_shape *out,
                                     enum vtr_atom_tier tier, struct vtr_vector *grams,
                                     uint32_t unit_count, struct vtr_error *err)
{
    const uint64_t len = vtr_atom_slots_len(tier, grams->count);
    const uint32_t count = (uint32_t)grams->count;
    struct filling f = {.slots = slots,
                        .unit_count = unit_count,
                        .list_min = ROOM[tier % VTR_ATOM_KINDS].list_min};
    const enum vtr_status status =
        sort_grams(grams->items, count, (uint32_t)(len / VTR_ATOM_LINE_SLOTS), err);

    if (status != VTR_OK) {
        return status;
    }
    f.shape.list_len = (uint32_t)measure_lists(grams->items, count, f.list_min);
    f.shape.line_count = (uint32_t)((len - f.shape.list_len) / VTR_ATOM_LINE_SLOTS);
    f.lists = slots + (size_t)f.shape.line_count * VTR_ATOM_LINE_LEN;
    const unsigned place_bits = vtr_atom_place_bits(unit_count, f.shape.list_len);
    f.place_mask = (uint32_t)((UINT64_C(1) << place_bits) - 1);
    fill(&f, grams->items, count);
    *out = f.shape;
    return VTR_OK;
}
