/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Survives a mapped file that shrinks: the pages that are gone read as zeros instead of
 * ending the process with SIGBUS.
 *
 * A signal handler belongs to the program, not to a library, so nothing happens until
 * the program asks for it (include/vitrine/scan.h, vtr_scan_guard_files).  The state is
 * global because a signal handler has no other way to reach it.
 */
#ifndef VTR_BASE_OS_FAULT_H
#define VTR_BASE_OS_FAULT_H

#include <stdbool.h>

#include "base/compiler.h"

/* Installs the handler; faults outside guarded ranges take their usual course. */
VTR_MUST_CHECK enum vtr_status vtr_fault_guard_install(struct vtr_error *err);

bool vtr_fault_guard_is_installed(void);

/* Adds and removes a mapping.  False when all places are taken: it is not guarded. */
bool vtr_fault_guard_add(void *address, size_t len);
void vtr_fault_guard_remove(void *address);

/* Whether bytes of a guarded mapping were asked for that its file has no more. */
bool vtr_fault_guard_has_faulted(const void *address);

#endif
