/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/keys.h"

#include <stdlib.h>

#include "cli/command/password.h"
#include "cli/system/failure.h"

enum vtr_status vtr_keys_load_public(struct vtr_public_key **out,
                                     const struct vtr_list *paths,
                                     struct vtr_error *err)
{
    struct vtr_public_key *keys = calloc(paths->count + 1, sizeof(*keys));

    if (keys == NULL) {
        return vtr_fail_memory(err);
    }
    for (size_t i = 0; i < paths->count; i++) {
        const enum vtr_status status =
            vtr_public_key_load(&keys[i], paths->items[i], err);
        if (status != VTR_OK) {
            free(keys);
            return status;
        }
    }
    *out = keys;
    return VTR_OK;
}

enum vtr_status vtr_keys_load_secret(struct vtr_secret_key ***out,
                                     const struct vtr_list *paths,
                                     const char *password_file, struct vtr_error *err)
{
    struct vtr_secret_key **keys =
        calloc(paths->count + 1, sizeof(struct vtr_secret_key *));

    if (keys == NULL) {
        return vtr_fail_memory(err);
    }
    for (size_t i = 0; i < paths->count; i++) {
        const enum vtr_status status =
            vtr_password_load_key(&keys[i], paths->items[i], password_file, err);
        if (status != VTR_OK) {
            vtr_keys_free_secret(keys);
            return status;
        }
    }
    *out = keys;
    return VTR_OK;
}

void vtr_keys_free_secret(struct vtr_secret_key **keys)
{
    for (size_t i = 0; keys != NULL && keys[i] != NULL; i++) {
        vtr_secret_key_free(keys[i]);
    }
    free(keys);
}

void vtr_key_id_print(struct vtr_text *out, const uint8_t *id)
{
    static const char DIGITS[] = "0123456789ABCDEF";

    for (size_t i = VTR_KEY_ID_LEN; i > 0; i--) {
        vtr_text_repeat(out, DIGITS[id[i - 1] >> 4], 1);
        vtr_text_repeat(out, DIGITS[id[i - 1] & 15], 1);
    }
}

void vtr_key_id_to_json(struct vtr_json *json, const char *name, const uint8_t *id)
{
    struct vtr_text text = {0};

    vtr_key_id_print(&text, id);
    vtr_json_bytes(json, name, vtr_text_get_bytes(&text));
    vtr_text_deinit(&text);
}
