/* SPDX-License-Identifier: Apache-2.0 */

/* The handle where the program is built without libmagic: there is none. */
#include "scan/module/magic_handle.h"

struct vtr_magic_handle *vtr_magic_handle_new(void)
{
    return NULL;
}

void vtr_magic_handle_free(struct vtr_magic_handle *handle)
{
    (void)handle;
}

bool vtr_magic_handle_ask(struct vtr_magic_handle *handle, struct vtr_bytes bytes,
                          bool is_mime_type, struct vtr_bytes *out)
{
    (void)handle;
    (void)bytes;
    (void)is_mime_type;
    (void)out;
    return false;
}
