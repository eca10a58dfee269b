/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/module_tree.h"

#include <string.h>

#include "base/bytes.h"

/* Structures, arrays and items inside each other; no path of the table is so deep. */
#define DEPTH_LIMIT 24u
#define INDEX_LIMIT 8u

struct tree {
    struct vtr_modules *modules;
    vtr_finding_fn visit;
    void *context;
    int64_t indices[INDEX_LIMIT];
    unsigned index_count;

    /* What was begun; the last `depth - told` of it nobody was told of yet, since there
     * may be nothing in it. */
    struct vtr_finding open[DEPTH_LIMIT];
    unsigned depth;
    unsigned told;
};

/* Rows of one structure: those of [first, end) whose paths go on after `prefix_len`
 * bytes that they all share. */
struct rows {
    uint32_t first;
    uint32_t end;
    size_t prefix_len;
};

static void begin(struct tree *tree, const struct vtr_finding *node)
{
    tree->open[tree->depth++] = *node;
}

static void end(struct tree *tree)
{
    static const struct vtr_finding END = {.kind = VTR_FINDING_END};

    tree->depth--;
    if (tree->told > tree->depth) {
        tree->told = tree->depth;
        tree->visit(&END, tree->context);
    }
}

/* A value, and before it what it stands in. */
static void tell(struct tree *tree, const struct vtr_finding *node)
{
    while (tree->told < tree->depth) {
        tree->visit(&tree->open[tree->told++], tree->context);
    }
    tree->visit(node, tree->context);
}

/* The first component of what follows the prefix of a row's path. */
static struct vtr_bytes component(uint32_t row, size_t prefix_len)
{
    const char *rest = vtr_field_get(row)->path + prefix_len;

    return (struct vtr_bytes){(const uint8_t *)rest, strcspn(rest, ".[")};
}

/* What is found: neither functions nor constants, of which the texts are stored as if
 * they were found. */
static bool is_told_of(uint32_t row)
{
    if (row >= VTR_DEX_DEX_FILE_MAGIC_035 && row <= VTR_DEX_DEX_FILE_MAGIC_039) {
        return false;
    }
    return !vtr_field_get(row)->is_function && !vtr_field_get(row)->is_constant;
}

/* Whether a row before this one was of the same component: it has been told of. */
static bool is_repeated(const struct rows *rows, uint32_t row)
{
    const struct vtr_bytes name = component(row, rows->prefix_len);

    for (uint32_t i = rows->first; i < row; i++) {
        if (is_told_of(i) && vtr_bytes_equal(component(i, rows->prefix_len), name)) {
            return true;
        }
    }
    return false;
}

static void tell_value(struct tree *tree, uint32_t row, struct vtr_finding *node)
{
    const struct vtr_module_value value =
        vtr_modules_get(tree->modules, row, tree->indices, tree->index_count);

    switch (value.kind) {
    case VTR_MODULE_INT:
        node->kind = VTR_FINDING_INT;
        node->number = value.is.number;
        break;
    case VTR_MODULE_FLOAT:
        node->kind = VTR_FINDING_FLOAT;
        node->real = value.is.real;
        break;
    case VTR_MODULE_TEXT:
        node->kind = VTR_FINDING_TEXT;
        node->text = value.is.text;
        break;
    case VTR_MODULE_UNDEFINED:
    case VTR_MODULE_REGEX:
    case VTR_MODULE_ITEMS:
        return;
    }
    tell(tree, node);
}

static void tell_rows(struct tree *tree, const struct rows *rows);

/* The item that the last index names. */
static void tell_item(struct tree *tree, uint32_t array, const struct rows *rows,
                      uint32_t items_row)
{
    struct vtr_finding node = {.kind = VTR_FINDING_STRUCTURE,
                               .index = (uint64_t)tree->indices[tree->index_count - 1]};

    if (vtr_field_get(array)->kind == VTR_FIELD_DICT) {
        node.name =
            vtr_modules_key(tree->modules, array, tree->indices, tree->index_count)
                .is.text;
    }
    if (items_row != VTR_FIELD_COUNT) {
        tell_value(tree, items_row, &node);
    } else {
        begin(tree, &node);
        tell_rows(tree, rows);
        end(tree);
    }
}

/* The rows of the module whose paths begin with `path` and `after`. */
static struct rows rows_below(const struct vtr_module_info *module,
                              struct vtr_bytes path, const char *after)
{
    struct rows rows = {module->end, module->end, path.len + strlen(after)};

    for (uint32_t row = module->first; row < module->end; row++) {
        const char *other = vtr_field_get(row)->path;
        if (strncmp(other, (const char *)path.ptr, path.len) == 0 &&
            strncmp(other + path.len, after, strlen(after)) == 0) {
            rows.first = row < rows.first ? row : rows.first;
            rows.end = row + 1;
        }
    }
    return rows;
}

static const struct vtr_module_info *module_of(uint32_t row)
{
    uint32_t module = 0;

    while (row >= vtr_module_get(module)->end) {
        module++;
    }
    return vtr_module_get(module);
}

static void tell_items(struct tree *tree, uint32_t array, struct vtr_finding *node)
{
    const struct vtr_bytes path = vtr_bytes_from_text(vtr_field_get(array)->path);
    const struct rows fields = rows_below(module_of(array), path, "[].");
    const struct rows values = rows_below(module_of(array), path, "[]");
    const int64_t count =
        vtr_modules_count(tree->modules, array, tree->indices, tree->index_count);
    const bool is_value = fields.first == fields.end;

    if (tree->index_count == INDEX_LIMIT || values.first == values.end) {
        return;
    }
    node->kind = vtr_field_get(array)->kind == VTR_FIELD_DICT ? VTR_FINDING_DICTIONARY
                                                              : VTR_FINDING_ARRAY;
    begin(tree, node);
    tree->index_count++;
    for (int64_t i = 0; i < count; i++) {
        tree->indices[tree->index_count - 1] = i;
        tell_item(tree, array, &fields,
                  is_value ? values.first : (uint32_t)VTR_FIELD_COUNT);
    }
    tree->index_count--;
    end(tree);
}

/* What a structure of the rows has; the depth of the table bounds the recursion. */
static void tell_rows(struct tree *tree, const struct rows *rows)
{
    for (uint32_t row = rows->first; row < rows->end; row++) {
        const struct vtr_field_info *field = vtr_field_get(row);
        if (!is_told_of(row) || is_repeated(rows, row) ||
            tree->depth + 2 >= DEPTH_LIMIT) {
            continue;
        }
        struct vtr_finding node = {.kind = VTR_FINDING_STRUCTURE,
                                   .name = component(row, rows->prefix_len)};
        const size_t len = rows->prefix_len + node.name.len;
        if (field->path[len] == '.') {
            const struct rows inner =
                rows_below(module_of(row),
                           (struct vtr_bytes){(const uint8_t *)field->path, len}, ".");
            begin(tree, &node);
            tell_rows(tree, &inner);
            end(tree);
        } else if (field->kind == VTR_FIELD_ARRAY || field->kind == VTR_FIELD_DICT) {
            tell_items(tree, row, &node);
        } else {
            tell_value(tree, row, &node);
        }
    }
}

void vtr_module_tree_tell(struct vtr_modules *modules, vtr_finding_fn visit,
                          void *context)
{
    struct tree tree = {.modules = modules, .visit = visit, .context = context};

    for (uint32_t i = 0; i < VTR_MODULE_COUNT; i++) {
        if (i == VTR_MODULE_TESTS) {
            continue; /* what it has is of no file */
        }
        const struct vtr_module_info *module = vtr_module_get(i);
        const struct rows rows = {module->first, module->end, 0};
        const struct vtr_finding node = {.kind = VTR_FINDING_STRUCTURE,
                                         .name = vtr_bytes_from_text(module->name)};
        begin(&tree, &node);
        tell_rows(&tree, &rows);
        end(&tree);
    }
}
