/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "base/reader.h"
#include "delta/file/decode.h"
#include "format/record/records.h"

bool vtr_delta_open_list(struct vtr_rice_reader *out, const struct vtr_delta *delta,
                         unsigned section, size_t index)
{
    const struct vtr_vector *lists = &delta->lists[section];
    const struct vtr_bytes *items = lists->items;

    return index < lists->count && vtr_rice_open(out, items[index], false);
}

bool vtr_added_reader_open(struct vtr_added_reader *out, const struct vtr_delta *delta,
                           enum vtr_hash_kind kind)
{
    const struct vtr_bytes *raw = &delta->raw[VTR_DELTA_HASH_SECTION(kind, 0)];
    const uint64_t count =
        delta->header.sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED)]
            .count;
    struct vtr_bytes names;
    struct vtr_reader r;

    *out = (struct vtr_added_reader){.stem_count = delta->stem_count};
    vtr_reader_init(&r, raw[VTR_DELTA_HASH_NAMES], 0);
    if (count == 0 || !vtr_rice_open(&out->digests, raw[VTR_DELTA_HASH_ADDED], true) ||
        out->digests.left != count || out->digests.bits != vtr_hash_len(kind) * 8 ||
        !vtr_reader_varint(&r, &out->number_base) || out->number_base > UINT32_MAX ||
        !vtr_reader_slice(&r, &names, vtr_reader_left(&r))) {
        return false;
    }
    vtr_range_decoder_init(&out->names, names);
    return true;
}

/* A number is 0, or a distance from the base that leads to another. */
static bool decode_number(uint64_t value, uint64_t base, uint32_t *out)
{
    if (value == 0) {
        *out = 0;
        return true;
    }
    const int64_t distance = vtr_unzigzag(value - 1);
    if (distance < -(int64_t)UINT32_MAX || distance > (int64_t)UINT32_MAX) {
        return false;
    }
    const int64_t number = (int64_t)base + distance;
    if (number <= 0 || number > (int64_t)UINT32_MAX) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

bool vtr_added_reader_next(struct vtr_added_reader *r, struct vtr_added_hash *out)
{
    uint64_t size;
    uint64_t stem;
    uint64_t number;
    const uint8_t *digest = vtr_rice_next(&r->digests);

    if (digest == NULL || !vtr_column_take(&r->sizes, &r->names, &size) ||
        !vtr_column_take(&r->stems, &r->names, &stem) ||
        !vtr_column_take(&r->numbers, &r->names, &number) ||
        size > (uint64_t)INT64_MAX || stem >= r->stem_count ||
        !decode_number(number, r->number_base, &out->number)) {
        return false;
    }
    memcpy(out->digest, digest, sizeof(out->digest));
    out->size = size == 0 ? VTR_SIZE_ANY : size - 1;
    out->stem = (uint32_t)stem;
    return true;
}
