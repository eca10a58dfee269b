/* SPDX-License-Identifier: Apache-2.0 */

#include "format/modules/module_table.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

static const struct vtr_field_info FIELDS[VTR_FIELD_COUNT] = {
#define VTR_MODULE_BEGIN(id, name, doc)
#define VTR_MODULE_END(id)
#define VTR_FIELD(id, path, type, loader, doc) \
 [VTR_##id] = {path, VTR_FIELD_##type, false, false, 0, 0, doc, sizeof(path) - 1},
#define VTR_ARRAY(id, path, loader, doc) \
 [VTR_##id] = {path, VTR_FIELD_ARRAY, false, false, 0, 0, doc, sizeof(path) - 1},
#define VTR_DICT(id, path, loader, doc) \
 [VTR_##id] = {path, VTR_FIELD_DICT, false, false, 0, 0, doc, sizeof(path) - 1},
#define VTR_FUNCTION(id, path, type, call, doc) \
 [VTR_##id] = {path, VTR_FIELD_##type, true, false, 0, 0, doc, sizeof(path) - 1},
#define VTR_CONSTANT(id, path, value, doc) \
 [VTR_##id] = {path, VTR_FIELD_INT, false, true, value, 0, doc, sizeof(path) - 1},
#define VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc) \
 [VTR_##id] = {path,   VTR_FIELD_FLOAT, false, true,        \
               digits, exponent,        doc,   sizeof(path) - 1},
#include "format/modules/all.def"
};

static const struct vtr_module_info MODULES[VTR_MODULE_COUNT] = {
#define VTR_MODULE_BEGIN(id, name, doc) \
 [VTR_MODULE_##id] = {name, doc, VTR_##id##_FIRST, VTR_##id##_END},
#define VTR_MODULE_END(id)
#define VTR_FIELD(id, path, type, loader, doc)
#define VTR_ARRAY(id, path, loader, doc)
#define VTR_DICT(id, path, loader, doc)
#define VTR_FUNCTION(id, path, type, call, doc)
#define VTR_CONSTANT(id, path, value, doc)
#define VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc)
#include "format/modules/all.def"
};

static_assert(VTR_MODULE_COUNT <= 32, "vtr_module_bit has a bit for each module");

const struct vtr_field_info *vtr_field_get(uint32_t row)
{
    return &FIELDS[row];
}

const struct vtr_module_info *vtr_module_get(uint32_t module)
{
    return &MODULES[module];
}

uint32_t vtr_module_find(struct vtr_bytes name)
{
    for (uint32_t i = 0; i < VTR_MODULE_COUNT; i++) {
        if (name.len > 0 && name.ptr[0] == (uint8_t)MODULES[i].name[0] &&
            vtr_bytes_equal(name, vtr_bytes_from_text(MODULES[i].name))) {
            return i;
        }
    }
    return VTR_MODULE_COUNT;
}

uint32_t vtr_module_bit(struct vtr_bytes name)
{
    const uint32_t module = vtr_module_find(name);

    return module < VTR_MODULE_COUNT ? (uint32_t)1 << module : 0;
}

static struct vtr_bytes path_of(uint32_t row)
{
    return (struct vtr_bytes){(const uint8_t *)FIELDS[row].path, FIELDS[row].path_len};
}

uint32_t vtr_field_lower_bound(const struct vtr_module_info *module,
                               struct vtr_bytes path)
{
    uint32_t low = module->first;
    uint32_t high = module->end;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (vtr_bytes_compare(path_of(middle), path) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

uint32_t vtr_field_find(const struct vtr_module_info *module, struct vtr_bytes path)
{
    const uint32_t row = vtr_field_lower_bound(module, path);

    return row < module->end && vtr_bytes_equal(path_of(row), path)
               ? row
               : (uint32_t)VTR_FIELD_COUNT;
}

bool vtr_field_has_prefix(uint32_t row, struct vtr_bytes prefix)
{
    return FIELDS[row].path_len >= prefix.len &&
           (prefix.len == 0 || memcmp(FIELDS[row].path, prefix.ptr, prefix.len) == 0);
}

bool vtr_field_path_counts(struct vtr_bytes path, unsigned *out_indices,
                           unsigned *out_arguments)
{
    unsigned indices = 0;
    unsigned arguments = 0;
    size_t dot = 0;
    size_t i;

    while (dot < path.len && path.ptr[dot] != '.') {
        dot++;
    }
    if (dot == 0 || dot + 1 >= path.len) {
        return false;
    }
    for (i = dot; i < path.len && path.ptr[i] != '('; i++) {
        if (path.ptr[i] == '[') {
            if (i + 1 == path.len || path.ptr[i + 1] != ']') {
                return false;
            }
            indices++;
        }
    }
    if (i < path.len) {
        if (path.ptr[path.len - 1] != ')') {
            return false;
        }
        arguments = (unsigned)(path.len - i - 2);
    }
    *out_indices = indices;
    *out_arguments = arguments;
    return true;
}

uint32_t vtr_field_resolve(struct vtr_bytes path, uint32_t *out_module)
{
    const uint8_t *dot = path.len == 0 ? NULL : memchr(path.ptr, '.', path.len);

    if (dot == NULL) {
        return VTR_FIELD_COUNT;
    }
    const size_t name_len = (size_t)(dot - path.ptr);
    const uint32_t module = vtr_module_find((struct vtr_bytes){path.ptr, name_len});
    if (module == VTR_MODULE_COUNT) {
        return VTR_FIELD_COUNT;
    }
    if (out_module != NULL) {
        *out_module = module;
    }
    return vtr_field_find(&MODULES[module],
                          (struct vtr_bytes){dot + 1, path.len - name_len - 1});
}
