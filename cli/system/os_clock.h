/* SPDX-License-Identifier: Apache-2.0 */

/* The time of day, for what expires.  Libraries are told the time; only the program
 * looks at the clock. */
#ifndef VTR_CLI_SYSTEM_OS_CLOCK_H
#define VTR_CLI_SYSTEM_OS_CLOCK_H

#include "vitrine/common.h"

/* Seconds since 1970: `given` unless 0; else the environment's SOURCE_DATE_EPOCH, so
 * that what is written can be made again; else the system's clock. */
VTR_MUST_CHECK enum vtr_status vtr_clock_now(uint64_t given, uint64_t *out,
                                             struct vtr_error *err);

#endif
