/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge.h"

#include <stdlib.h>

#include "base/error.h"
#include "delta/merge_parts.h"

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

/* Goes through the new hash records of a kind once: counts them, marks the old stems
 * that stay in use, finds every fault. */
static enum vtr_status survey(struct vtr_merge *merge, enum vtr_hash_kind kind,
                              const struct vtr_delta *delta,
                              const struct vtr_records *from, struct vtr_error *err)
{
    struct vtr_merge_source *source = &merge->sources[kind];
    struct vtr_hash_record record;
    uint64_t count = 0;

    const enum vtr_status status =
        vtr_merge_source_init(source, kind, delta, from, err);
    if (status != VTR_OK) {
        return status;
    }
    while (vtr_merge_source_next(source, &record)) {
        count++;
        if (source->is_from_old) {
            merge->old_stems[record.stem] = 1;
        }
    }
    if (source->fault != VTR_MERGE_OK) {
        return report_fault(source, err);
    }
    merge->records.hashes[kind] = (struct vtr_hash_source){
        .count = count,
        .rewind = vtr_merge_source_rewind,
        .next = vtr_merge_source_next,
        .context = source,
    };
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
    free(merge->stems);
    free(merge->rules);
    free(merge->externals);
    vtr_arena_deinit(&merge->bodies);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_merge_source_deinit(&merge->sources[kind]);
    }
    *merge = (struct vtr_merge){0};
}
