/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_process.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/system/failure.h"
#include "cli/system/os_input.h"

/* Pages whose state is asked for at once.  A stretch of so many without one that was
 * ever written to is left out of a mapping that no file is behind. */
#define STRETCH_PAGES 512u

/* In /proc/PID/pagemap: present, swapped, or of a file; else there is nothing. */
#define PAGE_STATE_SHIFT 61

/* A thread of the kernel, or a process that has ended and is not waited for yet. */
#define NO_MEMORY "it has no memory of its own"

struct vtr_process {
    uint64_t pid;
    int memory_fd;
    int state_fd; /* of pages; -1: unknown */
    uint64_t page_len;
    uint64_t piece_len;
    struct vtr_memory_range *ranges; /* owned, from malloc */
    size_t range_count;
    size_t range_cap;
    struct vtr_memory memory;
    bool was_read;
    bool has_ended;
};

/* A line of /proc/PID/maps. */
struct region {
    uint64_t begin;
    uint64_t end;
    uint64_t inode; /* 0: no file is behind it */
};

static enum vtr_status fail(struct vtr_error *err, int code, const char *what,
                            uint64_t pid, const char *reason)
{
    (void)vtr_fail(err, VTR_ERROR_IO, "%s process %" PRIu64 ": %s", what, pid, reason);
    err->os_errno = code;
    return VTR_ERROR_IO;
}

static int open_proc(uint64_t pid, const char *name)
{
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/%s", pid, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Adds begin..end in pieces.  False when memory is out. */
static bool add_range(struct vtr_process *process, uint64_t begin, uint64_t end)
{
    while (begin < end) {
        if (process->range_count == process->range_cap) {
            const size_t cap = process->range_cap == 0 ? 256 : process->range_cap * 2;
            struct vtr_memory_range *ranges =
                realloc(process->ranges, cap * sizeof(*ranges));
            if (ranges == NULL) {
                return false;
            }
            process->ranges = ranges;
            process->range_cap = cap;
        }
        const uint64_t len =
            end - begin < process->piece_len ? end - begin : process->piece_len;
        process->ranges[process->range_count++] = (struct vtr_memory_range){begin, len};
        begin += len;
    }
    return true;
}

/* Whether one of the pages from `begin` on has contents; when that is not known, yes.
 */
static bool is_populated(const struct vtr_process *process, uint64_t begin,
                         uint64_t page_count)
{
    uint64_t states[STRETCH_PAGES] = {0};
    const size_t len = (size_t)page_count * sizeof(states[0]);
    const uint64_t at = begin / process->page_len * sizeof(states[0]);
    const ssize_t got = pread(process->state_fd, states, len, (off_t)at);

    if (got != (ssize_t)len) {
        return true;
    }
    for (size_t i = 0; i < page_count; i++) {
        if (states[i] >> PAGE_STATE_SHIFT != 0) {
            return true;
        }
    }
    return false;
}

/* Adds what of a region without a file has contents. */
static bool add_stretches(struct vtr_process *process, const struct region *region)
{
    const uint64_t stretch_len = STRETCH_PAGES * process->page_len;
    uint64_t begin = region->begin; /* of what is not added yet */

    for (uint64_t at = region->begin; at < region->end;) {
        const uint64_t left = region->end - at;
        const uint64_t len = left < stretch_len ? left : stretch_len;
        if (len == stretch_len && !is_populated(process, at, STRETCH_PAGES)) {
            if (!add_range(process, begin, at)) {
                return false;
            }
            begin = at + len;
        }
        at += len;
    }
    return add_range(process, begin, region->end);
}

/* Reads a number and moves past it. */
static uint64_t read_number(const char **at, const char *end, unsigned radix)
{
    uint64_t number = 0;

    for (; *at < end; (*at)++) {
        const char c = **at;
        const unsigned digit = c >= '0' && c <= '9'   ? (unsigned)(c - '0')
                               : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
                                                      : 16;
        if (digit >= radix) {
            break;
        }
        number = number * radix + digit;
    }
    return number;
}

/* Moves past the next space. */
static void skip_word(const char **at, const char *end)
{
    while (*at < end && **at != ' ') {
        (*at)++;
    }
    *at += *at < end ? 1 : 0;
}

/* "begin-end perms offset device inode path" */
static bool read_region(const char *line, const char *end, struct region *out)
{
    const char *at = line;

    out->begin = read_number(&at, end, 16);
    if (at == end || *at != '-') {
        return false;
    }
    at++;
    out->end = read_number(&at, end, 16);
    for (unsigned word = 0; word < 4; word++) {
        skip_word(&at, end);
    }
    out->inode = read_number(&at, end, 10);
    return out->begin < out->end && out->end <= INT64_MAX;
}

static bool add_regions(struct vtr_process *process, struct vtr_bytes maps)
{
    const char *at = (const char *)maps.ptr;
    const char *end = at + maps.len;
    struct region region;
    bool is_ok = true;

    while (is_ok && at < end) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        line_end = line_end == NULL ? end : line_end;
        if (read_region(at, line_end, &region)) {
            is_ok = region.inode == 0 && process->state_fd >= 0
                        ? add_stretches(process, &region)
                        : add_range(process, region.begin, region.end);
        }
        at = line_end + (line_end < end ? 1 : 0);
    }
    return is_ok;
}

/* What can be read of the pages from `address` on; a page that cannot (a device's, one
 * past the end of its file) is zeros. */
static size_t read_memory(void *context, uint64_t address, uint8_t *to, size_t len)
{
    struct vtr_process *process = context;
    size_t done = 0;
    size_t known = 0; /* up to here something was read */

    while (done < len) {
        const uint64_t at = address + done;
        const ssize_t got = pread(process->memory_fd, to + done, len - done, (off_t)at);
        if (got > 0) {
            done += (size_t)got;
            known = done;
        } else if (got == 0) {
            process->has_ended = true;
            break;
        } else if (errno != EINTR) {
            const uint64_t page_left = process->page_len - at % process->page_len;
            const size_t step = page_left < len - done ? (size_t)page_left : len - done;
            memset(to + done, 0, step);
            done += step;
        }
    }
    process->was_read = process->was_read || known > 0;
    return known == 0 ? 0 : done;
}

static enum vtr_status list_regions(struct vtr_process *process, struct vtr_error *err)
{
    struct vtr_input maps = {0};
    char path[64];

    (void)snprintf(path, sizeof(path), "/proc/%" PRIu64 "/maps", process->pid);
    enum vtr_status status = vtr_input_open(&maps, path, err);
    if (status != VTR_OK) {
        return fail(err, err->os_errno, "cannot read the memory of", process->pid,
                    strerror(err->os_errno));
    }
    if (!add_regions(process, maps.bytes)) {
        status = vtr_fail_memory(err);
    } else if (process->range_count == 0) {
        status = fail(err, 0, "cannot read the memory of", process->pid, NO_MEMORY);
    }
    vtr_input_close(&maps);
    return status;
}

static enum vtr_status attach(struct vtr_process *process, struct vtr_error *err)
{
    if (access("/proc/self/maps", R_OK) != 0) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT,
                        "processes cannot be scanned on this system: it has no "
                        "/proc/PID/maps");
    }
    process->memory_fd = open_proc(process->pid, "mem");
    if (process->memory_fd < 0) {
        const int code = errno;
        return fail(err, code, "cannot read the memory of", process->pid,
                    code == ENOENT  ? "there is no such process"
                    : code == ESRCH ? NO_MEMORY
                                    : strerror(code));
    }
    process->state_fd = open_proc(process->pid, "pagemap");
    return list_regions(process, err);
}

enum vtr_status vtr_process_open(struct vtr_process **out, uint64_t pid,
                                 uint64_t piece_len, struct vtr_error *err)
{
    struct vtr_process *process = calloc(1, sizeof(*process));
    const long page_len = sysconf(_SC_PAGESIZE);

    if (process == NULL) {
        return vtr_fail_memory(err);
    }
    process->pid = pid;
    process->memory_fd = -1;
    process->state_fd = -1;
    process->page_len = page_len < 1 ? 4096 : (uint64_t)page_len;
    process->piece_len = piece_len == 0 || piece_len > VTR_MEMORY_RANGE_LIMIT
                             ? VTR_MEMORY_RANGE_LIMIT
                             : piece_len;
    const enum vtr_status status = attach(process, err);
    if (status != VTR_OK) {
        vtr_process_close(process);
        return status;
    }
    process->memory = (struct vtr_memory){.ranges = process->ranges,
                                          .range_count = process->range_count,
                                          .read = read_memory,
                                          .context = process};
    *out = process;
    return VTR_OK;
}

void vtr_process_close(struct vtr_process *process)
{
    if (process == NULL) {
        return;
    }
    if (process->memory_fd >= 0) {
        (void)close(process->memory_fd);
    }
    if (process->state_fd >= 0) {
        (void)close(process->state_fd);
    }
    free(process->ranges);
    free(process);
}

const struct vtr_memory *vtr_process_get_memory(const struct vtr_process *process)
{
    return &process->memory;
}

enum vtr_status vtr_process_check(const struct vtr_process *process,
                                  struct vtr_error *err)
{
    if (process->has_ended) {
        return fail(err, 0, "not all was scanned of", process->pid, "it has ended");
    }
    if (!process->was_read) {
        return fail(err, 0, "nothing could be read of", process->pid,
                    "the system refuses");
    }
    return VTR_OK;
}
