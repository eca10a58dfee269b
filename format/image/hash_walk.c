/* SPDX-License-Identifier: Apache-2.0 */

/* The checks of hash records and their stems, in the order of format/record/records.h.
 */
#include "format/image/hash_walk.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "format/image/hash_block.h"
#include "format/image/hash_table.h"

#define MARK_NUMBERED 1u /* the stem has a place for a number */
#define MARK_USED     2u

static const char OUT_OF_ORDER[] = "it is out of order";

/* Whether splitting gives this stem for the names that it spells: what follows the
 * number is all that decides, so one number stands for every other. */
static bool is_canonical(struct vtr_bytes stem, struct vtr_writer *name,
                         struct vtr_writer *again)
{
    vtr_writer_clear(name);
    vtr_writer_clear(again);
    vtr_name_join(stem, 0, name);
    return vtr_name_split(vtr_writer_bytes(name), again) == 0 &&
           vtr_bytes_equal(vtr_writer_bytes(again), stem);
}

/* Room for the comparisons of vtr_stem_set_init. */
struct scratch {
    struct vtr_writer name;
    struct vtr_writer again;
};

static enum vtr_status check_stem(struct vtr_stem_set *set, size_t index,
                                  struct scratch *scratch, struct vtr_error *err)
{
    const struct vtr_bytes stem = set->stems[index];
    const bool is_numbered = stem.len > 0 && memchr(stem.ptr, 0, stem.len) != NULL;

    if (stem.len > VTR_STEM_LEN_MAX) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "stem %zu: it is longer than %u bytes", index,
                             VTR_STEM_LEN_MAX);
    }
    const bool is_good = is_canonical(stem, &scratch->name, &scratch->again);
    if (!vtr_writer_ok(&scratch->name) || !vtr_writer_ok(&scratch->again)) {
        return vtr_error_set_memory(err);
    }
    if (!is_good) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "stem %zu: it is not what its names split into", index);
    }
    if (index > 0 && vtr_bytes_compare(set->stems[index - 1], stem) >= 0) {
        return vtr_error_set(err, VTR_ERROR_FORMAT, "stem %zu: it is out of order",
                             index);
    }
    set->marks[index] = is_numbered ? MARK_NUMBERED : 0;
    set->total_len += stem.len;
    if (set->total_len > UINT32_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "stems of names exceed 4 GiB");
    }
    return VTR_OK;
}

enum vtr_status vtr_stem_set_init(struct vtr_stem_set *out,
                                  const struct vtr_records *records,
                                  struct vtr_error *err)
{
    struct vtr_stem_set set = {.stems = records->stems, .count = records->stem_count};
    struct scratch scratch = {0};
    enum vtr_status status = VTR_OK;

    if (set.count > UINT32_MAX - 1) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^32 - 2 stems of names");
    }
    set.marks = calloc(set.count + 1, 1);
    if (set.marks == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < set.count && status == VTR_OK; i++) {
        status = check_stem(&set, i, &scratch, err);
    }
    vtr_writer_deinit(&scratch.name);
    vtr_writer_deinit(&scratch.again);
    if (status != VTR_OK) {
        vtr_stem_set_deinit(&set);
        return status;
    }
    *out = set;
    return VTR_OK;
}

void vtr_stem_set_deinit(struct vtr_stem_set *set)
{
    if (set != NULL) {
        free(set->marks);
        *set = (struct vtr_stem_set){0};
    }
}

enum vtr_status vtr_stem_set_check_used(struct vtr_stem_set *set, struct vtr_error *err)
{
    for (size_t i = 0; i < set->count; i++) {
        if ((set->marks[i] & MARK_USED) == 0) {
            return vtr_error_set(err, VTR_ERROR_FORMAT,
                                 "stem %zu: no hash record uses it", i);
        }
        set->marks[i] &= (uint8_t)~MARK_USED;
    }
    return VTR_OK;
}

void vtr_hash_walk_init(struct vtr_hash_walk *walk, enum vtr_hash_kind kind,
                        const struct vtr_hash_source *source,
                        struct vtr_stem_set *stems)
{
    *walk = (struct vtr_hash_walk){.kind = kind, .source = source, .stems = stems};
    if (source->count > 0) {
        source->rewind(source->context);
    }
}

static enum vtr_status refuse(const struct vtr_hash_walk *walk, const char *fault,
                              struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT, "%s record %llu: %s",
                         vtr_hash_name(walk->kind),
                         (unsigned long long)walk->extent.count, fault);
}

/* Whether `record`, which has the digest of the last one, comes after it. */
static bool is_after_same(struct vtr_hash_walk *walk,
                          const struct vtr_hash_record *record)
{
    if (walk->last.size != record->size) {
        return walk->last.size < record->size;
    }
    const struct vtr_bytes *stems = walk->stems->stems;
    return vtr_name_compare(stems[walk->last.stem], walk->last.number,
                            stems[record->stem], record->number) < 0;
}

/* Whether `record` comes after the last one: digest, size, name. */
static bool is_after_last(struct vtr_hash_walk *walk,
                          const struct vtr_hash_record *record)
{
    if (walk->extent.count == 0) {
        return true;
    }
    const int order =
        memcmp(walk->last_digest, record->digest, vtr_hash_len(walk->kind));
    return order == 0 ? is_after_same(walk, record) : order < 0;
}

/* What is wrong with a record by itself; NULL: nothing. */
static const char *find_own_fault(const struct vtr_hash_walk *walk,
                                  const struct vtr_hash_record *record)
{
    if (record->stem >= walk->stems->count) {
        return "its stem does not exist";
    }
    const bool is_numbered = (walk->stems->marks[record->stem] & MARK_NUMBERED) != 0;
    if (record->number > (is_numbered ? VTR_NUMBER_MAX : 0)) {
        return "its number does not fit its stem";
    }
    if (record->size > INT64_MAX && record->size != VTR_SIZE_ANY) {
        return "its size is out of range";
    }
    return NULL;
}

static const char *find_fault(struct vtr_hash_walk *walk,
                              const struct vtr_hash_record *record)
{
    const char *fault = find_own_fault(walk, record);

    if (fault == NULL && !is_after_last(walk, record)) {
        fault = OUT_OF_ORDER;
    }
    return fault;
}

/* Remembers the last accepted record. */
static void set_last(struct vtr_hash_walk *walk, const struct vtr_hash_record *record,
                     const uint8_t *digest)
{
    memcpy(walk->last_digest, digest, vtr_hash_len(walk->kind));
    walk->last = *record;
    walk->last.digest = walk->last_digest;
}

enum vtr_status vtr_hash_walk_next(struct vtr_hash_walk *walk,
                                   struct vtr_hash_record *out, bool *out_has,
                                   struct vtr_error *err)
{
    const struct vtr_hash_source *source = walk->source;
    struct vtr_hash_record record = {0};

    if (walk->extent.count == source->count) {
        if (source->count > 0 && source->next(source->context, &record)) {
            return refuse(walk, "there are more than were announced", err);
        }
        *out_has = false;
        return VTR_OK;
    }
    if (!source->next(source->context, &record)) {
        return refuse(walk, "it cannot be read", err);
    }
    const char *fault = find_fault(walk, &record);
    if (fault != NULL) {
        return refuse(walk, fault, err);
    }
    vtr_hash_extent_widen(&walk->extent, record.size, record.number);
    walk->stems->marks[record.stem] |= MARK_USED;
    set_last(walk, &record, record.digest);
    *out = walk->last;
    *out_has = true;
    return VTR_OK;
}

/* What is wrong with a record by itself or after the one before it in its block, to
 * whose digest its own has this order. */
static const char *find_row_fault(struct vtr_hash_walk *walk,
                                  const struct vtr_hash_record *row, int order)
{
    const char *fault = find_own_fault(walk, row);

    if (fault == NULL && order == 0) {
        walk->last = row[-1];
        order = is_after_same(walk, row) ? 1 : -1;
    }
    return fault == NULL && order < 0 ? OUT_OF_ORDER : fault;
}

/* The first fault of the records of a block, which are noted up to it. */
static const char *find_block_fault(struct vtr_hash_walk *walk,
                                    const struct vtr_hash_block *block)
{
    const struct vtr_hash_tails tails = vtr_hash_block_tails(block);
    uint8_t *marks = walk->stems->marks;
    struct vtr_hash_extent extent = walk->extent;
    struct vtr_hash_record first = walk->rows[0];
    uint8_t digest[VTR_SHA256_LEN];

    vtr_hash_block_digest(block, 0, digest);
    first.digest = digest;
    const char *fault = find_fault(walk, &first);
    for (size_t i = 0; fault == NULL && i < block->count; i++) {
        const struct vtr_hash_record *row = &walk->rows[i];
        const int order = i == 0 ? 1 : vtr_hash_tails_order(tails, i);

        fault = find_row_fault(walk, row, order);
        if (fault == NULL) {
            vtr_hash_extent_widen(&extent, row->size, row->number);
            marks[row->stem] |= MARK_USED;
        }
    }
    walk->extent = extent;
    return fault;
}

enum vtr_status vtr_hash_walk_next_block(struct vtr_hash_walk *walk,
                                         struct vtr_hash_block *out, bool *out_has,
                                         struct vtr_error *err)
{
    uint8_t digest[VTR_SHA256_LEN];

    *out_has = vtr_hash_block_take(walk->source, NULL, out);
    if (!*out_has) {
        return VTR_OK;
    }
    if (out->count > walk->source->count - walk->extent.count) {
        return refuse(walk, "there are more than were announced", err);
    }
    vtr_hash_block_rows(out, walk->source, walk->rows);
    const char *fault = find_block_fault(walk, out);
    if (fault != NULL) {
        return refuse(walk, fault, err);
    }
    vtr_hash_block_digest(out, out->count - 1, digest);
    set_last(walk, &walk->rows[out->count - 1], digest);
    return VTR_OK;
}
