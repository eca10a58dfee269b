/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Quantifiers: "N of them", "50% of ($a*)", "any of (rule*)", "for all i in (1..#a) :
 * (...)", "for any of them : (...)".
 */
#include "compiler/syntax/parser.h"

#include <string.h>

static struct vtr_node *new_loop(struct vtr_parser *p, enum vtr_node_kind kind,
                                 uint32_t offset)
{
    struct vtr_node *node = vtr_parser_new_node(p, kind, offset);

    if (node == NULL) {
        return NULL;
    }
    node->is_primary = false;
    node->loop = vtr_parser_alloc(p, sizeof(*node->loop));
    return node->loop == NULL ? NULL : node;
}

/* "any", "all", "none", or a number that was read already, with the "%" after it. */
static bool parse_quantifier(struct vtr_parser *p, struct vtr_loop *loop,
                             struct vtr_node *count)
{
    if (count != NULL) {
        loop->count = count;
        loop->quantifier =
            vtr_parser_accept(p, '%') ? VTR_QUANTIFIER_PERCENT : VTR_QUANTIFIER_N;
        return true;
    }
    if (vtr_parser_accept(p, VTR_LEX_ALL)) {
        loop->quantifier = VTR_QUANTIFIER_ALL;
    } else if (vtr_parser_accept(p, VTR_LEX_ANY)) {
        loop->quantifier = VTR_QUANTIFIER_ANY;
    } else if (vtr_parser_accept(p, VTR_LEX_NONE)) {
        loop->quantifier = VTR_QUANTIFIER_NONE;
    } else {
        p->is_in_for = true;
        struct vtr_node *number = vtr_parse_primary(p);
        p->is_in_for = false;
        return number != NULL && parse_quantifier(p, loop, number);
    }
    return true;
}

/* One name of a set, with its star. */
static struct vtr_set_item *parse_set_item(struct vtr_parser *p, enum vtr_set_kind set)
{
    const int kind = p->current.kind;
    const bool is_string = kind == VTR_LEX_STRING || kind == VTR_LEX_STRING_WILD;
    struct vtr_set_item *item;

    if (set == VTR_SET_STRINGS ? !is_string : kind != VTR_LEX_NAME) {
        struct vtr_problem *problem =
            set == VTR_SET_STRINGS
                ? vtr_parser_report(p, VTR_LEX_STRING_WILD, "the name of a string")
                : vtr_parser_report(p, VTR_LEX_NAME, "the name of a rule");
        if (kind == VTR_LEX_THEM) {
            problem->help = "'them' stands without parentheses";
        }
        return NULL;
    }
    item = vtr_parser_alloc(p, sizeof(*item));
    if (item == NULL) {
        return NULL;
    }
    item->name = p->current.text;
    item->offset = p->current.offset;
    item->is_wildcard = kind == VTR_LEX_STRING_WILD;
    vtr_parser_advance(p);
    if (set == VTR_SET_RULES) {
        item->is_wildcard = vtr_parser_accept(p, '*');
    }
    item->length = p->last_end - item->offset;
    return item;
}

/* "them", "($a, $b*)", "(rule1, rule*)". */
static bool parse_set(struct vtr_parser *p, struct vtr_loop *loop, bool has_rules)
{
    struct vtr_set_item **last = &loop->items;

    loop->set_offset = p->current.offset;
    loop->set = VTR_SET_THEM;
    if (!vtr_parser_accept(p, VTR_LEX_THEM)) {
        if (!vtr_parser_accept(p, '(')) {
            (void)vtr_parser_report(p, VTR_LEX_THEM, "'them' or a set in parentheses");
            return false;
        }
        loop->set = has_rules && p->current.kind == VTR_LEX_NAME ? VTR_SET_RULES
                                                                 : VTR_SET_STRINGS;
        do {
            struct vtr_set_item *item = parse_set_item(p, loop->set);
            if (item == NULL) {
                return false;
            }
            *last = item;
            last = &item->next;
        } while (vtr_parser_accept(p, ','));
        if (!vtr_parser_expect_list_end(p, "the set")) {
            return false;
        }
    }
    loop->set_length = p->last_end - loop->set_offset;
    return true;
}

struct vtr_node *vtr_parse_of(struct vtr_parser *p, struct vtr_node *count)
{
    struct vtr_node *node =
        new_loop(p, VTR_NODE_OF, count != NULL ? count->offset : p->current.offset);

    if (node == NULL || !parse_quantifier(p, node->loop, count) ||
        !vtr_parser_expect(p, VTR_LEX_OF, "the quantifier")) {
        return NULL;
    }
    if (p->current.kind == '(' && !vtr_parser_is_at_names(p)) {
        return vtr_parse_tuple(p, node);
    }
    if (!parse_set(p, node->loop, true)) {
        return NULL;
    }
    if (node->loop->set != VTR_SET_RULES) {
        if (vtr_parser_accept(p, VTR_LEX_IN)) {
            node->loop->is_range = true;
            if (!vtr_parse_range(p, node)) {
                return NULL;
            }
        } else if (vtr_parser_accept(p, VTR_LEX_AT)) {
            node->loop->is_at = true;
            node->children = vtr_parse_primary(p);
            if (node->children == NULL) {
                return NULL;
            }
        }
    }
    vtr_parser_close_node(p, node);
    return node;
}

bool vtr_parse_loop_body(struct vtr_parser *p, struct vtr_node *node)
{
    if (!vtr_parser_expect(p, ':', "what the loop goes over")) {
        return false;
    }
    const uint32_t open = p->current.offset;
    if (!vtr_parser_expect(p, '(', "':'")) {
        return false;
    }
    node->loop->body = vtr_parse_condition(p);
    if (node->loop->body == NULL) {
        return false;
    }
    if (!vtr_parser_accept(p, ')')) {
        vtr_parser_report_open(p, open);
        return false;
    }
    vtr_parser_close_node(p, node);
    return true;
}

/* "(low..high)" or "(value, value...)", or items of a module. */
static bool parse_iterator(struct vtr_parser *p, struct vtr_node *node)
{
    if (p->current.kind == VTR_LEX_NAME) {
        node->children = vtr_parse_primary(p);
        node->loop->is_over_items = true;
        return node->children != NULL;
    }
    if (!vtr_parser_expect_range(p)) {
        return false;
    }
    struct vtr_node *last = vtr_parse_primary(p);
    node->children = last;
    if (last != NULL && vtr_parser_accept(p, VTR_LEX_RANGE)) {
        node->loop->is_range = true;
        last->next = vtr_parse_primary(p);
        return last->next != NULL && vtr_parser_expect(p, ')', "the range");
    }
    while (last != NULL && vtr_parser_accept(p, ',')) {
        last->next = vtr_parse_primary(p);
        last = last->next;
    }
    return last != NULL && vtr_parser_expect_list_end(p, "the values");
}

/* One name of a loop's variables; more than there can be are reported. */
static bool parse_variable(struct vtr_parser *p, struct vtr_loop *loop)
{
    const struct vtr_lexeme name = p->current;

    if (!vtr_parser_expect(p, VTR_LEX_NAME, "','")) {
        return false;
    }
    if (loop->variable_count == VTR_LOOP_VARIABLE_LIMIT) {
        (void)vtr_diagnostics_add(p->diagnostics, VTR_CODE_LOOP_VARIABLES,
                                  vtr_parser_place(p, name.offset, name.length),
                                  "a loop gives two values at a time at most");
        return true;
    }
    loop->variables[loop->variable_count] = name.text;
    loop->variable_offsets[loop->variable_count] = name.offset;
    loop->variable_count++;
    return true;
}

/* "i in ... : (...)", the quantifier having been read. */
static bool parse_variable_loop(struct vtr_parser *p, struct vtr_node *node)
{
    node->kind = VTR_NODE_FOR_IN;
    do {
        if (!parse_variable(p, node->loop)) {
            return false;
        }
    } while (vtr_parser_accept(p, ','));
    return vtr_parser_expect(p, VTR_LEX_IN, "the loop variable") &&
           parse_iterator(p, node) && vtr_parse_loop_body(p, node);
}

struct vtr_node *vtr_parse_for(struct vtr_parser *p)
{
    struct vtr_node *node = new_loop(p, VTR_NODE_FOR_OF, p->current.offset);
    bool is_parsed = false;

    vtr_parser_advance(p);
    if (node == NULL || !vtr_parser_enter(p)) {
        return NULL;
    }
    if (parse_quantifier(p, node->loop, NULL)) {
        if (p->current.kind == VTR_LEX_NAME) {
            is_parsed = (node->loop->quantifier != VTR_QUANTIFIER_PERCENT ||
                         vtr_parser_allow(p, node->offset, p->last_end - node->offset,
                                          "percentages in loops over values")) &&
                        parse_variable_loop(p, node);
        } else if (vtr_parser_accept(p, VTR_LEX_OF)) {
            is_parsed = parse_set(p, node->loop, false) && vtr_parse_loop_body(p, node);
        } else {
            (void)vtr_parser_report(p, VTR_LEX_OF, "a loop variable or 'of'");
        }
    }
    vtr_parser_leave(p);
    return is_parsed ? node : NULL;
}
