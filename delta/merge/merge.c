/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge/merge.h"

#include <stdlib.h>

#include "base/error.h"
#include "delta/merge/merge_parts.h"
#include "format/image/hash_block.h"

static enum vtr_status report_fault(const struct vtr_merge_source *source,
                                    struct vtr_error *err)
{
    static const char *const WORDS[] = {
        [VTR_MERGE_OK] = "",
        [VTR_MERGE_DAMAGED] = "hash records of the database are damaged",
        [VTR_MERGE_UNKNOWN] = "delta removes a digest that the database does not have",
        [VTR_MERGE_AMBIGUOUS] = "delta removes one digest by bits that two have",
        [VTR_MERGE_EXISTS] = "delta adds a digest that the database has",
    };
    const bool is_added = source->fault == VTR_MERGE_EXISTS;
    const unsigned id =
        VTR_DELTA_HASH_SECTION(source->kind, is_added ? VTR_DELTA_HASH_ADDED
                                                      : VTR_DELTA_HASH_REMOVED);

    return vtr_error_set_format(err, vtr_delta_section_name(id),
                                source->delta->header.sections[id].offset, "%s",
                                WORDS[source->fault]);
}

/* Marks the stems of a block of old records. */
static void mark_block(struct vtr_merge *merge, struct vtr_merge_source *source,
                       const struct vtr_hash_block *block)
{
    struct vtr_hash_record rows[VTR_HASH_BLOCK_MAX];

    vtr_hash_block_rows(block, source->old, rows);
    for (size_t i = 0; i < block->count; i++) {
        if (rows[i].stem >= source->old_stem_count) {
            source->fault = VTR_MERGE_DAMAGED;
            return;
        }
        merge->old_stems[rows[i].stem] = 1;
    }
}

/* Goes through the new hash records of a kind once: counts them, marks the old stems
 * that stay in use, finds every fault. */
static enum vtr_status survey(struct vtr_merge *merge, enum vtr_hash_kind kind,
                              const struct vtr_delta *delta,
                              const struct vtr_records *from, struct vtr_error *err)
{
    struct vtr_merge_source *source = &merge->sources[kind];
    struct vtr_hash_source *records = &merge->records.hashes[kind];
    struct vtr_hash_block block;
    struct vtr_hash_record record;

    const enum vtr_status status =
        vtr_merge_source_init(source, kind, delta, from, err);
    if (status != VTR_OK) {
        return status;
    }
    *records = (struct vtr_hash_source){.rewind = vtr_merge_source_rewind,
                                        .next = vtr_merge_source_next,
                                        .context = source,
                                        .next_block = vtr_merge_source_next_block};
    for (;;) {
        if (vtr_hash_block_take(records, NULL, &block)) {
            mark_block(merge, source, &block);
            records->count += block.count;
        } else if (vtr_merge_source_next(source, &record)) {
            if (source->is_from_old) {
                merge->old_stems[record.stem] = 1;
            }
            records->count++;
        } else {
            break;
        }
    }
    return source->fault == VTR_MERGE_OK ? VTR_OK : report_fault(source, err);
}

/* Follows the stems of a first old database, which `from` gives as its own, on to the
 * new ones: all kinds have them from the same image. */
static enum vtr_status map_block_stems(struct vtr_merge *merge,
                                       const struct vtr_records *from,
                                       struct vtr_error *err)
{
    const uint32_t *before = from->hashes[0].block_stems;
    const size_t count =
        before == NULL ? from->stem_count : (size_t)from->hashes[0].block_stem_count;

    if (before != NULL) {
        merge->block_stems = calloc(count + 1, sizeof(*merge->block_stems));
        if (merge->block_stems == NULL) {
            return vtr_error_set_memory(err);
        }
        for (size_t i = 0; i < count; i++) {
            merge->block_stems[i] = before[i] < from->stem_count
                                        ? merge->old_stems[before[i]]
                                        : VTR_STEM_NONE;
        }
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        struct vtr_hash_source *records = &merge->records.hashes[kind];
        records->block_stems = before == NULL ? merge->old_stems : merge->block_stems;
        records->block_stem_count = count;
    }
    return VTR_OK;
}

static enum vtr_status merge_hashes(struct vtr_merge *merge, struct vtr_delta *delta,
                                    const struct vtr_records *from,
                                    struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    merge->old_stems = calloc(from->stem_count + 1, sizeof(*merge->old_stems));
    if (merge->old_stems == NULL) {
        return vtr_error_set_memory(err);
    }
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        status = survey(merge, (enum vtr_hash_kind)kind, delta, from, err);
    }
    if (status == VTR_OK) {
        status = vtr_merge_find_stems(merge, delta, from, err);
    }
    if (status == VTR_OK) {
        status = vtr_merge_stems(merge, delta, from, err);
    }
    if (status == VTR_OK) {
        status = map_block_stems(merge, from, err);
    }
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        merge->sources[kind].old_stems = merge->old_stems;
        merge->sources[kind].rank_stems = merge->rank_stems;
    }
    return status;
}

enum vtr_status vtr_merge_init(struct vtr_merge *out, struct vtr_delta *delta,
                               const struct vtr_records *from, struct vtr_error *err)
{
    *out = (struct vtr_merge){0};
    out->records.name = delta->header.name;
    out->records.release = delta->header.to_release;
    out->records.root = delta->header.to_root;
    enum vtr_status status = merge_hashes(out, delta, from, err);
    if (status == VTR_OK) {
        status = vtr_merge_bodies(out, VTR_BODY_RULE, delta, from, err);
    }
    if (status == VTR_OK) {
        status = vtr_merge_bodies(out, VTR_BODY_EXTERNAL, delta, from, err);
    }
    out->records.rules = out->rules;
    out->records.externals = out->externals;
    if (status != VTR_OK) {
        vtr_merge_deinit(out);
    }
    return status;
}

void vtr_merge_deinit(struct vtr_merge *merge)
{
    if (merge == NULL) {
        return;
    }
    free(merge->old_stems);
    free(merge->rank_stems);
    free(merge->block_stems);
    free(merge->stems);
    free(merge->rules);
    free(merge->externals);
    vtr_arena_deinit(&merge->bodies);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_merge_source_deinit(&merge->sources[kind]);
    }
    *merge = (struct vtr_merge){0};
}
