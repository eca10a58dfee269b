/* SPDX-License-Identifier: Apache-2.0 */

/*
 * libmagic, or its absence: which of magic_handle_*.c is built says cmake's VTR_MAGIC.
 * For one thread at a time.
 */
#ifndef VTR_SCAN_MODULE_MAGIC_HANDLE_H
#define VTR_SCAN_MODULE_MAGIC_HANDLE_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_magic_handle;

/* NULL when memory is out, or always where there is no libmagic.  Without a database
 * there is a handle, which has no answers. */
VTR_MUST_CHECK struct vtr_magic_handle *vtr_magic_handle_new(void);
void vtr_magic_handle_free(struct vtr_magic_handle *handle);

/* What the bytes, one at least, are, in a text that lives until the next question. */
VTR_MUST_CHECK bool vtr_magic_handle_ask(struct vtr_magic_handle *handle,
                                         struct vtr_bytes bytes, bool is_mime_type,
                                         struct vtr_bytes *out);

#endif
