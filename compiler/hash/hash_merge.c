/* SPDX-License-Identifier: Apache-2.0 */

/* A heap of readers, the one with the lowest row on top. */
#include "compiler/hash/hash_merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/reader.h"

/* Bytes of a reader's buffer, which get fewer when there are many readers. */
#define BUFFER_LEN     ((size_t)64 << 10)
#define BUFFER_LEN_MIN ((size_t)4 << 10)
#define BUFFERS_LEN    ((size_t)16 << 20)

/* Goes through a run. */
struct reader {
    const struct vtr_hash_run *run;
    uint8_t *buffer; /* owned; NULL for a run in memory */
    const uint8_t *rows;
    size_t row_count; /* at `rows`, the next one first */
    size_t read;      /* rows of the run that are or were at `rows` */
    uint64_t row[VTR_HASH_ROW_WORDS_MAX];
    uint64_t prefix; /* the row's first bytes, as a number */
};

struct vtr_hash_list_cursor {
    struct vtr_hash_runs runs;
    size_t stride;
    size_t buffer_rows;
    struct reader *readers; /* owned, one a run */
    struct reader **heap;   /* owned */
    size_t heap_count;
    uint64_t
        last[VTR_HASH_ROW_WORDS_MAX]; /* of several runs: the row that was given last */
    uint64_t last_prefix;
    bool has_last;
    const struct vtr_hash_row *given; /* that row, wherever it is */
    struct vtr_error err;             /* why a run could not be read */
};

static const struct vtr_hash_row *row_of(const uint64_t *words)
{
    return (const struct vtr_hash_row *)(const void *)words;
}

/* Refills a buffer; false when it cannot be read. */
static bool refill(struct vtr_hash_list_cursor *c, struct reader *r)
{
    const size_t left = r->run->count - r->read;
    const size_t count =
        r->buffer == NULL || left < c->buffer_rows ? left : c->buffer_rows;
    const uint64_t done = (uint64_t)r->read * c->stride;

    if (r->buffer == NULL) {
        r->rows = r->run->items;
    } else {
        r->rows = r->buffer;
        if (vtr_temporary_read(r->run->file, r->run->offset + done, r->buffer,
                               count * c->stride, &c->err) != VTR_OK) {
            return false;
        }
    }
    r->row_count = count;
    r->read += count;
    return true;
}

/* Brings a reader to its next row; false when there is none, or none that can be read:
 * then c->err says so. */
static bool advance(struct vtr_hash_list_cursor *c, struct reader *r)
{
    if (r->row_count == 0 && (r->read == r->run->count || !refill(c, r))) {
        return false;
    }
    memcpy(r->row, r->rows, c->stride);
    r->rows += c->stride;
    r->row_count--;
    struct vtr_hash_row *row = (struct vtr_hash_row *)(void *)r->row;
    row->stem = r->run->places[row->stem];
    r->prefix = vtr_load_u64_be(row->digest);
    return true;
}

static bool is_before(const struct vtr_hash_list_cursor *c, const struct reader *a,
                      const struct reader *b)
{
    if (a->prefix != b->prefix) {
        return a->prefix < b->prefix;
    }
    return vtr_hash_row_compare_places(row_of(a->row), row_of(b->row),
                                       c->runs.digest_len, c->runs.stems) < 0;
}

/* Moves the reader at `at` down to its place. */
static void sift_down(struct vtr_hash_list_cursor *c, size_t at)
{
    struct reader *moved = c->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= c->heap_count) {
            break;
        }
        if (child + 1 < c->heap_count &&
            is_before(c, c->heap[child + 1], c->heap[child])) {
            child++;
        }
        if (!is_before(c, c->heap[child], moved)) {
            break;
        }
        c->heap[at] = c->heap[child];
        at = child;
    }
    c->heap[at] = moved;
}

static void rewind_cursor(void *context)
{
    struct vtr_hash_list_cursor *c = context;

    c->heap_count = 0;
    c->has_last = false;
    c->err = (struct vtr_error){0};
    for (size_t i = 0; i < c->runs.count && c->err.status == VTR_OK; i++) {
        struct reader *r = &c->readers[i];
        r->row_count = 0;
        r->read = 0;
        if (c->runs.count > 1 && advance(c, r)) {
            c->heap[c->heap_count++] = r;
        }
    }
    for (size_t i = c->heap_count / 2; i > 0; i--) {
        sift_down(c, i - 1);
    }
}

/* Takes the lowest row to c->last; whether it is another record than the one before. */
static bool take_lowest(struct vtr_hash_list_cursor *c)
{
    struct reader *r = c->heap[0];
    const bool is_new =
        !c->has_last || vtr_hash_row_compare(row_of(c->last), row_of(r->row),
                                             c->runs.digest_len, c->runs.stems) != 0;

    if (is_new) {
        memcpy(c->last, r->row, c->stride);
        c->last_prefix = r->prefix;
        c->has_last = true;
    }
    if (!advance(c, r)) {
        c->heap[0] = c->heap[--c->heap_count];
    }
    if (c->heap_count > 0) {
        sift_down(c, 0);
    }
    return is_new;
}

/* The next row of a run that is the only one: it has none twice. */
static const struct vtr_hash_row *next_of_one(struct vtr_hash_list_cursor *c)
{
    struct reader *r = &c->readers[0];

    if (r->row_count == 0 && (r->read == r->run->count || !refill(c, r))) {
        return NULL;
    }
    const struct vtr_hash_row *row = (const struct vtr_hash_row *)(const void *)r->rows;
    r->rows += c->stride;
    r->row_count--;
    return row;
}

/* The next row of all runs that is another record than the one before. */
static const struct vtr_hash_row *next_of_all(struct vtr_hash_list_cursor *c)
{
    bool is_new = false;

    while (!is_new && c->heap_count > 0 && c->err.status == VTR_OK) {
        is_new = take_lowest(c);
    }
    return is_new && c->err.status == VTR_OK ? row_of(c->last) : NULL;
}

static bool next_record(void *context, struct vtr_hash_record *out)
{
    struct vtr_hash_list_cursor *c = context;
    const bool is_one = c->runs.count == 1;
    const struct vtr_hash_row *row = is_one ? next_of_one(c) : next_of_all(c);

    if (row == NULL) {
        return false;
    }
    c->given = row;
    *out = (struct vtr_hash_record){.digest = row->digest,
                                    .size = row->size,
                                    .stem = is_one ? c->runs.items[0].places[row->stem]
                                                   : row->stem,
                                    .number = row->number};
    return true;
}

static size_t choose_buffer_rows(const struct vtr_hash_runs *runs, size_t stride)
{
    const size_t share = runs->count == 0 ? BUFFER_LEN : BUFFERS_LEN / runs->count;
    const size_t len = share > BUFFER_LEN ? BUFFER_LEN : share;

    return (len < BUFFER_LEN_MIN ? BUFFER_LEN_MIN : len) / stride;
}

enum vtr_status vtr_hash_list_cursor_new(struct vtr_hash_list_cursor **out,
                                         const struct vtr_hash_runs *runs)
{
    struct vtr_hash_list_cursor *c = calloc(1, sizeof *c);

    if (c == NULL) {
        return VTR_ERROR_MEMORY;
    }
    c->runs = *runs;
    c->stride = vtr_hash_row_stride(runs->digest_len);
    c->buffer_rows = choose_buffer_rows(runs, c->stride);
    c->readers = calloc(runs->count + 1, sizeof *c->readers);
    c->heap = calloc(runs->count + 1, sizeof(struct reader *));
    bool is_complete = c->readers != NULL && c->heap != NULL;
    for (size_t i = 0; i < runs->count && is_complete; i++) {
        c->readers[i].run = &runs->items[i];
        if (runs->items[i].items == NULL) {
            c->readers[i].buffer = malloc(c->buffer_rows * c->stride);
            is_complete = c->readers[i].buffer != NULL;
        }
    }
    if (!is_complete) {
        vtr_hash_list_cursor_free(c);
        return VTR_ERROR_MEMORY;
    }
    rewind_cursor(c);
    *out = c;
    return VTR_OK;
}

void vtr_hash_list_cursor_free(struct vtr_hash_list_cursor *cursor)
{
    if (cursor == NULL) {
        return;
    }
    for (size_t i = 0; i < cursor->runs.count && cursor->readers != NULL; i++) {
        free(cursor->readers[i].buffer);
    }
    free(cursor->readers);
    free(cursor->heap);
    free(cursor);
}

struct vtr_hash_source vtr_hash_list_cursor_source(struct vtr_hash_list_cursor *cursor,
                                                   uint64_t count)
{
    return (struct vtr_hash_source){.count = count,
                                    .rewind = rewind_cursor,
                                    .next = next_record,
                                    .context = cursor};
}

struct vtr_hash_place vtr_hash_list_cursor_place(
    const struct vtr_hash_list_cursor *cursor)
{
    return (struct vtr_hash_place){cursor->given->file, cursor->given->line};
}

enum vtr_status vtr_hash_list_cursor_check(const struct vtr_hash_list_cursor *cursor,
                                           struct vtr_error *err)
{
    if (cursor->err.status != VTR_OK && err != NULL) {
        *err = cursor->err;
    }
    return cursor->err.status;
}

/* A row of a run, in place or in `room`; NULL when it cannot be read. */
static const struct vtr_hash_row *get_row(const struct vtr_hash_run *run, size_t index,
                                          size_t stride, void *room)
{
    const uint64_t at = (uint64_t)index * stride;

    if (run->items != NULL) {
        memcpy(room, run->items + at, stride);
    } else if (vtr_temporary_read(run->file, run->offset + at, room, stride, NULL) !=
               VTR_OK) {
        return NULL;
    }
    struct vtr_hash_row *row = room;
    row->stem = run->places[row->stem];
    return row;
}

/* The first row of a run whose digest this is, or NULL. */
static const struct vtr_hash_row *find_in_run(const struct vtr_hash_runs *runs,
                                              const struct vtr_hash_run *run,
                                              const uint8_t *digest, void *room)
{
    const size_t stride = vtr_hash_row_stride(runs->digest_len);
    const struct vtr_hash_row *row;
    size_t low = 0;
    size_t high = run->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        row = get_row(run, middle, stride, room);
        if (row == NULL) {
            return NULL;
        }
        if (memcmp(row->digest, digest, runs->digest_len) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    row = low == run->count ? NULL : get_row(run, low, stride, room);
    return row != NULL && memcmp(row->digest, digest, runs->digest_len) == 0 ? row
                                                                             : NULL;
}

bool vtr_hash_runs_find(const struct vtr_hash_runs *runs, const uint8_t *digest,
                        struct vtr_hash_place *out)
{
    uint64_t best[VTR_HASH_ROW_WORDS_MAX];
    uint64_t room[VTR_HASH_ROW_WORDS_MAX];
    bool is_found = false;

    for (size_t i = 0; i < runs->count; i++) {
        const struct vtr_hash_row *row =
            find_in_run(runs, &runs->items[i], digest, room);
        if (row != NULL &&
            (!is_found ||
             vtr_hash_row_compare_places(row, row_of(best), runs->digest_len,
                                         runs->stems) < 0)) {
            memcpy(best, room, sizeof best);
            is_found = true;
        }
    }
    if (is_found) {
        *out = (struct vtr_hash_place){row_of(best)->file, row_of(best)->line};
    }
    return is_found;
}
