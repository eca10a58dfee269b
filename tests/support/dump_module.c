/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/dump_module.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"

#define DEPTH_LIMIT 8u

static bool spend_nothing(void *context, uint64_t units)
{
    (void)context;
    (void)units;
    return true;
}

static bool match_nothing(void *context, const void *regex, struct vtr_bytes subject,
                          size_t *out_end)
{
    (void)context;
    (void)regex;
    (void)subject;
    (void)out_end;
    return false;
}

static void log_nothing(void *context, struct vtr_bytes line)
{
    (void)context;
    (void)line;
}

const struct vtr_module_services VTR_DUMP_SERVICES = {spend_nothing, match_nothing,
                                                      log_nothing, NULL};

struct dump {
    struct vtr_modules *modules;
    struct vtr_writer *out;
    uint32_t module;
    int64_t indices[DEPTH_LIMIT];
};

static void put(struct vtr_writer *out, const char *text)
{
    vtr_writer_raw(out, vtr_bytes_from_text(text));
}

static void put_text(struct vtr_writer *out, struct vtr_bytes text)
{
    char escape[8];

    put(out, "\"");
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7F) {
            vtr_writer_u8(out, text.ptr[i]);
        } else {
            (void)snprintf(escape, sizeof(escape), "\\x%02x", text.ptr[i]);
            put(out, escape);
        }
    }
    put(out, "\"");
}

static void put_value(struct vtr_writer *out, const struct vtr_module_value *value)
{
    char number[400];

    if (value->kind == VTR_MODULE_TEXT) {
        put_text(out, value->is.text);
        return;
    }
    if (value->kind == VTR_MODULE_FLOAT) {
        (void)snprintf(number, sizeof(number), "%f", value->is.real);
    } else {
        (void)snprintf(number, sizeof(number), "%" PRId64, value->is.number);
    }
    put(out, number);
}

/* The array whose path is the first `len` bytes of `path`. */
static uint32_t array_of(const struct dump *dump, const char *path, size_t len)
{
    return vtr_field_find(vtr_module_get(dump->module),
                          (struct vtr_bytes){(const uint8_t *)path, len});
}

/* Index `depth` as it stands between the brackets. */
static void put_index(struct dump *dump, uint32_t array, unsigned depth)
{
    char number[32];

    if (vtr_field_get(array)->kind == VTR_FIELD_DICT) {
        const struct vtr_module_value key =
            vtr_modules_key(dump->modules, array, dump->indices, depth + 1);
        put_value(dump->out, &key);
        return;
    }
    (void)snprintf(number, sizeof(number), "%" PRId64, dump->indices[depth]);
    put(dump->out, number);
}

static void put_path(struct dump *dump, const char *path)
{
    unsigned depth = 0;

    for (const char *at = path; *at != '\0'; at++) {
        vtr_writer_u8(dump->out, (uint8_t)*at);
        if (*at == '[') {
            put_index(dump, array_of(dump, path, (size_t)(at - path)), depth++);
        }
    }
}

static void put_row(struct dump *dump, uint32_t row, unsigned depth)
{
    const struct vtr_field_info *field = vtr_field_get(row);
    struct vtr_module_value value;

    if (field->kind == VTR_FIELD_ARRAY || field->kind == VTR_FIELD_DICT) {
        const int64_t count =
            vtr_modules_count(dump->modules, row, dump->indices, depth);
        value = count < 0 ? vtr_module_undefined() : vtr_module_int(count);
    } else {
        value = vtr_modules_get(dump->modules, row, dump->indices, depth);
    }
    if (value.kind == VTR_MODULE_UNDEFINED) {
        return;
    }
    put_path(dump, field->path);
    put(dump->out, " = ");
    put_value(dump->out, &value);
    put(dump->out, "\n");
}

/* The row for every index of each array that it stands in, as a counter with one digit
 * an array: the innermost turns fastest. */
static void put_rows(struct dump *dump, uint32_t row)
{
    const char *path = vtr_field_get(row)->path;
    uint32_t arrays[DEPTH_LIMIT];
    unsigned count = 0;
    unsigned depth = 0;

    for (const char *at = strstr(path, "[]"); at != NULL && count < DEPTH_LIMIT;
         at = strstr(at + 2, "[]")) {
        arrays[count++] = array_of(dump, path, (size_t)(at - path));
    }
    dump->indices[0] = 0;
    for (;;) {
        if (depth == count) {
            put_row(dump, row, count);
        } else if (dump->indices[depth] < vtr_modules_count(dump->modules,
                                                            arrays[depth],
                                                            dump->indices, depth)) {
            depth++;
            if (depth < DEPTH_LIMIT) {
                dump->indices[depth] = 0;
            }
            continue;
        }
        if (depth == 0) {
            return;
        }
        depth--;
        dump->indices[depth]++;
    }
}

void vtr_dump_module(struct vtr_modules *modules, uint32_t module,
                     struct vtr_writer *out)
{
    struct dump dump = {.modules = modules, .out = out, .module = module};
    const struct vtr_module_info *info = vtr_module_get(module);

    for (uint32_t row = info->first; row < info->end; row++) {
        if (!vtr_field_get(row)->is_function && !vtr_field_get(row)->is_constant) {
            put_rows(&dump, row);
        }
    }
}
