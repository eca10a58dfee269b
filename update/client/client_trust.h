/* SPDX-License-Identifier: Apache-2.0 */

/* The client's way through a repository's metadata, in TUF's order, from what the
 * folder has to what the repository says now. */
#ifndef VTR_UPDATE_CLIENT_CLIENT_TRUST_H
#define VTR_UPDATE_CLIENT_CLIENT_TRUST_H

#include "update/client/client_fetch.h"

/* Roots, timestamp, snapshot, targets.  What is taken is stored at once: it can only go
 * forward.  Afterwards the targets of `client->trusted` are to be believed. */
VTR_MUST_CHECK enum vtr_status vtr_client_refresh(struct vtr_client *client,
                                                  struct vtr_error *err);

#endif
