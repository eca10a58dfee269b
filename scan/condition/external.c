/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/external.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/decimal.h"
#include "base/error.h"
#include "format/image/image.h"
#include "format/record/rule.h"

/* So much of a message may list what a database declares. */
#define LIST_LEN 300u

static bool find(const struct vtr_image *image, struct vtr_bytes name,
                 struct vtr_external_view *out)
{
    struct vtr_bytes body;
    struct vtr_reader r;

    vtr_reader_init(&r, image->sections[VTR_SECTION_EXTERNALS].bytes, 0);
    while (vtr_reader_string(&r, &body) && vtr_external_read(body, out)) {
        if (vtr_bytes_equal(out->name, name)) {
            return true;
        }
    }
    return false;
}

static const char *type_name(enum vtr_external_type type)
{
    switch (type) {
    case VTR_EXTERNAL_TEXT:
        return "text";
    case VTR_EXTERNAL_INT:
        return "integer";
    case VTR_EXTERNAL_BOOL:
        return "true or false";
    case VTR_EXTERNAL_FLOAT:
        break;
    }
    return "float";
}

/* "a (integer), b (text)", cut where it is long. */
static void list_names(const struct vtr_image *image, char *out, size_t size)
{
    struct vtr_external_view view;
    struct vtr_bytes body;
    struct vtr_reader r;
    size_t len = 0;

    (void)snprintf(out, size, "no others");
    vtr_reader_init(&r, image->sections[VTR_SECTION_EXTERNALS].bytes, 0);
    while (vtr_reader_string(&r, &body) && vtr_external_read(body, &view)) {
        const int added =
            snprintf(out + len, size - len, "%s%.*s (%s)", len == 0 ? "" : ", ",
                     (int)(view.name.len < size ? view.name.len : size),
                     (const char *)view.name.ptr, type_name(view.type));
        if (added < 0 || (size_t)added >= size - len) {
            return;
        }
        len += (size_t)added;
    }
}

static enum vtr_status refuse_name(const struct vtr_image *image, const char *define,
                                   size_t name_len, struct vtr_error *err)
{
    char names[LIST_LEN];

    list_names(image, names, sizeof(names));
    return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                         "the rules have no external variable '%.*s'; they have %s",
                         (int)(name_len < 100 ? name_len : 100), define, names);
}

/* False when `text` is no value of the type. */
static bool read_value(enum vtr_external_type type, struct vtr_bytes text,
                       struct vtr_value *out)
{
    bool has_point = false;
    int64_t number;

    if (type == VTR_EXTERNAL_BOOL) {
        const bool is_true = vtr_bytes_equal(text, vtr_bytes_from_text("true"));
        *out = vtr_value_bool(is_true);
        return is_true || vtr_bytes_equal(text, vtr_bytes_from_text("false"));
    }
    if (!vtr_decimal_is_number(text, &has_point)) {
        return false;
    }
    if (type == VTR_EXTERNAL_FLOAT) {
        const struct vtr_decimal decimal = vtr_decimal_parse(text);
        *out = vtr_value_decimal(decimal.digits, decimal.exponent);
        return true;
    }
    if (has_point || !vtr_decimal_parse_integer(text, &number)) {
        return false;
    }
    *out = vtr_value_int(number);
    return true;
}

static enum vtr_status read_text(struct vtr_arena *arena, struct vtr_bytes text,
                                 struct vtr_value *out, struct vtr_error *err)
{
    const struct vtr_bytes copy = vtr_arena_dup(arena, text);

    if (copy.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    *out = vtr_value_text((struct vtr_scan_text){copy, false});
    return VTR_OK;
}

static bool has_setting(const struct vtr_external_settings *settings,
                        struct vtr_bytes name)
{
    for (size_t i = 0; i < settings->count; i++) {
        if (vtr_bytes_equal(settings->items[i].name, name)) {
            return true;
        }
    }
    return false;
}

static enum vtr_status read_define(struct vtr_external_settings *settings,
                                   const struct vtr_image *image, const char *define,
                                   struct vtr_error *err)
{
    const char *equals = strchr(define, '=');
    struct vtr_external_setting *setting = &settings->items[settings->count];
    struct vtr_external_view view;

    if (equals == NULL || equals == define) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "'%s' does not set a variable: write NAME=VALUE", define);
    }
    const size_t name_len = (size_t)(equals - define);
    if (!find(image, (struct vtr_bytes){(const uint8_t *)define, name_len}, &view)) {
        return refuse_name(image, define, name_len, err);
    }
    if (has_setting(settings, view.name)) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "external variable '%.*s' is defined twice",
                             (int)(name_len < 100 ? name_len : 100), define);
    }
    const struct vtr_bytes text = vtr_bytes_from_text(equals + 1);
    setting->name = view.name;
    settings->count++;
    if (view.type == VTR_EXTERNAL_TEXT) {
        return read_text(&settings->arena, text, &setting->value, err);
    }
    if (!read_value(view.type, text, &setting->value)) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "external variable '%.*s' is %s in the rules, and '%s' is "
                             "not",
                             (int)(name_len < 100 ? name_len : 100), define,
                             view.type == VTR_EXTERNAL_INT     ? "an integer"
                             : view.type == VTR_EXTERNAL_FLOAT ? "a float"
                                                               : "true or false",
                             equals + 1);
    }
    return VTR_OK;
}

enum vtr_status vtr_external_settings_init(struct vtr_external_settings *out,
                                           const struct vtr_image *image,
                                           const char *const *defines, size_t count,
                                           struct vtr_error *err)
{
    *out = (struct vtr_external_settings){0};
    out->items = vtr_arena_array(&out->arena, count + 1, sizeof(*out->items));
    if (out->items == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        const enum vtr_status status = read_define(out, image, defines[i], err);
        if (status != VTR_OK) {
            vtr_external_settings_deinit(out);
            return status;
        }
    }
    return VTR_OK;
}

void vtr_external_settings_deinit(struct vtr_external_settings *settings)
{
    if (settings != NULL) {
        vtr_arena_deinit(&settings->arena);
        *settings = (struct vtr_external_settings){0};
    }
}

struct vtr_value vtr_external_value(const struct vtr_image *image,
                                    const struct vtr_external_settings *settings,
                                    struct vtr_bytes name)
{
    struct vtr_external_view view;

    for (size_t i = 0; i < settings->count; i++) {
        if (vtr_bytes_equal(settings->items[i].name, name)) {
            return settings->items[i].value;
        }
    }
    if (!find(image, name, &view)) {
        return (struct vtr_value){0};
    }
    switch (view.type) {
    case VTR_EXTERNAL_TEXT:
        return vtr_value_text((struct vtr_scan_text){view.masked_text, true});
    case VTR_EXTERNAL_INT:
    case VTR_EXTERNAL_BOOL:
        return vtr_value_int(view.number);
    case VTR_EXTERNAL_FLOAT:
        return vtr_value_decimal(view.number, view.exponent);
    }
    return (struct vtr_value){0};
}
