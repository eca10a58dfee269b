/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_class.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern_problem.h"

bool vtr_regex_read_escape(struct vtr_bytes text, size_t *at, uint8_t *out,
                           struct vtr_pattern_problem *problem)
{
    const size_t left = text.len - *at;
    const uint8_t *s = text.ptr + *at;

    if (left < 2) {
        return vtr_problem_set(problem, "E202", *at, 1, "backslash at the end");
    }
    if (s[1] == 'x') {
        const unsigned high = left < 4 ? VTR_HEX_NONE : vtr_hex_value(s[2]);
        const unsigned low = left < 4 ? VTR_HEX_NONE : vtr_hex_value(s[3]);
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
            (void)vtr_problem_set(problem, "E202", *at, 2,
                                  "'\\x' without two hexadecimal digits");
            return vtr_problem_help(problem, "write \\\\x for a backslash and an x");
        }
        *out = (uint8_t)(high << 4 | low);
        *at += 4;
        return true;
    }
    switch (s[1]) {
    case 'n':
        *out = '\n';
        break;
    case 't':
        *out = '\t';
        break;
    case 'r':
        *out = '\r';
        break;
    case 'f':
        *out = '\f';
        break;
    case 'a':
        *out = '\a';
        break;
    default:
        *out = s[1];
        break;
    }
    *at += 2;
    return true;
}

static bool is_space_byte(unsigned byte)
{
    return byte == ' ' || byte - (unsigned)'\t' < 5; /* \t \n \v \f \r */
}

bool vtr_regex_add_shorthand(struct vtr_byte_set *set, uint8_t letter)
{
    const uint8_t small = letter | 0x20;
    const bool inverted = letter != small;

    if (small != 'w' && small != 's' && small != 'd') {
        return false;
    }
    for (unsigned b = 0; b < 256; b++) {
        const bool is_in = small == 'w'   ? vtr_is_word_byte(b)
                           : small == 's' ? is_space_byte(b)
                                          : b - (unsigned)'0' < 10;
        if (is_in != inverted) {
            vtr_byte_set_add(set, b);
        }
    }
    return true;
}

void vtr_byte_set_fold(struct vtr_byte_set *set)
{
    for (unsigned b = 'a'; b <= 'z'; b++) {
        if (vtr_byte_set_has(set, b)) {
            vtr_byte_set_add(set, b - 0x20u);
        } else if (vtr_byte_set_has(set, b - 0x20u)) {
            vtr_byte_set_add(set, b);
        }
    }
}

void vtr_byte_set_invert(struct vtr_byte_set *set)
{
    for (size_t i = 0; i < sizeof set->bits; i++) {
        set->bits[i] = (uint8_t)~set->bits[i];
    }
}

unsigned vtr_byte_set_count(const struct vtr_byte_set *set)
{
    unsigned count = 0;

    for (unsigned b = 0; b < 256; b++) {
        count += vtr_byte_set_has(set, b) ? 1u : 0u;
    }
    return count;
}

static bool fail_open(size_t at, struct vtr_pattern_problem *problem)
{
    (void)vtr_problem_set(problem, "E203", at, 1, "'[' without ']'");
    return vtr_problem_help(problem, "write \\[ for the character itself");
}

/*
 * One item of a class at `*at`, before its closing bracket: a byte, a shorthand, or a
 * range.  As in YARA a range may begin with any escape, which then is one byte ("\w-z"
 * goes from w to z), and a '-' before the closing bracket is itself.
 */
static bool read_item(struct vtr_bytes text, size_t *at, struct vtr_byte_set *set,
                      struct vtr_pattern_problem *problem)
{
    const size_t begin = *at;
    const uint8_t c = text.ptr[begin];
    size_t pos = begin;
    uint8_t low;
    uint8_t high;

    if (c != '\\') {
        low = c;
        pos++;
    } else if (!vtr_regex_read_escape(text, &pos, &low, problem)) {
        return false;
    }
    if (text.len - pos >= 2 && text.ptr[pos] == '-' && text.ptr[pos + 1] != ']') {
        pos++;
        high = text.ptr[pos];
        if (high != '\\') {
            pos++;
        } else if (!vtr_regex_read_escape(text, &pos, &high, problem)) {
            return false;
        }
        if (low > high) {
            return vtr_problem_set(problem, "E204", begin, pos - begin,
                                   "range ends before it begins");
        }
        for (unsigned b = low; b <= high; b++) {
            vtr_byte_set_add(set, b);
        }
    } else if (c == '\\' && vtr_regex_add_shorthand(set, text.ptr[begin + 1])) {
        /* Added. */
    } else if (c != '\\' && (c < 0x20 || c >= 0x7f)) {
        (void)vtr_problem_set(problem, "E205", begin, 1,
                              "byte 0x%02x in a character class", c);
        return vtr_problem_help(problem, "write \\x%02x", c);
    } else {
        vtr_byte_set_add(set, low);
    }
    *at = pos;
    return true;
}

/* Ranges of the named sets of POSIX, a pair of bytes each. */
static const struct named_set {
    const char *name;
    const char *ranges;
    unsigned count;
} NAMED_SETS[] = {
    {"alnum", "09AZaz", 3},
    {"alpha", "AZaz", 2},
    {"ascii", "\0\x7f", 1},
    {"blank", "\t\t  ", 2},
    {"cntrl", "\0\x1f\x7f\x7f", 2},
    {"digit", "09", 1},
    {"graph", "!~", 1},
    {"lower", "az", 1},
    {"print", " ~", 1},
    {"punct", "!/:@[`{~", 4},
    {"space", "\t\r  ", 2},
    {"upper", "AZ", 1},
    {"word", "09AZaz__", 4},
    {"xdigit", "09AFaf", 3},
};

static void add_named(struct vtr_byte_set *set, const struct named_set *named,
                      bool is_inverted)
{
    for (unsigned b = 0; b < 256; b++) {
        bool is_in = false;
        for (unsigned i = 0; i < named->count; i++) {
            is_in = is_in || (b >= (uint8_t)named->ranges[2 * i] &&
                              b <= (uint8_t)named->ranges[2 * i + 1]);
        }
        if (is_in != is_inverted) {
            vtr_byte_set_add(set, b);
        }
    }
}

bool vtr_regex_read_named(struct vtr_bytes text, size_t *at, struct vtr_byte_set *set)
{
    const uint8_t *s = text.ptr + *at;
    const size_t left = text.len - *at;
    const bool is_inverted = left > 2 && s[2] == '^';
    const size_t lead = is_inverted ? 3 : 2;

    if (left < 2 || s[0] != '[' || s[1] != ':') {
        return false;
    }
    for (size_t i = 0; i < sizeof(NAMED_SETS) / sizeof(NAMED_SETS[0]); i++) {
        const size_t len = strlen(NAMED_SETS[i].name);
        if (left >= lead + len + 2 && memcmp(s + lead, NAMED_SETS[i].name, len) == 0 &&
            memcmp(s + lead + len, ":]", 2) == 0) {
            add_named(set, &NAMED_SETS[i], is_inverted);
            *at += lead + len + 2;
            return true;
        }
    }
    return false;
}

bool vtr_regex_read_class(struct vtr_bytes text, size_t *at, bool is_nocase,
                          struct vtr_byte_set *out, struct vtr_pattern_problem *problem)
{
    const size_t begin = *at;
    size_t pos = begin + 1;
    bool is_inverted = false;
    struct vtr_byte_set set = {{0}};

    if (pos < text.len && text.ptr[pos] == '^') {
        is_inverted = true;
        pos++;
    }
    if (pos < text.len && text.ptr[pos] == ']') {
        vtr_byte_set_add(&set, ']'); /* the first one is itself, and begins no range */
        pos++;
    }
    while (pos < text.len && text.ptr[pos] != ']') {
        if (!read_item(text, &pos, &set, problem)) {
            return false;
        }
    }
    if (pos >= text.len) {
        return fail_open(begin, problem);
    }
    if (is_nocase) {
        vtr_byte_set_fold(&set);
    }
    if (is_inverted) {
        vtr_byte_set_invert(&set);
    }
    *out = set;
    *at = pos + 1;
    return true;
}
