/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/run/run_regex.h"

/* The match limits that are tried, up to that of the scan, and what they count for. */
#define FIRST_LIMIT    4096u
#define LIMIT_FACTOR   4u
#define UNITS_PER_STEP 8u
#define RUN_COST       64u

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
        cost = current == most ? 0 : (uint64_t)current * UNITS_PER_STEP;
    }
    if (answer == VTR_REGEX_LIMIT) {
        (void)vtr_run_spend(run, part, (uint64_t)most * UNITS_PER_STEP);
    }
    if (answer == VTR_REGEX_LIMIT) {
        run->limits |= VTR_SCAN_LIMIT_REGEX;
    } else if (answer == VTR_REGEX_FAILED) {
        run->is_memory_out = true;
    }
    out->offset = first;
    out->length = end - first;
    return answer;
}
