/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/check/check.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/diagnostic/suggest.h"
#include "compiler/syntax/source.h"
#include "format/modules/module_table.h"

struct vtr_place vtr_check_place(const struct vtr_checker *c,
                                 const struct vtr_node *node)
{
    return vtr_check_place_at(c, node->offset, node->length);
}

struct vtr_place vtr_check_place_at(const struct vtr_checker *c, uint32_t offset,
                                    size_t length)
{
    return (struct vtr_place){c->source, offset, (uint32_t)length};
}

void vtr_check_refuse(struct vtr_checker *c, const struct vtr_node *node,
                      const char *what, const char *help)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_DIALECT, vtr_check_place(c, node),
                            "YARA-X does not have %s", what);

    problem->help = help;
}

static void check_external_name(struct vtr_checker *c)
{
    const struct vtr_bytes name = c->rule->name;

    if (vtr_name_table_find(&c->externals->names, 0, name) == VTR_NAME_NOT_FOUND) {
        return;
    }
    (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_EXTERNAL_NAME,
                              vtr_check_place_at(c, c->rule->offset, name.len),
                              "'%.*s' is the name of an external variable",
                              (int)name.len, (const char *)name.ptr);
}

static void check_tags(struct vtr_checker *c)
{
    struct vtr_name_table names = {0};

    if (c->rule->tag_count < 2) {
        return;
    }
    if (vtr_name_table_init(&names, c->scratch, c->rule->tag_count) != VTR_OK) {
        c->has_no_memory = true;
        return;
    }
    for (const struct vtr_ast_tag *tag = c->rule->tags; tag != NULL; tag = tag->next) {
        const uint32_t first = vtr_name_table_add(&names, 0, tag->name, tag->offset);
        if (first == VTR_NAME_NOT_FOUND) {
            continue;
        }
        struct vtr_problem *problem =
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_DUPLICATE_TAG,
                                vtr_check_place_at(c, tag->offset, tag->name.len),
                                "tag '%.*s' is given twice", (int)tag->name.len,
                                (const char *)tag->name.ptr);
        problem->other = vtr_check_place_at(c, first, tag->name.len);
        problem->other_label = "first here";
    }
}

static void report_duplicate_string(struct vtr_checker *c,
                                    const struct vtr_ast_string *string,
                                    const struct vtr_ast_string *first)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_DUPLICATE_STRING,
                            vtr_check_place_at(c, string->offset, string->length),
                            "string '$%.*s' is defined twice", (int)string->id.len,
                            (const char *)string->id.ptr);

    problem->other = vtr_check_place_at(c, first->offset, first->length);
    problem->other_label = "first here";
}

/* Numbers the strings and makes their names known. */
static void collect_strings(struct vtr_checker *c)
{
    const struct vtr_ast_rule *rule = c->rule;
    uint32_t number = 0;

    c->strings =
        vtr_arena_array(c->scratch, rule->string_count + 1, sizeof(*c->strings));
    if (c->strings == NULL || vtr_name_table_init(&c->string_names, c->scratch,
                                                  rule->string_count) != VTR_OK) {
        c->has_no_memory = true;
        return;
    }
    for (struct vtr_ast_string *s = rule->strings; s != NULL; s = s->next, number++) {
        c->strings[number] = s;
        if (s->id.len == 0) {
            continue;
        }
        const uint32_t first = vtr_name_table_add(&c->string_names, 0, s->id, number);
        if (first != VTR_NAME_NOT_FOUND) {
            report_duplicate_string(c, s, c->strings[first]);
            s->is_referenced = true; /* one report is enough */
        }
    }
}

/* A name that begins with '_' says that the string need not be used. */
static bool is_unused(const struct vtr_checker *c, const struct vtr_ast_string *s)
{
    return !s->is_referenced && (s->id.len == 0 || s->id.ptr[0] != '_') &&
           !vtr_check_is_cut(c, s->id, s->offset);
}

/* Of strings that are not used, each may be what one of those that there are not was
 * meant to be: of these the condition has been told already. */
static void check_unreferenced(struct vtr_checker *c)
{
    uint32_t count = 0;

    for (const struct vtr_ast_string *s = c->rule->strings; s != NULL; s = s->next) {
        count += is_unused(c, s) ? 1 : 0;
    }
    if (count <= c->unknown_strings) {
        return;
    }
    for (const struct vtr_ast_string *s = c->rule->strings; s != NULL; s = s->next) {
        if (!is_unused(c, s)) {
            continue;
        }
        struct vtr_problem *problem =
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_UNREFERENCED,
                                vtr_check_place_at(c, s->offset, s->length),
                                "string '$%.*s' is not used by the condition",
                                (int)s->id.len, (const char *)s->id.ptr);
        problem->help =
            s->id.len == 0
                ? "use 'them' or '$*' in the condition, or remove the string"
                : vtr_diagnostics_text(
                      c->diagnostics,
                      "use it, remove it, or call it '$_%.*s' to keep it unused",
                      (int)s->id.len, (const char *)s->id.ptr);
    }
}

bool vtr_check_is_cut(const struct vtr_checker *c, struct vtr_bytes id, uint32_t offset)
{
    const struct vtr_bytes text = c->source->bytes;

    return id.len == 0 && offset + 1 < text.len && text.ptr[offset + 1] >= 0x80;
}

uint32_t vtr_check_find_string(const struct vtr_checker *c, struct vtr_bytes id)
{
    return vtr_name_table_find(&c->string_names, 0, id);
}

struct vtr_problem *vtr_check_report_string(struct vtr_checker *c, struct vtr_bytes id,
                                            uint32_t offset, uint32_t length,
                                            const char *star)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_UNDEFINED_STRING,
                            vtr_check_place_at(c, offset, length),
                            "the rule has no string '$%.*s%s'", (int)id.len,
                            (const char *)id.ptr, star);

    const bool has_help = c->unknown_strings < VTR_SUGGESTION_ERRORS;
    for (uint32_t i = 0;
         has_help && i < c->rule->string_count && i < VTR_SUGGESTION_STRINGS; i++) {
        const struct vtr_bytes other = c->strings[i]->id;
        if (vtr_names_are_close(id, other)) {
            problem->help =
                vtr_diagnostics_text(c->diagnostics, "did you mean '$%.*s'?",
                                     (int)other.len, (const char *)other.ptr);
            c->strings[i]->is_referenced = true; /* one report is enough */
            return problem;
        }
    }
    c->unknown_strings++;
    return problem;
}

/* Notes that a string is asked for at an offset; at two it is anywhere. */
static void note_offset(struct vtr_string_use *use, int64_t offset)
{
    use->is_free = use->is_free || (use->is_fixed && use->offset != offset);
    use->is_fixed = true;
    use->offset = offset;
}

void vtr_check_use(struct vtr_checker *c, uint32_t pattern,
                   const struct vtr_node *offset)
{
    struct vtr_string_use *use =
        pattern > 0 ? &c->strings[pattern - 1]->use : &c->any_use;

    if (offset == NULL || !offset->is_known || offset->number < 0) {
        use->is_free = true;
    } else {
        note_offset(use, offset->number);
    }
}

/* A "$" is used thousands of times, and may be any of thousands: of all that is noted
 * once. */
static void spread_any_use(struct vtr_checker *c)
{
    const struct vtr_string_use *any = &c->any_use;

    for (uint32_t i = 0; i < c->rule->string_count && (any->is_fixed || any->is_free);
         i++) {
        struct vtr_string_use *use = &c->strings[i]->use;
        use->is_free = use->is_free || any->is_free;
        if (any->is_fixed) {
            note_offset(use, any->offset);
        }
    }
}

void vtr_check_add_reference(struct vtr_checker *c, struct vtr_bytes name,
                             bool is_wildcard, uint32_t offset, uint32_t length)
{
    struct vtr_reference *reference = vtr_arena_alloc(c->arena, sizeof(*reference));

    if (reference == NULL) {
        c->has_no_memory = true;
        return;
    }
    reference->name = name;
    reference->is_wildcard = is_wildcard;
    reference->offset = offset;
    reference->length = length;
    *c->last_reference = reference;
    c->last_reference = &reference->next;
    c->rule->has_wildcards = c->rule->has_wildcards || is_wildcard;
}

/* What the source imports before the rule is the rule's to use. */
static void take_imports(struct vtr_checker *c, const struct vtr_ast_rule *rule)
{
    for (; c->next_import != NULL && c->next_import->offset < rule->offset;
         c->next_import = c->next_import->next) {
        c->own_imports |= vtr_module_bit(c->next_import->name);
    }
    c->imports |= c->own_imports;
}

enum vtr_status vtr_check_rule(struct vtr_checker *c, struct vtr_ast_rule *rule)
{
    const uint64_t errors = c->diagnostics->errors;

    vtr_arena_clear(c->scratch);
    c->rule = rule;
    c->last_sets = NULL;
    c->set_count = 0;
    c->member_count = 0;
    c->by_name = NULL;
    c->last_reference = &rule->references;
    c->variable_count = 0;
    c->slot_count = 0;
    c->loop_depth = 0;
    c->is_in_string_loop = false;
    c->has_reported_module = false;
    c->has_unread_part = false;
    c->any_use = (struct vtr_string_use){0};
    c->unknown_strings = 0;
    take_imports(c, rule);
    check_external_name(c);
    check_tags(c);
    collect_strings(c);
    if (!c->has_no_memory && rule->condition != NULL) {
        vtr_check_condition(c, rule->condition);
        spread_any_use(c);
        if (!c->has_unread_part) {
            check_unreferenced(c);
        }
    }
    if (c->diagnostics->errors != errors) {
        rule->is_bad = true;
    }
    return c->has_no_memory ? VTR_ERROR_MEMORY : VTR_OK;
}
