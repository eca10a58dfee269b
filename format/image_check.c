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

/* Names the first byte that differs. */
static enum vtr_status compare(const struct vtr_image *image, struct vtr_bytes again,
                               struct vtr_error *err)
{
    const size_t shared = image->bytes.len < again.len ? image->bytes.len : again.len;
    const char *section = "header";
    size_t at = 0;

    while (at < shared && image->bytes.ptr[at] == again.ptr[at]) {
        at++;
    }
    if (at == shared && image->bytes.len == again.len) {
        return VTR_OK;
    }
    for (unsigned id = 0; id < VTR_SECTION_LIMIT; id++) {
        if (image->sections[id].bytes.len > 0 && image->sections[id].offset <= at) {
            section = vtr_section_name(id);
        }
    }
    return vtr_error_set_format(err, section, at,
                                "a byte of the database is not what its records give");
}

enum vtr_status vtr_image_check(const struct vtr_image *image, struct vtr_error *err)
{
    struct vtr_image_records records = {0};
    uint8_t *again = NULL;
    size_t again_len = 0;
    enum vtr_status status = vtr_image_check_digest(image, err);

    if (status != VTR_OK) {
        return status;
    }
    status = vtr_image_records_init(&records, image, err);
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
