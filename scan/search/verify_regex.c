/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/verify_regex.h"

#include "scan/match/verify_text.h"
#include "scan/regex/class_run.h"
#include "scan/regex/expression.h"
#include "scan/regex/regex_filter.h"
#include "scan/regex/regex_sweep.h"
#include "scan/run/run_regex.h"
#include "scan/search/verify_pattern.h"

/* A search for an expression without atoms looks at so much of the data at a time: what
 * it costs where nothing matches is bounded. */
#define WINDOW_LEN (64u * 1024u)

/* Bytes behind a match that tell whether a word or line ends there. */
#define LOOK_LEN 2u

/* Matches between two looks at the clock. */
#define CLOCK_STRIDE 256u

/* What a match counts for that follows from the one before. */
#define RUN_UNITS 12u

/* So much is filtered between two looks at the clock, and so many bytes in a unit of
 * work. */
#define FILTER_LEN            (1024u * 1024u)
#define FILTER_BYTES_PER_UNIT 8u

/* Bytes that an expression may see in a unit of work. */
#define BYTES_PER_UNIT 16u

/* A match so long is likely to be followed by another that ends where it does.  All of
 * them are then looked for in one pass.  Where that cannot be, the next starts are
 * looked at by themselves, no farther than a match may go. */
#define LONG_MATCH  256u
#define NEAR_STARTS 128u

/* Steps of a pass between two looks at what it cost, and what one counts for. */
#define SWEEP_STEPS    16384u
#define UNITS_PER_STEP 2u

/* Makes the expression when it is needed first.  False when there is none. */
static bool is_ready(struct vtr_scan_run *run, struct vtr_pattern_part *part)
{
    if (part->expression == NULL) {
        part->expression = vtr_expression_new(part->bytes, part->flags);
    }
    if (part->expression == NULL) {
        run->is_memory_out = true;
    }
    return part->expression != NULL &&
           vtr_run_has_regex(run, part->expression, VTR_REGEX_AT);
}

/* The data as far as an expression near `at` may see it. */
static struct vtr_bytes visible(const struct vtr_scan_run *run, size_t at, size_t reach)
{
    struct vtr_bytes data = run->data;

    if (data.len - at > reach) {
        data.len = at + reach;
    }
    return data;
}

static void add(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                struct vtr_pattern_part *part, const struct vtr_match *match)
{
    const bool is_wide = (part->flags & VTR_PROGRAM_WIDE) != 0;

    if ((state->view.flags & VTR_PATTERN_FULLWORD) != 0 &&
        !vtr_verify_word(run->data, (size_t)match->offset, (size_t)match->length,
                         is_wide)) {
        return;
    }
    vtr_verify_add(run, state, &part->found, (size_t)match->offset,
                   (size_t)match->length);
}

/* How far from an atom a match may end: an expression that is long is looked at as a
 * whole, so that a long text is found. */
static size_t reach_of(const struct vtr_pattern_part *part)
{
    return part->bytes.len > VTR_REGEX_REACH ? part->bytes.len : VTR_REGEX_REACH;
}

/* The match that begins at `start` and ends within `reach` of `atom`, if any. */
static enum vtr_regex_answer run_at(struct vtr_scan_run *run,
                                    struct vtr_pattern_part *part, size_t start,
                                    size_t atom, size_t reach, struct vtr_match *out)
{
    const bool looks = (part->flags & VTR_PROGRAM_END_ANCHOR) != 0;
    const struct vtr_regex_subject subject = {
        .data = visible(run, atom, reach + (looks ? LOOK_LEN : 0)),
        .start = start,
        .last = start,
        .use = VTR_REGEX_AT,
        .end_limit = atom + reach,
    };

    return vtr_run_regex(run, part, part->expression, &subject, out);
}

void vtr_verify_regex_at(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                         struct vtr_pattern_part *part, size_t start, size_t atom)
{
    struct vtr_match match;

    if (is_ready(run, part) &&
        run_at(run, part, start, atom, reach_of(part), &match) == VTR_REGEX_YES) {
        add(run, state, part, &match);
    }
}

/* Whether nothing more of the part is kept: what it still finds is dropped. */
static bool is_full(const struct vtr_scan_run *run, const struct vtr_pattern_part *part)
{
    return (part->found.count >= run->options.match_limit &&
            !part->found.is_disordered) ||
           (run->match_count >= VTR_VERIFY_TOTAL_LIMIT && part->found.count > 0);
}

/* Whether the search ends before its next start; looks at the clock now and then. */
static bool must_end(struct vtr_scan_run *run, const struct vtr_pattern_part *part,
                     size_t tried)
{
    return (tried % CLOCK_STRIDE == 0 && vtr_run_must_stop(run)) ||
           ((run->limits & VTR_SCAN_LIMIT_MATCHES) != 0 && is_full(run, part));
}

/* Whether a match that begins at `start` would be kept. */
static bool is_wanted(const struct vtr_scan_run *run,
                      const struct vtr_pattern_state *state, size_t start)
{
    return (state->view.flags & VTR_PATTERN_FIXED_OFFSET) == 0 ||
           state->view.fixed_offset == run->base + start;
}

/* The match that begins at `start`, near the last one: by JIT where that can be. */
static enum vtr_regex_answer run_near(struct vtr_scan_run *run,
                                      struct vtr_pattern_part *part, size_t start,
                                      struct vtr_match *out)
{
    const size_t reach = reach_of(part);

    if ((part->flags & VTR_PROGRAM_END_ANCHOR) != 0) {
        return run_at(run, part, start, start, reach, out);
    }
    const struct vtr_regex_subject subject = {
        .data = visible(run, start, reach),
        .start = start,
        .last = start,
        .use = VTR_REGEX_SEARCH,
    };
    return vtr_run_regex(run, part, part->expression, &subject, out);
}

/* What a search goes by from match to match. */
struct course {
    struct vtr_match match; /* the last one */
    unsigned near;          /* starts that are looked at by themselves */
};

/* The first match of the subject, or whether one begins at the offset of the course's,
 * before which there is none. */
static enum vtr_regex_answer find_next(struct vtr_scan_run *run,
                                       struct vtr_pattern_part *part,
                                       const struct vtr_regex_subject *subject,
                                       struct course *course)
{
    struct vtr_match *out = &course->match;
    const size_t looks = (part->flags & VTR_PROGRAM_END_ANCHOR) != 0 ? LOOK_LEN : 0;
    size_t start = subject->start;

    if (course->near > 0) {
        course->near--;
    } else {
        const enum vtr_regex_answer answer =
            vtr_run_regex(run, part, part->expression, subject, out);
        if (answer == VTR_REGEX_NO) {
            out->offset = subject->last;
        }
        if (answer != VTR_REGEX_YES) {
            return answer;
        }
        course->near = out->length > LONG_MATCH ? NEAR_STARTS : 0;
        if (out->length + looks <= VTR_REGEX_REACH) {
            return VTR_REGEX_YES;
        }
        (void)vtr_run_spend(run, part, out->length / BYTES_PER_UNIT);
        start = (size_t)out->offset;
    }
    return run_near(run, part, start, out);
}

/* The pass over all matches from a long one on; NULL when there can be none. */
static struct vtr_regex_sweep *begin_sweep(struct vtr_pattern_part *part,
                                           const struct vtr_match *match)
{
    struct vtr_regex_sweep *sweep =
        match->length > LONG_MATCH ? vtr_expression_get_sweep(part->expression) : NULL;

    return sweep != NULL && reach_of(part) == VTR_REGEX_SWEEP_REACH &&
                   vtr_regex_sweep_begin(sweep, (size_t)match->offset)
               ? sweep
               : NULL;
}

/* Every match while they lie over each other; where to go on behind them. */
static size_t sweep_matches(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                            struct vtr_pattern_part *part,
                            struct vtr_regex_sweep *sweep)
{
    const size_t last = run->data.len - 1;
    enum vtr_sweep_answer answer = VTR_SWEEP_PAUSE;
    size_t start = last;

    for (size_t tried = 1;
         answer != VTR_SWEEP_OVER && !state->is_off && !must_end(run, part, tried);
         tried++) {
        uint64_t left = SWEEP_STEPS;
        size_t end;
        answer = vtr_regex_sweep_next(sweep, run->data, last, &left, &start, &end);
        if (!vtr_run_spend(run, part,
                           RUN_UNITS + (SWEEP_STEPS - left) * UNITS_PER_STEP)) {
            return start;
        }
        if (answer == VTR_SWEEP_MATCH && is_wanted(run, state, start)) {
            add(run, state, part, &(struct vtr_match){start, end - start});
        }
    }
    return start;
}

/* Every match that begins in first..end-1, which are not none; up to where all are
 * known. */
static size_t search_window(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                            struct vtr_pattern_part *part, struct course *course,
                            size_t first, size_t end)
{
    struct vtr_regex_subject subject = {
        .data = visible(run, first, WINDOW_LEN),
        .start = first,
        .last = end - 1,
        .use = VTR_REGEX_SEARCH,
    };

    for (size_t tried = 1; subject.start < end && !must_end(run, part, tried);
         tried++) {
        const enum vtr_regex_answer answer = find_next(run, part, &subject, course);
        const size_t start = (size_t)course->match.offset;
        subject.start = start + 1;
        if (answer == VTR_REGEX_NO ||
            (answer == VTR_REGEX_LIMIT && vtr_run_work_left(run, part) > 0)) {
            continue;
        }
        if (answer != VTR_REGEX_YES) {
            return end;
        }
        struct vtr_regex_sweep *sweep = begin_sweep(part, &course->match);
        if (sweep != NULL) {
            course->near = 0;
            subject.start = sweep_matches(run, state, part, sweep);
        } else if (is_wanted(run, state, start)) {
            add(run, state, part, &course->match);
        }
        if (state->is_off) {
            return end;
        }
    }
    return subject.start > end ? subject.start : end;
}

/* Matches in one run: each begins in first..last, and goes as far as it may, to `end`
 * at most, over no more than `max` bytes. */
struct run_matches {
    const struct vtr_class_run *bytes;
    size_t first;
    size_t last;
    size_t end;
    size_t max;
};

/* Where they may end is looked at once, since that of each is not before that of the
 * one before. */
static void add_run(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                    struct vtr_pattern_part *part, const struct run_matches *matches)
{
    const size_t min = matches->bytes->min;
    const bool ends_anywhere = matches->bytes->tail == VTR_CLASS_RUN_ANY;
    size_t seen = matches->first;
    size_t end = matches->first;

    for (size_t start = matches->first; start <= matches->last; start++) {
        const size_t left = matches->end - start;
        const size_t limit = start + (left < matches->max ? left : matches->max);

        if (state->is_off || must_end(run, part, start - matches->first + 1) ||
            !vtr_run_spend(run, part, RUN_UNITS)) {
            return;
        }
        seen = ends_anywhere && seen < limit ? limit : seen;
        for (; seen <= limit; seen++) {
            end = vtr_class_run_ends(matches->bytes, run->data, seen) ? seen : end;
        }
        if (end >= start + min && is_wanted(run, state, start)) {
            add(run, state, part, &(struct vtr_match){start, end - start});
        }
    }
}

/* Each byte of a run begins a match, while there are enough of them. */
static void search_runs(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                        struct vtr_pattern_part *part,
                        const struct vtr_class_run *bytes)
{
    const size_t len = run->data.len;
    const bool matches_nothing = bytes->min == 0;
    const size_t min = matches_nothing ? 1 : bytes->min;
    const size_t max = bytes->max < VTR_REGEX_REACH ? bytes->max : VTR_REGEX_REACH;

    for (size_t at = 0; at < len && !state->is_off && !vtr_run_must_stop(run);) {
        const size_t limit = len - at > FILTER_LEN ? at + FILTER_LEN : len;
        size_t start;
        size_t end;
        const bool is_found =
            vtr_class_run_find(bytes, run->data, at, limit, &start, &end);
        const size_t gap_end = is_found ? start : end;
        if (!vtr_run_spend(run, part, 1 + (end - at) / FILTER_BYTES_PER_UNIT)) {
            return;
        }
        if (matches_nothing && gap_end > at) {
            add_run(run, state, part,
                    &(struct run_matches){bytes, at, gap_end - 1, gap_end, 0});
        }
        if (is_found && bytes->min <= max) {
            add_run(run, state, part,
                    &(struct run_matches){bytes, start, end - min, end, max});
        }
        at = end + (is_found && !matches_nothing ? 1 : 0);
    }
}

/* Every match that begins in start..end-1; up to where all are known. */
static size_t search_range(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                           struct vtr_pattern_part *part, struct course *course,
                           size_t start, size_t end)
{
    const size_t stride = WINDOW_LEN - VTR_REGEX_REACH - LOOK_LEN;

    while (start < end) {
        const size_t left = end - start;
        const size_t len = left > stride ? stride : left;
        if (state->is_off || vtr_run_must_stop(run)) {
            return end;
        }
        start = search_window(run, state, part, course, start, start + len);
    }
    return start;
}

/* Searches only where the filter says that a match may be. */
static void search_filtered(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                            struct vtr_pattern_part *part,
                            struct vtr_regex_filter *filter)
{
    const size_t len = run->data.len;
    struct vtr_regex_cursor cursor = {0};
    struct course course = {.near = 0};

    while (cursor.at < len && !state->is_off && !vtr_run_must_stop(run)) {
        const size_t begin = cursor.at;
        const size_t end = len - begin > FILTER_LEN ? begin + FILTER_LEN : len;
        const enum vtr_filter_answer answer =
            vtr_regex_filter_find(filter, run->data, end, &cursor);
        const size_t passed = cursor.at > begin ? cursor.at - begin : 0;
        if (!vtr_run_spend(run, part, 1 + passed / FILTER_BYTES_PER_UNIT)) {
            return;
        }
        if (answer == VTR_FILTER_NONE) {
            continue;
        }
        if (answer == VTR_FILTER_GIVES_UP) {
            (void)search_range(run, state, part, &course, cursor.start, len);
            return;
        }
        const size_t next =
            search_range(run, state, part, &course, cursor.start, cursor.at);
        cursor = (struct vtr_regex_cursor){.at = next, .start = next};
    }
}

void vtr_verify_regex_everywhere(struct vtr_scan_run *run,
                                 struct vtr_pattern_state *state,
                                 struct vtr_pattern_part *part)
{
    if (!is_ready(run, part)) {
        return;
    }
    const struct vtr_class_run *bytes = vtr_expression_get_run(part->expression);
    if (bytes != NULL) {
        search_runs(run, state, part, bytes);
        return;
    }
    struct vtr_regex_filter *filter = vtr_expression_get_filter(part->expression);
    if (filter != NULL) {
        search_filtered(run, state, part, filter);
    } else {
        (void)search_range(run, state, part, &(struct course){.near = 0}, 0,
                           run->data.len);
    }
}
