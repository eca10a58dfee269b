/* SPDX-License-Identifier: Apache-2.0 */

/*
 * From one database to the next.  The old file is never touched before the new one has
 * been written, synced, read back and found to be what the delta promises.
 */
#include "vitrine/delta.h"

#include "base/error.h"
#include "base/os_map.h"
#include "base/os_replace.h"
#include "delta/rebuild_image.h"

#define FILE_MODE 0644u

static uint8_t *alloc_in_file(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = NULL;

    return vtr_replacement_map(context, len, &memory, err) == VTR_OK ? memory : NULL;
}

/* Reads the written file again, from where a later reader will have it. */
static enum vtr_status check_written(const struct vtr_replacement *file,
                                     const struct vtr_delta *delta,
                                     struct vtr_error *err)
{
    struct vtr_mapping written = {0};
    enum vtr_status status = vtr_mapping_open(&written, file->temp_path, err);

    if (status == VTR_OK) {
        status = vtr_delta_check_result(written.bytes, delta, err);
    }
    vtr_mapping_close(&written);
    return status;
}

static enum vtr_status write_result(struct vtr_delta *delta,
                                    const struct vtr_image *basis, const char *path,
                                    struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = vtr_replacement_begin(&file, path, FILE_MODE, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_rebuild(delta, basis, alloc_in_file, &file, err);
    if (status == VTR_OK) {
        status = vtr_replacement_keep_mode(&file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_sync(&file, err);
    }
    if (status == VTR_OK) {
        status = check_written(&file, delta, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}

enum vtr_status vtr_delta_apply(struct vtr_bytes from, struct vtr_bytes delta,
                                const struct vtr_public_key *keys, size_t key_count,
                                const char *path, struct vtr_error *err)
{
    struct vtr_delta opened;
    struct vtr_image basis;
    enum vtr_status status = vtr_delta_open(&opened, delta, keys, key_count, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_open_basis(&basis, from, &opened, err);
    if (status == VTR_OK) {
        status = write_result(&opened, &basis, path, err);
    }
    vtr_delta_deinit(&opened);
    return status;
}
