/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Views over record bodies of rules and externals, and the writers of their common
 * parts.  Relies on base/reader.h for every byte; promises that any bytes are safe and
 * that a view's readers end where their part of the body ends.
 */
#include "format/record/rule.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define RULE_FLAGS (VTR_RULE_PRIVATE | VTR_RULE_GLOBAL | VTR_RULE_NEEDS_PATTERN)
#define PATTERN_FLAGS                                                                \
 (VTR_PATTERN_NOCASE | VTR_PATTERN_ASCII | VTR_PATTERN_WIDE | VTR_PATTERN_FULLWORD | \
  VTR_PATTERN_XOR | VTR_PATTERN_PRIVATE | VTR_PATTERN_FIXED_OFFSET |                 \
  VTR_PATTERN_GREEDY | VTR_PATTERN_WORD_KEY)

#define MASKS4(i)  VTR_MASK(i), VTR_MASK((i) + 1), VTR_MASK((i) + 2), VTR_MASK((i) + 3)
#define MASKS16(i) MASKS4(i), MASKS4((i) + 4), MASKS4((i) + 8), MASKS4((i) + 12)
const uint8_t vtr_masks[64] = {MASKS16(0), MASKS16(16), MASKS16(32), MASKS16(48)};

void vtr_mask_part(struct vtr_bytes bytes, size_t index, uint8_t *out)
{
    size_t i = 0;

    for (; index + i + 8 <= sizeof vtr_masks && bytes.len - i >= 8; i += 8) {
        uint64_t word;
        uint64_t mask;
        memcpy(&word, bytes.ptr + i, sizeof word);
        memcpy(&mask, vtr_masks + index + i, sizeof mask);
        word ^= mask;
        memcpy(out + i, &word, sizeof word);
    }
    for (; i < bytes.len; i++) {
        out[i] = (uint8_t)(bytes.ptr[i] ^ vtr_mask(index + i));
    }
}

void vtr_writer_masked(struct vtr_writer *w, struct vtr_bytes bytes)
{
    vtr_writer_varint(w, bytes.len);
    uint8_t *room = vtr_writer_reserve(w, bytes.len);
    if (room != NULL) {
        vtr_mask_part(bytes, 0, room);
    }
}

bool vtr_reader_masked(struct vtr_reader *r, struct vtr_bytes *out)
{
    return vtr_reader_string(r, out);
}

void vtr_unmask(struct vtr_bytes masked, uint8_t *out)
{
    vtr_mask_part(masked, 0, out);
}

void vtr_unmask_part(struct vtr_bytes masked, size_t from, size_t len, uint8_t *out)
{
    vtr_mask_part((struct vtr_bytes){masked.ptr + from, len}, from, out);
}

uint8_t *vtr_unmask_copy(struct vtr_bytes masked)
{
    uint8_t *plain = malloc(masked.len == 0 ? 1 : masked.len);

    if (plain != NULL) {
        vtr_unmask(masked, plain);
    }
    return plain;
}

/* A reader over what `r` has consumed since `from`; file offsets stay those of `r`. */
static struct vtr_reader consumed_since(const struct vtr_reader *r, size_t from)
{
    const struct vtr_bytes bytes = {r->bytes.ptr + from, r->pos - from};
    struct vtr_reader part;

    vtr_reader_init(&part, bytes, r->base + from);
    return part;
}

static bool read_flags_and_key(struct vtr_reader *r, struct vtr_rule_view *out)
{
    return vtr_reader_u8(r, &out->flags) && (out->flags & ~RULE_FLAGS) == 0 &&
           vtr_reader_string(r, &out->space) && vtr_reader_string(r, &out->name);
}

static bool read_tags(struct vtr_reader *r, struct vtr_rule_view *out)
{
    struct vtr_bytes tag;

    if (!vtr_reader_varint(r, &out->tag_count)) {
        return false;
    }
    const size_t from = r->pos;
    for (uint64_t i = 0; i < out->tag_count; i++) {
        if (!vtr_reader_string(r, &tag)) {
            return false;
        }
    }
    out->tags = consumed_since(r, from);
    return true;
}

static bool read_metas(struct vtr_reader *r, struct vtr_rule_view *out)
{
    struct vtr_meta_view meta;

    if (!vtr_reader_varint(r, &out->meta_count)) {
        return false;
    }
    const size_t from = r->pos;
    for (uint64_t i = 0; i < out->meta_count; i++) {
        if (!vtr_rule_next_meta(r, &meta)) {
            return false;
        }
    }
    out->metas = consumed_since(r, from);
    return true;
}

static bool read_patterns(struct vtr_reader *r, struct vtr_rule_view *out)
{
    struct vtr_bytes pattern;

    if (!vtr_reader_varint(r, &out->pattern_count)) {
        return false;
    }
    const size_t from = r->pos;
    for (uint64_t i = 0; i < out->pattern_count; i++) {
        if (!vtr_reader_string(r, &pattern)) {
            return false;
        }
    }
    out->patterns = consumed_since(r, from);
    return true;
}

bool vtr_rule_read(struct vtr_bytes body, struct vtr_rule_view *out)
{
    struct vtr_rule_view view = {.body = body};
    struct vtr_reader r;

    vtr_reader_init(&r, body, 0);
    if (!read_flags_and_key(&r, &view) || !read_tags(&r, &view) ||
        !read_metas(&r, &view) || !read_patterns(&r, &view) ||
        !vtr_reader_string(&r, &view.condition) || vtr_reader_left(&r) != 0) {
        return false;
    }
    *out = view;
    return true;
}

bool vtr_rule_read_key(struct vtr_bytes body, struct vtr_bytes *out_space,
                       struct vtr_bytes *out_name)
{
    struct vtr_rule_view view = {.body = body};
    struct vtr_reader r;

    vtr_reader_init(&r, body, 0);
    if (!read_flags_and_key(&r, &view)) {
        return false;
    }
    *out_space = view.space;
    *out_name = view.name;
    return true;
}

static bool read_bool(struct vtr_reader *r, int64_t *out)
{
    uint8_t byte;

    if (!vtr_reader_u8(r, &byte) || byte > 1) {
        return false;
    }
    *out = byte;
    return true;
}

bool vtr_rule_next_meta(struct vtr_reader *metas, struct vtr_meta_view *out)
{
    struct vtr_reader attempt = *metas;
    struct vtr_meta_view meta = {0};
    uint8_t type;
    bool is_good = false;

    if (!vtr_reader_string(&attempt, &meta.key) || !vtr_reader_u8(&attempt, &type)) {
        return false;
    }
    if (type == VTR_META_TEXT) {
        meta.type = VTR_META_TEXT;
        is_good = vtr_reader_masked(&attempt, &meta.masked_text);
    } else if (type == VTR_META_INT) {
        meta.type = VTR_META_INT;
        is_good = vtr_reader_zigzag(&attempt, &meta.number);
    } else if (type == VTR_META_BOOL) {
        meta.type = VTR_META_BOOL;
        is_good = read_bool(&attempt, &meta.number);
    } else if (type == VTR_META_FLOAT) {
        meta.type = VTR_META_FLOAT;
        is_good = vtr_reader_zigzag(&attempt, &meta.number) &&
                  vtr_reader_zigzag(&attempt, &meta.exponent);
    }
    if (!is_good) {
        return false;
    }
    *metas = attempt;
    *out = meta;
    return true;
}

static bool read_pattern_type(struct vtr_reader *r, enum vtr_pattern_type *out)
{
    uint8_t type;

    if (!vtr_reader_u8(r, &type)) {
        return false;
    }
    switch (type) {
    case VTR_PATTERN_TEXT:
        *out = VTR_PATTERN_TEXT;
        return true;
    case VTR_PATTERN_HEX:
        *out = VTR_PATTERN_HEX;
        return true;
    case VTR_PATTERN_REGEX:
        *out = VTR_PATTERN_REGEX;
        return true;
    default:
        return false;
    }
}

/* Reads the pattern that fills `r` up to its payload. */
static bool read_pattern(struct vtr_reader *r, struct vtr_pattern_view *out)
{
    struct vtr_pattern_view view = {0};
    uint64_t flags;

    if (!vtr_reader_string(r, &view.id) || !read_pattern_type(r, &view.type) ||
        !vtr_reader_varint(r, &flags) || (flags & ~(uint64_t)PATTERN_FLAGS) != 0) {
        return false;
    }
    view.flags = (uint32_t)flags;
    if ((view.flags & VTR_PATTERN_FIXED_OFFSET) != 0 &&
        !vtr_reader_varint(r, &view.fixed_offset)) {
        return false;
    }
    if ((view.flags & VTR_PATTERN_XOR) != 0 &&
        (!vtr_reader_u8(r, &view.xor_min) || !vtr_reader_u8(r, &view.xor_max) ||
         view.xor_min > view.xor_max)) {
        return false;
    }
    view.payload = *r;
    *out = view;
    return true;
}

bool vtr_rule_next_pattern(struct vtr_reader *patterns, struct vtr_pattern_view *out)
{
    const size_t start = patterns->pos;
    struct vtr_reader inner;
    uint64_t len;

    if (vtr_reader_varint(patterns, &len) && len <= vtr_reader_left(patterns) &&
        vtr_reader_sub(patterns, &inner, (size_t)len) && read_pattern(&inner, out)) {
        return true;
    }
    patterns->pos = start;
    return false;
}

bool vtr_rule_pattern_at(struct vtr_bytes body, uint32_t offset,
                         struct vtr_pattern_view *out)
{
    struct vtr_reader r;
    struct vtr_bytes before;

    vtr_reader_init(&r, body, 0);
    return vtr_reader_slice(&r, &before, offset) && vtr_rule_next_pattern(&r, out);
}

int vtr_rule_compare_key(struct vtr_bytes space_a, struct vtr_bytes name_a,
                         struct vtr_bytes space_b, struct vtr_bytes name_b)
{
    const int order = vtr_bytes_compare(space_a, space_b);

    return order != 0 ? order : vtr_bytes_compare(name_a, name_b);
}

static bool read_external_value(struct vtr_reader *r, uint8_t type,
                                struct vtr_external_view *out)
{
    switch (type) {
    case VTR_EXTERNAL_TEXT:
        out->type = VTR_EXTERNAL_TEXT;
        return vtr_reader_masked(r, &out->masked_text);
    case VTR_EXTERNAL_INT:
        out->type = VTR_EXTERNAL_INT;
        return vtr_reader_zigzag(r, &out->number);
    case VTR_EXTERNAL_BOOL:
        out->type = VTR_EXTERNAL_BOOL;
        return read_bool(r, &out->number);
    case VTR_EXTERNAL_FLOAT:
        out->type = VTR_EXTERNAL_FLOAT;
        return vtr_reader_zigzag(r, &out->number) &&
               vtr_reader_zigzag(r, &out->exponent);
    default:
        return false;
    }
}

bool vtr_external_read(struct vtr_bytes body, struct vtr_external_view *out)
{
    struct vtr_external_view view = {0};
    struct vtr_reader r;
    uint8_t type;

    vtr_reader_init(&r, body, 0);
    if (!vtr_reader_string(&r, &view.name) || !vtr_reader_u8(&r, &type) ||
        !read_external_value(&r, type, &view) || vtr_reader_left(&r) != 0) {
        return false;
    }
    *out = view;
    return true;
}

void vtr_external_write(struct vtr_writer *w, const struct vtr_external_view *external,
                        struct vtr_bytes plain_text)
{
    vtr_writer_string(w, external->name);
    vtr_writer_u8(w, (uint8_t)external->type);
    switch (external->type) {
    case VTR_EXTERNAL_TEXT:
        vtr_writer_masked(w, plain_text);
        break;
    case VTR_EXTERNAL_INT:
        vtr_writer_zigzag(w, external->number);
        break;
    case VTR_EXTERNAL_BOOL:
        vtr_writer_u8(w, external->number != 0);
        break;
    case VTR_EXTERNAL_FLOAT:
        vtr_writer_zigzag(w, external->number);
        vtr_writer_zigzag(w, external->exponent);
        break;
    }
}
