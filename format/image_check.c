/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image_check.h"

#include "base/error.h"
#include "format/image/image_records.h"
#include "format/materialise.h"
#include "format/record/section.h"

static enum vtr_status name_difference(const struct vtr_image *image, uint64_t at,
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

static enum vtr_status report(const struct vtr_image *image, uint64_t at,
                              struct vtr_error *err)
{
    if (at == UINT64_MAX) {
        return VTR_OK;
    }
    if (at >= VTR_AT_RECORD_ROOT && at < VTR_AT_CONTENT_DIGEST) {
        return vtr_error_set_format(err, "header", VTR_AT_RECORD_ROOT,
                                    "the record root is not that of the records");
    }
    return name_difference(image, at, err);
}

/* Builds the database again from its own records, and compares. */
static enum vtr_status check_records(const struct vtr_image *image,
                                     struct vtr_error *err)
{
    struct vtr_image_records records = {0};
    uint64_t at = UINT64_MAX;
    enum vtr_status status = vtr_image_records_init(&records, image, err);

    if (status == VTR_OK) {
        records.records.content_digest = image->content_digest;
        status = vtr_materialise_compare(&records.records, image->bytes, &at, err);
    }
    if (status == VTR_OK) {
        status = report(image, at, err);
    }
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
