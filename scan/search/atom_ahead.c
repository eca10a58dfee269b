/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A thread that notes works on a copy of the run, whose `block` says so: the second
 * stage is the same as ever, but ends in vtr_atom_ahead_note.  Between two places it
 * counts the entries of the index that were looked at, so that the one that verifies
 * counts them at the same point.
 */
#include "scan/search/atom_ahead.h"

#include <stdlib.h>

#include "base/os_thread.h"
#include "base/vector.h"
#include "scan/run/scan_run.h"
#include "scan/search/atom_search.h"
#include "scan/search/atom_visit.h"
#include "scan/search/plain_hits.h"
#include "scan/search/verify_pattern.h"

/* A smaller file is searched by one thread. */
#define WORTH_LEN (4u * 1024u * 1024u)

#define THREAD_LIMIT 64u

/* Tiles of a block: the clock is looked at before each, as in vtr_atom_search. */
#define BLOCK_LEN (VTR_ATOM_CLOCK_TILES * VTR_TILE_LEN)

/* Blocks of a round for each thread, and in all. */
#define THREAD_BLOCKS 32u
#define ROUND_LIMIT   512u

/* Past so many a block is full, and the rest of it is left to the one who verifies:
 * places, and entries of the index. */
#define PLACE_LIMIT 32768u
#define VISIT_LIMIT (16u * BLOCK_LEN)

/* Where an atom stands. */
struct place {
    uint32_t at;     /* in the block */
    uint32_t visits; /* since the place before */
    uint32_t pattern;
    uint16_t back_min;
    uint16_t back_max;
    uint16_t fragment;
    uint8_t flags;
};

/* What the run knew of a pattern when the round began; it can only want less since. */
enum interest {
    WANTED = 0,
    WANTED_AT, /* one offset */
    UNWANTED
};
struct wish {
    uint64_t offset;
    uint8_t interest;
};

struct vtr_atom_block {
    const struct wish *wishes; /* of each pattern */
    size_t pattern_count;
    size_t first;            /* offset in the data */
    size_t end;              /* what is noted ends there */
    struct vtr_vector items; /* struct place */
    uint64_t visits;         /* since the last one */
    uint64_t visit_count;    /* of all */
    bool is_full;
};

struct thread {
    struct vtr_scan_run run; /* the copy */
    struct vtr_atom_searcher searcher;
};

/* Blocks that are searched in one round, and verified in the next. */
struct round {
    struct vtr_atom_block *blocks; /* owned */
    size_t count;
};

struct ahead {
    struct vtr_scan_run *run;
    struct thread *threads; /* owned */
    unsigned thread_count;
    struct wish *wishes; /* owned */
    size_t block_limit;
    struct round noted; /* in the round before */
    struct round next;
};

bool vtr_atom_ahead_is_worth(const struct vtr_scan_run *run)
{
    return run->options.threads > 1 && run->data.len >= WORTH_LEN &&
           run->memory == NULL && run->profile == NULL && run->atoms->unit_count > 0;
}

/* Whether the run would do nothing about the place. */
static bool is_unwanted(const struct vtr_atom_block *block,
                        const struct vtr_atom_entry *entry, size_t at)
{
    if (entry->pattern >= block->pattern_count) {
        return false;
    }
    const struct wish *wish = &block->wishes[entry->pattern];
    return wish->interest == UNWANTED ||
           (wish->interest == WANTED_AT &&
            !vtr_verify_may_begin_at(entry, at, wish->offset));
}

bool vtr_atom_ahead_visit(struct vtr_atom_block *block, uint64_t count)
{
    block->visits += count;
    block->visit_count += count;
    block->is_full = block->is_full || block->visit_count > VISIT_LIMIT;
    return !block->is_full;
}

void vtr_atom_ahead_note(struct vtr_scan_run *run, const struct vtr_atom_entry *entry,
                         size_t at)
{
    struct vtr_atom_block *block = run->block;

    if (block->is_full || is_unwanted(block, entry, at)) {
        return;
    }
    (void)vtr_atom_ahead_visit(block, run->visits);
    run->visits = 0;
    struct place *place =
        block->items.count < PLACE_LIMIT ? vtr_vector_push(&block->items) : NULL;
    if (place == NULL) {
        block->is_full = true;
        return;
    }
    *place = (struct place){.at = (uint32_t)(at - block->first),
                            .visits = (uint32_t)block->visits,
                            .pattern = entry->pattern,
                            .back_min = entry->back_min,
                            .back_max = entry->back_max,
                            .fragment = entry->fragment,
                            .flags = entry->flags};
    block->visits = 0;
}

/* Notes the places of a block, as far as there is room: what is noted ends with a whole
 * tile. */
static void note_block(struct vtr_scan_run *run, struct vtr_atom_block *block)
{
    const size_t left = run->data.len - block->first;
    const size_t limit = block->first + (left < BLOCK_LEN ? left : BLOCK_LEN);

    run->block = block;
    run->visits = 0;
    for (size_t first = block->first; first < limit; first += VTR_TILE_LEN) {
        const size_t count = block->items.count;
        const uint64_t visits = block->visits;

        vtr_atom_search_tile(run, first);
        (void)vtr_atom_ahead_visit(block, run->visits);
        run->visits = 0;
        if (block->is_full) {
            block->items.count = count;
            block->visits = visits;
            return;
        }
        block->end = first + VTR_TILE_LEN;
    }
}

/* A place whose pattern is found at one offset before it, or else not at all. */
static bool take_plain(struct vtr_scan_run *run, const struct place *place, size_t at)
{
    const uint32_t *number = vtr_pattern_states_place(&run->patterns, place->pattern);

    return place->back_min == place->back_max && place->back_min <= at &&
           place->fragment == 0 && place->flags == 0 && !run->is_search_over &&
           number != NULL && *number > 0 &&
           vtr_plain_hits_take(run, *number - 1, at - place->back_min);
}

/* Verifies what is noted, and searches what is not. */
static void settle_block(struct vtr_scan_run *run, const struct vtr_atom_block *block)
{
    const struct place *places = block->items.items;
    const size_t left = run->data.len - block->first;
    const size_t limit = block->first + (left < BLOCK_LEN ? left : BLOCK_LEN);

    for (size_t i = 0; i < block->items.count && !run->is_search_over; i++) {
        const struct place *place = &places[i];
        const size_t at = block->first + place->at;
        const struct vtr_atom_entry entry = {.pattern = place->pattern,
                                             .back_min = place->back_min,
                                             .back_max = place->back_max,
                                             .fragment = place->fragment,
                                             .flags = place->flags};

        if (vtr_atom_visit(run, place->visits) && !take_plain(run, place, at)) {
            (void)vtr_verify_atom(run, &entry, at);
        }
    }
    (void)vtr_atom_visit(run, block->visits);
    for (size_t first = block->end; first < limit; first += VTR_TILE_LEN) {
        vtr_atom_search_tile(run, first);
    }
}

static void settle_round(struct vtr_scan_run *run, const struct round *round)
{
    for (size_t i = 0; i < round->count && !vtr_run_must_stop(run); i++) {
        settle_block(run, &round->blocks[i]);
    }
}

/* Task 0 verifies the round before, the others note a block each. */
static enum vtr_status run_task(size_t task, unsigned worker, void *context)
{
    struct ahead *ahead = context;

    if (task == 0) {
        settle_round(ahead->run, &ahead->noted);
    } else {
        note_block(&ahead->threads[worker].run, &ahead->next.blocks[task - 1]);
    }
    return VTR_OK;
}

/* What the run wants now. */
static void make_wishes(struct ahead *ahead)
{
    const struct vtr_scan_run *run = ahead->run;

    for (size_t i = 0; i < run->patterns.count; i++) {
        const struct vtr_pattern_state *state = run->patterns.items[i];

        if (state->is_bad || state->asked_file != run->file_number ||
            state->pattern >= run->image->pattern_count) {
            continue;
        }
        ahead->wishes[state->pattern] = (struct wish){
            .offset = state->only_offset,
            .interest = state->is_off            ? UNWANTED
                        : state->has_only_offset ? WANTED_AT
                                                 : WANTED,
        };
    }
}

/* The blocks from `first` on that the next round notes. */
static void begin_round(struct ahead *ahead, size_t first)
{
    const size_t len = ahead->run->data.len;
    struct round *round = &ahead->next;

    make_wishes(ahead);
    for (round->count = 0; round->count < ahead->block_limit && first < len;
         round->count++) {
        struct vtr_atom_block *block = &round->blocks[round->count];

        block->wishes = ahead->wishes;
        block->pattern_count = (size_t)ahead->run->image->pattern_count;
        block->first = first;
        block->end = first;
        block->items.count = 0;
        block->visits = 0;
        block->visit_count = 0;
        block->is_full = false;
        first = len - first > BLOCK_LEN ? first + BLOCK_LEN : len;
    }
}

static bool make_round(struct round *round, size_t limit)
{
    round->blocks = calloc(limit, sizeof(*round->blocks));
    for (size_t i = 0; round->blocks != NULL && i < limit; i++) {
        vtr_vector_init(&round->blocks[i].items, sizeof(struct place));
    }
    return round->blocks != NULL;
}

static void free_round(struct round *round, size_t limit)
{
    for (size_t i = 0; round->blocks != NULL && i < limit; i++) {
        vtr_vector_deinit(&round->blocks[i].items);
    }
    free(round->blocks);
}

static bool make(struct ahead *ahead, struct vtr_scan_run *run)
{
    const unsigned wanted = run->options.threads;

    if (wanted == 0) {
        return false;
    }
    ahead->run = run;
    ahead->thread_count = wanted < THREAD_LIMIT ? wanted : THREAD_LIMIT;
    const size_t blocks = (size_t)ahead->thread_count * THREAD_BLOCKS;
    ahead->block_limit = blocks < ROUND_LIMIT ? blocks : ROUND_LIMIT;
    ahead->threads = calloc(ahead->thread_count, sizeof(*ahead->threads));
    ahead->wishes =
        calloc((size_t)run->image->pattern_count + 1, sizeof(*ahead->wishes));
    if (!make_round(&ahead->noted, ahead->block_limit) ||
        !make_round(&ahead->next, ahead->block_limit) || ahead->threads == NULL ||
        ahead->wishes == NULL) {
        return false;
    }
    for (unsigned i = 0; i < ahead->thread_count; i++) {
        struct thread *thread = &ahead->threads[i];

        thread->run = *run;
        thread->run.limits = 0;
        /* Whoever verifies adds states meanwhile. */
        thread->run.patterns = (struct vtr_pattern_states){.image = run->image};
        thread->searcher = *run->searcher;
        thread->run.searcher = &thread->searcher;
    }
    return true;
}

static void release(struct ahead *ahead)
{
    free_round(&ahead->noted, ahead->block_limit);
    free_round(&ahead->next, ahead->block_limit);
    free(ahead->threads);
    free(ahead->wishes);
}

bool vtr_atom_ahead_search(struct vtr_scan_run *run)
{
    const size_t len = run->data.len;
    struct ahead ahead = {.run = NULL};
    size_t first = 0;

    if (!make(&ahead, run)) {
        release(&ahead);
        return false;
    }
    while (first < len && !vtr_run_must_stop(run) && !run->is_search_over) {
        begin_round(&ahead, first);
        const struct round round = ahead.next;
        if (vtr_run_tasks(round.count + 1, ahead.thread_count, run_task, &ahead) !=
            VTR_OK) {
            settle_round(run, &ahead.noted); /* no task was run: no memory for them */
        }
        ahead.next = ahead.noted;
        ahead.noted = round;
        first = len - first > round.count * BLOCK_LEN ? first + round.count * BLOCK_LEN
                                                      : len;
    }
    settle_round(run, &ahead.noted);
    for (unsigned i = 0; i < ahead.thread_count; i++) {
        run->limits |= ahead.threads[i].run.limits;
    }
    release(&ahead);
    return true;
}
