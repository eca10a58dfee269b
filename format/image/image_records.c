/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/image_records.h"

#include <stdlib.h>

#include "base/error.h"
#include "format/record/section.h"

/* `count` empty elements, or NULL. */
static struct vtr_bytes *new_elements(uint64_t count)
{
    return count > SIZE_MAX / sizeof(struct vtr_bytes) - 1
               ? NULL
               : calloc((size_t)count + 1, sizeof(struct vtr_bytes));
}

static enum vtr_status read_externals(struct vtr_image_records *records,
                                      const struct vtr_image *image,
                                      struct vtr_error *err)
{
    const struct vtr_image_section *section = &image->sections[VTR_SECTION_EXTERNALS];
    struct vtr_reader r;

    vtr_reader_init(&r, section->bytes, section->offset);
    for (uint64_t i = 0; i < image->external_count; i++) {
        if (!vtr_reader_string(&r, &records->externals[i])) {
            return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_EXTERNALS),
                                        vtr_reader_offset(&r),
                                        "an external variable is cut off");
        }
    }
    if (vtr_reader_left(&r) != 0) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_EXTERNALS),
                                    vtr_reader_offset(&r),
                                    "bytes follow the last external variable");
    }
    return VTR_OK;
}

enum vtr_status vtr_image_records_init(struct vtr_image_records *out,
                                       const struct vtr_image *image,
                                       struct vtr_error *err)
{
    enum vtr_status status;

    *out = (struct vtr_image_records){
        .stems = new_elements(image->stem_count),
        .rules = new_elements(image->rule_count),
        .externals = new_elements(image->external_count),
    };
    if (out->stems == NULL || out->rules == NULL || out->externals == NULL) {
        vtr_image_records_deinit(out);
        return vtr_error_set_memory(err);
    }
    for (uint64_t i = 0; i < image->stem_count; i++) {
        out->stems[i] = vtr_image_stem(image, i);
    }
    for (uint64_t i = 0; i < image->rule_count; i++) {
        out->rules[i] = vtr_image_rule(image, i);
    }
    status = read_externals(out, image, err);
    if (status != VTR_OK) {
        vtr_image_records_deinit(out);
        return status;
    }
    out->records = (struct vtr_records){
        .name = image->name,
        .release = image->release,
        .stems = out->stems,
        .stem_count = (size_t)image->stem_count,
        .rules = out->rules,
        .rule_count = (size_t)image->rule_count,
        .externals = out->externals,
        .external_count = (size_t)image->external_count,
    };
    for (size_t i = 0; i < VTR_HASH_KINDS; i++) {
        out->records.hashes[i] =
            vtr_hash_table_source(&image->hashes[i], &out->cursors[i]);
    }
    return VTR_OK;
}

void vtr_image_records_deinit(struct vtr_image_records *records)
{
    if (records != NULL) {
        free(records->stems);
        free(records->rules);
        free(records->externals);
        *records = (struct vtr_image_records){0};
    }
}
