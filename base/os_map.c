/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_map.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/os_fault.h"
#include "base/os_open.h"

/* Files from this length on are mapped to be scanned, under guard: a copy takes a third
 * of the time of a scan.  Shorter ones are copied sooner than mapped. */
#define MAP_LEAST ((size_t)256 << 10)

/* Longer files are mapped even where not all of their pages can be had at once. */
#define COPY_LIMIT ((size_t)64 << 20)

/* Room for copies of files up to this long is kept: new pages, which the system fills
 * with zeros, take longer than the copy itself. */
#define ROOM_LIMIT ((size_t)16 << 20)

static enum vtr_status map_open_file(struct vtr_mapping *out, int fd, size_t len,
                                     const char *path, struct vtr_error *err)
{
    struct vtr_mapping mapping = {0};

    if (len > 0) {
        void *address = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
        if (address == MAP_FAILED) {
            return vtr_error_set_os(err, errno, "cannot map '%s'", path);
        }
        mapping.address = address;
        mapping.bytes = (struct vtr_bytes){address, len};
        (void)vtr_fault_guard_add(address, len);
    }
    *out = mapping;
    return VTR_OK;
}

enum vtr_status vtr_mapping_open(struct vtr_mapping *out, const char *path,
                                 struct vtr_error *err)
{
    struct stat info;
    const int fd = vtr_open_regular(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        map_open_file(out, fd, (size_t)info.st_size, path, err);
    (void)close(fd);
    return status;
}

bool vtr_mapping_is_whole(const struct vtr_mapping *mapping)
{
    return mapping->address == NULL || !vtr_fault_guard_has_faulted(mapping->address);
}

void vtr_mapping_close(struct vtr_mapping *mapping)
{
    if (mapping != NULL && mapping->address != NULL) {
        vtr_fault_guard_remove(mapping->address);
        (void)munmap(mapping->address, mapping->bytes.len);
    }
    if (mapping != NULL) {
        *mapping = (struct vtr_mapping){0};
    }
}

/* Room for a copy; what was in it does not matter. */
static bool make_room(struct vtr_snapshot *snapshot, size_t len)
{
    if (snapshot->room != NULL && snapshot->room_len >= len) {
        return true;
    }
    /* Rooms that grow by little would be made anew for most files. */
    const size_t more =
        snapshot->room_len < ROOM_LIMIT / 2 ? 2 * snapshot->room_len : 0;

    free(snapshot->room);
    snapshot->room_len = len > more ? len : more;
    snapshot->room_len += snapshot->room_len == 0;
    snapshot->room = malloc(snapshot->room_len);
    if (snapshot->room == NULL) {
        snapshot->room_len = 0;
    }
    return snapshot->room != NULL;
}

/* Copies up to `len` bytes; fewer when the file has shrunk meanwhile. */
static enum vtr_status copy_file(struct vtr_snapshot *snapshot, int fd, size_t len,
                                 const char *path, struct vtr_error *err)
{
    size_t got = 0;

    if (!make_room(snapshot, len)) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status =
        vtr_read_up_to(fd, path, snapshot->room, len, &got, err);
    if (status == VTR_OK) {
        snapshot->bytes = (struct vtr_bytes){snapshot->room, got};
    }
    return status;
}

/* Maps a file with all of its pages: one that cannot be read is found here, and left to
 * read(), which says why.  False when it is to be copied. */
static bool map_whole(struct vtr_snapshot *snapshot, int fd, size_t len)
{
    if (len < MAP_LEAST || len > COPY_LIMIT || VTR_HAS_ADDRESS_SANITIZER ||
        !vtr_fault_guard_is_installed()) {
        return false;
    }
    void *address = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) {
        return false;
    }
    const bool is_guarded = vtr_fault_guard_add(address, len);
    if (is_guarded && madvise(address, len, VTR_POPULATE_ADVICE) == 0) {
        snapshot->bytes = (struct vtr_bytes){address, len};
        snapshot->mapping = address;
        return true;
    }
    if (is_guarded) {
        vtr_fault_guard_remove(address);
    }
    (void)munmap(address, len);
    return false;
}

static enum vtr_status open_snapshot(struct vtr_snapshot *snapshot, int fd, size_t len,
                                     const char *path, struct vtr_error *err)
{
    struct vtr_mapping mapping;

    if (map_whole(snapshot, fd, len)) {
        return VTR_OK;
    }
    if (len <= COPY_LIMIT || !vtr_fault_guard_is_installed()) {
        return copy_file(snapshot, fd, len, path, err);
    }
    const enum vtr_status status = map_open_file(&mapping, fd, len, path, err);
    if (status == VTR_OK) {
        snapshot->bytes = mapping.bytes;
        snapshot->mapping = mapping.address;
    }
    return status;
}

enum vtr_status vtr_snapshot_open(struct vtr_snapshot *snapshot, const char *path,
                                  struct vtr_error *err)
{
    struct stat info;
    const int fd = vtr_open_regular(path, &info, err);

    if (fd < 0) {
        return VTR_ERROR_IO;
    }
    const enum vtr_status status =
        open_snapshot(snapshot, fd, (size_t)info.st_size, path, err);
    (void)close(fd);
    return status;
}

bool vtr_snapshot_is_whole(const struct vtr_snapshot *snapshot)
{
    return snapshot->mapping == NULL || !vtr_fault_guard_has_faulted(snapshot->mapping);
}

void vtr_snapshot_close(struct vtr_snapshot *snapshot)
{
    if (snapshot->mapping != NULL) {
        vtr_fault_guard_remove(snapshot->mapping);
        (void)munmap(snapshot->mapping, snapshot->bytes.len);
        snapshot->mapping = NULL;
    }
    snapshot->bytes = (struct vtr_bytes){0};
    /* The sanitizer sees where a block ends, not where a file does. */
    if (snapshot->room_len > ROOM_LIMIT || VTR_HAS_ADDRESS_SANITIZER) {
        free(snapshot->room);
        snapshot->room = NULL;
        snapshot->room_len = 0;
    }
}

void vtr_snapshot_deinit(struct vtr_snapshot *snapshot)
{
    if (snapshot != NULL) {
        vtr_snapshot_close(snapshot);
        free(snapshot->room);
        *snapshot = (struct vtr_snapshot){0};
    }
}
