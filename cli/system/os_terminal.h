/* SPDX-License-Identifier: Apache-2.0 */

/* The terminal, as far as the system has one: whether it is there, and secrets typed
 * without echo. */
#ifndef VTR_CLI_SYSTEM_OS_TERMINAL_H
#define VTR_CLI_SYSTEM_OS_TERMINAL_H

#include <stdbool.h>
#include <stdio.h>

#include "vitrine/common.h"

/* Whether a stream is a terminal. */
bool vtr_terminal_is(FILE *file);

/* Whether to colour what is written to it: a terminal, and NO_COLOR not set. */
bool vtr_terminal_has_colour(FILE *file);

/* Whether there is a terminal to ask on, whatever the streams are. */
bool vtr_terminal_can_ask(void);

/* Asks on the terminal itself, without echo, for at most `cap` - 1 bytes.  The terminal
 * is as it was afterwards, also when a signal ends the program meanwhile.
 * VTR_ERROR_IO when there is no terminal to ask on. */
VTR_MUST_CHECK enum vtr_status vtr_terminal_ask(const char *prompt, char *out,
                                                size_t cap, struct vtr_error *err);

/* Whether an errno says that the reader of a pipe went away. */
bool vtr_is_broken_pipe(int os_errno);

#endif
