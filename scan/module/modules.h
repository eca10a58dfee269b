/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All modules of a scanner: finds what a path of a condition names, and has the module
 * work it out when it is first asked for.
 *
 * For one thread at a time.  Nothing is done for a module that no condition asks for.
 */
#ifndef VTR_SCAN_MODULE_MODULES_H
#define VTR_SCAN_MODULE_MODULES_H

#include "scan/module/module.h"
#include "vitrine/scan.h"

struct vtr_modules {
    const struct vtr_module_services *services;
    const struct vtr_module_data *extras; /* borrowed */
    size_t extra_count;
    struct vtr_bytes data;
    struct vtr_module_run runs[VTR_MODULE_COUNT];
    struct vtr_module_kept kept[VTR_MODULE_COUNT];
    bool is_begun[VTR_MODULE_COUNT];      /* for this file */
    uint16_t containers[VTR_FIELD_COUNT]; /* row of the array around, + 1; 0: unknown */
    bool is_memory_out;
};

/* {0} is a valid empty one.  `services` is borrowed. */
void vtr_modules_init(struct vtr_modules *modules,
                      const struct vtr_module_services *services);
void vtr_modules_deinit(struct vtr_modules *modules);

/* Another file: forgets the one before. */
void vtr_modules_begin(struct vtr_modules *modules, struct vtr_bytes data);

/* Whether a module stopped at a limit of its own while this file was scanned. */
bool vtr_modules_is_limited(const struct vtr_modules *modules);

/* The name of the first that did; NULL: none. */
const char *vtr_modules_get_limited(const struct vtr_modules *modules);

/* The value of a row; `indices`: one for each "[]" of its path. */
struct vtr_module_value vtr_modules_get(struct vtr_modules *modules, uint32_t row,
                                        const int64_t *indices, unsigned index_count);

/* Items of the array or dictionary `row`; -1 when it is not there. */
int64_t vtr_modules_count(struct vtr_modules *modules, uint32_t row,
                          const int64_t *indices, unsigned index_count);

/* The index of a key, or -1. */
int64_t vtr_modules_find(struct vtr_modules *modules, uint32_t row,
                         const int64_t *indices, unsigned index_count,
                         struct vtr_bytes key);

/* The key at the last index. */
struct vtr_module_value vtr_modules_key(struct vtr_modules *modules, uint32_t row,
                                        const int64_t *indices, unsigned index_count);

/* Calls the function `row`.  No argument is undefined. */
struct vtr_module_value vtr_modules_call(struct vtr_modules *modules, uint32_t row,
                                         const int64_t *indices, unsigned index_count,
                                         const struct vtr_module_value *args,
                                         unsigned arg_count);

#endif
