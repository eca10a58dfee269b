/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Starts in one state make a group, whose head is the youngest of them: what is found
 * from then on is noted at the head alone, and the head outlives the others.  A start
 * that is too old takes what was noted on its way to the head while it belonged there.
 */
#include "scan/regex/regex_sweep.h"

#include <stdlib.h>
#include <string.h>

#include "scan/regex/regex_automaton.h"

/* Starts that may be open at once are fewer; a power of two. */
#define RING_LEN (2 * VTR_REGEX_SWEEP_REACH)

/* So often there was no room for a state, then no sweep begins. */
#define FAILURE_LIMIT 8u

#define NO_END SIZE_MAX

struct start {
    size_t end;    /* of the best match so far; NO_END: of none */
    size_t leader; /* itself: a head */
    size_t joined; /* where it joined the leader: what ends there counts for both */
};

enum progress {
    OPEN,
    DONE, /* nothing goes on */
    LOST  /* there was no room for a state */
};

struct group {
    uint32_t state;
    size_t head;
};

struct vtr_regex_sweep {
    struct vtr_regex_automaton automaton;
    struct start starts[RING_LEN]; /* by their place */
    struct group groups[VTR_REGEX_STATE_LIMIT];
    size_t group_count;
    /* The group of a state, of the byte with that number. */
    uint32_t group_of[VTR_REGEX_STATE_LIMIT];
    uint64_t stamps[VTR_REGEX_STATE_LIMIT];
    uint64_t stamp;
    size_t path[RING_LEN];
    size_t at;    /* the byte that comes next */
    size_t first; /* the first start that is not told */
    enum progress progress;
    unsigned failure_count;
};

struct vtr_regex_sweep *vtr_regex_sweep_new(
    const struct vtr_regex_program_code *program)
{
    struct vtr_regex_sweep *sweep;

    if (!program->has_order) {
        return NULL;
    }
    sweep = calloc(1, sizeof(*sweep));
    if (sweep != NULL && !vtr_regex_automaton_init(&sweep->automaton, program)) {
        vtr_regex_sweep_free(sweep);
        return NULL;
    }
    return sweep;
}

void vtr_regex_sweep_free(struct vtr_regex_sweep *sweep)
{
    if (sweep != NULL) {
        vtr_regex_automaton_deinit(&sweep->automaton);
        free(sweep);
    }
}

bool vtr_regex_sweep_begin(struct vtr_regex_sweep *sweep, size_t start)
{
    sweep->group_count = 0;
    sweep->stamp++;
    sweep->at = start;
    sweep->first = start;
    sweep->progress = OPEN;
    return sweep->failure_count < FAILURE_LIMIT &&
           vtr_regex_automaton_begin(&sweep->automaton);
}

static struct start *start_of(struct vtr_regex_sweep *sweep, size_t place)
{
    return &sweep->starts[place % RING_LEN];
}

/* Takes what was noted at the leader since, and follows the leader's. */
static void pass_leader(struct vtr_regex_sweep *sweep, struct start *start)
{
    const struct start *leader = start_of(sweep, start->leader);

    if (leader->end != NO_END && leader->end >= start->joined) {
        start->end = leader->end;
    }
    start->joined = leader->joined;
    start->leader = leader->leader;
}

/* Where the match that begins at `place` ends; all on the way there then follow the
 * head, which stays as it is. */
static size_t end_of(struct vtr_regex_sweep *sweep, size_t place)
{
    size_t count = 0;
    size_t end;

    while (start_of(sweep, place)->leader != place) {
        sweep->path[count++] = place;
        place = start_of(sweep, place)->leader;
    }
    const struct start *head = start_of(sweep, place);
    end = head->end;
    for (size_t i = count; i-- > 0;) {
        struct start *start = start_of(sweep, sweep->path[i]);
        if (start->leader != place) {
            pass_leader(sweep, start);
        }
        end =
            head->end != NO_END && head->end >= start->joined ? head->end : start->end;
    }
    return end;
}

/* Notes that the match of `head`, and of all that follow it, is in `state` now. */
static void put(struct vtr_regex_sweep *sweep, uint32_t state, size_t head)
{
    struct group *group = &sweep->groups[sweep->group_of[state]];

    if (sweep->stamps[state] == sweep->stamp) {
        const size_t other = group->head;
        struct start *older = start_of(sweep, head < other ? head : other);
        group->head = head < other ? other : head;
        older->leader = group->head;
        older->joined = sweep->at;
    } else {
        sweep->stamps[state] = sweep->stamp;
        sweep->group_of[state] = (uint32_t)sweep->group_count;
        group = &sweep->groups[sweep->group_count++];
        *group = (struct group){state, head};
    }
    if (vtr_regex_automaton_accepts(&sweep->automaton, state)) {
        start_of(sweep, group->head)->end = sweep->at;
    }
}

static void add_start(struct vtr_regex_sweep *sweep)
{
    *start_of(sweep, sweep->at) = (struct start){NO_END, sweep->at, sweep->at};
    put(sweep, sweep->automaton.first, sweep->at);
}

/* Moves all groups past the next byte.  False when there is no room for a state. */
static bool pass_byte(struct vtr_regex_sweep *sweep, uint8_t byte)
{
    const unsigned c = sweep->automaton.table.classes[byte];
    const size_t count = sweep->group_count;

    sweep->group_count = 0;
    sweep->stamp++;
    sweep->at++;
    for (size_t i = 0; i < count; i++) {
        const struct group group = sweep->groups[i];
        const uint32_t next =
            vtr_regex_automaton_pass(&sweep->automaton, group.state, c);
        if (next == VTR_REGEX_NO_STATE) {
            return false;
        }
        if (next != VTR_REGEX_DEAD_STATE &&
            sweep->at - group.head <= VTR_REGEX_SWEEP_REACH) {
            put(sweep, next, group.head);
        }
    }
    return true;
}

/* Lets a match begin at the next byte, and passes it. */
static void advance(struct vtr_regex_sweep *sweep, struct vtr_bytes data, size_t last,
                    uint64_t *steps)
{
    const uint64_t cost = sweep->automaton.cost;
    bool is_open = sweep->at < data.len;

    if (is_open && sweep->at <= last) {
        add_start(sweep);
    }
    const size_t count = sweep->group_count;
    if (is_open && !pass_byte(sweep, data.ptr[sweep->at])) {
        sweep->failure_count++;
        sweep->progress = LOST;
        sweep->at--;
        return;
    }
    if (sweep->group_count == 0 || !is_open) {
        sweep->progress = DONE;
    }
    const uint64_t taken = count + 1 + sweep->automaton.cost - cost;
    *steps -= taken < *steps ? taken : *steps;
}

/* Tells the first match of those that cannot change any more. */
static bool tell(struct vtr_regex_sweep *sweep, size_t last, size_t *out_start,
                 size_t *out_end)
{
    const size_t limit = sweep->at <= last ? sweep->at : last + 1;

    while (sweep->first < limit &&
           (sweep->progress == DONE ||
            sweep->at - sweep->first >= VTR_REGEX_SWEEP_REACH)) {
        *out_start = sweep->first++;
        *out_end = end_of(sweep, *out_start);
        if (*out_end != NO_END) {
            return true;
        }
    }
    *out_start = sweep->first;
    return false;
}

enum vtr_sweep_answer vtr_regex_sweep_next(struct vtr_regex_sweep *sweep,
                                           struct vtr_bytes data, size_t last,
                                           uint64_t *steps, size_t *out_start,
                                           size_t *out_end)
{
    while (!tell(sweep, last, out_start, out_end)) {
        if (sweep->progress != OPEN) {
            return VTR_SWEEP_OVER;
        }
        if (*steps == 0) {
            return VTR_SWEEP_PAUSE;
        }
        advance(sweep, data, last, steps);
    }
    return VTR_SWEEP_MATCH;
}
