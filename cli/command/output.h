/* SPDX-License-Identifier: Apache-2.0 */

/* What may be written where: guards that every verb with `-o` asks first, and
 * the way of an answer to standard output. */
#ifndef VTR_CLI_COMMAND_OUTPUT_H
#define VTR_CLI_COMMAND_OUTPUT_H

#include "cli/command/command.h"
#include "cli/report/text.h"

/* Whether `path` can take a binary output: it is given, is none of the inputs, and is
 * not a terminal.  Says what is wrong otherwise. */
bool vtr_output_is_allowed(const struct vtr_verb *verb, const char *path,
                           const char *const *inputs, size_t input_count);

/* Whether the output and a summary as JSON both want standard output; says so. */
bool vtr_output_is_torn(const struct vtr_verb *verb, const char *path, bool is_json);

/* Writes an answer to standard output and releases it.  Returns `exit_code`, or
 * VTR_EXIT_FAILED, said, when memory ran out while it was put together. */
int vtr_output_answer(struct vtr_text *text, int exit_code);

#endif
