/* SPDX-License-Identifier: Apache-2.0 */

/* Any text as an expression of a database: a byte of flags, then the text; its filter
 * then goes through the text itself, and so does what follows all ways from one place.
 */
#include "scan/regex/regex_filter.h"
#include "scan/regex/regex_ways.h"

static void follow_ways(struct vtr_bytes text, uint8_t flags)
{
    struct vtr_regex_ways *ways = vtr_regex_ways_new(text, flags);
    uint64_t steps = 100000;

    if (ways == NULL) {
        __builtin_trap(); /* it has a filter */
    }
    for (size_t start = 0; start <= text.len && steps > 0; start++) {
        (void)vtr_regex_ways_may_begin(ways, text, start, &steps);
    }
    vtr_regex_ways_free(ways);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtr_regex_cursor cursor = {0};

    if (size == 0) {
        return 0;
    }
    const struct vtr_bytes text = {data + 1, size - 1};
    struct vtr_regex_filter *filter = vtr_regex_filter_new(text, data[0]);
    if (filter == NULL) {
        return 0;
    }
    enum vtr_filter_answer answer = VTR_FILTER_MAYBE;
    while (answer == VTR_FILTER_MAYBE && cursor.at < text.len) {
        answer = vtr_regex_filter_find(filter, text, text.len, &cursor);
        if (cursor.at > text.len || cursor.start > cursor.at) {
            __builtin_trap();
        }
        cursor = (struct vtr_regex_cursor){.at = cursor.at, .start = cursor.at};
    }
    vtr_regex_filter_free(filter);
    follow_ways(text, data[0]);
    return 0;
}
