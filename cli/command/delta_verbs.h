/* SPDX-License-Identifier: Apache-2.0 */

/* What the verbs of `vitrine delta` share. */
#ifndef VTR_CLI_COMMAND_DELTA_VERBS_H
#define VTR_CLI_COMMAND_DELTA_VERBS_H

#include "cli/command/command.h"
#include "vitrine/delta.h"

extern const struct vtr_verb vtr_verb_delta_info;
extern const struct vtr_verb vtr_verb_delta_merge;

/* Says which delta was made, "11-12.vdelta: 912 bytes in 0.004 s": to people on
 * standard error, as JSON on standard output.  The program's exit code. */
int vtr_delta_report_made(const char *path, uint64_t len, uint64_t milliseconds,
                          bool is_json);

#endif
