/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dotnet_names.h"

#include <string.h>

#include "base/bytes.h"

#define GENERIC_MARK  '`'
#define NESTING_LIMIT 10u /* types around a type */

/* TypeAttributes, ECMA-335 II.23.1.15: all from the first on are nested. */
#define VISIBILITY_MASK   7u
#define VISIBILITY_NESTED 2u

struct vtr_net_name {
    bool is_made;
    struct vtr_bytes text;
};

static const struct vtr_bytes NO_NAME = {NULL, 0};

static bool is_nested(const struct vtr_net_row *row)
{
    return (vtr_net_cell(row, VTR_NET_TYPEDEF_FLAGS) & VISIBILITY_MASK) >=
           VISIBILITY_NESTED;
}

/* Of several types around one the first row counts: it is written last. */
static void find_enclosing(struct vtr_net_names *names)
{
    const struct vtr_net_tables *tables = &names->metadata->tables;
    const uint32_t type_count = tables->at[VTR_NET_TYPEDEF].row_count;
    struct vtr_net_row row;

    for (uint32_t i = tables->at[VTR_NET_NESTEDCLASS].row_count; i > 0; i--) {
        if (!vtr_net_row_get(tables, VTR_NET_NESTEDCLASS, i, &row)) {
            continue;
        }
        const uint32_t nested = vtr_net_cell(&row, VTR_NET_NESTEDCLASS_NESTED);
        if (nested <= type_count) {
            names->enclosing[nested] =
                vtr_net_cell(&row, VTR_NET_NESTEDCLASS_ENCLOSING);
        }
    }
}

bool vtr_net_names_init(struct vtr_net_names *names, struct vtr_module_run *run,
                        const struct vtr_net_metadata *metadata)
{
    const size_t defs = metadata->tables.at[VTR_NET_TYPEDEF].row_count + (size_t)1;
    const size_t refs = metadata->tables.at[VTR_NET_TYPEREF].row_count + (size_t)1;

    *names = (struct vtr_net_names){
        .run = run,
        .metadata = metadata,
        .enclosing = vtr_module_alloc(run, defs * sizeof(*names->enclosing)),
        .defs = vtr_module_alloc(run, defs * sizeof(*names->defs)),
        .refs = vtr_module_alloc(run, refs * sizeof(*names->refs)),
    };
    if (names->enclosing == NULL || names->defs == NULL || names->refs == NULL) {
        return false;
    }
    find_enclosing(names);
    return true;
}

struct vtr_bytes vtr_net_heap_name(const struct vtr_net_metadata *metadata,
                                   uint32_t index)
{
    struct vtr_bytes text;

    return vtr_net_string(metadata, index, &text) ? text : NO_NAME;
}

static struct vtr_bytes without_mark(struct vtr_bytes text)
{
    const uint8_t *mark = memchr(text.ptr, GENERIC_MARK, text.len);

    return mark == NULL ? text
                        : (struct vtr_bytes){text.ptr, (size_t)(mark - text.ptr)};
}

struct vtr_bytes vtr_net_join(struct vtr_module_run *run, struct vtr_bytes name,
                              struct vtr_bytes space)
{
    const size_t len = space.len + 1 + name.len;
    uint8_t *joined;

    if (name.len == 0) {
        return space;
    }
    if (space.len == 0) {
        return without_mark(name);
    }
    joined = vtr_module_alloc(run, len);
    if (joined == NULL) {
        return NO_NAME;
    }
    memcpy(joined, space.ptr, space.len);
    joined[space.len] = '.';
    memcpy(joined + space.len + 1, name.ptr, name.len);
    return without_mark((struct vtr_bytes){joined, len});
}

/* The rows of the types around a type, innermost first. */
struct chain {
    struct vtr_net_row rows[NESTING_LIMIT];
    unsigned count;
};

static void find_chain(const struct vtr_net_names *names, uint32_t number,
                       struct chain *chain)
{
    const struct vtr_net_metadata *metadata = names->metadata;
    const struct vtr_bytes module = vtr_bytes_from_text("<Module>");

    chain->count = 0;
    while (chain->count < NESTING_LIMIT) {
        const uint32_t outer = names->enclosing[number];
        struct vtr_net_row *row = &chain->rows[chain->count];
        if (!vtr_net_row_get(&metadata->tables, VTR_NET_TYPEDEF, outer, row) ||
            vtr_bytes_equal(vtr_net_heap_name(metadata,
                                              vtr_net_cell(row, VTR_NET_TYPEDEF_NAME)),
                            module)) {
            return;
        }
        chain->count++;
        if (!is_nested(row) || outer == number) {
            return;
        }
        number = outer;
    }
}

/* The namespace that the row itself names, in `outer` where it is nested. */
static struct vtr_bytes space_of(const struct vtr_net_names *names,
                                 const struct vtr_net_row *row, struct vtr_bytes outer)
{
    const struct vtr_bytes own =
        vtr_net_heap_name(names->metadata,
                          vtr_net_cell(row, VTR_NET_TYPEDEF_NAMESPACE));

    return is_nested(row) ? vtr_net_join(names->run, own, outer) : own;
}

struct vtr_bytes vtr_net_namespace(const struct vtr_net_names *names, uint32_t number,
                                   const struct vtr_net_row *row)
{
    struct chain chain = {.count = 0};
    struct vtr_bytes outer = NO_NAME;

    if (is_nested(row)) {
        find_chain(names, number, &chain);
    }
    while (chain.count > 0) {
        const struct vtr_net_row *around = &chain.rows[--chain.count];
        const struct vtr_bytes name =
            vtr_net_heap_name(names->metadata,
                              vtr_net_cell(around, VTR_NET_TYPEDEF_NAME));
        outer = vtr_net_join(names->run, name, space_of(names, around, outer));
    }
    return space_of(names, row, outer);
}

struct vtr_bytes vtr_net_def_name(const struct vtr_net_names *names, uint32_t number)
{
    struct vtr_net_row row;

    if (!vtr_net_row_get(&names->metadata->tables, VTR_NET_TYPEDEF, number, &row)) {
        return NO_NAME;
    }
    struct vtr_net_name *name = &names->defs[number];
    if (!name->is_made) {
        name->is_made = true;
        name->text =
            vtr_net_join(names->run,
                         vtr_net_heap_name(names->metadata,
                                           vtr_net_cell(&row, VTR_NET_TYPEDEF_NAME)),
                         vtr_net_namespace(names, number, &row));
    }
    return name->text;
}

struct vtr_bytes vtr_net_ref_name(const struct vtr_net_names *names, uint32_t number)
{
    struct vtr_net_row row;

    if (!vtr_net_row_get(&names->metadata->tables, VTR_NET_TYPEREF, number, &row)) {
        return NO_NAME;
    }
    struct vtr_net_name *name = &names->refs[number];
    if (!name->is_made) {
        name->is_made = true;
        name->text =
            vtr_net_join(names->run,
                         vtr_net_heap_name(names->metadata,
                                           vtr_net_cell(&row, VTR_NET_TYPEREF_NAME)),
                         vtr_net_heap_name(names->metadata,
                                           vtr_net_cell(&row,
                                                        VTR_NET_TYPEREF_NAMESPACE)));
    }
    return name->text;
}
