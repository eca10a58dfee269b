/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/system/failure.h"
#include "vitrine/scan.h"

static enum vtr_status fail_to_read(struct vtr_error *err, int os_errno,
                                    const char *path)
{
    return vtr_fail_os(err, os_errno, "cannot read '%s'", path);
}

/* Reads a pipe, or whatever cannot be mapped, to its end. */
static enum vtr_status read_whole(struct vtr_input *out, int fd, const char *path,
                                  struct vtr_error *err)
{
    uint8_t *memory = NULL;
    size_t len = 0;
    size_t cap = 0;

    for (;;) {
        if (len == cap) {
            cap = cap == 0 ? 65536 : cap * 2;
            uint8_t *grown = cap > SIZE_MAX / 4 ? NULL : realloc(memory, cap);
            if (grown == NULL) {
                free(memory);
                return vtr_fail_memory(err);
            }
            memory = grown;
        }
        const ssize_t got = read(fd, memory + len, cap - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            const int os_errno = errno;
            free(memory);
            return fail_to_read(err, os_errno, path);
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    *out = (struct vtr_input){.bytes = {memory, len}, .memory = memory};
    return VTR_OK;
}

static enum vtr_status map_or_read(struct vtr_input *out, int fd, const char *path,
                                   struct vtr_error *err)
{
    struct stat info;

    if (fstat(fd, &info) != 0) {
        return fail_to_read(err, errno, path);
    }
    if (S_ISDIR(info.st_mode)) {
        return fail_to_read(err, EISDIR, path);
    }
    if (S_ISREG(info.st_mode) && info.st_size > 0 &&
        (uintmax_t)info.st_size <= SIZE_MAX / 2) {
        const size_t len = (size_t)info.st_size;
        void *memory = mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
        if (memory != MAP_FAILED) {
            *out = (struct vtr_input){.bytes = {memory, len},
                                      .memory = memory,
                                      .map_len = len};
            return VTR_OK;
        }
    }
    return read_whole(out, fd, path, err);
}

enum vtr_status vtr_input_open(struct vtr_input *out, const char *path,
                               struct vtr_error *err)
{
    if (strcmp(path, "-") == 0) {
        return map_or_read(out, STDIN_FILENO, "standard input", err);
    }
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return fail_to_read(err, errno, path);
    }
    const enum vtr_status status = map_or_read(out, fd, path, err);
    (void)close(fd);
    return status;
}

void vtr_input_blame(const char *path, struct vtr_error *err)
{
    char reason[sizeof(err->message)];

    memcpy(reason, err->message, sizeof(reason));
    (void)snprintf(err->message, sizeof(err->message), "'%.200s': %.300s", path,
                   reason);
}

enum vtr_status vtr_input_open_database(struct vtr_input *out, const char *path,
                                        struct vtr_error *err)
{
    struct vtr_database *database = NULL;
    enum vtr_status status = vtr_input_open(out, path, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_database_open_bytes(&database, out->bytes, err);
    if (status != VTR_OK) {
        vtr_input_blame(path, err);
        vtr_input_close(out);
    }
    vtr_database_free(database);
    return status;
}

void vtr_input_close(struct vtr_input *input)
{
    if (input->map_len > 0) {
        (void)munmap(input->memory, input->map_len);
    } else {
        free(input->memory);
    }
    *input = (struct vtr_input){0};
}
