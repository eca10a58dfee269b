/* SPDX-License-Identifier: Apache-2.0 */

/* Opens the index of atoms, and reads its rows. */
#include "format/image/atom_index.h"

#include "base/error.h"
#include "format/image/atom_buckets.h"
#include "format/image/image.h"
#include "format/record/section.h"

struct tier_params {
    uint8_t filter_bits;
    uint8_t gram_len;
    uint8_t stride;
    uint8_t group_count;
    uint32_t line_count;
    uint32_t list_len;
    uint32_t gram_count;
};

struct params {
    uint32_t unit_count;
    uint32_t texts;
    struct tier_params tiers[VTR_ATOM_TIERS];
};

static bool read_tier(struct vtr_reader *r, struct tier_params *out)
{
    return vtr_reader_u8(r, &out->filter_bits) && vtr_reader_u8(r, &out->gram_len) &&
           vtr_reader_u8(r, &out->stride) && vtr_reader_u8(r, &out->group_count) &&
           vtr_reader_u32(r, &out->line_count) && vtr_reader_u32(r, &out->list_len) &&
           vtr_reader_u32(r, &out->gram_count);
}

static bool has_gait(const struct tier_params *tier, enum vtr_atom_tier number)
{
    static const enum vtr_atom_pace FIRST[] = {VTR_ATOM_PACE_SEVEN, VTR_ATOM_PACE_SHORT,
                                               VTR_ATOM_PACE_PAIR};
    static const enum vtr_atom_pace LAST[] = {VTR_ATOM_PACE_MOST, VTR_ATOM_PACE_SHORT,
                                              VTR_ATOM_PACE_PAIR};
    const unsigned kind = number % VTR_ATOM_KINDS;
    bool is_known = false;

    for (unsigned i = FIRST[kind]; i <= (unsigned)LAST[kind]; i++) {
        const struct vtr_atom_gait gait = vtr_atom_gait_of((enum vtr_atom_pace)i);

        is_known = is_known ||
                   (tier->gram_len == gait.gram_len && tier->stride == gait.stride);
    }
    return is_known;
}

static bool check_tier(const struct tier_params *tier, enum vtr_atom_tier number)
{
    if (tier->line_count == 0) {
        return tier->filter_bits == 0 && tier->gram_len == 0 && tier->stride == 0 &&
               tier->group_count == 0 && tier->list_len == 0 && tier->gram_count == 0;
    }
    return tier->filter_bits >= VTR_ATOM_FILTER_BITS_MIN &&
           tier->filter_bits <= VTR_ATOM_FILTER_BITS_MAX && tier->gram_count > 0 &&
           tier->group_count <= VTR_BUCKET_GROUPS_MAX &&
           tier->list_len % VTR_ATOM_LINE_SLOTS == 0 && has_gait(tier, number);
}

/* Long tiers that have atoms and no buckets may be of text alone. */
static bool check_texts(const struct params *params)
{
    uint32_t known = 0;

    for (unsigned i = 0; i < VTR_ATOM_TIERS; i += VTR_ATOM_KINDS) {
        const struct tier_params *tier = &params->tiers[i];
        const bool may_be = tier->line_count > 0 && tier->group_count == 0;

        known |= (uint32_t)may_be << i;
    }
    return (params->texts & ~known) == 0;
}

static bool read_params(struct vtr_bytes section, struct params *out)
{
    struct vtr_reader r;

    vtr_reader_init(&r, section, 0);
    if (!vtr_reader_u32(&r, &out->unit_count) || !vtr_reader_u32(&r, &out->texts)) {
        return false;
    }
    for (unsigned i = 0; i < VTR_ATOM_TIERS; i++) {
        if (!read_tier(&r, &out->tiers[i]) ||
            !check_tier(&out->tiers[i], (enum vtr_atom_tier)i)) {
            return false;
        }
    }
    return vtr_reader_left(&r) == 0 && check_texts(out);
}

/* Gives a tier its part of the sections; false when they are too short. */
static bool open_tier(struct vtr_atom_table *out, const struct tier_params *params,
                      uint32_t unit_count, struct vtr_reader *filters,
                      struct vtr_reader *slots)
{
    struct vtr_bytes filter;
    struct vtr_bytes buckets;
    struct vtr_bytes lines;
    struct vtr_bytes lists;

    if (params->line_count == 0) {
        return true;
    }
    if (!vtr_reader_slice(filters, &filter, (size_t)1 << (params->filter_bits - 3)) ||
        !vtr_reader_array(filters, &buckets, params->group_count,
                          VTR_BUCKET_GROUP_LEN) ||
        !vtr_reader_array(slots, &lines, params->line_count, VTR_ATOM_LINE_LEN) ||
        !vtr_reader_array(slots, &lists, params->list_len, 4)) {
        return false;
    }
    out->filter = filter.ptr;
    out->buckets = buckets.ptr;
    out->slots = lines.ptr;
    out->lists = lists.ptr;
    out->line_count = params->line_count;
    out->list_len = params->list_len;
    out->filter_bits = params->filter_bits;
    out->gram_len = params->gram_len;
    out->stride = params->stride;
    out->group_count = params->group_count;
    out->place_bits = vtr_atom_place_bits(unit_count, params->list_len);
    return out->place_bits < 32;
}

enum vtr_status vtr_atom_index_open(struct vtr_atom_index *out,
                                    const struct vtr_image *image,
                                    struct vtr_error *err)
{
    const struct vtr_image_section *section = &image->sections[VTR_SECTION_ATOM_PARAMS];
    const struct vtr_bytes rows = image->sections[VTR_SECTION_ATOM_ROWS].bytes;
    struct vtr_atom_index index = {0};
    struct vtr_reader filters;
    struct vtr_reader slots;
    struct params params;
    bool is_good = true;

    vtr_reader_init(&filters, image->sections[VTR_SECTION_ATOM_FILTER].bytes, 0);
    vtr_reader_init(&slots, image->sections[VTR_SECTION_ATOM_SLOTS].bytes, 0);
    if (section->bytes.len == 0 && rows.len == 0 && vtr_reader_left(&filters) == 0 &&
        vtr_reader_left(&slots) == 0) {
        *out = index;
        return VTR_OK;
    }
    if (!read_params(section->bytes, &params)) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_ATOM_PARAMS),
                                    section->offset,
                                    "the parameters of the atom index are malformed");
    }
    index.rows = rows.ptr;
    index.unit_count = params.unit_count;
    for (size_t i = 0; i < VTR_ATOM_TIERS && is_good; i++) {
        is_good = open_tier(&index.tiers[i], &params.tiers[i], params.unit_count,
                            &filters, &slots);
        index.tiers[i].is_text = (params.texts >> i & 1u) != 0;
    }
    if (!is_good || vtr_reader_left(&filters) > 0 || vtr_reader_left(&slots) > 0 ||
        rows.len / VTR_ATOM_UNIT_LEN != params.unit_count ||
        rows.len % VTR_ATOM_UNIT_LEN != 0) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_ATOM_PARAMS),
                                    section->offset,
                                    "the sections of the atom index do not fit");
    }
    *out = index;
    return VTR_OK;
}

bool vtr_atom_index_entry(const struct vtr_atom_index *index, uint32_t at,
                          const struct vtr_atom_row *row, struct vtr_atom_entry *out)
{
    *out = (struct vtr_atom_entry){.pattern = row->pattern,
                                   .back_min = row->back,
                                   .back_max = row->back,
                                   .lead = row->lead,
                                   .context_len = row->context_len};
    if (row->is_wide) {
        out->flags = VTR_ATOM_WIDE;
    }
    if (!row->is_long) {
        return true;
    }
    if (index->unit_count - at < 2) {
        return false;
    }
    const uint8_t *unit = index->rows + (size_t)at * VTR_ATOM_UNIT_LEN;
    out->back_min = vtr_load_u16(unit + VTR_ATOM_AT_BACK_MIN);
    out->back_max = vtr_load_u16(unit + VTR_ATOM_AT_BACK_MAX);
    out->fragment = vtr_load_u16(unit + VTR_ATOM_AT_FRAGMENT);
    return true;
}
