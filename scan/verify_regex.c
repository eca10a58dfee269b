/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/verify_regex.h"

#include <stdlib.h>

#include "scan/regex.h"
#include "scan/verify_pattern.h"
#include "scan/verify_text.h"

/* A search for an expression without atoms looks at so much of the data at a time: what
 * it costs where nothing matches is bounded. */
#define WINDOW_LEN (64u * 1024u)

/* Matches between two looks at the clock. */
#define CLOCK_STRIDE 256u

/* Compiles the program when it is needed first.  False when there is none. */
static bool is_ready(struct vtr_scan_run *run, struct vtr_pattern_part *part)
{
    if (part->regex == NULL && !part->is_broken) {
        uint8_t *text = malloc(part->bytes.len == 0 ? 1 : part->bytes.len);
        if (text == NULL) {
            run->is_memory_out = true;
            return false;
        }
        vtr_unmask(part->bytes, text);
        part->regex =
            vtr_regex_new((struct vtr_bytes){text, part->bytes.len}, part->flags);
        part->is_broken = part->regex == NULL;
        free(text);
    }
    if (part->is_broken) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
        return false;
    }
    return true;
}

/* The data as far as an expression near `at` may see it. */
static struct vtr_bytes visible(const struct vtr_scan_run *run,
                                const struct vtr_pattern_part *part, size_t at,
                                size_t reach)
{
    struct vtr_bytes data = run->data;

    if ((part->flags & VTR_PROGRAM_END_ANCHOR) == 0 && data.len - at > reach) {
        data.len = at + reach;
    }
    return data;
}

static enum vtr_regex_answer run_at(struct vtr_scan_run *run,
                                    const struct vtr_pattern_part *part,
                                    struct vtr_bytes data, size_t start,
                                    bool is_anchored, struct vtr_match *out)
{
    size_t first = 0;
    size_t end = 0;
    const enum vtr_regex_answer answer =
        vtr_regex_run(run->regexes, part->regex, data, start, is_anchored, &first,
                      &end);

    if (answer == VTR_REGEX_LIMIT) {
        run->limits |= VTR_SCAN_LIMIT_REGEX;
    } else if (answer == VTR_REGEX_FAILED) {
        run->is_memory_out = true;
    }
    out->offset = first;
    out->length = end - first;
    return answer;
}

/* An empty match is none. */
static void add(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                struct vtr_pattern_part *part, const struct vtr_match *match)
{
    const bool is_wide = (part->flags & VTR_PROGRAM_WIDE) != 0;

    if (match->length == 0 || ((state->view.flags & VTR_PATTERN_FULLWORD) != 0 &&
                               !vtr_verify_word(run->data, (size_t)match->offset,
                                                (size_t)match->length, is_wide))) {
        return;
    }
    vtr_verify_add(run, state, &part->found, (size_t)match->offset,
                   (size_t)match->length);
}

void vtr_verify_regex_at(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                         struct vtr_pattern_part *part, size_t start, size_t atom)
{
    struct vtr_match match;

    if (!is_ready(run, part)) {
        return;
    }
    const struct vtr_bytes data = visible(run, part, atom, VTR_REGEX_REACH);
    if (run_at(run, part, data, start, true, &match) == VTR_REGEX_YES) {
        add(run, state, part, &match);
    }
}

/* Every match that begins in start..end-1. */
static void search_window(struct vtr_scan_run *run, struct vtr_pattern_state *state,
                          struct vtr_pattern_part *part, size_t start, size_t end)
{
    const struct vtr_bytes data = visible(run, part, start, WINDOW_LEN);
    const bool is_fixed = (state->view.flags & VTR_PATTERN_FIXED_OFFSET) != 0;
    struct vtr_match match;

    for (unsigned tried = 1; start < end; tried++) {
        if (tried % CLOCK_STRIDE == 0 && vtr_run_must_stop(run)) {
            return;
        }
        const enum vtr_regex_answer answer =
            run_at(run, part, data, start, false, &match);
        if (answer == VTR_REGEX_LIMIT) {
            start++;
            continue;
        }
        if (answer != VTR_REGEX_YES || match.offset >= end) {
            return;
        }
        start = (size_t)match.offset;
        if (!is_fixed || state->view.fixed_offset == start) {
            if (match.length > VTR_REGEX_REACH) {
                vtr_verify_regex_at(run, state, part, start, start);
            } else {
                add(run, state, part, &match);
            }
        }
        start++;
    }
}

void vtr_verify_regex_everywhere(struct vtr_scan_run *run,
                                 struct vtr_pattern_state *state,
                                 struct vtr_pattern_part *part)
{
    const size_t stride = WINDOW_LEN - VTR_REGEX_REACH;

    if (!is_ready(run, part)) {
        return;
    }
    if ((part->flags & VTR_PROGRAM_END_ANCHOR) != 0) {
        search_window(run, state, part, 0, run->data.len);
        return;
    }
    for (size_t start = 0; start < run->data.len;) {
        const size_t left = run->data.len - start;
        const size_t len = left > WINDOW_LEN ? stride : left;
        if (vtr_run_must_stop(run)) {
            return;
        }
        search_window(run, state, part, start, start + len);
        start += len;
    }
}
