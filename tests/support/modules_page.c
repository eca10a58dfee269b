/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/modules_page.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "format/modules/module_table.h"

#define NUMBER_SIZE 64u
#define HEX_FROM    10

static const char HEAD[] =
    "# Modules\n"
    "\n"
    "<!-- Made from format/modules/*.def; VTR_RECORD=1 "
    "build/dev/tests/test_modules_page "
    "makes it anew. -->\n"
    "\n"
    "What rules can ask for after `import \"NAME\"`, as `NAME.FIELD`. The modules are "
    "those "
    "of YARA 4.5; where a value is\n"
    "another than YARA 4.2.3 gives is written in "
    "[modules-differences.md](modules-differences.md).\n"
    "\n"
    "* `[]` stands for an index: a number from 0 in an array, a text in a dictionary. "
    "`for any x in NAME.ARRAY : (x.FIELD)`\n"
    "  goes through an array, `for any k, v in NAME.DICTIONARY : (...)` through a "
    "dictionary.\n"
    "* What a file does not have is *undefined*: a comparison with it is false, and "
    "`defined` asks for it.\n"
    "* A module reads a file when a condition first asks it for something, and as much "
    "of "
    "it as the answer takes.\n"
    "* A file that makes a module stop at a limit of its own is reported as such, not "
    "as "
    "clean.\n";

static void put(struct vtr_writer *out, const char *text)
{
    vtr_writer_raw(out, vtr_bytes_from_text(text));
}

/* A sentence: what Markdown would take for more than text is escaped. */
static void put_sentence(struct vtr_writer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        put(out, strchr("<|*", *text) == NULL ? "" : "\\");
        vtr_writer_u8(out, (uint8_t)*text);
    }
}

static const char *type_name(enum vtr_field_kind kind)
{
    switch (kind) {
    case VTR_FIELD_INT:
        return "integer";
    case VTR_FIELD_FLOAT:
        return "float";
    case VTR_FIELD_TEXT:
        return "text";
    case VTR_FIELD_ARRAY:
        return "array";
    case VTR_FIELD_DICT:
        break;
    }
    return "dictionary";
}

static const char *argument_name(char type)
{
    switch (type) {
    case 'i':
        return "integer";
    case 'f':
        return "float";
    case 's':
        return "text";
    case 'b':
        return "boolean";
    default:
        return "/regex/";
    }
}

/* A path as rules write it: of a function with the names of its arguments' types. */
static void put_path(struct vtr_writer *out, const char *path)
{
    const size_t name_len = strcspn(path, "(");

    put(out, "`");
    vtr_writer_raw(out, (struct vtr_bytes){(const uint8_t *)path, name_len});
    if (path[name_len] == '(') {
        put(out, "(");
        for (const char *type = path + name_len + 1; *type != ')'; type++) {
            put(out, type == path + name_len + 1 ? "" : ", ");
            put(out, argument_name(*type));
        }
        put(out, ")");
    }
    put(out, "`");
}

static void put_cells(struct vtr_writer *out, const char *middle, const char *last)
{
    put(out, " | ");
    put(out, middle);
    put(out, last[0] == '\0' ? " | |\n" : " | ");
    if (last[0] != '\0') {
        put_sentence(out, last);
        put(out, " |\n");
    }
}

/* The row of what the array holds, where those are values; or NULL. */
static const struct vtr_field_info *items_of(const struct vtr_module_info *module,
                                             uint32_t row)
{
    const struct vtr_field_info *array = vtr_field_get(row);
    const struct vtr_field_info *next =
        row + 1 < module->end ? vtr_field_get(row + 1) : NULL;
    const size_t len = strlen(array->path);

    return next != NULL && strncmp(next->path, array->path, len) == 0 &&
                   strcmp(next->path + len, "[]") == 0
               ? next
               : NULL;
}

/* An array of values is one line, with the sentence of each. */
static void put_array_of_values(struct vtr_writer *out,
                                const struct vtr_field_info *array,
                                const struct vtr_field_info *items)
{
    put_path(out, array->path);
    put(out, " | ");
    put(out, type_name(array->kind));
    put(out, " of ");
    put(out, type_name(items->kind));
    put(out, " |");
    for (unsigned i = 0; i < 2; i++) {
        const char *doc = i == 0 ? array->doc : items->doc;
        put(out, doc[0] == '\0' ? "" : " ");
        put_sentence(out, doc);
    }
    put(out, array->doc[0] == '\0' && items->doc[0] == '\0' ? "|\n" : " |\n");
}

static bool is_value(const struct vtr_field_info *field)
{
    return !field->is_function && !field->is_constant;
}

static bool is_function(const struct vtr_field_info *field)
{
    return field->is_function;
}

static bool is_constant(const struct vtr_field_info *field)
{
    return field->is_constant;
}

static void put_number(struct vtr_writer *out, const struct vtr_field_info *constant)
{
    char text[NUMBER_SIZE];
    int64_t unit = 1;

    for (int64_t i = constant->exponent; i < 0; i++) {
        unit *= 10;
    }
    if (constant->kind == VTR_FIELD_FLOAT) {
        (void)snprintf(text, sizeof(text), "%" PRId64 ".%0*" PRId64,
                       constant->value / unit, (int)-constant->exponent,
                       constant->value % unit);
    } else if (constant->value < HEX_FROM) {
        (void)snprintf(text, sizeof(text), "%" PRId64, constant->value);
    } else {
        (void)snprintf(text, sizeof(text), "%" PRId64 " (0x%" PRIX64 ")",
                       constant->value, (uint64_t)constant->value);
    }
    put(out, text);
}

static void put_row(struct vtr_writer *out, const struct vtr_module_info *module,
                    uint32_t *row)
{
    const struct vtr_field_info *field = vtr_field_get(*row);
    const struct vtr_field_info *items =
        is_value(field) ? items_of(module, *row) : NULL;

    put(out, "| ");
    if (items != NULL) {
        put_array_of_values(out, field, items);
        (*row)++;
        return;
    }
    put_path(out, field->path);
    if (field->is_constant) {
        put(out, " | ");
        put_number(out, field);
        put(out, field->doc[0] == '\0' ? " | |\n" : " | ");
        put_sentence(out, field->doc);
        put(out, field->doc[0] == '\0' ? "" : " |\n");
    } else {
        put_cells(out, type_name(field->kind), field->doc);
    }
}

/* A table of the rows that pass, under its head; nothing when none does. */
static void put_table(struct vtr_writer *out, const struct vtr_module_info *module,
                      bool (*passes)(const struct vtr_field_info *field),
                      const char *head)
{
    bool is_begun = false;

    for (uint32_t row = module->first; row < module->end; row++) {
        if (!passes(vtr_field_get(row))) {
            continue;
        }
        if (!is_begun) {
            put(out, "\n| ");
            put(out, head);
            put(out, " | |\n| --- | --- | --- |\n");
            is_begun = true;
        }
        put_row(out, module, &row);
    }
}

void vtr_modules_page(struct vtr_writer *out)
{
    put(out, HEAD);
    for (uint32_t i = 0; i < VTR_MODULE_COUNT; i++) {
        const struct vtr_module_info *module = vtr_module_get(i);
        put(out, "\n## ");
        put(out, module->name);
        put(out, "\n\n");
        put_sentence(out, module->doc);
        put(out, "\n");
        put_table(out, module, is_value, "field | type");
        put_table(out, module, is_function, "function | result");
        put_table(out, module, is_constant, "constant | value");
    }
}
