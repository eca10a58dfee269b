/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of jansson, which only metadata of updates, reports in JSON
 * and sandbox reports need: see os_late_library.h. */
#include "cli/late/os_late_library.h"

#include <jansson.h>

#define FUNCTIONS(GIVES, DOES)                                                      \
 GIVES(json_t *, json_array, (void), ())                                            \
 GIVES(int, json_array_append_new, (json_t * a, json_t * b), (a, b))                \
 GIVES(json_t *, json_array_get, (const json_t *a, size_t b), (a, b))               \
 GIVES(size_t, json_array_size, (const json_t *a), (a))                             \
 DOES(void, json_delete, (json_t * a), (a))                                         \
 GIVES(json_t *, json_false, (void), ())                                            \
 GIVES(json_t *, json_integer, (json_int_t a), (a))                                 \
 GIVES(json_int_t, json_integer_value, (const json_t *a), (a))                      \
 GIVES(json_t *, json_loadb, (const char *a, size_t b, size_t c, json_error_t *d),  \
       (a, b, c, d))                                                                \
 GIVES(json_t *, json_object, (void), ())                                           \
 GIVES(json_t *, json_object_get, (const json_t *a, const char *b), (a, b))         \
 GIVES(void *, json_object_iter, (json_t * a), (a))                                 \
 GIVES(const char *, json_object_iter_key, (void *a), (a))                          \
 GIVES(void *, json_object_iter_next, (json_t * a, void *b), (a, b))                \
 GIVES(json_t *, json_object_iter_value, (void *a), (a))                            \
 GIVES(int, json_object_set_new, (json_t * a, const char *b, json_t *c), (a, b, c)) \
 GIVES(size_t, json_object_size, (const json_t *a), (a))                            \
 GIVES(json_t *, json_string, (const char *a), (a))                                 \
 GIVES(size_t, json_string_length, (const json_t *a), (a))                          \
 GIVES(const char *, json_string_value, (const json_t *a), (a))                     \
 GIVES(json_t *, json_stringn, (const char *a, size_t b), (a, b))                   \
 GIVES(json_t *, json_true, (void), ())

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME, VTR_LATE_NAME)};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)
