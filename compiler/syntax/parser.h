/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Parser of YARA sources: lexemes to syntax tree.
 *
 * It reports what is wrong and goes on at the next rule, so that an error in one rule
 * never changes how another is read.  A rule with errors stays in the tree, marked, if
 * it came as far as a name: others may refer to it.
 *
 * The functions below vtr_parse are shared by parser.c (file, rule, meta),
 * parser_strings.c and parser_condition.c (with parser_loop.c).  They return NULL or
 * false after an error that they have reported, or when memory is out
 * (`has_no_memory`).
 */
#ifndef VTR_COMPILER_SYNTAX_PARSER_H
#define VTR_COMPILER_SYNTAX_PARSER_H

#include "base/arena.h"
#include "base/writer.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/source.h"

/* Modifiers before "rule" that are looked at ahead: of a run of thousands each may
 * begin a rule, and is not followed to the end. */
#define VTR_MODIFIERS_AHEAD 64u

struct vtr_parser {
    struct vtr_lexer lexer;
    struct vtr_lexeme current; /* the next to be taken */
    uint32_t last_end;         /* end of the one that was taken last */
    const struct vtr_source *source;
    struct vtr_arena *arena;
    struct vtr_arena *string_arena; /* of the string that is being read, no longer */
    struct vtr_diagnostics *diagnostics;
    struct vtr_line_cursor lines;
    struct vtr_writer scratch;
    unsigned depth;
    bool is_in_for;          /* between "for" and its variable */
    uint64_t lexical_errors; /* of the lexer when the rule began */
    bool has_no_memory;
};

/* Parses a loaded source.  The tree is in `arena`; `scratch` is cleared as often as it
 * was used.  VTR_ERROR_MEMORY is the only failure. */
VTR_MUST_CHECK enum vtr_status vtr_parse(struct vtr_ast *out,
                                         const struct vtr_source *source,
                                         struct vtr_arena *arena,
                                         struct vtr_arena *scratch,
                                         struct vtr_diagnostics *diagnostics);

/* Takes the current lexeme. */
void vtr_parser_advance(struct vtr_parser *p);

/* Takes it when it is of that kind. */
bool vtr_parser_accept(struct vtr_parser *p, int kind);

/* The same, or a report that says what was expected where; `after` may be "". */
VTR_MUST_CHECK bool vtr_parser_expect(struct vtr_parser *p, int kind,
                                      const char *after);

/* Takes the ')' of a list, whose items have ',' between them. */
VTR_MUST_CHECK bool vtr_parser_expect_list_end(struct vtr_parser *p, const char *after);

/* Reports the current lexeme: "expected <what>, found ...".  slip.h guesses what was
 * meant by the `kind` that was expected; of several it is the one that tells them best:
 * VTR_LEX_RULE where a statement begins, VTR_LEX_AND for an operator, ',' for the end
 * of a list, VTR_LEX_END where none does.  After a lexical error in the same rule it
 * says nothing: that error is the cause. */
struct vtr_problem *vtr_parser_report(struct vtr_parser *p, int kind, const char *what);

/* The same where the parenthesis at `open` should end. */
void vtr_parser_report_open(struct vtr_parser *p, uint32_t open);

/* Whether a rule begins at the current lexeme: modifiers, "rule", a name and what can
 * follow one.  Looks ahead only. */
bool vtr_parser_is_at_rule(const struct vtr_parser *p);

struct vtr_place vtr_parser_place(const struct vtr_parser *p, uint32_t offset,
                                  uint32_t length);

/* Zeroed memory of the tree; NULL sets has_no_memory. */
VTR_MUST_CHECK void *vtr_parser_alloc(struct vtr_parser *p, size_t len);

/* A text lexeme without its escapes; reports bad ones.  ptr NULL on failure. */
VTR_MUST_CHECK struct vtr_bytes vtr_parser_unescape(struct vtr_parser *p,
                                                    const struct vtr_lexeme *text);

/* "strings:" has been taken: reads the strings of `rule`. */
VTR_MUST_CHECK bool vtr_parse_strings(struct vtr_parser *p, struct vtr_ast_rule *rule);

/* A condition, or any part of one that is in parentheses. */
VTR_MUST_CHECK struct vtr_node *vtr_parse_condition(struct vtr_parser *p);

/* An expression that arithmetic accepts: no comparison, no "and". */
VTR_MUST_CHECK struct vtr_node *vtr_parse_primary(struct vtr_parser *p);

/* The '(' of a range or of values, behind "in". */
VTR_MUST_CHECK bool vtr_parser_expect_range(struct vtr_parser *p);

/* "(low..high)": `parent` receives the two as children. */
VTR_MUST_CHECK bool vtr_parse_range(struct vtr_parser *p, struct vtr_node *parent);

/* "any", "all", "none" or "for" is current, or `count` was read and "of" or "%" is. */
VTR_MUST_CHECK struct vtr_node *vtr_parse_of(struct vtr_parser *p,
                                             struct vtr_node *count);
VTR_MUST_CHECK struct vtr_node *vtr_parse_for(struct vtr_parser *p);

/* ": ( body )" of a loop. */
VTR_MUST_CHECK bool vtr_parse_loop_body(struct vtr_parser *p, struct vtr_node *node);

/* YARA-X's additions, parser_dialect.c.  The current lexeme begins them. */
VTR_MUST_CHECK struct vtr_node *vtr_parse_with(struct vtr_parser *p);
VTR_MUST_CHECK struct vtr_node *vtr_parse_tuple(struct vtr_parser *p,
                                                struct vtr_node *of);

/* Looking ahead only: whether "with" begins here, and the '%' of a quantifier. */
bool vtr_parser_is_at_with(const struct vtr_parser *p);
bool vtr_parser_is_at_percent(const struct vtr_parser *p);

/* Whether the set whose '(' is current holds names alone, as YARA 4 has it; else it is
 * a tuple of conditions. */
bool vtr_parser_is_at_names(const struct vtr_parser *p);

/* The VTR_READ kind of "float32(" and its like, or 0: readers of floats and of 8 bytes,
 * whose names are words of the language in front of a parenthesis alone. */
unsigned vtr_parser_added_reader(const struct vtr_parser *p);

/* Reports what only YARA-X has where the dialect is YARA 4: false then. */
VTR_MUST_CHECK bool vtr_parser_allow(struct vtr_parser *p, uint32_t offset,
                                     uint32_t length, const char *what);

/* A node that begins at `offset`; its length is set by vtr_parser_close_node. */
VTR_MUST_CHECK struct vtr_node *vtr_parser_new_node(struct vtr_parser *p,
                                                    enum vtr_node_kind kind,
                                                    uint32_t offset);
void vtr_parser_close_node(const struct vtr_parser *p, struct vtr_node *node);

/* One level deeper; false, reported, at the limit.  Leave what was entered. */
VTR_MUST_CHECK bool vtr_parser_enter(struct vtr_parser *p);
void vtr_parser_leave(struct vtr_parser *p);

#endif
