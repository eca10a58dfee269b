/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/search/atom_visit.h"

#include "base/compiler.h"
#include "scan/search/atom_ahead.h"

/* Entries of the atom index that are counted at once, and what each is worth. */
#define VISIT_BATCH 65536u
#define VISIT_UNITS UINT64_C(4)

bool vtr_atom_visit(struct vtr_scan_run *run, uint64_t count)
{
    run->visits += count;
    if (VTR_LIKELY(run->visits < VISIT_BATCH)) {
        return true;
    }
    if (run->block != NULL) {
        const uint64_t visits = run->visits;
        run->visits = 0;
        return vtr_atom_ahead_visit(run->block, visits);
    }
    for (; run->visits >= VISIT_BATCH; run->visits -= VISIT_BATCH) {
        if (!vtr_run_spend(run, NULL, VISIT_BATCH * VISIT_UNITS) ||
            vtr_run_must_stop(run)) {
            run->visits = VISIT_BATCH; /* so that the next one is refused too */
            run->is_search_over = true;
            return false;
        }
    }
    return true;
}
