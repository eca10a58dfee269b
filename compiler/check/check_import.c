/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Modules that a rule may not use.  Relies on the list of imports that the parser made;
 * each name is looked up once in a table, so that thousands of imports beside thousands
 * of uses cost what they are long.
 */
#include "compiler/check/check_import.h"

#include "base/bytes.h"
#include "compiler/syntax/source.h"

/* Makes the table of this source's imports, each under its name; the first of several
 * that are equal counts. */
static bool list_imports(struct vtr_checker *c)
{
    const struct vtr_ast_import **list;
    size_t count = 0;

    for (const struct vtr_ast_import *i = c->ast->imports; i != NULL; i = i->next) {
        count++;
    }
    list = vtr_arena_array(c->arena, count + 1, sizeof(*list));
    if (list == NULL ||
        vtr_name_table_init(&c->import_names, c->arena, count) != VTR_OK) {
        c->has_no_memory = true;
        return false;
    }
    count = 0;
    for (const struct vtr_ast_import *i = c->ast->imports; i != NULL; i = i->next) {
        (void)vtr_name_table_add(&c->import_names, 0, i->name, (uint32_t)count);
        list[count++] = i;
    }
    c->import_list = list;
    return true;
}

/* Where this source imports `name`; NULL when it does not. */
static const struct vtr_ast_import *find_import(struct vtr_checker *c,
                                                struct vtr_bytes name)
{
    if (c->ast->imports == NULL || (c->import_list == NULL && !list_imports(c))) {
        return NULL;
    }
    const uint32_t number = vtr_name_table_find(&c->import_names, 0, name);
    return number == VTR_NAME_NOT_FOUND ? NULL : c->import_list[number];
}

bool vtr_check_foreign_module(struct vtr_checker *c, const struct vtr_node *node)
{
    const struct vtr_bytes rule = c->rule->name;

    if (find_import(c, node->text) == NULL) {
        return false;
    }
    if (c->has_reported_module) {
        return true;
    }
    c->has_reported_module = true;
    (void)vtr_diagnostics_add(
        c->diagnostics, VTR_CODE_MODULE_USED, vtr_check_place(c, node),
        "rule '%.*s' needs module '%.*s', which this version does not have",
        (int)rule.len, (const char *)rule.ptr, (int)node->text.len,
        (const char *)node->text.ptr);
    return true;
}

void vtr_check_report_import(struct vtr_checker *c, const struct vtr_node *node)
{
    const struct vtr_ast_import *late = find_import(c, node->text);
    const int len = (int)node->text.len;
    const char *name = (const char *)node->text.ptr;
    const struct vtr_place begin = {c->source, vtr_source_text_begin(c->source), 0};
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_NOT_IMPORTED,
                            vtr_check_place_at(c, node->offset, node->text.len),
                            late == NULL ? "module '%.*s' is not imported"
                                         : "module '%.*s' is used before its import",
                            len, name);

    if (late != NULL) {
        problem->other = vtr_check_place_at(c, late->offset, late->length);
        problem->other_label = "imported here";
    }
    vtr_problem_replace(problem, "import it at the beginning of the file", begin,
                        vtr_diagnostics_text(c->diagnostics, "import \"%.*s\"\n", len,
                                             name));
}
