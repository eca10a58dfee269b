/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum vtr_status vtr_fail(struct vtr_error *err, enum vtr_status status,
                         const char *format, ...)
{
    va_list args;

    if (err != NULL) {
        *err = (struct vtr_error){.status = status};
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, args);
        va_end(args);
    }
    return status;
}

enum vtr_status vtr_fail_os(struct vtr_error *err, int os_errno, const char *format,
                            ...)
{
    va_list args;

    if (err != NULL) {
        *err = (struct vtr_error){.status = VTR_ERROR_IO, .os_errno = os_errno};
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, args);
        va_end(args);
        if (os_errno != 0) {
            const size_t used = strlen(err->message);
            (void)snprintf(err->message + used, sizeof(err->message) - used, ": %s",
                           strerror(os_errno));
        }
    }
    return VTR_ERROR_IO;
}

enum vtr_status vtr_fail_memory(struct vtr_error *err)
{
    return vtr_fail(err, VTR_ERROR_MEMORY, "out of memory");
}
