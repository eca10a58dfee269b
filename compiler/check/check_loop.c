/* SPDX-License-Identifier: Apache-2.0 */

/* Quantifiers and loops. */
#include "compiler/check/check.h"

#include "compiler/syntax/source.h"

/* What YARA 4 takes. */
#define YARA4_LOOP_DEPTH 4u

static void check_quantifier(struct vtr_checker *c, struct vtr_loop *loop)
{
    const struct vtr_node *count = loop->count;

    if (count == NULL) {
        return;
    }
    vtr_check_integer(c, loop->count, "how many");
    if (loop->quantifier == VTR_QUANTIFIER_PERCENT && count->is_known &&
        count->number == 0 && c->source->dialect == VTR_DIALECT_YARA_X) {
        loop->quantifier = VTR_QUANTIFIER_NONE; /* as YARA-X has it */
        loop->count = NULL;
        return;
    }
    if (loop->quantifier == VTR_QUANTIFIER_PERCENT && count->is_known &&
        (count->number < 1 || count->number > 100)) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_PERCENTAGE,
                                  vtr_check_place(c, count),
                                  "a percentage goes from 1 to 100, this is %lld",
                                  (long long)count->number);
    } else if (loop->quantifier == VTR_QUANTIFIER_N && count->is_known &&
               count->number < 0) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_NEGATIVE_COUNT,
                                  vtr_check_place(c, count),
                                  "how many must not be negative, this is %lld",
                                  (long long)count->number);
    }
}

/* "5 of" four strings can never be: YARA accepts it, so it is a warning. */
static void check_reachable(struct vtr_checker *c, const struct vtr_loop *loop,
                            size_t count)
{
    if (loop->quantifier == VTR_QUANTIFIER_N && loop->count->is_known &&
        loop->count->number > 0 && (uint64_t)loop->count->number > count && count > 0) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_COUNT_TOO_HIGH,
                                vtr_check_place(c, loop->count),
                                "%lld are asked for, there are %zu",
                                (long long)loop->count->number, count);
        problem->note = "this can never be true";
    }
}

static bool enter_loop(struct vtr_checker *c, const struct vtr_node *node)
{
    const unsigned limit = c->source->dialect == VTR_DIALECT_YARA4
                               ? YARA4_LOOP_DEPTH
                               : VTR_LOOP_DEPTH_LIMIT;
    if (c->loop_depth >= limit) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_LOOP_DEPTH,
                                  vtr_check_place_at(c, node->offset, 3),
                                  "loops are nested more than %u deep", limit);
        return false;
    }
    c->loop_depth++;
    return true;
}

/* "2 of (condition, condition...)": a loop over what they come to. */
static void check_tuple(struct vtr_checker *c, struct vtr_node *node)
{
    size_t count = 0;

    if (!enter_loop(c, node)) {
        return;
    }
    node->loop->slot = c->slot_count++;
    for (struct vtr_node *n = node->children; n != NULL; n = n->next) {
        vtr_check_condition(c, n);
        count++;
    }
    check_reachable(c, node->loop, count);
    c->slot_count--;
    c->loop_depth--;
}

/* The rules of a set.  How many a wildcard takes in is known when all are read. */
static void check_rules(struct vtr_checker *c, const struct vtr_node *node)
{
    bool has_wildcard = false;
    size_t count = 0;

    for (const struct vtr_set_item *i = node->loop->items; i != NULL; i = i->next) {
        if (i->is_wildcard && c->source->dialect == VTR_DIALECT_YARA_X) {
            vtr_check_refuse(c, node, "wildcards for rules", "name each rule");
        }
        vtr_check_add_reference(c, i->name, i->is_wildcard, i->offset, i->length);
        has_wildcard = has_wildcard || i->is_wildcard;
        count++;
    }
    if (!has_wildcard) {
        check_reachable(c, node->loop, count);
    }
}

void vtr_check_of(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_loop *loop = node->loop;

    node->type = VTR_TYPE_BOOL;
    check_quantifier(c, loop);
    if (loop->set == VTR_SET_RULES) {
        check_rules(c, node);
        return;
    }
    if (loop->set == VTR_SET_CONDITIONS) {
        check_tuple(c, node);
        return;
    }
    vtr_check_set(c, loop);
    check_reachable(c, loop, loop->pattern_count);
    if (loop->is_range) {
        vtr_check_range(c, node);
    } else if (loop->is_at) {
        vtr_check_offset(c, node->children);
    }
}

void vtr_check_for_of(struct vtr_checker *c, struct vtr_node *node)
{
    node->type = VTR_TYPE_BOOL;
    check_quantifier(c, node->loop);
    vtr_check_set(c, node->loop);
    check_reachable(c, node->loop, node->loop->pattern_count);
    const bool is_inner = c->is_in_string_loop;
    if (is_inner && c->source->dialect != VTR_DIALECT_YARA_X) {
        (void)
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_NESTED_STRINGS,
                                vtr_check_place_at(c, node->offset, 3),
                                "a loop over strings inside another: which string '$' "
                                "is would be unclear");
        return;
    }
    if (!enter_loop(c, node)) {
        return;
    }
    c->is_in_string_loop = true;
    vtr_check_condition(c, node->loop->body);
    c->is_in_string_loop = is_inner;
    c->loop_depth--;
}

/* Where one constant has no sign, the others have none. */
static void mix_signs(struct vtr_node *list)
{
    bool is_unsigned = false;

    for (const struct vtr_node *v = list->children; v != NULL; v = v->next) {
        is_unsigned = is_unsigned || v->is_unsigned;
    }
    for (struct vtr_node *v = list->children; v != NULL && is_unsigned; v = v->next) {
        v->is_unsigned = v->is_unsigned || v->is_known;
        v->is_known = false;
    }
}

/* The values of "(a, b, c)" are all of one type, which the variable has. */
static enum vtr_type check_values(struct vtr_checker *c, struct vtr_node *node)
{
    enum vtr_type type = VTR_TYPE_UNKNOWN;
    size_t count = 0;

    for (struct vtr_node *v = node->children; v != NULL; v = v->next, count++) {
        vtr_check_node(c, v);
        if (type == VTR_TYPE_UNKNOWN) {
            type = v->type;
        }
        if (v->type == VTR_TYPE_BOOL || v->type == VTR_TYPE_REGEX ||
            (v->type != type && v->type != VTR_TYPE_UNKNOWN)) {
            (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                                      vtr_check_place(c, v),
                                      "the values of a loop must be numbers or texts, "
                                      "all of one type: this is %s",
                                      vtr_type_text(v->type));
            return VTR_TYPE_UNKNOWN;
        }
    }
    check_reachable(c, node->loop, count);
    mix_signs(node);
    return type;
}

static void add_variable(struct vtr_checker *c, const struct vtr_loop *loop,
                         unsigned number, struct vtr_checker_variable variable)
{
    const struct vtr_bytes name = loop->variables[number];

    /* To YARA-X an inner variable hides an outer one. */
    if (vtr_check_find_variable(c, name) != NULL &&
        c->source->dialect != VTR_DIALECT_YARA_X) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_DUPLICATE_VARIABLE,
                                  vtr_check_place_at(c, loop->variable_offsets[number],
                                                     name.len),
                                  "there is a variable '%.*s' already", (int)name.len,
                                  (const char *)name.ptr);
    }
    variable.name = name;
    variable.slot = loop->slot;
    c->variables[c->variable_count++] = variable;
}

/* Whether there are as many variables as the loop gives values. */
static bool check_variable_count(struct vtr_checker *c, const struct vtr_loop *loop,
                                 unsigned wanted)
{
    if (loop->variable_count == wanted) {
        return true;
    }
    const unsigned last = loop->variable_count - 1;
    (void)vtr_diagnostics_add(
        c->diagnostics, VTR_CODE_LOOP_VARIABLES,
        vtr_check_place_at(c, loop->variable_offsets[last], loop->variables[last].len),
        wanted == 1
            ? "the loop gives one value at a time"
            : "a loop over a dictionary gives two values at a time: key, value");
    return false;
}

/* The variables of a loop over the items of a module's array or dictionary. */
static void add_item_variables(struct vtr_checker *c, const struct vtr_node *node)
{
    const struct vtr_node *items = node->children;
    const struct vtr_loop *loop = node->loop;
    const bool is_dict = items->type == VTR_TYPE_DICT;
    struct vtr_checker_variable item = {0};

    if (items->access == NULL || items->type == VTR_TYPE_UNKNOWN ||
        !check_variable_count(c, loop, is_dict ? 2 : 1)) {
        for (unsigned i = 0; i < loop->variable_count; i++) {
            add_variable(c, loop, i, item);
        }
        return;
    }
    if (is_dict) {
        add_variable(c, loop, 0,
                     (struct vtr_checker_variable){.type = VTR_TYPE_TEXT,
                                                   .access =
                                                       vtr_check_key(c, items->access,
                                                                     loop->slot)});
    }
    item.access = vtr_check_item(c, items->access, loop->slot, &item.type);
    add_variable(c, loop, is_dict ? 1 : 0, item);
}

/* Checks what the loop goes over, and adds its variables. */
static void check_iterator(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_checker_variable variable = {.type = VTR_TYPE_INT};

    if (node->loop->is_with) {
        vtr_check_binding(c, node->children);
        variable.type = node->children->type;
        if (variable.type >= VTR_TYPE_STRUCT) { /* another name for it */
            variable.access = node->children->access;
        }
        add_variable(c, node->loop, 0, variable);
        return;
    }
    if (node->loop->is_over_items) {
        vtr_check_items(c, node->children);
        add_item_variables(c, node);
        return;
    }
    if (node->loop->is_range) {
        vtr_check_range(c, node);
    } else {
        variable.type = check_values(c, node);
    }
    if (!check_variable_count(c, node->loop, 1)) {
        variable.type = VTR_TYPE_UNKNOWN;
    }
    for (unsigned i = 0; i < node->loop->variable_count; i++) {
        add_variable(c, node->loop, i, variable);
    }
}

void vtr_check_for_in(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_loop *loop = node->loop;
    const unsigned variables = c->variable_count;

    node->type = VTR_TYPE_BOOL;
    check_quantifier(c, loop);
    if (!enter_loop(c, node)) {
        return;
    }
    loop->slot = c->slot_count;
    check_iterator(c, node);
    c->slot_count++;
    vtr_check_condition(c, loop->body);
    c->slot_count--;
    c->variable_count = variables;
    c->loop_depth--;
}
