/* SPDX-License-Identifier: Apache-2.0 */

/* A clock that only goes forward, whatever is done to the time of day. */
#ifndef VTR_BASE_OS_MONOTONIC_H
#define VTR_BASE_OS_MONOTONIC_H

#include <stdint.h>

/* Nanoseconds since some moment; 0 on a system without such a clock. */
uint64_t vtr_monotonic_ns(void);

#endif
