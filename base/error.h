/* SPDX-License-Identifier: Apache-2.0 */

/* Fills a caller's struct vtr_error.  Every function returns the status that it was
 * given, so that `return vtr_error_set(err, VTR_ERROR_IO, ...)` reads as one step. */
#ifndef VTR_BASE_ERROR_H
#define VTR_BASE_ERROR_H

#include "base/compiler.h"

/* Sets status and message; clears os_errno, section and offset. */
enum vtr_status vtr_error_set(struct vtr_error *err, enum vtr_status status,
                              const char *format, ...) VTR_PRINTF(3, 4);

/* VTR_ERROR_IO with `os_errno`; ": <strerror>" is appended to the message. */
enum vtr_status vtr_error_set_os(struct vtr_error *err, int os_errno,
                                 const char *format, ...) VTR_PRINTF(3, 4);

/* VTR_ERROR_FORMAT at a byte offset inside a named section. */
enum vtr_status vtr_error_set_format(struct vtr_error *err, const char *section,
                                     uint64_t offset, const char *format, ...)
    VTR_PRINTF(4, 5);

/* Says which file a message is about: "'PATH': " before it. */
void vtr_error_name_file(struct vtr_error *err, const char *path);

/* VTR_ERROR_MEMORY with the standard message. */
enum vtr_status vtr_error_set_memory(struct vtr_error *err);

#endif
