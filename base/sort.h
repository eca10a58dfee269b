/* SPDX-License-Identifier: Apache-2.0 */

/* Stable merge sort: the C library's qsort is stable on some systems only, and an
 * output that depends on it differs from machine to machine.  And the search in what is
 * sorted. */
#ifndef VTR_BASE_SORT_H
#define VTR_BASE_SORT_H

#include "base/compiler.h"

typedef int (*vtr_compare_fn)(const void *a, const void *b, void *context);

/* Sorts `count` elements of `size` bytes.  VTR_ERROR_MEMORY leaves the input as it
 * was; needs count * size bytes for the time of the call. */
VTR_MUST_CHECK enum vtr_status vtr_sort(void *items, size_t count, size_t size,
                                        vtr_compare_fn compare, void *context);

/* Sorts numbers, ascending.  VTR_ERROR_MEMORY leaves them as they were; needs as much
 * memory again for the time of the call. */
VTR_MUST_CHECK enum vtr_status vtr_sort_u32(uint32_t *numbers, size_t count);

/* The index of the first of `count` sorted elements that is not before `key`, which
 * `compare` gets second; the count when there is none. */
size_t vtr_sort_find_first(const void *items, size_t count, size_t size,
                           const void *key, vtr_compare_fn compare, void *context);

/* The index of an element that is equal to `key`, the first of them; the count when
 * there is none. */
size_t vtr_sort_find(const void *items, size_t count, size_t size, const void *key,
                     vtr_compare_fn compare, void *context);

#endif
