/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_install.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_replace.h"
#include "delta/rebuild_chain.h"
#include "delta/rebuild_image.h"
#include "vitrine/scan.h"

#define FILE_MODE 0644u

/* What the self-test scans: text, a number, zeros, and the bytes of an executable. */
static const uint8_t CANARY[] =
    "MZ\x90\0\x03\0\0\0 the glass case is open: 0123456789 \0\0\0\0\0\0\0\0 PE\0\0";

enum vtr_status vtr_client_installed_open(struct vtr_client_installed *out,
                                          const char *dir, const char *database,
                                          struct vtr_error *err)
{
    struct vtr_client_installed installed = {
        .path = vtr_client_path(dir, database, ".vdb"),
        .previous_path = vtr_client_path(dir, database, ".vdb.previous")};

    if (installed.path == NULL || installed.previous_path == NULL) {
        vtr_client_installed_close(&installed);
        return vtr_error_set_memory(err);
    }
    if (vtr_mapping_open(&installed.mapping, installed.path, NULL) == VTR_OK) {
        installed.is_there =
            vtr_delta_open_image(&installed.image, installed.mapping.bytes, NULL) ==
            VTR_OK;
        installed.is_damaged = !installed.is_there;
    }
    *out = installed;
    return VTR_OK;
}

void vtr_client_installed_close(struct vtr_client_installed *installed)
{
    vtr_mapping_close(&installed->mapping);
    free(installed->path);
    free(installed->previous_path);
    *installed = (struct vtr_client_installed){0};
}

static int keep_going(const struct vtr_detection *detection, void *context)
{
    (void)detection;
    (void)context;
    return 1;
}

/* Opens and scans as a product will. */
static enum vtr_status scan_canary(struct vtr_bytes bytes, struct vtr_error *err)
{
    const struct vtr_bytes canary = {CANARY, sizeof(CANARY)};
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;
    enum vtr_status status = vtr_database_open_bytes(&database, bytes, err);

    if (status == VTR_OK) {
        status = vtr_scanner_new(&scanner, database, NULL, err);
    }
    if (status == VTR_OK) {
        status = vtr_scan_bytes(scanner, canary, keep_going, NULL, &limits, err);
    }
    if (status == VTR_OK && (limits & VTR_SCAN_BAD_DATABASE) != 0) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "the new database cannot be read while it is used");
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    return status;
}

enum vtr_status vtr_client_test_database(struct vtr_bytes bytes,
                                         const struct vtr_tuf_target *target,
                                         struct vtr_error *err)
{
    const struct vtr_tuf_custom *custom = &target->custom;
    struct vtr_image image;
    enum vtr_status status = vtr_tuf_target_check(target, bytes, err);

    if (status == VTR_OK) {
        status = vtr_delta_open_image(&image, bytes, err);
    }
    if (status == VTR_OK &&
        (image.release != custom->release ||
         !vtr_bytes_equal(image.name, custom->database) ||
         memcmp(image.content_digest, custom->digest, VTR_DIGEST_LEN) != 0)) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "the new database is not the release that was approved");
    }
    return status == VTR_OK ? scan_canary(bytes, err) : status;
}

/* The database that is in place keeps a name; one that is damaged is not worth it. */
static enum vtr_status keep_previous(const struct vtr_client_installed *installed,
                                     struct vtr_error *err)
{
    return installed->is_there
               ? vtr_file_name_also(installed->path, installed->previous_path, err)
               : VTR_OK;
}

static void tell_install(struct vtr_client *client)
{
    const struct vtr_update_options *options = client->options;
    const struct vtr_update_progress progress = {.phase = VTR_UPDATE_INSTALL};

    client->phase = VTR_UPDATE_INSTALL;
    if (options->progress != NULL) {
        options->progress(&progress, options->progress_context);
    }
}

static uint8_t *alloc_in_file(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = NULL;

    return vtr_replacement_map(context, len, &memory, err) == VTR_OK ? memory : NULL;
}

/* Reads back what was written, from where a reader will have it. */
static enum vtr_status check_written(const char *path,
                                     const struct vtr_tuf_target *target,
                                     struct vtr_error *err)
{
    struct vtr_mapping written = {0};
    enum vtr_status status = vtr_mapping_open(&written, path, err);

    if (status == VTR_OK) {
        status = vtr_client_test_database(written.bytes, target, err);
    }
    vtr_mapping_close(&written);
    return status;
}

static enum vtr_status write_result(struct vtr_delta *deltas, size_t count,
                                    const struct vtr_tuf_target *target,
                                    const struct vtr_client_installed *installed,
                                    struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status =
        vtr_replacement_begin(&file, installed->path, FILE_MODE, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_rebuild_chain(deltas, count, &installed->image, alloc_in_file,
                                     &file, err);
    if (status == VTR_OK) {
        status = vtr_replacement_keep_mode(&file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_sync(&file, err);
    }
    if (status == VTR_OK) {
        status = check_written(file.temp_path, target, err);
    }
    if (status == VTR_OK) {
        status = keep_previous(installed, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}

/* Opens the deltas in the order in which they are applied. */
static enum vtr_status open_deltas(const struct vtr_client *client,
                                   const struct vtr_client_file *files, size_t count,
                                   uint64_t len, struct vtr_delta *out,
                                   struct vtr_error *err)
{
    const struct vtr_update_options *options = client->options;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = vtr_delta_open(&out[i], files[count - 1 - i].mapping.bytes,
                                options->delta_keys, options->delta_key_count, err);
    }
    if (status == VTR_OK && out[count - 1].header.to_len != len) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "the last delta does not lead to the newest database");
    }
    return status;
}

enum vtr_status vtr_client_install_deltas(struct vtr_client *client,
                                          const struct vtr_client_plan *plan,
                                          const struct vtr_tuf_target *target,
                                          const struct vtr_client_installed *installed,
                                          struct vtr_error *err)
{
    const size_t count = plan->hop_count;
    struct vtr_client_file *files = calloc(count + 1, sizeof(*files));
    struct vtr_delta *deltas = calloc(count + 1, sizeof(*deltas));
    enum vtr_status status =
        files == NULL || deltas == NULL ? vtr_error_set_memory(err) : VTR_OK;

    client->phase = VTR_UPDATE_FETCH_DELTAS;
    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = vtr_client_fetch_target(client, &plan->hops[i], &files[i], err);
    }
    if (status == VTR_OK) {
        tell_install(client);
        status = open_deltas(client, files, count, target->len, deltas, err);
    }
    if (status == VTR_OK) {
        status = write_result(deltas, count, target, installed, err);
    }
    for (size_t i = 0; files != NULL && deltas != NULL && i < count; i++) {
        vtr_delta_deinit(&deltas[i]);
        vtr_client_file_close(&files[i]);
    }
    free(files);
    free(deltas);
    return status;
}

enum vtr_status vtr_client_install_whole(struct vtr_client *client,
                                         const struct vtr_tuf_target *target,
                                         const struct vtr_client_installed *installed,
                                         struct vtr_error *err)
{
    struct vtr_client_file file = {0};
    struct vtr_database *database = NULL;

    client->phase = VTR_UPDATE_FETCH_DATABASE;
    enum vtr_status status = vtr_client_fetch_target(client, target, &file, err);
    if (status == VTR_OK) {
        tell_install(client);
        status = vtr_partial_sync(&file.partial, installed->path, FILE_MODE, err);
    }
    if (status == VTR_OK) {
        status = vtr_client_test_database(file.mapping.bytes, target, err);
    }
    if (status == VTR_OK) {
        status = vtr_database_open_bytes(&database, file.mapping.bytes, err);
    }
    if (status == VTR_OK) {
        /* Another machine built it: every byte must be what its records come to. */
        status = vtr_database_check(database, err);
    }
    vtr_database_free(database);
    if (status == VTR_OK) {
        status = keep_previous(installed, err);
    }
    if (status == VTR_OK) {
        status = vtr_partial_install(&file.partial, installed->path, err);
    }
    vtr_client_file_close(&file);
    return status;
}
