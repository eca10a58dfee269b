/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YARA's meaning in PCRE2's words:
 *
 *   ^ $       \A and \z: the ends of the data, and with the flag m of a line
 *   .         [^\x0a], or with /s every byte
 *   \b \B     between a word character and another character; for YARA 4 the ends of
 *             the data are always a boundary, whatever stands there
 *   fullword  where the end of a match is looked for in several ways, (?>...) ends the
 *             choice and a lookahead asks for the end of a word
 *   wide      each character that is consumed is followed by \x00; a boundary looks at
 *             two bytes to each side, and less than two is an end
 *
 * A repeat of one wide character is a group, which PCRE2 copies as often as it may
 * repeat.  Where that is often, the character is defined once, and powers of it as
 * calls of each other (r0_3 is eight times the character of the first such repeat).  A
 * character matches in one way only, so that the sum of powers finds the same lengths
 * in the same order, and PCRE2 takes a tenth of the time.
 *
 * Where all copies would be too large, what repeats is a group with a name, and copies
 * are calls, which go the same ways in the same order: ((?<g0>ab)(?&g0){0,99}).
 */
#include "compiler/pattern/regex_emit.h"

#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/pattern_problem.h"
#include "compiler/pattern/regex_class.h"
#include "compiler/pattern/regex_put.h"
#include "compiler/pattern/regex_size.h"

/* PCRE2 with two-byte links takes 65535 bytes of compiled code; the estimate is on
 * the safe side. */
#define CODE_LIMIT 60000u

struct emitter {
    struct vtr_writer *w;
    struct vtr_regex_form form;
    uint32_t group_count;
    const struct vtr_regex_tree *tree;
    uint8_t flags;
    uint32_t power_repeats; /* that have been written */
};

static void put_text(struct emitter *e, const char *text)
{
    vtr_writer_raw(e->w, vtr_bytes_from_text(text));
}

static void put_number(struct emitter *e, uint32_t value)
{
    vtr_regex_put_number(e->w, value);
}

/* A character, without what makes it wide. */
static void put_single(struct emitter *e, const struct vtr_regex_node *node)
{
    if (node->kind == VTR_REGEX_LITERAL) {
        vtr_regex_put_byte(e->w, node->byte);
    } else if (node->kind == VTR_REGEX_CLASS) {
        e->flags |= vtr_regex_put_set(e->w, node->set) ? VTR_PROGRAM_DOTALL : 0;
    } else if (e->tree->is_dotall) {
        e->flags |= VTR_PROGRAM_DOTALL;
        put_text(e, ".");
    } else {
        put_text(e, "[^\\x0a]");
    }
}

/* To YARA-X half a wide character behind it is the end too. */
static void put_end(struct emitter *e)
{
    const bool has_halves = e->form.is_wide && e->tree->dialect == VTR_DIALECT_YARA_X;

    e->flags |= VTR_PROGRAM_END_ANCHOR | (has_halves ? VTR_PROGRAM_DOTALL : 0);
    put_text(e, has_halves ? "(?!..)" : "\\z");
}

static void put_boundary(struct emitter *e, bool is_boundary)
{
#define WORD "[0-9A-Z_a-z]"
    static const char NARROW[] = "(?<=" WORD ")(?!" WORD ")|(?<!" WORD ")(?=" WORD ")";
    static const char WIDE[] = "(?<=" WORD "\\x00)(?!" WORD "\\x00)|"
                               "(?<!" WORD "\\x00)(?=" WORD "\\x00)";

    e->flags |= VTR_PROGRAM_END_ANCHOR;
    put_text(e, is_boundary ? "(?:" : "(?!");
    put_text(e, e->form.is_wide ? WIDE : NARROW);
    put_text(e, ")");
#undef WORD
}

/* An end of a line stands between \r and \n no more than elsewhere in it, as YARA-X has
 * it of files; of texts in conditions \n alone ends a line, but under the flag R. */
static void put_line_end(struct emitter *e, bool is_start, bool has_returns)
{
#define LF "\\x0a"
#define CR "\\x0d"
    static const char *const STARTS[] = {
        "(?:\\A|(?<=" LF "))",
        "(?:\\A|(?<=" LF ")|(?<=" CR ")(?!" LF "))",
        "(?:\\A|(?<=" LF "\\x00)|(?<=" CR "\\x00)(?!" LF "\\x00))",
    };
    static const char *const ENDS[] = {
        "(?:\\z|(?=" LF "))",
        "(?:\\z|(?=" CR ")|(?<!" CR ")(?=" LF "))",
        "(?:\\z|(?=" CR "\\x00)|(?<!" CR "\\x00)(?=" LF "\\x00))",
    };
    const unsigned form = e->form.is_wide                       ? 2
                          : e->tree->is_of_text && !has_returns ? 0
                                                                : 1;

    e->flags |= is_start ? 0 : VTR_PROGRAM_END_ANCHOR;
    put_text(e, is_start ? STARTS[form] : ENDS[form]);
#undef LF
#undef CR
}

static void put_count(struct emitter *e, uint32_t min, uint32_t max, bool is_lazy)
{
    if (min == 0 && max == VTR_REGEX_UNBOUNDED) {
        put_text(e, "*");
    } else if (min == 1 && max == VTR_REGEX_UNBOUNDED) {
        put_text(e, "+");
    } else if (min == 0 && max == 1) {
        put_text(e, "?");
    } else {
        put_text(e, "{");
        put_number(e, min);
        if (max != min) {
            put_text(e, ",");
        }
        if (max != min && max != VTR_REGEX_UNBOUNDED) {
            put_number(e, max);
        }
        put_text(e, "}");
    }
    if (is_lazy) {
        put_text(e, "?");
    }
}

/* The exponent of the greatest power of 2 that is at most `value`, which is not 0. */
static unsigned log2_of(uint32_t value)
{
    unsigned exponent = 0;

    while (value >> exponent > 1) {
        exponent++;
    }
    return exponent;
}

/* The name of 2^exponent times the character of repeat `number`. */
static void put_power_name(struct emitter *e, uint32_t number, unsigned exponent)
{
    put_text(e, "r");
    put_number(e, number);
    put_text(e, "_");
    put_number(e, exponent);
}

static void put_power(struct emitter *e, unsigned exponent)
{
    put_text(e, "(?&");
    put_power_name(e, e->power_repeats, exponent);
    put_text(e, ")");
}

/* Between 0 and 2^exponents - 1 times. */
static void put_optional_powers(struct emitter *e, unsigned exponents, bool is_lazy)
{
    while (exponents > 0) {
        put_power(e, --exponents);
        put_text(e, is_lazy ? "?\?" : "?");
    }
}

/*
 * Between 0 and `max` times, in the order of counts: 2^k and between 0 and the rest of
 * them, or between 0 and 2^k - 1.  Each count is written in one way.  Recursion halves
 * `max`.
 */
static void put_up_to(struct emitter *e, uint32_t max, bool is_lazy)
{
    if (max == 0) {
        return;
    }
    const unsigned k = log2_of(max + 1);
    const uint32_t rest = max + 1 - (1u << k); /* counts of 2^k and more */
    if (rest == 0) {
        put_optional_powers(e, k, is_lazy);
        return;
    }
    put_text(e, "(?:");
    if (is_lazy) {
        put_optional_powers(e, k, true);
        put_text(e, "|");
    }
    put_power(e, k);
    put_up_to(e, rest - 1, is_lazy);
    if (!is_lazy) {
        put_text(e, "|");
        put_optional_powers(e, k, false);
    }
    put_text(e, ")");
}

static void put_power_repeat(struct emitter *e, const struct vtr_regex_node *node)
{
    for (unsigned k = 16; k-- > 0;) {
        if ((node->min >> k & 1u) != 0) {
            put_power(e, k);
        }
    }
    if (node->max == VTR_REGEX_UNBOUNDED) {
        put_power(e, 0);
        put_text(e, node->is_lazy ? "*?" : "*");
    } else {
        put_up_to(e, node->max - node->min, node->is_lazy);
    }
    e->power_repeats++;
}

/* Defines the powers of the character that a repeat repeats. */
static void define_powers(struct emitter *e, const struct vtr_regex_node *node)
{
    const uint32_t varying =
        node->max == VTR_REGEX_UNBOUNDED ? 1 : node->max - node->min;
    const unsigned last = log2_of(node->min > varying ? node->min : varying + 1);

    for (unsigned k = 0; k <= last; k++) {
        put_text(e, "(?<");
        put_power_name(e, e->power_repeats, k);
        put_text(e, ">");
        if (k == 0) {
            put_single(e, node->first);
            put_text(e, "\\x00");
        } else {
            put_power(e, k - 1);
            put_power(e, k - 1);
        }
        put_text(e, ")");
    }
    e->power_repeats++;
}

/* Whether a called repeat is longer than any match: what it repeats is not written. */
static bool is_hopeless(const struct emitter *e, const struct vtr_regex_node *node)
{
    if (node->kind != VTR_REGEX_REPEAT || !vtr_regex_is_called(&e->form, node)) {
        return false;
    }
    return vtr_regex_shorten(node, e->form.is_wide).max < node->min;
}

/* Defines what put_node will call, in the order in which it comes to it. */
static void define_all(struct emitter *e, const struct vtr_regex_node *node)
{
    if (vtr_regex_has_powers(&e->form, node)) {
        put_text(e, e->power_repeats == 0 ? "(?(DEFINE)" : "");
        define_powers(e, node);
        return;
    }
    if (is_hopeless(e, node)) {
        return;
    }
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        define_all(e, n);
    }
}

static void put_node(struct emitter *e, const struct vtr_regex_node *node);

static void put_group_call(struct emitter *e, uint32_t number)
{
    put_text(e, "(?&g");
    put_number(e, number);
    put_text(e, ")");
}

/* What is optional as a whole when there may be none: the group, and calls for the rest
 * of the counts. */
static void put_called_repeat(struct emitter *e, const struct vtr_regex_node *node)
{
    const struct vtr_regex_node repeat = vtr_regex_shorten(node, e->form.is_wide);
    const uint32_t number = e->group_count++;
    const bool is_open = repeat.max == VTR_REGEX_UNBOUNDED;

    if (is_hopeless(e, node)) {
        put_text(e, "(?!)");
        return;
    }
    put_text(e, repeat.min == 0 ? "(?:(?<g" : "(?<g");
    put_number(e, number);
    put_text(e, ">");
    put_node(e, repeat.first);
    put_text(e, ")");
    if (is_open || repeat.max > 1) {
        put_group_call(e, number);
        put_count(e, repeat.min > 0 ? repeat.min - 1 : 0,
                  is_open ? repeat.max : repeat.max - 1, repeat.is_lazy);
    }
    if (repeat.min == 0) {
        put_text(e, repeat.is_lazy ? ")?\?" : ")?");
    }
}

static void put_repeat(struct emitter *e, const struct vtr_regex_node *node)
{
    const struct vtr_regex_node *what = node->first;

    if (vtr_regex_has_powers(&e->form, node)) {
        put_power_repeat(e, node);
        return;
    }
    if (vtr_regex_is_called(&e->form, node)) {
        put_called_repeat(e, node);
        return;
    }
    if (vtr_regex_is_single(what) && !e->form.is_wide) {
        put_single(e, what);
    } else if (what->kind == VTR_REGEX_ALT) {
        put_node(e, what);
    } else {
        put_text(e, "(?:");
        put_node(e, what);
        put_text(e, ")");
    }
    put_count(e, node->min, node->max, node->is_lazy);
}

static void put_alternatives(struct emitter *e, const struct vtr_regex_node *node)
{
    put_text(e, "(?:");
    for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
        put_node(e, n);
        if (n->next != NULL) {
            put_text(e, "|");
        }
    }
    put_text(e, ")");
}

/* Recursion ends with the tree's depth, which the parser limits. */
static void put_node(struct emitter *e, const struct vtr_regex_node *node)
{
    switch (node->kind) {
    case VTR_REGEX_EMPTY:
        break;
    case VTR_REGEX_LITERAL:
    case VTR_REGEX_ANY:
    case VTR_REGEX_CLASS:
        put_single(e, node);
        if (e->form.is_wide) {
            put_text(e, "\\x00");
        }
        break;
    case VTR_REGEX_START:
        put_text(e, "\\A");
        break;
    case VTR_REGEX_END:
        put_end(e);
        break;
    case VTR_REGEX_LINE_START:
    case VTR_REGEX_LINE_END:
        put_line_end(e, node->kind == VTR_REGEX_LINE_START, node->has_returns);
        break;
    case VTR_REGEX_BOUNDARY:
    case VTR_REGEX_NO_BOUNDARY:
        if (node->edge != VTR_REGEX_EDGE_ANY) {
            vtr_regex_put_edge(e->w, (enum vtr_regex_edge)node->edge, e->form.is_wide);
            e->flags |= VTR_PROGRAM_END_ANCHOR;
            break;
        }
        put_boundary(e, node->kind == VTR_REGEX_BOUNDARY);
        break;
    case VTR_REGEX_REPEAT:
        put_repeat(e, node);
        break;
    case VTR_REGEX_CONCAT:
        for (const struct vtr_regex_node *n = node->first; n != NULL; n = n->next) {
            put_node(e, n);
        }
        break;
    case VTR_REGEX_ALT:
        put_alternatives(e, node);
        break;
    }
}

/* The tree up to where it is settled, the rest in its first way alone, and that a word
 * ends there. */
static void put_word(struct emitter *e, const struct vtr_regex_tree *tree)
{
    const bool is_sequence = tree->root->kind == VTR_REGEX_CONCAT;

    for (const struct vtr_regex_node *n = is_sequence ? tree->root->first : tree->root;
         n != NULL; n = is_sequence ? n->next : NULL) {
        put_text(e, n == tree->settled ? "(?>" : "");
        put_node(e, n);
    }
    put_text(e, tree->settled != NULL ? ")" : "");
    put_text(e, e->form.is_wide ? "(?![0-9A-Za-z]\\x00)" : "(?![0-9A-Za-z])");
}

bool vtr_regex_emit(const struct vtr_regex_tree *tree, bool is_wide,
                    struct vtr_writer *w, uint8_t *out_flags,
                    struct vtr_pattern_problem *problem)
{
    struct emitter e = {.w = w, .form = {.is_wide = is_wide}, .tree = tree};

    e.form.has_calls = vtr_regex_estimate(&e.form, tree->root) > CODE_LIMIT;
    if (e.form.has_calls && vtr_regex_estimate(&e.form, tree->root) > CODE_LIMIT) {
        (void)vtr_problem_set(problem, "E214", 0, 0, "regular expression is too large");
        (void)vtr_problem_note(problem, "%s repeats and alternatives are spelled out",
                               is_wide ? "the wide form's" : "its");
        return vtr_problem_help(problem, "lower the bounds of its repeats");
    }
    define_all(&e, tree->root);
    put_text(&e, e.power_repeats > 0 ? ")" : "");
    e.power_repeats = 0;
    if (tree->ends_word) {
        put_word(&e, tree);
    } else {
        put_node(&e, tree->root);
    }
    if (!vtr_writer_ok(w)) {
        return vtr_problem_set_memory(problem);
    }
    e.flags |= is_wide ? VTR_PROGRAM_WIDE : 0;
    e.flags |= tree->is_nocase ? VTR_PROGRAM_NOCASE : 0;
    *out_flags = e.flags;
    return true;
}
