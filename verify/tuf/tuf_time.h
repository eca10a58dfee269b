/* SPDX-License-Identifier: Apache-2.0 */

/* Times of metadata, "2026-11-22T17:00:00Z", and seconds since 1970 without leap
 * seconds.  No clock: whoever asks brings the time. */
#ifndef VTR_VERIFY_TUF_TUF_TIME_H
#define VTR_VERIFY_TUF_TUF_TIME_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_TUF_TIME_LEN 20u

/* The last second that can be written: 9999-12-31T23:59:59Z. */
#define VTR_TUF_TIME_MAX UINT64_C(253402300799)

/* False when `text` is not a time of that very form, from 1970 on. */
VTR_MUST_CHECK bool vtr_tuf_time_parse(struct vtr_bytes text, uint64_t *out);

/* Writes VTR_TUF_TIME_LEN characters and a NUL; later times become the last one. */
void vtr_tuf_time_format(uint64_t seconds, char out[VTR_TUF_TIME_LEN + 1]);

#endif
