/* SPDX-License-Identifier: Apache-2.0 */

/* The second half of scan/detection.h: records that name a file by its digest. */
#include "scan/detection.h"

#include "base/file_digest.h"

/* Tells of one record. */
static enum vtr_status report_record(struct vtr_scan_run *run,
                                     const struct vtr_hash_record *record,
                                     struct vtr_report *report)
{
    struct vtr_detection detection = {.is_satisfied = 1,
                                      .is_hash = 1,
                                      .data = run->data};
    struct vtr_writer name = {0};
    enum vtr_status status = VTR_ERROR_MEMORY;

    vtr_name_join(vtr_image_stem(run->image, record->stem), record->number, &name);
    if (vtr_writer_ok(&name)) {
        detection.name = vtr_writer_bytes(&name);
        report->is_over = report->found(&detection, report->context) == 0;
        status = VTR_OK;
    }
    vtr_writer_deinit(&name);
    return status;
}

static enum vtr_status digest(enum vtr_hash_kind kind, struct vtr_bytes data,
                              uint8_t *out)
{
    switch (kind) {
    case VTR_HASH_MD5:
        return vtr_file_digest_md5(data, out);
    case VTR_HASH_SHA1:
        return vtr_file_digest_sha1(data, out);
    case VTR_HASH_SHA256:
    default:
        return vtr_file_digest_sha256(data, out);
    }
}

static enum vtr_status look_up(struct vtr_scan_run *run,
                               const struct vtr_hash_table *table,
                               struct vtr_report *report)
{
    uint8_t value[VTR_SHA256_LEN] = {0};
    uint64_t first = 0;

    if (digest(table->kind, run->data, value) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    const uint64_t count = vtr_hash_table_find(table, value, &first);
    for (uint64_t i = 0; i < count && !report->is_over; i++) {
        struct vtr_hash_record record;
        if (!vtr_hash_table_get_found(table, first + i, value, &record)) {
            run->limits |= VTR_SCAN_BAD_DATABASE;
            return VTR_OK;
        }
        if (record.size != VTR_SIZE_ANY && record.size != run->data.len) {
            continue;
        }
        const enum vtr_status status = report_record(run, &record, report);
        if (status != VTR_OK) {
            return status;
        }
    }
    return VTR_OK;
}

enum vtr_status vtr_detection_report_hashes(struct vtr_scan_run *run,
                                            struct vtr_report *report)
{
    for (size_t kind = 0; kind < VTR_HASH_KINDS && !report->is_over; kind++) {
        const struct vtr_hash_table *table = &run->image->hashes[kind];
        /* A digest that nothing can be compared with is not computed. */
        if (!vtr_hash_table_may_have_size(table, run->data.len) ||
            vtr_run_must_stop(run)) {
            continue;
        }
        const enum vtr_status status = look_up(run, table, report);
        if (status != VTR_OK) {
            return status;
        }
    }
    return VTR_OK;
}
