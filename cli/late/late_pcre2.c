/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of PCRE2, which only some regular expressions of a scan need:
 * see os_late_library.h. */
#include "cli/late/os_late_library.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define FUNCTIONS(GIVES, DOES)                                                      \
 DOES(void, pcre2_code_free_8, (pcre2_code * a), (a))                               \
 GIVES(pcre2_code *, pcre2_compile_8,                                               \
       (PCRE2_SPTR a, PCRE2_SIZE b, uint32_t c, int *d, PCRE2_SIZE *e,              \
        pcre2_compile_context *f),                                                  \
       (a, b, c, d, e, f))                                                          \
 GIVES(pcre2_compile_context *, pcre2_compile_context_create_8,                     \
       (pcre2_general_context * a), (a))                                            \
 DOES(void, pcre2_compile_context_free_8, (pcre2_compile_context * a), (a))         \
 GIVES(PCRE2_SIZE *, pcre2_get_ovector_pointer_8, (pcre2_match_data * a), (a))      \
 GIVES(int, pcre2_jit_compile_8, (pcre2_code * a, uint32_t b), (a, b))              \
 DOES(void, pcre2_jit_stack_assign_8,                                               \
      (pcre2_match_context * a, pcre2_jit_callback b, void *c), (a, b, c))          \
 GIVES(pcre2_jit_stack *, pcre2_jit_stack_create_8,                                 \
       (size_t a, size_t b, pcre2_general_context * c), (a, b, c))                  \
 DOES(void, pcre2_jit_stack_free_8, (pcre2_jit_stack * a), (a))                     \
 GIVES(int, pcre2_match_8,                                                          \
       (const pcre2_code *a, PCRE2_SPTR b, PCRE2_SIZE c, PCRE2_SIZE d, uint32_t e,  \
        pcre2_match_data *f, pcre2_match_context *g),                               \
       (a, b, c, d, e, f, g))                                                       \
 GIVES(pcre2_match_context *, pcre2_match_context_create_8,                         \
       (pcre2_general_context * a), (a))                                            \
 DOES(void, pcre2_match_context_free_8, (pcre2_match_context * a), (a))             \
 GIVES(pcre2_match_data *, pcre2_match_data_create_8,                               \
       (uint32_t a, pcre2_general_context * b), (a, b))                             \
 DOES(void, pcre2_match_data_free_8, (pcre2_match_data * a), (a))                   \
 GIVES(int, pcre2_set_heap_limit_8, (pcre2_match_context * a, uint32_t b), (a, b))  \
 GIVES(int, pcre2_set_match_limit_8, (pcre2_match_context * a, uint32_t b), (a, b)) \
 GIVES(int, pcre2_set_newline_8, (pcre2_compile_context * a, uint32_t b), (a, b))

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME, VTR_LATE_NAME)};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)
