/* SPDX-License-Identifier: Apache-2.0 */

/* Any text as an expression of a database: a byte of flags, then the text; its filter
 * then goes through the text itself, and so does what follows all ways from each place,
 * and what looks for all matches in one pass.
 */
#include "scan/regex/regex_filter.h"
#include "scan/regex/regex_program.h"
#include "scan/regex/regex_sweep.h"
#include "scan/regex/regex_ways.h"

static void follow_ways(const struct vtr_regex_program_code *program,
                        struct vtr_bytes text)
{
    struct vtr_regex_ways *ways = vtr_regex_ways_new(program);
    uint64_t steps = 100000;

    for (size_t start = 0; ways != NULL && start <= text.len && steps > 0; start++) {
        size_t place;
        const size_t last = start + start % 3;
        if (vtr_regex_ways_find(ways, text, start, last, &steps, &place) &&
            (place < start || place > text.len || place > last)) {
            __builtin_trap();
        }
    }
    vtr_regex_ways_free(ways);
}

static void go_through(const struct vtr_regex_program_code *program,
                       struct vtr_bytes text)
{
    struct vtr_regex_filter *filter = vtr_regex_filter_new(program);
    struct vtr_regex_cursor cursor = {0};
    enum vtr_filter_answer answer = VTR_FILTER_MAYBE;

    while (filter != NULL && answer == VTR_FILTER_MAYBE && cursor.at < text.len) {
        answer = vtr_regex_filter_find(filter, text, text.len, &cursor);
        if (cursor.at > text.len || cursor.start > cursor.at) {
            __builtin_trap();
        }
        cursor = (struct vtr_regex_cursor){.at = cursor.at, .start = cursor.at};
    }
    vtr_regex_filter_free(filter);
}

/* Starts are told in order, and each match ends within its reach. */
static void sweep(const struct vtr_regex_program_code *program, struct vtr_bytes text)
{
    struct vtr_regex_sweep *sweep = vtr_regex_sweep_new(program);
    enum vtr_sweep_answer answer = VTR_SWEEP_MATCH;
    uint64_t steps = 1000000;
    size_t known = 0;

    if (sweep != NULL && text.len > 0 && vtr_regex_sweep_begin(sweep, 0)) {
        while (answer == VTR_SWEEP_MATCH) {
            size_t start;
            size_t end;
            answer =
                vtr_regex_sweep_next(sweep, text, text.len - 1, &steps, &start, &end);
            if (start < known || start > text.len ||
                (answer == VTR_SWEEP_MATCH && (end < start || end > text.len ||
                                               end - start > VTR_REGEX_SWEEP_REACH))) {
                __builtin_trap();
            }
            known = start + (answer == VTR_SWEEP_MATCH ? 1 : 0);
        }
    }
    vtr_regex_sweep_free(sweep);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const struct vtr_bytes text = {data + 1, size - 1};
    struct vtr_regex_program_code *program = vtr_regex_program_new(text, data[0]);
    if (program != NULL) {
        go_through(program, text);
        follow_ways(program, text);
        sweep(program, text);
    }
    vtr_regex_program_free(program);
    return 0;
}
