/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/decode_stems.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"
#include "delta/file/stem_ranks.h"

static enum vtr_status bad_stems(struct vtr_error *err, const struct vtr_delta *delta,
                                 unsigned id, const char *what)
{
    return vtr_error_set_format(err, vtr_delta_section_name(id),
                                delta->header.sections[id].offset,
                                "section '%s' of the delta is malformed: %s",
                                vtr_delta_section_name(id), what);
}

static enum vtr_status read_known(struct vtr_delta *delta, struct vtr_error *err)
{
    struct vtr_rice_reader r;
    size_t at = 0;
    const enum vtr_status status =
        vtr_delta_find_lists(delta, VTR_DELTA_STEMS_KNOWN, false, err);

    if (status != VTR_OK) {
        return status;
    }
    for (size_t i = 0; i < delta->lists[VTR_DELTA_STEMS_KNOWN].count; i++) {
        if (!vtr_delta_open_list(&r, delta, VTR_DELTA_STEMS_KNOWN, i) || r.bits > 64) {
            return bad_stems(err, delta, VTR_DELTA_STEMS_KNOWN,
                             "its keys have an impossible length");
        }
        for (const uint8_t *key = vtr_rice_next(&r); key != NULL;
             key = vtr_rice_next(&r)) {
            struct vtr_delta_stem *stem = &delta->stems[at++];
            memcpy(stem->key.bytes, key, sizeof(stem->key.bytes));
            stem->bits = r.bits;
        }
    }
    return VTR_OK;
}

/* Reads one front-coded stem. */
static bool next_stem(struct vtr_reader *r, size_t previous_len, uint64_t *out_shared,
                      struct vtr_bytes *out_rest)
{
    return vtr_reader_varint(r, out_shared) && *out_shared <= previous_len &&
           *out_shared <= VTR_STEM_SHARED_MAX && vtr_reader_string(r, out_rest) &&
           out_rest->len <= VTR_STEM_LEN_MAX &&
           *out_shared + out_rest->len <= VTR_STEM_LEN_MAX;
}

/* Bytes that the new stems fill when they are spelled out. */
static enum vtr_status measure_new(const struct vtr_delta *delta, size_t *out_len,
                                   struct vtr_error *err)
{
    const size_t count = delta->stem_count - delta->known_count;
    struct vtr_bytes rest;
    struct vtr_reader r;
    size_t previous_len = 0;
    uint64_t total = 0;

    vtr_reader_init(&r, delta->raw[VTR_DELTA_STEMS_NEW], 0);
    for (size_t i = 0; i < count; i++) {
        uint64_t shared;
        if (!next_stem(&r, previous_len, &shared, &rest)) {
            return bad_stems(err, delta, VTR_DELTA_STEMS_NEW, "a stem is cut short");
        }
        previous_len = (size_t)shared + rest.len;
        total += previous_len;
    }
    if (vtr_reader_left(&r) != 0) {
        return bad_stems(err, delta, VTR_DELTA_STEMS_NEW,
                         "it goes on after its last stem");
    }
    if (total > VTR_STEMS_SPELLED_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "new names of the delta have %llu bytes, more than %llu: "
                             "take the full database",
                             (unsigned long long)total,
                             (unsigned long long)VTR_STEMS_SPELLED_MAX);
    }
    *out_len = (size_t)total;
    return VTR_OK;
}

/* Spells the new stems out: ascending, and with all that they share said. */
static bool spell_new(struct vtr_delta *delta)
{
    uint8_t *at = delta->stem_memory;
    struct vtr_bytes previous = {NULL, 0};
    struct vtr_bytes rest = {NULL, 0};
    struct vtr_reader r;

    vtr_reader_init(&r, delta->raw[VTR_DELTA_STEMS_NEW], 0);
    for (size_t i = delta->known_count; i < delta->stem_count; i++) {
        uint64_t shared;
        if (!next_stem(&r, previous.len, &shared, &rest)) {
            return false;
        }
        const struct vtr_bytes stem = {at, (size_t)shared + rest.len};
        const bool says_all = shared == previous.len || rest.len == 0 ||
                              shared == VTR_STEM_SHARED_MAX ||
                              previous.ptr[shared] != rest.ptr[0];
        if (shared > 0) {
            memcpy(at, previous.ptr, (size_t)shared);
        }
        if (rest.len > 0) {
            memcpy(at + shared, rest.ptr, rest.len);
        }
        if (!says_all ||
            (i > delta->known_count && vtr_bytes_compare(previous, stem) >= 0)) {
            return false;
        }
        delta->stems[i].text = stem;
        previous = stem;
        at += stem.len;
    }
    return true;
}

static enum vtr_status read_new(struct vtr_delta *delta, struct vtr_error *err)
{
    size_t len = 0;
    const enum vtr_status status = measure_new(delta, &len, err);

    if (status != VTR_OK) {
        return status;
    }
    delta->stem_memory = malloc(len + 1);
    if (delta->stem_memory == NULL) {
        return vtr_error_set_memory(err);
    }
    if (!spell_new(delta)) {
        return bad_stems(err, delta, VTR_DELTA_STEMS_NEW, "its stems are out of order");
    }
    return VTR_OK;
}

static enum vtr_status read_uses(struct vtr_delta *delta, struct vtr_error *err)
{
    struct vtr_column column = {0};
    struct vtr_range_decoder decoder;

    vtr_range_decoder_init(&decoder, delta->raw[VTR_DELTA_STEM_USES]);
    for (size_t i = 0; i < delta->stem_count; i++) {
        uint64_t uses;
        if (!vtr_column_take(&column, &decoder, &uses) || uses == 0 ||
            uses > UINT32_MAX) {
            return bad_stems(err, delta, VTR_DELTA_STEM_USES, "a count is impossible");
        }
        delta->uses[i] = (uint32_t)uses;
    }
    if (delta->stem_count > 0 && !vtr_range_is_finished(&decoder)) {
        return bad_stems(err, delta, VTR_DELTA_STEM_USES,
                         "it goes on after its last count");
    }
    return vtr_stem_ranks(delta->uses, delta->stem_count, &delta->ranked, err);
}

enum vtr_status vtr_delta_read_stems(struct vtr_delta *delta, struct vtr_error *err)
{
    const struct vtr_delta_section *sections = delta->header.sections;
    enum vtr_status status;

    delta->known_count = (size_t)sections[VTR_DELTA_STEMS_KNOWN].count;
    delta->stem_count =
        delta->known_count + (size_t)sections[VTR_DELTA_STEMS_NEW].count;
    delta->stems = calloc(delta->stem_count + 1, sizeof(*delta->stems));
    delta->uses = calloc(delta->stem_count + 1, sizeof(*delta->uses));
    if (delta->stems == NULL || delta->uses == NULL) {
        return vtr_error_set_memory(err);
    }
    status = read_known(delta, err);
    if (status == VTR_OK) {
        status = read_new(delta, err);
    }
    if (status == VTR_OK) {
        status = read_uses(delta, err);
    }
    return status;
}
