/* SPDX-License-Identifier: Apache-2.0 */

/* What verify/tuf/tuf_trusted.c and verify/tuf/tuf_search.c share. */
#ifndef VTR_VERIFY_TUF_TUF_STATE_H
#define VTR_VERIFY_TUF_TUF_STATE_H

#include "verify/tuf/tuf_trusted.h"

/* A delegated role's metadata under its name. */
struct vtr_tuf_delegated {
    struct vtr_bytes name;            /* borrowed from `metadata` or its delegator */
    struct vtr_tuf_metadata metadata; /* owned */
};

struct vtr_tuf_trusted {
    uint64_t now;
    struct vtr_tuf_metadata root;
    struct vtr_tuf_metadata timestamp;
    struct vtr_tuf_metadata snapshot;
    struct vtr_tuf_metadata targets;
    struct vtr_vector delegated; /* struct vtr_tuf_delegated *, owned */
    unsigned rotation_count;
    bool has_new_keys;
    bool is_rooted;    /* no more roots */
    bool has_loaded;   /* `timestamp` is there, from an earlier time at least */
    bool has_baseline; /* so is `snapshot` */
    bool is_timely;    /* `timestamp` is what the repository says now */
    bool is_pinned;    /* `snapshot` is what `timestamp` pins */
    bool is_whole;     /* `targets` is what `snapshot` pins */
};

/*
 * Reads targets metadata that `file` (may be NULL: VTR_ERROR_ARGUMENT) pins and that
 * the keys of `role` vouch for.
 */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_pinned(const struct vtr_tuf_trusted *set,
                                                   const struct vtr_tuf_visit *visit,
                                                   const struct vtr_tuf_file *file,
                                                   struct vtr_bytes text,
                                                   struct vtr_tuf_metadata *out,
                                                   struct vtr_error *err);

/* VTR_ERROR_EXPIRED when it has. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_check_expiry(const struct vtr_tuf_trusted *set,
                                                    const struct vtr_tuf_metadata *m,
                                                    const char *what,
                                                    struct vtr_error *err);

/* What to ask for of a file that is pinned. */
void vtr_tuf_want_pinned(const struct vtr_tuf_trusted *set,
                         const struct vtr_tuf_file *file, size_t limit_bytes,
                         struct vtr_tuf_wanted *out);

#endif
