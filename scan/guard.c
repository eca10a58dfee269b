/* SPDX-License-Identifier: Apache-2.0 */

/* The program's consent to a signal handler: see base/os_fault.h. */
#include "vitrine/scan.h"

#include "base/os_fault.h"

enum vtr_status vtr_scan_guard_files(struct vtr_error *err)
{
    return vtr_fault_guard_install(err);
}
