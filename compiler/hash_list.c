/* SPDX-License-Identifier: Apache-2.0 */

/* Lines into rows and stems, and views over what comes of them. */
#include "compiler/hash_list.h"

#include <stdlib.h>
#include <string.h>

#include "compiler/hash_line.h"
#include "compiler/hash_rows.h"
#include "compiler/hash_stems.h"

struct vtr_hash_list {
    struct vtr_hash_rows rows[VTR_HASH_KINDS];
    struct vtr_hash_stems stems;
    uint64_t duplicates;
    uint64_t other_level;
    uint64_t bad;
};

struct vtr_hash_list *vtr_hash_list_new(void)
{
    struct vtr_hash_list *list = calloc(1, sizeof *list);

    if (list == NULL) {
        return NULL;
    }
    vtr_hash_stems_init(&list->stems);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_hash_rows_init(&list->rows[kind], vtr_hash_len((enum vtr_hash_kind)kind));
    }
    return list;
}

void vtr_hash_list_free(struct vtr_hash_list *list)
{
    if (list == NULL) {
        return;
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_hash_rows_deinit(&list->rows[kind]);
    }
    vtr_hash_stems_deinit(&list->stems);
    free(list);
}

static enum vtr_status add_record(struct vtr_hash_list *list, uint32_t file,
                                  uint32_t line, const struct vtr_hash_line *fields)
{
    struct vtr_hash_rows *rows = &list->rows[fields->kind];
    uint8_t stem[VTR_HASH_NAME_LIMIT];
    uint32_t number;
    uint32_t stem_number;
    const size_t len = vtr_hash_name_split(fields->name, stem, &number);

    if (rows->count == VTR_HASH_ROW_LIMIT) {
        return VTR_ERROR_LIMIT;
    }
    if (!vtr_hash_stems_intern(&list->stems, (struct vtr_bytes){stem, len},
                               &stem_number)) {
        return VTR_ERROR_MEMORY;
    }
    struct vtr_hash_row *row = vtr_hash_rows_push(rows);
    if (row == NULL) {
        return VTR_ERROR_MEMORY;
    }
    row->size = fields->size;
    row->stem = stem_number;
    row->number = number;
    row->file = file;
    row->line = line;
    memcpy(row->digest, fields->digest, rows->digest_len);
    return VTR_OK;
}

static enum vtr_status add_line(struct vtr_hash_list *list, uint32_t file,
                                uint32_t line, struct vtr_bytes text,
                                vtr_hash_problem_fn report, void *context)
{
    struct vtr_hash_line fields;
    struct vtr_hash_problem problem;

    if (vtr_hash_line_is_blank(text)) {
        return VTR_OK;
    }
    if (!vtr_hash_line_read(text, &fields, &problem)) {
        problem.line = line;
        list->bad++;
        if (report != NULL) {
            report(&problem, context);
        }
        return VTR_OK;
    }
    if (fields.is_other_level) {
        list->other_level++;
        return VTR_OK;
    }
    return add_record(list, file, line, &fields);
}

enum vtr_status vtr_hash_list_add(struct vtr_hash_list *list, uint32_t file,
                                  struct vtr_bytes text, vtr_hash_problem_fn report,
                                  void *context)
{
    size_t at = text.len >= 3 && memcmp(text.ptr, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

    for (uint32_t line = 1; at < text.len; line++) {
        const uint8_t *end = memchr(text.ptr + at, '\n', text.len - at);
        const size_t next = end == NULL ? text.len : (size_t)(end - text.ptr);
        struct vtr_bytes one = {text.ptr + at, next - at};
        if (one.len > 0 && one.ptr[one.len - 1] == '\r') {
            one.len--;
        }
        if (line == VTR_HASH_ROW_LIMIT) {
            return VTR_ERROR_LIMIT;
        }
        const enum vtr_status status = add_line(list, file, line, one, report, context);
        if (status != VTR_OK) {
            return status;
        }
        at = next + 1;
    }
    return VTR_OK;
}

/* Sorts the stems and renames them in the rows. */
static enum vtr_status sort_stems(struct vtr_hash_list *list)
{
    uint32_t *places;
    const enum vtr_status status = vtr_hash_stems_sort(&list->stems, &places);

    if (status != VTR_OK) {
        return status;
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_hash_rows *rows = &list->rows[kind];
        for (size_t i = 0; i < rows->count; i++) {
            struct vtr_hash_row *row = vtr_hash_row_at(rows, i);
            row->stem = places[row->stem];
        }
    }
    free(places);
    return VTR_OK;
}

enum vtr_status vtr_hash_list_finish(struct vtr_hash_list *list)
{
    enum vtr_status status = sort_stems(list);
    const struct vtr_bytes *stems = vtr_hash_stems_get(&list->stems);

    for (unsigned kind = 0; kind < VTR_HASH_KINDS && status == VTR_OK; kind++) {
        struct vtr_hash_rows *rows = &list->rows[kind];
        status = vtr_hash_rows_sort(rows, stems);
        if (status == VTR_OK) {
            list->duplicates += vtr_hash_rows_remove_equal(rows, stems);
        }
    }
    return status;
}

void vtr_hash_list_get_stats(const struct vtr_hash_list *list,
                             struct vtr_hash_list_stats *out)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        out->records[kind] = list->rows[kind].count;
    }
    out->duplicates = list->duplicates;
    out->other_level = list->other_level;
    out->bad = list->bad;
}

const struct vtr_bytes *vtr_hash_list_get_stems(const struct vtr_hash_list *list,
                                                size_t *out_count)
{
    *out_count = list->stems.items.count;
    return vtr_hash_stems_get(&list->stems);
}

static void show_row(const struct vtr_hash_row *row, struct vtr_hash_record *out)
{
    *out = (struct vtr_hash_record){.digest = row->digest,
                                    .size = row->size,
                                    .stem = row->stem,
                                    .number = row->number};
}

static void rewind_cursor(void *context)
{
    struct vtr_hash_cursor *cursor = context;

    cursor->next = 0;
}

static bool next_record(void *context, struct vtr_hash_record *out)
{
    struct vtr_hash_cursor *cursor = context;
    const struct vtr_hash_rows *rows = &cursor->list->rows[cursor->kind];

    if (cursor->next == rows->count) {
        return false;
    }
    show_row(vtr_hash_row_at(rows, cursor->next), out);
    cursor->next++;
    return true;
}

void vtr_hash_list_open(const struct vtr_hash_list *list, enum vtr_hash_kind kind,
                        struct vtr_hash_cursor *cursor, struct vtr_hash_source *out)
{
    *cursor = (struct vtr_hash_cursor){.list = list, .kind = kind};
    *out = (struct vtr_hash_source){.count = list->rows[kind].count,
                                    .rewind = rewind_cursor,
                                    .next = next_record,
                                    .context = cursor};
}

bool vtr_hash_list_get(const struct vtr_hash_list *list, enum vtr_hash_kind kind,
                       size_t index, struct vtr_hash_record *out,
                       struct vtr_hash_place *out_place)
{
    const struct vtr_hash_rows *rows = &list->rows[kind];

    if (index >= rows->count) {
        return false;
    }
    const struct vtr_hash_row *row = vtr_hash_row_at(rows, index);
    show_row(row, out);
    *out_place = (struct vtr_hash_place){row->file, row->line};
    return true;
}

bool vtr_hash_list_find(const struct vtr_hash_list *list, enum vtr_hash_kind kind,
                        const uint8_t *digest, size_t *out_index)
{
    const struct vtr_hash_rows *rows = &list->rows[kind];
    size_t low = 0;
    size_t high = rows->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (memcmp(vtr_hash_row_at(rows, middle)->digest, digest, rows->digest_len) <
            0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == rows->count ||
        memcmp(vtr_hash_row_at(rows, low)->digest, digest, rows->digest_len) != 0) {
        return false;
    }
    *out_index = low;
    return true;
}
