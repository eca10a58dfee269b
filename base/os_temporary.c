/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_temporary.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/os_open.h"
#include "base/os_path.h"

/* A read of more at a time may be cut short by the system. */
#define TRANSFER_MAX ((size_t)1 << 30)

/* The folder to use, a copy; NULL when memory is out. */
static char *choose_folder(const char *beside)
{
    const char *wanted = getenv("TMPDIR");

    if (wanted != NULL && wanted[0] != '\0') {
        return strdup(wanted);
    }
    if (beside == NULL || vtr_path_kind(beside) == VTR_PATH_OTHER) {
        return strdup("/tmp");
    }
    const char *slash = strrchr(beside, '/');
    if (slash == NULL) {
        return strdup(".");
    }
    return slash == beside ? strdup("/") : strndup(beside, (size_t)(slash - beside));
}

enum vtr_status vtr_temporary_open(struct vtr_temporary *out, const char *beside,
                                   struct vtr_error *err)
{
    static const char NAME[] = "/.vitrine-XXXXXX";
    struct vtr_temporary file = {.folder = choose_folder(beside), .fd = -1};
    const size_t len = file.folder == NULL ? 0 : strlen(file.folder);
    char *path = file.folder == NULL ? NULL : malloc(len + sizeof(NAME));

    if (path == NULL) {
        free(file.folder);
        return vtr_error_set_memory(err);
    }
    memcpy(path, file.folder, len);
    memcpy(path + len, NAME, sizeof(NAME));
    file.fd = mkstemp(path);
    /* The name goes at once: whatever ends the process, no file stays behind. */
    const int code = file.fd < 0 || unlink(path) != 0 ? errno : 0;
    free(path);
    file.is_open = file.fd >= 0;
    if (code != 0) {
        (void)vtr_error_set_os(err, code, "cannot make a temporary file in '%s'",
                               file.folder);
        vtr_temporary_close(&file);
        return VTR_ERROR_IO;
    }
    *out = file;
    return VTR_OK;
}

void vtr_temporary_close(struct vtr_temporary *file)
{
    if (file != NULL && file->is_open) {
        (void)close(file->fd);
    }
    if (file != NULL) {
        free(file->folder);
        *file = (struct vtr_temporary){0};
    }
}

enum vtr_status vtr_temporary_append(struct vtr_temporary *file, struct vtr_bytes bytes,
                                     struct vtr_error *err)
{
    const int code = vtr_write_at(file->fd, file->len, bytes);

    if (code != 0) {
        return vtr_error_set_os(err, code, "cannot write a temporary file in '%s'",
                                file->folder);
    }
    file->len += bytes.len;
    return VTR_OK;
}

enum vtr_status vtr_temporary_read(const struct vtr_temporary *file, uint64_t offset,
                                   uint8_t *out, size_t len, struct vtr_error *err)
{
    size_t done = 0;

    while (done < len) {
        const size_t left = len - done;
        const ssize_t got =
            pread(file->fd, out + done, left < TRANSFER_MAX ? left : TRANSFER_MAX,
                  (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return vtr_error_set_os(err, got == 0 ? EIO : errno,
                                    "cannot read a temporary file in '%s'",
                                    file->folder);
        }
        done += (size_t)got;
    }
    return VTR_OK;
}
