/* SPDX-License-Identifier: Apache-2.0 */

/* Keys that options name: loaded, and their ids shown. */
#ifndef VTR_CLI_COMMAND_KEYS_H
#define VTR_CLI_COMMAND_KEYS_H

#include "cli/command/options.h"
#include "cli/report/json.h"
#include "cli/report/text.h"
#include "vitrine/verify.h"

/* The public keys of the paths, in their order; from malloc. */
VTR_MUST_CHECK enum vtr_status vtr_keys_load_public(struct vtr_public_key **out,
                                                    const struct vtr_list *paths,
                                                    struct vtr_error *err);

/* The secret keys of the paths, from malloc with a NULL behind the last. */
VTR_MUST_CHECK enum vtr_status vtr_keys_load_secret(struct vtr_secret_key ***out,
                                                    const struct vtr_list *paths,
                                                    const char *password_file,
                                                    struct vtr_error *err);
void vtr_keys_free_secret(struct vtr_secret_key **keys);

/* A key id as minisign shows it: upper-case hexadecimal, last byte first. */
void vtr_key_id_print(struct vtr_text *out, const uint8_t *id);
void vtr_key_id_to_json(struct vtr_json *json, const char *name, const uint8_t *id);

#endif
