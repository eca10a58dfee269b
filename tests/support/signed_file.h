/* SPDX-License-Identifier: Apache-2.0 */

/* PE files around any security directory, for tests of signatures. */
#ifndef VTR_TESTS_SUPPORT_SIGNED_FILE_H
#define VTR_TESTS_SUPPORT_SIGNED_FILE_H

#include "base/writer.h"

/* Appends a PE file of 64 bits without sections that ends with `directory`. */
void vtr_test_signed_file(struct vtr_writer *out, struct vtr_bytes directory);

/* Appends an entry of the directory: signed data, padded to eight bytes. */
void vtr_test_signed_entry(struct vtr_writer *out, struct vtr_bytes der);

#endif
