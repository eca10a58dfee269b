/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/check/external_set.h"

#include <string.h>

#include "base/bytes.h"
#include "base/decimal.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/writer.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/lexer_scan.h"

static bool is_name(struct vtr_bytes name)
{
    if (name.len == 0 || name.len > VTR_NAME_LENGTH_LIMIT ||
        !vtr_char_is(name.ptr[0], VTR_CHAR_LETTER)) {
        return false;
    }
    for (size_t i = 1; i < name.len; i++) {
        if (!vtr_char_is(name.ptr[i], VTR_CHAR_LETTER | VTR_CHAR_DIGIT)) {
            return false;
        }
    }
    return true;
}

static enum vtr_status read_value(struct vtr_bytes value, struct vtr_external_view *out,
                                  enum vtr_type *out_type, struct vtr_error *err)
{
    bool has_point;

    *out_type = VTR_TYPE_INT;
    if (vtr_bytes_equal(value, vtr_bytes_from_text("true")) ||
        vtr_bytes_equal(value, vtr_bytes_from_text("false"))) {
        out->type = VTR_EXTERNAL_BOOL;
        out->number = value.len == 4 ? 1 : 0;
        return VTR_OK;
    }
    if (!vtr_decimal_is_number(value, &has_point)) {
        *out_type = VTR_TYPE_TEXT;
        out->type = VTR_EXTERNAL_TEXT;
        return VTR_OK;
    }
    if (has_point) {
        const struct vtr_decimal decimal = vtr_decimal_parse(value);
        *out_type = VTR_TYPE_FLOAT;
        out->type = VTR_EXTERNAL_FLOAT;
        out->number = decimal.digits;
        out->exponent = decimal.exponent;
        return VTR_OK;
    }
    out->type = VTR_EXTERNAL_INT;
    if (!vtr_decimal_parse_integer(value, &out->number)) {
        return vtr_error_set(
            err, VTR_ERROR_ARGUMENT,
            "the value of external variable '%.*s' does not fit 64 bits",
            (int)out->name.len, (const char *)out->name.ptr);
    }
    return VTR_OK;
}

static enum vtr_status read_define(struct vtr_external *out, struct vtr_arena *arena,
                                   const char *define, struct vtr_error *err)
{
    const struct vtr_bytes text = vtr_arena_dup(arena, vtr_bytes_from_text(define));
    const uint8_t *equals;
    struct vtr_external_view view = {0};
    struct vtr_writer w = {0};
    struct vtr_bytes value;
    enum vtr_status status;

    if (text.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    equals = text.len == 0 ? NULL : memchr(text.ptr, '=', text.len);
    view.name =
        (struct vtr_bytes){text.ptr,
                           equals == NULL ? text.len : (size_t)(equals - text.ptr)};
    if (equals == NULL || !is_name(view.name)) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "'%s' does not define a variable: write NAME=VALUE",
                             define);
    }
    value = (struct vtr_bytes){equals + 1, text.len - view.name.len - 1};
    status = read_value(value, &view, &out->type, err);
    if (status != VTR_OK) {
        return status;
    }
    vtr_external_write(&w, &view, value);
    out->name = view.name;
    out->body = vtr_arena_dup(arena, vtr_writer_bytes(&w));
    status =
        vtr_writer_ok(&w) && out->body.ptr != NULL ? VTR_OK : vtr_error_set_memory(err);
    vtr_writer_deinit(&w);
    return status;
}

static int compare_names(const void *a, const void *b, void *context)
{
    const struct vtr_external *left = a;
    const struct vtr_external *right = b;

    (void)context;
    return vtr_bytes_compare(left->name, right->name);
}

enum vtr_status vtr_external_set_init(struct vtr_external_set *out,
                                      struct vtr_arena *arena,
                                      const char *const *defines, size_t count,
                                      struct vtr_error *err)
{
    *out = (struct vtr_external_set){0};
    out->items = vtr_arena_array(arena, count + 1, sizeof(*out->items));
    if (out->items == NULL ||
        vtr_name_table_init(&out->names, arena, count) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const enum vtr_status status =
            read_define(&out->items[i], arena, defines[i], err);
        if (status != VTR_OK) {
            return status;
        }
    }
    if (vtr_sort(out->items, count, sizeof(*out->items), compare_names, NULL) !=
        VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const struct vtr_bytes name = out->items[i].name;
        if (vtr_name_table_add(&out->names, 0, name, (uint32_t)i) !=
            VTR_NAME_NOT_FOUND) {
            return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                 "external variable '%.*s' is defined twice",
                                 (int)name.len, (const char *)name.ptr);
        }
    }
    out->count = count;
    return VTR_OK;
}
