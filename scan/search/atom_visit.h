/* SPDX-License-Identifier: Apache-2.0 */

/* What looking at the index costs a scan. */
#ifndef VTR_SCAN_SEARCH_ATOM_VISIT_H
#define VTR_SCAN_SEARCH_ATOM_VISIT_H

#include <stdbool.h>

#include "scan/run/scan_run.h"

/* Counts entries of the atom index that are looked at, as vtr_run_spend does: thousands
 * of patterns may begin with one atom, and a file may consist of it. */
bool vtr_atom_visit(struct vtr_scan_run *run, uint64_t count);

#endif
