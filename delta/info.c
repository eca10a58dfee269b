/* SPDX-License-Identifier: Apache-2.0 */

/* What a delta says of itself, for people and for the choice between deltas. */
#include "vitrine/delta.h"

#include <string.h>

#include "delta/delta_header.h"

static void count_changes(const struct vtr_delta_section *sections,
                          struct vtr_delta_info *out)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        out->hashes_added +=
            sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED)].count;
        out->hashes_removed +=
            sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED)].count;
    }
    out->rules_added = sections[VTR_DELTA_RULES_ADDED].count;
    out->rules_removed = sections[VTR_DELTA_RULES_REMOVED].count;
    out->externals_added = sections[VTR_DELTA_EXTERNALS_ADDED].count;
    out->externals_removed = sections[VTR_DELTA_EXTERNALS_REMOVED].count;
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        out->raw_len += sections[id].raw_len;
    }
}

enum vtr_status vtr_delta_get_info(struct vtr_bytes delta, struct vtr_delta_info *out,
                                   struct vtr_error *err)
{
    struct vtr_delta_front front;
    struct vtr_delta_header header;
    enum vtr_status status = vtr_delta_front_read(delta, &front, err);

    if (status == VTR_OK) {
        status = vtr_delta_header_read(&front, &header, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    *out = (struct vtr_delta_info){
        .name = header.name,
        .from_release = header.from_release,
        .to_release = header.to_release,
        .from_digest = header.from_digest,
        .to_digest = header.to_digest,
        .to_len = header.to_len,
        .layout = header.layout,
        .signature_count = front.signature_count,
    };
    count_changes(header.sections, out);
    for (size_t i = 0; i < front.signature_count; i++) {
        memcpy(out->key_ids[i], front.signatures.ptr + i * VTR_DELTA_SIGNATURE_LEN,
               VTR_KEY_ID_LEN);
    }
    return VTR_OK;
}
