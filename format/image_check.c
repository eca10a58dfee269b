/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image_check.h"

#include <stdlib.h>

#include "base/error.h"
#include "format/image/image_records.h"
#include "format/materialise.h"
#include "format/record/section.h"

static uint8_t *alloc_copy(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    *out = calloc(len, 1);
    if (*out == NULL) {
        (void)vtr_error_set_memory(err);
    }
    return *out;
}

/* The first byte from `at` on that differs; the shorter length where one ends. */
static size_t first_difference(struct vtr_bytes a, struct vtr_bytes b, size_t at,
                               size_t end)
{
    const size_t shared = a.len < b.len ? a.len : b.len;
    const size_t limit = shared < end ? shared : end;

    while (at < limit && a.ptr[at] == b.ptr[at]) {
        at++;
    }
    return at;
}

static enum vtr_status name_difference(const struct vtr_image *image, size_t at,
                                       struct vtr_error *err)
{
    const char *section = "header";

    for (unsigned id = 0; id < VTR_SECTION_LIMIT; id++) {
        if (image->sections[id].bytes.len > 0 && image->sections[id].offset <= at) {
            section = vtr_section_name(id);
        }
    }
    return vtr_error_set_format(err, section, at,
                                "a byte of the database is not what its records give");
}

/* Names the first byte that differs.  The record root and the content digest in the
 * header come last: they differ wherever something else does, and say least. */
static enum vtr_status compare(const struct vtr_image *image, struct vtr_bytes again,
                               struct vtr_error *err)
{
    const struct vtr_bytes bytes = image->bytes;
    size_t at = first_difference(bytes, again, 0, VTR_AT_RECORD_ROOT);

    if (at == VTR_AT_RECORD_ROOT) {
        at = first_difference(bytes, again, VTR_AT_CONTENT_DIGEST + VTR_DIGEST_LEN,
                              SIZE_MAX);
    }
    if (at < bytes.len || at < again.len) {
        return name_difference(image, at, err);
    }
    at = first_difference(bytes, again, VTR_AT_RECORD_ROOT, VTR_AT_CONTENT_DIGEST);
    if (at < VTR_AT_CONTENT_DIGEST) {
        return vtr_error_set_format(err, "header", VTR_AT_RECORD_ROOT,
                                    "the record root is not that of the records");
    }
    return vtr_image_check_digest(image, err);
}

/* Builds the database again from its own records, and compares. */
static enum vtr_status check_records(const struct vtr_image *image,
                                     struct vtr_error *err)
{
    struct vtr_image_records records = {0};
    uint8_t *again = NULL;
    size_t again_len = 0;
    enum vtr_status status = vtr_image_records_init(&records, image, err);

    if (status == VTR_OK) {
        status = vtr_materialise(&records.records, alloc_copy, &again, &again_len, err);
    }
    if (status == VTR_OK) {
        status = compare(image, (struct vtr_bytes){again, again_len}, err);
    }
    free(again);
    vtr_image_records_deinit(&records);
    return status;
}

enum vtr_status vtr_image_check(const struct vtr_image *image, struct vtr_error *err)
{
    struct vtr_error where = {0};
    enum vtr_status status = vtr_image_check_digest(image, err);

    if (status != VTR_ERROR_MISMATCH) {
        return status == VTR_OK ? check_records(image, err) : status;
    }
    /* That some byte is wrong is known: which one is worth another look. */
    if (check_records(image, &where) == VTR_ERROR_FORMAT) {
        status = vtr_error_set_format(err, where.section, where.offset,
                                      "the database's content digest is not that of "
                                      "its bytes: %.300s",
                                      where.message);
        if (err != NULL) {
            err->status = VTR_ERROR_MISMATCH;
        }
    }
    return VTR_ERROR_MISMATCH;
}
