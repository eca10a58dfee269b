/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"
#include "delta/decode_stems.h"
#include "delta/deflate.h"
#include "delta/encode.h"
#include "format/rule.h"
#include "verify/pairing.h"

/* Of a digest of any kind at least this many bytes are stored as they are. */
#define DIGEST_LEN_LEAST 8u

static enum vtr_status bad_section(struct vtr_error *err, const struct vtr_delta *delta,
                                   unsigned id, const char *what)
{
    return vtr_error_set_format(err, vtr_delta_section_name(id),
                                delta->header.sections[id].offset,
                                "section '%s' of the delta is malformed: %s",
                                vtr_delta_section_name(id), what);
}

/* Unpacks what is packed; the header has bounded every length. */
static enum vtr_status unpack_sections(struct vtr_delta *delta, struct vtr_error *err)
{
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        const struct vtr_delta_section *section = &delta->header.sections[id];

        delta->raw[id] = section->packed;
        if (section->count == 0 || section->codec == VTR_DELTA_STORED) {
            continue;
        }
        delta->memory[id] = malloc((size_t)section->raw_len);
        if (delta->memory[id] == NULL) {
            return vtr_error_set_memory(err);
        }
        const enum vtr_status status =
            vtr_deflate_unpack(section->packed, delta->memory[id],
                               (size_t)section->raw_len);
        if (status == VTR_ERROR_MEMORY) {
            return vtr_error_set_memory(err);
        }
        if (status != VTR_OK) {
            return bad_section(err, delta, id, "it does not unpack to its length");
        }
        delta->raw[id] =
            (struct vtr_bytes){delta->memory[id], (size_t)section->raw_len};
    }
    return VTR_OK;
}

/* The columns of a kind's additions are all there and equally long, or none is; and
 * there are no more than the digests have room for, each of which is at least 8 bytes.
 */
static enum vtr_status check_columns(const struct vtr_delta *delta,
                                     enum vtr_hash_kind kind, struct vtr_error *err)
{
    const unsigned first = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED);

    for (unsigned part = VTR_DELTA_HASH_SIZES; part <= VTR_DELTA_HASH_MANTISSAS;
         part++) {
        const unsigned id = VTR_DELTA_HASH_SECTION(kind, part);
        if (delta->header.sections[id].count != delta->header.sections[first].count) {
            return bad_section(err, delta, id, "it has not one element an addition");
        }
    }
    if (delta->header.sections[first].count >
        delta->header.sections[first].raw_len / DIGEST_LEN_LEAST) {
        return bad_section(err, delta, first, "it is too short for its digests");
    }
    return VTR_OK;
}

/* What can be said of a delta's sections before any of them is unpacked. */
static enum vtr_status check_counts(const struct vtr_delta *delta,
                                    struct vtr_error *err)
{
    const struct vtr_delta_section *sections = delta->header.sections;
    uint64_t added_count = 0;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const enum vtr_status status =
            check_columns(delta, (enum vtr_hash_kind)kind, err);
        if (status != VTR_OK) {
            return status;
        }
        added_count +=
            sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED)].count;
    }
    const uint64_t stem_count =
        sections[VTR_DELTA_STEMS_KNOWN].count + sections[VTR_DELTA_STEMS_NEW].count;
    if (sections[VTR_DELTA_STEM_USES].count != stem_count || stem_count > added_count) {
        return bad_section(err, delta, VTR_DELTA_STEM_USES,
                           "it has not one element a stem");
    }
    return VTR_OK;
}

static enum vtr_status check_removed(const struct vtr_delta *delta, unsigned id,
                                     unsigned bits_min, unsigned bits_max,
                                     struct vtr_error *err)
{
    struct vtr_rice_reader r;

    if (delta->header.sections[id].count == 0) {
        return VTR_OK;
    }
    if (!vtr_removed_reader_open(&r, delta, id) || r.bits < bits_min ||
        r.bits > bits_max) {
        return bad_section(err, delta, id, "its keys have an impossible length");
    }
    while (vtr_rice_next(&r) != NULL) {
    }
    if (!vtr_rice_is_finished(&r)) {
        return bad_section(err, delta, id, "its keys are out of order or cut short");
    }
    return VTR_OK;
}

/* Reads all additions of a kind and counts the uses of their stems down. */
static enum vtr_status check_added(const struct vtr_delta *delta,
                                   enum vtr_hash_kind kind, uint32_t *uses_left,
                                   struct vtr_error *err)
{
    const unsigned id = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED);
    const uint64_t count = delta->header.sections[id].count;
    struct vtr_added_reader r;
    struct vtr_added_hash added;
    uint64_t read_count = 0;

    if (count == 0) {
        return VTR_OK;
    }
    if (!vtr_added_reader_open(&r, delta, kind)) {
        return bad_section(err, delta, id, "its digests have an impossible length");
    }
    while (vtr_added_reader_next(&r, &added)) {
        const uint32_t stem = delta->ranked[added.stem];
        if (uses_left[stem] == 0) {
            return bad_section(err, delta, VTR_DELTA_STEM_USES, "a count is too low");
        }
        uses_left[stem]--;
        read_count++;
    }
    if (read_count != count || !vtr_rice_is_finished(&r.digests) ||
        !vtr_bit_reader_is_finished(&r.mantissas)) {
        return bad_section(err, delta, id,
                           "its additions are out of order or cut short");
    }
    return VTR_OK;
}

static enum vtr_status check_hashes(const struct vtr_delta *delta,
                                    struct vtr_error *err)
{
    uint32_t *uses_left = calloc(delta->stem_count + 1, sizeof(*uses_left));
    enum vtr_status status = VTR_OK;

    if (uses_left == NULL) {
        return vtr_error_set_memory(err);
    }
    if (delta->stem_count > 0) {
        memcpy(uses_left, delta->uses, delta->stem_count * sizeof(*uses_left));
    }
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        const unsigned bits_max = vtr_hash_len((enum vtr_hash_kind)kind) * 8;
        status =
            check_removed(delta, VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED),
                          VTR_REMOVAL_BITS_MIN, bits_max, err);
        if (status == VTR_OK) {
            status = check_added(delta, (enum vtr_hash_kind)kind, uses_left, err);
        }
    }
    for (size_t i = 0; status == VTR_OK && i < delta->stem_count; i++) {
        if (uses_left[i] != 0) {
            status =
                bad_section(err, delta, VTR_DELTA_STEM_USES, "a count is too high");
        }
    }
    free(uses_left);
    return status;
}

/* Splits a section into `count` bodies whose keys ascend. */
static enum vtr_status read_bodies(const struct vtr_delta *delta, unsigned id,
                                   enum vtr_body_kind kind, struct vtr_bytes **out,
                                   struct vtr_error *err)
{
    const size_t count = (size_t)delta->header.sections[id].count;
    struct vtr_bytes *bodies = calloc(count + 1, sizeof(*bodies));
    struct vtr_bytes last_space = {NULL, 0};
    struct vtr_bytes last_name = {NULL, 0};
    struct vtr_reader r;

    if (bodies == NULL) {
        return vtr_error_set_memory(err);
    }
    *out = bodies; /* freed with the delta */
    vtr_reader_init(&r, delta->raw[id], 0);
    for (size_t i = 0; i < count; i++) {
        struct vtr_bytes space;
        struct vtr_bytes name;

        if (!vtr_reader_string(&r, &bodies[i]) ||
            !vtr_body_read_key(kind, bodies[i], &space, &name)) {
            return bad_section(err, delta, id, "a record is damaged");
        }
        if (i > 0 && vtr_rule_compare_key(last_space, last_name, space, name) >= 0) {
            return bad_section(err, delta, id, "its records are out of order");
        }
        last_space = space;
        last_name = name;
    }
    if (vtr_reader_left(&r) != 0) {
        return bad_section(err, delta, id, "it goes on after its last record");
    }
    return VTR_OK;
}

static enum vtr_status read_all_bodies(struct vtr_delta *delta, struct vtr_error *err)
{
    enum vtr_status status = check_removed(delta, VTR_DELTA_RULES_REMOVED, 64, 64, err);

    if (status == VTR_OK) {
        status = check_removed(delta, VTR_DELTA_EXTERNALS_REMOVED, 64, 64, err);
    }
    if (status == VTR_OK) {
        status = read_bodies(delta, VTR_DELTA_RULES_ADDED, VTR_BODY_RULE, &delta->rules,
                             err);
    }
    if (status == VTR_OK) {
        status = read_bodies(delta, VTR_DELTA_EXTERNALS_ADDED, VTR_BODY_EXTERNAL,
                             &delta->externals, err);
    }
    return status;
}

/* Everything behind the header, in the order in which it may be believed. */
static enum vtr_status read_sections(struct vtr_delta *delta, struct vtr_error *err)
{
    enum vtr_status status = check_counts(delta, err);

    if (status == VTR_OK) {
        status = unpack_sections(delta, err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_read_stems(delta, err);
    }
    if (status == VTR_OK) {
        status = check_hashes(delta, err);
    }
    if (status == VTR_OK) {
        status = read_all_bodies(delta, err);
    }
    return status;
}

enum vtr_status vtr_delta_open(struct vtr_delta *out, struct vtr_bytes bytes,
                               const struct vtr_public_key *keys, size_t key_count,
                               struct vtr_error *err)
{
    struct vtr_delta_front front;
    struct vtr_delta delta = {0};
    enum vtr_status status = vtr_delta_front_read(bytes, &front, err);

    if (status == VTR_OK) {
        status = vtr_delta_check_trust(&front, keys, key_count, err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_header_read(&front, &delta.header, err);
    }
    if (status == VTR_OK && delta.header.layout != VTR_LAYOUT_VERSION) {
        status = vtr_error_set(err, VTR_ERROR_VERSION,
                               "delta is for layout %u, this program writes %u: take "
                               "the full database",
                               (unsigned)delta.header.layout, VTR_LAYOUT_VERSION);
    }
    if (status == VTR_OK) {
        status = read_sections(&delta, err);
    }
    if (status != VTR_OK) {
        vtr_delta_deinit(&delta);
        return status;
    }
    *out = delta;
    return VTR_OK;
}

void vtr_delta_deinit(struct vtr_delta *delta)
{
    if (delta == NULL) {
        return;
    }
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        free(delta->memory[id]);
    }
    free(delta->stems);
    free(delta->uses);
    free(delta->ranked);
    free(delta->stem_memory);
    free(delta->rules);
    free(delta->externals);
}
