/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"

/* Whether brackets outside of texts nest no deeper than the limit: jansson goes down by
 * recursion, and so does what reads the result. */
static bool is_shallow(struct vtr_bytes text)
{
    unsigned depth = 0;
    bool is_text = false;

    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = text.ptr[i];

        if (is_text) {
            i += c == '\\';
            is_text = c != '"';
        } else if (c == '"') {
            is_text = true;
        } else if (c == '{' || c == '[') {
            if (++depth > VTR_TUF_DEPTH_LIMIT) {
                return false;
            }
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

enum vtr_status vtr_tuf_json_load(json_t **out, struct vtr_bytes text,
                                  size_t limit_bytes, const char *what,
                                  struct vtr_error *err)
{
    json_error_t problem;

    if (text.len > limit_bytes) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s is longer than %zu bytes", what,
                             limit_bytes);
    }
    if (!is_shallow(text)) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "%s nests deeper than %u", what,
                             VTR_TUF_DEPTH_LIMIT);
    }
    json_t *value = json_loadb(text.len == 0 ? "" : (const char *)text.ptr, text.len,
                               JSON_REJECT_DUPLICATES, &problem);
    if (value == NULL) {
        return json_error_code(&problem) == json_error_out_of_memory
                   ? vtr_error_set_memory(err)
                   : vtr_error_set(err, VTR_ERROR_FORMAT,
                                   "%s is not JSON: line %d, column %d: %s", what,
                                   problem.line, problem.column, problem.text);
    }
    if (!json_is_object(value)) {
        json_decref(value);
        return vtr_error_set(err, VTR_ERROR_FORMAT, "%s is not a JSON object", what);
    }
    *out = value;
    return VTR_OK;
}

void vtr_tuf_json_quote(struct vtr_writer *w, struct vtr_bytes text)
{
    size_t start = 0;

    vtr_writer_u8(w, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\') {
            vtr_writer_raw(w, (struct vtr_bytes){text.ptr + start, i - start});
            vtr_writer_u8(w, '\\');
            start = i;
        }
    }
    if (start < text.len) {
        vtr_writer_raw(w, (struct vtr_bytes){text.ptr + start, text.len - start});
    }
    vtr_writer_u8(w, '"');
}

static enum vtr_status write_value(struct vtr_writer *w, const json_t *value,
                                   unsigned depth, struct vtr_error *err);

static int compare_keys(const void *a, const void *b, void *context)
{
    const char *const *left = a;
    const char *const *right = b;

    (void)context;
    /* Bytes of UTF-8 are in the order of their code points. */
    return strcmp(*left, *right);
}

/* The keys of an object in their order, from malloc; NULL when memory is out. */
static const char **sorted_keys(const json_t *object, size_t *out_count)
{
    const size_t count = json_object_size(object);
    const char **keys = calloc(count + 1, sizeof(*keys));
    size_t filled = 0;

    if (keys == NULL) {
        return NULL;
    }
    /* jansson iterates over objects that may be changed; this one is not. */
    json_t *open_object = (json_t *)(uintptr_t)object;
    for (void *at = json_object_iter(open_object); at != NULL && filled < count;
         at = json_object_iter_next(open_object, at)) {
        keys[filled++] = json_object_iter_key(at);
    }
    if (vtr_sort(keys, filled, sizeof(*keys), compare_keys, NULL) != VTR_OK) {
        free(keys);
        return NULL;
    }
    *out_count = filled;
    return keys;
}

static enum vtr_status write_object(struct vtr_writer *w, const json_t *object,
                                    unsigned depth, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    size_t count = 0;
    const char **keys = sorted_keys(object, &count);

    if (keys == NULL) {
        return vtr_error_set_memory(err);
    }
    vtr_writer_u8(w, '{');
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        if (i > 0) {
            vtr_writer_u8(w, ',');
        }
        vtr_tuf_json_quote(w, vtr_bytes_from_text(keys[i]));
        vtr_writer_u8(w, ':');
        status = write_value(w, json_object_get(object, keys[i]), depth + 1, err);
    }
    vtr_writer_u8(w, '}');
    free(keys);
    return status;
}

static enum vtr_status write_array(struct vtr_writer *w, const json_t *array,
                                   unsigned depth, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    const size_t count = json_array_size(array);

    vtr_writer_u8(w, '[');
    for (size_t i = 0; i < count && status == VTR_OK; i++) {
        if (i > 0) {
            vtr_writer_u8(w, ',');
        }
        status = write_value(w, json_array_get(array, i), depth + 1, err);
    }
    vtr_writer_u8(w, ']');
    return status;
}

/* Goes no deeper than what vtr_tuf_json_load lets in. */
static enum vtr_status write_value(struct vtr_writer *w, const json_t *value,
                                   unsigned depth, struct vtr_error *err)
{
    char number[24];

    if (depth > VTR_TUF_DEPTH_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "JSON nests deeper than %u",
                             VTR_TUF_DEPTH_LIMIT);
    }
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return write_object(w, value, depth, err);
    case JSON_ARRAY:
        return write_array(w, value, depth, err);
    case JSON_STRING:
        vtr_tuf_json_quote(w,
                           (struct vtr_bytes){(const uint8_t *)json_string_value(value),
                                              json_string_length(value)});
        return VTR_OK;
    case JSON_INTEGER:
        (void)snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT,
                       json_integer_value(value));
        vtr_writer_raw(w, vtr_bytes_from_text(number));
        return VTR_OK;
    case JSON_TRUE:
        vtr_writer_raw(w, vtr_bytes_from_text("true"));
        return VTR_OK;
    case JSON_FALSE:
        vtr_writer_raw(w, vtr_bytes_from_text("false"));
        return VTR_OK;
    case JSON_NULL:
        vtr_writer_raw(w, vtr_bytes_from_text("null"));
        return VTR_OK;
    case JSON_REAL:
        break;
    }
    return vtr_error_set(err, VTR_ERROR_FORMAT,
                         "a number that is no integer has no canonical form");
}

enum vtr_status vtr_tuf_json_canonical(struct vtr_writer *w, const json_t *value,
                                       struct vtr_error *err)
{
    const enum vtr_status status = write_value(w, value, 0, err);

    return status == VTR_OK && !vtr_writer_ok(w) ? vtr_error_set_memory(err) : status;
}

static enum vtr_status refuse(const struct vtr_tuf_source *source, const char *name,
                              const char *expected, struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "%s: '%s' is not %s", source->what,
                         name, expected);
}

enum vtr_status vtr_tuf_json_copy(const json_t *value, struct vtr_arena *arena,
                                  struct vtr_bytes *out, struct vtr_error *err)
{
    const struct vtr_bytes text = {(const uint8_t *)json_string_value(value),
                                   json_string_length(value)};
    const struct vtr_bytes copy = vtr_arena_dup(arena, text);

    if (copy.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    *out = copy;
    return VTR_OK;
}

enum vtr_status vtr_tuf_json_text(const struct vtr_tuf_source *source, const char *name,
                                  struct vtr_bytes *out, struct vtr_error *err)
{
    const json_t *value = json_object_get(source->object, name);

    if (!json_is_string(value)) {
        return refuse(source, name, "a text", err);
    }
    return vtr_tuf_json_copy(value, source->arena, out, err);
}

enum vtr_status vtr_tuf_json_number(const struct vtr_tuf_source *source,
                                    const char *name, uint64_t min, uint64_t *out,
                                    struct vtr_error *err)
{
    const json_t *value = json_object_get(source->object, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) < min) {
        return refuse(source, name, min == 0 ? "a number" : "a number above zero", err);
    }
    *out = (uint64_t)json_integer_value(value);
    return VTR_OK;
}

enum vtr_status vtr_tuf_json_bool_optional(const struct vtr_tuf_source *source,
                                           const char *name, bool *out,
                                           struct vtr_error *err)
{
    const json_t *value = json_object_get(source->object, name);

    if (value != NULL && !json_is_boolean(value)) {
        return refuse(source, name, "true or false", err);
    }
    *out = value == NULL ? *out : json_is_true(value);
    return VTR_OK;
}

enum vtr_status vtr_tuf_json_object(const struct vtr_tuf_source *source,
                                    const char *name, const json_t **out,
                                    struct vtr_error *err)
{
    const json_t *value = json_object_get(source->object, name);

    if (!json_is_object(value)) {
        return refuse(source, name, "an object", err);
    }
    *out = value;
    return VTR_OK;
}

enum vtr_status vtr_tuf_json_array(const struct vtr_tuf_source *source,
                                   const char *name, const json_t **out,
                                   struct vtr_error *err)
{
    const json_t *value = json_object_get(source->object, name);

    if (!json_is_array(value)) {
        return refuse(source, name, "an array", err);
    }
    *out = value;
    return VTR_OK;
}

bool vtr_tuf_json_unhex(struct vtr_bytes text, uint8_t *out, size_t len)
{
    size_t got = 0;
    const char *end = NULL;

    return text.len == 2 * len &&
           sodium_hex2bin(out, len, (const char *)text.ptr, text.len, NULL, &got,
                          &end) == 0 &&
           got == len && end == (const char *)text.ptr + text.len;
}
