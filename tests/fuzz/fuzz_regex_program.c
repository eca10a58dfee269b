/* SPDX-License-Identifier: Apache-2.0 */

/* Any text as an expression of a database: a byte of flags, then the text; its filter
 * then goes through the text itself. */
#include "scan/regex/regex_filter.h"

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
    return 0;
}
