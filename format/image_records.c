/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Image -> records, and the deep validation that stands on it: an image is good when
 * its own records give exactly its bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "format/image.h"
#include "format/materialise.h"
#include "format/section.h"

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

enum vtr_status vtr_image_check_digest(const struct vtr_image *image,
                                       struct vtr_error *err)
{
    static const uint8_t ZEROS[VTR_DIGEST_LEN] = {0};
    const size_t after = VTR_AT_CONTENT_DIGEST + VTR_DIGEST_LEN;
    const struct vtr_bytes pieces[] = {
        {image->bytes.ptr, VTR_AT_CONTENT_DIGEST},
        {ZEROS, sizeof(ZEROS)},
        {image->bytes.ptr + after, image->bytes.len - after},
    };
    uint8_t digest[VTR_DIGEST_LEN];

    vtr_digest_blake2b_pieces(pieces, sizeof(pieces) / sizeof(pieces[0]), digest);
    if (memcmp(digest, image->content_digest, sizeof(digest)) != 0) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "the database's content digest is not that of its bytes");
    }
    return VTR_OK;
}

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
