/* SPDX-License-Identifier: Apache-2.0 */

#include "update/repo/approvals.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "update/repo/repo_root.h"

/* The names fit into a message beside what else it says; further ones are not told. */
#define NAMES_CAP 200

/* Adds ", NAME", where it fits. */
static void add_name(char names[NAMES_CAP], struct vtr_bytes name)
{
    const size_t len = strlen(names);
    const size_t comma = len == 0 ? 0 : 2;

    if (len + comma + name.len + 1 > NAMES_CAP) {
        return;
    }
    memcpy(names + len, ", ", comma);
    memcpy(names + len + comma, name.ptr, name.len);
    names[len + comma + name.len] = '\0';
}

/* The parties of the role's keys that have signed, in the order of the root. */
static void name_approvers(const struct vtr_tuf_metadata *metadata,
                           const struct vtr_tuf_metadata *root, char names[NAMES_CAP])
{
    const struct vtr_tuf_role *role = &root->roles[metadata->type];

    names[0] = '\0';
    for (size_t i = 0; i < role->key_id_count; i++) {
        const struct vtr_tuf_key *key = vtr_tuf_find_key(root, role->key_ids[i]);
        const struct vtr_bytes party = vtr_repo_party_of(root, role->key_ids[i]);

        if (key != NULL && party.len > 0 && vtr_tuf_is_signed_by(metadata, key)) {
            add_name(names, party);
        }
    }
}

enum vtr_status vtr_approvals_check(const struct vtr_tuf_metadata *metadata,
                                    const struct vtr_tuf_metadata *root,
                                    struct vtr_error *err)
{
    const enum vtr_tuf_type type = metadata->type;
    struct vtr_error found = {0};
    char names[NAMES_CAP];
    enum vtr_status status =
        vtr_tuf_check_signatures(metadata, &root->roles[type], root, &found);

    if (status == VTR_OK) {
        return VTR_OK;
    }
    if (type == VTR_TUF_SNAPSHOT || type == VTR_TUF_TIMESTAMP) {
        return vtr_error_set(err, status,
                             "%.300s, by version %llu of the root: give its online key",
                             found.message, (unsigned long long)root->version);
    }
    name_approvers(metadata, root, names);
    return vtr_error_set(err, status,
                         "%.200s, by version %llu of the root; approved so far by: %s",
                         found.message, (unsigned long long)root->version,
                         names[0] == '\0' ? "nobody" : names);
}
