/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

void vtr_json_init(struct vtr_json *json, struct vtr_text *text)
{
    *json = (struct vtr_json){.text = text};
}

/* One character of a string, escaped where JSON asks for it. */
static void put_char(struct vtr_text *text, uint8_t c)
{
    static const char *const SHORT[] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};

    if (c == '"' || c == '\\') {
        vtr_text_repeat(text, '\\', 1);
        vtr_text_repeat(text, (char)c, 1);
    } else if (c < sizeof(SHORT) / sizeof(SHORT[0]) && SHORT[c] != NULL) {
        vtr_text_add(text, SHORT[c]);
    } else if (c < 0x20 || c == 0x7f) {
        vtr_text_add(text, "\\u00");
        vtr_text_hex(text, (struct vtr_bytes){&c, 1});
    } else {
        vtr_text_repeat(text, (char)c, 1);
    }
}

static void put_string(struct vtr_text *text, struct vtr_bytes value)
{
    vtr_text_add(text, "\"");
    while (value.len > 0) {
        size_t len = vtr_text_utf8_len(value);

        if (len == 1) {
            put_char(text, value.ptr[0]);
        } else if (len > 1) {
            vtr_text_bytes(text, (struct vtr_bytes){value.ptr, len});
        } else {
            const uint8_t latin1[2] = {(uint8_t)(0xc0 | value.ptr[0] >> 6),
                                       (uint8_t)(0x80 | (value.ptr[0] & 0x3f))};
            vtr_text_bytes(text, (struct vtr_bytes){latin1, sizeof(latin1)});
            len = 1;
        }
        value.ptr += len;
        value.len -= len;
    }
    vtr_text_add(text, "\"");
}

static void next_item(struct vtr_json *json)
{
    if (json->has_item[json->depth]) {
        vtr_text_add(json->text, ",");
    }
    json->has_item[json->depth] = true;
}

/* What stands before a value: the comma, and the key unless vtr_json_key wrote it. */
static void lead(struct vtr_json *json, const char *key)
{
    if (json->has_key) {
        json->has_key = false;
        return;
    }
    next_item(json);
    if (key != NULL) {
        put_string(json->text, vtr_text_view(key));
        vtr_text_add(json->text, ":");
    }
}

void vtr_json_key(struct vtr_json *json, struct vtr_bytes key)
{
    next_item(json);
    put_string(json->text, key);
    vtr_text_add(json->text, ":");
    json->has_key = true;
}

static void begin(struct vtr_json *json, const char *key, const char *bracket)
{
    lead(json, key);
    vtr_text_add(json->text, bracket);
    assert(json->depth + 1 < VTR_JSON_DEPTH_MAX);
    json->depth++;
    json->has_item[json->depth] = false;
}

static void end(struct vtr_json *json, const char *bracket)
{
    assert(json->depth > 0);
    json->depth--;
    vtr_text_add(json->text, bracket);
}

void vtr_json_begin_object(struct vtr_json *json, const char *key)
{
    begin(json, key, "{");
}

void vtr_json_end_object(struct vtr_json *json)
{
    end(json, "}");
}

void vtr_json_begin(struct vtr_json *json, struct vtr_text *text)
{
    vtr_json_init(json, text);
    vtr_json_begin_object(json, NULL);
}

void vtr_json_finish(struct vtr_json *json)
{
    vtr_json_end_object(json);
    vtr_text_add(json->text, "\n");
}

void vtr_json_begin_array(struct vtr_json *json, const char *key)
{
    begin(json, key, "[");
}

void vtr_json_end_array(struct vtr_json *json)
{
    end(json, "]");
}

void vtr_json_bytes(struct vtr_json *json, const char *key, struct vtr_bytes value)
{
    lead(json, key);
    put_string(json->text, value);
}

void vtr_json_string(struct vtr_json *json, const char *key, const char *value)
{
    vtr_json_bytes(json, key, vtr_text_view(value));
}

void vtr_json_hex(struct vtr_json *json, const char *key, struct vtr_bytes value)
{
    lead(json, key);
    vtr_text_add(json->text, "\"");
    vtr_text_hex(json->text, value);
    vtr_text_add(json->text, "\"");
}

static bool is_utf8(struct vtr_bytes text)
{
    while (text.len > 0) {
        const size_t len = vtr_text_utf8_len(text);

        if (len == 0) {
            return false;
        }
        text.ptr += len;
        text.len -= len;
    }
    return true;
}

void vtr_json_path(struct vtr_json *json, const char *path)
{
    vtr_json_string(json, "path", path);
    if (!is_utf8(vtr_text_view(path))) {
        vtr_json_hex(json, "path_hex", vtr_text_view(path));
    }
}

void vtr_json_number(struct vtr_json *json, const char *key, uint64_t value)
{
    lead(json, key);
    vtr_text_number(json->text, value);
}

void vtr_json_signed(struct vtr_json *json, const char *key, int64_t value)
{
    lead(json, key);
    vtr_text_signed(json->text, value);
}

void vtr_json_decimal(struct vtr_json *json, const char *key, int64_t digits,
                      int64_t exponent)
{
    lead(json, key);
    vtr_text_decimal(json->text, digits, exponent);
}

void vtr_json_bool(struct vtr_json *json, const char *key, bool value)
{
    lead(json, key);
    vtr_text_add(json->text, value ? "true" : "false");
}

void vtr_json_float(struct vtr_json *json, const char *key, double value)
{
    char number[32];

    lead(json, key);
    if (!isfinite(value)) {
        vtr_text_add(json->text, "null");
        return;
    }
    (void)snprintf(number, sizeof(number), "%.17g", value);
    vtr_text_add(json->text, number);
}

void vtr_json_milli(struct vtr_json *json, const char *key, uint64_t value)
{
    lead(json, key);
    vtr_text_milli(json->text, value);
}
