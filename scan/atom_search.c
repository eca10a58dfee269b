/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/atom_search.h"

#include "scan/verify_pattern.h"

/* Bytes searched between two looks at the clock. */
#define STRIDE (256u * 1024u)

/* Verifies the entries of a key that passed the filter. */
static void visit(struct vtr_scan_run *run, uint32_t key, unsigned len, uint32_t hash,
                  size_t at)
{
    uint32_t i;
    uint32_t end;

    vtr_atom_index_range(run->atoms, hash, &i, &end);
    for (; i < end; i++) {
        const uint8_t *row = run->atoms->entries + (size_t)i * VTR_ATOM_ROW_LEN;
        if (vtr_load_u32(row + VTR_ATOM_AT_KEY) == key && row[VTR_ATOM_AT_LEN] == len) {
            const struct vtr_atom_entry entry = vtr_atom_index_entry(run->atoms, i);
            vtr_verify_atom(run, &entry, at);
        }
    }
}

static void probe(struct vtr_scan_run *run, uint32_t key, unsigned len, size_t at)
{
    const uint32_t hash = vtr_atom_hash(key, len);

    if (VTR_UNLIKELY(vtr_atom_index_may_hit(run->atoms, hash))) {
        visit(run, key, len, hash, at);
    }
}

/* The loop for an index whose atoms are all of the full length; `window` holds the
 * folded bytes before `at`, the last one highest. */
static void search_full(struct vtr_scan_run *run, uint32_t window, size_t first,
                        size_t end)
{
    const uint8_t *p = run->data.ptr;

    for (size_t at = first; at < end; at++) {
        window = window >> 8 | (uint32_t)vtr_fold(p[at + VTR_ATOM_LEN_MAX - 1]) << 24;
        probe(run, window, VTR_ATOM_LEN_MAX, at);
    }
}

/* The loop for an index that has shorter atoms too, or little data left. */
static void search_any(struct vtr_scan_run *run, size_t first, size_t end)
{
    const struct vtr_bytes data = run->data;

    for (size_t at = first; at < end; at++) {
        const size_t left = data.len - at;
        uint32_t key = 0;
        for (unsigned len = 1; len <= VTR_ATOM_LEN_MAX && len <= left; len++) {
            key |= (uint32_t)vtr_fold(data.ptr[at + len - 1]) << (8 * (len - 1));
            if (run->atoms->counts[len] > 0) {
                probe(run, key, len, at);
            }
        }
    }
}

static bool has_short_atoms(const struct vtr_atom_index *index)
{
    for (unsigned len = 1; len < VTR_ATOM_LEN_MAX; len++) {
        if (index->counts[len] > 0) {
            return true;
        }
    }
    return false;
}

/* The window before offset `at`: its three bytes that come next, folded. */
static uint32_t window_before(struct vtr_bytes data, size_t at)
{
    uint32_t window = 0;

    for (unsigned i = 0; i < VTR_ATOM_LEN_MAX - 1; i++) {
        window |= (uint32_t)vtr_fold(data.ptr[at + i]) << (8 * (i + 1));
    }
    return window;
}

void vtr_atom_search(struct vtr_scan_run *run)
{
    const size_t len = run->data.len;
    const bool is_mixed = has_short_atoms(run->atoms);

    if (run->atoms->entry_count == 0) {
        return;
    }
    for (size_t first = 0; first < len; first += STRIDE) {
        const size_t end = len - first > STRIDE ? first + STRIDE : len;
        if (vtr_run_must_stop(run)) {
            return;
        }
        if (is_mixed) {
            search_any(run, first, end);
        } else if (len - first >= VTR_ATOM_LEN_MAX) {
            const size_t last = len - (VTR_ATOM_LEN_MAX - 1);
            search_full(run, window_before(run->data, first), first,
                        end < last ? end : last);
        }
    }
}
