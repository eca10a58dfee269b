/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Opens an image: header and table of contents, in constant time, in the order of
 * docs/format.md.  Promises that every view it hands out lies inside the bytes that it
 * was given, whatever they are.
 */
#include "format/image/image.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "format/image/hash_table.h"
#include "format/record/rule.h"
#include "format/record/section.h"

/* How a delta begins, docs/delta-format.md; the code that reads deltas is above this.
 */
#define DELTA_MAGIC "VDELTA\r\x1a"

/* A name of one byte and a value of one, with their lengths and the type. */
#define EXTERNAL_LEN_LEAST 5u

/* So much of a file that is no database is looked at to say what it is. */
#define TEXT_PROBE_LEN 512u

struct header {
    uint32_t layout;
    uint32_t engine;
    uint64_t release;
    uint64_t file_len;
    uint64_t record_count;
    uint32_t section_count;
    uint32_t name_len;
    struct vtr_bytes record_root;
    struct vtr_bytes content_digest;
    struct vtr_bytes name; /* the whole field */
    struct vtr_bytes rest;
};

static bool is_zero(struct vtr_bytes bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        if (bytes.ptr[i] != 0) {
            return false;
        }
    }
    return true;
}

static bool read_header(struct vtr_reader *r, struct header *out)
{
    struct vtr_bytes magic;

    return vtr_reader_left(r) >= VTR_HEADER_LEN &&
           vtr_reader_slice(r, &magic, VTR_MAGIC_LEN) &&
           memcmp(magic.ptr, VTR_MAGIC, VTR_MAGIC_LEN) == 0 &&
           vtr_reader_u32(r, &out->layout) && vtr_reader_u32(r, &out->engine) &&
           vtr_reader_u64(r, &out->release) && vtr_reader_u64(r, &out->file_len) &&
           vtr_reader_u64(r, &out->record_count) &&
           vtr_reader_u32(r, &out->section_count) &&
           vtr_reader_u32(r, &out->name_len) &&
           vtr_reader_slice(r, &out->record_root, VTR_DIGEST_LEN) &&
           vtr_reader_slice(r, &out->content_digest, VTR_DIGEST_LEN) &&
           vtr_reader_slice(r, &out->name, VTR_NAME_LIMIT) &&
           vtr_reader_slice(r, &out->rest, VTR_HEADER_LEN - r->pos);
}

static enum vtr_status check_header(const struct header *header, struct vtr_bytes bytes,
                                    struct vtr_error *err)
{
    if (header->layout != VTR_LAYOUT_VERSION) {
        return vtr_error_set(err, VTR_ERROR_VERSION,
                             "the database has layout version %lu, not %u",
                             (unsigned long)header->layout, VTR_LAYOUT_VERSION);
    }
    if (header->engine > VTR_ENGINE_VERSION) {
        return vtr_error_set(err, VTR_ERROR_VERSION,
                             "the database needs engine version %lu, this one has %u",
                             (unsigned long)header->engine, VTR_ENGINE_VERSION);
    }
    if (header->file_len != bytes.len) {
        return vtr_error_set_format(err, "header", VTR_AT_FILE_LEN,
                                    "the file has %llu bytes, not %llu",
                                    (unsigned long long)bytes.len,
                                    (unsigned long long)header->file_len);
    }
    if (header->section_count > VTR_SECTION_LIMIT) {
        return vtr_error_set_format(err, "header", VTR_AT_SECTION_COUNT,
                                    "more than %u sections", VTR_SECTION_LIMIT);
    }
    if (header->name_len > VTR_NAME_LIMIT) {
        return vtr_error_set_format(err, "header", VTR_AT_NAME_LEN,
                                    "the name is longer than %u bytes", VTR_NAME_LIMIT);
    }
    const struct vtr_bytes padding = {header->name.ptr + header->name_len,
                                      header->name.len - header->name_len};
    if (header->name_len > 0 && memchr(header->name.ptr, 0, header->name_len) != NULL) {
        return vtr_error_set_format(err, "header", VTR_AT_NAME,
                                    "the name has a zero byte");
    }
    if (!is_zero(padding) || !is_zero(header->rest)) {
        return vtr_error_set_format(err, "header", VTR_AT_NAME,
                                    "bytes that must be zero are not");
    }
    return VTR_OK;
}

struct toc_row {
    uint32_t id;
    uint32_t flags;
    uint64_t offset;
    uint64_t len;
    uint64_t count;
};

static bool read_toc_row(struct vtr_reader *r, struct toc_row *out)
{
    return vtr_reader_u32(r, &out->id) && vtr_reader_u32(r, &out->flags) &&
           vtr_reader_u64(r, &out->offset) && vtr_reader_u64(r, &out->len) &&
           vtr_reader_u64(r, &out->count);
}

/* Whether the length is what the shape of the section and its count make. */
static bool fits_shape(const struct toc_row *row, const struct vtr_section_shape *shape)
{
    if (row->count == 0) {
        return false;
    }
    if (shape->row_len == 0) {
        return row->count <= UINT32_MAX;
    }
    return row->len % shape->row_len == 0 &&
           row->len / shape->row_len >= shape->extra_rows &&
           row->len / shape->row_len - shape->extra_rows == row->count;
}

/* Takes the section of one row, which must begin at the next aligned offset after
 * `*end`; moves `*end` to its own end. */
static enum vtr_status take_section(struct vtr_image *image, const struct toc_row *row,
                                    uint64_t *end, struct vtr_error *err)
{
    const uint64_t align = VTR_SECTION_ALIGN;
    const uint64_t expected = (*end + align - 1) / align * align;
    const struct vtr_section_shape *shape = vtr_section_get_shape(row->id);
    struct vtr_reader r;

    if (shape == NULL || row->flags != 0) {
        return vtr_error_set_format(err, "table of contents", row->offset,
                                    "section %lu is unknown", (unsigned long)row->id);
    }
    vtr_reader_init(&r, image->bytes, 0);
    struct vtr_image_section section = {.offset = row->offset, .count = row->count};
    struct vtr_bytes before;
    if (row->offset != expected || row->len == 0 || row->offset > image->bytes.len ||
        row->len > image->bytes.len - row->offset ||
        !vtr_reader_slice(&r, &before, (size_t)row->offset) ||
        !vtr_reader_slice(&r, &section.bytes, (size_t)row->len)) {
        return vtr_error_set_format(err, shape->name, row->offset,
                                    "the section is not where it must be");
    }
    if (!fits_shape(row, shape)) {
        return vtr_error_set_format(err, shape->name, row->offset,
                                    "the section's length does not fit its count");
    }
    image->sections[row->id] = section;
    *end = row->offset + row->len;
    return VTR_OK;
}

static enum vtr_status read_toc(struct vtr_image *image, struct vtr_reader *r,
                                uint32_t row_count, struct vtr_error *err)
{
    uint64_t end = VTR_HEADER_LEN + (uint64_t)row_count * VTR_TOC_ROW_LEN;
    uint32_t last_id = 0;

    for (uint32_t i = 0; i < row_count; i++) {
        struct toc_row row;
        const uint64_t at = vtr_reader_offset(r);

        if (!read_toc_row(r, &row)) {
            return vtr_error_set_format(err, "table of contents", at,
                                        "the file ends inside its table of contents");
        }
        if (row.id <= last_id) {
            return vtr_error_set_format(err, "table of contents", at,
                                        "sections are not in ascending order");
        }
        last_id = row.id;
        const enum vtr_status status = take_section(image, &row, &end, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    if (end != image->bytes.len) {
        return vtr_error_set_format(err, "table of contents", end,
                                    "bytes follow the last section");
    }
    return VTR_OK;
}

/* Data sections count what their offsets count, or no more than there is room for; all
 * counts together are the header's. */
static enum vtr_status check_counts(struct vtr_image *image, struct vtr_error *err)
{
    const struct vtr_image_section *sections = image->sections;
    const struct vtr_image_section *stem_data = &sections[VTR_SECTION_STEM_DATA];
    const struct vtr_image_section *rule_data = &sections[VTR_SECTION_RULE_DATA];
    const struct vtr_image_section *externals = &sections[VTR_SECTION_EXTERNALS];
    uint64_t total;

    image->stem_count = sections[VTR_SECTION_STEM_OFFSETS].count;
    image->rule_count = sections[VTR_SECTION_RULE_OFFSETS].count;
    image->pattern_count = sections[VTR_SECTION_PATTERNS].count;
    image->external_count = sections[VTR_SECTION_EXTERNALS].count;
    if (stem_data->bytes.len != 0 && stem_data->count != image->stem_count) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_STEM_DATA),
                                    stem_data->offset,
                                    "as many stems as offsets were expected");
    }
    if (rule_data->count != image->rule_count) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_RULE_DATA),
                                    rule_data->offset,
                                    "as many rules as offsets were expected");
    }
    if (image->external_count > externals->bytes.len / EXTERNAL_LEN_LEAST) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_EXTERNALS),
                                    externals->offset,
                                    "external variables are more than their bytes have "
                                    "room for");
    }
    total = image->rule_count + image->external_count;
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        total += image->hashes[kind].count;
    }
    if (total != image->record_count) {
        return vtr_error_set_format(err, "header", VTR_AT_RECORD_COUNT,
                                    "the sections hold %llu records, not %llu",
                                    (unsigned long long)total,
                                    (unsigned long long)image->record_count);
    }
    return VTR_OK;
}

/* Whether the bytes begin like text: no control character but white space. */
static bool looks_like_text(struct vtr_bytes bytes)
{
    const size_t len = bytes.len < TEXT_PROBE_LEN ? bytes.len : TEXT_PROBE_LEN;

    for (size_t i = 0; i < len; i++) {
        const uint8_t c = bytes.ptr[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') {
            return false;
        }
    }
    return len > 0;
}

/* Says what the file seems to be instead: the likely slips are easy to tell. */
static enum vtr_status refuse_other_file(struct vtr_bytes bytes, struct vtr_error *err)
{
    if (bytes.len >= VTR_MAGIC_LEN &&
        memcmp(bytes.ptr, DELTA_MAGIC, VTR_MAGIC_LEN) == 0) {
        return vtr_error_set_format(
            err, "header", 0,
            "is a delta, not a vitrine database: are the arguments in order?");
    }
    if (looks_like_text(bytes)) {
        return vtr_error_set_format(
            err, "header", 0, "is text, not a vitrine database: compile it first");
    }
    return vtr_error_set_format(err, "header", 0, "not a vitrine database");
}

static enum vtr_status open_tables(struct vtr_image *image, struct vtr_error *err)
{
    for (size_t i = 0; i < VTR_HASH_KINDS; i++) {
        const enum vtr_status status =
            vtr_hash_table_open(&image->hashes[i], (enum vtr_hash_kind)i, image, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    return VTR_OK;
}

enum vtr_status vtr_image_open(struct vtr_image *out, struct vtr_bytes bytes,
                               struct vtr_error *err)
{
    struct vtr_image image = {.bytes = bytes};
    struct header header;
    struct vtr_reader r;
    enum vtr_status status;

    vtr_reader_init(&r, bytes, 0);
    if (!read_header(&r, &header)) {
        return refuse_other_file(bytes, err);
    }
    image.release = header.release;
    image.record_count = header.record_count;
    image.engine = header.engine;
    image.record_root = header.record_root.ptr;
    image.content_digest = header.content_digest.ptr;
    status = check_header(&header, bytes, err);
    if (status == VTR_OK) {
        image.name = (struct vtr_bytes){header.name.ptr, header.name_len};
        status = read_toc(&image, &r, header.section_count, err);
    }
    if (status == VTR_OK) {
        status = open_tables(&image, err);
    }
    if (status == VTR_OK) {
        status = check_counts(&image, err);
    }
    if (status == VTR_OK) {
        *out = image;
    }
    return status;
}

/* Element `index` of a data section, by its section of offsets; no bytes when the
 * offsets are not in order or not inside. */
static struct vtr_bytes element(const struct vtr_image *image, unsigned offsets_id,
                                unsigned data_id, uint64_t index)
{
    const struct vtr_image_section *offsets = &image->sections[offsets_id];
    const struct vtr_bytes data = image->sections[data_id].bytes;
    const struct vtr_bytes none = {NULL, 0};

    if (index >= offsets->count) {
        return none;
    }
    const uint32_t begin = vtr_table_u32(offsets->bytes, index);
    const uint32_t end = vtr_table_u32(offsets->bytes, index + 1);
    if (begin >= end || end > data.len) {
        return none;
    }
    return (struct vtr_bytes){data.ptr + begin, end - begin};
}

struct vtr_bytes vtr_image_rule(const struct vtr_image *image, uint64_t index)
{
    return element(image, VTR_SECTION_RULE_OFFSETS, VTR_SECTION_RULE_DATA, index);
}

struct vtr_bytes vtr_image_stem(const struct vtr_image *image, uint64_t index)
{
    return element(image, VTR_SECTION_STEM_OFFSETS, VTR_SECTION_STEM_DATA, index);
}

uint64_t vtr_image_find_rule(const struct vtr_image *image, struct vtr_bytes space,
                             struct vtr_bytes name)
{
    uint64_t low = 0;

    for (uint64_t high = image->rule_count; low < high;) {
        const uint64_t middle = low + (high - low) / 2;
        struct vtr_bytes its_space;
        struct vtr_bytes its_name;

        if (!vtr_rule_read_key(vtr_image_rule(image, middle), &its_space, &its_name)) {
            return UINT64_MAX;
        }
        const int order = vtr_rule_compare_key(its_space, its_name, space, name);
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return UINT64_MAX;
}

struct vtr_bytes vtr_image_external(const struct vtr_image *image, uint64_t index)
{
    const struct vtr_bytes none = {NULL, 0};
    struct vtr_bytes body;
    struct vtr_reader r;

    vtr_reader_init(&r, image->sections[VTR_SECTION_EXTERNALS].bytes, 0);
    for (uint64_t i = 0; i < image->external_count; i++) {
        if (!vtr_reader_string(&r, &body)) {
            return none;
        }
        if (i == index) {
            return body;
        }
    }
    return none;
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
