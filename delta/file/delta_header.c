/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/delta_header.h"

#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/reader.h"
#include "delta/coding/deflate.h"
#include "delta/file/delta_signature.h"

#define MAGIC            "VDELTA\r\x1a"
#define MAGIC_LEN        8u
#define AT_VERSION       8u
#define AT_HEADER_LEN    12u
#define AT_LAYOUT        16u
#define AT_FIELDS        20u
#define HEADER_LEN_LIMIT 4096u

static const char HEADER[] = "header";

#define ROW_PACKED 0x80u /* of a row's first byte: the section is packed */

/* What the bytes of a section are, which decides how they may be packed. */
enum section_shape {
    SHAPE_NONE = 0,
    SHAPE_KEYS,    /* lists of keys: entropy, stored */
    SHAPE_NUMBERS, /* coded already, stored; as many as other sections have elements */
    SHAPE_TEXT     /* anything else */
};

struct section_kind {
    const char *name;
    enum section_shape shape;
};

#define HASH_SECTIONS(kind)                                  \
 {kind " removed", SHAPE_KEYS}, {kind " added", SHAPE_KEYS}, \
 {                                                           \
  kind " names", SHAPE_NUMBERS                               \
 }

static const struct section_kind KINDS[VTR_DELTA_SECTION_LIMIT] = {
    {"no section", SHAPE_NONE},
    {"stems known", SHAPE_KEYS},
    {"stems new", SHAPE_TEXT},
    {"stem uses", SHAPE_NUMBERS},
    {"rules removed", SHAPE_TEXT},
    {"rules put", SHAPE_TEXT},
    {"externals removed", SHAPE_TEXT},
    {"externals put", SHAPE_TEXT},
    HASH_SECTIONS("md5"),
    HASH_SECTIONS("sha1"),
    HASH_SECTIONS("sha256"),
};

const char *vtr_delta_section_name(unsigned id)
{
    return id < VTR_DELTA_SECTION_LIMIT ? KINDS[id].name : "unknown section";
}

bool vtr_delta_section_is_text(unsigned id)
{
    return id < VTR_DELTA_SECTION_LIMIT && KINDS[id].shape == SHAPE_TEXT;
}

bool vtr_delta_section_has_room(unsigned id, uint64_t count)
{
    return id < VTR_DELTA_RULES_REMOVED || id > VTR_DELTA_EXTERNALS_PUT ||
           count <= VTR_DELTA_BODIES_MAX;
}

enum vtr_status vtr_delta_front_read(struct vtr_bytes delta,
                                     struct vtr_delta_front *out, struct vtr_error *err)
{
    struct vtr_delta_front front = {0};
    struct vtr_reader r;
    struct vtr_bytes magic;
    uint32_t version;
    uint32_t header_len;
    uint8_t signature_count;

    vtr_reader_init(&r, delta, 0);
    if (!vtr_reader_slice(&r, &magic, MAGIC_LEN) ||
        memcmp(magic.ptr, MAGIC, MAGIC_LEN) != 0) {
        const bool is_database = delta.len >= VTR_MAGIC_LEN &&
                                 memcmp(delta.ptr, VTR_MAGIC, VTR_MAGIC_LEN) == 0;
        return vtr_error_set_format(
            err, HEADER, 0,
            is_database ? "is a database, not a delta: are the arguments in order?"
                        : "not a delta");
    }
    if (!vtr_reader_u32(&r, &version) || !vtr_reader_u32(&r, &header_len)) {
        return vtr_error_set_format(err, HEADER, AT_VERSION, "delta is cut short");
    }
    if (version != VTR_DELTA_VERSION) {
        return vtr_error_set(
            err, VTR_ERROR_VERSION,
            "delta has format %u, this program reads %u: take the full "
            "database or a newer program",
            (unsigned)version, VTR_DELTA_VERSION);
    }
    vtr_reader_init(&r, delta, 0);
    if (header_len < AT_FIELDS || header_len > HEADER_LEN_LIMIT ||
        !vtr_reader_slice(&r, &front.header, header_len)) {
        return vtr_error_set_format(err, HEADER, AT_HEADER_LEN,
                                    "header of %u bytes is impossible or cut short",
                                    (unsigned)header_len);
    }
    if (!vtr_reader_u8(&r, &signature_count) ||
        signature_count > VTR_DELTA_SIGNATURE_LIMIT ||
        !vtr_reader_array(&r, &front.signatures, signature_count,
                          VTR_DELTA_SIGNATURE_LEN)) {
        return vtr_error_set_format(err, "signatures", header_len,
                                    "signatures are too many or cut short");
    }
    front.signature_count = signature_count;
    front.sections_offset = vtr_reader_offset(&r);
    if (!vtr_reader_slice(&r, &front.sections, vtr_reader_left(&r))) {
        return vtr_error_set_format(err, HEADER, 0, "delta is cut short");
    }
    *out = front;
    return VTR_OK;
}

/* Whether a section of this kind may have these numbers: bounded before anything is
 * allocated for it. */
static bool is_plausible(unsigned id, const struct vtr_delta_section *section,
                         uint64_t packed_len)
{
    const enum section_shape shape = KINDS[id].shape;

    if (section->count == 0 || section->raw_len == 0 || packed_len == 0 ||
        section->raw_len > VTR_SECTION_LEN_MAX || section->count > UINT32_MAX) {
        return false;
    }
    if (section->codec == VTR_DELTA_DEFLATED &&
        (shape != SHAPE_TEXT || packed_len >= section->raw_len ||
         section->count > packed_len * VTR_DELTA_PACKED_ELEMENTS_MAX ||
         section->raw_len / packed_len >= VTR_DEFLATE_RATIO_MAX)) {
        return false;
    }
    switch (shape) {
    case SHAPE_KEYS:
        return section->count <= section->raw_len * 8;
    case SHAPE_NUMBERS:
        return true; /* their count is that of elements that are there */
    case SHAPE_TEXT:
        return section->count <= section->raw_len;
    case SHAPE_NONE:
        break;
    }
    return false;
}

/* The number of elements that a section of numbers has: it is not written. */
static uint64_t implied_count(const struct vtr_delta_header *header, unsigned id)
{
    return id == VTR_DELTA_STEM_USES ? header->sections[VTR_DELTA_STEMS_KNOWN].count +
                                           header->sections[VTR_DELTA_STEMS_NEW].count
                                     : header->sections[id - 1].count;
}

/* Reads the numbers of a row; false at its end. */
static bool read_row_fields(struct vtr_reader *r, const struct vtr_delta_header *header,
                            unsigned *out_id, struct vtr_delta_section *out,
                            uint64_t *out_packed_len)
{
    uint8_t first;

    if (!vtr_reader_u8(r, &first)) {
        return false;
    }
    *out_id = first & ~ROW_PACKED;
    out->codec = (first & ROW_PACKED) != 0 ? VTR_DELTA_DEFLATED : VTR_DELTA_STORED;
    if (*out_id < VTR_DELTA_SECTION_LIMIT && KINDS[*out_id].shape == SHAPE_NUMBERS) {
        out->count = implied_count(header, *out_id);
    } else if (!vtr_reader_varint(r, &out->count)) {
        return false;
    }
    if (!vtr_reader_varint(r, &out->raw_len)) {
        return false;
    }
    *out_packed_len = out->raw_len;
    return out->codec == VTR_DELTA_STORED || vtr_reader_varint(r, out_packed_len);
}

/* What is no fault of a delta, but too much for one. */
static enum vtr_status check_limits(unsigned id,
                                    const struct vtr_delta_section *section,
                                    uint64_t unpacked, struct vtr_error *err)
{
    if (unpacked > VTR_DELTA_UNPACKED_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "delta unpacks to more than %llu bytes: take the full "
                             "database",
                             (unsigned long long)VTR_DELTA_UNPACKED_MAX);
    }
    if (!vtr_delta_section_has_room(id, section->count)) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "section '%s' of the delta has more than %llu elements: "
                             "take the full database",
                             KINDS[id].name, (unsigned long long)VTR_DELTA_BODIES_MAX);
    }
    return VTR_OK;
}

/* Reads one row of the table of sections and takes its bytes. */
static enum vtr_status read_row(struct vtr_reader *r, unsigned *last_id,
                                struct vtr_reader *packed, uint64_t *io_unpacked,
                                struct vtr_delta_header *out, struct vtr_error *err)
{
    const uint64_t at = vtr_reader_offset(r);
    struct vtr_delta_section section = {0};
    unsigned id = 0;
    uint64_t packed_len = 0;

    if (!read_row_fields(r, out, &id, &section, &packed_len)) {
        return vtr_error_set_format(err, HEADER, at, "table of sections is cut short");
    }
    if (id <= *last_id || id >= VTR_DELTA_SECTION_LIMIT) {
        return vtr_error_set_format(err, HEADER, at,
                                    "section %u is unknown, twice, or out of order",
                                    id);
    }
    section.offset = vtr_reader_offset(packed);
    if (!is_plausible(id, &section, packed_len) || packed_len > SIZE_MAX ||
        !vtr_reader_slice(packed, &section.packed, (size_t)packed_len)) {
        return vtr_error_set_format(err, HEADER, at,
                                    "section '%s' has impossible lengths",
                                    KINDS[id].name);
    }
    *io_unpacked += section.codec == VTR_DELTA_DEFLATED ? section.raw_len : 0;
    out->sections[id] = section;
    *last_id = id;
    return check_limits(id, &section, *io_unpacked, err);
}

/* Everything before the table of sections. */
static bool read_fields(struct vtr_reader *r, struct vtr_delta_header *out,
                        uint8_t *out_section_count)
{
    struct vtr_bytes from_digest;
    struct vtr_bytes to_digest;
    struct vtr_bytes to_root;

    if (!vtr_reader_u32(r, &out->layout) || !vtr_reader_string(r, &out->name) ||
        out->name.len > VTR_NAME_LIMIT || !vtr_reader_varint(r, &out->from_release) ||
        !vtr_reader_varint(r, &out->to_release) ||
        !vtr_reader_slice(r, &from_digest, VTR_DIGEST_LEN) ||
        !vtr_reader_slice(r, &to_digest, VTR_DIGEST_LEN) ||
        !vtr_reader_slice(r, &to_root, VTR_DIGEST_LEN) ||
        !vtr_reader_varint(r, &out->to_len) || !vtr_reader_u8(r, out_section_count)) {
        return false;
    }
    out->from_digest = from_digest.ptr;
    out->to_digest = to_digest.ptr;
    out->to_root = to_root.ptr;
    return true;
}

/* Holds the packed sections against their digest in the header. */
static enum vtr_status check_sections(struct vtr_reader *r,
                                      const struct vtr_delta_front *front,
                                      struct vtr_error *err)
{
    struct vtr_bytes digest;
    uint8_t computed[VTR_DIGEST_LEN];

    if (!vtr_reader_slice(r, &digest, VTR_DIGEST_LEN)) {
        return vtr_error_set_format(err, HEADER, vtr_reader_offset(r),
                                    "header is cut short or malformed");
    }
    vtr_digest_blake2b(front->sections, computed);
    if (memcmp(computed, digest.ptr, VTR_DIGEST_LEN) != 0) {
        return vtr_error_set_format(err, "sections", front->sections_offset,
                                    "delta is damaged: the digest of its sections is "
                                    "another");
    }
    return VTR_OK;
}

enum vtr_status vtr_delta_header_read(const struct vtr_delta_front *front,
                                      struct vtr_delta_header *out,
                                      struct vtr_error *err)
{
    struct vtr_delta_header header = {0};
    struct vtr_reader r;
    struct vtr_reader packed;
    struct vtr_bytes skipped;
    uint8_t section_count;
    unsigned last_id = 0;
    uint64_t unpacked = 0;

    vtr_reader_init(&r, front->header, 0);
    vtr_reader_init(&packed, front->sections, front->sections_offset);
    if (!vtr_reader_slice(&r, &skipped, AT_LAYOUT) ||
        !read_fields(&r, &header, &section_count)) {
        return vtr_error_set_format(err, HEADER, vtr_reader_offset(&r),
                                    "header is cut short or malformed");
    }
    if (section_count > 0) {
        const enum vtr_status status = check_sections(&r, front, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    for (unsigned i = 0; i < section_count; i++) {
        const enum vtr_status status =
            read_row(&r, &last_id, &packed, &unpacked, &header, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    if (vtr_reader_left(&r) != 0) {
        return vtr_error_set_format(err, HEADER, vtr_reader_offset(&r),
                                    "header goes on after its last field");
    }
    if (vtr_reader_left(&packed) != 0) {
        return vtr_error_set_format(err, "sections", vtr_reader_offset(&packed),
                                    "delta goes on after its last section");
    }
    *out = header;
    return VTR_OK;
}

static void write_row(struct vtr_writer *w, unsigned id,
                      const struct vtr_delta_section *section)
{
    const bool is_packed = section->codec == VTR_DELTA_DEFLATED;

    vtr_writer_u8(w, (uint8_t)(id | (is_packed ? ROW_PACKED : 0)));
    if (KINDS[id].shape != SHAPE_NUMBERS) {
        vtr_writer_varint(w, section->count);
    }
    vtr_writer_varint(w, section->raw_len);
    if (is_packed) {
        vtr_writer_varint(w, section->packed.len);
    }
}

/* Appends the digest of all packed sections. */
static void write_sections_digest(struct vtr_writer *w,
                                  const struct vtr_delta_header *header)
{
    struct vtr_bytes pieces[VTR_DELTA_SECTION_LIMIT];
    uint8_t digest[VTR_DIGEST_LEN];

    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        pieces[id] = header->sections[id].packed;
    }
    vtr_digest_blake2b_pieces(pieces, VTR_DELTA_SECTION_LIMIT, digest);
    vtr_writer_raw(w, (struct vtr_bytes){digest, sizeof(digest)});
}

static void write_fields(struct vtr_writer *w, const struct vtr_delta_header *header)
{
    uint8_t section_count = 0;

    vtr_writer_u32(w, header->layout);
    vtr_writer_string(w, header->name);
    vtr_writer_varint(w, header->from_release);
    vtr_writer_varint(w, header->to_release);
    vtr_writer_raw(w, (struct vtr_bytes){header->from_digest, VTR_DIGEST_LEN});
    vtr_writer_raw(w, (struct vtr_bytes){header->to_digest, VTR_DIGEST_LEN});
    vtr_writer_raw(w, (struct vtr_bytes){header->to_root, VTR_DIGEST_LEN});
    vtr_writer_varint(w, header->to_len);
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        section_count = (uint8_t)(section_count + (header->sections[id].count > 0));
    }
    vtr_writer_u8(w, section_count);
    if (section_count > 0) {
        write_sections_digest(w, header);
    }
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        if (header->sections[id].count > 0) {
            write_row(w, id, &header->sections[id]);
        }
    }
}

enum vtr_status vtr_delta_file_write(struct vtr_writer *w,
                                     const struct vtr_delta_header *header,
                                     const struct vtr_secret_key *key,
                                     struct vtr_error *err)
{
    vtr_writer_raw(w, (struct vtr_bytes){(const uint8_t *)MAGIC, MAGIC_LEN});
    vtr_writer_u32(w, VTR_DELTA_VERSION);
    vtr_writer_u32(w, 0);
    write_fields(w, header);
    if (!vtr_writer_ok(w)) {
        return vtr_error_set_memory(err);
    }
    vtr_store_u32(w->ptr + AT_HEADER_LEN, (uint32_t)w->len);
    const enum vtr_status status = vtr_delta_write_signatures(w, key, err);
    if (status != VTR_OK) {
        return status;
    }
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        vtr_writer_raw(w, header->sections[id].packed);
    }
    return vtr_writer_ok(w) ? VTR_OK : vtr_error_set_memory(err);
}
