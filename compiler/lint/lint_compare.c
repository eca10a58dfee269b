/* SPDX-License-Identifier: Apache-2.0 */

/* Comparisons whose answer is known before any file is. */
#include "compiler/lint/lint.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/source.h"

/* Functions and fields whose text is in lower case, and its length, 0: any. */
static const struct {
    const char *name;
    uint32_t len;
    bool is_digest;
} LOWER[] = {
    {"hash.md5", 32, true},   {"hash.sha1", 40, true},   {"hash.sha256", 64, true},
    {"pe.imphash", 32, true}, {".thumbprint", 40, true}, {".serial", 0, false},
};

/* Functions that give no more than this, and nothing negative. */
static const struct {
    const char *name;
    uint64_t most;
} BOUNDED[] = {
    {"math.entropy", 8},        {"math.mean", 255},     {"math.mode", 255},
    {"math.monte_carlo_pi", 1}, {"math.percentage", 1},
};

/* A text that is written anew in a hint is not longer. */
#define REWRITE_LEN_MAX 200u

/* Least and greatest value of an integer, INT64_MAX: or more; false when nothing is
 * known of it. */
static bool find_range(const struct vtr_node *node, int64_t *low, int64_t *high)
{
    if (node->is_known) {
        *low = node->number;
        *high = node->number;
        return true;
    }
    if (node->is_unsigned) { /* or more */
        *low = INT64_MAX;
        *high = INT64_MAX;
        return true;
    }
    *low = 0;
    *high = INT64_MAX;
    switch ((unsigned)node->kind) {
    case VTR_NODE_READ: {
        if (node->type == VTR_TYPE_FLOAT) {
            return false;
        }
        const unsigned bits = (unsigned)(node->number & 0x0f) * 8;
        const bool is_signed = (node->number & VTR_READ_SIGNED) != 0;
        if (bits == 64) {
            return !is_signed; /* or more */
        }
        *high = (INT64_C(1) << (is_signed ? bits - 1 : bits)) - 1;
        *low = is_signed ? -*high - 1 : 0;
        return true;
    }
    case VTR_NODE_FILESIZE:
    case VTR_NODE_COUNT:
    case VTR_NODE_COUNT_IN:
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        return true;
    default:
        return false;
    }
}

/* Eight bytes without a sign: numbers that an int64_t does not hold, too. */
static bool is_wide_read(const struct vtr_node *node)
{
    return node->kind == VTR_NODE_READ && node->type == VTR_TYPE_INT &&
           (node->number & 0x0f) == 8 && (node->number & VTR_READ_SIGNED) == 0;
}

/* What is known of such a read is that it is not negative. */
static bool is_undecided(const struct vtr_node *a, const struct vtr_node *b)
{
    return is_wide_read(a) && (!b->is_known || b->number > 0);
}

enum vtr_op vtr_lint_mirror(enum vtr_op op)
{
    switch ((unsigned)op) {
    case VTR_OP_LT:
        return VTR_OP_GT;
    case VTR_OP_LE:
        return VTR_OP_GE;
    case VTR_OP_GT:
        return VTR_OP_LT;
    case VTR_OP_GE:
        return VTR_OP_LE;
    default:
        return op;
    }
}

/* 1: always true, 0: never, -1: it depends. */
static int decide(enum vtr_op op, const int64_t left[2], const int64_t right[2])
{
    const bool is_below = left[1] < right[0];
    const bool is_above = left[0] > right[1];
    const bool is_one = left[0] == left[1] && right[0] == right[1];

    switch ((unsigned)op) {
    case VTR_OP_EQ:
        return is_below || is_above ? 0 : is_one ? 1 : -1;
    case VTR_OP_NE:
        return is_below || is_above ? 1 : is_one ? 0 : -1;
    case VTR_OP_LT:
        return is_below ? 1 : left[0] >= right[1] ? 0 : -1;
    case VTR_OP_LE:
        return left[1] <= right[0] ? 1 : is_above ? 0 : -1;
    case VTR_OP_GT:
        return is_above ? 1 : left[1] <= right[0] ? 0 : -1;
    case VTR_OP_GE:
        return left[0] >= right[1] ? 1 : is_below ? 0 : -1;
    default:
        return -1;
    }
}

/* Whether its value is there in every file: what is not there is never equal. */
static bool is_always_defined(const struct vtr_node *node)
{
    return node->is_known || node->kind == VTR_NODE_FILESIZE ||
           node->kind == VTR_NODE_COUNT;
}

static const char *bounds_note(struct vtr_linter *l, const struct vtr_node *node,
                               const int64_t range[2])
{
    const struct vtr_bytes text = vtr_lint_text(l, node);

    if (range[1] == INT64_MAX) {
        return vtr_diagnostics_text(l->diagnostics, "'%.*s' is never negative",
                                    text.len > 60 ? 60 : (int)text.len,
                                    (const char *)text.ptr);
    }
    return vtr_diagnostics_text(l->diagnostics, "'%.*s' is from %lld to %lld",
                                text.len > 60 ? 60 : (int)text.len,
                                (const char *)text.ptr, (long long)range[0],
                                (long long)range[1]);
}

static void lint_integers(struct vtr_linter *l, const struct vtr_node *chain)
{
    const struct vtr_node *left = chain->children;
    const struct vtr_node *right = left->next;
    int64_t ranges[2][2];

    const bool is_huge = left->is_unsigned || right->is_unsigned;

    if ((!left->is_known && !right->is_known && !is_huge) ||
        (is_huge && (vtr_node_is_constant(left) == vtr_node_is_constant(right))) ||
        is_undecided(left, right) || is_undecided(right, left) ||
        !find_range(left, &ranges[0][0], &ranges[0][1]) ||
        !find_range(right, &ranges[1][0], &ranges[1][1])) {
        return;
    }
    const int answer = decide(right->joint, ranges[0], ranges[1]);
    if (answer < 0 ||
        (answer == 1 && (!is_always_defined(left) || !is_always_defined(right)))) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics,
                            answer == 0 ? VTR_CODE_UNSATISFIABLE : VTR_CODE_INVARIANT,
                            vtr_lint_place(l, chain), "this is %s true",
                            answer == 0 ? "never" : "always");
    if (!vtr_node_is_constant(left) || !vtr_node_is_constant(right)) {
        const unsigned side = vtr_node_is_constant(left) ? 1 : 0;
        problem->note = bounds_note(l, side == 0 ? left : right, ranges[side]);
    }
}

/* The name of a function that is called, or of a field. */
static struct vtr_bytes name_of(struct vtr_bytes text)
{
    const uint8_t *call = text.len == 0 ? NULL : memchr(text.ptr, '(', text.len);

    return (struct vtr_bytes){text.ptr,
                              call == NULL ? text.len : (size_t)(call - text.ptr)};
}

/* How a number that is written down compares to `most`: -1, 0 or 1. */
static int compare_number(const struct vtr_node *node, uint64_t most)
{
    uint64_t whole = 0;
    bool has_rest = false;
    size_t i = 0;

    if (node->kind != VTR_NODE_FLOAT) {
        return !node->is_known || node->number < 0 ? -1
               : (uint64_t)node->number > most     ? 1
               : (uint64_t)node->number == most    ? 0
                                                   : -1;
    }
    for (; i < node->text.len && node->text.ptr[i] != '.'; i++) {
        if (whole > most || node->text.ptr[i] - (unsigned)'0' >= 10) {
            return whole > most ? 1 : -1;
        }
        whole = whole * 10 + (node->text.ptr[i] - (unsigned)'0');
    }
    for (i++; i < node->text.len; i++) {
        if (node->text.ptr[i] - (unsigned)'0' >= 10) {
            return -1; /* an exponent */
        }
        has_rest = has_rest || node->text.ptr[i] != '0';
    }
    return whole > most || (whole == most && has_rest) ? 1 : whole == most ? 0 : -1;
}

/* "math.percentage(0x00) > 50": `op` is between `call` and `number`. */
static void lint_bounded(struct vtr_linter *l, const struct vtr_node *chain,
                         const struct vtr_node *call, enum vtr_op op,
                         const struct vtr_node *number)
{
    if (call->kind != VTR_NODE_MEMBER || compare_number(number, 0) <= 0 ||
        (op != VTR_OP_EQ && op != VTR_OP_GT && op != VTR_OP_GE)) {
        return; /* most comparisons are with texts */
    }
    const struct vtr_bytes name = name_of(vtr_lint_text(l, call));
    for (size_t i = 0; i < sizeof(BOUNDED) / sizeof(BOUNDED[0]); i++) {
        if (!vtr_bytes_equal(name, vtr_bytes_from_text(BOUNDED[i].name))) {
            continue;
        }
        const int order = compare_number(number, BOUNDED[i].most);
        if (order > 0 || (order == 0 && op == VTR_OP_GT)) {
            struct vtr_problem *problem =
                vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNSATISFIABLE,
                                    vtr_lint_place(l, chain), "this is never true");
            problem->note =
                vtr_diagnostics_text(l->diagnostics, "'%s' is from 0 to %llu",
                                     BOUNDED[i].name,
                                     (unsigned long long)BOUNDED[i].most);
        }
        return;
    }
}

static bool ends_with(struct vtr_bytes text, const char *end)
{
    const size_t len = strlen(end);

    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

/* The row of LOWER that a field or call is, or -1. */
static int find_lower(struct vtr_bytes text)
{
    const struct vtr_bytes name = name_of(text);
    const bool is_call = name.len < text.len;

    for (size_t i = 0; i < sizeof(LOWER) / sizeof(LOWER[0]); i++) {
        if (LOWER[i].name[0] == '.'
                ? !is_call && ends_with(name, LOWER[i].name)
                : vtr_bytes_equal(name, vtr_bytes_from_text(LOWER[i].name))) {
            return (int)i;
        }
    }
    return -1;
}

static bool has_upper(struct vtr_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (vtr_ascii_lower(text.ptr[i]) != text.ptr[i]) {
            return true;
        }
    }
    return false;
}

static bool is_hex(struct vtr_bytes text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (vtr_hex_value(text.ptr[i]) == VTR_HEX_NONE) {
            return false;
        }
    }
    return true;
}

static struct vtr_problem *report_text(struct vtr_linter *l,
                                       const struct vtr_node *literal,
                                       const struct vtr_node *field, bool is_ne)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics,
                            is_ne ? VTR_CODE_INVARIANT : VTR_CODE_UNSATISFIABLE,
                            vtr_lint_place(l, literal), "this comparison is %s true",
                            is_ne ? "always" : "never");

    problem->other = vtr_lint_place(l, field);
    return problem;
}

/* The literal in lower case, as it is written. */
static void offer_lower(struct vtr_linter *l, struct vtr_problem *problem,
                        const struct vtr_node *literal)
{
    const struct vtr_bytes text = vtr_lint_text(l, literal);
    char lower[REWRITE_LEN_MAX + 1];

    if (text.len > REWRITE_LEN_MAX || memchr(text.ptr, '\\', text.len) != NULL) {
        problem->help = "write it in lower case";
        return;
    }
    for (size_t i = 0; i < text.len; i++) {
        lower[i] = (char)vtr_ascii_lower(text.ptr[i]);
    }
    vtr_problem_replace(problem, "write it in lower case", problem->place,
                        vtr_diagnostics_text(l->diagnostics, "%.*s", (int)text.len,
                                             lower));
}

static bool looks_into(enum vtr_op op)
{
    return op == VTR_OP_EQ || op == VTR_OP_NE || op == VTR_OP_CONTAINS ||
           op == VTR_OP_STARTSWITH || op == VTR_OP_ENDSWITH;
}

static void lint_texts(struct vtr_linter *l, const struct vtr_node *literal,
                       const struct vtr_node *field, enum vtr_op op)
{
    const bool is_whole = op == VTR_OP_EQ || op == VTR_OP_NE;

    if (literal->kind != VTR_NODE_TEXT || field->kind == VTR_NODE_TEXT ||
        !looks_into(op)) {
        return;
    }
    const int row = find_lower(vtr_lint_text(l, field));
    if (row < 0) {
        return;
    }
    if (has_upper(literal->text)) {
        struct vtr_problem *problem = report_text(l, literal, field, op == VTR_OP_NE);
        problem->label = "this has upper-case letters";
        problem->other_label = "this is always in lower case";
        offer_lower(l, problem, literal);
    } else if (LOWER[row].is_digest && is_whole &&
               literal->text.len != LOWER[row].len) {
        struct vtr_problem *problem = report_text(l, literal, field, op == VTR_OP_NE);
        problem->label = vtr_diagnostics_text(l->diagnostics, "this has %zu characters",
                                              literal->text.len);
        problem->other_label =
            vtr_diagnostics_text(l->diagnostics, "this has %u characters",
                                 LOWER[row].len);
    } else if (LOWER[row].is_digest && is_whole && !is_hex(literal->text)) {
        struct vtr_problem *problem = report_text(l, literal, field, op == VTR_OP_NE);
        problem->label = "this is no hexadecimal number";
        problem->other_label = "this is one";
    }
}

void vtr_lint_comparison(struct vtr_linter *l, const struct vtr_node *chain)
{
    const struct vtr_node *left = chain->children;
    const struct vtr_node *right = left->next;

    if (right->next != NULL) {
        return;
    }
    if (left->kind == VTR_NODE_TEXT || right->kind == VTR_NODE_TEXT) {
        lint_texts(l, right, left, right->joint);
        lint_texts(l, left, right, right->joint);
    } else {
        lint_integers(l, chain);
        lint_bounded(l, chain, left, right->joint, right);
        lint_bounded(l, chain, right, vtr_lint_mirror(right->joint), left);
    }
}
