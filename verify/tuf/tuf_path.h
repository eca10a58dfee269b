/* SPDX-License-Identifier: Apache-2.0 */

/* Which target paths a delegated role is asked for. */
#ifndef VTR_VERIFY_TUF_TUF_PATH_H
#define VTR_VERIFY_TUF_TUF_PATH_H

#include "verify/tuf/tuf_metadata.h"

/* Shell patterns, '*' and '?' never for a '/': "dir/[ab]*.bin". */
bool vtr_tuf_path_matches(struct vtr_bytes pattern, struct vtr_bytes path);

/* Whether a role's patterns, or prefixes of digests, cover a path. */
bool vtr_tuf_role_covers(const struct vtr_tuf_role *role, struct vtr_bytes path);

#endif
