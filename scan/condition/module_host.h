/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Modules as conditions see them: values and texts of the machine on one side, those of
 * scan/module/ on the other; and what the scanner does for modules.
 */
#ifndef VTR_SCAN_CONDITION_MODULE_HOST_H
#define VTR_SCAN_CONDITION_MODULE_HOST_H

#include "base/number_map.h"
#include "scan/condition/condition_regex.h"
#include "scan/condition/value.h"
#include "scan/module/modules.h"

struct vtr_scan_run;

struct vtr_module_host {
    struct vtr_scan_run *run;              /* set for each file */
    struct vtr_condition_regexes *regexes; /* borrowed */
    uint64_t *budget;                      /* borrowed */
    struct vtr_module_services services;
    struct vtr_modules modules;
    struct vtr_number_map rows; /* place of a path in RULE_DATA -> row */
};

void vtr_module_host_init(struct vtr_module_host *host,
                          struct vtr_condition_regexes *regexes, uint64_t *budget);
void vtr_module_host_deinit(struct vtr_module_host *host);

/* Another file. */
void vtr_module_host_begin(struct vtr_module_host *host, struct vtr_scan_run *run);

/* The file is done: says in the run's limits what was not served. */
void vtr_module_host_finish(struct vtr_module_host *host);

/* Tells of all that modules find in the file: options.finding. */
void vtr_module_host_tell(struct vtr_module_host *host);

/* The row of a path, a part of the image; VTR_FIELD_COUNT when this version has none.
 */
uint32_t vtr_module_host_resolve(struct vtr_module_host *host, struct vtr_bytes path);

/* See scan/module/modules.h; what is not there is undefined. */
struct vtr_value vtr_module_host_get(struct vtr_module_host *host, uint32_t row,
                                     const int64_t *indices, unsigned index_count);
struct vtr_value vtr_module_host_count(struct vtr_module_host *host, uint32_t row,
                                       const int64_t *indices, unsigned index_count);
struct vtr_value vtr_module_host_find(struct vtr_module_host *host, uint32_t row,
                                      const int64_t *indices, unsigned index_count,
                                      const struct vtr_value *key);
struct vtr_value vtr_module_host_key(struct vtr_module_host *host, uint32_t row,
                                     const int64_t *indices, unsigned index_count);
struct vtr_value vtr_module_host_call(struct vtr_module_host *host, uint32_t row,
                                      const int64_t *indices, unsigned index_count,
                                      const struct vtr_value *args, unsigned arg_count);

#endif
