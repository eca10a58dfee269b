/* SPDX-License-Identifier: Apache-2.0 */

/* Parts, one a thread, and the views over what comes of them. */
#include "compiler/hash/hash_list.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/os_thread.h"
#include "compiler/hash/hash_merge.h"
#include "compiler/hash/hash_part.h"

/* Of a limit of memory a sixteenth is for what is under way to and from the records. */
#define BUFFERS_SHARE 16u

struct vtr_hash_list {
    struct vtr_hash_part *parts; /* owned */
    unsigned part_count;
    struct vtr_hash_stem_list stems;             /* after finish, as is what follows */
    struct vtr_vector run_items[VTR_HASH_KINDS]; /* struct vtr_hash_run */
    struct vtr_hash_runs runs[VTR_HASH_KINDS];
    uint64_t counts[VTR_HASH_KINDS];
    struct vtr_hash_extent extents[VTR_HASH_KINDS];
    uint64_t merged; /* records that were in several runs */
};

struct vtr_hash_list *vtr_hash_list_new(const struct vtr_hash_list_options *options)
{
    struct vtr_hash_list *list = calloc(1, sizeof *list);
    const unsigned count = options->workers == 0 ? 1 : options->workers;
    const uint64_t limit =
        options->memory_limit_bytes - options->memory_limit_bytes / BUFFERS_SHARE;

    if (list == NULL) {
        return NULL;
    }
    list->parts = calloc(count, sizeof *list->parts);
    if (list->parts == NULL) {
        free(list);
        return NULL;
    }
    list->part_count = count;
    for (unsigned i = 0; i < count; i++) {
        vtr_hash_part_init(&list->parts[i], limit == 0 ? UINT64_MAX : limit / count,
                           options->beside);
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_init(&list->run_items[kind], sizeof(struct vtr_hash_run));
    }
    return list;
}

void vtr_hash_list_free(struct vtr_hash_list *list)
{
    if (list == NULL) {
        return;
    }
    for (unsigned i = 0; i < list->part_count; i++) {
        vtr_hash_part_deinit(&list->parts[i]);
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_vector_deinit(&list->run_items[kind]);
    }
    vtr_hash_stem_list_deinit(&list->stems);
    free(list->parts);
    free(list);
}

enum vtr_status vtr_hash_list_add(struct vtr_hash_list *list,
                                  const struct vtr_hash_text *text,
                                  const struct vtr_hash_adding *adding,
                                  struct vtr_error *err)
{
    return vtr_hash_part_add(&list->parts[adding->worker], text, adding->report,
                             adding->context, err);
}

/* The last runs of all parts, which threads sort. */
struct finishing {
    struct vtr_hash_list *list;
    struct vtr_error *errors; /* one a part */
};

static enum vtr_status finish_part(size_t task, unsigned worker, void *context)
{
    const struct finishing *finishing = context;

    (void)worker;
    return vtr_hash_part_finish(&finishing->list->parts[task],
                                &finishing->errors[task]);
}

static enum vtr_status finish_parts(struct vtr_hash_list *list, struct vtr_error *err)
{
    struct finishing finishing = {list, calloc(list->part_count, sizeof *err)};

    if (finishing.errors == NULL) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status =
        vtr_run_tasks(list->part_count, list->part_count, finish_part, &finishing);
    for (unsigned i = list->part_count; i > 0 && err != NULL; i--) {
        if (finishing.errors[i - 1].status != VTR_OK) {
            *err = finishing.errors[i - 1];
        }
    }
    free(finishing.errors);
    return status;
}

static enum vtr_status unite_stems(struct vtr_hash_list *list)
{
    const struct vtr_hash_stems **sets = calloc(list->part_count, sizeof(*sets));

    if (sets == NULL) {
        return VTR_ERROR_MEMORY;
    }
    for (unsigned i = 0; i < list->part_count; i++) {
        sets[i] = &list->parts[i].stems;
    }
    const enum vtr_status status =
        vtr_hash_stems_unite(&list->stems, sets, list->part_count);
    free(sets);
    return status;
}

static bool add_run(struct vtr_hash_list *list, unsigned kind, struct vtr_hash_run run)
{
    struct vtr_hash_run *slot =
        run.count == 0 ? NULL : vtr_vector_push(&list->run_items[kind]);

    if (slot != NULL) {
        *slot = run;
    }
    list->counts[kind] += run.count;
    return slot != NULL || run.count == 0;
}

/* The runs of a part: those in its file, and the rows in its memory. */
static bool add_runs(struct vtr_hash_list *list, unsigned kind,
                     const struct vtr_hash_part *part, const uint32_t *places)
{
    const struct vtr_hash_written *written = part->written[kind].items;
    bool is_added = add_run(list, kind,
                            (struct vtr_hash_run){.items = part->rows[kind].items,
                                                  .count = part->rows[kind].count,
                                                  .places = places});

    for (size_t i = 0; i < part->written[kind].count && is_added; i++) {
        is_added = add_run(list, kind,
                           (struct vtr_hash_run){.file = &part->file,
                                                 .offset = written[i].offset,
                                                 .count = written[i].count,
                                                 .places = places});
    }
    return is_added;
}

static bool list_runs(struct vtr_hash_list *list)
{
    bool is_listed = true;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const uint32_t *places = list->stems.places;
        for (unsigned i = 0; i < list->part_count && is_listed; i++) {
            is_listed = add_runs(list, kind, &list->parts[i], places);
            places += list->parts[i].stems.items.count;
        }
        list->runs[kind] = (struct vtr_hash_runs){
            .items = list->run_items[kind].items,
            .count = list->run_items[kind].count,
            .digest_len = vtr_hash_len((enum vtr_hash_kind)kind),
            .stems = list->stems.items,
        };
    }
    return is_listed;
}

/* Counts the records of a kind, each once; a run alone has none twice. */
static enum vtr_status count_records(struct vtr_hash_list *list,
                                     enum vtr_hash_kind kind, struct vtr_error *err)
{
    struct vtr_hash_list_cursor *cursor = NULL;
    struct vtr_hash_record record;
    uint64_t count = 0;

    if (list->counts[kind] > VTR_HASH_ROW_LIMIT) {
        return VTR_ERROR_LIMIT;
    }
    if (list->runs[kind].count < 2) {
        return VTR_OK;
    }
    if (vtr_hash_list_open(list, kind, &cursor) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    const struct vtr_hash_source source = vtr_hash_list_cursor_source(cursor, 0);
    while (source.next(source.context, &record)) {
        count++;
    }
    const enum vtr_status status = vtr_hash_list_cursor_check(cursor, err);
    vtr_hash_list_cursor_free(cursor);
    list->merged += list->counts[kind] - count;
    list->counts[kind] = count;
    return status;
}

/* Records that are there twice need no more than once. */
static void unite_extents(struct vtr_hash_list *list, enum vtr_hash_kind kind)
{
    struct vtr_hash_extent *all = &list->extents[kind];

    for (unsigned i = 0; i < list->part_count; i++) {
        const struct vtr_hash_extent *one = &list->parts[i].extents[kind];

        all->has_any_size = all->has_any_size || one->has_any_size;
        if (one->size_code_max > all->size_code_max) {
            all->size_code_max = one->size_code_max;
        }
        if (one->number_max > all->number_max) {
            all->number_max = one->number_max;
        }
    }
    all->count = list->counts[kind];
}

enum vtr_status vtr_hash_list_finish(struct vtr_hash_list *list, struct vtr_error *err)
{
    enum vtr_status status = finish_parts(list, err);

    if (status != VTR_OK) {
        return status;
    }
    status = unite_stems(list);
    if (status == VTR_OK && !list_runs(list)) {
        status = VTR_ERROR_MEMORY;
    }
    if (status != VTR_OK) {
        return status == VTR_ERROR_MEMORY ? vtr_error_set_memory(err) : status;
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS && status == VTR_OK; kind++) {
        status = count_records(list, (enum vtr_hash_kind)kind, err);
        unite_extents(list, (enum vtr_hash_kind)kind);
    }
    return status;
}

void vtr_hash_list_get_stats(const struct vtr_hash_list *list,
                             struct vtr_hash_list_stats *out)
{
    struct vtr_hash_list_stats stats = {.duplicates = list->merged};

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        stats.records[kind] = list->counts[kind];
    }
    for (unsigned i = 0; i < list->part_count; i++) {
        stats.duplicates += list->parts[i].duplicates;
        stats.other_level += list->parts[i].other_level;
        stats.bad += list->parts[i].bad;
    }
    *out = stats;
}

const struct vtr_hash_extent *vtr_hash_list_get_extent(const struct vtr_hash_list *list,
                                                       enum vtr_hash_kind kind)
{
    return &list->extents[kind];
}

const struct vtr_bytes *vtr_hash_list_get_stems(const struct vtr_hash_list *list,
                                                size_t *out_count)
{
    *out_count = list->stems.count;
    return list->stems.items;
}

enum vtr_status vtr_hash_list_open(const struct vtr_hash_list *list,
                                   enum vtr_hash_kind kind,
                                   struct vtr_hash_list_cursor **out)
{
    return vtr_hash_list_cursor_new(out, &list->runs[kind]);
}

bool vtr_hash_list_find(const struct vtr_hash_list *list, enum vtr_hash_kind kind,
                        const uint8_t *digest, struct vtr_hash_place *out)
{
    return vtr_hash_runs_find(&list->runs[kind], digest, out);
}
