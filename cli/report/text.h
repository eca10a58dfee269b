/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Growing text in memory: what a verb says is put together here and written in one
 * piece, so that threads do not mix their lines.
 *
 * Failure is sticky: after an allocation or a write fails every call does nothing and
 * vtr_text_print answers false.
 */
#ifndef VTR_CLI_REPORT_TEXT_H
#define VTR_CLI_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "vitrine/common.h"

#define VTR_TEXT_KEPT ((size_t)4 << 20)

struct vtr_text {
    char *ptr; /* owned, from malloc; not NUL-terminated */
    size_t len;
    size_t cap;
    bool has_failed;

    /* Asked, where there is no more room, before more than VTR_TEXT_KEPT bytes are
     * kept: it may print them.  NULL: all of it is kept. */
    void (*relieve)(struct vtr_text *text, void *context);
    void *context;
};

/* {0} is a valid empty text. */
void vtr_text_deinit(struct vtr_text *text);

/* Forgets the contents, keeps the memory. */
void vtr_text_clear(struct vtr_text *text);

void vtr_text_add(struct vtr_text *text, const char *string);
void vtr_text_bytes(struct vtr_text *text, struct vtr_bytes bytes);
void vtr_text_repeat(struct vtr_text *text, char c, size_t count);
/* Adds `string`, and blanks up to `width` columns: one at least. */
void vtr_text_cell(struct vtr_text *text, const char *string, size_t width);
void vtr_text_number(struct vtr_text *text, uint64_t value);
void vtr_text_signed(struct vtr_text *text, int64_t value);
/* digits * 10^exponent with a point: "-2.5", "3.0"; "5e30" of what is very large or
 * small. */
void vtr_text_decimal(struct vtr_text *text, int64_t digits, int64_t exponent);
/* Thousandths with a point: "1.250". */
void vtr_text_milli(struct vtr_text *text, uint64_t value);
void vtr_text_hex(struct vtr_text *text, struct vtr_bytes bytes);

/* The same with what a terminal would obey, and what is not UTF-8, as \xNN. */
void vtr_text_safe(struct vtr_text *text, struct vtr_bytes bytes);

/* Writes all of it and clears it.  False when memory was out or a write failed. */
bool vtr_text_print(struct vtr_text *text, FILE *file);

/* What it holds, until it changes. */
struct vtr_bytes vtr_text_get_bytes(const struct vtr_text *text);

/* A C string as bytes, borrowed; NULL is empty. */
struct vtr_bytes vtr_text_view(const char *string);

/* Whether they are the same bytes. */
bool vtr_text_is_same(struct vtr_bytes a, struct vtr_bytes b);

/* How many bytes of printable ASCII `bytes` begins with: they are shown as they are, a
 * cell each. */
size_t vtr_text_plain_len(struct vtr_bytes bytes);

/* Length of the UTF-8 sequence that begins at `bytes`, 0 when it is not one (control
 * characters are). */
size_t vtr_text_utf8_len(struct vtr_bytes bytes);

#endif
