/* SPDX-License-Identifier: Apache-2.0 */

/* Passwords of secret keys: from a file, from VITRINE_PASSWORD, or typed. */
#ifndef VTR_CLI_COMMAND_PASSWORD_H
#define VTR_CLI_COMMAND_PASSWORD_H

#include <stdbool.h>

#include "vitrine/verify.h"

#define VTR_PASSWORD_CAP 1024

/* The first line of `file` unless NULL; else the environment's VITRINE_PASSWORD; else
 * typed, twice and the same when `is_new`.  An empty password is refused. */
VTR_MUST_CHECK enum vtr_status vtr_password_get(const char *file, bool is_new,
                                                char out[VTR_PASSWORD_CAP],
                                                struct vtr_error *err);

/* Overwrites it, in a way that a compiler does not leave out. */
void vtr_password_wipe(char password[VTR_PASSWORD_CAP]);

/* Loads a secret key, with its password where it has one. */
VTR_MUST_CHECK enum vtr_status vtr_password_load_key(struct vtr_secret_key **out,
                                                     const char *path,
                                                     const char *password_file,
                                                     struct vtr_error *err);

#endif
