/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What YARA-X has beyond YARA 4: "with", tuples of conditions, percentages in "for",
 * readers of floats and of 8 bytes.  Each is told from what YARA 4 reads in the same
 * place by looking ahead, so that no YARA 4 rule is read in another way.
 */
#include "compiler/syntax/parser.h"

#include <string.h>

#include "base/bytes.h"

bool vtr_parser_allow(struct vtr_parser *p, uint32_t offset, uint32_t length,
                      const char *what)
{
    if (p->source->dialect != VTR_DIALECT_YARA4) {
        return true;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(p->diagnostics, VTR_CODE_DIALECT,
                            vtr_parser_place(p, offset, length),
                            "YARA 4 does not have %s", what);
    problem->help = "--dialect any takes it, and so does --dialect yara-x";
    return false;
}

/* Strings or rules, each with its star, and commas.  Stops at the first lexeme that is
 * none. */
bool vtr_parser_is_at_names(const struct vtr_parser *p)
{
    struct vtr_lexer ahead = p->lexer;
    struct vtr_lexeme lexeme;

    ahead.diagnostics = NULL;
    vtr_lexer_next(&ahead, &lexeme);
    for (;;) {
        const bool is_rule = lexeme.kind == VTR_LEX_NAME;
        if (!is_rule && lexeme.kind != VTR_LEX_STRING &&
            lexeme.kind != VTR_LEX_STRING_WILD) {
            /* "(them)" and the like: reported as a set. */
            return lexeme.kind == VTR_LEX_THEM || lexeme.kind == ')' ||
                   lexeme.kind == VTR_LEX_END;
        }
        vtr_lexer_next(&ahead, &lexeme);
        if (is_rule && lexeme.kind == '*') {
            vtr_lexer_next(&ahead, &lexeme);
        }
        if (lexeme.kind != ',') {
            return lexeme.kind == ')';
        }
        vtr_lexer_next(&ahead, &lexeme);
    }
}

bool vtr_parser_is_at_percent(const struct vtr_parser *p)
{
    struct vtr_lexer ahead = p->lexer;
    struct vtr_lexeme lexeme;

    if (p->current.kind != '%') {
        return false;
    }
    ahead.diagnostics = NULL;
    vtr_lexer_next(&ahead, &lexeme);
    if (lexeme.kind == VTR_LEX_OF) {
        return true;
    }
    if (!p->is_in_for || lexeme.kind != VTR_LEX_NAME) {
        return false;
    }
    vtr_lexer_next(&ahead, &lexeme);
    return lexeme.kind == VTR_LEX_IN || lexeme.kind == ',';
}

struct vtr_node *vtr_parse_tuple(struct vtr_parser *p, struct vtr_node *of)
{
    struct vtr_node **last = &of->children;
    const uint32_t offset = p->current.offset;

    of->loop->set = VTR_SET_CONDITIONS;
    if (!vtr_parser_expect(p, '(', "'of'")) {
        return NULL;
    }
    do {
        *last = vtr_parse_condition(p);
        if (*last == NULL) {
            return NULL;
        }
        last = &(*last)->next;
    } while (vtr_parser_accept(p, ','));
    if (!vtr_parser_expect_list_end(p, "the conditions")) {
        return NULL;
    }
    vtr_parser_close_node(p, of);
    return vtr_parser_allow(p, offset, p->last_end - offset, "tuples of conditions")
               ? of
               : NULL;
}

bool vtr_parser_is_at_with(const struct vtr_parser *p)
{
    return p->current.kind == VTR_LEX_NAME &&
           vtr_bytes_equal(p->current.text, vtr_bytes_from_text("with")) &&
           vtr_lexer_peek_kind(&p->lexer) == VTR_LEX_NAME;
}

/* "name = value" as a loop of one turn; what comes behind is its body. */
static struct vtr_node *parse_binding(struct vtr_parser *p)
{
    struct vtr_node *node = vtr_parser_new_node(p, VTR_NODE_FOR_IN, p->current.offset);

    if (node == NULL) {
        return NULL;
    }
    node->is_primary = false;
    node->loop = vtr_parser_alloc(p, sizeof(*node->loop));
    if (node->loop == NULL) {
        return NULL;
    }
    node->loop->quantifier = VTR_QUANTIFIER_ALL;
    node->loop->is_with = true;
    node->loop->variables[0] = p->current.text;
    node->loop->variable_offsets[0] = p->current.offset;
    node->loop->variable_count = 1;
    if (!vtr_parser_expect(p, VTR_LEX_NAME, "'with' or ','") ||
        !vtr_parser_expect(p, '=', "the name")) {
        return NULL;
    }
    node->children = vtr_parse_condition(p);
    return node->children == NULL ? NULL : node;
}

struct vtr_node *vtr_parse_with(struct vtr_parser *p)
{
    struct vtr_node *first = NULL;
    struct vtr_node *last = NULL;
    unsigned count = 0;

    if (!vtr_parser_allow(p, p->current.offset, p->current.length, "'with'")) {
        return NULL;
    }
    vtr_parser_advance(p);
    do {
        struct vtr_node *node =
            count++ < VTR_LOOP_DEPTH_LIMIT ? parse_binding(p) : NULL;
        if (node == NULL) {
            if (count > VTR_LOOP_DEPTH_LIMIT) {
                (void)vtr_parser_report(p, VTR_LEX_END, "no more names");
            }
            return NULL;
        }
        if (last == NULL) {
            first = node;
        } else {
            last->loop->body = node;
        }
        last = node;
    } while (vtr_parser_accept(p, ','));
    if (!vtr_parse_loop_body(p, last)) {
        return NULL;
    }
    for (struct vtr_node *n = first; n != last; n = n->loop->body) {
        vtr_parser_close_node(p, n);
    }
    return first;
}

/* Asked for with every name of a condition: lengths are known beforehand. */
#define READER(name, kind)     \
 {                             \
  name, sizeof(name) - 1, kind \
 }
static const struct {
    const char *name;
    size_t len;
    unsigned kind;
} READERS[] = {
    READER("float32", 4 | VTR_READ_FLOAT),
    READER("float64", 8 | VTR_READ_FLOAT),
    READER("float32be", 4 | VTR_READ_FLOAT | VTR_READ_BIG_ENDIAN),
    READER("float64be", 8 | VTR_READ_FLOAT | VTR_READ_BIG_ENDIAN),
    READER("int64", 8 | VTR_READ_SIGNED),
    READER("int64be", 8 | VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN),
    READER("uint64", 8),
    READER("uint64be", 8 | VTR_READ_BIG_ENDIAN),
};

unsigned vtr_parser_added_reader(const struct vtr_parser *p)
{
    if (p->current.text.len < sizeof("int64") - 1) { /* as "pe" */
        return 0;
    }
    for (size_t i = 0; i < sizeof(READERS) / sizeof(READERS[0]); i++) {
        if (p->current.text.len == READERS[i].len &&
            memcmp(p->current.text.ptr, READERS[i].name, READERS[i].len) == 0 &&
            vtr_lexer_peek_kind(&p->lexer) == '(') {
            return READERS[i].kind;
        }
    }
    return 0;
}
