/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The front of a delta: what it is for, what it holds, who vouches for it.
 *
 * docs/delta-format.md, "Header" and "Signatures", has the bytes.  Reading is in the
 * order of trust: vtr_delta_front_read looks at nothing but lengths,
 * vtr_delta_check_trust then holds the signatures against the header's bytes, and only
 * then does vtr_delta_header_read parse them.
 */
#ifndef VTR_DELTA_FILE_DELTA_HEADER_H
#define VTR_DELTA_FILE_DELTA_HEADER_H

#include <stdbool.h>

#include "base/writer.h"
#include "format/record/layout.h"
#include "vitrine/verify.h"

#define VTR_DELTA_VERSION         2u
#define VTR_DELTA_SIGNATURE_LIMIT 8u
#define VTR_DELTA_SIGNATURE_LEN   (VTR_KEY_ID_LEN + VTR_SIGNATURE_LEN)

/* What a section holds; in the file they are in this order. */
enum vtr_delta_section_id {
    VTR_DELTA_STEMS_KNOWN = 1,
    VTR_DELTA_STEMS_NEW = 2,
    VTR_DELTA_STEM_USES = 3,
    VTR_DELTA_RULES_REMOVED = 4,
    VTR_DELTA_RULES_PUT = 5,
    VTR_DELTA_EXTERNALS_REMOVED = 6,
    VTR_DELTA_EXTERNALS_PUT = 7,
    VTR_DELTA_HASH_BASE = 8 /* + 3 * hash kind + enum vtr_delta_hash_section */
};
enum vtr_delta_hash_section {
    VTR_DELTA_HASH_REMOVED = 0,
    VTR_DELTA_HASH_ADDED = 1,
    VTR_DELTA_HASH_NAMES = 2 /* sizes, stems and numbers of the added */
};
#define VTR_DELTA_HASH_SECTION(kind, part) \
 (VTR_DELTA_HASH_BASE + 3u * (unsigned)(kind) + (unsigned)(part))
#define VTR_DELTA_SECTION_LIMIT (VTR_DELTA_HASH_BASE + 3u * VTR_HASH_KINDS)

/* What is packed has no more elements for each of its bytes, so that memory is bounded
 * by a delta's length. */
#define VTR_DELTA_PACKED_ELEMENTS_MAX 8u

/* All packed sections of a delta together unpack to no more: a greater change is for
 * the full database. */
#define VTR_DELTA_UNPACKED_MAX ((uint64_t)1 << 28)

/* No section of rules or externals has more elements, each of which costs a reader some
 * hundred bytes and a delta as little as one. */
#define VTR_DELTA_BODIES_MAX ((uint64_t)1 << 20)

enum vtr_delta_codec {
    VTR_DELTA_STORED = 0,
    VTR_DELTA_DEFLATED = 1
};

struct vtr_delta_section {
    enum vtr_delta_codec codec;
    uint64_t count; /* elements; 0: the delta has no such section */
    uint64_t raw_len;
    struct vtr_bytes packed;
    uint64_t offset; /* in the file */
};

struct vtr_delta_header {
    uint32_t layout;
    struct vtr_bytes name;
    uint64_t from_release;
    uint64_t to_release;
    const uint8_t *from_digest;
    const uint8_t *to_digest;
    const uint8_t *to_root; /* record root of the new image */
    uint64_t to_len;
    struct vtr_delta_section sections[VTR_DELTA_SECTION_LIMIT]; /* by id */
};

/* Where the parts of a file are; nothing in them has been read. */
struct vtr_delta_front {
    struct vtr_bytes header;     /* the signed bytes */
    struct vtr_bytes signatures; /* signature_count of VTR_DELTA_SIGNATURE_LEN */
    unsigned signature_count;
    struct vtr_bytes sections; /* all packed sections */
    uint64_t sections_offset;
};

/* "stems known", "sha256 added", ...: for messages. */
const char *vtr_delta_section_name(unsigned id);

/* Whether a section is text, which is packed where that makes it shorter. */
bool vtr_delta_section_is_text(unsigned id);

/* Whether a section may have so many elements: rules and externals may be too many for
 * any delta. */
bool vtr_delta_section_has_room(unsigned id, uint64_t count);

VTR_MUST_CHECK enum vtr_status vtr_delta_front_read(struct vtr_bytes delta,
                                                    struct vtr_delta_front *out,
                                                    struct vtr_error *err);

/* VTR_ERROR_SIGNATURE unless one of `keys` signed; with no keys anything passes. */
VTR_MUST_CHECK enum vtr_status vtr_delta_check_trust(
    const struct vtr_delta_front *front, const struct vtr_public_key *keys,
    size_t key_count, struct vtr_error *err);

/* Parses the header, holds the sections against their digest and bounds every length:
 * afterwards all packed bytes are those that were signed. */
VTR_MUST_CHECK enum vtr_status vtr_delta_header_read(
    const struct vtr_delta_front *front, struct vtr_delta_header *out,
    struct vtr_error *err);

/* Appends the whole file to `w`.  `key` NULL: no signature. */
VTR_MUST_CHECK enum vtr_status vtr_delta_file_write(
    struct vtr_writer *w, const struct vtr_delta_header *header,
    const struct vtr_secret_key *key, struct vtr_error *err);

#endif
