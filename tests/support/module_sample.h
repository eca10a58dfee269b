/* SPDX-License-Identifier: Apache-2.0 */

/* Samples of tests/corpus for tests of modules: what a module finds in them, and in
 * what is left when they are damaged. */
#ifndef VTR_TESTS_SUPPORT_MODULE_SAMPLE_H
#define VTR_TESTS_SUPPORT_MODULE_SAMPLE_H

#include "base/writer.h"
#include "tests/support/module_call.h"

/* The sample "elf/good-64-little", say; free with vtr_sample_free. */
struct vtr_bytes vtr_sample_read(const char *name);
void vtr_sample_free(struct vtr_bytes sample);

/* Fails the test unless the module finds each line of `expected`, as
 * tests/support/dump_module.h writes them, in the sample. */
void vtr_sample_expect(const char *module, struct vtr_bytes sample,
                       const char *const *expected, size_t count);

/* The same for lines that must not be there: they begin so. */
void vtr_sample_expect_none(const char *module, struct vtr_bytes sample,
                            const char *const *begins, size_t count);

/* The same with the lines as arguments. */
#define VTR_SAMPLE_EXPECT(module, sample, ...)                                \
 do {                                                                         \
  static const char *const LINES[] = {__VA_ARGS__};                           \
  vtr_sample_expect(module, sample, LINES, sizeof(LINES) / sizeof(LINES[0])); \
 } while (0)
#define VTR_SAMPLE_EXPECT_NONE(module, sample, ...)                                \
 do {                                                                              \
  static const char *const LINES[] = {__VA_ARGS__};                                \
  vtr_sample_expect_none(module, sample, LINES, sizeof(LINES) / sizeof(LINES[0])); \
 } while (0)

/* Has the module read the sample cut off at every byte, and with every byte of its
 * first `header_len` changed in several ways: a sanitizer sees the first byte past the
 * end. */
void vtr_sample_damage(const char *module, struct vtr_bytes sample, size_t header_len);

#endif
