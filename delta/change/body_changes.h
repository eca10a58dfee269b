/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What changes among bodies of one kind, rules or external variables: names that go,
 * and bodies that are put in, each whole or as an edit of a body of the old database.
 * Texts are without masks (format/record/plain_body.h).
 */
#ifndef VTR_DELTA_CHANGE_BODY_CHANGES_H
#define VTR_DELTA_CHANGE_BODY_CHANGES_H

#include "base/arena.h"
#include "base/vector.h"
#include "base/writer.h"
#include "verify/compare/pairing.h"

/* What names a body; the namespace of an external is empty. */
struct vtr_body_name {
    struct vtr_bytes space;
    struct vtr_bytes name;
};

enum vtr_body_base {
    VTR_BASE_NONE = 0,
    VTR_BASE_SELF = 1, /* the old body of the same name */
    VTR_BASE_OTHER = 2 /* one of another name */
};

struct vtr_body_put {
    struct vtr_body_name name;
    bool is_change; /* the old database has a body of this name */
    enum vtr_body_base base;
    struct vtr_body_name base_name; /* SELF: the same name */
    uint64_t base_len;
    struct vtr_bytes text; /* NONE: the body; else the edit, delta/coding/edit.h */
};

/* {0} is safe to deinit. */
struct vtr_body_changes {
    struct vtr_vector removed; /* struct vtr_body_name, sorted */
    struct vtr_vector put;     /* struct vtr_body_put, sorted by name */
    struct vtr_arena memory;   /* of texts that were made */
};

void vtr_body_changes_init(struct vtr_body_changes *changes);
void vtr_body_changes_deinit(struct vtr_body_changes *changes);

/* Forgets the changes, but not the texts that were made. */
void vtr_body_changes_keep_texts(struct vtr_body_changes *changes);

/* The one order of bodies: namespace, then name. */
int vtr_body_name_compare(const struct vtr_body_name *a, const struct vtr_body_name *b);

/* Removes or puts on the masks of a body of either kind. */
VTR_MUST_CHECK bool vtr_body_flip_masks(enum vtr_body_kind kind, uint8_t *body,
                                        size_t len);

/* A copy of a body without its masks, in `arena`; VTR_ERROR_FORMAT when it is none. */
VTR_MUST_CHECK enum vtr_status vtr_body_dup_plain(struct vtr_arena *arena,
                                                  enum vtr_body_kind kind,
                                                  struct vtr_bytes body,
                                                  struct vtr_bytes *out,
                                                  struct vtr_error *err);

/* Appends the sections of removed names and of put bodies. */
void vtr_body_removed_write(const struct vtr_body_changes *changes,
                            struct vtr_writer *w);
void vtr_body_put_write(const struct vtr_body_changes *changes, struct vtr_writer *w);

/* Read what these wrote: `count` elements from the whole of `bytes`, which `out`
 * borrows.  On failure `*out_fault` says what is wrong, or is NULL when memory is out.
 */
VTR_MUST_CHECK bool vtr_body_removed_read(struct vtr_bytes bytes, size_t count,
                                          struct vtr_body_changes *out,
                                          const char **out_fault);
VTR_MUST_CHECK bool vtr_body_put_read(enum vtr_body_kind kind, struct vtr_bytes bytes,
                                      size_t count, struct vtr_body_changes *out,
                                      const char **out_fault);

#endif
