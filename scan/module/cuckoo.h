/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The cuckoo module: what a sandbox saw, a report in JSON that was given for the
 * module. It is parsed when it is first asked for, once for all files.
 *
 * Without a report nothing was seen.  What is not the report's format is passed over,
 * as YARA does; a report that is no JSON, or too long, sets `is_limited`.
 */
#ifndef VTR_SCAN_MODULE_CUCKOO_H
#define VTR_SCAN_MODULE_CUCKOO_H

#include "scan/module/module.h"

struct vtr_module_value vtr_cuckoo_dns_lookup(struct vtr_module_run *run,
                                              const struct vtr_module_call *call);
struct vtr_module_value vtr_cuckoo_http(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_cuckoo_http_user_agent(struct vtr_module_run *run,
                                                   const struct vtr_module_call *call);
struct vtr_module_value vtr_cuckoo_connection(struct vtr_module_run *run,
                                              const struct vtr_module_call *call);

/* Lists of texts: hosts, files, keys, mutexes. */
struct vtr_module_value vtr_cuckoo_summary(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);

#endif
