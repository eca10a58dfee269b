/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/fmt/fmt_print.h"

#include "compiler/fmt/fmt_output.h"
#include "compiler/fmt/fmt_spacing.h"
#include "compiler/fmt/fmt_tokens.h"

#define STEP 4u /* columns of one level */

/* Deeper brackets do not indent further, so that what is printed stays in proportion to
 * what was read. */
#define INDENT_MAX 64u

/* Brackets that are open at a time and remembered; the parser allows half of it. */
#define BRACKETS_MAX 1024u

enum line_break {
    BREAK_NEVER, /* on the line of the word before */
    BREAK_KEPT,  /* where the author broke the line */
    BREAK_ALWAYS
};

/* Where the next word goes. */
struct plan {
    enum line_break line_break;
    unsigned indent;         /* of its line */
    unsigned comment_indent; /* of comments before it */
    bool wants_blank;        /* a blank line before it, or before its comments */
    bool forbids_blank;
    bool is_title; /* the word of a section */
};

struct printer {
    const uint8_t *text;
    struct vtr_fmt_output out;
    enum vtr_fmt_place place;
    struct vtr_fmt_neighbours words; /* of the word that comes next */
    bool begins_section;             /* the ':' of a section was printed last */
    bool must_break;                 /* a comment that takes the rest of its line was */
    unsigned depth;                  /* open brackets */
    unsigned hex_depth;              /* before the hex string that is open */
    uint8_t indents[BRACKETS_MAX];   /* of the lines that they are on */
};

/* Indentation inside the innermost bracket; `base` where none is open. */
static unsigned inner_indent(const struct printer *p, unsigned base)
{
    if (p->depth == 0) {
        return base;
    }
    const unsigned at = p->depth < BRACKETS_MAX ? p->depth : BRACKETS_MAX;
    const unsigned indent = p->indents[at - 1] + STEP;
    return indent < INDENT_MAX ? indent : INDENT_MAX;
}

static bool is_bracket_open(int kind)
{
    return kind == '(' || kind == '[' || kind == VTR_FMT_HEX_OPEN ||
           kind == VTR_FMT_HEX_PAREN_OPEN || kind == VTR_FMT_HEX_JUMP_OPEN;
}

static bool is_bracket_close(int kind)
{
    return kind == ')' || kind == ']' || kind == VTR_FMT_HEX_CLOSE ||
           kind == VTR_FMT_HEX_PAREN_CLOSE || kind == VTR_FMT_HEX_JUMP_CLOSE;
}

static bool is_hex(int kind)
{
    return kind > VTR_FMT_HEX_OPEN && kind <= VTR_FMT_HEX_JUMP_CLOSE;
}

static struct plan plan_top(struct printer *p)
{
    struct plan plan = {.line_break = BREAK_ALWAYS};

    switch (p->words.kind) {
    case VTR_LEX_IMPORT:
    case VTR_LEX_INCLUDE:
        plan.wants_blank = p->words.before == '}';
        break;
    case VTR_LEX_RULE:
    case VTR_LEX_PRIVATE:
    case VTR_LEX_GLOBAL:
        plan.wants_blank = p->words.before != VTR_LEX_END;
        p->place = VTR_FMT_HEADER;
        break;
    case VTR_LEX_END:
        break;
    default:
        plan.line_break = BREAK_NEVER;
        plan.indent = STEP;
        plan.comment_indent = STEP;
        break;
    }
    return plan;
}

static struct plan plan_header(struct printer *p)
{
    struct plan plan = {.forbids_blank = true};

    if (p->words.kind == '{') {
        plan.line_break = BREAK_ALWAYS;
        p->place = VTR_FMT_BODY;
    } else {
        plan.indent = STEP;
    }
    plan.comment_indent = plan.indent;
    return plan;
}

/* Whether the next word names a section of the rule, and which. */
static bool is_title(const struct printer *p, enum vtr_fmt_place *out_section)
{
    if (p->depth > 0 || p->words.after != ':') {
        return false;
    }
    switch (p->words.kind) {
    case VTR_LEX_META:
        *out_section = VTR_FMT_META;
        return true;
    case VTR_LEX_STRINGS:
        *out_section = VTR_FMT_STRINGS;
        return true;
    case VTR_LEX_CONDITION:
        *out_section = VTR_FMT_CONDITION;
        return true;
    default:
        return false;
    }
}

static struct plan plan_title(struct printer *p, enum vtr_fmt_place section)
{
    const struct plan plan = {
        .line_break = BREAK_ALWAYS,
        .indent = STEP,
        .comment_indent = STEP,
        .wants_blank = p->place != VTR_FMT_BODY,
        .is_title = true,
    };

    p->place = section;
    return plan;
}

/* The '}' of a rule. */
static struct plan plan_end(struct printer *p)
{
    const struct plan plan = {
        .line_break = BREAK_ALWAYS,
        .comment_indent = p->place == VTR_FMT_BODY ? STEP : 2 * STEP,
        .forbids_blank = true,
    };

    p->place = VTR_FMT_TOP;
    return plan;
}

static bool is_logic(int kind)
{
    return kind == VTR_LEX_AND || kind == VTR_LEX_OR;
}

/* Whether a line that begins here goes on with what the one before it began: no new
 * operand of "and" and "or", no new item of a list. */
static bool continues(const struct printer *p)
{
    const int before = p->words.before;

    return p->place == VTR_FMT_CONDITION && !is_logic(p->words.kind) &&
           !is_logic(before) && before != ',' && !is_bracket_open(before);
}

/* Words of conditions and hex strings: the author's lines. */
static struct plan plan_kept(struct printer *p, unsigned base)
{
    struct plan plan = {.line_break = BREAK_KEPT};

    if (p->words.kind == VTR_FMT_HEX_CLOSE) {
        p->depth = p->hex_depth + 1; /* its own brackets may be in disorder */
    }
    plan.comment_indent = inner_indent(p, base);
    plan.indent = plan.comment_indent + (continues(p) ? STEP : 0);
    if (is_bracket_close(p->words.kind) && p->depth > 0) {
        const unsigned at = p->depth < BRACKETS_MAX ? p->depth : BRACKETS_MAX;
        plan.indent = p->indents[at - 1];
        plan.forbids_blank = true;
    }
    return plan;
}

/* Whether a line of metadata, a string or the condition begins. */
static bool begins_entry(const struct printer *p)
{
    if (p->place == VTR_FMT_META) {
        return p->words.after == '=';
    }
    return p->place == VTR_FMT_STRINGS ? p->words.kind == VTR_LEX_STRING
                                       : p->begins_section;
}

static struct plan plan_rule(struct printer *p)
{
    struct plan plan = {.indent = 2 * STEP, .comment_indent = 2 * STEP};
    enum vtr_fmt_place section;

    if (is_title(p, &section)) {
        return plan_title(p, section);
    }
    if (p->words.kind == '}' && p->depth == 0) {
        return plan_end(p);
    }
    if (p->words.is_title_before) { /* the ':' */
        return plan;
    }
    if (begins_entry(p)) {
        plan.line_break = BREAK_ALWAYS;
        return plan;
    }
    plan = plan_kept(p, p->place == VTR_FMT_CONDITION ? 2 * STEP : 3 * STEP);
    if (p->place != VTR_FMT_CONDITION && !is_hex(p->words.kind)) {
        plan.line_break = BREAK_NEVER;
    }
    return plan;
}

static struct plan plan_word(struct printer *p)
{
    return p->place == VTR_FMT_TOP      ? plan_top(p)
           : p->place == VTR_FMT_HEADER ? plan_header(p)
                                        : plan_rule(p);
}

/* Whether blank lines at the beginning of what comes next are dropped. */
static bool is_at_beginning(const struct printer *p)
{
    return p->begins_section || p->words.before == '{' ||
           is_bracket_open(p->words.before) || vtr_fmt_output_is_empty(&p->out);
}

/* Indentation of a comment.  Before the word of a section it is that of the section
 * that ends, where the author put it deeper than that word. */
static unsigned comment_indent(const struct printer *p, const struct plan *plan,
                               const struct vtr_fmt_token *comment,
                               const struct vtr_fmt_token *word)
{
    return plan->is_title && p->words.before != '{' && comment->indent > word->indent
               ? 2 * STEP
               : plan->comment_indent;
}

/* Whether the author left a blank line among comments and the word after them. */
static bool has_blank(const struct vtr_fmt_token *first,
                      const struct vtr_fmt_token *word)
{
    for (; first <= word; first++) {
        if (first->breaks > 1) {
            return true;
        }
    }
    return false;
}

static struct vtr_bytes bytes_of(const struct printer *p,
                                 const struct vtr_fmt_token *token)
{
    return (struct vtr_bytes){p->text + token->offset, token->length};
}

/* Comments, each on its line or at the end of the one before it.  `plan` forgets the
 * blank line that it wants when a comment got it. */
static void print_comments(struct printer *p, const struct vtr_fmt_token *first,
                           const struct vtr_fmt_token *word, struct plan *plan)
{
    for (const struct vtr_fmt_token *c = first; c < word; c++) {
        if (c->breaks > 0 || p->must_break) {
            const unsigned indent = comment_indent(p, plan, c, word);
            const bool is_due = plan->wants_blank && indent == plan->comment_indent;
            const bool is_kept = c->breaks > 1 && plan->line_break != BREAK_NEVER &&
                                 p->place != VTR_FMT_BODY;
            vtr_fmt_output_break(&p->out,
                                 is_due ||
                                     (is_kept && !(c == first && is_at_beginning(p))),
                                 indent);
            plan->wants_blank = plan->wants_blank && !is_due;
        }
        vtr_fmt_output_comment(&p->out, bytes_of(p, c));
        p->must_break = c->kind == VTR_FMT_COMMENT_LINE;
    }
}

static bool needs_break(const struct printer *p, const struct plan *plan,
                        const struct vtr_fmt_token *word)
{
    if (p->must_break || plan->line_break == BREAK_NEVER) {
        return p->must_break;
    }
    /* A comment may stand before a word that begins a line. */
    return word->breaks > 0 || (plan->line_break == BREAK_ALWAYS && p->out.has_code);
}

static void print_word(struct printer *p, const struct vtr_fmt_token *word,
                       const struct plan *plan, bool has_comment)
{
    bool has_space = has_comment || vtr_fmt_has_space(p->place, &p->words);

    if (needs_break(p, plan, word)) {
        const bool is_kept = word->breaks > 1 && plan->line_break != BREAK_NEVER &&
                             (has_comment || !is_at_beginning(p));
        vtr_fmt_output_break(&p->out,
                             !plan->forbids_blank && (is_kept || plan->wants_blank),
                             plan->indent);
        has_space = false;
    }
    if (vtr_fmt_output_is_empty(&p->out)) {
        has_space = false;
    }
    vtr_fmt_output_word(&p->out, has_space, bytes_of(p, word));
    p->must_break = false;
    if (word->kind == VTR_FMT_HEX_OPEN) {
        p->hex_depth = p->depth;
    }
    if (is_bracket_open(word->kind)) {
        if (p->depth < BRACKETS_MAX) {
            p->indents[p->depth] = (uint8_t)p->out.indent;
        }
        p->depth++;
    } else if (is_bracket_close(word->kind) && p->depth > 0) {
        p->depth--;
    }
}

/* Makes the next word the one before. */
static void move_on(struct printer *p, const struct plan *plan)
{
    p->begins_section = p->words.is_title_before;
    p->words.is_sign_before = vtr_fmt_is_sign(p->words.before, p->words.kind);
    p->words.is_title_before = plan->is_title;
    p->words.before = p->words.kind;
}

static const struct vtr_fmt_token *skip_comments(const struct vtr_fmt_token *token)
{
    while (vtr_fmt_is_comment(token)) {
        token++;
    }
    return token;
}

enum vtr_status vtr_fmt_print(struct vtr_writer *result,
                              const struct vtr_vector *tokens, const uint8_t *text)
{
    const struct vtr_fmt_token *first = tokens->items;
    struct printer p = {.text = text};
    enum vtr_status status;

    vtr_fmt_output_init(&p.out);
    for (;;) {
        const struct vtr_fmt_token *word = skip_comments(first);
        p.words.kind = word->kind;
        p.words.after =
            word->kind == VTR_LEX_END ? VTR_LEX_END : skip_comments(word + 1)->kind;
        struct plan plan = plan_word(&p);
        if (has_blank(first, word)) {
            plan.wants_blank = false;
        }
        print_comments(&p, first, word, &plan);
        if (word->kind == VTR_LEX_END) {
            break;
        }
        print_word(&p, word, &plan, word > first);
        move_on(&p, &plan);
        first = word + 1;
    }
    status = vtr_fmt_output_finish(&p.out, result);
    vtr_fmt_output_deinit(&p.out);
    return status;
}
