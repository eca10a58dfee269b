/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash/hash_part.h"

#include <string.h>

#include "base/error.h"
#include "compiler/hash/hash_line.h"

void vtr_hash_part_init(struct vtr_hash_part *part, uint64_t room_bytes,
                        const char *beside)
{
    *part = (struct vtr_hash_part){.room_bytes = room_bytes, .beside = beside};
    vtr_hash_stems_init(&part->stems);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const size_t digest_len = vtr_hash_len((enum vtr_hash_kind)kind);
        const uint64_t fit =
            room_bytes / (vtr_hash_row_stride(digest_len) + VTR_HASH_ROW_SORT_COST);
        vtr_hash_rows_init(&part->rows[kind], digest_len,
                           fit < VTR_HASH_ROW_LIMIT ? (size_t)fit : VTR_HASH_ROW_LIMIT);
        vtr_vector_init(&part->written[kind], sizeof(struct vtr_hash_written));
    }
}

void vtr_hash_part_deinit(struct vtr_hash_part *part)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_hash_rows_deinit(&part->rows[kind]);
        vtr_vector_deinit(&part->written[kind]);
    }
    vtr_hash_stems_deinit(&part->stems);
    vtr_temporary_close(&part->file);
}

static enum vtr_status sort_rows(struct vtr_hash_part *part, unsigned kind,
                                 struct vtr_error *err)
{
    struct vtr_hash_rows *rows = &part->rows[kind];
    const struct vtr_bytes *stems = vtr_hash_stems_get(&part->stems);

    if (vtr_hash_rows_sort(rows, stems) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    part->duplicates += vtr_hash_rows_remove_equal(rows, stems);
    return VTR_OK;
}

/* Makes a run of the rows of one kind. */
static enum vtr_status write_rows(struct vtr_hash_part *part, unsigned kind,
                                  struct vtr_error *err)
{
    struct vtr_hash_rows *rows = &part->rows[kind];
    enum vtr_status status = VTR_OK;

    if (rows->count == 0) {
        return VTR_OK;
    }
    if (!part->file.is_open) {
        status = vtr_temporary_open(&part->file, part->beside, err);
    }
    if (status == VTR_OK) {
        status = sort_rows(part, kind, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    struct vtr_hash_written *written = vtr_vector_push(&part->written[kind]);
    if (written == NULL) {
        return vtr_error_set_memory(err);
    }
    *written = (struct vtr_hash_written){part->file.len, rows->count};
    status = vtr_temporary_append(
        &part->file, (struct vtr_bytes){rows->items, rows->count * rows->stride}, err);
    vtr_hash_rows_clear(rows);
    return status;
}

static enum vtr_status write_all(struct vtr_hash_part *part, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS && status == VTR_OK; kind++) {
        status = write_rows(part, kind, err);
    }
    part->used_bytes = 0;
    return status;
}

static enum vtr_status add_record(struct vtr_hash_part *part, uint32_t file,
                                  uint32_t line, const struct vtr_hash_line *fields,
                                  struct vtr_error *err)
{
    struct vtr_hash_rows *rows = &part->rows[fields->kind];
    const uint64_t cost = rows->stride + VTR_HASH_ROW_SORT_COST;
    uint8_t stem[VTR_HASH_NAME_LIMIT];
    uint32_t number;
    uint32_t stem_number;
    const size_t len = vtr_name_stem(fields->name, stem, &number);

    if (part->used_bytes > 0 && part->used_bytes + cost > part->room_bytes) {
        const enum vtr_status status = write_all(part, err);
        if (status != VTR_OK) {
            return status;
        }
    }
    if (rows->count == VTR_HASH_ROW_LIMIT) {
        return VTR_ERROR_LIMIT;
    }
    if (!vtr_hash_stems_intern(&part->stems, (struct vtr_bytes){stem, len},
                               &stem_number)) {
        return vtr_error_set_memory(err);
    }
    struct vtr_hash_row *row = vtr_hash_rows_push(rows);
    if (row == NULL) {
        return vtr_error_set_memory(err);
    }
    row->size = fields->size;
    row->stem = stem_number;
    row->number = number;
    row->file = file;
    row->line = line;
    memcpy(row->digest, fields->digest, rows->digest_len);
    part->used_bytes += cost;
    vtr_hash_extent_widen(&part->extents[fields->kind], fields->size, number);
    return VTR_OK;
}

/* The next line of `text` from `*at` on, without its end; moves `*at` behind it. */
static struct vtr_bytes take_line(struct vtr_bytes text, size_t *at)
{
    const uint8_t *end = memchr(text.ptr + *at, '\n', text.len - *at);
    const size_t next = end == NULL ? text.len : (size_t)(end - text.ptr);
    struct vtr_bytes line = {text.ptr + *at, next - *at};

    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    *at = next + 1;
    return line;
}

/* Bytes of the byte order mark that a list begins with, or 0. */
static size_t mark_len(const struct vtr_hash_text *text)
{
    static const uint8_t MARK[] = {0xEF, 0xBB, 0xBF};

    return text->line == 1 && text->bytes.len >= sizeof MARK &&
                   memcmp(text->bytes.ptr, MARK, sizeof MARK) == 0
               ? sizeof MARK
               : 0;
}

/* A mark belongs to the line, as it does in sources of rules. */
static void include_mark(struct vtr_hash_problem *problem, size_t len)
{
    problem->text.ptr -= len;
    problem->text.len += len;
    problem->column += (uint32_t)len;
}

enum vtr_status vtr_hash_part_add(struct vtr_hash_part *part,
                                  const struct vtr_hash_text *text,
                                  vtr_hash_problem_fn report, void *context,
                                  struct vtr_error *err)
{
    const struct vtr_bytes bytes = text->bytes;
    size_t at = mark_len(text);

    for (uint32_t line = text->line; at < bytes.len; line++) {
        const struct vtr_bytes one = take_line(bytes, &at);
        struct vtr_hash_line fields;
        struct vtr_hash_problem problem;

        if (line >= VTR_HASH_ROW_LIMIT) {
            return VTR_ERROR_LIMIT;
        }
        if (vtr_hash_line_is_blank(one)) {
            continue;
        }
        if (!vtr_hash_line_read(one, &fields, &problem)) {
            problem.line = line;
            include_mark(&problem, line == 1 ? mark_len(text) : 0);
            part->bad++;
            if (report != NULL) {
                report(&problem, context);
            }
        } else if (fields.is_other_level) {
            part->other_level++;
        } else {
            const enum vtr_status status =
                add_record(part, text->file, line, &fields, err);
            if (status != VTR_OK) {
                return status;
            }
        }
    }
    return VTR_OK;
}

enum vtr_status vtr_hash_part_finish(struct vtr_hash_part *part, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    if (part->file.is_open) {
        return write_all(part, err);
    }
    for (unsigned kind = 0; kind < VTR_HASH_KINDS && status == VTR_OK; kind++) {
        status = sort_rows(part, kind, err);
    }
    return status;
}
