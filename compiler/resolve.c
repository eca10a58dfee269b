/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "compiler/diagnostic/suggest.h"
#include "compiler/syntax/slip.h"

/* References of all rules, wildcards spelled out. */
#define EDGE_LIMIT ((size_t)1 << 24)

/* Rules before and after the place of a misspelt name that it is held against, and
 * names that are, of all rules together. */
#define SUGGESTION_RULES  100u
#define SUGGESTION_ERRORS 1000u

/* Rules that all wildcards together may be held against. */
#define CANDIDATE_LIMIT ((uint64_t)1 << 27)

struct vtr_place vtr_entry_place(const struct vtr_rule_entry *entry)
{
    return (struct vtr_place){&entry->file->source, entry->rule->offset,
                              (uint32_t)entry->rule->name.len};
}

struct vtr_place vtr_entry_reference_place(const struct vtr_rule_entry *entry,
                                           const struct vtr_reference *reference)
{
    return (struct vtr_place){&entry->file->source, reference->offset,
                              reference->length};
}

static void report_duplicate(struct vtr_resolution *r,
                             const struct vtr_rule_entry *entry,
                             const struct vtr_rule_entry *first)
{
    const struct vtr_bytes name = entry->rule->name;
    const struct vtr_bytes space = r->namespaces->spaces[entry->space];
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics, VTR_CODE_DUPLICATE_RULE,
                            vtr_entry_place(entry),
                            "rule '%.*s' is defined twice in namespace '%.*s'",
                            (int)name.len, (const char *)name.ptr, (int)space.len,
                            (const char *)space.ptr);

    problem->other = vtr_entry_place(first);
    problem->other_label = "first here";
}

static void add_entries(struct vtr_resolution *r)
{
    const struct vtr_namespace_file *members = r->namespaces->members.items;
    size_t n = 0;

    for (size_t i = 0; i < r->namespaces->members.count; i++) {
        uint32_t ordinal = 0;
        for (struct vtr_ast_rule *rule = members[i].file->ast.rules; rule != NULL;
             rule = rule->next) {
            struct vtr_rule_entry *entry = &r->entries[n];
            *entry = (struct vtr_rule_entry){
                .rule = rule,
                .file = members[i].file,
                .space = members[i].space,
                .ordinal = ordinal++,
                .is_bad = rule->is_bad,
            };
            const uint32_t first =
                vtr_name_table_add(&r->names, entry->space, rule->name, (uint32_t)n);
            if (first != VTR_NAME_NOT_FOUND) {
                entry->is_duplicate = true;
                entry->is_bad = true;
                report_duplicate(r, entry, &r->entries[first]);
            }
            n++;
        }
    }
}

/* An entry while it is sorted: most names differ in what `prefix` has of them. */
struct sort_key {
    uint64_t prefix;
    uint32_t entry;
};

/* The first bytes of a name as a number: names are in the order of these. */
static uint64_t prefix_of(struct vtr_bytes name)
{
    uint64_t prefix = 0;

    for (size_t i = 0; i < sizeof(prefix); i++) {
        prefix = prefix << 8 | (i < name.len ? name.ptr[i] : 0);
    }
    return prefix;
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct vtr_rule_entry *entries = context;
    const struct sort_key *left = a;
    const struct sort_key *right = b;

    if (left->prefix != right->prefix) {
        return left->prefix < right->prefix ? -1 : 1;
    }
    return vtr_bytes_compare(entries[left->entry].rule->name,
                             entries[right->entry].rule->name);
}

/* Sorts the `count` entries of a namespace from `at` on in `sorted`. */
static enum vtr_status sort_space(struct vtr_resolution *r, size_t at, size_t count,
                                  struct sort_key *keys)
{
    for (size_t i = 0; i < count; i++) {
        keys[i].entry = r->sorted[at + i];
        keys[i].prefix = prefix_of(r->entries[keys[i].entry].rule->name);
    }
    if (vtr_sort(keys, count, sizeof(*keys), compare_names, r->entries) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        r->sorted[at + i] = keys[i].entry;
    }
    return VTR_OK;
}

/* Sorts the entries in `sorted`, namespace by namespace, which they are in order of. */
static enum vtr_status sort_entries(struct vtr_resolution *r)
{
    struct sort_key *keys = calloc(r->sorted_count + 1, sizeof(*keys));
    enum vtr_status status = keys == NULL ? VTR_ERROR_MEMORY : VTR_OK;
    size_t end;

    for (size_t at = 0; at < r->sorted_count && status == VTR_OK; at = end) {
        const uint32_t space = r->entries[r->sorted[at]].space;

        end = at + 1;
        while (end < r->sorted_count && r->entries[r->sorted[end]].space == space) {
            end++;
        }
        status = sort_space(r, at, end - at, keys);
    }
    free(keys);
    return status;
}

enum vtr_status vtr_resolution_init(struct vtr_resolution *out,
                                    const struct vtr_namespace_set *namespaces,
                                    struct vtr_arena *arena,
                                    struct vtr_diagnostics *diagnostics)
{
    const struct vtr_namespace_file *members = namespaces->members.items;

    *out = (struct vtr_resolution){.namespaces = namespaces,
                                   .arena = arena,
                                   .diagnostics = diagnostics};
    vtr_vector_init(&out->edges, sizeof(struct vtr_edge));
    for (size_t i = 0; i < namespaces->members.count; i++) {
        out->count += members[i].file->ast.rule_count;
    }
    if (out->count >= UINT32_MAX) {
        return VTR_ERROR_LIMIT;
    }
    out->entries = vtr_arena_array(arena, out->count + 1, sizeof(*out->entries));
    out->sorted = vtr_arena_array(arena, out->count + 1, sizeof(*out->sorted));
    if (out->entries == NULL || out->sorted == NULL ||
        vtr_name_table_init(&out->names, arena, out->count) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    add_entries(out);
    for (size_t i = 0; i < out->count; i++) {
        if (!out->entries[i].is_duplicate) {
            out->sorted[out->sorted_count++] = (uint32_t)i;
        }
    }
    return sort_entries(out);
}

void vtr_resolution_deinit(struct vtr_resolution *r)
{
    vtr_vector_deinit(&r->edges);
}

/* The first place in `sorted` that is not before (space, name). */
static size_t lower_bound(const struct vtr_resolution *r, uint32_t space,
                          struct vtr_bytes name)
{
    size_t low = 0;
    size_t high = r->sorted_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct vtr_rule_entry *entry = &r->entries[r->sorted[middle]];
        const bool is_before = entry->space != space
                                   ? entry->space < space
                                   : vtr_bytes_compare(entry->rule->name, name) < 0;
        if (is_before) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Whether a rule may speak of another: not of a later one of its file.  Of itself it
 * may, as in YARA: it has not matched yet, so the answer is no. */
static bool is_visible(const struct vtr_rule_entry *from,
                       const struct vtr_rule_entry *to)
{
    return from->file != to->file || to->ordinal <= from->ordinal;
}

/* The rule at `at` in `sorted` when it is a member of a wildcard of `from`, or NULL. */
static struct vtr_rule_entry *member_at(const struct vtr_resolution *r,
                                        const struct vtr_rule_entry *from,
                                        struct vtr_bytes prefix, size_t at)
{
    struct vtr_rule_entry *entry;

    if (at >= r->sorted_count) {
        return NULL;
    }
    entry = &r->entries[r->sorted[at]];
    return entry->space == from->space &&
                   vtr_bytes_begin_with(entry->rule->name, prefix)
               ? entry
               : NULL;
}

size_t vtr_resolution_list_rules(void *context, struct vtr_bytes prefix,
                                 struct vtr_writer *out)
{
    const struct vtr_rule_lister *lister = context;
    const struct vtr_resolution *r = lister->resolution;
    const struct vtr_rule_entry *from = &r->entries[lister->entry];
    const size_t first = lower_bound(r, from->space, prefix);
    const struct vtr_rule_entry *entry;
    size_t count = 0;

    for (size_t at = first; (entry = member_at(r, from, prefix, at)) != NULL; at++) {
        vtr_writer_string(out, entry->rule->name);
        count++;
    }
    return count;
}

static enum vtr_status add_edge(struct vtr_resolution *r, struct vtr_rule_entry *from,
                                uint32_t target, const struct vtr_reference *reference)
{
    struct vtr_edge *edge;

    if (r->edges.count >= EDGE_LIMIT) {
        return VTR_ERROR_LIMIT;
    }
    edge = vtr_vector_push(&r->edges);
    if (edge == NULL) {
        return VTR_ERROR_MEMORY;
    }
    *edge = (struct vtr_edge){target, reference};
    from->edge_count++;
    return VTR_OK;
}

/* A rule of the namespace whose name is close, and that may be meant. */
static void suggest_rule(struct vtr_resolution *r, const struct vtr_rule_entry *from,
                         const struct vtr_reference *reference,
                         struct vtr_problem *problem)
{
    const size_t around = lower_bound(r, from->space, reference->name);
    const size_t first = around > SUGGESTION_RULES ? around - SUGGESTION_RULES : 0;
    const size_t end = around + SUGGESTION_RULES;

    if (r->misspelt_count++ >= SUGGESTION_ERRORS) {
        return;
    }
    for (size_t i = first; i < r->sorted_count && i < end; i++) {
        const struct vtr_rule_entry *entry = &r->entries[r->sorted[i]];
        if (entry->space == from->space &&
            vtr_names_are_close(entry->rule->name, reference->name)) {
            problem->help =
                vtr_diagnostics_text(r->diagnostics, "did you mean rule '%.*s'?",
                                     (int)entry->rule->name.len,
                                     (const char *)entry->rule->name.ptr);
            return;
        }
    }
}

/* The strings whose names begin so: their mark was forgotten. */
static void suggest_strings(struct vtr_resolution *r, const struct vtr_rule_entry *from,
                            const struct vtr_reference *reference,
                            struct vtr_problem *problem)
{
    const struct vtr_bytes name = reference->name;
    const struct vtr_ast_string *s = from->rule->strings;

    for (unsigned i = 0; s != NULL && i < VTR_SUGGESTION_STRINGS; s = s->next, i++) {
        if (vtr_bytes_begin_with(s->id, name)) {
            vtr_problem_replace(problem, "names of strings begin with '$'",
                                problem->place,
                                vtr_diagnostics_text(r->diagnostics, "$%.*s*",
                                                     (int)name.len,
                                                     (const char *)name.ptr));
            return;
        }
    }
}

/* The string of that name: its mark was forgotten. */
static void suggest_string(struct vtr_resolution *r, const struct vtr_rule_entry *from,
                           struct vtr_bytes name, struct vtr_problem *problem)
{
    const struct vtr_ast_string *s = from->rule->strings;

    for (unsigned i = 0; s != NULL && i < VTR_SUGGESTION_STRINGS; s = s->next, i++) {
        if (vtr_bytes_equal(s->id, name)) {
            vtr_problem_replace(problem, "names of strings begin with '$'",
                                problem->place,
                                vtr_diagnostics_text(r->diagnostics, "$%.*s",
                                                     (int)name.len,
                                                     (const char *)name.ptr));
            return;
        }
    }
}

/* A word of the language that is spelt in another way. */
static void suggest_word(struct vtr_resolution *r, struct vtr_bytes name,
                         struct vtr_problem *problem)
{
    const char *word = vtr_slip_value(name);

    if (word != NULL) {
        vtr_problem_replace(problem,
                            vtr_diagnostics_text(r->diagnostics, "did you mean '%s'?",
                                                 word),
                            problem->place, word);
    }
}

static void report_undefined(struct vtr_resolution *r, struct vtr_rule_entry *from,
                             const struct vtr_reference *reference)
{
    const struct vtr_bytes name = reference->name;
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics, VTR_CODE_UNDEFINED_NAME,
                            vtr_entry_reference_place(from, reference),
                            reference->is_wildcard
                                ? "no rule has a name that begins with '%.*s'"
                                : "'%.*s' is not defined",
                            (int)name.len, (const char *)name.ptr);

    from->is_bad = true;
    if (reference->is_wildcard) {
        suggest_strings(r, from, reference, problem);
        return;
    }
    if (vtr_is_module_name(name)) {
        problem->help =
            vtr_diagnostics_text(r->diagnostics,
                                 "this is the name of a module: import \"%.*s\"",
                                 (int)name.len, (const char *)name.ptr);
        return;
    }
    problem->help =
        vtr_diagnostics_text(r->diagnostics,
                             "an external variable is defined by --define %.*s=VALUE",
                             (int)name.len, (const char *)name.ptr);
    suggest_rule(r, from, reference, problem);
    suggest_string(r, from, name, problem);
    suggest_word(r, name, problem);
}

static void report_later(struct vtr_resolution *r, struct vtr_rule_entry *from,
                         const struct vtr_reference *reference,
                         const struct vtr_rule_entry *to)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics, VTR_CODE_LATER_RULE,
                            vtr_entry_reference_place(from, reference),
                            "rule '%.*s' is defined later", (int)to->rule->name.len,
                            (const char *)to->rule->name.ptr);

    problem->other = vtr_entry_place(to);
    problem->other_label = "defined here";
    problem->help = "move this rule below the one that it refers to";
    from->is_bad = true;
}

/* YARA-X knows a rule's name behind the rule only, YARA 4 takes it for one that has not
 * matched. */
static void report_self(struct vtr_resolution *r, struct vtr_rule_entry *from,
                        const struct vtr_reference *reference)
{
    const bool is_error = from->file->source.dialect == VTR_DIALECT_YARA_X;
    struct vtr_problem *problem =
        vtr_diagnostics_add(r->diagnostics,
                            is_error ? VTR_CODE_RULE_CYCLE : VTR_CODE_SELF_REFERENCE,
                            vtr_entry_reference_place(from, reference),
                            "rule '%.*s' refers to itself", (int)from->rule->name.len,
                            (const char *)from->rule->name.ptr);

    problem->note = is_error ? NULL : "it has not matched yet: this is always false";
    from->is_bad = from->is_bad || is_error;
}

/* The rules whose names begin so; one that comes later in the file would not be in the
 * set, against what the set says. */
static enum vtr_status link_wildcard(struct vtr_resolution *r,
                                     struct vtr_rule_entry *from,
                                     const struct vtr_reference *reference)
{
    const size_t first = lower_bound(r, from->space, reference->name);
    const struct vtr_rule_entry *entry;
    size_t at = first;

    for (; (entry = member_at(r, from, reference->name, at)) != NULL; at++) {
        enum vtr_status status = VTR_OK;
        if (++r->candidates > CANDIDATE_LIMIT) {
            return VTR_ERROR_LIMIT;
        }
        if (!is_visible(from, entry)) {
            report_later(r, from, reference, entry);
            return VTR_OK;
        }
        if (entry != from) {
            status = add_edge(r, from, r->sorted[at], reference);
        }
        if (status != VTR_OK) {
            return status;
        }
    }
    if (at == first) {
        report_undefined(r, from, reference);
    }
    return VTR_OK;
}

static enum vtr_status link_reference(struct vtr_resolution *r,
                                      struct vtr_rule_entry *from,
                                      const struct vtr_reference *reference)
{
    if (reference->is_wildcard) {
        return link_wildcard(r, from, reference);
    }
    const uint32_t target =
        vtr_name_table_find(&r->names, from->space, reference->name);
    if (target == VTR_NAME_NOT_FOUND) {
        report_undefined(r, from, reference);
        return VTR_OK;
    }
    if (&r->entries[target] == from) {
        report_self(r, from, reference);
        return VTR_OK;
    }
    if (!is_visible(from, &r->entries[target])) {
        report_later(r, from, reference, &r->entries[target]);
        return VTR_OK;
    }
    return add_edge(r, from, target, reference);
}

enum vtr_status vtr_resolution_link(struct vtr_resolution *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct vtr_rule_entry *entry = &r->entries[i];
        entry->is_bad = entry->is_duplicate || entry->rule->is_bad;
        entry->first_edge = r->edges.count;
        for (const struct vtr_reference *n = entry->rule->references; n != NULL;
             n = n->next) {
            const enum vtr_status status = link_reference(r, entry, n);
            if (status != VTR_OK) {
                return status;
            }
        }
    }
    return vtr_resolution_spread(r);
}
