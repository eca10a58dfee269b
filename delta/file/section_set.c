/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/section_set.h"

#include "base/error.h"
#include "delta/coding/deflate.h"

void vtr_section_set_deinit(struct vtr_section_set *set)
{
    if (set == NULL) {
        return;
    }
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        vtr_writer_deinit(&set->raw[id]);
        vtr_writer_deinit(&set->packed[id]);
    }
}

static enum vtr_status pack_section(struct vtr_section_set *set, unsigned id,
                                    struct vtr_delta_section *out,
                                    struct vtr_error *err)
{
    const struct vtr_bytes raw = vtr_writer_bytes(&set->raw[id]);
    enum vtr_status status = VTR_OK;

    if (!vtr_writer_ok(&set->raw[id])) {
        return vtr_error_set_memory(err);
    }
    if (raw.len > VTR_SECTION_LEN_MAX || set->counts[id] > UINT32_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "section '%s' of %zu bytes is too long",
                             vtr_delta_section_name(id), raw.len);
    }
    if (!vtr_delta_section_has_room(id, set->counts[id])) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "section '%s' would have %llu elements, more than %llu: "
                             "publish the full database",
                             vtr_delta_section_name(id),
                             (unsigned long long)set->counts[id],
                             (unsigned long long)VTR_DELTA_BODIES_MAX);
    }
    *out = (struct vtr_delta_section){.count = set->counts[id],
                                      .raw_len = raw.len,
                                      .packed = raw};
    if (!vtr_delta_section_is_text(id)) {
        return VTR_OK;
    }
    status = vtr_deflate_pack(&set->packed[id], raw, err);
    if (status == VTR_OK && !vtr_writer_ok(&set->packed[id])) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK && set->packed[id].len < raw.len &&
        raw.len / set->packed[id].len < VTR_DEFLATE_RATIO_MAX &&
        set->counts[id] <= set->packed[id].len * VTR_DELTA_PACKED_ELEMENTS_MAX) {
        out->codec = VTR_DELTA_DEFLATED;
        out->packed = vtr_writer_bytes(&set->packed[id]);
    }
    return status;
}

enum vtr_status vtr_section_set_pack(struct vtr_section_set *set,
                                     struct vtr_delta_header *out,
                                     struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    uint64_t unpacked = 0;

    for (unsigned id = 0; status == VTR_OK && id < VTR_DELTA_SECTION_LIMIT; id++) {
        if (set->counts[id] > 0) {
            status = pack_section(set, id, &out->sections[id], err);
            unpacked += out->sections[id].codec == VTR_DELTA_DEFLATED
                            ? out->sections[id].raw_len
                            : 0;
        }
    }
    if (status == VTR_OK && unpacked > VTR_DELTA_UNPACKED_MAX) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT,
                               "texts of the delta have %llu bytes, more than %llu: "
                               "publish the full database",
                               (unsigned long long)unpacked,
                               (unsigned long long)VTR_DELTA_UNPACKED_MAX);
    }
    return status;
}
