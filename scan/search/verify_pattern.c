/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/verify_pattern.h"

#include "base/sort.h"
#include "scan/match/chain.h"
#include "scan/match/verify_text.h"
#include "scan/run/profile.h"
#include "scan/search/atom_ahead.h"
#include "scan/search/pattern_hope.h"
#include "scan/search/pattern_interest.h"
#include "scan/search/plain_hits.h"
#include "scan/search/verify_regex.h"

/* So many candidates are collected before they are looked at. */
#define CANDIDATE_BATCH 4096u

/* When so many of all patterns wait, batches are small. */
#define CANDIDATE_TOTAL 4000000u
#define SMALL_BATCH     16u

/* A text from this length on is worth counting what it costs to compare it. */
#define LONG_TEXT_LEN  256u
#define BYTES_PER_UNIT 16u

/* What trying a hex string at a place is worth besides its steps. */
#define HEX_UNITS 16u

/* Places tried between two looks at the clock. */
#define CLOCK_STRIDE 1024u

void vtr_verify_add(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_match_list *list, size_t start, size_t len)
{
    vtr_plain_hits_close(run, state);
    if (run->match_count >= VTR_VERIFY_TOTAL_LIMIT && list->count > 0) {
        run->limits |= VTR_SCAN_LIMIT_MATCHES; /* of all patterns together */
        return;
    }
    if (list->count >= run->options.match_limit) {
        /* Some may be the same match, found twice. */
        if (!vtr_match_list_finish(list)) {
            run->is_memory_out = true;
            return;
        }
        if (list->count >= run->options.match_limit) {
            vtr_run_overflow(run, state->pattern);
            return;
        }
    }
    if (!vtr_match_list_add(list, start, len)) {
        run->is_memory_out = true;
        return;
    }
    run->match_count++;
    vtr_pattern_note_match(state);
    vtr_pattern_states_touch(&run->patterns, state);
}

static bool is_chain(const struct vtr_pattern_state *state)
{
    return state->view.type == VTR_PATTERN_HEX && state->part_count > 1;
}

/* Whether the pattern is asked for at one offset only, and this is another. */
static bool is_elsewhere(const struct vtr_scan_run *run,
                         const struct vtr_pattern_state *state, size_t start)
{
    return !vtr_pattern_is_wanted_at(state, start) ||
           ((state->view.flags & VTR_PATTERN_FIXED_OFFSET) != 0 && !is_chain(state) &&
            state->view.fixed_offset != run->base + start);
}

/* Whether one of the text's forms is at `start`.  Where both are, which needs zeros in
 * the text, the plain one counts and the wide one is not there. */
static bool has_text_at(const struct vtr_scan_run *run,
                        const struct vtr_pattern_view *view, struct vtr_bytes text,
                        bool is_wide, size_t start, size_t *out_len)
{
    size_t plain_len;

    return vtr_verify_text(view, text, is_wide, run->data, start, out_len) &&
           !(is_wide && (view->flags & VTR_PATTERN_ASCII) != 0 &&
             vtr_verify_text(view, text, false, run->data, start, &plain_len));
}

static void try_text(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                     struct vtr_pattern_part *part, bool is_wide, size_t start)
{
    const bool is_long = part->bytes.len >= LONG_TEXT_LEN;
    size_t len;

    if (!is_elsewhere(run, state, start) &&
        (!is_long || vtr_run_spend(run, part, part->bytes.len / BYTES_PER_UNIT)) &&
        has_text_at(run, &state->view, part->bytes, is_wide, start, &len)) {
        vtr_verify_add(run, state, &state->matches, start, len);
    }
}

static void try_hex(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_pattern_part *part, size_t start)
{
    struct vtr_match_list *list = is_chain(state) ? &part->found : &state->matches;
    size_t len;

    if (is_elsewhere(run, state, start) || vtr_match_list_ends_at(list, start) ||
        !vtr_run_spend(run, part, HEX_UNITS)) {
        return;
    }
    bool is_match;
    if (part->literal.len > 0 && part->literal.len < LONG_TEXT_LEN) {
        is_match =
            vtr_verify_text(&state->view, part->literal, false, run->data, start, &len);
    } else {
        run->hex.step_limit = vtr_run_work_left(run, part) + 1; /* 0: the usual */
        is_match = vtr_hex_match(&run->hex, part->bytes, run->data, start, &len);
        (void)vtr_run_spend(run, part, run->hex.used);
        if (run->hex.has_hit_limit) {
            vtr_run_exhaust(run, part);
        }
    }
    if (is_match) {
        vtr_verify_add(run, state, list, start, len);
    }
}

static int compare_candidates(const void *a, const void *b, void *context)
{
    const struct vtr_candidate *left = a;
    const struct vtr_candidate *right = b;

    (void)context;
    return (left->first > right->first) - (left->first < right->first);
}

static void try_at(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                   struct vtr_pattern_part *part, size_t start, size_t atom)
{
    if (state->view.type == VTR_PATTERN_REGEX) {
        if (!is_elsewhere(run, state, start)) {
            vtr_verify_regex_at(run, state, part, start, atom);
        }
    } else {
        try_hex(run, state, part, start);
    }
}

/* Whether no more offsets are to be tried; the clock itself is looked at now and then.
 */
static bool is_time_up(struct vtr_scan_run *run, size_t tried)
{
    return run->is_late ||
           (tried % CLOCK_STRIDE == CLOCK_STRIDE - 1 && vtr_run_must_stop(run));
}

/* Tries each offset of the collected candidates once, in ascending order. */
static void try_candidates(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                           struct vtr_pattern_part *part)
{
    const struct vtr_candidate *items = part->candidates.items;
    const size_t count = part->candidates.count;
    uint64_t next = 0;
    uint64_t atom = 0;
    unsigned tried = 0;

    if (vtr_sort(part->candidates.items, count, sizeof(*items), compare_candidates,
                 NULL) != VTR_OK) {
        run->is_memory_out = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        atom = items[i].atom > atom ? items[i].atom : atom;
        next = items[i].first > next ? items[i].first : next;
        /* What the next candidate covers too is its own: its atom reaches further. */
        const uint64_t end = i + 1 < count && items[i + 1].first <= items[i].last &&
                                     items[i + 1].last >= items[i].last
                                 ? items[i + 1].first
                                 : items[i].last + 1;
        for (; next < end && !state->is_off; next++) {
            if (is_time_up(run, tried++)) {
                return;
            }
            try_at(run, state, part, (size_t)next, (size_t)atom);
        }
    }
}

static void flush_candidates(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                             struct vtr_pattern_part *part)
{
    if (part->candidates.count > 0) {
        try_candidates(run, state, part);
        run->candidate_count -= part->candidates.count;
        part->candidates.count = 0;
    }
}

/* How many candidates are collected.  Where one match is enough, it may be the first,
 * unless offsets are many, and would be tried again in each batch. */
static size_t batch_of(const struct vtr_scan_run *run,
                       const struct vtr_pattern_state *state,
                       const struct vtr_candidate *candidate)
{
    const bool is_one =
        state->need == VTR_NEED_ONE && candidate->last - candidate->first < SMALL_BATCH;

    return run->candidate_count < CANDIDATE_TOTAL && !is_one ? CANDIDATE_BATCH
                                                             : SMALL_BATCH;
}

static void collect(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_pattern_part *part,
                    const struct vtr_candidate *candidate)
{
    const size_t batch = batch_of(run, state, candidate);

    if (part->candidates.count >= batch) {
        flush_candidates(run, state, part);
    }
    struct vtr_candidate *item = vtr_vector_push(&part->candidates);
    if (item == NULL) {
        run->is_memory_out = true;
        return;
    }
    *item = *candidate;
    run->candidate_count++;
    vtr_pattern_states_touch(&run->patterns, state);
}

/* The offsets where the part may begin; false when there is none. */
static bool candidate_of(const struct vtr_atom_entry *entry, size_t at,
                         struct vtr_candidate *out)
{
    size_t back_max = entry->back_max;

    if (back_max == VTR_BACK_UNBOUNDED || back_max > at) {
        back_max = back_max == VTR_BACK_UNBOUNDED ? VTR_REGEX_REACH : back_max;
        back_max = back_max < at ? back_max : at;
    }
    if (entry->back_min > back_max) {
        return false;
    }
    out->first = at - back_max;
    out->last = at - entry->back_min;
    out->atom = at;
    return true;
}

/* Of a pattern that is wanted at one offset, leaves that one; false when it is none of
 * them, and `out_is_past` when it is none of those of any later atom. */
static bool narrow(const struct vtr_pattern_state *state,
                   struct vtr_candidate *candidate, bool *out_is_past)
{
    if (!state->has_only_offset) {
        return true;
    }
    if (state->only_offset < candidate->first || state->only_offset > candidate->last) {
        *out_is_past = state->only_offset < candidate->first;
        return false;
    }
    candidate->first = state->only_offset;
    candidate->last = state->only_offset;
    return true;
}

static struct vtr_pattern_state *get_state(struct vtr_scan_run *run, uint32_t pattern)
{
    struct vtr_pattern_state *state = vtr_pattern_states_get(&run->patterns, pattern);

    if (state == NULL) {
        run->is_memory_out = true;
    } else if (state->is_bad) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
        return NULL;
    }
    return state;
}

bool vtr_verify_may_begin_at(const struct vtr_atom_entry *entry, size_t at,
                             uint64_t offset)
{
    struct vtr_candidate candidate;

    return candidate_of(entry, at, &candidate) && candidate.first <= offset &&
           offset <= candidate.last;
}

/* Verifies the part that the atom is of. */
static void verify_part(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                        const struct vtr_atom_entry *entry,
                        const struct vtr_candidate *candidate)
{
    if (entry->fragment >= state->part_count) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
        return;
    }
    struct vtr_pattern_part *part = &state->parts[entry->fragment];
    if (state->view.type == VTR_PATTERN_TEXT) {
        const bool is_wide = (entry->flags & VTR_ATOM_WIDE) != 0;
        for (uint64_t start = candidate->first; start <= candidate->last; start++) {
            try_text(run, state, part, is_wide, (size_t)start);
        }
    } else if (state->view.type == VTR_PATTERN_HEX &&
               candidate->first == candidate->last) {
        try_hex(run, state, part, (size_t)candidate->first);
    } else {
        collect(run, state, part, candidate);
    }
}

static bool verify_atom(struct vtr_scan_run *run, const struct vtr_atom_entry *entry,
                        size_t at)
{
    struct vtr_pattern_state *state = get_state(run, entry->pattern);
    struct vtr_candidate candidate;
    bool is_past = false;

    if (state == NULL) {
        return true;
    }
    if (vtr_pattern_is_wanted(run, state) && candidate_of(entry, at, &candidate) &&
        narrow(state, &candidate, &is_past)) {
        vtr_plain_hits_close(run, state);
        verify_part(run, state, entry, &candidate);
        vtr_plain_hits_open(run, state);
    }
    return !is_past && !state->is_off;
}

bool vtr_verify_atom(struct vtr_scan_run *run, const struct vtr_atom_entry *entry,
                     size_t at)
{
    if (run->block != NULL) {
        vtr_atom_ahead_note(run, entry, at);
        return true;
    }
    if (run->is_search_over) {
        return true;
    }
    const struct vtr_profile_span span = vtr_profile_begin(run->profile);
    const bool is_wanted = verify_atom(run, entry, at);
    vtr_profile_end(run->profile, &span, VTR_COST_STRING, entry->pattern);
    return is_wanted;
}

static void try_any(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_pattern_part *part, size_t start)
{
    if (state->view.type != VTR_PATTERN_TEXT) {
        try_at(run, state, part, start, start);
        return;
    }
    if ((state->view.flags & VTR_PATTERN_ASCII) != 0) {
        try_text(run, state, part, false, start);
    }
    if ((state->view.flags & VTR_PATTERN_WIDE) != 0) {
        try_text(run, state, part, true, start);
    }
}

static void try_everywhere(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                           struct vtr_pattern_part *part)
{
    for (size_t start = 0; start < run->data.len && !state->is_off; start++) {
        if (is_time_up(run, start)) {
            return;
        }
        try_any(run, state, part, start);
    }
}

void vtr_verify_everywhere(struct vtr_scan_run *run, uint32_t pattern)
{
    const struct vtr_profile_span span = vtr_profile_begin(run->profile);
    struct vtr_pattern_state *state = get_state(run, pattern);

    if (state != NULL && vtr_pattern_is_wanted(run, state) &&
        !vtr_pattern_has_hope(run, state, pattern)) {
        state->is_off = true;
    }
    for (size_t i = 0; state != NULL && i < state->part_count; i++) {
        if (vtr_run_must_stop(run) || !vtr_pattern_is_wanted(run, state)) {
            break;
        }
        if (state->has_only_offset) {
            if (state->only_offset < run->data.len) {
                try_any(run, state, &state->parts[i], (size_t)state->only_offset);
            }
        } else if (state->view.type == VTR_PATTERN_REGEX) {
            vtr_verify_regex_everywhere(run, state, &state->parts[i]);
        } else {
            try_everywhere(run, state, &state->parts[i]);
        }
    }
    vtr_profile_end(run->profile, &span, VTR_COST_STRING, pattern);
}

/* Of a finished list, keeps the match at `offset` alone. */
static void keep_only(struct vtr_match_list *list, uint64_t offset)
{
    const size_t at =
        offset > INT64_MAX ? list->count : vtr_match_list_lower(list, (int64_t)offset);
    const bool is_there = at < list->count && list->items[at].offset == offset;

    if (is_there) {
        list->items[0] = list->items[at];
    }
    list->count = is_there ? 1 : 0;
}

/* Joins the fragments that were found to matches of the whole. */
static void join(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    struct vtr_match_list *out = &state->matches;
    struct vtr_vector links;

    vtr_vector_init(&links, sizeof(struct vtr_chain_link));
    for (size_t i = 0; i < state->part_count; i++) {
        struct vtr_pattern_part *part = &state->parts[i];
        struct vtr_chain_link *link = vtr_vector_push(&links);
        if (link == NULL || !vtr_match_list_finish(&part->found)) {
            run->is_memory_out = true;
            goto out;
        }
        *link = (struct vtr_chain_link){&part->found, part->gap_min, part->gap_max};
    }
    if (!vtr_chain_resolve(links.items, links.count, out)) {
        run->is_memory_out = true;
        goto out;
    }
    if ((state->view.flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        keep_only(out, state->view.fixed_offset - run->base);
    }
out:
    vtr_vector_deinit(&links);
}

/* What the programs of an expression found: at an offset where several match, the first
 * of them counts. */
static void gather(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    for (size_t i = 0; i < state->part_count; i++) {
        const struct vtr_match_list *found = &state->parts[i].found;
        for (size_t n = 0; n < found->count; n++) {
            vtr_verify_add(run, state, &state->matches, (size_t)found->items[n].offset,
                           (size_t)found->items[n].length);
        }
    }
}

static bool has_candidates(const struct vtr_pattern_state *state)
{
    size_t count = 0;

    for (size_t part = 0; part < state->part_count; part++) {
        count += state->parts[part].candidates.count;
    }
    return count > 0;
}

/* What is left to do for a pattern of which something was found. */
static void finish_pattern(struct vtr_scan_run *run, struct vtr_pattern_state *state)
{
    vtr_plain_hits_close(run, state);
    if (has_candidates(state) && !vtr_pattern_has_hope(run, state, UINT32_MAX)) {
        state->is_off = true; /* they are counted and dropped */
    }
    for (size_t part = 0; part < state->part_count; part++) {
        flush_candidates(run, state, &state->parts[part]);
    }
    if (is_chain(state)) {
        if (!vtr_run_must_stop(run)) {
            join(run, state);
        }
    } else if (state->view.type == VTR_PATTERN_REGEX) {
        gather(run, state);
    }
    if (!vtr_match_list_finish(&state->matches)) {
        run->is_memory_out = true;
    }
}

void vtr_verify_finish(struct vtr_scan_run *run)
{
    /* Nothing is touched anew below: a candidate has touched its pattern already. */
    for (size_t i = 0; i < run->patterns.touched_count; i++) {
        struct vtr_pattern_state *state = run->patterns.touched[i];
        const struct vtr_profile_span span = vtr_profile_begin(run->profile);

        vtr_pattern_states_fetch_touched(&run->patterns, i);
        finish_pattern(run, state);
        vtr_profile_finish(run->profile, &span, state->pattern, state->matches.count);
    }
    if (run->hex.has_failed) {
        run->is_memory_out = true;
    }
}
