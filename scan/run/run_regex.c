/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/run_regex.h"

#include "scan/regex/expression.h"
#include "scan/regex/regex_ways.h"

/* The match limits that are tried, up to that of the scan, and what they count for. */
#define FIRST_LIMIT    32u
#define LIMIT_FACTOR   8u
#define UNITS_PER_STEP 8u
#define RUN_COST       64u

/* A search may take as many steps as the limit allows at each place that it passes, and
 * mostly takes one.  So its limit is low, and few of the steps are counted. */
#define SEARCH_LIMIT   16u
#define SEARCH_DIVISOR 32u

/* Places that are searched under a higher limit at a time, where nothing else is left:
 * one that is costly is paid for by so many. */
#define SEARCH_STRIDE 256u

/* Where going back takes longer than this at a place, as `.*x?.*y` does on a line
 * without a y, or a search longer than its limit, all ways are followed at once to know
 * where there may be a match at all. */
#define PATIENCE      16384u
#define UNITS_PER_WAY 4u

struct search {
    struct vtr_scan_run *run;
    struct vtr_pattern_part *part; /* NULL: of a condition */
    struct vtr_expression *expression;
};

bool vtr_run_has_regex(struct vtr_scan_run *run, struct vtr_expression *expression,
                       enum vtr_regex_use use)
{
    bool is_memory_out;
    const bool is_there =
        vtr_expression_get_regex(expression, use, &is_memory_out) != NULL;

    if (is_memory_out) {
        run->is_memory_out = true;
    } else if (!is_there) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
    }
    return is_there;
}

/* Units of a run that had an answer: more steps than the limit before were taken at one
 * place, at the least. */
static uint64_t units_of(const struct vtr_regex_subject *subject, bool is_match,
                         size_t start, uint32_t limit)
{
    const uint64_t steps = (uint64_t)limit * UNITS_PER_STEP;
    const size_t len = subject->data.len;
    const size_t last = subject->last < len ? subject->last : len;

    if (subject->last == subject->start) {
        return steps / LIMIT_FACTOR;
    }
    return ((is_match ? start : last) - subject->start) * (steps / SEARCH_DIVISOR);
}

/* PCRE2 does not say what a run cost, so it is tried under low limits first, and what
 * was not enough is counted. */
static enum vtr_regex_answer go_back(const struct search *s,
                                     const struct vtr_regex_subject *subject,
                                     uint32_t first, uint32_t last,
                                     struct vtr_match *out)
{
    bool is_memory_out;
    const struct vtr_regex *regex =
        vtr_expression_get_regex(s->expression, subject->use, &is_memory_out);
    enum vtr_regex_answer answer = regex != NULL ? VTR_REGEX_LIMIT : VTR_REGEX_FAILED;
    size_t start = subject->start;
    size_t end = start;
    uint64_t limit = first;
    bool is_last = false;

    vtr_regex_machine_set_end(s->run->regexes,
                              subject->end_limit > 0 ? subject->end_limit : SIZE_MAX);
    while (answer == VTR_REGEX_LIMIT && !is_last &&
           vtr_run_spend(s->run, s->part, RUN_COST)) {
        const uint32_t current = limit < last ? (uint32_t)limit : last;

        vtr_regex_machine_set_limit(s->run->regexes, current);
        answer = vtr_regex_run(s->run->regexes, regex, subject->data, subject->start,
                               subject->last, &start, &end);
        is_last = current == last;
        const uint64_t units =
            answer == VTR_REGEX_LIMIT
                ? (uint64_t)current * UNITS_PER_STEP
                : units_of(subject, answer == VTR_REGEX_YES, start, current);
        if (!vtr_run_spend(s->run, s->part, units)) {
            is_last = true;
        }
        limit *= LIMIT_FACTOR;
    }
    *out = (struct vtr_match){.offset = start, .length = end - start};
    return answer;
}

/* Whether there may be a match; `out_place` as vtr_regex_ways_find has it. */
static bool find_place(const struct search *s, struct vtr_regex_ways *ways,
                       const struct vtr_regex_subject *subject, size_t *out_place)
{
    const uint64_t most = vtr_run_work_left(s->run, s->part) / UNITS_PER_WAY;
    uint64_t left = most;
    const bool is_possible = vtr_regex_ways_find(ways, subject->data, subject->start,
                                                 subject->last, &left, out_place);

    return vtr_run_spend(s->run, s->part, (most - left) * UNITS_PER_WAY) && is_possible;
}

/* Goes back only where all ways together say that a match may begin. */
static enum vtr_regex_answer follow_ways(const struct search *s,
                                         struct vtr_regex_ways *ways,
                                         const struct vtr_regex_subject *subject,
                                         uint32_t limit, struct vtr_match *out)
{
    struct vtr_regex_subject rest = *subject;
    struct vtr_regex_subject here = *subject;
    enum vtr_regex_answer answer = VTR_REGEX_NO;
    const uint32_t first = subject->last == subject->start ? PATIENCE : FIRST_LIMIT;

    while (answer == VTR_REGEX_NO && rest.start <= subject->data.len &&
           rest.start <= subject->last && find_place(s, ways, &rest, &here.start)) {
        here.last = here.start;
        here.use = VTR_REGEX_AT;
        answer = go_back(s, &here, first, limit, out);
        rest.start = here.start + 1;
    }
    return answer;
}

/* Goes back as far as it takes, from a few places at a time. */
static enum vtr_regex_answer search_in_strides(const struct search *s,
                                               const struct vtr_regex_subject *subject,
                                               uint32_t limit, struct vtr_match *out)
{
    const size_t len = subject->data.len;
    const size_t last = subject->last < len ? subject->last : len;
    struct vtr_regex_subject here = *subject;
    enum vtr_regex_answer answer = VTR_REGEX_NO;

    while (answer == VTR_REGEX_NO && here.start <= last) {
        here.last =
            last - here.start < SEARCH_STRIDE ? last : here.start + SEARCH_STRIDE - 1;
        answer = go_back(s, &here, FIRST_LIMIT, limit, out);
        here.start = here.last + 1;
    }
    return answer;
}

enum vtr_regex_answer vtr_run_regex(struct vtr_scan_run *run,
                                    struct vtr_pattern_part *part,
                                    struct vtr_expression *expression,
                                    const struct vtr_regex_subject *subject,
                                    struct vtr_match *out)
{
    const uint32_t most = run->options.regex_match_limit;
    const bool is_search = subject->last > subject->start;
    const uint32_t patience = is_search ? SEARCH_LIMIT : PATIENCE;
    const struct search s = {run, part, expression};

    enum vtr_regex_answer answer =
        go_back(&s, subject, is_search ? SEARCH_LIMIT : FIRST_LIMIT,
                most < patience ? most : patience, out);
    if (answer == VTR_REGEX_LIMIT && vtr_run_work_left(run, part) > 0) {
        struct vtr_regex_ways *ways = vtr_expression_get_ways(expression);
        answer = ways != NULL ? follow_ways(&s, ways, subject, most, out)
                 : is_search  ? search_in_strides(&s, subject, most, out)
                              : go_back(&s, subject, PATIENCE, most, out);
    }
    if (answer == VTR_REGEX_LIMIT) {
        vtr_run_exhaust(run, part);
    } else if (answer == VTR_REGEX_FAILED) {
        run->is_memory_out = true;
    }
    return answer;
}
