/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/delta_file.h"

#include "base/os_replace.h"
#include "delta/file/encode.h"
#include "delta/file/section_set.h"

#define FILE_MODE 0644u

enum vtr_status vtr_delta_spell(struct vtr_writer *w, struct vtr_delta_header *header,
                                const struct vtr_changes *changes,
                                const struct vtr_secret_key *key, struct vtr_error *err)
{
    struct vtr_section_set sections = {0};
    enum vtr_status status = vtr_delta_encode(&sections, changes, err);

    if (status == VTR_OK) {
        status = vtr_section_set_pack(&sections, header, err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_file_write(w, header, key, err);
    }
    vtr_section_set_deinit(&sections);
    return status;
}

enum vtr_status vtr_delta_save(struct vtr_bytes delta, const char *path,
                               uint64_t *out_len, struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = vtr_replacement_begin(&file, path, FILE_MODE, err);

    if (status == VTR_OK) {
        status = vtr_replacement_keep_mode(&file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_write(&file, delta, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit(&file, err);
    }
    if (status == VTR_OK && out_len != NULL) {
        *out_len = delta.len;
    }
    vtr_replacement_abort(&file);
    return status;
}
