/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/run_regex.h"

#include <stdlib.h>

#include "format/record/rule.h"
#include "scan/regex/regex_ways.h"

/* The match limits that are tried, up to that of the scan, and what they count for. */
#define FIRST_LIMIT    4096u
#define LIMIT_FACTOR   4u
#define UNITS_PER_STEP 8u
#define RUN_COST       64u

/* Where going back takes longer than this, as `.*x?.*y` does on a line without a y, all
 * ways are followed at once to know whether there is a match at all. */
#define PATIENCE      16384u
#define UNITS_PER_WAY 4u

static struct vtr_regex_ways *ways_of(struct vtr_pattern_part *part)
{
    if (part->ways == NULL && !part->has_no_ways) {
        uint8_t *text = vtr_unmask_copy(part->bytes);
        if (text != NULL) {
            part->ways = vtr_regex_ways_new((struct vtr_bytes){text, part->bytes.len},
                                            part->flags);
        }
        part->has_no_ways = part->ways == NULL;
        free(text);
    }
    return part->ways;
}

/* Whether it is certain that no match begins at `start`. */
static bool is_ruled_out(struct vtr_scan_run *run, struct vtr_pattern_part *part,
                         struct vtr_bytes data, size_t start)
{
    struct vtr_regex_ways *ways = ways_of(part);
    const uint64_t most = vtr_run_work_left(run, part) / UNITS_PER_WAY;
    uint64_t left = most;

    if (ways == NULL) {
        return false;
    }
    const bool may_begin = vtr_regex_ways_may_begin(ways, data, start, &left);
    return vtr_run_spend(run, part, (most - left) * UNITS_PER_WAY) && !may_begin;
}

enum vtr_regex_answer vtr_run_regex(struct vtr_scan_run *run,
                                    struct vtr_pattern_part *part,
                                    const struct vtr_regex *regex,
                                    struct vtr_bytes data, size_t start,
                                    bool is_anchored, struct vtr_match *out)
{
    const uint32_t most = run->options.regex_match_limit;
    enum vtr_regex_answer answer = VTR_REGEX_LIMIT;
    size_t first = 0;
    size_t end = 0;

    /* PCRE2 does not say what a run cost, so it is tried under low limits first, and
     * what was not enough is counted. */
    uint64_t cost = RUN_COST;
    for (uint64_t limit = FIRST_LIMIT; answer == VTR_REGEX_LIMIT && cost > 0;
         limit *= LIMIT_FACTOR) {
        const uint32_t current = limit < most ? (uint32_t)limit : most;
        if (!vtr_run_spend(run, part, cost)) {
            break;
        }
        vtr_regex_machine_set_limit(run->regexes, current);
        answer =
            vtr_regex_run(run->regexes, regex, data, start, is_anchored, &first, &end);
        if (answer == VTR_REGEX_LIMIT && is_anchored && part != NULL &&
            current == PATIENCE && is_ruled_out(run, part, data, start)) {
            answer = VTR_REGEX_NO;
        }
        cost = current == most ? 0 : (uint64_t)current * UNITS_PER_STEP;
    }
    if (answer == VTR_REGEX_LIMIT) {
        (void)vtr_run_spend(run, part, (uint64_t)most * UNITS_PER_STEP);
    }
    if (answer == VTR_REGEX_LIMIT) {
        vtr_run_exhaust(run, part);
    } else if (answer == VTR_REGEX_FAILED) {
        run->is_memory_out = true;
    }
    out->offset = first;
    out->length = end - first;
    return answer;
}
