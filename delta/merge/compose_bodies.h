/* SPDX-License-Identifier: Apache-2.0 */

/* The part of composing that is about rules and external variables. */
#ifndef VTR_DELTA_MERGE_COMPOSE_BODIES_H
#define VTR_DELTA_MERGE_COMPOSE_BODIES_H

#include "delta/change/body_changes.h"

/* As vtr_changes_compose; `out` is initialised and has no changes yet. */
VTR_MUST_CHECK enum vtr_status vtr_body_changes_compose(
    enum vtr_body_kind kind, const struct vtr_body_changes *first,
    const struct vtr_body_changes *second, struct vtr_body_changes *out,
    struct vtr_error *err);

#endif
