/* SPDX-License-Identifier: Apache-2.0 */

/* Input files of the program. */
#ifndef VTR_CLI_SYSTEM_OS_INPUT_H
#define VTR_CLI_SYSTEM_OS_INPUT_H

#include "vitrine/common.h"

/* A whole file: mapped read-only where it can be, in memory otherwise.  {0} is safe to
 * close. */
struct vtr_input {
    struct vtr_bytes bytes;
    void *memory;
    size_t map_len; /* 0: `memory` is from malloc */
};

/* Opens a file; "-" is standard input, pipes are fine. */
VTR_MUST_CHECK enum vtr_status vtr_input_open(struct vtr_input *out, const char *path,
                                              struct vtr_error *err);
/* The same for a database, whose header and table of contents are looked at, so that a
 * file that is none is refused by its name. */
VTR_MUST_CHECK enum vtr_status vtr_input_open_database(struct vtr_input *out,
                                                       const char *path,
                                                       struct vtr_error *err);
/* Names the file in a message about what is in it. */
void vtr_input_blame(const char *path, struct vtr_error *err);
void vtr_input_close(struct vtr_input *input);

#endif
