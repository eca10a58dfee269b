/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes JSON into a text: always well-formed, always UTF-8.
 *
 * Bytes that are not UTF-8 (names of files, mostly) are written as if they were
 * Latin-1: the byte 0xff becomes the character U+00FF.  Numbers past 2^53 are written
 * in full; readers that hold numbers in floating point lose their last digits.
 */
#ifndef VTR_CLI_REPORT_JSON_H
#define VTR_CLI_REPORT_JSON_H

#include "cli/report/text.h"

#define VTR_JSON_DEPTH_MAX 16

struct vtr_json {
    struct vtr_text *text; /* borrowed */
    unsigned depth;
    bool has_key; /* vtr_json_key wrote the key of the next value */
    bool has_item[VTR_JSON_DEPTH_MAX];
};

void vtr_json_init(struct vtr_json *json, struct vtr_text *text);

/* An object that has a line for itself, and what ends both. */
void vtr_json_begin(struct vtr_json *json, struct vtr_text *text);
void vtr_json_finish(struct vtr_json *json);

/* `key` is NULL inside an array and at the top. */
void vtr_json_begin_object(struct vtr_json *json, const char *key);
void vtr_json_end_object(struct vtr_json *json);
void vtr_json_begin_array(struct vtr_json *json, const char *key);
void vtr_json_end_array(struct vtr_json *json);

void vtr_json_bytes(struct vtr_json *json, const char *key, struct vtr_bytes value);
void vtr_json_string(struct vtr_json *json, const char *key, const char *value);
void vtr_json_hex(struct vtr_json *json, const char *key, struct vtr_bytes value);
/* "path", and where its bytes are not UTF-8 "path_hex": two files may not seem one. */
void vtr_json_path(struct vtr_json *json, const char *path);
void vtr_json_number(struct vtr_json *json, const char *key, uint64_t value);
void vtr_json_signed(struct vtr_json *json, const char *key, int64_t value);
/* digits * 10^exponent. */
void vtr_json_decimal(struct vtr_json *json, const char *key, int64_t digits,
                      int64_t exponent);
void vtr_json_bool(struct vtr_json *json, const char *key, bool value);

/* With 17 digits, so that it is read as the same number; null when it is none. */
void vtr_json_float(struct vtr_json *json, const char *key, double value);

/* Thousandths, "1.250": times in seconds. */
void vtr_json_milli(struct vtr_json *json, const char *key, uint64_t value);

/* The key of the next value, whose own `key` is then NULL: names from the rules. */
void vtr_json_key(struct vtr_json *json, struct vtr_bytes key);

#endif
