/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lint/lint.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "compiler/syntax/source.h"

/* As many are compared with each other; more go through a hash table. */
#define PAIRS_MAX 10u

void vtr_linter_deinit(struct vtr_linter *l)
{
    vtr_vector_deinit(&l->twins);
    free(l->slots);
    l->slots = NULL;
}

struct vtr_place vtr_lint_place(const struct vtr_linter *l, const struct vtr_node *node)
{
    return (struct vtr_place){l->source, node->offset, node->length};
}

struct vtr_bytes vtr_lint_text(const struct vtr_linter *l, const struct vtr_node *node)
{
    return (struct vtr_bytes){l->source->bytes.ptr + node->offset, node->length};
}

void vtr_lint_begin_twins(struct vtr_linter *l)
{
    l->twins.size = sizeof(struct vtr_twin);
    l->twins.count = 0;
}

void vtr_lint_add_twin(struct vtr_linter *l, struct vtr_bytes bytes, uint64_t tag)
{
    struct vtr_twin *twin = vtr_vector_push(&l->twins);

    if (twin == NULL) {
        l->has_no_memory = true;
        return;
    }
    twin->bytes = bytes;
    twin->tag = tag;
}

static bool are_equal(const struct vtr_twin *a, const struct vtr_twin *b)
{
    return a->bytes.len == b->bytes.len && a->tag == b->tag &&
           (a->bytes.len == 0 ||
            (a->bytes.ptr[a->bytes.len - 1] == b->bytes.ptr[b->bytes.len - 1] &&
             memcmp(a->bytes.ptr, b->bytes.ptr, a->bytes.len) == 0));
}

/* The first item like item `again`, or its own number. */
static size_t find_before(const struct vtr_twin *items, size_t again)
{
    size_t first = 0;

    while (first < again && !are_equal(&items[first], &items[again])) {
        first++;
    }
    return first;
}

/* An empty table with room for all twins. */
static bool clear_slots(struct vtr_linter *l)
{
    size_t cap = 32;

    while (cap / 2 < l->twins.count) {
        cap *= 2;
    }
    if (cap > l->slot_count) {
        uint32_t *grown = realloc(l->slots, cap * sizeof(*grown));
        if (grown == NULL) {
            l->has_no_memory = true;
            return false;
        }
        l->slots = grown;
        l->slot_count = cap;
    }
    memset(l->slots, 0, cap * sizeof(*l->slots));
    return true;
}

/* The same through the table: linear whatever the items are. */
static size_t find_hashed(struct vtr_linter *l, size_t mask, size_t again)
{
    struct vtr_twin *items = l->twins.items;

    items[again].hash = vtr_digest_xxh3(items[again].bytes) ^ items[again].tag;
    size_t i = (size_t)(items[again].hash ^ items[again].hash >> 32) & mask;
    while (l->slots[i] != 0) {
        const size_t first = l->slots[i] - 1;
        if (items[first].hash == items[again].hash &&
            are_equal(&items[first], &items[again])) {
            return first;
        }
        i = (i + 1) & mask;
    }
    l->slots[i] = (uint32_t)again + 1;
    return again;
}

void vtr_lint_find_twins(struct vtr_linter *l,
                         void (*found)(struct vtr_linter *l, void *context,
                                       size_t first, size_t again),
                         void *context)
{
    const size_t count = l->twins.count;
    const bool is_hashed = count > PAIRS_MAX;
    size_t mask = 31;

    if (count < 2 || count >= UINT32_MAX || (is_hashed && !clear_slots(l))) {
        return;
    }
    while ((mask + 1) / 2 < count) {
        mask = mask * 2 + 1;
    }
    for (size_t again = 0; again < count; again++) {
        const size_t first = is_hashed ? find_hashed(l, mask, again)
                                       : find_before(l->twins.items, again);
        if (first != again) {
            found(l, context, first, again);
        }
    }
}

static void report_import(struct vtr_linter *l, void *context, size_t first,
                          size_t again)
{
    const struct vtr_ast_import *const *imports = context;
    const struct vtr_ast_import *twin = imports[again];
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_IMPORT,
                            (struct vtr_place){l->source, twin->offset, twin->length},
                            "module '%.*s' is imported twice", (int)twin->name.len,
                            (const char *)twin->name.ptr);

    problem->other =
        (struct vtr_place){l->source, imports[first]->offset, imports[first]->length};
    problem->other_label = "first here";
    vtr_problem_replace(problem, "leave it out", problem->place, "");
}

enum vtr_status vtr_lint_imports(struct vtr_linter *l)
{
    const struct vtr_ast_import **imports;
    size_t count = 0;

    for (const struct vtr_ast_import *i = l->ast->imports; i != NULL; i = i->next) {
        count++;
    }
    if (count < 2) {
        return VTR_OK;
    }
    imports = calloc(count, sizeof(*imports));
    if (imports == NULL) {
        return VTR_ERROR_MEMORY;
    }
    vtr_lint_begin_twins(l);
    count = 0;
    for (const struct vtr_ast_import *i = l->ast->imports; i != NULL; i = i->next) {
        imports[count++] = i;
        vtr_lint_add_twin(l, i->name, 0);
    }
    if (!l->has_no_memory) {
        vtr_lint_find_twins(l, report_import, imports);
    }
    free(imports);
    return l->has_no_memory ? VTR_ERROR_MEMORY : VTR_OK;
}

/* Metadata of a rule by number; what is twice is rare, so looking for it may cost. */
static const struct vtr_ast_meta *meta_at(const struct vtr_ast_rule *rule,
                                          size_t number)
{
    const struct vtr_ast_meta *meta = rule->metas;

    while (number > 0) {
        meta = meta->next;
        number--;
    }
    return meta;
}

static struct vtr_place meta_place(const struct vtr_linter *l,
                                   const struct vtr_ast_meta *meta)
{
    const uint32_t offset = (uint32_t)(meta->key.ptr - l->source->bytes.ptr);

    return (struct vtr_place){l->source, offset, meta->end - offset};
}

static void report_meta(struct vtr_linter *l, void *context, size_t first, size_t again)
{
    size_t *budget = context;

    if (*budget == 0) {
        return;
    }
    (*budget)--;
    const struct vtr_ast_meta *twin = meta_at(l->rule, again);
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_META,
                            meta_place(l, twin),
                            "metadata '%.*s' is given twice with the same value",
                            (int)twin->key.len, (const char *)twin->key.ptr);

    problem->other = meta_place(l, meta_at(l->rule, first));
    problem->other_label = "first here";
    vtr_problem_replace(problem, "leave it out", problem->place, "");
}

static void lint_metas(struct vtr_linter *l)
{
    size_t budget = 100; /* reports a rule: finding the place of each takes its time */

    if (l->rule->meta_count < 2) {
        return;
    }
    vtr_lint_begin_twins(l);
    for (const struct vtr_ast_meta *m = l->rule->metas; m != NULL; m = m->next) {
        const uint64_t key = (uint64_t)m->key.len << 8 | m->key.ptr[0];
        vtr_lint_add_twin(l,
                          (struct vtr_bytes){m->key.ptr,
                                             m->end - (size_t)(m->key.ptr -
                                                               l->source->bytes.ptr)},
                          key);
    }
    vtr_lint_find_twins(l, report_meta, &budget);
}

enum vtr_status vtr_lint_rule(struct vtr_linter *l, const struct vtr_ast_rule *rule,
                              struct vtr_ast_string *const *strings)
{
    l->rule = rule;
    l->strings = strings;
    l->rounds = 1;
    lint_metas(l);
    vtr_lint_strings(l);
    vtr_lint_condition(l, rule->condition);
    return l->has_no_memory ? VTR_ERROR_MEMORY : VTR_OK;
}
