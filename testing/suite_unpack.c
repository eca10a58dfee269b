/* SPDX-License-Identifier: Apache-2.0 */

/* Samples as files of their own, for other programs to look at. */
#include "testing/suite_run.h"

#include <string.h>

#include "base/error.h"
#include "base/os_path.h"
#include "base/os_replace.h"

/* Whether a name stays below the folder that it is put after. */
static bool is_path_below(struct vtr_bytes name)
{
    size_t start = 0;

    for (size_t i = 0; i <= name.len; i++) {
        if (i < name.len && name.ptr[i] < ' ') {
            return false;
        }
        if (i < name.len && name.ptr[i] != '/') {
            continue;
        }
        const size_t len = i - start;
        if (len == 0 || (len <= 2 && memcmp(name.ptr + start, "..", len) == 0)) {
            return false;
        }
        start = i + 1;
    }
    return true;
}

static enum vtr_status write_file(const char *path, struct vtr_bytes content,
                                  struct vtr_error *err)
{
    struct vtr_replacement file = {0};
    enum vtr_status status = vtr_make_folders_for(path, err);

    if (status == VTR_OK) {
        status = vtr_replacement_begin(&file, path, 0666, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    status = vtr_replacement_write(&file, content, err);
    if (status == VTR_OK) {
        return vtr_replacement_commit_new(&file, err);
    }
    vtr_replacement_abort(&file);
    return status;
}

enum vtr_status vtr_suite_unpack(struct vtr_test_run *run, const char *folder,
                                 const struct vtr_suite_sample *sample,
                                 struct vtr_bytes content, struct vtr_error *err)
{
    struct vtr_diagnostics *d = &run->files->diagnostics;
    struct vtr_error reason = {0};
    enum vtr_status status = VTR_OK;

    if (!is_path_below(sample->name)) {
        (void)vtr_diagnostics_add_coded(d, "E508", sample->place,
                                        "this name cannot be a file of the folder '%s'",
                                        folder);
        return VTR_OK;
    }
    const char *path =
        vtr_diagnostics_text(d, "%s/%s", folder, (const char *)sample->name.ptr);
    status = write_file(path, content, &reason);
    if (status == VTR_ERROR_MEMORY) {
        return vtr_error_set_memory(err);
    }
    if (status != VTR_OK) {
        (void)vtr_diagnostics_add_coded(d, "E508", sample->place, "%s", reason.message);
    }
    return VTR_OK;
}
