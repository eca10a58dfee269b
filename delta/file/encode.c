/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "delta/coding/column.h"
#include "delta/coding/rice.h"
#include "delta/file/stem_ranks.h"

/* A list for each number of bits. */
static void encode_removed(struct vtr_section_set *out,
                           const struct vtr_vector *removed, unsigned section)
{
    const struct vtr_removed_hash *hashes = removed->items;

    for (size_t i = 0; i < removed->count;) {
        size_t end = i + 1;

        while (end < removed->count && hashes[end].bits == hashes[i].bits) {
            end++;
        }
        vtr_rice_write(&out->raw[section], hashes[i].key.bytes, end - i,
                       sizeof(*hashes), hashes[i].bits);
        i = end;
    }
    out->counts[section] = removed->count;
}

/* The number to count the others from: their median, which one odd number does not
 * move.  0 when no name has a number. */
static enum vtr_status choose_base(const struct vtr_vector *added, uint32_t *out,
                                   struct vtr_error *err)
{
    const struct vtr_added_hash *records = added->items;
    uint32_t *numbers = calloc(added->count + 1, sizeof(*numbers));
    size_t count = 0;
    enum vtr_status status = VTR_OK;

    if (numbers == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < added->count; i++) {
        if (records[i].number != 0) {
            numbers[count++] = records[i].number;
        }
    }
    if (vtr_sort_u32(numbers, count) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK) {
        *out = count == 0 ? 0 : numbers[count / 2];
    }
    free(numbers);
    return status;
}

/* Sizes, ranks of stems, and numbers. */
static void encode_names(struct vtr_writer *w, const struct vtr_vector *added,
                         const uint32_t *ranks, uint32_t base)
{
    const struct vtr_added_hash *records = added->items;
    struct vtr_column sizes = {0};
    struct vtr_column stems = {0};
    struct vtr_column numbers = {0};
    struct vtr_range_encoder encoder;

    vtr_writer_varint(w, base);
    vtr_range_encoder_init(&encoder, w);
    for (size_t i = 0; i < added->count; i++) {
        const struct vtr_added_hash *record = &records[i];
        const int64_t distance = (int64_t)record->number - (int64_t)base;

        vtr_column_put(&sizes, &encoder,
                       record->size == VTR_SIZE_ANY ? 0 : record->size + 1);
        vtr_column_put(&stems, &encoder, ranks[record->stem]);
        vtr_column_put(&numbers, &encoder,
                       record->number == 0 ? 0 : vtr_zigzag(distance) + 1);
    }
    vtr_range_encoder_finish(&encoder);
}

static enum vtr_status encode_added(struct vtr_section_set *out,
                                    const struct vtr_vector *added,
                                    enum vtr_hash_kind kind, const uint32_t *ranks,
                                    struct vtr_error *err)
{
    const struct vtr_added_hash *records = added->items;
    const unsigned digests = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_ADDED);
    const unsigned names = VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_NAMES);
    uint32_t base = 0;

    if (added->count == 0) {
        return VTR_OK;
    }
    const enum vtr_status status = choose_base(added, &base, err);
    if (status != VTR_OK) {
        return status;
    }
    vtr_rice_write(&out->raw[digests], records[0].digest, added->count,
                   sizeof(*records), vtr_hash_len(kind) * 8);
    encode_names(&out->raw[names], added, ranks, base);
    out->counts[digests] = added->count;
    out->counts[names] = added->count;
    return VTR_OK;
}

/* In section `removed_id` and the one after it. */
static void encode_bodies(struct vtr_section_set *out,
                          const struct vtr_body_changes *changes, unsigned removed_id)
{
    vtr_body_removed_write(changes, &out->raw[removed_id]);
    vtr_body_put_write(changes, &out->raw[removed_id + 1]);
    out->counts[removed_id] = changes->removed.count;
    out->counts[removed_id + 1] = changes->put.count;
}

enum vtr_status vtr_delta_encode(struct vtr_section_set *out,
                                 const struct vtr_changes *changes,
                                 struct vtr_error *err)
{
    uint32_t *ranks = NULL;
    enum vtr_status status = vtr_stem_ranks_encode(out, &changes->stems, &ranks, err);

    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        encode_removed(out, &changes->hashes[kind].removed,
                       VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED));
        status = encode_added(out, &changes->hashes[kind].added,
                              (enum vtr_hash_kind)kind, ranks, err);
    }
    encode_bodies(out, &changes->rules, VTR_DELTA_RULES_REMOVED);
    encode_bodies(out, &changes->externals, VTR_DELTA_EXTERNALS_REMOVED);
    free(ranks);
    return status;
}
