/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/image_record.h"

bool vtr_image_record_at(struct vtr_image_record *out, struct vtr_bytes bytes,
                         uint64_t offset, uint64_t len, bool is_big_endian)
{
    struct vtr_bytes part;

    if (!vtr_peek_slice(bytes, offset, len, &part)) {
        return false;
    }
    vtr_reader_init(&out->reader, part, offset);
    out->is_big_endian = is_big_endian;
    return true;
}

uint64_t vtr_image_record_take(struct vtr_image_record *record, unsigned width)
{
    uint64_t value = 0;

    return vtr_reader_uint(&record->reader, &value, width, record->is_big_endian)
               ? value
               : 0;
}
