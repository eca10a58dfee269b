/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"
#include "delta/coding/deflate.h"
#include "delta/file/decode_stems.h"
#include "verify/compare/pairing.h"

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

/* Of each addition there is a name; and there are no more than the digests have room
 * for, each of which is at least 8 bytes. */
static enum vtr_status check_added_counts(const struct vtr_delta *delta,
                                          enum vtr_hash_kind kind,
                                          struct vtr_error *err)
{
    const unsigned first = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED);
    const unsigned names = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_NAMES);
    const struct vtr_delta_section *sections = delta->header.sections;

    if (sections[names].count != sections[first].count) {
        return bad_section(err, delta, names, "it has not one element an addition");
    }
    if (sections[first].count > sections[first].raw_len / DIGEST_LEN_LEAST) {
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
            check_added_counts(delta, (enum vtr_hash_kind)kind, err);
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

enum vtr_status vtr_delta_find_lists(struct vtr_delta *delta, unsigned section,
                                     bool may_repeat, struct vtr_error *err)
{
    struct vtr_vector *lists = &delta->lists[section];
    struct vtr_bytes rest = delta->raw[section];
    uint64_t count_left = delta->header.sections[section].count;
    unsigned last_bits = 0;

    vtr_vector_init(lists, sizeof(struct vtr_bytes));
    while (count_left > 0) {
        struct vtr_bytes *list = vtr_vector_push(lists);
        struct vtr_rice_reader r;

        if (list == NULL) {
            return vtr_error_set_memory(err);
        }
        *list = rest;
        if (!vtr_rice_open(&r, rest, may_repeat) || r.left > count_left ||
            r.bits <= last_bits) {
            return bad_section(err, delta, section, "a list is none, or out of order");
        }
        count_left -= r.left;
        last_bits = r.bits;
        while (vtr_rice_next(&r) != NULL) {
        }
        if (!vtr_rice_is_finished(&r, &rest)) {
            return bad_section(err, delta, section,
                               "its keys are out of order or cut short");
        }
    }
    if (delta->header.sections[section].count > 0 && rest.len > 0) {
        return bad_section(err, delta, section, "it goes on after its last key");
    }
    return VTR_OK;
}

/* Keys are no longer than the digests that they name. */
static enum vtr_status check_removed(struct vtr_delta *delta, enum vtr_hash_kind kind,
                                     struct vtr_error *err)
{
    const unsigned id = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED);
    const enum vtr_status status = vtr_delta_find_lists(delta, id, false, err);
    const size_t count = delta->lists[id].count;
    struct vtr_rice_reader last;

    if (status == VTR_OK && count > 0 &&
        (!vtr_delta_open_list(&last, delta, id, count - 1) ||
         last.bits > vtr_hash_len(kind) * 8)) {
        return bad_section(err, delta, id, "its keys have an impossible length");
    }
    return status;
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
    struct vtr_bytes rest;
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
    if (read_count != count || !vtr_rice_is_finished(&r.digests, &rest) ||
        rest.len > 0 || !vtr_range_is_finished(&r.names)) {
        return bad_section(err, delta, id,
                           "its additions are out of order or cut short");
    }
    return VTR_OK;
}

static enum vtr_status check_hashes(struct vtr_delta *delta, struct vtr_error *err)
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
        status = check_removed(delta, (enum vtr_hash_kind)kind, err);
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

/* No body is both removed and put: both lists are sorted. */
static bool are_apart(const struct vtr_body_changes *changes)
{
    const struct vtr_body_name *removed = changes->removed.items;
    const struct vtr_body_put *put = changes->put.items;
    size_t i = 0;

    for (size_t k = 0; k < changes->put.count; k++) {
        while (i < changes->removed.count &&
               vtr_body_name_compare(&removed[i], &put[k].name) < 0) {
            i++;
        }
        if (i < changes->removed.count &&
            vtr_body_name_compare(&removed[i], &put[k].name) == 0) {
            return false;
        }
    }
    return true;
}

/* Reads section `removed_id` and the one after it. */
static enum vtr_status read_bodies(const struct vtr_delta *delta, unsigned removed_id,
                                   enum vtr_body_kind kind,
                                   struct vtr_body_changes *out, struct vtr_error *err)
{
    const struct vtr_delta_section *sections = delta->header.sections;
    const unsigned put_id = removed_id + 1;
    const char *fault = NULL;

    vtr_body_changes_init(out);
    if (!vtr_body_removed_read(delta->raw[removed_id],
                               (size_t)sections[removed_id].count, out, &fault)) {
        return fault == NULL ? vtr_error_set_memory(err)
                             : bad_section(err, delta, removed_id, fault);
    }
    if (!vtr_body_put_read(kind, delta->raw[put_id], (size_t)sections[put_id].count,
                           out, &fault)) {
        return fault == NULL ? vtr_error_set_memory(err)
                             : bad_section(err, delta, put_id, fault);
    }
    return are_apart(out)
               ? VTR_OK
               : bad_section(err, delta, put_id, "it has a record that is removed");
}

static enum vtr_status read_all_bodies(struct vtr_delta *delta, struct vtr_error *err)
{
    const enum vtr_status status =
        read_bodies(delta, VTR_DELTA_RULES_REMOVED, VTR_BODY_RULE, &delta->rules, err);

    return status == VTR_OK ? read_bodies(delta, VTR_DELTA_EXTERNALS_REMOVED,
                                          VTR_BODY_EXTERNAL, &delta->externals, err)
                            : status;
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
        vtr_vector_deinit(&delta->lists[id]);
    }
    free(delta->stems);
    free(delta->uses);
    free(delta->ranked);
    free(delta->stem_memory);
    vtr_body_changes_deinit(&delta->rules);
    vtr_body_changes_deinit(&delta->externals);
}
