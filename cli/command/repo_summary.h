/* SPDX-License-Identifier: Apache-2.0 */

/* What is said of a proposal that was made or published: one line on standard error. */
#ifndef VTR_CLI_COMMAND_REPO_SUMMARY_H
#define VTR_CLI_COMMAND_REPO_SUMMARY_H

#include <stddef.h>

/* "1.proposal: main release 1, good until ...: to be approved".  Says nothing of what
 * is no file, a pipe that was written to, say. */
void vtr_repo_say_proposed(const char *path);

/* "published: main release 1, good until ...", a line for a root and one for a release;
 * of copies that were approved apart, once. */
void vtr_repo_say_published(const char *const *paths, size_t count);

#endif
