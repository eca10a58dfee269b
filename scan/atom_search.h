/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One pass over the data: every place where an atom of the index stands is handed to
 * vtr_verify_atom, in ascending order.
 */
#ifndef VTR_SCAN_ATOM_SEARCH_H
#define VTR_SCAN_ATOM_SEARCH_H

#include "scan/scan_run.h"

void vtr_atom_search(struct vtr_scan_run *run);

#endif
