/* SPDX-License-Identifier: Apache-2.0 */

#include "base/whole_file.h"

#include <errno.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_replace.h"

#define FILE_MODE 0644u

void vtr_whole_file_free(struct vtr_bytes *text)
{
    free((void *)(uintptr_t)text->ptr);
    *text = (struct vtr_bytes){NULL, 0};
}

static enum vtr_status check_written(const struct vtr_replacement *file,
                                     struct vtr_bytes bytes, struct vtr_error *err)
{
    struct vtr_bytes written = {NULL, 0};
    enum vtr_status status =
        vtr_file_read_regular(file->temp_path, bytes.len, &written, err);

    if (status == VTR_ERROR_LIMIT ||
        (status == VTR_OK && !vtr_bytes_equal(written, bytes))) {
        status = vtr_error_set_os(err, EIO, "cannot write '%s'", file->path);
    }
    vtr_whole_file_free(&written);
    return status;
}

enum vtr_status vtr_whole_file_write(const char *path, struct vtr_bytes bytes,
                                     struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = vtr_replacement_begin(&file, path, FILE_MODE, err);

    if (status == VTR_OK) {
        status = vtr_replacement_share(&file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_write(&file, bytes, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_sync(&file, err);
    }
    if (status == VTR_OK) {
        status = check_written(&file, bytes, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}
