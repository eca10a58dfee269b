/* SPDX-License-Identifier: Apache-2.0 */

#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REASON_ROOM 128u /* what the system says, with room to spare */

static void set_message(struct vtr_error *err, enum vtr_status status,
                        const char *format, va_list args) VTR_PRINTF(3, 0);

static void set_message(struct vtr_error *err, enum vtr_status status,
                        const char *format, va_list args)
{
    *err = (struct vtr_error){.status = status};
    (void)vsnprintf(err->message, sizeof(err->message), format, args);
}

enum vtr_status vtr_error_set(struct vtr_error *err, enum vtr_status status,
                              const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        set_message(err, status, format, args);
        va_end(args);
    }
    return status;
}

enum vtr_status vtr_error_set_os(struct vtr_error *err, int os_errno,
                                 const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        set_message(err, VTR_ERROR_IO, format, args);
        va_end(args);
        err->os_errno = os_errno;

        /* Of a path that is too long the end is cut, and not the reason. */
        const char *reason = strerror(os_errno);
        const size_t used = strlen(err->message);
        const size_t cut = sizeof(err->message) - REASON_ROOM;
        const size_t at = used + strlen(reason) + 3 > sizeof(err->message) ? cut : used;
        (void)snprintf(err->message + at, sizeof(err->message) - at, ": %s", reason);
    }
    return VTR_ERROR_IO;
}

enum vtr_status vtr_error_set_format(struct vtr_error *err, const char *section,
                                     uint64_t offset, const char *format, ...)
{
    if (err != NULL) {
        va_list args;
        va_start(args, format);
        set_message(err, VTR_ERROR_FORMAT, format, args);
        va_end(args);
        err->offset = offset;
        (void)snprintf(err->section, sizeof(err->section), "%s", section);
    }
    return VTR_ERROR_FORMAT;
}

void vtr_error_name_file(struct vtr_error *err, const char *path)
{
    char message[sizeof(err->message)];

    if (err != NULL) {
        memcpy(message, err->message, sizeof(message));
        (void)snprintf(err->message, sizeof(err->message), "'%.200s': %.300s", path,
                       message);
    }
}

enum vtr_status vtr_error_set_memory(struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_MEMORY, "out of memory");
}
