/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/scan_print.h"

#include "cli/report/json.h"

/* So much of a match is shown, as YARA does. */
#define SHOWN_LEN     512u
#define SHOWN_HEX_LEN 64u

static const char HEX[] = "0123456789ABCDEF";
static const char HEX_SMALL[] = "0123456789abcdef";

static void put_char(struct vtr_text *out, char c)
{
    vtr_text_repeat(out, c, 1);
}

/* Each byte ^ `key`. */
static void put_escaped(struct vtr_text *out, struct vtr_bytes bytes, uint8_t key)
{
    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t byte = (uint8_t)(bytes.ptr[i] ^ key);
        if (byte >= 32 && byte <= 126) {
            put_char(out, (char)byte);
        } else {
            vtr_text_add(out, "\\x");
            put_char(out, HEX[byte >> 4]);
            put_char(out, HEX[byte & 15]);
        }
    }
}

static void put_hex(struct vtr_text *out, struct vtr_bytes bytes)
{
    for (size_t i = 0; i < bytes.len && i < SHOWN_HEX_LEN; i++) {
        if (i > 0) {
            put_char(out, ' ');
        }
        put_char(out, HEX[bytes.ptr[i] >> 4]);
        put_char(out, HEX[bytes.ptr[i] & 15]);
    }
    if (bytes.len > SHOWN_HEX_LEN) {
        vtr_text_add(out, " ...");
    }
}

/* Text between quotes, with the escapes of C. */
static void put_quoted(struct vtr_text *out, struct vtr_bytes bytes)
{
    static const char LETTERS[] = "abtnvfr"; /* from byte 7 on */

    for (size_t i = 0; i < bytes.len; i++) {
        const uint8_t byte = bytes.ptr[i];
        if (byte == '"' || byte == '\'' || byte == '\\') {
            put_char(out, '\\');
            put_char(out, (char)byte);
        } else if (byte >= '\a' && byte <= '\r') {
            put_char(out, '\\');
            put_char(out, LETTERS[byte - '\a']);
        } else if (byte >= 32 && byte <= 126) {
            put_char(out, (char)byte);
        } else {
            put_char(out, '\\');
            put_char(out, HEX[byte >> 6]);
            put_char(out, HEX[byte >> 3 & 7]);
            put_char(out, HEX[byte & 7]);
        }
    }
}

/* "0x1f" */
static void put_offset(struct vtr_text *out, uint64_t offset)
{
    unsigned shift = 60;

    vtr_text_add(out, "0x");
    while (shift > 0 && offset >> shift == 0) {
        shift -= 4;
    }
    for (unsigned left = shift + 4; left > 0; left -= 4) {
        const unsigned digit = (unsigned)(offset >> (left - 4) & 15);
        put_char(out, HEX_SMALL[digit]);
    }
}

/* The bytes of a match, as many as are shown. */
static struct vtr_bytes shown_bytes(const struct vtr_detection *detection,
                                    const struct vtr_string_matches *string,
                                    size_t index)
{
    struct vtr_bytes bytes = vtr_match_get_bytes(detection, string, index);

    bytes.len = bytes.len < SHOWN_LEN ? bytes.len : SHOWN_LEN;
    return bytes;
}

/* 0 for a string that is not xored. */
static uint8_t xor_key(const struct vtr_string_matches *string, struct vtr_bytes shown)
{
    return string->is_xor && shown.len > 0
               ? (uint8_t)(shown.ptr[0] ^ string->first_byte)
               : 0;
}

/* ":xor(0x1f,plain text)" */
static void put_key(struct vtr_text *out, const struct vtr_string_matches *string,
                    struct vtr_bytes shown)
{
    const uint8_t key = xor_key(string, shown);
    const char digits[3] = {HEX_SMALL[key >> 4], HEX_SMALL[key & 15], '\0'};

    vtr_text_add(out, ":xor(0x");
    vtr_text_add(out, digits);
    vtr_text_add(out, ",");
    put_escaped(out, shown, key);
    vtr_text_add(out, ")");
}

static void put_match(struct vtr_text *out, const struct vtr_scan_style *style,
                      const struct vtr_string_matches *string,
                      const struct vtr_match *match, struct vtr_bytes shown)
{
    put_offset(out, match->offset);
    if (style->has_lengths) {
        vtr_text_add(out, ":");
        vtr_text_number(out, shown.len);
    }
    vtr_text_add(out, ":$");
    vtr_text_bytes(out, string->id);
    if (style->has_keys) {
        put_key(out, string, shown);
    }
    if (style->has_strings) {
        vtr_text_add(out, ": ");
        if (string->is_hex) {
            put_hex(out, shown);
        } else {
            put_escaped(out, shown, 0);
        }
    }
    vtr_text_add(out, "\n");
}

static void put_tags(struct vtr_text *out, const struct vtr_detection *detection)
{
    vtr_text_add(out, " [");
    for (size_t i = 0; i < detection->tag_count; i++) {
        vtr_text_add(out, i > 0 ? "," : "");
        vtr_text_bytes(out, detection->tags[i]);
    }
    vtr_text_add(out, "]");
}

static void put_metas(struct vtr_text *out, const struct vtr_detection *detection)
{
    vtr_text_add(out, " [");
    for (size_t i = 0; i < detection->meta_count; i++) {
        const struct vtr_meta *meta = &detection->metas[i];
        vtr_text_add(out, i > 0 ? "," : "");
        vtr_text_bytes(out, meta->key);
        vtr_text_add(out, "=");
        if (meta->kind == VTR_META_KIND_TEXT) {
            vtr_text_add(out, "\"");
            put_quoted(out, meta->text);
            vtr_text_add(out, "\"");
        } else if (meta->kind == VTR_META_KIND_BOOL) {
            vtr_text_add(out, meta->number != 0 ? "true" : "false");
        } else if (meta->kind == VTR_META_KIND_FLOAT) {
            vtr_text_decimal(out, meta->number, meta->exponent);
        } else {
            vtr_text_signed(out, meta->number);
        }
    }
    vtr_text_add(out, "]");
}

void vtr_scan_print_path(struct vtr_text *out, const struct vtr_scan_style *style,
                         const char *path)
{
    if (style->is_terminal) {
        vtr_text_safe(out, vtr_text_view(path));
    } else {
        vtr_text_add(out, path);
    }
}

static void print_text(struct vtr_text *out, const struct vtr_scan_style *style,
                       const struct vtr_detection *detection, const char *path)
{
    if (style->has_spaces && !detection->is_hash) {
        vtr_text_bytes(out, detection->space);
        vtr_text_add(out, ":");
    }
    vtr_text_safe(out, detection->name);
    if (style->has_tags) {
        put_tags(out, detection);
    }
    if (style->has_metas) {
        put_metas(out, detection);
    }
    vtr_text_add(out, " ");
    vtr_scan_print_path(out, style, path);
    vtr_text_add(out, "\n");
    if (!style->has_strings && !style->has_lengths && !style->has_keys) {
        return;
    }
    for (size_t i = 0; i < detection->string_count; i++) {
        const struct vtr_string_matches *string = &detection->strings[i];
        for (size_t n = 0; n < string->count && !string->is_private; n++) {
            put_match(out, style, string, &string->matches[n],
                      shown_bytes(detection, string, n));
        }
    }
}

static void put_json_metas(struct vtr_json *json, const struct vtr_detection *detection)
{
    vtr_json_begin_array(json, "meta");
    for (size_t i = 0; i < detection->meta_count; i++) {
        const struct vtr_meta *meta = &detection->metas[i];
        /* An array: a key may be there more than once, and order is the author's. */
        vtr_json_begin_object(json, NULL);
        vtr_json_bytes(json, "key", meta->key);
        if (meta->kind == VTR_META_KIND_TEXT) {
            vtr_json_bytes(json, "value", meta->text);
        } else if (meta->kind == VTR_META_KIND_BOOL) {
            vtr_json_bool(json, "value", meta->number != 0);
        } else if (meta->kind == VTR_META_KIND_FLOAT) {
            vtr_json_decimal(json, "value", meta->number, meta->exponent);
        } else {
            vtr_json_signed(json, "value", meta->number);
        }
        vtr_json_end_object(json);
    }
    vtr_json_end_array(json);
}

static void put_json_match(struct vtr_json *json, const struct vtr_detection *detection,
                           const struct vtr_string_matches *string, size_t index)
{
    const struct vtr_bytes shown = shown_bytes(detection, string, index);
    const struct vtr_match *match = &string->matches[index];

    vtr_json_begin_object(json, NULL);
    vtr_json_bytes(json, "id", string->id);
    vtr_json_number(json, "offset", match->offset);
    vtr_json_number(json, "length", match->length);
    vtr_json_hex(json, "data", shown); /* of a long match the beginning */
    if (string->is_xor) {
        vtr_json_number(json, "xor_key", xor_key(string, shown));
    }
    vtr_json_end_object(json);
}

static void put_json_strings(struct vtr_json *json,
                             const struct vtr_detection *detection)
{
    vtr_json_begin_array(json, "strings");
    for (size_t i = 0; i < detection->string_count; i++) {
        const struct vtr_string_matches *string = &detection->strings[i];
        for (size_t n = 0; n < string->count && !string->is_private; n++) {
            put_json_match(json, detection, string, n);
        }
    }
    vtr_json_end_array(json);
}

static void print_json(struct vtr_text *out, const struct vtr_detection *detection,
                       const char *path)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_path(&json, path);
    vtr_json_bytes(&json, "rule", detection->name);
    vtr_json_string(&json, "kind", detection->is_hash ? "hash" : "rule");
    vtr_json_bytes(&json, "namespace", detection->space);
    if (!detection->is_satisfied) {
        vtr_json_bool(&json, "satisfied", false);
    }
    vtr_json_begin_array(&json, "tags");
    for (size_t i = 0; i < detection->tag_count; i++) {
        vtr_json_bytes(&json, NULL, detection->tags[i]);
    }
    vtr_json_end_array(&json);
    put_json_metas(&json, detection);
    put_json_strings(&json, detection);
    vtr_json_finish(&json);
}

void vtr_scan_print(struct vtr_text *out, const struct vtr_scan_style *style,
                    const struct vtr_detection *detection, const char *path)
{
    if (style->is_json) {
        print_json(out, detection, path);
    } else {
        print_text(out, style, detection, path);
    }
}

static const struct vtr_limited_string *limited_by(
    const struct vtr_scan_limited *limited, unsigned bit)
{
    const struct vtr_limited_string *string =
        bit == VTR_SCAN_LIMIT_MATCHES ? &limited->matches
        : bit == VTR_SCAN_LIMIT_REGEX ? &limited->steps
                                      : NULL;

    return string == NULL || string->rule.len == 0 ? NULL : string;
}

/* "string $a of space:rule", or a name for any. */
static void say_string(struct vtr_text *out, const struct vtr_limited_string *string,
                       const char *any)
{
    if (string == NULL) {
        vtr_text_add(out, any);
        return;
    }
    vtr_text_add(out, "string $");
    vtr_text_safe(out, string->name);
    vtr_text_add(out, " of ");
    vtr_text_safe(out, string->space);
    vtr_text_add(out, ":");
    vtr_text_safe(out, string->rule);
}

static void say_module(struct vtr_text *out, const struct vtr_scan_limited *limited)
{
    if (limited->module.name.len == 0) {
        vtr_text_add(out, "a module");
    } else {
        vtr_text_add(out, "module ");
        vtr_text_safe(out, limited->module.name);
    }
    if (limited->module_report != NULL) {
        vtr_text_add(out, ", given '");
        vtr_text_safe(out, vtr_text_view(limited->module_report));
        vtr_text_add(out, "',");
    }
}

void vtr_scan_say_limit(struct vtr_text *out, unsigned bit,
                        const struct vtr_scan_limited *limited)
{
    const struct vtr_limited_string *string = limited_by(limited, bit);

    switch (bit) {
    case VTR_SCAN_LIMIT_MATCHES:
        say_string(out, string, "a string");
        vtr_text_add(out, " matched more often than is kept:");
        break;
    case VTR_SCAN_LIMIT_REGEX:
        say_string(out, string, "a pattern");
        vtr_text_add(out, " reached its limit of steps:");
        break;
    case VTR_SCAN_LIMIT_TIME:
        vtr_text_add(out, "the time was up:");
        break;
    case VTR_SCAN_BAD_DATABASE:
        vtr_text_add(out, "a part of the database could not be read:");
        break;
    case VTR_SCAN_LIMIT_MODULE:
        say_module(out, limited);
        vtr_text_add(out, " could not say all that rules ask for:");
        break;
    default:
        vtr_text_add(out, "a limit was reached:");
        break;
    }
}

/* The same for programs. */
static const char *limit_word(unsigned bit)
{
    switch (bit) {
    case VTR_SCAN_LIMIT_MATCHES:
        return "matches";
    case VTR_SCAN_LIMIT_REGEX:
        return "regex";
    case VTR_SCAN_LIMIT_TIME:
        return "time";
    case VTR_SCAN_LIMIT_MODULE:
        return "module";
    default:
        return "database";
    }
}

void vtr_scan_print_end(struct vtr_text *out, const char *path, const char *key,
                        const char *reason)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_path(&json, path);
    vtr_json_string(&json, key, reason);
    vtr_json_finish(&json);
}

void vtr_scan_print_log(struct vtr_text *out, const struct vtr_scan_style *style,
                        struct vtr_bytes line, const char *path)
{
    struct vtr_json json;

    if (style->is_json) {
        vtr_json_begin(&json, out);
        vtr_json_path(&json, path);
        vtr_json_bytes(&json, "log", line);
        vtr_json_end_object(&json);
    } else {
        vtr_text_bytes(out, line);
    }
    vtr_text_add(out, "\n");
}

void vtr_scan_print_count(struct vtr_text *out, const char *path, uint64_t count)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_path(&json, path);
    vtr_json_number(&json, "count", count);
    vtr_json_finish(&json);
}

/* The strings that came to limits, an object each, where it was a single one. */
static void print_limited(struct vtr_json *json, unsigned limits,
                          const struct vtr_scan_limited *limited)
{
    vtr_json_begin_array(json, "strings");
    for (unsigned bit = 1; bit <= VTR_SCAN_LIMIT_LAST; bit <<= 1) {
        const struct vtr_limited_string *string = limited_by(limited, bit);

        if ((limits & bit) != 0 && string != NULL) {
            vtr_json_begin_object(json, NULL);
            vtr_json_string(json, "limit", limit_word(bit));
            vtr_json_bytes(json, "namespace", string->space);
            vtr_json_bytes(json, "rule", string->rule);
            vtr_json_bytes(json, "string", string->name);
            vtr_json_end_object(json);
        }
    }
    vtr_json_end_array(json);
}

void vtr_scan_print_limits(struct vtr_text *out, const char *path, unsigned limits,
                           const struct vtr_scan_limited *limited)
{
    struct vtr_json json;

    vtr_json_begin(&json, out);
    vtr_json_path(&json, path);
    vtr_json_begin_array(&json, "limits");
    for (unsigned bit = 1; bit <= VTR_SCAN_LIMIT_LAST; bit <<= 1) {
        if ((limits & bit) != 0) {
            vtr_json_string(&json, NULL, limit_word(bit));
        }
    }
    vtr_json_end_array(&json);
    print_limited(&json, limits, limited);
    vtr_json_finish(&json);
}
