/* SPDX-License-Identifier: Apache-2.0 */

/* The rule that no party alone decides, and whose a key is. */
#ifndef VTR_UPDATE_REPO_REPO_ROOT_H
#define VTR_UPDATE_REPO_REPO_ROOT_H

#include <stdbool.h>

#include "verify/tuf/tuf_metadata.h"
#include "vitrine/repository.h"

/* VTR_ERROR_ARGUMENT when the threshold of root or targets is more than the keys, or
 * (unless `allows_single_party`) when one party's keys reach it, or a key of theirs
 * belongs to no party or to two. */
VTR_MUST_CHECK enum vtr_status vtr_repo_check_parties(
    const struct vtr_tuf_metadata *root, bool allows_single_party,
    struct vtr_error *err);

/* The party that a key id belongs to; empty when there is none. */
struct vtr_bytes vtr_repo_party_of(const struct vtr_tuf_metadata *root,
                                   struct vtr_bytes key_id);

/* What a root has a key for, bits of enum vtr_key_use. */
unsigned vtr_repo_uses_of(const struct vtr_tuf_metadata *root, struct vtr_bytes key_id);

#endif
