/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash/hash_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/sort.h"
#include "compiler/hash/hash_list.h"

/* Rows that there is room for at first. */
#define FIRST_CAP ((size_t)1024)

size_t vtr_hash_row_stride(size_t digest_len)
{
    return (sizeof(struct vtr_hash_row) + digest_len + 7) / 8 * 8;
}

void vtr_hash_rows_init(struct vtr_hash_rows *rows, size_t digest_len, size_t cap_max)
{
    *rows = (struct vtr_hash_rows){.stride = vtr_hash_row_stride(digest_len),
                                   .digest_len = digest_len,
                                   .cap_max = cap_max};
}

void vtr_hash_rows_deinit(struct vtr_hash_rows *rows)
{
    if (rows != NULL) {
        free(rows->items);
    }
}

void vtr_hash_rows_clear(struct vtr_hash_rows *rows)
{
    free(rows->items);
    rows->items = NULL;
    rows->count = 0;
    rows->cap = 0;
}

/* Room for more rows than `count`. */
static size_t next_cap(const struct vtr_hash_rows *rows)
{
    const size_t cap = rows->cap == 0 ? FIRST_CAP : rows->cap * 2;

    if (cap <= rows->cap_max) {
        return cap;
    }
    return rows->cap_max > rows->count ? rows->cap_max : rows->count + 1;
}

struct vtr_hash_row *vtr_hash_rows_push(struct vtr_hash_rows *rows)
{
    if (rows->count == rows->cap) {
        const size_t cap = next_cap(rows);
        uint8_t *items = cap > SIZE_MAX / rows->stride
                             ? NULL
                             : realloc(rows->items, cap * rows->stride);
        if (items == NULL) {
            return NULL;
        }
        rows->items = items;
        rows->cap = cap;
    }
    return vtr_hash_row_at(rows, rows->count++);
}

/* A row and the first bytes of its digest. */
struct key {
    uint32_t prefix;
    uint32_t row;
};

/* Spells a row's name to `out`, which has VTR_HASH_NAME_LIMIT bytes; its length. */
static size_t spell_name(const struct vtr_bytes *stems, const struct vtr_hash_row *row,
                         uint8_t *out)
{
    const struct vtr_bytes stem = stems[row->stem];
    const uint8_t *zero = memchr(stem.ptr, 0, stem.len);
    const size_t before = zero == NULL ? stem.len : (size_t)(zero - stem.ptr);
    uint8_t digits[10];
    size_t at = sizeof digits;
    uint32_t number = row->number;

    memcpy(out, stem.ptr, before);
    if (zero == NULL) {
        return before;
    }
    do {
        digits[--at] = (uint8_t)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out + before, digits + at, sizeof digits - at);
    const size_t len = before + sizeof digits - at;
    memcpy(out + len, zero + 1, stem.len - before - 1);
    return len + stem.len - before - 1;
}

int vtr_hash_row_compare(const struct vtr_hash_row *a, const struct vtr_hash_row *b,
                         size_t digest_len, const struct vtr_bytes *stems)
{
    uint8_t name_a[VTR_HASH_NAME_LIMIT];
    uint8_t name_b[VTR_HASH_NAME_LIMIT];
    const int digests = memcmp(a->digest, b->digest, digest_len);

    if (digests != 0) {
        return digests;
    }
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    if (a->stem == b->stem && a->number == b->number) {
        return 0;
    }
    const struct vtr_bytes one = {name_a, spell_name(stems, a, name_a)};
    const struct vtr_bytes two = {name_b, spell_name(stems, b, name_b)};
    return vtr_bytes_compare(one, two);
}

int vtr_hash_row_compare_places(const struct vtr_hash_row *a,
                                const struct vtr_hash_row *b, size_t digest_len,
                                const struct vtr_bytes *stems)
{
    const int order = vtr_hash_row_compare(a, b, digest_len, stems);

    if (order != 0) {
        return order;
    }
    if (a->file != b->file) {
        return a->file < b->file ? -1 : 1;
    }
    return (a->line > b->line) - (a->line < b->line);
}

/* What rows are compared with. */
struct order {
    const struct vtr_hash_rows *rows;
    const struct vtr_bytes *stems;
};

static int compare_keys(const void *a, const void *b, void *context)
{
    const struct order *order = context;

    return vtr_hash_row_compare_places(vtr_hash_row_at(order->rows,
                                                       ((const struct key *)a)->row),
                                       vtr_hash_row_at(order->rows,
                                                       ((const struct key *)b)->row),
                                       order->rows->digest_len, order->stems);
}

/* Orders keys by prefix; after four passes the result is in `keys` again. */
static void radix_sort(struct key *keys, struct key *other, size_t count)
{
    for (unsigned shift = 0; shift < 32; shift += 8) {
        size_t starts[256] = {0};
        size_t sum = 0;
        for (size_t i = 0; i < count; i++) {
            starts[keys[i].prefix >> shift & 255u]++;
        }
        for (unsigned b = 0; b < 256; b++) {
            const size_t in_bucket = starts[b];
            starts[b] = sum;
            sum += in_bucket;
        }
        for (size_t i = 0; i < count; i++) {
            other[starts[keys[i].prefix >> shift & 255u]++] = keys[i];
        }
        struct key *const swapped = keys;
        keys = other;
        other = swapped;
    }
}

/* Orders the runs of keys that share a prefix. */
static enum vtr_status sort_runs(struct key *keys, size_t count, struct order *order)
{
    for (size_t begin = 0; begin < count;) {
        size_t end = begin + 1;
        while (end < count && keys[end].prefix == keys[begin].prefix) {
            end++;
        }
        if (end - begin > 1) {
            const enum vtr_status status =
                vtr_sort(keys + begin, end - begin, sizeof *keys, compare_keys, order);
            if (status != VTR_OK) {
                return status;
            }
        }
        begin = end;
    }
    return VTR_OK;
}

/* Moves every row to its place: `keys[i].row` says which one comes to place i.  A key
 * that was followed says so by naming its own place. */
static void move_rows(struct vtr_hash_rows *rows, struct key *keys)
{
    uint64_t held[VTR_HASH_ROW_WORDS_MAX];

    for (uint32_t start = 0; start < rows->count; start++) {
        if (keys[start].row == start) {
            continue;
        }
        memcpy(held, vtr_hash_row_at(rows, start), rows->stride);
        uint32_t to = start;
        for (;;) {
            const uint32_t from = keys[to].row;
            keys[to].row = to;
            if (from == start) {
                break;
            }
            memcpy(vtr_hash_row_at(rows, to), vtr_hash_row_at(rows, from),
                   rows->stride);
            to = from;
        }
        memcpy(vtr_hash_row_at(rows, to), held, rows->stride);
    }
}

enum vtr_status vtr_hash_rows_sort(struct vtr_hash_rows *rows,
                                   const struct vtr_bytes *stems)
{
    struct order order = {rows, stems};
    enum vtr_status status = VTR_ERROR_MEMORY;
    struct key *keys = calloc(rows->count + 1, sizeof *keys);
    struct key *other = calloc(rows->count + 1, sizeof *other);

    if (keys == NULL || other == NULL) {
        goto out;
    }
    for (uint32_t i = 0; i < rows->count; i++) {
        keys[i].prefix = vtr_load_u32_be(vtr_hash_row_at(rows, i)->digest);
        keys[i].row = i;
    }
    radix_sort(keys, other, rows->count);
    status = sort_runs(keys, rows->count, &order);
    if (status == VTR_OK) {
        move_rows(rows, keys);
    }
out:
    free(other);
    free(keys);
    return status;
}

size_t vtr_hash_rows_remove_equal(struct vtr_hash_rows *rows,
                                  const struct vtr_bytes *stems)
{
    const size_t count = rows->count;
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && vtr_hash_row_compare(vtr_hash_row_at(rows, kept - 1),
                                             vtr_hash_row_at(rows, i), rows->digest_len,
                                             stems) == 0) {
            continue;
        }
        if (kept != i) {
            memcpy(vtr_hash_row_at(rows, kept), vtr_hash_row_at(rows, i), rows->stride);
        }
        kept++;
    }
    rows->count = kept;
    return count - kept;
}
