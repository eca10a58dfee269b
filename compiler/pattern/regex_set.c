/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The grammar; a set in a set is one level, and their number is limited:
 *
 *   set   = "[" [ "^" ] { "-" } [ "]" ] union { operator union } "]"
 *   union = { set | name | shorthand | byte [ "-" byte ] }
 *
 * Operators go from left to right, and bind less than standing beside each other does.
 */
#include "compiler/pattern/regex_set.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_class.h"

/* Sets inside sets. */
#define DEPTH_LIMIT 50u

#define CODE_POINT_MAX 0x10ffffu

struct set_parser {
    struct vtr_bytes text;
    size_t pos;
    unsigned depth;
    const struct vtr_regex_set_rules *rules;
    struct vtr_pattern_problem *problem;
};

bool vtr_regex_read_code_point(struct vtr_bytes text, size_t *at, uint32_t *out)
{
    const uint8_t *s = text.ptr + *at;
    const size_t left = text.len - *at;
    uint32_t value = 0;
    size_t pos = 2;

    if (left < 3 || s[0] != '\\' || (s[1] != 'x' && s[1] != 'u' && s[1] != 'U')) {
        return false;
    }
    const bool is_braced = s[2] == '{';
    if (!is_braced && s[1] == 'x') {
        return false; /* a byte */
    }
    pos += is_braced ? 1 : 0;
    const size_t first = pos;
    const size_t most = is_braced || s[1] == 'U' ? 8 : 4;
    while (pos < left && pos - first < most && vtr_hex_value(s[pos]) != VTR_HEX_NONE) {
        value = value << 4 | vtr_hex_value(s[pos]);
        pos++;
    }
    const size_t digits = pos - first;
    if (is_braced ? digits == 0 || pos >= left || s[pos] != '}' : digits < most) {
        return false;
    }
    if (value > CODE_POINT_MAX || (value >= 0xd800 && value < 0xe000)) {
        return false;
    }
    *at += pos + (is_braced ? 1 : 0);
    *out = value;
    return true;
}

static void skip_blanks(struct set_parser *p)
{
    while (p->rules->is_extended && p->pos < p->text.len &&
           (p->text.ptr[p->pos] == ' ' || p->text.ptr[p->pos] - (unsigned)'\t' < 5)) {
        p->pos++;
    }
}

static int peek(struct set_parser *p)
{
    skip_blanks(p);
    return p->pos < p->text.len ? p->text.ptr[p->pos] : -1;
}

static int peek_second(const struct set_parser *p)
{
    return p->pos + 1 < p->text.len ? p->text.ptr[p->pos + 1] : -1;
}

static bool fail_item(struct set_parser *p, size_t begin, const char *message)
{
    (void)vtr_problem_set(p->problem, "E217", begin, p->pos - begin + 1, "%s", message);
    return vtr_problem_help(p->problem, "write \\\\ for a backslash");
}

/* An escape that is a byte. */
static bool read_escape(struct set_parser *p, uint8_t *out)
{
    const int letter = peek_second(p);
    const size_t begin = p->pos;
    uint32_t value;

    if (vtr_regex_read_code_point(p->text, &p->pos, &value)) {
        *out = (uint8_t)value;
        return value < 0x80 ||
               vtr_problem_set(p->problem, "E205", begin, p->pos - begin,
                               "a character of several bytes in a character class");
    }
    if (letter == 'v') {
        *out = '\v';
        p->pos += 2;
        return true;
    }
    if (letter >= 0 &&
        (vtr_is_word_byte((unsigned)letter) || letter == '<' || letter == '>') &&
        letter != '_' && strchr("xntrfa", letter) == NULL) {
        return fail_item(p, begin, "an escape sequence without a meaning");
    }
    return vtr_regex_read_escape(p->text, &p->pos, out, p->problem);
}

static bool read_byte(struct set_parser *p, uint8_t *out)
{
    const int c = peek(p);

    if (c == '\\') {
        return read_escape(p, out);
    }
    if (c < 0x20 || c >= 0x7f) {
        return vtr_problem_set(p->problem, "E205", p->pos, 1,
                               "byte 0x%02x in a character class", (unsigned)c);
    }
    *out = (uint8_t)c;
    p->pos++;
    return true;
}

/* Whether a '-' here goes from one byte to another. */
static bool is_range(struct set_parser *p)
{
    if (peek(p) != '-') {
        return false;
    }
    struct set_parser behind = *p;
    behind.pos++;
    const int next = peek(&behind);
    return next >= 0 && next != ']' && next != '-';
}

static bool read_range(struct set_parser *p, struct vtr_byte_set *set)
{
    const size_t begin = p->pos;
    uint8_t low;
    uint8_t high;

    if (!read_byte(p, &low)) {
        return false;
    }
    high = low;
    if (is_range(p)) {
        p->pos++;
        if (peek(p) < 0) {
            return vtr_problem_set(p->problem, "E203", begin, 1, "'[' without ']'");
        }
        if (!read_byte(p, &high)) {
            return false;
        }
    }
    if (low > high) {
        return vtr_problem_set(p->problem, "E204", begin, p->pos - begin,
                               "range ends before it begins");
    }
    for (unsigned b = low; b <= high; b++) {
        vtr_byte_set_add(set, b);
    }
    return true;
}

static bool read_set(struct set_parser *p, struct vtr_byte_set *out);

static bool read_item(struct set_parser *p, struct vtr_byte_set *set)
{
    struct vtr_byte_set inner;
    const size_t begin = p->pos;

    if (vtr_regex_read_named(p->text, &p->pos, set)) {
        return true;
    }
    if (peek(p) == '[') {
        if (!read_set(p, &inner)) {
            return false;
        }
        for (size_t i = 0; i < sizeof inner.bits; i++) {
            set->bits[i] |= inner.bits[i];
        }
        return true;
    }
    if (peek(p) == '\\' && peek_second(p) >= 0 &&
        vtr_regex_add_shorthand(set, (uint8_t)peek_second(p))) {
        p->pos += 2;
        return !is_range(p) || fail_item(p, begin, "a range that begins with a set");
    }
    return read_range(p, set);
}

/* Whether an operator stands here. */
static bool is_operator(struct set_parser *p)
{
    const int c = peek(p);

    return (c == '&' || c == '-' || c == '~') && peek_second(p) == c;
}

static void apply(struct vtr_byte_set *left, const struct vtr_byte_set *right, int how)
{
    for (size_t i = 0; i < sizeof left->bits; i++) {
        const unsigned a = left->bits[i];
        const unsigned b = right->bits[i];
        left->bits[i] = (uint8_t)(how == '&'   ? a & b
                                  : how == '-' ? a & ~b
                                  : how == '~' ? a ^ b
                                               : a | b);
    }
}

/* Unions and operators up to the closing bracket, which it leaves. */
static bool read_unions(struct set_parser *p, struct vtr_byte_set *out)
{
    struct vtr_byte_set all = {{0}};
    struct vtr_byte_set set = *out;
    int how = 0;

    for (;;) {
        const bool has_operator = is_operator(p);
        if (has_operator || peek(p) == ']') {
            if (p->rules->is_nocase) {
                vtr_byte_set_fold(&set);
            }
            apply(&all, &set, how);
        }
        if (peek(p) < 0 || peek(p) == ']') {
            *out = all;
            return true;
        }
        if (has_operator) {
            how = peek(p);
            p->pos += 2;
            set = (struct vtr_byte_set){{0}};
        } else if (!read_item(p, &set)) {
            return false;
        }
    }
}

/* Recursion ends with the number of sets inside sets, which is limited. */
static bool read_set(struct set_parser *p, struct vtr_byte_set *out)
{
    const size_t begin = p->pos;
    struct vtr_byte_set set = {{0}};
    bool is_inverted = false;
    bool is_first = true;

    if (p->depth == DEPTH_LIMIT) {
        return vtr_problem_set(p->problem, "E209", begin, 1,
                               "more than %u sets inside each other", DEPTH_LIMIT);
    }
    p->depth++;
    p->pos++;
    if (peek(p) == '^') {
        is_inverted = true;
        p->pos++;
    }
    for (; peek(p) == '-'; p->pos++) {
        vtr_byte_set_add(&set, '-');
        is_first = false;
    }
    if (is_first && peek(p) == ']') {
        vtr_byte_set_add(&set, ']');
        p->pos++;
    }
    if (!read_unions(p, &set)) {
        return false;
    }
    if (peek(p) < 0) {
        (void)vtr_problem_set(p->problem, "E203", begin, 1, "'[' without ']'");
        return vtr_problem_help(p->problem, "write \\[ for the character itself");
    }
    p->depth--;
    p->pos++;
    if (is_inverted) {
        vtr_byte_set_invert(&set);
    }
    *out = set;
    return true;
}

bool vtr_regex_read_set(struct vtr_bytes text, size_t *at,
                        const struct vtr_regex_set_rules *rules,
                        struct vtr_byte_set *out, struct vtr_pattern_problem *problem)
{
    struct set_parser p = {.text = text,
                           .pos = *at,
                           .rules = rules,
                           .problem = problem};

    if (!read_set(&p, out)) {
        return false;
    }
    *at = p.pos;
    return true;
}
