/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/atom_search.h"

#include "format/bytecode/condition_magic.h"
#include "scan/kernel/fold_tile.h"
#include "scan/run/scan_run.h"

void vtr_atom_searcher_init(struct vtr_atom_searcher *searcher,
                            const struct vtr_atom_index *index,
                            enum vtr_vectors vectors)
{
    searcher->functions = vtr_probe_get_functions(vectors);
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        struct vtr_tier_search *tier = &searcher->tiers[i];

        tier->table = &index->tiers[i];
        tier->find_windows = searcher->functions.find_windows;
        vtr_atom_probe_init(&tier->probe, tier->table);
        if (tier->table->line_count > 0) {
            vtr_line_matcher_init(&tier->matcher, tier->table,
                                  searcher->functions.match_lines);
        }
    }
}

/* The bytes of the next tile, where all of them are there; else those at hand. */
static const uint8_t *bytes_ahead(const struct vtr_scan_run *run,
                                  const struct vtr_tile *tile)
{
    const size_t folded = tile->first + VTR_TILE_LEN + VTR_TILE_TAIL;

    return folded <= run->data.len && run->data.len - folded >= VTR_TILE_LEN
               ? run->data.ptr + folded
               : tile->bytes;
}

/* How many of the first tiers, so many, have atoms. */
static unsigned count_used(const struct vtr_atom_searcher *searcher, size_t tier_count)
{
    unsigned used = 0;

    for (size_t i = 0; i < tier_count; i++) {
        used += searcher->tiers[i].probe.filter != NULL;
    }
    return used;
}

/* The first tiers, so many, are searched: those of rules for other files are left out.
 */
static size_t count_tiers(const struct vtr_scan_run *run)
{
    return !run->is_lean || vtr_bytes_are_mz(run->data) ? VTR_ATOM_TIERS
                                                        : VTR_ATOM_TIER_MZ;
}

void vtr_atom_search_tile(struct vtr_scan_run *run, size_t first)
{
    struct vtr_atom_searcher *searcher = run->searcher;
    const size_t left = run->data.len - first;
    const size_t count = left < VTR_TILE_LEN ? left : VTR_TILE_LEN;
    const struct vtr_tile tile = {searcher->tile + VTR_TILE_LEAD, first};
    const size_t tier_count = count_tiers(run);
    /* Half of them are fetched for the first tier, and half for the second. */
    const unsigned shift = count_used(searcher, tier_count) > 1 ? 1 : 0;
    const uint8_t *ahead = bytes_ahead(run, &tile);
    unsigned fetched = 0; /* parts */

    vtr_fold_tile(searcher->tile, searcher->functions.fold_bytes, run->data, first);
    for (size_t i = 0; i < tier_count; i++) {
        struct vtr_atom_probe *probe = &searcher->tiers[i].probe;

        if (probe->filter != NULL) {
            const vtr_probe_fn find = probe->group_count > 0
                                          ? searcher->functions.probe_buckets
                                          : searcher->functions.probe;

            probe->ahead =
                fetched <= shift ? ahead + fetched * VTR_TILE_LEN / 2 : tile.bytes;
            probe->ahead_shift = shift;
            fetched++;
            const size_t found = find(probe, tile.bytes, count, searcher->positions);

            vtr_atom_lookup(run, &searcher->tiers[i], &tile, searcher->positions,
                            found);
        }
    }
}

void vtr_atom_search(struct vtr_scan_run *run)
{
    const size_t len = run->data.len;
    size_t tiles = 0;

    if (run->atoms->unit_count == 0) {
        return;
    }
    for (size_t first = 0; first < len; first += VTR_TILE_LEN) {
        if (tiles++ % VTR_ATOM_CLOCK_TILES == 0 && vtr_run_must_stop(run)) {
            return;
        }
        vtr_atom_search_tile(run, first);
    }
}
