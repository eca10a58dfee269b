/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The grammar of hex strings, read once from left to right with a stack of open groups:
 *
 *   string = token { token | jump } token | token
 *   token  = [~] digit digit | "(" string { "|" string } ")"     digit: 0-9 A-F a-f ?
 *   jump   = "[" ( n | n "-" | "-" | n "-" n ) "]"
 *
 * Plain bytes of the whole string are decoded into one buffer in the order of the
 * source, so neighbours are neighbours there too and merge by adding lengths.
 */
#include "compiler/hex_parser.h"

#include "base/arena.h"
#include "compiler/pattern_problem.h"

/* A group that is open, or the string itself. */
struct frame {
    struct vtr_hex_sequence sequence; /* of the branch that is being read */
    struct vtr_hex_branch *branches;  /* finished ones */
    struct vtr_hex_branch **tail;
    size_t branch_count;
    size_t open;    /* where the group begins */
    size_t jump_at; /* where the last jump began, if it is the last thing so far */
    bool has_jump;
};

struct parser {
    struct vtr_arena *arena;
    struct vtr_pattern_problem *problem;
    struct vtr_bytes source;
    size_t pos;
    uint8_t *decoded; /* half the source's length is enough */
    size_t decoded_len;
    struct frame frames[VTR_HEX_DEPTH_LIMIT + 1];
    unsigned depth;
    enum vtr_dialect dialect;
};

/* Classes of source bytes: digits are their value. */
enum {
    WILD = 16,
    SPACE = 17,
    OTHER = 18
};

/* clang-format off */
#define X8 OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER
#define X32 X8, X8, X8, X8
static const uint8_t CLASSES[256] = {
    X8, OTHER, SPACE, SPACE, OTHER, OTHER, SPACE, OTHER, OTHER, X8, X8,
    SPACE, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, X8,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, OTHER, OTHER, OTHER, OTHER, OTHER, WILD,
    OTHER, 10, 11, 12, 13, 14, 15, OTHER, X8, X8, X8,
    OTHER, 10, 11, 12, 13, 14, 15, OTHER, X8, X8, X8,
    X32, X32, X32, X32,
};
#undef X8
#undef X32
/* clang-format on */

static unsigned classify(uint8_t c)
{
    return CLASSES[c];
}

static struct frame *top(struct parser *p)
{
    return &p->frames[p->depth];
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

static struct vtr_hex_node *append(struct parser *p, enum vtr_hex_kind kind)
{
    struct vtr_hex_sequence *sequence = &top(p)->sequence;
    struct vtr_hex_node *node = vtr_arena_alloc(p->arena, sizeof *node);

    if (node == NULL) {
        (void)vtr_problem_set_memory(p->problem);
        return NULL;
    }
    node->kind = kind;
    if (sequence->last == NULL) {
        sequence->first = node;
    } else {
        sequence->last->next = node;
    }
    sequence->last = node;
    return node;
}

/* Appends `count` bytes that stand decoded at the end of the buffer. */
static bool append_bytes(struct parser *p, size_t count)
{
    struct vtr_hex_node *node = top(p)->sequence.last;

    if (node == NULL || node->kind != VTR_HEX_BYTES) {
        node = append(p, VTR_HEX_BYTES);
        if (node == NULL) {
            return false;
        }
        node->bytes.ptr = p->decoded + p->decoded_len;
    }
    p->decoded_len += count;
    node->bytes.len += count;
    top(p)->has_jump = false;
    return true;
}

/* Makes a gap longer; bounds of a source's worth of jumps cannot overflow. */
static void widen(struct vtr_hex_node *gap, uint64_t min, uint64_t max, bool is_chain)
{
    gap->min += min;
    gap->max =
        gap->max == UINT64_MAX || max == UINT64_MAX ? UINT64_MAX : gap->max + max;
    gap->is_chain = gap->is_chain || is_chain;
}

/* Between `min` and `max` bytes of any value; a chain: as one long jump. */
static bool append_gap(struct parser *p, uint64_t min, uint64_t max, bool is_chain)
{
    struct vtr_hex_node *node = top(p)->sequence.last;

    if (node == NULL || node->kind != VTR_HEX_GAP) {
        node = append(p, VTR_HEX_GAP);
        if (node == NULL) {
            return false;
        }
    }
    widen(node, min, max, is_chain);
    return true;
}

/* Appends what a group with one alternative holds, as if it had no parentheses. */
static void splice(struct vtr_hex_sequence *to, struct vtr_hex_sequence from)
{
    struct vtr_hex_node *first = from.first;

    if (to->last == NULL) {
        *to = from;
        return;
    }
    if (to->last->kind == first->kind && first->kind == VTR_HEX_BYTES) {
        to->last->bytes.len += first->bytes.len;
        first = first->next;
    } else if (to->last->kind == first->kind && first->kind == VTR_HEX_GAP) {
        widen(to->last, first->min, first->max, first->is_chain);
        first = first->next;
    }
    if (first != NULL) {
        to->last->next = first;
        to->last = from.last;
    }
}

/* Two digits, `negated` after a '~' that stood before them. */
static bool read_byte(struct parser *p, bool negated)
{
    const size_t at = p->pos;
    const unsigned high = classify(p->source.ptr[at]);
    const unsigned low =
        at + 1 < p->source.len ? classify(p->source.ptr[at + 1]) : OTHER;

    if (high > WILD) {
        return fail_byte(p, at);
    }
    if (low > WILD) {
        (void)vtr_problem_set(p->problem, "E102", at, 1, "half a byte in hex string");
        if (at + 1 < p->source.len && (p->source.ptr[at + 1] | 0x20) == 'x') {
            return vtr_problem_help(p->problem, "bytes have no 0x here: DE AD BE EF");
        }
        return vtr_problem_help(
            p->problem, "write two digits for each byte; ? is an unknown digit");
    }
    p->pos += 2;
    const uint8_t mask =
        (uint8_t)((high == WILD ? 0u : 0xf0u) | (low == WILD ? 0u : 0x0fu));
    const uint8_t value = (uint8_t)(((high << 4 | (low & 0x0fu)) & mask));
    if (mask == 0) {
        return negated ? vtr_problem_set(p->problem, "E114", at - 1, 3,
                                         "'~\?\?' matches no byte")
                       : append_gap(p, 1, 1, false);
    }
    struct vtr_hex_node *node = append(p, negated ? VTR_HEX_NOT : VTR_HEX_MASKED);
    if (node == NULL) {
        return false;
    }
    node->value = value;
    node->mask = mask;
    return true;
}

/* Past the blanks at `pos`. */
static size_t blanks_end(struct vtr_bytes source, size_t pos)
{
    while (pos < source.len && classify(source.ptr[pos]) == SPACE) {
        pos++;
    }
    return pos;
}

/* Skips the "0x" or "0o" of a number, which YARA-X takes; the number's radix. */
static unsigned skip_radix(struct parser *p)
{
    const uint8_t *at = p->source.ptr + p->pos;

    if (p->dialect == VTR_DIALECT_YARA4 || p->source.len - p->pos < 3 || at[0] != '0' ||
        (at[1] != 'x' && at[1] != 'o') || classify(at[2]) >= (at[1] == 'x' ? 16 : 8)) {
        return 10;
    }
    p->pos += 2;
    return at[1] == 'x' ? 16 : 8;
}

/* A bound of a jump; `*has` says whether there is a number at all. */
static bool read_bound(struct parser *p, uint64_t *value, bool *has)
{
    p->pos = blanks_end(p->source, p->pos);
    const size_t at = p->pos;
    const unsigned radix = skip_radix(p);
    *value = 0;
    while (p->pos < p->source.len && classify(p->source.ptr[p->pos]) < radix) {
        *value = *value * radix + classify(p->source.ptr[p->pos]);
        p->pos++;
        if (*value > VTR_HEX_JUMP_MAX) {
            return vtr_problem_set(p->problem, "E107", at, p->pos - at,
                                   "jump of more than %u bytes", VTR_HEX_JUMP_MAX);
        }
    }
    *has = p->pos > at;
    p->pos = blanks_end(p->source, p->pos);
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
    if (p->depth > 0 && max > VTR_JUMP_LIMIT) {
        (void)vtr_problem_set(p->problem, "E108", at, length,
                              max == UINT64_MAX
                                  ? "unbounded jump inside parentheses"
                                  : "jump of more than 200 bytes inside parentheses");
        return vtr_problem_help(p->problem,
                                "write each alternative as a string of its own");
    }
    if (top(p)->sequence.first == NULL) {
        (void)vtr_problem_set(p->problem, "E104", at, length,
                              p->depth > 0 ? "alternative begins with a jump"
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
    const bool is_upper_only = !has_min && has_max;
    if (p->pos >= p->source.len || p->source.ptr[p->pos] != ']' || is_upper_only ||
        (!has_min && !has_dash)) {
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
    top(p)->has_jump = true;
    top(p)->jump_at = at;
    return append_gap(p, min, max, max > VTR_JUMP_LIMIT);
}

static bool open_group(struct parser *p)
{
    if (p->depth == VTR_HEX_DEPTH_LIMIT) {
        return vtr_problem_set(p->problem, "E113", p->pos, 1,
                               "more than %u parentheses inside each other",
                               VTR_HEX_DEPTH_LIMIT);
    }
    p->depth++;
    *top(p) = (struct frame){.open = p->pos};
    top(p)->tail = &top(p)->branches;
    p->pos++;
    return true;
}

/* Checks the branch (or string) that ends at the current position. */
static bool check_end(struct parser *p)
{
    const struct frame *frame = top(p);

    if (frame->sequence.first == NULL) {
        return p->depth > 0
                   ? vtr_problem_set(p->problem, "E111", p->pos, 1, "empty alternative")
                   : vtr_problem_set(p->problem, "E101", 0, p->source.len,
                                     "empty hex string");
    }
    if (frame->has_jump) {
        (void)vtr_problem_set(p->problem, "E104", frame->jump_at, 1,
                              p->depth > 0 ? "alternative ends with a jump"
                                           : "hex string ends with a jump");
        return vtr_problem_help(p->problem, "write ?\? for each byte, or leave it out");
    }
    return true;
}

/* Puts the branch that was read aside. */
static bool finish_branch(struct parser *p)
{
    struct frame *frame = top(p);

    if (!check_end(p)) {
        return false;
    }
    struct vtr_hex_branch *branch = vtr_arena_alloc(p->arena, sizeof *branch);
    if (branch == NULL) {
        return vtr_problem_set_memory(p->problem);
    }
    branch->sequence = frame->sequence;
    *frame->tail = branch;
    frame->tail = &branch->next;
    frame->branch_count++;
    frame->sequence = (struct vtr_hex_sequence){0};
    return true;
}

static bool close_group(struct parser *p)
{
    if (p->depth == 0) {
        return vtr_problem_set(p->problem, "E110", p->pos, 1, "')' without '('");
    }
    if (!finish_branch(p)) {
        return false;
    }
    const struct frame closed = *top(p);
    p->depth--;
    p->pos++;
    if (closed.branch_count == 1) {
        splice(&top(p)->sequence, closed.branches->sequence);
        return true;
    }
    struct vtr_hex_node *node = append(p, VTR_HEX_ALT);
    if (node == NULL) {
        return false;
    }
    node->branches = closed.branches;
    node->branch_count = closed.branch_count;
    return true;
}

static bool next_branch(struct parser *p)
{
    if (p->depth == 0) {
        (void)vtr_problem_set(p->problem, "E112", p->pos, 1, "'|' outside parentheses");
        return vtr_problem_help(p->problem, "write ( ... | ... )");
    }
    if (!finish_branch(p)) {
        return false;
    }
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

/* One token that is not a plain byte. */
static bool read_other(struct parser *p)
{
    switch (p->source.ptr[p->pos]) {
    case '/':
        return skip_comment(p);
    case '[':
        return read_jump(p);
    case '(':
        top(p)->has_jump = false;
        return open_group(p);
    case '|':
        return next_branch(p);
    case ')':
        return close_group(p);
    case '~':
        top(p)->has_jump = false;
        p->pos++;
        if (p->pos == p->source.len) {
            return fail_byte(p, p->pos - 1);
        }
        return read_byte(p, true);
    default:
        return fail_byte(p, p->pos);
    }
}

/* Reads the plain bytes that come next: most of most strings. */
static bool read_plain_bytes(struct parser *p)
{
    const struct vtr_bytes source = p->source;
    uint8_t *out = p->decoded + p->decoded_len;
    size_t pos = blanks_end(source, p->pos);
    size_t count = 0;

    while (source.len - pos >= 2) {
        const unsigned high = classify(source.ptr[pos]);
        const unsigned low = classify(source.ptr[pos + 1]);

        if ((high | low) > 15) {
            break;
        }
        out[count] = (uint8_t)(high << 4 | low);
        count++;
        pos = blanks_end(source, pos + 2);
    }
    p->pos = pos;
    return count == 0 || append_bytes(p, count);
}

/* Reads the bytes of any value that come next: most of the rest. */
static bool read_wildcards(struct parser *p)
{
    const struct vtr_bytes source = p->source;
    size_t pos = p->pos;
    size_t count = 0;

    while (source.len - pos >= 2 && source.ptr[pos] == '?' &&
           source.ptr[pos + 1] == '?') {
        count++;
        pos = blanks_end(source, pos + 2);
    }
    if (count == 0) {
        return true;
    }
    p->pos = pos;
    top(p)->has_jump = false;
    return append_gap(p, count, count, false);
}

static bool parse(struct parser *p)
{
    while (p->pos < p->source.len) {
        const size_t start = p->pos;

        if (!read_plain_bytes(p) || !read_wildcards(p)) {
            return false;
        }
        if (p->pos > start) {
            continue;
        }
        const unsigned class = classify(p->source.ptr[p->pos]);
        if (class <= WILD) {
            top(p)->has_jump = false;
            if (!read_byte(p, false)) {
                return false;
            }
        } else if (!read_other(p)) {
            return false;
        }
    }
    if (p->depth > 0) {
        return vtr_problem_set(p->problem, "E110", top(p)->open, 1, "'(' without ')'");
    }
    return check_end(p);
}

bool vtr_hex_parse(struct vtr_arena *arena, struct vtr_bytes source,
                   enum vtr_dialect dialect, struct vtr_hex_sequence *out,
                   struct vtr_pattern_problem *problem)
{
    struct parser p;

    p.arena = arena;
    p.problem = problem;
    p.source = source;
    p.dialect = dialect;
    p.pos = 0;
    p.decoded = vtr_arena_alloc(arena, source.len / 2 + 1);
    p.decoded_len = 0;
    p.depth = 0;
    p.frames[0] = (struct frame){0};
    if (p.decoded == NULL) {
        return vtr_problem_set_memory(problem);
    }
    if (!parse(&p)) {
        return false;
    }
    *out = p.frames[0].sequence;
    return true;
}
