/* SPDX-License-Identifier: Apache-2.0 */

/* What people and their programs read of a repository: index.html and releases.json.
 * Nobody trusts them: clients follow the signed metadata. */
#ifndef VTR_UPDATE_REPO_PAGES_H
#define VTR_UPDATE_REPO_PAGES_H

#include "verify/tuf/tuf_metadata.h"

/* Whether a page is there and is of these targets.  `name` is one of
 * VTR_PAGES_NAMES. */
#define VTR_PAGES_COUNT 2u
extern const char *const VTR_PAGES_NAMES[VTR_PAGES_COUNT];
bool vtr_pages_is_current(const char *dir, const char *name,
                          const struct vtr_tuf_metadata *targets);

VTR_MUST_CHECK enum vtr_status vtr_pages_write(const char *dir,
                                               const struct vtr_tuf_metadata *targets,
                                               struct vtr_error *err);

#endif
