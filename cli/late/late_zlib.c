/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of zlib, which only deltas and the hash module need: see
 * os_late_library.h. */
#include "cli/late/os_late_library.h"

#include <zlib.h>

#define FUNCTIONS(GIVES, DOES)                                                 \
 GIVES(uLong, crc32_z, (uLong a, const Bytef *b, z_size_t c), (a, b, c))       \
 GIVES(int, deflate, (z_streamp a, int b), (a, b))                             \
 GIVES(uLong, deflateBound, (z_streamp a, uLong b), (a, b))                    \
 GIVES(int, deflateEnd, (z_streamp a), (a))                                    \
 GIVES(int, deflateInit2_,                                                     \
       (z_streamp a, int b, int c, int d, int e, int f, const char *g, int h), \
       (a, b, c, d, e, f, g, h))                                               \
 GIVES(int, inflate, (z_streamp a, int b), (a, b))                             \
 GIVES(int, inflateEnd, (z_streamp a), (a))                                    \
 GIVES(int, inflateInit2_, (z_streamp a, int b, const char *c, int d), (a, b, c, d))

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME, VTR_LATE_NAME)};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)
