/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the modules of YARA rules are made of: one table for the type check of the
 * compiler, the evaluation of the scanner, and docs/modules.md.
 *
 * Each module has a file of rows, format/modules/NAME.def, sorted by path in the order
 * of bytes (a test holds it):
 *
 *   VTR_FIELD(id, path, type, loader, doc)      a value: INT, FLOAT, TEXT
 *   VTR_ARRAY(id, path, loader, doc)            numbered items
 *   VTR_DICT(id, path, loader, doc)             items with a text for a key
 *   VTR_FUNCTION(id, path, type, call, doc)     a function and its result
 *   VTR_CONSTANT(id, path, value, doc)          an integer that is always defined
 *   VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc)   digits * 10^exponent
 *
 * A path is what a rule writes after "module.", with "[]" for each index, and with the
 * types of the arguments in parentheses after a function's name: i an integer, f a
 * float, s a text, r a regular expression.  A structure is not a row: it is there when
 * a path goes on with "." behind it.  "sections" is an array, "sections[].name" a value
 * of its items; "guids[]" are items that are values themselves.
 *
 * `loader` and `call` name the functions vtr_<loader> and vtr_<call> of scan/module/,
 * which fill in the values or compute them; the compiler knows nothing of them.
 * `id` gives the constant VTR_<id>, the row's number: it is in no file, paths are.
 */
#ifndef VTR_FORMAT_MODULES_MODULE_TABLE_H
#define VTR_FORMAT_MODULES_MODULE_TABLE_H

#include <stdbool.h>

#include "base/compiler.h"

enum vtr_field {
#define VTR_MODULE_BEGIN(id, name, doc) \
 VTR_##id##_FIRST, VTR_##id##_BEFORE = VTR_##id##_FIRST - 1,
#define VTR_MODULE_END(id)                                  VTR_##id##_END, VTR_##id##_LAST = VTR_##id##_END - 1,
#define VTR_FIELD(id, path, type, loader, doc)              VTR_##id,
#define VTR_ARRAY(id, path, loader, doc)                    VTR_##id,
#define VTR_DICT(id, path, loader, doc)                     VTR_##id,
#define VTR_FUNCTION(id, path, type, call, doc)             VTR_##id,
#define VTR_CONSTANT(id, path, value, doc)                  VTR_##id,
#define VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc) VTR_##id,
#include "format/modules/all.def"
    VTR_FIELD_COUNT
};

enum vtr_field_kind {
    VTR_FIELD_INT = 1,
    VTR_FIELD_FLOAT,
    VTR_FIELD_TEXT,
    VTR_FIELD_ARRAY,
    VTR_FIELD_DICT
};

struct vtr_field_info {
    const char *path;
    enum vtr_field_kind kind; /* of a function: of its result */
    bool is_function;
    bool is_constant;
    int64_t value;    /* of a constant; of a float its digits */
    int64_t exponent; /* of a float constant */
    const char *doc;  /* one sentence, "" where the path says it all */
    size_t path_len;
};

struct vtr_module_info {
    const char *name;
    const char *doc;
    uint32_t first; /* rows [first, end) */
    uint32_t end;
};

enum vtr_module_id {
#define VTR_MODULE_BEGIN(id, name, doc) VTR_MODULE_##id,
#define VTR_MODULE_END(id)
#define VTR_FIELD(id, path, type, loader, doc)
#define VTR_ARRAY(id, path, loader, doc)
#define VTR_DICT(id, path, loader, doc)
#define VTR_FUNCTION(id, path, type, call, doc)
#define VTR_CONSTANT(id, path, value, doc)
#define VTR_CONSTANT_FLOAT(id, path, digits, exponent, doc)
#include "format/modules/all.def"
    VTR_MODULE_COUNT
};

/* `row` < VTR_FIELD_COUNT; `module` < VTR_MODULE_COUNT. */
const struct vtr_field_info *vtr_field_get(uint32_t row);
const struct vtr_module_info *vtr_module_get(uint32_t module);

/* The module of that name, or VTR_MODULE_COUNT. */
uint32_t vtr_module_find(struct vtr_bytes name);

/* The bit of that module in a set of modules; 0 when there is none of that name. */
uint32_t vtr_module_bit(struct vtr_bytes name);

/* The row of a module with exactly this path, or VTR_FIELD_COUNT. */
uint32_t vtr_field_find(const struct vtr_module_info *module, struct vtr_bytes path);

/* The first row of the module whose path is not before `path`; module->end: none.  Rows
 * that begin with a prefix are consecutive from here. */
uint32_t vtr_field_lower_bound(const struct vtr_module_info *module,
                               struct vtr_bytes path);

/* Whether the row's path begins with `prefix`. */
bool vtr_field_has_prefix(uint32_t row, struct vtr_bytes prefix);

/* What a path as it stands in a database, "module.path", pops: one value for each "[]",
 * and one for each argument.  False when it is no path. */
VTR_MUST_CHECK bool vtr_field_path_counts(struct vtr_bytes path, unsigned *out_indices,
                                          unsigned *out_arguments);

/* The row that "module.path" names, its module in `out_module` (may be NULL); or
 * VTR_FIELD_COUNT. */
uint32_t vtr_field_resolve(struct vtr_bytes path, uint32_t *out_module);

#endif
