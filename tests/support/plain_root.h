/* SPDX-License-Identifier: Apache-2.0 */

/* The record root of records, record by record. */
#ifndef VTR_TESTS_SUPPORT_PLAIN_ROOT_H
#define VTR_TESTS_SUPPORT_PLAIN_ROOT_H

#include "format/record/records.h"

/* `out` has room for VTR_DIGEST_LEN bytes. */
void vtr_test_plain_root(const struct vtr_records *records, uint8_t *out);

#endif
