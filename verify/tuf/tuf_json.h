/* SPDX-License-Identifier: Apache-2.0 */

/*
 * JSON as TUF needs it, over jansson: strict and bounded reading, and the canonical
 * form (OLPC) that signatures cover.
 *
 * Canonical: keys sorted by code point, no blanks, integers only, and in texts nothing
 * but '"' and '\' is escaped.  jansson's own output escapes more, so it is not used.
 */
#ifndef VTR_VERIFY_TUF_TUF_JSON_H
#define VTR_VERIFY_TUF_TUF_JSON_H

#include <stdbool.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/writer.h"

/* Objects and arrays may stand in each other so deep. */
#define VTR_TUF_DEPTH_LIMIT 32u

/*
 * Parses one JSON object, which the caller releases with json_decref.  VTR_ERROR_LIMIT
 * when it is longer than `limit_bytes` or deeper than VTR_TUF_DEPTH_LIMIT;
 * VTR_ERROR_FORMAT when it is no JSON object, or names a member twice.  `what` is for
 * messages: "root metadata".
 */
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_load(json_t **out, struct vtr_bytes text,
                                                 size_t limit_bytes, const char *what,
                                                 struct vtr_error *err);

/* Appends the canonical form.  VTR_ERROR_FORMAT when there is a number in it that is no
 * integer. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_canonical(struct vtr_writer *w,
                                                      const json_t *value,
                                                      struct vtr_error *err);

/* Appends a text in quotes, as the canonical form has it. */
void vtr_tuf_json_quote(struct vtr_writer *w, struct vtr_bytes text);

/*
 * Members of an object, by name; each says what is wrong with it.  Texts are copied to
 * the arena.  The _optional forms leave the output alone where there is no such member.
 */
struct vtr_tuf_source {
    const json_t *object;
    const char *what; /* whose members these are: for messages */
    struct vtr_arena *arena;
};
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_text(const struct vtr_tuf_source *source,
                                                 const char *name,
                                                 struct vtr_bytes *out,
                                                 struct vtr_error *err);
/* At least `min`. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_number(const struct vtr_tuf_source *source,
                                                   const char *name, uint64_t min,
                                                   uint64_t *out,
                                                   struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_bool_optional(
    const struct vtr_tuf_source *source, const char *name, bool *out,
    struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_object(const struct vtr_tuf_source *source,
                                                   const char *name, const json_t **out,
                                                   struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_array(const struct vtr_tuf_source *source,
                                                  const char *name, const json_t **out,
                                                  struct vtr_error *err);

/* The text of a JSON value, copied to the arena. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_json_copy(const json_t *value,
                                                 struct vtr_arena *arena,
                                                 struct vtr_bytes *out,
                                                 struct vtr_error *err);

/* Exactly `len` bytes from hexadecimal; false when `text` is anything else. */
VTR_MUST_CHECK bool vtr_tuf_json_unhex(struct vtr_bytes text, uint8_t *out, size_t len);

#endif
