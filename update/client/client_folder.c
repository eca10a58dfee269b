/* SPDX-License-Identifier: Apache-2.0 */

/* A client's folder without a repository: what it says of itself, and the way back to
 * the previous database. */
#include "vitrine/update.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "base/whole_file.h"
#include "delta/rebuild_image.h"
#include "update/client/client_install.h"
#include "update/client/client_store.h"

/* What is told of a database file. */
struct look {
    uint64_t release;
    uint64_t len;
    uint8_t digest[VTR_DIGEST_LEN];
};

/* Looks at a database that can be opened; false for any other. */
static bool look_at(const char *path, struct look *out)
{
    struct vtr_mapping mapping = {0};
    struct vtr_image image;
    const bool is_good = vtr_mapping_open(&mapping, path, NULL) == VTR_OK &&
                         vtr_image_open(&image, mapping.bytes, NULL) == VTR_OK;

    if (is_good) {
        out->release = image.release;
        out->len = mapping.bytes.len;
        memcpy(out->digest, image.content_digest, VTR_DIGEST_LEN);
    }
    vtr_mapping_close(&mapping);
    return is_good;
}

/* Reads the state of a folder.  Where a root was taken, a state that says nothing was
 * lost: it is written whenever an update ends. */
static enum vtr_status read_state(struct vtr_client_state *out, const char *dir,
                                  struct vtr_error *err)
{
    struct vtr_bytes root = {NULL, 0};
    enum vtr_status status = vtr_client_state_read(out, dir, err);

    if (status != VTR_OK || out->told.database[0] != '\0' ||
        out->told.failure_count > 0) {
        return status;
    }
    status = vtr_client_read(dir, VTR_CLIENT_METADATA "root.json",
                             vtr_tuf_type_limit(VTR_TUF_ROOT), &root, err);
    if (status == VTR_OK && root.len > 0) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "'%s/" VTR_CLIENT_STATE "' is missing or damaged: the "
                               "next update writes it anew",
                               dir);
    }
    vtr_whole_file_free(&root);
    return status;
}

enum vtr_status vtr_update_get_state(const char *dir, struct vtr_update_state *out,
                                     struct vtr_error *err)
{
    struct vtr_client_state state = {0};
    struct vtr_client_installed installed = {0};
    struct look previous;
    enum vtr_status status = read_state(&state, dir, err);

    if (status == VTR_OK && state.told.database[0] != '\0') {
        status = vtr_client_installed_open(&installed, dir, state.told.database, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    *out = state.told;
    out->release = 0;
    if (installed.path != NULL) {
        out->has_database = installed.is_there;
        out->release = installed.is_there ? installed.image.release : 0;
        out->database_len = installed.is_there ? installed.mapping.bytes.len : 0;
        out->has_previous = look_at(installed.previous_path, &previous);
        out->previous_release = out->has_previous ? previous.release : 0;
    }
    vtr_client_installed_close(&installed);
    return VTR_OK;
}

/* A third name while two files change places; one that a kill leaves is a temporary
 * file, which the next update removes.  From malloc. */
static char *exchange_path(const char *dir, const char *database)
{
    char hidden[VTR_UPDATE_NAME_CAP + 2];

    (void)snprintf(hidden, sizeof(hidden), ".%s", database);
    return vtr_client_path(dir, hidden, VTR_CLIENT_EXCHANGE);
}

/* The two files change places, so that at each moment both names have a file: the state
 * first, so that no update undoes it. */
static enum vtr_status exchange(const char *dir, struct vtr_client_state *state,
                                const struct vtr_client_installed *installed,
                                struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    char *kept = exchange_path(dir, state->told.database);

    if (kept == NULL) {
        return vtr_error_set_memory(err);
    }
    if (installed->is_there) {
        state->told.is_held = 1;
        memcpy(state->held, installed->image.content_digest, VTR_DIGEST_LEN);
        status = vtr_client_state_write(state, dir, err);
        if (status == VTR_OK) {
            status = vtr_file_name_also(installed->path, kept, err);
        }
    }
    if (status == VTR_OK) {
        status = vtr_file_name_also(installed->previous_path, installed->path, err);
    }
    if (status == VTR_OK && installed->is_there) {
        status = vtr_file_rename(kept, installed->previous_path, err);
    }
    free(kept);
    return status;
}

/* Whether the previous database is whole, which lay there unused: scanners have it
 * next.
 */
static enum vtr_status check_previous(const char *dir, const char *database,
                                      const struct vtr_client_installed *installed,
                                      struct vtr_error *err)
{
    struct vtr_mapping mapping = {0};
    struct vtr_image image;
    struct vtr_error why = {0};
    enum vtr_status status = vtr_mapping_open(&mapping, installed->previous_path, &why);

    if (status == VTR_OK) {
        status = vtr_delta_open_image(&image, mapping.bytes, &why);
    }
    if (status == VTR_OK &&
        !vtr_bytes_equal(image.name, vtr_bytes_from_text(database))) {
        status = vtr_error_set(&why, VTR_ERROR_MISMATCH, "it is of another name");
    }
    vtr_mapping_close(&mapping);
    return status == VTR_OK
               ? VTR_OK
               : vtr_error_set(err, status,
                               "the previous database in '%.400s' is damaged, and the "
                               "present one stays: %.300s",
                               dir, why.message);
}

static enum vtr_status roll_back(const char *dir, struct vtr_update_result *result,
                                 struct vtr_error *err)
{
    struct vtr_client_state state = {0};
    struct vtr_client_installed installed = {0};
    struct look previous;
    enum vtr_status status = read_state(&state, dir, err);

    if (status == VTR_OK && state.told.database[0] == '\0') {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' was never updated", dir);
    }
    if (status == VTR_OK) {
        status = vtr_client_installed_open(&installed, dir, state.told.database, err);
    }
    /* After a roll-back that was cut both names may be of one file: that is done. */
    if (status == VTR_OK &&
        (!look_at(installed.previous_path, &previous) ||
         (installed.is_there && memcmp(previous.digest, installed.image.content_digest,
                                       VTR_DIGEST_LEN) == 0))) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no previous database",
                               dir);
    }
    if (status == VTR_OK) {
        status = check_previous(dir, state.told.database, &installed, err);
    }
    if (status == VTR_OK) {
        result->release = previous.release;
        result->database_len = previous.len;
        memcpy(result->database, state.told.database, sizeof(result->database));
        result->had_database = installed.is_there;
        result->from_release = installed.is_there ? installed.image.release : 0;
        status = exchange(dir, &state, &installed, err);
    }
    vtr_client_installed_close(&installed);
    return status;
}

enum vtr_status vtr_update_roll_back(const char *dir, struct vtr_update_result *out,
                                     struct vtr_error *err)
{
    struct vtr_update_result result = {.outcome = VTR_UPDATE_HELD};
    struct vtr_file_lock lock = {0};
    enum vtr_status status = vtr_client_lock(&lock, dir, err);

    if (status == VTR_OK) {
        status = roll_back(dir, &result, err);
    }
    vtr_file_lock_close(&lock);
    if (status == VTR_OK) {
        *out = result;
    }
    return status;
}
