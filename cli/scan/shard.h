/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A scan that is divided among several programs, on as many machines as one likes: each
 * takes its shard of the files.
 *
 * Which shard a file belongs to follows from its path alone, so that programs that know
 * nothing of each other agree, and that a file which comes or goes meanwhile moves no
 * other.  The paths must be the same everywhere: the same operands in the same folder.
 */
#ifndef VTR_CLI_SCAN_SHARD_H
#define VTR_CLI_SCAN_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "vitrine/common.h"

/* The zeroed struct is all files. */
struct vtr_shard {
    uint64_t index; /* from 0 */
    uint64_t count; /* 0 or 1: the files are not divided */
};

/*
 * Reads what --shard was given: "I/N", I from 1 to N; "all"; "auto" and "auto/N", with
 * the place that a scheduler's environment gives this program.  False, and it was said
 * on standard error, when that is no shard or the environment does not tell.
 */
VTR_MUST_CHECK bool vtr_shard_read(struct vtr_shard *out, const char *text);

/* Whether a file is in the shard. */
bool vtr_shard_has(const struct vtr_shard *shard, const char *path);

/* The scheduler that started this program as one of several, or NULL. */
const char *vtr_shard_scheduler(void);

#endif
