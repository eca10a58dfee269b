/* SPDX-License-Identifier: Apache-2.0 */

/* The files that a release consists of: named by their digest, never changed, each with
 * a .minisig beside it. */
#ifndef VTR_UPDATE_REPO_ARTEFACT_H
#define VTR_UPDATE_REPO_ARTEFACT_H

#include "base/os_map.h"
#include "format/image/image.h"
#include "update/repo/repo_folder.h"

/* Writes the file of a target unless it is there, and its signature, and fills
 * `target`'s length and digest.  Its path and custom are set; VTR_ERROR_ARGUMENT when
 * the path is no name. */
VTR_MUST_CHECK enum vtr_status vtr_artefact_write(const char *dir,
                                                  struct vtr_tuf_target *target,
                                                  struct vtr_bytes bytes,
                                                  const struct vtr_secret_key *key,
                                                  struct vtr_error *err);

/* Maps the file of a target and holds it against length and digest. */
VTR_MUST_CHECK enum vtr_status vtr_artefact_open(struct vtr_mapping *out,
                                                 const char *dir,
                                                 const struct vtr_tuf_target *target,
                                                 struct vtr_error *err);

/* Signs a file that is there anew: NAME.minisig by another key. */
VTR_MUST_CHECK enum vtr_status vtr_artefact_sign(const char *dir,
                                                 const struct vtr_tuf_target *target,
                                                 const struct vtr_secret_key *key,
                                                 struct vtr_error *err);

/* Opens a database of which every byte is what its records give: clients take no other
 * one whole. */
VTR_MUST_CHECK enum vtr_status vtr_artefact_open_image(struct vtr_image *out,
                                                       struct vtr_bytes bytes,
                                                       struct vtr_error *err);

/* Opens the database of a target so: VTR_ERROR_MISMATCH when the target says something
 * else of it than it does itself. */
VTR_MUST_CHECK enum vtr_status vtr_artefact_check_image(
    const struct vtr_tuf_target *target, struct vtr_bytes bytes, struct vtr_error *err);

#endif
