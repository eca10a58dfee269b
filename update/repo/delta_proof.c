/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/delta_proof.h"

#include <string.h>

#include "base/error.h"
#include "delta/rebuild_chain.h"
#include "delta/rebuild_image.h"
#include "update/repo/artefact.h"
#include "update/repo/lineage.h"

/* Whether a delta is said to lead from the one database to the other. */
static bool is_between(const struct vtr_tuf_custom *delta,
                       const struct vtr_tuf_target *from,
                       const struct vtr_tuf_target *to)
{
    return memcmp(delta->from_digest, from->custom.digest, VTR_DIGEST_LEN) == 0 &&
           memcmp(delta->digest, to->custom.digest, VTR_DIGEST_LEN) == 0;
}

/* apply(delta, from) is `to`, byte for byte. */
static enum vtr_status prove(struct vtr_bytes bytes, struct vtr_bytes from,
                             struct vtr_bytes to, struct vtr_error *err)
{
    struct vtr_delta delta = {0};
    struct vtr_image basis;
    bool is_same = false;
    enum vtr_status status = vtr_delta_open(&delta, bytes, NULL, 0, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_open_basis(&basis, from, &delta, err);
    if (status == VTR_OK) {
        status = vtr_delta_check_result(to, &delta, err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_prove(&delta, &basis, to, &is_same, err);
    }
    if (status == VTR_OK && !is_same) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "a delta does not lead to the database");
    }
    vtr_delta_deinit(&delta);
    return status;
}

enum vtr_status vtr_delta_proof_check(const char *dir,
                                      const struct vtr_tuf_metadata *list,
                                      const struct vtr_tuf_target *target,
                                      struct vtr_bytes bytes, struct vtr_error *err)
{
    const struct vtr_tuf_custom *custom = &target->custom;
    struct vtr_lineage lineage = {0};
    struct vtr_mapping from = {0};
    struct vtr_mapping to = {0};
    const struct vtr_tuf_target *image = vtr_lineage_image(list, custom->database);
    enum vtr_status status = vtr_lineage_find(&lineage, dir, list, custom->database,
                                              custom->from_serial, err);

    if (status == VTR_OK && image == NULL) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT, "a delta without a database");
    }
    const struct vtr_tuf_target *basis =
        status == VTR_OK ? vtr_lineage_image(lineage.list, custom->database) : NULL;
    if (status == VTR_OK && !is_between(custom, basis, image)) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "a delta is said to be between other databases");
    }
    if (status == VTR_OK) {
        status = vtr_artefact_open(&from, dir, basis, err);
    }
    if (status == VTR_OK) {
        status = vtr_artefact_open(&to, dir, image, err);
    }
    if (status == VTR_OK) {
        status = prove(bytes, from.bytes, to.bytes, err);
    }
    vtr_mapping_close(&to);
    vtr_mapping_close(&from);
    vtr_lineage_deinit(&lineage);
    return status;
}
