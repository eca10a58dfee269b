/* SPDX-License-Identifier: Apache-2.0 */

/* The parts of TUF metadata, each read from its JSON: for verify/tuf/tuf_metadata.c. */
#ifndef VTR_VERIFY_TUF_TUF_READ_H
#define VTR_VERIFY_TUF_TUF_READ_H

#include "verify/tuf/tuf_json.h"
#include "verify/tuf/tuf_metadata.h"

/* "signatures" of the file. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_signatures(
    const struct vtr_tuf_source *source, struct vtr_tuf_metadata *out,
    struct vtr_error *err);

/* What is special of each kind in its "signed". */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_root(const struct vtr_tuf_source *source,
                                                 struct vtr_tuf_metadata *out,
                                                 struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_files(const struct vtr_tuf_source *source,
                                                  struct vtr_tuf_metadata *out,
                                                  struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_targets(const struct vtr_tuf_source *source,
                                                    struct vtr_tuf_metadata *out,
                                                    struct vtr_error *err);

/* "keys" and, of a role, "keyids" and "threshold". */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_keys(const struct vtr_tuf_source *source,
                                                 struct vtr_tuf_metadata *out,
                                                 struct vtr_error *err);
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_role(const struct vtr_tuf_source *source,
                                                 struct vtr_tuf_role *out,
                                                 struct vtr_error *err);

/* Texts of an array, at most `limit`. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_texts(const struct vtr_tuf_source *source,
                                                  const char *name, size_t limit,
                                                  struct vtr_bytes **out,
                                                  size_t *out_count,
                                                  struct vtr_error *err);

/* "hashes": those that are known; false in both of `out` when none is. */
VTR_MUST_CHECK enum vtr_status vtr_tuf_read_hashes(const struct vtr_tuf_source *source,
                                                   struct vtr_tuf_hashes *out,
                                                   struct vtr_error *err);

#endif
