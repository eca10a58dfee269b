/* SPDX-License-Identifier: Apache-2.0 */

/* The handle where the program is built with libmagic. */
#include "scan/module/magic_handle.h"

#include <stdlib.h>

#include <magic.h>

#include "base/bytes.h"

struct vtr_magic_handle {
    magic_t cookie; /* NULL: no database */
};

struct vtr_magic_handle *vtr_magic_handle_new(void)
{
    struct vtr_magic_handle *handle = calloc(1, sizeof(*handle));

    if (handle == NULL) {
        return NULL;
    }
    handle->cookie = magic_open(MAGIC_NONE);
    if (handle->cookie != NULL && magic_load(handle->cookie, NULL) != 0) {
        magic_close(handle->cookie);
        handle->cookie = NULL;
    }
    return handle;
}

void vtr_magic_handle_free(struct vtr_magic_handle *handle)
{
    if (handle == NULL) {
        return;
    }
    if (handle->cookie != NULL) {
        magic_close(handle->cookie);
    }
    free(handle);
}

bool vtr_magic_handle_ask(struct vtr_magic_handle *handle, struct vtr_bytes bytes,
                          bool is_mime_type, struct vtr_bytes *out)
{
    const char *text;

    if (handle->cookie == NULL ||
        magic_setflags(handle->cookie, is_mime_type ? MAGIC_MIME_TYPE : MAGIC_NONE) !=
            0) {
        return false;
    }
    text = magic_buffer(handle->cookie, bytes.ptr, bytes.len);
    if (text == NULL) {
        return false;
    }
    *out = vtr_bytes_from_text(text);
    return true;
}
