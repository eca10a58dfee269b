/* SPDX-License-Identifier: Apache-2.0 */

/* Expressions of the shapes that the compiler writes, from a seed. */
#ifndef VTR_TESTS_SUPPORT_RANDOM_REGEX_H
#define VTR_TESTS_SUPPORT_RANDOM_REGEX_H

#include <stddef.h>
#include <stdint.h>

#define VTR_TEST_REGEX_CAP 400u

/* Writes one with its zero. */
void vtr_test_random_regex(char out[VTR_TEST_REGEX_CAP], uint64_t *random);

/* VTR_PROGRAM_NOCASE, VTR_PROGRAM_DOTALL, both or none. */
uint8_t vtr_test_random_flags(uint64_t *random);

/* Writes less than `cap` bytes, such as those expressions match; returns how many. */
size_t vtr_test_random_subject(uint8_t *out, size_t cap, uint64_t *random);

#endif
