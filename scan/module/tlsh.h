/* SPDX-License-Identifier: Apache-2.0 */

/*
 * TLSH, a digest that is alike for data that is alike: version 1, 128 buckets, a window
 * of five bytes, a checksum of one byte.
 *
 * J. Oliver, C. Cheng, Y. Chen: TLSH - A Locality Sensitive Hash, 4th Cybercrime and
 * Trustworthy Computing Workshop, 2013; github.com/trendmicro/tlsh (Apache-2.0) has the
 * constants.
 */
#ifndef VTR_SCAN_MODULE_TLSH_H
#define VTR_SCAN_MODULE_TLSH_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_TLSH_LEN 72u /* "T1" and 35 bytes in hexadecimal */

/* The digest as text, NUL-terminated, in `out`, which holds VTR_TLSH_LEN + 1.  False
 * when the data is too short, or too uniform. */
VTR_MUST_CHECK bool vtr_tlsh(struct vtr_bytes data, char *out);

#endif
