/* SPDX-License-Identifier: Apache-2.0 */

/* What the program itself says of a failure, in the struct that the libraries fill.
 * Every function returns the status, so that `return vtr_fail(...)` reads as one step,
 * and takes NULL from those who do not want to know why. */
#ifndef VTR_CLI_SYSTEM_FAILURE_H
#define VTR_CLI_SYSTEM_FAILURE_H

#include "vitrine/common.h"

#if defined(__GNUC__) || defined(__clang__)
# define VTR_FAIL_FORMAT __attribute__((format(printf, 3, 4)))
#else
# define VTR_FAIL_FORMAT
#endif

enum vtr_status vtr_fail(struct vtr_error *err, enum vtr_status status,
                         const char *format, ...) VTR_FAIL_FORMAT;

/* VTR_ERROR_IO with the system's number of the error, and ": " and its text behind the
 * message; with 0, neither. */
enum vtr_status vtr_fail_os(struct vtr_error *err, int os_errno, const char *format,
                            ...) VTR_FAIL_FORMAT;

/* VTR_ERROR_MEMORY with its message. */
enum vtr_status vtr_fail_memory(struct vtr_error *err);

#endif
