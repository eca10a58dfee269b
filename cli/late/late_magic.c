/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of libmagic, which only rules of the magic module need: see
 * os_late_library.h. */
#include "cli/late/os_late_library.h"

#include <magic.h>

#define FUNCTIONS(GIVES, DOES)                                                      \
 GIVES(const char *, magic_buffer, (magic_t a, const void *b, size_t c), (a, b, c)) \
 DOES(void, magic_close, (magic_t a), (a))                                          \
 GIVES(int, magic_load, (magic_t a, const char *b), (a, b))                         \
 GIVES(magic_t, magic_open, (int a), (a))                                           \
 GIVES(int, magic_setflags, (magic_t a, int b), (a, b))

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME, VTR_LATE_NAME)};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)
