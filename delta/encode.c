/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "delta/column.h"
#include "delta/rice.h"
#include "delta/stem_ranks.h"
#include "verify/pairing.h"

/* First bits that tell a digest of the table from all its others. */
static enum vtr_status bits_needed(const struct vtr_hash_table *table,
                                   const uint8_t *digest, unsigned *out,
                                   struct vtr_error *err)
{
    const unsigned bits = vtr_hash_len(table->kind) * 8;
    struct vtr_hash_record record;
    uint8_t other[VTR_SHA256_LEN];
    uint64_t first = 0;
    const uint64_t count = vtr_hash_table_find(table, digest, &first);
    unsigned needed = 0;

    if (count == 0) {
        return vtr_error_set_format(err, vtr_hash_name(table->kind), 0,
                                    "database does not find a digest that it holds");
    }
    if (first > 0 && vtr_hash_table_get(table, first - 1, other, &record)) {
        needed = vtr_key_shared_bits(record.digest, digest, bits) + 1;
    }
    if (vtr_hash_table_get(table, first + count, other, &record)) {
        const unsigned after = vtr_key_shared_bits(record.digest, digest, bits) + 1;
        needed = after > needed ? after : needed;
    }
    *out = needed > *out ? needed : *out;
    return VTR_OK;
}

static enum vtr_status encode_removed(struct vtr_section_set *out,
                                      const struct vtr_vector *removed,
                                      const struct vtr_hash_table *table,
                                      struct vtr_error *err)
{
    const struct vtr_delta_key *keys = removed->items;
    const unsigned section =
        VTR_DELTA_HASH_SECTION(table->kind, VTR_DELTA_HASH_REMOVED);
    const unsigned bits_max = vtr_hash_len(table->kind) * 8;
    unsigned bits = 0;

    for (size_t i = 0; i < removed->count; i++) {
        const enum vtr_status status = bits_needed(table, keys[i].bytes, &bits, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    bits += VTR_KEY_BITS_SPARE;
    bits = bits < VTR_REMOVAL_BITS_MIN ? VTR_REMOVAL_BITS_MIN : bits;
    bits = bits > bits_max ? bits_max : bits;
    if (removed->count > 0) {
        vtr_rice_write(&out->raw[section], keys[0].bytes, removed->count, sizeof(*keys),
                       bits);
    }
    out->counts[section] = removed->count;
    return VTR_OK;
}

static int compare_u32(const void *a, const void *b, void *context)
{
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;

    (void)context;
    return (left > right) - (left < right);
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
    if (vtr_sort(numbers, count, sizeof(*numbers), compare_u32, NULL) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK) {
        *out = count == 0 ? 0 : numbers[count / 2];
    }
    free(numbers);
    return status;
}

static enum vtr_status encode_added(struct vtr_section_set *out,
                                    const struct vtr_vector *added,
                                    enum vtr_hash_kind kind, const uint32_t *ranks,
                                    struct vtr_error *err)
{
    const struct vtr_added_hash *records = added->items;
    struct vtr_writer *raw = &out->raw[VTR_DELTA_HASH_SECTION(kind, 0)];
    struct vtr_bit_writer mantissas = {.bytes = &raw[VTR_DELTA_HASH_MANTISSAS]};
    uint32_t base = 0;

    if (added->count == 0) {
        return VTR_OK;
    }
    const enum vtr_status status = choose_base(added, &base, err);
    if (status != VTR_OK) {
        return status;
    }
    vtr_rice_write(&raw[VTR_DELTA_HASH_ADDED], records[0].digest, added->count,
                   sizeof(*records), vtr_hash_len(kind) * 8);
    vtr_writer_varint(&raw[VTR_DELTA_HASH_MANTISSAS], base);
    for (size_t i = 0; i < added->count; i++) {
        const struct vtr_added_hash *record = &records[i];
        const int64_t distance = (int64_t)record->number - (int64_t)base;

        vtr_column_put(&raw[VTR_DELTA_HASH_SIZES], &mantissas,
                       record->size == VTR_SIZE_ANY ? 0 : record->size + 1);
        vtr_column_put(&raw[VTR_DELTA_HASH_STEMS], &mantissas, ranks[record->stem]);
        vtr_column_put(&raw[VTR_DELTA_HASH_NUMBERS], &mantissas,
                       record->number == 0 ? 0 : vtr_zigzag(distance) + 1);
    }
    vtr_bit_writer_finish(&mantissas);
    for (unsigned part = VTR_DELTA_HASH_ADDED; part <= VTR_DELTA_HASH_MANTISSAS;
         part++) {
        out->counts[VTR_DELTA_HASH_SECTION(kind, part)] = added->count;
    }
    return VTR_OK;
}

static int compare_u64(const void *a, const void *b, void *context)
{
    const uint64_t left = *(const uint64_t *)a;
    const uint64_t right = *(const uint64_t *)b;

    (void)context;
    return (left > right) - (left < right);
}

/* Refuses to make a delta when two bodies of the old database share a key and one of
 * them is taken out: one pair in 2^64. */
static enum vtr_status check_body_keys(const struct vtr_body_changes *changes,
                                       enum vtr_body_kind kind,
                                       const struct vtr_bytes *bodies, size_t count,
                                       struct vtr_error *err)
{
    uint64_t *keys = NULL;
    enum vtr_status status = VTR_OK;
    bool is_ambiguous = false;

    if (changes->removed.count == 0) {
        return VTR_OK;
    }
    keys = calloc(count + 1, sizeof(*keys));
    if (keys == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        struct vtr_bytes space;
        struct vtr_bytes name;
        status =
            vtr_body_read_key(kind, bodies[i], &space, &name)
                ? vtr_body_key(space, name, &keys[i], err)
                : vtr_error_set_format(err, "rules", i, "record %zu is damaged", i);
    }
    if (status == VTR_OK &&
        vtr_sort(keys, count, sizeof(*keys), compare_u64, NULL) != VTR_OK) {
        status = vtr_error_set_memory(err);
    }
    for (size_t i = 1; status == VTR_OK && i < count; i++) {
        is_ambiguous = is_ambiguous || keys[i - 1] == keys[i];
    }
    if (is_ambiguous) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT,
                               "two rules share a hash: publish the full database");
    }
    free(keys);
    return status;
}

/* Removed keys and added bodies, in sections `removed_id` and the one after it. */
static void encode_bodies(struct vtr_section_set *out,
                          const struct vtr_body_changes *changes, unsigned removed_id)
{
    const struct vtr_delta_key *keys = changes->removed.items;
    const struct vtr_bytes *bodies = changes->added.items;
    const unsigned added_id = removed_id + 1;

    if (changes->removed.count > 0) {
        vtr_rice_write(&out->raw[removed_id], keys[0].bytes, changes->removed.count,
                       sizeof(*keys), 64);
    }
    for (size_t i = 0; i < changes->added.count; i++) {
        vtr_writer_string(&out->raw[added_id], bodies[i]);
    }
    out->counts[removed_id] = changes->removed.count;
    out->counts[added_id] = changes->added.count;
}

static enum vtr_status encode_all_bodies(struct vtr_section_set *out,
                                         const struct vtr_changes *changes,
                                         const struct vtr_records *from,
                                         struct vtr_error *err)
{
    enum vtr_status status = check_body_keys(&changes->rules, VTR_BODY_RULE,
                                             from->rules, from->rule_count, err);

    if (status == VTR_OK) {
        status = check_body_keys(&changes->externals, VTR_BODY_EXTERNAL,
                                 from->externals, from->external_count, err);
    }
    if (status == VTR_OK) {
        encode_bodies(out, &changes->rules, VTR_DELTA_RULES_REMOVED);
        encode_bodies(out, &changes->externals, VTR_DELTA_EXTERNALS_REMOVED);
    }
    return status;
}

enum vtr_status vtr_delta_encode(struct vtr_section_set *out,
                                 const struct vtr_changes *changes,
                                 const struct vtr_image *from,
                                 const struct vtr_records *from_records,
                                 const struct vtr_records *to_records,
                                 struct vtr_error *err)
{
    uint32_t *ranks = NULL;
    enum vtr_status status =
        vtr_stem_ranks_encode(out, changes, from_records, to_records, &ranks, err);

    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        status = encode_removed(out, &changes->hashes[kind].removed,
                                &from->hashes[kind], err);
        if (status == VTR_OK) {
            status = encode_added(out, &changes->hashes[kind].added,
                                  (enum vtr_hash_kind)kind, ranks, err);
        }
    }
    if (status == VTR_OK) {
        status = encode_all_bodies(out, changes, from_records, err);
    }
    free(ranks);
    return status;
}
