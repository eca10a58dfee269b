/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Databases put in place: written beside the old one, read back, held against digest
 * and length, opened and scanned with, and only then renamed; the old one keeps a
 * second name.
 */
#ifndef VTR_UPDATE_CLIENT_CLIENT_INSTALL_H
#define VTR_UPDATE_CLIENT_CLIENT_INSTALL_H

#include "format/image/image.h"
#include "update/client/client_plan.h"

/* The database that is in place.  {0} is safe to close. */
struct vtr_client_installed {
    char *path;          /* DIR/NAME.vdb, owned */
    char *previous_path; /* owned */
    struct vtr_mapping mapping;
    struct vtr_image image;
    bool is_there;   /* and is whole */
    bool is_damaged; /* there, and is no database that can be used */
};

/* Looks at what is in place.  A database that is missing or damaged is no failure. */
VTR_MUST_CHECK enum vtr_status vtr_client_installed_open(
    struct vtr_client_installed *out, const char *dir, const char *database,
    struct vtr_error *err);
void vtr_client_installed_close(struct vtr_client_installed *installed);

/* Opens a database and scans with it: VTR_ERROR_MISMATCH when it is not the
 * database that `target` describes, VTR_ERROR_FORMAT when it cannot be used. */
VTR_MUST_CHECK enum vtr_status vtr_client_test_database(
    struct vtr_bytes bytes, const struct vtr_tuf_target *target, struct vtr_error *err);

/* Brings the deltas of a plan and puts what they lead to in place. */
VTR_MUST_CHECK enum vtr_status vtr_client_install_deltas(
    struct vtr_client *client, const struct vtr_client_plan *plan,
    const struct vtr_tuf_target *target, const struct vtr_client_installed *installed,
    struct vtr_error *err);

/* Brings the whole database and puts it in place. */
VTR_MUST_CHECK enum vtr_status vtr_client_install_whole(
    struct vtr_client *client, const struct vtr_tuf_target *target,
    const struct vtr_client_installed *installed, struct vtr_error *err);

#endif
