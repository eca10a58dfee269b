/* SPDX-License-Identifier: Apache-2.0 */

/* Opens the index of atoms; the reading itself is inline in the header. */
#include "format/atom_index.h"

#include "base/error.h"
#include "format/image.h"

struct params {
    uint8_t filter_bits;
    uint8_t bucket_bits;
    uint16_t zeros;
    uint32_t counts[VTR_ATOM_LEN_MAX];
};

static bool read_params(struct vtr_bytes section, struct params *out)
{
    struct vtr_reader r;

    vtr_reader_init(&r, section, 0);
    if (!vtr_reader_u8(&r, &out->filter_bits) ||
        !vtr_reader_u8(&r, &out->bucket_bits) || !vtr_reader_u16(&r, &out->zeros)) {
        return false;
    }
    for (size_t i = 0; i < VTR_ATOM_LEN_MAX; i++) {
        if (!vtr_reader_u32(&r, &out->counts[i])) {
            return false;
        }
    }
    return out->zeros == 0 && vtr_reader_left(&r) == 0 &&
           out->filter_bits >= VTR_ATOM_FILTER_BITS_MIN &&
           out->filter_bits <= VTR_ATOM_FILTER_BITS_MAX &&
           out->bucket_bits >= VTR_ATOM_BUCKET_BITS_MIN &&
           out->bucket_bits <= VTR_ATOM_BUCKET_BITS_MAX;
}

enum vtr_status vtr_atom_index_open(struct vtr_atom_index *out,
                                    const struct vtr_image *image,
                                    struct vtr_error *err)
{
    const struct vtr_image_section *section = &image->sections[VTR_SECTION_ATOM_PARAMS];
    const struct vtr_bytes filter = image->sections[VTR_SECTION_ATOM_FILTER].bytes;
    const struct vtr_bytes buckets = image->sections[VTR_SECTION_ATOM_BUCKETS].bytes;
    const struct vtr_bytes entries = image->sections[VTR_SECTION_ATOM_ENTRIES].bytes;
    struct vtr_atom_index index = {0};
    struct params params;
    uint64_t total = 0;

    if (section->bytes.len == 0 && filter.len == 0 && buckets.len == 0 &&
        entries.len == 0) {
        *out = index;
        return VTR_OK;
    }
    if (!read_params(section->bytes, &params)) {
        return vtr_error_set_format(err, "atom-params", section->offset,
                                    "the parameters of the atom index are malformed");
    }
    for (size_t i = 0; i < VTR_ATOM_LEN_MAX; i++) {
        index.counts[i + 1] = params.counts[i];
        total += params.counts[i];
    }
    if (filter.len != (size_t)1 << (params.filter_bits - 3) ||
        buckets.len != (((size_t)1 << params.bucket_bits) + 1) * 4 ||
        entries.len / VTR_ATOM_ROW_LEN != total ||
        entries.len % VTR_ATOM_ROW_LEN != 0 || total > UINT32_MAX) {
        return vtr_error_set_format(err, "atom-params", section->offset,
                                    "the sections of the atom index do not fit");
    }
    index.filter = filter.ptr;
    index.buckets = buckets.ptr;
    index.entries = entries.ptr;
    index.entry_count = (uint32_t)total;
    index.filter_bits = params.filter_bits;
    index.bucket_bits = params.bucket_bits;
    *out = index;
    return VTR_OK;
}
