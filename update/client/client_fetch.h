/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bringing files: tried again where that may help, gone on with where they were cut,
 * bounded, and held against their digests.
 */
#ifndef VTR_UPDATE_CLIENT_CLIENT_FETCH_H
#define VTR_UPDATE_CLIENT_CLIENT_FETCH_H

#include "base/os_map.h"
#include "base/os_partial.h"
#include "update/client/client_state.h"
#include "update/client/client_store.h"
#include "verify/tuf/tuf_trusted.h"

/* One update under way. */
struct vtr_client {
    const struct vtr_update_options *options;
    const struct vtr_transport *transport;
    const char *metadata_folder; /* VTR_CLIENT_METADATA; "": the folder itself */
    unsigned mirror;
    enum vtr_update_phase phase;
    struct vtr_client_state state;
    struct vtr_tuf_trusted *trusted; /* owned; NULL before the first root */
    /* The caller's root, which the folder takes once it has vouched for a timestamp: a
     * wrong one is then not in the way of the right one.  NULL: nothing is to be taken.
     */
    const struct vtr_bytes *first_root;
    uint64_t fetched_bytes;
    uint64_t retry_after_seconds; /* the longest that a server asked for */
};

/* Brings a text into memory; the caller frees.  `tag` "" or that of what is there; see
 * struct vtr_fetched for how it may end with VTR_OK and no text. */
VTR_MUST_CHECK enum vtr_status vtr_client_fetch_text(
    struct vtr_client *client, const char *path, uint64_t limit_bytes, const char *tag,
    struct vtr_bytes *out, struct vtr_fetched *out_fetched, struct vtr_error *err);

/* The address of a target: "targets/<sha256>.PATH".  VTR_ERROR_FORMAT when its path is
 * no name or it has no SHA-256.  From malloc. */
VTR_MUST_CHECK enum vtr_status vtr_client_target_path(
    const struct vtr_client *client, const struct vtr_tuf_target *target, char **out,
    struct vtr_error *err);

/* A target that is here whole.  {0} is safe to close. */
struct vtr_client_file {
    struct vtr_partial partial;
    struct vtr_mapping mapping;
};

/* Brings a target into the folder's partial files, from where an earlier update may
 * have left it, and checks it; what is bad is removed. */
VTR_MUST_CHECK enum vtr_status vtr_client_fetch_target(
    struct vtr_client *client, const struct vtr_tuf_target *target,
    struct vtr_client_file *out, struct vtr_error *err);

/* Keeps the partial file for another time. */
void vtr_client_file_close(struct vtr_client_file *file);

#endif
