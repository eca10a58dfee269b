/* SPDX-License-Identifier: Apache-2.0 */

/* The time of day, for what expires, a stopwatch, and waiting.  Libraries are told the
 * time; only the program looks at the clock. */
#ifndef VTR_CLI_SYSTEM_OS_CLOCK_H
#define VTR_CLI_SYSTEM_OS_CLOCK_H

#include "vitrine/common.h"

#define VTR_DAY_SECONDS UINT64_C(86400)

/* Seconds since 1970: `given` unless 0; else the environment's SOURCE_DATE_EPOCH, so
 * that what is written can be made again; else the system's clock.  VTR_ERROR_ARGUMENT
 * past the year 9999. */
VTR_MUST_CHECK enum vtr_status vtr_clock_now(uint64_t given, uint64_t *out,
                                             struct vtr_error *err);

/* `count` of an option in units of so many seconds.  VTR_ERROR_ARGUMENT, which names
 * the option, past a hundred years. */
VTR_MUST_CHECK enum vtr_status vtr_clock_span(uint64_t *out_seconds, const char *option,
                                              uint64_t count, uint64_t unit_seconds,
                                              struct vtr_error *err);

/* Milliseconds of a clock that only goes forward, for durations. */
uint64_t vtr_stopwatch_ms(void);

void vtr_wait_ms(uint64_t milliseconds);
/* Waits so many seconds, and some number below `more`, each as likely. */
void vtr_wait(uint64_t seconds, uint64_t more);

#endif
