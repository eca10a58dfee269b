/* SPDX-License-Identifier: Apache-2.0 */

/* Names that are safe wherever they go: part of a file's name on any system, of an
 * address, of JSON and of HTML, with nothing to escape.  Databases have such names, and
 * the files of a repository. */
#ifndef VTR_BASE_PLAIN_NAME_H
#define VTR_BASE_PLAIN_NAME_H

#include <stdbool.h>

#include "base/compiler.h"
#include "vitrine/common.h"

#define VTR_PLAIN_NAME_LIMIT 200u

/* Letters, digits, '-', '_' and '.', not a '.' first; from 1 to VTR_PLAIN_NAME_LIMIT
 * bytes. */
bool vtr_plain_name_is(struct vtr_bytes text);

/* The same as a refusal: VTR_ERROR_ARGUMENT, with what is allowed. */
VTR_MUST_CHECK enum vtr_status vtr_plain_name_check(struct vtr_bytes text,
                                                    struct vtr_error *err);

#endif
