/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/atom_search.h"

#include <string.h>

#include "scan/scan_run.h"
#include "scan/verify_pattern.h"

/* Bytes searched between two looks at the clock. */
#define STRIDE (256u * 1024u)

/* Notes the pairs that begin an entry's atom; one byte alone begins with any second. */
static void add_pairs(struct vtr_atom_tables *tables,
                      const struct vtr_atom_entry *entry)
{
    const uint32_t count = entry->len == 1 ? 256 : 1;

    for (uint32_t second = 0; second < count; second++) {
        const uint32_t pair = (entry->key & 0xFFFFu) | second << 8;
        tables->pairs[pair >> 3] |= (uint8_t)(1u << (pair & 7u));
    }
}

void vtr_atom_tables_init(struct vtr_atom_tables *tables,
                          const struct vtr_atom_index *index)
{
    uint64_t left = (uint64_t)index->counts[1] + index->counts[2] + index->counts[3];

    memset(tables, 0, sizeof(*tables));
    for (unsigned byte = 0; byte < 256; byte++) {
        tables->fold[byte] = vtr_fold((uint8_t)byte);
    }
    tables->has_pairs = left > 0;
    for (uint32_t i = 0; i < index->entry_count && left > 0; i++) {
        const struct vtr_atom_entry entry = vtr_atom_index_entry(index, i);
        if (entry.len < VTR_ATOM_LEN_MAX) {
            add_pairs(tables, &entry);
            left--;
        }
    }
}

/* Verifies the entries of a key that passed the filter. */
static void visit(struct vtr_scan_run *run, uint32_t key, unsigned len, uint32_t hash,
                  size_t at)
{
    uint32_t i;
    uint32_t end;

    vtr_atom_index_range(run->atoms, hash, &i, &end);
    if (!vtr_run_visit(run, end - i)) {
        return;
    }
    for (; i < end; i++) {
        const uint8_t *row = run->atoms->entries + (size_t)i * VTR_ATOM_ROW_LEN;
        if (vtr_load_u32(row + VTR_ATOM_AT_KEY) == key && row[VTR_ATOM_AT_LEN] == len) {
            const struct vtr_atom_entry entry = vtr_atom_index_entry(run->atoms, i);
            vtr_verify_atom(run, &entry, at);
        }
    }
}

static inline void probe(struct vtr_scan_run *run, uint32_t key, unsigned len,
                         size_t at)
{
    const uint32_t hash = vtr_atom_hash(key, len);

    if (VTR_UNLIKELY(vtr_atom_index_may_hit(run->atoms, hash))) {
        visit(run, key, len, hash, at);
    }
}

/*
 * The search for the next position where an atom may begin is the hot loop of a scan:
 * it calls nothing, and what the index does not have is decided outside of it, so that
 * each of the two functions below is a loop of its own.
 */
struct hunt {
    const uint8_t *data;
    const uint8_t *fold;
    const uint8_t *filter;
    const uint8_t *pairs;
    unsigned filter_bits;
    size_t end; /* positions up to here have a whole window of bytes */
};

/* The folded bytes before `at`, so that shifting in the window's last byte is all that
 * is left to do. */
static inline uint32_t begin_window(const struct hunt *h, size_t at)
{
    const uint8_t *p = h->data + at;

    return (uint32_t)h->fold[p[0]] << 8 | (uint32_t)h->fold[p[1]] << 16 |
           (uint32_t)h->fold[p[2]] << 24;
}

static inline uint32_t next_window(const struct hunt *h, uint32_t window, size_t at)
{
    return window >> 8 | (uint32_t)h->fold[h->data[at + VTR_ATOM_LEN_MAX - 1]] << 24;
}

static inline bool passes(const struct hunt *h, uint32_t key, unsigned len)
{
    return vtr_atom_filter_passes(h->filter, h->filter_bits, vtr_atom_hash(key, len));
}

static inline bool has_pair(const struct hunt *h, uint32_t window)
{
    return (h->pairs[(window & 0xFFFFu) >> 3] >> (window & 7u) & 1u) != 0;
}

static size_t find_full(const struct hunt *hunt, size_t at)
{
    const struct hunt h = *hunt;
    uint32_t window = at < h.end ? begin_window(&h, at) : 0;

    for (; at < h.end; at++) {
        window = next_window(&h, window, at);
        if (passes(&h, window, VTR_ATOM_LEN_MAX)) {
            break;
        }
    }
    return at;
}

static size_t find_pairs(const struct hunt *hunt, size_t at)
{
    const struct hunt h = *hunt;
    uint32_t window = at < h.end ? begin_window(&h, at) : 0;

    for (; at < h.end; at++) {
        window = next_window(&h, window, at);
        if (((unsigned)passes(&h, window, VTR_ATOM_LEN_MAX) |
             (unsigned)has_pair(&h, window)) != 0) {
            break;
        }
    }
    return at;
}

/* Looks for atoms of every length at one position. */
static void probe_all(struct vtr_scan_run *run, size_t at)
{
    const size_t left = run->data.len - at;
    uint32_t key = 0;

    for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX && len <= left; len++) {
        key |= (uint32_t)vtr_fold(run->data.ptr[at + len - 1]) << (8 * (len - 1));
        if (run->atoms->counts[len] > 0) {
            probe(run, key, len, at);
        }
    }
}

static void search_stride(struct vtr_scan_run *run, struct hunt *hunt, size_t first)
{
    size_t (*find)(const struct hunt *hunt, size_t at) =
        run->tables->has_pairs ? find_pairs : find_full;

    for (size_t at = find(hunt, first); at < hunt->end; at = find(hunt, at + 1)) {
        probe_all(run, at);
    }
}

void vtr_atom_search(struct vtr_scan_run *run)
{
    const size_t len = run->data.len;
    const size_t windows = len < VTR_ATOM_LEN_MAX ? 0 : len - (VTR_ATOM_LEN_MAX - 1);
    struct hunt hunt = {
        .data = run->data.ptr,
        .fold = run->tables->fold,
        .filter = run->atoms->filter,
        .pairs = run->tables->pairs,
        .filter_bits = run->atoms->filter_bits,
    };

    if (run->atoms->entry_count == 0) {
        return;
    }
    for (size_t first = 0; first < windows; first = hunt.end) {
        if (vtr_run_must_stop(run)) {
            return;
        }
        hunt.end = windows - first > STRIDE ? first + STRIDE : windows;
        search_stride(run, &hunt, first);
    }
    for (size_t at = windows; at < len; at++) {
        probe_all(run, at);
    }
}
