/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/modules.h"

#include <string.h>

#include "base/bytes.h"
#include "scan/module/module_actions.h"

/* Arrays inside arrays. */
#define DEPTH_LIMIT 8u

/* What all loaders of a module may cost for a file, in units of vtr_module_spend.  What
 * parts of a file count for is a few units a byte; many times that is asked for where
 * parts name the same bytes again and again. */
#define LOAD_WORK          50000000u
#define LOAD_WORK_PER_BYTE 4u

void vtr_module_ensure(struct vtr_module_run *run, vtr_module_load_fn load)
{
    for (unsigned i = 0; i < run->loaded_count; i++) {
        if (run->loaded[i] == load) {
            return;
        }
    }
    if (run->loaded_count < VTR_MODULE_LOADER_LIMIT) {
        run->loaded[run->loaded_count++] = load;
        run->loading++;
        load(run);
        run->loading--;
    }
}

bool vtr_module_spend(struct vtr_module_run *run, uint64_t units)
{
    if (run->loading > 0) {
        if (units > run->load_work) {
            run->load_work = 0;
            run->is_limited = true;
            return false;
        }
        run->load_work -= units;
    }
    return run->services->spend(run->services->context, units);
}

void *vtr_module_alloc(struct vtr_module_run *run, size_t len)
{
    void *memory = run->arena.used_bytes > VTR_STORE_BYTE_LIMIT
                       ? NULL
                       : vtr_arena_alloc(&run->arena, len);

    run->store.is_full = run->store.is_full || memory == NULL;
    return memory;
}

void vtr_modules_init(struct vtr_modules *modules,
                      const struct vtr_module_services *services)
{
    *modules = (struct vtr_modules){.services = services};
}

/* Forgets the file, not what modules keep. */
static void forget(struct vtr_modules *modules)
{
    for (unsigned i = 0; i < VTR_MODULE_COUNT; i++) {
        vtr_arena_deinit(&modules->runs[i].arena);
    }
    memset(modules->is_begun, 0, sizeof(modules->is_begun));
}

void vtr_modules_deinit(struct vtr_modules *modules)
{
    forget(modules);
    for (unsigned i = 0; i < VTR_MODULE_COUNT; i++) {
        struct vtr_module_kept *kept = &modules->kept[i];
        if (kept->state != NULL) {
            kept->release(kept->state);
        }
        *kept = (struct vtr_module_kept){0};
    }
}

void vtr_modules_begin(struct vtr_modules *modules, struct vtr_bytes data)
{
    forget(modules);
    modules->data = data;
    modules->is_memory_out = false;
}

const char *vtr_modules_get_limited(const struct vtr_modules *modules)
{
    for (unsigned i = 0; i < VTR_MODULE_COUNT; i++) {
        if (modules->is_begun[i] &&
            (modules->runs[i].is_limited || modules->runs[i].store.is_full)) {
            return vtr_module_get(i)->name;
        }
    }
    return NULL;
}

bool vtr_modules_is_limited(const struct vtr_modules *modules)
{
    return vtr_modules_get_limited(modules) != NULL;
}

static uint32_t module_of(uint32_t row)
{
    uint32_t module = 0;

    while (row >= vtr_module_get(module)->end) {
        module++;
    }
    return module;
}

static uint64_t load_work(size_t len)
{
    return LOAD_WORK + (uint64_t)len * LOAD_WORK_PER_BYTE;
}

/* The module's run for this file, or NULL when memory is out. */
static struct vtr_module_run *begin_run(struct vtr_modules *modules, uint32_t module)
{
    const struct vtr_module_info *info = vtr_module_get(module);
    struct vtr_module_run *run = &modules->runs[module];

    if (modules->is_begun[module]) {
        return run;
    }
    vtr_arena_deinit(&run->arena);
    *run = (struct vtr_module_run){.services = modules->services,
                                   .data = modules->data,
                                   .load_work = load_work(modules->data.len),
                                   .kept = &modules->kept[module]};
    for (size_t i = 0; i < modules->extra_count; i++) {
        if (strcmp(modules->extras[i].module, info->name) == 0) {
            run->extra = modules->extras[i].bytes;
        }
    }
    if (!vtr_store_init(&run->store, info, &run->arena)) {
        modules->is_memory_out = true;
        return NULL;
    }
    modules->is_begun[module] = true;
    return run;
}

/* The array or dictionary that a row stands in, or VTR_FIELD_COUNT. */
static uint32_t container_of_row(struct vtr_modules *modules, uint32_t module,
                                 uint32_t row)
{
    const char *path = vtr_field_get(row)->path;
    size_t len = strcspn(path, "(");

    if (modules->containers[row] != 0) {
        return modules->containers[row] - 1u;
    }
    while (len > 0 && path[len - 1] != ']') {
        len--;
    }
    const uint32_t found =
        len < 2 ? (uint32_t)VTR_FIELD_COUNT
                : vtr_field_find(vtr_module_get(module),
                                 (struct vtr_bytes){(const uint8_t *)path, len - 2});
    modules->containers[row] = (uint16_t)(found + 1);
    return found;
}

/* The module's run and the number of the item that the indices lead to: what `row` says
 * is set there.  False when there is none. */
static bool locate(struct vtr_modules *modules, uint32_t row, const int64_t *indices,
                   unsigned index_count, struct vtr_module_run **out_run,
                   uint32_t *out_item)
{
    const uint32_t module = module_of(row);
    uint32_t arrays[DEPTH_LIMIT];
    unsigned depth = 0;
    uint32_t item = 0;
    struct vtr_module_run *run = begin_run(modules, module);

    if (run == NULL) {
        return false;
    }
    for (uint32_t r = container_of_row(modules, module, row);
         r != VTR_FIELD_COUNT && depth < DEPTH_LIMIT;
         r = container_of_row(modules, module, r)) {
        arrays[depth++] = r;
    }
    if (depth != index_count) {
        return false;
    }
    for (unsigned i = 0; i < depth; i++) {
        const uint32_t array = arrays[depth - 1 - i];
        vtr_module_ensure(run, vtr_module_loader(array));
        item = vtr_store_item(&run->store, array, item, indices[i]);
        if (item == VTR_NO_ITEM) {
            return false;
        }
    }
    *out_run = run;
    *out_item = item;
    return true;
}

struct vtr_module_value vtr_modules_get(struct vtr_modules *modules, uint32_t row,
                                        const int64_t *indices, unsigned index_count)
{
    struct vtr_module_run *run;
    uint32_t item;

    if (vtr_module_loader(row) == NULL ||
        !locate(modules, row, indices, index_count, &run, &item)) {
        return vtr_module_undefined();
    }
    vtr_module_ensure(run, vtr_module_loader(row));
    return vtr_store_get(&run->store, row, item);
}

int64_t vtr_modules_count(struct vtr_modules *modules, uint32_t row,
                          const int64_t *indices, unsigned index_count)
{
    struct vtr_module_run *run;
    uint32_t item;

    if (vtr_module_loader(row) == NULL ||
        !locate(modules, row, indices, index_count, &run, &item)) {
        return -1;
    }
    vtr_module_ensure(run, vtr_module_loader(row));
    if (vtr_store_get(&run->store, row, item).kind != VTR_MODULE_ITEMS) {
        return -1;
    }
    return vtr_store_count(&run->store, row, item);
}

int64_t vtr_modules_find(struct vtr_modules *modules, uint32_t row,
                         const int64_t *indices, unsigned index_count,
                         struct vtr_bytes key)
{
    struct vtr_module_run *run;
    uint32_t item;

    if (vtr_modules_count(modules, row, indices, index_count) < 0 ||
        !locate(modules, row, indices, index_count, &run, &item)) {
        return -1;
    }
    return vtr_store_find_key(&run->store, row, item, key);
}

struct vtr_module_value vtr_modules_key(struct vtr_modules *modules, uint32_t row,
                                        const int64_t *indices, unsigned index_count)
{
    struct vtr_module_run *run;
    uint32_t item;

    if (index_count == 0 ||
        vtr_modules_count(modules, row, indices, index_count - 1) <=
            indices[index_count - 1] ||
        !locate(modules, row, indices, index_count - 1, &run, &item) ||
        indices[index_count - 1] < 0) {
        return vtr_module_undefined();
    }
    return vtr_module_text(
        vtr_store_key(&run->store, row, item, indices[index_count - 1]));
}

struct vtr_module_value vtr_modules_call(struct vtr_modules *modules, uint32_t row,
                                         const int64_t *indices, unsigned index_count,
                                         const struct vtr_module_value *args,
                                         unsigned arg_count)
{
    struct vtr_module_call call = {row, 0, args, arg_count};
    const vtr_module_call_fn function = vtr_module_function(row);
    struct vtr_module_run *run;

    if (function == NULL ||
        !locate(modules, row, indices, index_count, &run, &call.item)) {
        return vtr_module_undefined();
    }
    return function(run, &call);
}
