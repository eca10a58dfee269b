/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The grammar of hex strings, read once from left to right with a stack of open groups,
 * and written as tokens while it is read (compiler/pattern/hex_tokens.h):
 *
 *   string = token { token | jump } token | token
 *   token  = [~] digit digit | "(" string { "|" string } ")"     digit: 0-9 A-F a-f ?
 *   jump   = "[" ( n | n "-" | "-" | n "-" n ) "]"
 */
#include "compiler/pattern/pattern.h"

#include <string.h>

#include "compiler/pattern/hex_chars.h"
#include "compiler/pattern/hex_order.h"
#include "compiler/pattern/hex_runs.h"
#include "compiler/pattern/pattern_problem.h"

/* Highest bound of a jump. */
#define JUMP_MAX 0x7fffffffu

/* Parentheses inside parentheses, whether they hold an alternation or not. */
#define DEPTH_LIMIT 64u

/* Fragments of a string are numbered by 16 bits in the index. */
#define FRAGMENT_LIMIT 0xffffu

/* A group that is open, or the string itself. */
struct frame {
    struct vtr_hex_sequence sequence; /* of the branch that is being read */
    size_t branch_count;              /* finished ones */
    size_t tokens_at;                 /* where those of the group begin */
    size_t open;                      /* where the group begins in the source */
    size_t jump_at; /* where the last jump began, if it is the last thing so far */
    bool has_jump;
};

struct parser {
    struct vtr_pattern_problem *problem;
    struct vtr_bytes source;
    size_t pos;
    struct vtr_hex_tokens tokens;
    struct frame *top; /* the innermost of `frames` */
    enum vtr_dialect dialect;
    struct frame frames[DEPTH_LIMIT + 1];
};

/* Groups that are open. */
static size_t depth_of(const struct parser *p)
{
    return (size_t)(p->top - p->frames);
}

/* A byte of the source for a message: printable as it is, else a code. */
static bool fail_byte(struct parser *p, size_t at)
{
    const uint8_t c = p->source.ptr[at];

    if (c > 0x20 && c < 0x7f) {
        (void)vtr_problem_set(p->problem, "E103", at, 1,
                              "unexpected '%c' in hex string", c);
        return c == ',' || c == ';' || c == '\\'
                   ? vtr_problem_help(
                         p->problem, "nothing but blanks is between bytes: DE AD BE EF")
                   : false;
    }
    return vtr_problem_set(p->problem, "E103", at, 1,
                           "unexpected byte 0x%02x in hex string", c);
}

/* Two digits, `negated` after a '~' that stood before them. */
static bool read_byte(struct parser *p, bool negated)
{
    const size_t at = p->pos;
    const unsigned high = vtr_hex_class_of(p->source.ptr[at]);
    const unsigned low = at + 1 < p->source.len
                             ? vtr_hex_class_of(p->source.ptr[at + 1])
                             : VTR_HEX_OTHER;

    if (high > VTR_HEX_WILD) {
        return fail_byte(p, at);
    }
    if (low > VTR_HEX_WILD) {
        (void)vtr_problem_set(p->problem, "E102", at, 1, "half a byte in hex string");
        if (at + 1 < p->source.len && (p->source.ptr[at + 1] | 0x20) == 'x') {
            return vtr_problem_help(p->problem, "bytes have no 0x here: DE AD BE EF");
        }
        return vtr_problem_help(
            p->problem, "write two digits for each byte; ? is an unknown digit");
    }
    p->pos += 2;
    const uint8_t mask = (uint8_t)((high == VTR_HEX_WILD ? 0u : 0xf0u) |
                                   (low == VTR_HEX_WILD ? 0u : 0x0fu));
    const uint8_t value = (uint8_t)(((high << 4 | (low & 0x0fu)) & mask));
    if (negated && mask == 0) {
        return vtr_problem_set(p->problem, "E114", at - 1, 3,
                               "'~\?\?' matches no byte");
    }
    if (mask == 0) {
        vtr_hex_put_gap(&p->tokens, &p->top->sequence, 1, 1, false);
    } else if (mask == 0xFF && !negated) {
        vtr_hex_put_byte(&p->tokens, &p->top->sequence, value);
    } else {
        vtr_hex_put_value(&p->tokens, &p->top->sequence,
                          negated ? VTR_TOKEN_NOT : VTR_TOKEN_MASKED, value, mask);
    }
    return true;
}

static void skip_blanks(struct parser *p)
{
    const uint8_t *at =
        vtr_hex_skip_blanks(p->source.ptr + p->pos, p->source.ptr + p->source.len);

    p->pos = (size_t)(at - p->source.ptr);
}

/* Skips the "0x" or "0o" of a number, which YARA-X takes; the number's radix. */
static unsigned skip_radix(struct parser *p)
{
    const uint8_t *at = p->source.ptr + p->pos;

    if (p->dialect == VTR_DIALECT_YARA4 || p->source.len - p->pos < 3 || at[0] != '0' ||
        (at[1] != 'x' && at[1] != 'o') ||
        vtr_hex_class_of(at[2]) >= (at[1] == 'x' ? 16 : 8)) {
        return 10;
    }
    p->pos += 2;
    return at[1] == 'x' ? 16 : 8;
}

/* A bound of a jump; `*has` says whether there is a number at all. */
static bool read_bound(struct parser *p, uint64_t *value, bool *has)
{
    skip_blanks(p);
    const size_t at = p->pos;
    const unsigned radix = skip_radix(p);
    *value = 0;
    while (p->pos < p->source.len && vtr_hex_class_of(p->source.ptr[p->pos]) < radix) {
        *value = *value * radix + vtr_hex_class_of(p->source.ptr[p->pos]);
        p->pos++;
        if (*value > JUMP_MAX) {
            return vtr_problem_set(p->problem, "E107", at, p->pos - at,
                                   "jump of more than %u bytes", JUMP_MAX);
        }
    }
    *has = p->pos > at;
    skip_blanks(p);
    return true;
}

static bool fail_jump(struct parser *p, size_t at)
{
    const size_t length = p->pos < p->source.len ? p->pos + 1 - at : p->pos - at;

    (void)vtr_problem_set(p->problem, "E109", at, length, "malformed jump");
    return vtr_problem_help(p->problem, "write [n], [n-m], [n-] or [-]");
}

/* What a jump may be where it stands. */
static bool check_jump(struct parser *p, size_t at, uint64_t min, uint64_t max)
{
    const size_t length = p->pos - at;

    if (max < min) {
        return vtr_problem_set(p->problem, "E105", at, length,
                               "jump's lower bound exceeds its upper bound");
    }
    if (depth_of(p) > 0 && max > VTR_JUMP_LIMIT) {
        (void)vtr_problem_set(p->problem, "E108", at, length,
                              max == UINT64_MAX
                                  ? "unbounded jump inside parentheses"
                                  : "jump of more than 200 bytes inside parentheses");
        return vtr_problem_help(p->problem,
                                "write each alternative as a string of its own");
    }
    if (p->top->sequence.last == VTR_HEX_NOTHING) {
        (void)vtr_problem_set(p->problem, "E104", at, length,
                              depth_of(p) > 0 ? "alternative begins with a jump"
                                              : "hex string begins with a jump");
        return vtr_problem_help(p->problem, "write ?\? for each byte, or leave it out");
    }
    return true;
}

static bool read_jump(struct parser *p)
{
    const size_t at = p->pos;
    uint64_t min;
    uint64_t max;
    bool has_min;
    bool has_max;
    bool has_dash = false;

    p->pos++;
    if (!read_bound(p, &min, &has_min)) {
        return false;
    }
    max = min;
    has_max = has_min;
    if (p->pos < p->source.len && p->source.ptr[p->pos] == '-') {
        has_dash = true;
        p->pos++;
        if (!read_bound(p, &max, &has_max)) {
            return false;
        }
    }
    const bool is_yara_x = !has_min && has_max; /* [-m] */
    if (p->pos >= p->source.len || p->source.ptr[p->pos] != ']' ||
        (is_yara_x && p->dialect == VTR_DIALECT_YARA4) || (!has_min && !has_dash)) {
        return fail_jump(p, at);
    }
    p->pos++;
    if (!has_max) {
        max = UINT64_MAX;
    }
    if (!has_dash && min == 0) {
        return vtr_problem_set(p->problem, "E106", at, p->pos - at, "jump of no bytes");
    }
    if (!check_jump(p, at, min, max)) {
        return false;
    }
    p->top->has_jump = true;
    p->top->jump_at = at;
    vtr_hex_put_gap(&p->tokens, &p->top->sequence, min, max, max > VTR_JUMP_LIMIT);
    return true;
}

static bool open_group(struct parser *p)
{
    if (depth_of(p) == DEPTH_LIMIT) {
        return vtr_problem_set(p->problem, "E113", p->pos, 1,
                               "more than %u parentheses inside each other",
                               DEPTH_LIMIT);
    }
    p->top++;
    *p->top = (struct frame){.sequence = vtr_hex_begin(&p->tokens),
                             .tokens_at = p->tokens.out->len,
                             .open = p->pos};
    p->pos++;
    return true;
}

/* Checks the branch (or string) that ends at the current position. */
static bool check_end(struct parser *p)
{
    const struct frame *frame = p->top;

    if (frame->sequence.last == VTR_HEX_NOTHING) {
        return depth_of(p) > 0
                   ? vtr_problem_set(p->problem, "E111", p->pos, 1, "empty alternative")
                   : vtr_problem_set(p->problem, "E101", 0, p->source.len,
                                     "empty hex string");
    }
    if (frame->has_jump) {
        (void)vtr_problem_set(p->problem, "E104", frame->jump_at, 1,
                              depth_of(p) > 0 ? "alternative ends with a jump"
                                              : "hex string ends with a jump");
        return vtr_problem_help(p->problem, "write ?\? for each byte, or leave it out");
    }
    return true;
}

static bool close_group(struct parser *p)
{
    struct frame *group = p->top;

    if (depth_of(p) == 0) {
        return vtr_problem_set(p->problem, "E110", p->pos, 1, "')' without '('");
    }
    if (!check_end(p)) {
        return false;
    }
    struct vtr_hex_sequence *outer = &p->frames[depth_of(p) - 1].sequence;
    bool ok;
    if (group->branch_count == 0) {
        ok = vtr_hex_splice(&p->tokens, outer, &group->sequence);
    } else {
        vtr_hex_end_branch(&p->tokens, &group->sequence);
        ok = vtr_hex_end_group(&p->tokens, outer, &group->sequence, group->tokens_at);
    }
    p->top--;
    p->pos++;
    return ok || vtr_problem_set_memory(p->problem);
}

static bool next_branch(struct parser *p)
{
    if (depth_of(p) == 0) {
        (void)vtr_problem_set(p->problem, "E112", p->pos, 1, "'|' outside parentheses");
        return vtr_problem_help(p->problem, "write ( ... | ... )");
    }
    if (!check_end(p)) {
        return false;
    }
    vtr_hex_end_branch(&p->tokens, &p->top->sequence);
    p->top->branch_count++;
    p->pos++;
    return true;
}

static bool skip_comment(struct parser *p)
{
    const size_t at = p->pos;
    const uint8_t *s = p->source.ptr;
    const size_t len = p->source.len;

    if (at + 1 < len && s[at + 1] == '/') {
        while (p->pos < len && s[p->pos] != '\n') {
            p->pos++;
        }
        return true;
    }
    if (at + 1 >= len || s[at + 1] != '*') {
        return fail_byte(p, at);
    }
    for (p->pos += 2; p->pos + 1 < len; p->pos++) {
        if (s[p->pos] == '*' && s[p->pos + 1] == '/') {
            p->pos += 2;
            return true;
        }
    }
    return vtr_problem_set(p->problem, "E115", at, 2, "comment without end");
}

/* Reads whatever comes next. */
static bool read_one(struct parser *p)
{
    const uint8_t c = p->source.ptr[p->pos];

    if (vtr_hex_class_of(c) <= VTR_HEX_WILD) {
        p->top->has_jump = false;
        return read_byte(p, false);
    }
    switch (c) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        skip_blanks(p);
        return true;
    case '/':
        return skip_comment(p);
    case '[':
        return read_jump(p);
    case '(':
        p->top->has_jump = false;
        return open_group(p);
    case '|':
        return next_branch(p);
    case ')':
        return close_group(p);
    case '~':
        p->top->has_jump = false;
        p->pos++;
        if (p->pos == p->source.len) {
            return fail_byte(p, p->pos - 1);
        }
        return read_byte(p, true);
    default:
        return fail_byte(p, p->pos);
    }
}

/* Reads the runs that come next, which are all of most strings, but for the last two
 * characters. */
static bool read_runs(struct parser *p)
{
    const uint8_t *end = p->source.ptr + p->source.len - 2;
    const uint8_t *start = vtr_hex_skip_blanks(p->source.ptr + p->pos, end);
    const uint8_t *at = vtr_hex_put_runs(&p->tokens, &p->top->sequence, start, end);

    if (at == NULL) {
        return vtr_problem_set_memory(p->problem);
    }
    if (at != start) {
        p->top->has_jump = false;
    }
    p->pos = (size_t)(at - p->source.ptr);
    return true;
}

static bool parse(struct parser *p)
{
    while (p->pos < p->source.len) {
        const size_t start = p->pos;

        if (p->source.len - p->pos > 2 && !read_runs(p)) {
            return false;
        }
        if (p->pos == start && !read_one(p)) {
            return false;
        }
    }
    if (depth_of(p) > 0) {
        return vtr_problem_set(p->problem, "E110", p->top->open, 1, "'(' without ')'");
    }
    return check_end(p);
}

/* What is known once all of the string is read. */
static bool check_payload(const struct parser *p)
{
    if (!vtr_writer_ok(p->tokens.out)) {
        return vtr_problem_set_memory(p->problem);
    }
    if (p->tokens.cut_count >= FRAGMENT_LIMIT) {
        return vtr_problem_set(p->problem, "E116", 0, 0,
                               "more than %u long jumps in a hex string",
                               FRAGMENT_LIMIT - 1);
    }
    if (p->top->sequence.height > VTR_ALT_DEPTH_LIMIT) {
        return vtr_problem_set(p->problem, "E113", 0, 0,
                               "more than %u alternations inside each other",
                               VTR_ALT_DEPTH_LIMIT);
    }
    return true;
}

bool vtr_pattern_hex(struct vtr_arena *arena, const struct vtr_pattern_modifiers *mods,
                     struct vtr_bytes source, struct vtr_writer *out_payload,
                     uint32_t *out_flags, struct vtr_pattern_problem *problem)
{
    struct parser p;

    p.problem = problem;
    p.source = source;
    p.pos = 0;
    p.tokens = (struct vtr_hex_tokens){.out = out_payload,
                                       .arena = arena,
                                       .start = out_payload->len};
    p.dialect = mods->dialect;
    p.top = p.frames;
    *p.top = (struct frame){.sequence = vtr_hex_begin(&p.tokens)};
    vtr_problem_clear(problem);
    if (!parse(&p)) {
        return false;
    }
    vtr_hex_finish(&p.tokens, &p.top->sequence);
    if (!check_payload(&p)) {
        return false;
    }
    if (p.top->sequence.height > 0 && mods->dialect != VTR_DIALECT_YARA_X &&
        !vtr_hex_order(arena, out_payload, p.tokens.start)) {
        return vtr_problem_set_memory(problem);
    }
    *out_flags = (mods->set & VTR_MODIFIER_PRIVATE) != 0 ? VTR_PATTERN_PRIVATE : 0;
    return true;
}
