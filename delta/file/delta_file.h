/* SPDX-License-Identifier: Apache-2.0 */

/* Changes as a delta's bytes, and those bytes as a file. */
#ifndef VTR_DELTA_FILE_DELTA_FILE_H
#define VTR_DELTA_FILE_DELTA_FILE_H

#include "delta/change/difference.h"
#include "delta/file/delta_header.h"

/* Appends the whole delta to `w`, which is empty; the sections of `header` are made
 * from `changes`.  `key` NULL: no signature. */
VTR_MUST_CHECK enum vtr_status vtr_delta_spell(struct vtr_writer *w,
                                               struct vtr_delta_header *header,
                                               const struct vtr_changes *changes,
                                               const struct vtr_secret_key *key,
                                               struct vtr_error *err);

/* Puts a delta at `path`, whole or not at all; `*out_len` (may be NULL) is its length.
 */
VTR_MUST_CHECK enum vtr_status vtr_delta_save(struct vtr_bytes delta, const char *path,
                                              uint64_t *out_len, struct vtr_error *err);

#endif
