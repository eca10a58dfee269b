/* SPDX-License-Identifier: Apache-2.0 */

/* What a verb says of itself on the terminal, from its table. */
#ifndef VTR_CLI_COMMAND_HELP_H
#define VTR_CLI_COMMAND_HELP_H

#include <stdio.h>

#include "cli/command/options.h"

/* The exit codes of a verb that does not name its own. */
#define VTR_HELP_EXITS                            \
 "0  yes: done, clean, the same\n"                \
 "1  no: found, different, errors in the rules\n" \
 "2  could not answer: wrong usage, unreadable files, no memory\n"

/* The whole help of a verb, or of the program: begins with an example. */
void vtr_help_print(const struct vtr_verb *verb, FILE *file);

#endif
