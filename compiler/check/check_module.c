/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What conditions read of modules: fields, items and functions, by the table of
 * format/modules/module_table.h.
 *
 * A chain of parts ("pe.sections[0].name") is followed from the left; what has been
 * reached is a path of the table and the indices that it has taken so far.  Nothing is
 * left of structures: a field of a loop's item is the path of the array, the place of
 * the loop's turn, and the field.
 */
#include "compiler/check/check.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/diagnostic/suggest.h"
#include "compiler/syntax/source.h"
#include "format/modules/module_table.h"

/* Bytes of a path, module and types of arguments included. */
#define PATH_LIMIT     200u
#define ARGUMENT_LIMIT 12u

/* Where the walk along the parts has come to. */
struct place {
    enum vtr_type type;
    struct vtr_access access; /* its path and indices are not set yet */
    struct vtr_access_index indices[VTR_ACCESS_INDEX_LIMIT];
    size_t name_len; /* of the module's name and the point in `path` */
    size_t path_len;
    char path[PATH_LIMIT];
};

static struct vtr_bytes path_of(const struct place *at)
{
    return (struct vtr_bytes){(const uint8_t *)at->path + at->name_len,
                              at->path_len - at->name_len};
}

static bool put(struct place *at, struct vtr_bytes text)
{
    if (text.len > PATH_LIMIT - at->path_len) {
        return false;
    }
    if (text.len > 0) {
        memcpy(at->path + at->path_len, text.ptr, text.len);
    }
    at->path_len += text.len;
    return true;
}

static enum vtr_type type_of_kind(enum vtr_field_kind kind)
{
    switch (kind) {
    case VTR_FIELD_INT:
        return VTR_TYPE_INT;
    case VTR_FIELD_FLOAT:
        return VTR_TYPE_FLOAT;
    case VTR_FIELD_TEXT:
        return VTR_TYPE_TEXT;
    case VTR_FIELD_ARRAY:
        return VTR_TYPE_ARRAY;
    case VTR_FIELD_DICT:
        return VTR_TYPE_DICT;
    }
    return VTR_TYPE_UNKNOWN;
}

/* Whether the row is the first of those that begin with the path. */
static bool is_first_row(const struct vtr_module_info *module, uint32_t row,
                         struct vtr_bytes path)
{
    return row >= module->first && row < module->end &&
           vtr_field_has_prefix(row, path) &&
           (row == module->first || !vtr_field_has_prefix(row - 1, path));
}

/* The first row that begins with the path, VTR_FIELD_COUNT when none does.  Rules ask
 * for the same few fields again and again. */
static uint32_t find_row(struct vtr_checker *c, const struct place *at)
{
    const struct vtr_module_info *module = vtr_module_get(at->access.module);
    const struct vtr_bytes path = path_of(at);
    const size_t looks = path.len * 5 + (uint8_t)at->path[at->path_len - 1];
    uint32_t *guess = &c->field_guesses[looks % VTR_FIELD_GUESS_COUNT];

    if (!is_first_row(module, *guess, path)) {
        *guess = vtr_field_lower_bound(module, path);
        if (!is_first_row(module, *guess, path)) {
            return VTR_FIELD_COUNT;
        }
    }
    return *guess;
}

/* What the path names.  False when the module has no such path.  Rows are sorted, so
 * that of those which begin with the path the first is the path itself; if not, a
 * function's with '(' behind it; and '.' is before all that remains. */
static bool look_up(struct vtr_checker *c, struct place *at)
{
    const uint32_t row = find_row(c, at);
    const struct vtr_bytes path = path_of(at);

    at->access.row = VTR_FIELD_COUNT;
    at->type = VTR_TYPE_STRUCT;
    if (row == VTR_FIELD_COUNT) {
        return false;
    }
    switch (vtr_field_get(row)->path[path.len]) {
    case '\0':
        at->access.row = row;
        at->type = type_of_kind(vtr_field_get(row)->kind);
        return true;
    case '(':
        at->type = VTR_TYPE_FUNCTION;
        return true;
    default:
        return vtr_field_get(row)->path[path.len] == '.';
    }
}

/* The first field of this structure whose name is near to `name`; "" when none is. */
static struct vtr_bytes find_near_field(const struct place *at, struct vtr_bytes name)
{
    const struct vtr_module_info *module = vtr_module_get(at->access.module);
    struct place inside = *at;

    if (at->path_len > at->name_len && !put(&inside, vtr_bytes_from_text("."))) {
        return (struct vtr_bytes){NULL, 0};
    }
    const struct vtr_bytes prefix = path_of(&inside);
    for (uint32_t row = vtr_field_lower_bound(module, prefix);
         row < module->end && vtr_field_has_prefix(row, prefix); row++) {
        const char *rest = vtr_field_get(row)->path + prefix.len;
        const struct vtr_bytes field = {(const uint8_t *)rest, strcspn(rest, ".[(")};
        if (vtr_names_are_close(name, field)) {
            return field;
        }
    }
    return (struct vtr_bytes){NULL, 0};
}

static void report_field(struct vtr_checker *c, const struct place *at,
                         const struct vtr_node *part)
{
    const struct vtr_bytes near = find_near_field(at, part->text);
    struct vtr_problem *problem = vtr_diagnostics_add(
        c->diagnostics, VTR_CODE_NO_FIELD, vtr_check_place(c, part),
        "'%.*s' has no field '%.*s'",
        (int)(at->path_len == at->name_len ? at->path_len - 1 : at->path_len), at->path,
        (int)part->text.len, (const char *)part->text.ptr);

    if (near.len > 0) {
        problem->help = vtr_diagnostics_text(c->diagnostics, "did you mean '%.*s'?",
                                             (int)near.len, (const char *)near.ptr);
    }
}

static bool take_field(struct vtr_checker *c, struct place *at,
                       const struct vtr_node *part)
{
    const size_t path_len = at->path_len;

    if (at->type != VTR_TYPE_STRUCT) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                                  vtr_check_place(c, part),
                                  "'%.*s' is %s, which has no fields",
                                  (int)at->path_len, at->path, vtr_type_text(at->type));
        return false;
    }
    const bool is_put =
        (at->path_len == at->name_len || put(at, vtr_bytes_from_text("."))) &&
        put(at, part->text);
    if (!is_put || !look_up(c, at)) {
        at->path_len = path_len;
        report_field(c, at, part);
        return false;
    }
    return true;
}

static bool add_index(struct vtr_checker *c, struct place *at,
                      struct vtr_access_index index, const struct vtr_node *part)
{
    if (at->access.index_count == VTR_ACCESS_INDEX_LIMIT ||
        !put(at, vtr_bytes_from_text("[]"))) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_STACK,
                                  vtr_check_place(c, part), "too many indices");
        return false;
    }
    at->indices[at->access.index_count++] = index;
    return look_up(c, at);
}

/* "len()" of an array, a dictionary or a text, which YARA-X has. */
static bool is_at_length(const struct vtr_checker *c, const struct place *at,
                         const struct vtr_node *part)
{
    return (at->type == VTR_TYPE_ARRAY || at->type == VTR_TYPE_DICT ||
            at->type == VTR_TYPE_TEXT) &&
           part->kind == VTR_NODE_PART_FIELD &&
           vtr_bytes_equal(part->text, vtr_bytes_from_text("len")) &&
           part->next != NULL && part->next->kind == VTR_NODE_PART_CALL &&
           part->next->children == NULL && c->source->dialect != VTR_DIALECT_YARA4;
}

static void take_length(struct place *at)
{
    at->access.is_length = at->type == VTR_TYPE_TEXT;
    if (at->type != VTR_TYPE_TEXT) {
        at->access.op = VTR_OP_ITEMS;
    }
    at->type = VTR_TYPE_INT;
    at->access.row = VTR_FIELD_COUNT;
}

static bool take_index(struct vtr_checker *c, struct place *at,
                       const struct vtr_node *part)
{
    struct vtr_access_index index = {VTR_INDEX_NODE, part->children, 0, at->path_len};

    if (at->type == VTR_TYPE_ARRAY) {
        vtr_check_integer(c, part->children, "an index");
    } else if (at->type == VTR_TYPE_DICT) {
        index.kind = VTR_INDEX_KEY;
        vtr_check_node(c, part->children);
        if (part->children->type != VTR_TYPE_TEXT &&
            part->children->type != VTR_TYPE_UNKNOWN) {
            (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                                      vtr_check_place(c, part->children),
                                      "a key must be a text, this is %s",
                                      vtr_type_text(part->children->type));
        }
    } else {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                                  vtr_check_place(c, part),
                                  "'%.*s' is %s, which has no items", (int)at->path_len,
                                  at->path, vtr_type_text(at->type));
        return false;
    }
    return add_index(c, at, index, part);
}

/* The letter of a type in the path of a function; 0: no argument. */
static char type_letter(enum vtr_type type)
{
    switch (type) {
    case VTR_TYPE_INT:
        return 'i';
    case VTR_TYPE_FLOAT:
        return 'f';
    case VTR_TYPE_TEXT:
        return 's';
    case VTR_TYPE_REGEX:
        return 'r';
    case VTR_TYPE_BOOL:
        return 'b';
    case VTR_TYPE_UNKNOWN:
    case VTR_TYPE_STRUCT:
    case VTR_TYPE_ARRAY:
    case VTR_TYPE_DICT:
    case VTR_TYPE_FUNCTION:
        break;
    }
    return 0;
}

static const char *letter_text(char letter)
{
    switch (letter) {
    case 'i':
        return "integer";
    case 'f':
        return "float";
    case 's':
        return "text";
    case 'r':
        return "/regex/";
    default:
        return "true or false";
    }
}

/* "f(integer, text) or f(text)": what a function takes. */
static const char *describe_overloads(struct vtr_checker *c, const struct place *at)
{
    const struct vtr_module_info *module = vtr_module_get(at->access.module);
    const struct vtr_bytes prefix = path_of(at);
    const char *all = "";

    for (uint32_t row = vtr_field_lower_bound(module, prefix);
         row < module->end && vtr_field_has_prefix(row, prefix); row++) {
        const char *types = vtr_field_get(row)->path + prefix.len;
        if (*types != '(') {
            break;
        }
        all = vtr_diagnostics_text(c->diagnostics, "%s%s%.*s(", all,
                                   *all == '\0' ? "" : " or ", (int)prefix.len,
                                   (const char *)prefix.ptr);
        for (types++; *types != ')'; types++) {
            all =
                vtr_diagnostics_text(c->diagnostics, "%s%s%s", all, letter_text(*types),
                                     types[1] == ')' ? "" : ", ");
        }
        all = vtr_diagnostics_text(c->diagnostics, "%s)", all);
    }
    return all;
}

/* Checks the arguments and writes "(types)".  False after an error. */
static bool take_arguments(struct vtr_checker *c, const struct vtr_node *part,
                           char *types)
{
    const uint64_t errors = c->diagnostics->errors;
    size_t count = 0;
    bool are_values = true;

    types[count++] = '(';
    for (struct vtr_node *a = part->children; a != NULL; a = a->next) {
        vtr_check_node(c, a);
        const char letter = type_letter(a->type);
        are_values = are_values && letter != 0 && count <= ARGUMENT_LIMIT;
        if (are_values) {
            types[count++] = letter;
        }
    }
    types[count++] = ')';
    types[count] = '\0';
    if (!are_values && c->diagnostics->errors == errors) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_ARGUMENTS,
                                  vtr_check_place(c, part),
                                  "this is no argument of a function");
    }
    return are_values && c->diagnostics->errors == errors;
}

/* Goes on to the overload that takes such arguments.  As in YARA-X an integer will do
 * for a float where nothing takes the integer. */
static bool find_overload(struct vtr_checker *c, struct place *at, char *types)
{
    const struct place before = *at;

    if (put(at, vtr_bytes_from_text(types)) && look_up(c, at) &&
        at->type != VTR_TYPE_STRUCT) {
        return true;
    }
    *at = before;
    for (char *type = types; *type != '\0'; type++) {
        *type = *type == 'i' ? 'f' : *type;
    }
    return c->source->dialect != VTR_DIALECT_YARA4 &&
           put(at, vtr_bytes_from_text(types)) && look_up(c, at) &&
           at->type != VTR_TYPE_STRUCT;
}

static bool take_call(struct vtr_checker *c, struct place *at,
                      const struct vtr_node *part)
{
    const struct place before = *at;
    char types[ARGUMENT_LIMIT + 3];

    if (at->type != VTR_TYPE_FUNCTION) {
        (void)vtr_diagnostics_add(c->diagnostics, VTR_CODE_TYPE,
                                  vtr_check_place(c, part),
                                  "'%.*s' is %s, which cannot be called",
                                  (int)at->path_len, at->path, vtr_type_text(at->type));
        return false;
    }
    if (!take_arguments(c, part, types)) {
        return false;
    }
    if (!find_overload(c, at, types)) {
        struct vtr_problem *problem =
            vtr_diagnostics_add(c->diagnostics, VTR_CODE_ARGUMENTS,
                                vtr_check_place(c, part),
                                "'%.*s' does not take these arguments",
                                (int)before.path_len, before.path);
        problem->help = vtr_diagnostics_text(c->diagnostics, "it takes %s",
                                             describe_overloads(c, &before));
        return false;
    }
    at->access.op = VTR_OP_CALL;
    at->access.arguments = part->children;
    return true;
}

/* Where a name begins: a module, or a loop's variable over items of one. */
static bool begin(struct vtr_checker *c, struct place *at,
                  const struct vtr_access *base, struct vtr_bytes name, uint32_t module)
{
    at->type = VTR_TYPE_STRUCT;
    at->path_len = 0;
    if (base == NULL) {
        at->access = (struct vtr_access){.op = VTR_OP_FIELD,
                                         .module = module,
                                         .row = VTR_FIELD_COUNT};
        const bool is_put = put(at, name) && put(at, vtr_bytes_from_text("."));
        at->name_len = at->path_len;
        return is_put;
    }
    at->access = *base;
    memcpy(at->indices, base->indices, base->index_count * sizeof(at->indices[0]));
    at->name_len = strlen(vtr_module_get(base->module)->name) + 1;
    return put(at, base->path) && look_up(c, at);
}

/* `access` as the tree has it, with a path and indices of its own. */
static struct vtr_access *keep_access(struct vtr_checker *c,
                                      const struct vtr_access *access,
                                      struct vtr_bytes path,
                                      const struct vtr_access_index *indices)
{
    const size_t indices_len = access->index_count * sizeof(*indices);
    struct vtr_access *kept = vtr_arena_take(c->arena, sizeof(*kept));
    struct vtr_access_index *own = vtr_arena_take(c->arena, indices_len);

    path = vtr_arena_dup(c->arena, path);
    if (kept == NULL || own == NULL || path.ptr == NULL) {
        c->has_no_memory = true;
        return NULL;
    }
    memcpy(own, indices, indices_len);
    *kept = *access;
    kept->path = path;
    kept->indices = own;
    return kept;
}

static struct vtr_access *finish(struct vtr_checker *c, const struct place *at)
{
    const struct vtr_bytes path = {(const uint8_t *)at->path, at->path_len};

    return keep_access(c, &at->access, path, at->indices);
}

/* An integer that is always the same is known like one that is written. */
static void note_constant(struct vtr_node *node, const struct place *at)
{
    const struct vtr_field_info *field;

    if (at->access.row == VTR_FIELD_COUNT) {
        return;
    }
    field = vtr_field_get(at->access.row);
    if (field->is_constant && field->kind == VTR_FIELD_INT) {
        node->is_known = true;
        node->number = field->value;
    }
}

void vtr_check_access(struct vtr_checker *c, struct vtr_node *node,
                      const struct vtr_access *base, uint32_t module)
{
    struct place at;
    bool is_good = begin(c, &at, base, node->text, module);

    for (const struct vtr_node *part = node->children; is_good && part != NULL;
         part = part->next) {
        if (is_at_length(c, &at, part)) {
            take_length(&at);
            part = part->next;
        } else if (part->kind == VTR_NODE_PART_FIELD) {
            is_good = take_field(c, &at, part);
        } else if (part->kind == VTR_NODE_PART_INDEX) {
            is_good = take_index(c, &at, part);
        } else {
            is_good = take_call(c, &at, part);
        }
    }
    node->type = VTR_TYPE_UNKNOWN;
    if (is_good) {
        node->type = at.type;
        node->access = finish(c, &at);
        note_constant(node, &at);
    }
}

void vtr_check_is_value(struct vtr_checker *c, struct vtr_node *node)
{
    if (node->type < VTR_TYPE_STRUCT) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(c->diagnostics, VTR_CODE_NOT_A_VALUE,
                            vtr_check_place(c, node), "this is %s, and no value",
                            vtr_type_text(node->type));

    if (node->type == VTR_TYPE_FUNCTION) {
        problem->help = "call it: put its arguments in parentheses";
    } else if (node->type == VTR_TYPE_STRUCT) {
        problem->help = "name one of its fields";
    } else {
        problem->help = "take one of its items: [0], or all of them in a 'for' loop";
    }
    node->type = VTR_TYPE_UNKNOWN;
}

struct vtr_access *vtr_check_item(struct vtr_checker *c, const struct vtr_access *items,
                                  unsigned slot, enum vtr_type *out_type)
{
    const struct vtr_access_index index = {VTR_INDEX_SLOT, NULL, slot, 0};
    struct place at;

    *out_type = VTR_TYPE_UNKNOWN;
    if (!begin(c, &at, items, (struct vtr_bytes){NULL, 0}, 0) ||
        at.access.index_count == VTR_ACCESS_INDEX_LIMIT ||
        !put(&at, vtr_bytes_from_text("[]"))) {
        return NULL;
    }
    at.access.op = VTR_OP_FIELD;
    at.indices[at.access.index_count++] = index;
    if (!look_up(c, &at)) {
        return NULL;
    }
    *out_type = at.type;
    return finish(c, &at);
}

struct vtr_access *vtr_check_key(struct vtr_checker *c, const struct vtr_access *items,
                                 unsigned slot)
{
    struct vtr_access_index indices[VTR_ACCESS_INDEX_LIMIT];
    struct vtr_access key = *items;

    memcpy(indices, items->indices, items->index_count * sizeof(*indices));
    key.op = VTR_OP_KEY;
    if (key.index_count < VTR_ACCESS_INDEX_LIMIT) {
        indices[key.index_count++] =
            (struct vtr_access_index){VTR_INDEX_SLOT, NULL, slot, 0};
    }
    return keep_access(c, &key, items->path, indices);
}
