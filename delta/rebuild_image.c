/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/rebuild_image.h"

#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "delta/rebuild_chain.h"

enum vtr_status vtr_delta_open_image(struct vtr_image *out, struct vtr_bytes bytes,
                                     struct vtr_error *err)
{
    const enum vtr_status status = vtr_image_open(out, bytes, err);

    return status == VTR_OK ? vtr_image_check_digest(out, err) : status;
}

enum vtr_status vtr_delta_open_basis(struct vtr_image *out, struct vtr_bytes bytes,
                                     const struct vtr_delta *delta,
                                     struct vtr_error *err)
{
    const struct vtr_delta_header *header = &delta->header;
    const enum vtr_status status = vtr_delta_open_image(out, bytes, err);

    if (status != VTR_OK) {
        return status;
    }
    if (!vtr_bytes_equal(out->name, header->name) ||
        out->release != header->from_release ||
        memcmp(out->content_digest, header->from_digest, VTR_DIGEST_LEN) != 0) {
        return vtr_error_set(
            err, VTR_ERROR_MISMATCH,
            "delta is not for this database: it is for release %llu of "
            "'%.*s', this is release %llu of '%.*s'%s",
            (unsigned long long)header->from_release, (int)header->name.len,
            (const char *)header->name.ptr, (unsigned long long)out->release,
            (int)out->name.len, (const char *)out->name.ptr,
            out->release == header->from_release ? " with other content" : "");
    }
    return VTR_OK;
}

enum vtr_status vtr_delta_check_result(struct vtr_bytes result,
                                       const struct vtr_delta *delta,
                                       struct vtr_error *err)
{
    struct vtr_image image;
    const enum vtr_status status = vtr_delta_open_image(&image, result, err);

    if (status != VTR_OK) {
        return status;
    }
    if (result.len != delta->header.to_len ||
        memcmp(image.content_digest, delta->header.to_digest, VTR_DIGEST_LEN) != 0) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "delta does not lead to the database that it promises: "
                             "take the full database");
    }
    return VTR_OK;
}

enum vtr_status vtr_delta_rebuild(struct vtr_delta *delta,
                                  const struct vtr_image *basis,
                                  vtr_image_alloc_fn alloc, void *context,
                                  struct vtr_error *err)
{
    return vtr_delta_rebuild_chain(delta, 1, basis, alloc, context, err);
}
