/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a name means: a loop's variable, an external variable, a rule or a module, in
 * this order; but a module that the source imports comes before a rule.
 */
#include "compiler/check/check.h"

#include "base/bytes.h"
#include "compiler/check/check_import.h"
#include "format/modules/module_table.h"

const struct vtr_checker_variable *vtr_check_find_variable(const struct vtr_checker *c,
                                                           struct vtr_bytes name)
{
    for (unsigned i = c->variable_count; i > 0; i--) {
        if (vtr_bytes_equal(c->variables[i - 1].name, name)) {
            return &c->variables[i - 1];
        }
    }
    return NULL;
}

static bool find_external(struct vtr_checker *c, struct vtr_node *node)
{
    struct vtr_ast_rule *rule = c->rule;
    const uint32_t number = vtr_name_table_find(&c->externals->names, 0, node->text);

    if (number == VTR_NAME_NOT_FOUND) {
        return false;
    }
    node->name_kind = VTR_NAME_EXTERNAL;
    node->type = c->externals->items[number].type;
    if (rule->externals == NULL) {
        rule->externals =
            vtr_arena_array(c->arena, c->externals->count, sizeof(*rule->externals));
        if (rule->externals == NULL) {
            c->has_no_memory = true;
            return true;
        }
    }
    for (size_t i = 0; i < rule->external_count; i++) {
        if (rule->externals[i] == number) {
            return true;
        }
    }
    rule->externals[rule->external_count++] = number;
    return true;
}

/* A module that the source imports is what its name means, whatever a rule is called;
 * what other sources import changes the meaning of no name. */
static bool is_imported(const struct vtr_checker *c, struct vtr_bytes name)
{
    const uint32_t module = vtr_module_find(name);

    return module != VTR_MODULE_COUNT && (c->own_imports & (uint32_t)1 << module) != 0;
}

/* A name that begins with a module's.  False when it does not. */
static bool check_module(struct vtr_checker *c, struct vtr_node *node)
{
    const uint32_t module = vtr_module_find(node->text);

    node->type = VTR_TYPE_UNKNOWN;
    if (module == VTR_MODULE_COUNT) {
        return vtr_check_foreign_module(c, node);
    }
    if ((c->imports & (uint32_t)1 << module) == 0) {
        vtr_check_report_import(c, node);
    } else {
        c->rule->may_log = c->rule->may_log || module == VTR_MODULE_CONSOLE;
        vtr_check_access(c, node, NULL, module);
    }
    return true;
}

static void use_variable(struct vtr_checker *c, struct vtr_node *node,
                         const struct vtr_checker_variable *variable)
{
    node->name_kind = VTR_NAME_VARIABLE;
    node->slot = variable->slot;
    node->type = variable->type;
    if (variable->access != NULL && variable->access->op == VTR_OP_KEY) {
        node->access = vtr_arena_alloc(c->arena, sizeof(*node->access));
        c->has_no_memory = c->has_no_memory || node->access == NULL;
        if (node->access != NULL) {
            *node->access = *variable->access;
        }
    } else if (variable->access != NULL) {
        vtr_check_access(c, node, variable->access, 0);
    }
}

static void check_name(struct vtr_checker *c, struct vtr_node *node)
{
    const struct vtr_checker_variable *variable =
        vtr_check_find_variable(c, node->text);

    if (variable != NULL) {
        use_variable(c, node, variable);
        return;
    }
    if (find_external(c, node)) {
        return;
    }
    node->name_kind = VTR_NAME_RULE;
    if (!is_imported(c, node->text) &&
        vtr_name_table_find(c->rule_names, 0, node->text) != VTR_NAME_NOT_FOUND) {
        node->type = VTR_TYPE_BOOL;
    } else if (check_module(c, node)) {
        return;
    }
    vtr_check_add_reference(c, node->text, false, node->offset, node->length);
}

static void report_no_parts(struct vtr_checker *c, const struct vtr_node *node,
                            const char *what)
{
    (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE, vtr_check_place(c, node),
                              "'%.*s' is %s, which has no parts", (int)node->text.len,
                              (const char *)node->text.ptr, what);
}

/* name.field and the like: modules have parts, and items of theirs. */
static void check_member(struct vtr_checker *c, struct vtr_node *node)
{
    const struct vtr_checker_variable *variable =
        vtr_check_find_variable(c, node->text);

    node->type = VTR_TYPE_UNKNOWN;
    if (variable != NULL && variable->access != NULL &&
        variable->access->op != VTR_OP_KEY) {
        vtr_check_access(c, node, variable->access, 0);
    } else if (variable != NULL) {
        report_no_parts(c, node, vtr_type_text(variable->type));
    } else if (find_external(c, node)) {
        report_no_parts(c, node, vtr_type_text(node->type));
        node->type = VTR_TYPE_UNKNOWN;
    } else if (check_module(c, node)) {
        return;
    } else if (vtr_name_table_find(c->rule_names, 0, node->text) !=
               VTR_NAME_NOT_FOUND) {
        report_no_parts(c, node, "a rule");
    } else {
        vtr_check_add_reference(c, node->text, false, node->offset,
                                (uint32_t)node->text.len);
    }
}

/* Arguments and indices of what nobody knows are not gone through. */
static void note_unread(struct vtr_checker *c, const struct vtr_node *node)
{
    for (const struct vtr_node *part = node->children;
         part != NULL && node->access == NULL; part = part->next) {
        c->has_unread_part = c->has_unread_part || part->kind != VTR_NODE_PART_FIELD;
    }
}

void vtr_check_part(struct vtr_checker *c, struct vtr_node *node)
{
    if (node->kind == VTR_NODE_NAME) {
        check_name(c, node);
    } else {
        check_member(c, node);
        note_unread(c, node);
    }
}

void vtr_check_binding(struct vtr_checker *c, struct vtr_node *node)
{
    if (node->kind == VTR_NODE_NAME || node->kind == VTR_NODE_MEMBER) {
        vtr_check_part(c, node);
    } else {
        vtr_check_node(c, node);
    }
}

void vtr_check_items(struct vtr_checker *c, struct vtr_node *node)
{
    const uint64_t errors = c->diagnostics->errors;

    vtr_check_binding(c, node);
    if (c->diagnostics->errors == errors && node->type != VTR_TYPE_ARRAY &&
        node->type != VTR_TYPE_DICT && node->type != VTR_TYPE_UNKNOWN) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_NOT_ITERABLE,
                                  vtr_check_place(c, node), "a loop cannot go over %s",
                                  vtr_type_text(node->type));
        node->type = VTR_TYPE_UNKNOWN;
    }
    if (node->type == VTR_TYPE_UNKNOWN) {
        c->rule->is_bad =
            true; /* a name that is nothing: whoever resolves it says so */
    }
}
