/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A text as an edit of another one, its base: pieces that are copied from the base and
 * pieces that are given.  An edit says for each byte of the result where it comes from
 * and nothing else, so that edits compose without the texts that they are of, and in
 * whichever order three are composed, the same bytes come of it.
 * docs/delta-format.md, "Edits", has the bytes.
 */
#ifndef VTR_DELTA_CODING_EDIT_H
#define VTR_DELTA_CODING_EDIT_H

#include <stdbool.h>

#include "base/vector.h"
#include "base/writer.h"

/* A piece of the result. */
struct vtr_edit_piece {
    uint64_t offset;      /* in the base; of what is given: unused */
    uint64_t len;         /* never 0 */
    const uint8_t *given; /* NULL: copied */
};

/* {0} is safe to deinit. */
struct vtr_edit {
    struct vtr_vector pieces; /* struct vtr_edit_piece: the result, in order */
    uint64_t base_len;
    uint64_t len; /* of the result */
};

void vtr_edit_init(struct vtr_edit *edit, uint64_t base_len);
void vtr_edit_deinit(struct vtr_edit *edit);

/* Append to the result; the given bytes are borrowed. */
VTR_MUST_CHECK enum vtr_status vtr_edit_copy(struct vtr_edit *edit, uint64_t offset,
                                             uint64_t len, struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_edit_give(struct vtr_edit *edit,
                                             struct vtr_bytes bytes,
                                             struct vtr_error *err);

/* Whether nothing is copied; whether the result is the base. */
bool vtr_edit_copies_nothing(const struct vtr_edit *edit);
bool vtr_edit_changes_nothing(const struct vtr_edit *edit);

/* `second`, whose base is the result of `first`, as an edit of the base of `first`.
 * VTR_ERROR_FORMAT when the lengths do not fit, VTR_ERROR_LIMIT when it would have more
 * pieces than any text has. */
VTR_MUST_CHECK enum vtr_status vtr_edit_compose(const struct vtr_edit *first,
                                                const struct vtr_edit *second,
                                                struct vtr_edit *out,
                                                struct vtr_error *err);

/* Bytes of the result that are given. */
uint64_t vtr_edit_given_len(const struct vtr_edit *edit);

void vtr_edit_write(const struct vtr_edit *edit, struct vtr_writer *w);

/* Reads an edit of a base of `base_len` bytes, which borrows; VTR_ERROR_FORMAT for
 * bytes that vtr_edit_write does not write. */
VTR_MUST_CHECK enum vtr_status vtr_edit_read(struct vtr_bytes bytes, uint64_t base_len,
                                             struct vtr_edit *out,
                                             struct vtr_error *err);

/* Writes the result, edit->len bytes, to `out`.  `base` has edit->base_len bytes. */
void vtr_edit_apply(const struct vtr_edit *edit, const uint8_t *base, uint8_t *out);

#endif
