/* SPDX-License-Identifier: Apache-2.0 */

/* What the verbs of `vitrine delta` share. */
#ifndef VTR_CLI_COMMAND_DELTA_VERBS_H
#define VTR_CLI_COMMAND_DELTA_VERBS_H

#include "cli/command/command.h"
#include "cli/report/text.h"
#include "vitrine/delta.h"

extern const struct vtr_verb vtr_verb_delta_info;
extern const struct vtr_verb vtr_verb_delta_merge;

/* Whether an output and a summary both want standard output; says so. */
bool vtr_delta_is_torn(const struct vtr_verb *verb, const char *output, bool is_json);

/* "11-12.vdelta: 912 bytes in 0.004 s". */
void vtr_delta_print_made(struct vtr_text *out, const char *path, uint64_t len,
                          uint64_t milliseconds, bool is_json);

#endif
