/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_flags.h"

#include "base/bytes.h"

/* Sets the flag of that letter; false when there is none. */
static bool set_flag(struct vtr_regex_flags *flags, uint8_t letter, bool is_on)
{
    switch (letter) {
    case 'i':
        flags->is_nocase = is_on;
        return true;
    case 's':
        flags->is_dotall = is_on;
        return true;
    case 'x':
        flags->is_extended = is_on;
        return true;
    case 'U':
        flags->is_swapped = is_on;
        return true;
    case 'm':
        flags->has_lines = is_on;
        return true;
    case 'R':
        flags->has_returns = is_on;
        return true;
    case 'u':
        flags->is_unicode = is_on;
        return true;
    default:
        return false;
    }
}

bool vtr_regex_read_flags(struct vtr_bytes text, size_t *at,
                          struct vtr_regex_flags *flags)
{
    struct vtr_regex_flags changed = *flags;
    struct vtr_byte_set seen = {{0}};
    size_t pos = *at;
    bool is_on = true;
    bool is_open = true; /* a letter must come */

    for (; pos < text.len && text.ptr[pos] != ':' && text.ptr[pos] != ')'; pos++) {
        const uint8_t letter = text.ptr[pos];
        if (vtr_byte_set_has(&seen, letter)) {
            return false;
        }
        vtr_byte_set_add(&seen, letter);
        is_open = letter == '-';
        if (letter == '-') {
            is_on = false;
        } else if (!set_flag(&changed, letter, is_on)) {
            return false;
        }
    }
    if (pos >= text.len || is_open) {
        return false;
    }
    *at = pos;
    *flags = changed;
    return true;
}

bool vtr_regex_skip_group_name(struct vtr_bytes text, size_t *at)
{
    size_t pos = *at;

    pos += pos < text.len && text.ptr[pos] == 'P' ? 1 : 0;
    if (pos >= text.len || text.ptr[pos] != '<') {
        return false;
    }
    const size_t start = ++pos;
    while (pos < text.len &&
           (vtr_is_word_byte(text.ptr[pos]) ||
            (pos > start &&
             (text.ptr[pos] == '.' || text.ptr[pos] == '[' || text.ptr[pos] == ']')))) {
        pos++;
    }
    if (pos == start || pos >= text.len || text.ptr[pos] != '>' ||
        text.ptr[start] - (unsigned)'0' < 10) {
        return false;
    }
    *at = pos + 1;
    return true;
}
