/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Types and constants of expressions.
 *
 * An operand that has an error already is of type UNKNOWN, which fits everywhere, so
 * that one mistake is reported once.
 */
#include "compiler/check/check.h"

#include "compiler/check/check_hint.h"
#include "compiler/syntax/source.h"

const char *vtr_type_text(enum vtr_type type)
{
    switch (type) {
    case VTR_TYPE_BOOL:
        return "true or false";
    case VTR_TYPE_INT:
        return "an integer";
    case VTR_TYPE_FLOAT:
        return "a number with a fraction";
    case VTR_TYPE_TEXT:
        return "a text";
    case VTR_TYPE_REGEX:
        return "a regular expression";
    case VTR_TYPE_STRUCT:
        return "a structure";
    case VTR_TYPE_ARRAY:
        return "an array";
    case VTR_TYPE_DICT:
        return "a dictionary";
    case VTR_TYPE_FUNCTION:
        return "a function";
    case VTR_TYPE_UNKNOWN:
        break;
    }
    return "unknown";
}

static bool is_number(enum vtr_type type)
{
    return type == VTR_TYPE_INT || type == VTR_TYPE_FLOAT || type == VTR_TYPE_UNKNOWN;
}

static bool is_of(enum vtr_type type, enum vtr_type wanted)
{
    return type == wanted || type == VTR_TYPE_UNKNOWN;
}

static void report_type(struct vtr_checker *c, const struct vtr_node *node,
                        const char *what, const char *wanted)
{
    (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE, vtr_check_place(c, node),
                              "%s must be %s, this is %s", what, wanted,
                              vtr_type_text(node->type));
}

void vtr_check_integer(struct vtr_checker *c, struct vtr_node *node, const char *what)
{
    vtr_check_node(c, node);
    if (!is_of(node->type, VTR_TYPE_INT)) {
        report_type(c, node, what, "an integer");
    }
}

void vtr_check_condition(struct vtr_checker *c, struct vtr_node *node)
{
    vtr_check_node(c, node);
    if (node->kind == VTR_NODE_TEXT || node->kind == VTR_NODE_REGEX) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_LITERAL_CONDITION,
                                vtr_check_place(c, node),
                                "%s by itself is no question about the file",
                                vtr_type_text(node->type));
        if (node->kind == VTR_NODE_REGEX && c->source->dialect == VTR_DIALECT_YARA_X) {
            vtr_check_refuse(c, node, "regular expressions as conditions", NULL);
        }
        problem->note = node->kind == VTR_NODE_REGEX || node->text.len > 0
                            ? "it counts as true"
                            : "it counts as false";
    }
}

/* A constant that is too small is undefined to YARA, an error to YARA-X. */
static void refuse_below(struct vtr_checker *c, const struct vtr_node *node,
                         int64_t least, const char *what)
{
    if (node->is_known && node->number < least &&
        c->source->dialect == VTR_DIALECT_YARA_X) {
        vtr_check_refuse(c, node, what, NULL);
    }
}

void vtr_check_offset(struct vtr_checker *c, struct vtr_node *node)
{
    vtr_check_integer(c, node, "an offset");
    refuse_below(c, node, 0, "an offset before the file");
}

void vtr_check_range(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_node *low = node->children;
    struct vtr_node *high = low->next;

    vtr_check_integer(c, low, "the start of a range");
    vtr_check_integer(c, high, "the end of a range");
    if (low->is_unsigned || high->is_unsigned) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_RANGE,
                                  vtr_check_place(c, low->is_unsigned ? low : high),
                                  "a range ends at 9223372036854775807 or before");
    }
    if (!low->is_known || !high->is_known) {
        return;
    }
    if (low->number > high->number) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_RANGE,
                                  vtr_check_place_at(c, low->offset,
                                                     high->offset + high->length -
                                                         low->offset),
                                  "this range is empty: its end is before its start");
    } else if (low->number < 0) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_RANGE,
                                  vtr_check_place(c, low),
                                  "a range starts at 0 or later, this at %lld",
                                  (long long)low->number);
    }
}

/* Which string a node speaks of; reports one that is not there. */
static void resolve_string(struct vtr_checker *c, struct vtr_node *node)
{
    node->pattern = 0;
    if (node->text.len == 0) {
        if (!c->is_in_string_loop && !vtr_check_is_cut(c, node->text, node->offset)) {
            struct vtr_problem *problem = vtr_diagnostics_add(
                c->diagnostics, VTR_CODE_ANONYMOUS, vtr_check_place(c, node),
                "a mark without a name outside a loop over strings");
            problem->help =
                "give the string a name, or write 'for any of them : (...)'";
        }
        return;
    }
    const uint32_t number = vtr_check_find_string(c, node->text);
    if (number == VTR_NAME_NOT_FOUND) {
        (void)vtr_check_report_string(c, node->text, node->offset,
                                      (uint32_t)node->text.len + 1, "");
        return;
    }
    node->pattern = number + 1;
    c->strings[number]->is_referenced = true;
}

static bool names_a_string(const struct vtr_checker *c, const struct vtr_node *node)
{
    return node->pattern > 0 || (node->text.len == 0 && c->is_in_string_loop);
}

static void check_string_use(struct vtr_checker *c, struct vtr_node *node)
{
    const struct vtr_node *offset = NULL;

    resolve_string(c, node);
    node->type = VTR_TYPE_BOOL;
    switch ((unsigned)node->kind) {
    case VTR_NODE_STRING_AT:
        vtr_check_offset(c, node->children);
        offset = node->children;
        break;
    case VTR_NODE_STRING_IN:
        vtr_check_range(c, node);
        break;
    case VTR_NODE_COUNT_IN:
        vtr_check_range(c, node);
        node->type = VTR_TYPE_INT;
        break;
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        if (node->children != NULL) {
            vtr_check_integer(c, node->children, "the number of a match");
            refuse_below(c, node->children, 1, "a match before the first");
        }
        node->type = VTR_TYPE_INT;
        break;
    case VTR_NODE_COUNT:
        node->type = VTR_TYPE_INT;
        break;
    default:
        break;
    }
    if (names_a_string(c, node)) {
        vtr_check_use(c, node->pattern, offset);
    }
}

static void check_unary(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_node *child = node->children;

    if (node->op == VTR_OP_NOT || node->op == VTR_OP_DEFINED) {
        vtr_check_condition(c, child);
        node->type = VTR_TYPE_BOOL;
        return;
    }
    vtr_check_node(c, child);
    if (node->op == VTR_OP_NEG ? !is_number(child->type)
                               : !is_of(child->type, VTR_TYPE_INT)) {
        report_type(c, child,
                    node->op == VTR_OP_NEG ? "what '-' negates" : "what '~' turns",
                    node->op == VTR_OP_NEG ? "a number" : "an integer");
        return;
    }
    node->type = child->type;
    vtr_check_fold_unary(c, node);
}

static void report_operands(struct vtr_checker *c, const struct vtr_node *chain,
                            enum vtr_type left, const struct vtr_node *right)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                            vtr_check_place_at(c, chain->offset,
                                               right->offset + right->length -
                                                   chain->offset),
                            "these two do not go together: %s and %s",
                            vtr_type_text(left), vtr_type_text(right->type));

    vtr_check_hint(c, problem, chain->children, right);
}

/* What `left op right` is, UNKNOWN when it cannot be. */
static enum vtr_type combine(enum vtr_op op, enum vtr_type left, enum vtr_type right)
{
    const bool is_float = left == VTR_TYPE_FLOAT || right == VTR_TYPE_FLOAT;
    const bool are_numbers = is_number(left) && is_number(right);
    const bool are_texts = is_of(left, VTR_TYPE_TEXT) && is_of(right, VTR_TYPE_TEXT);

    if (op >= VTR_OP_ADD && op <= VTR_OP_DIV) {
        return are_numbers ? (is_float ? VTR_TYPE_FLOAT : VTR_TYPE_INT)
                           : VTR_TYPE_UNKNOWN;
    }
    if (op >= VTR_OP_MOD && op <= VTR_OP_SHIFT_RIGHT) {
        return are_numbers && !is_float ? VTR_TYPE_INT : VTR_TYPE_UNKNOWN;
    }
    if (op >= VTR_OP_EQ && op <= VTR_OP_GE) {
        return are_numbers || are_texts ? VTR_TYPE_BOOL : VTR_TYPE_UNKNOWN;
    }
    if (op == VTR_OP_MATCHES) {
        return is_of(left, VTR_TYPE_TEXT) ? VTR_TYPE_BOOL : VTR_TYPE_UNKNOWN;
    }
    return are_texts ? VTR_TYPE_BOOL : VTR_TYPE_UNKNOWN;
}

/* Operators of one precedence, from the left; `chain` holds what they come to so far.
 */
static void check_chain(struct vtr_checker *c, struct vtr_node *chain)
{
    struct vtr_node *node = chain->children;
    bool is_bad = false;

    vtr_check_node(c, node);
    chain->type = node->type;
    chain->is_known = node->is_known;
    chain->is_unsigned = node->is_unsigned;
    chain->number = node->number;
    for (node = node->next; node != NULL; node = node->next) {
        const enum vtr_type left = chain->type;
        vtr_check_node(c, node);
        chain->type = combine(node->joint, left, node->type);
        if (chain->type == VTR_TYPE_UNKNOWN && !is_bad) {
            report_operands(c, chain, left, node);
            is_bad = true;
        }
        if (chain->type == VTR_TYPE_INT) {
            vtr_check_fold(c, chain, node->joint, node);
        } else {
            chain->is_known = false;
            chain->is_unsigned = false;
        }
    }
}

static void check_logic(struct vtr_checker *c, struct vtr_node *chain)
{
    for (struct vtr_node *node = chain->children; node != NULL; node = node->next) {
        vtr_check_condition(c, node);
    }
    chain->type = VTR_TYPE_BOOL;
}

static void check_entrypoint(struct vtr_checker *c, struct vtr_node *node)
{
    if (c->source->dialect == VTR_DIALECT_YARA_X) {
        vtr_check_refuse(c, node, "'entrypoint'",
                         "import \"pe\" or \"elf\" and ask for their entry_point");
        node->type = VTR_TYPE_INT;
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_ENTRYPOINT,
                            vtr_check_place(c, node), "'entrypoint' is deprecated");

    problem->note =
        "YARA has given it up for the entry_point of its pe and elf modules";
    node->type = VTR_TYPE_INT;
}

void vtr_check_node(struct vtr_checker *c, struct vtr_node *node)
{
    switch (node->kind) {
    case VTR_NODE_BOOL:
        node->type = VTR_TYPE_BOOL;
        break;
    case VTR_NODE_INT:
        node->type = VTR_TYPE_INT;
        node->is_known = !node->is_unsigned;
        break;
    case VTR_NODE_FLOAT:
        node->type = VTR_TYPE_FLOAT;
        break;
    case VTR_NODE_TEXT:
        node->type = VTR_TYPE_TEXT;
        break;
    case VTR_NODE_REGEX:
        node->type = VTR_TYPE_REGEX;
        break;
    case VTR_NODE_FILESIZE:
        node->type = VTR_TYPE_INT;
        break;
    case VTR_NODE_ENTRYPOINT:
        check_entrypoint(c, node);
        break;
    case VTR_NODE_NAME:
    case VTR_NODE_MEMBER:
        vtr_check_part(c, node);
        vtr_check_is_value(c, node);
        break;
    case VTR_NODE_PART_FIELD: /* vtr_check_access takes these */
    case VTR_NODE_PART_INDEX:
    case VTR_NODE_PART_CALL:
        break;
    case VTR_NODE_READ:
        vtr_check_integer(c, node->children, "an offset");
        node->type =
            (node->number & VTR_READ_FLOAT) != 0 ? VTR_TYPE_FLOAT : VTR_TYPE_INT;
        break;
    case VTR_NODE_STRING:
    case VTR_NODE_STRING_AT:
    case VTR_NODE_STRING_IN:
    case VTR_NODE_COUNT:
    case VTR_NODE_COUNT_IN:
    case VTR_NODE_OFFSET:
    case VTR_NODE_LENGTH:
        check_string_use(c, node);
        break;
    case VTR_NODE_CHAIN:
        if (node->children->next->joint == VTR_OP_AND ||
            node->children->next->joint == VTR_OP_OR) {
            check_logic(c, node);
        } else {
            check_chain(c, node);
        }
        break;
    case VTR_NODE_UNARY:
        check_unary(c, node);
        break;
    case VTR_NODE_OF:
        vtr_check_of(c, node);
        break;
    case VTR_NODE_FOR_OF:
        vtr_check_for_of(c, node);
        break;
    case VTR_NODE_FOR_IN:
        vtr_check_for_in(c, node);
        break;
    }
}
