/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The functions of the macho module that look into what its files are linked with,
 * their symbols and their signatures, as YARA-X has them.
 */
#include "base/bytes.h"
#include "scan/module/macho.h"
#include "scan/module/macho_names.h"

/* What a name counts for, vtr_module_spend. */
#define RECORD_UNITS 4u

/* Texts of a file by itself and of those in a fat one: arrays, their items, and what
 * loads them. */
struct name_rows {
    uint32_t thin_array, thin_row, part_array, part_row;
    vtr_module_load_fn load_thin, load_parts;
};

static const struct name_rows DYLIBS = {
    VTR_MACHO_DYLIBS,           VTR_MACHO_DYLIBS_NAME, VTR_MACHO_FILE_DYLIBS,
    VTR_MACHO_FILE_DYLIBS_NAME, vtr_macho_linkage,     vtr_macho_files_linkage};
static const struct name_rows RPATHS = {
    VTR_MACHO_RPATHS,           VTR_MACHO_RPATHS_ITEM, VTR_MACHO_FILE_RPATHS,
    VTR_MACHO_FILE_RPATHS_ITEM, vtr_macho_linkage,     vtr_macho_files_linkage};
static const struct name_rows IMPORTS = {
    VTR_MACHO_IMPORTS,           VTR_MACHO_IMPORTS_ITEM, VTR_MACHO_FILE_IMPORTS,
    VTR_MACHO_FILE_IMPORTS_ITEM, vtr_macho_symbols,      vtr_macho_files_symbols};
static const struct name_rows EXPORTS = {
    VTR_MACHO_EXPORTS,           VTR_MACHO_EXPORTS_ITEM, VTR_MACHO_FILE_EXPORTS,
    VTR_MACHO_FILE_EXPORTS_ITEM, vtr_macho_symbols,      vtr_macho_files_symbols};
static const struct name_rows ENTITLEMENTS = {VTR_MACHO_ENTITLEMENTS,
                                              VTR_MACHO_ENTITLEMENTS_ITEM,
                                              VTR_MACHO_FILE_ENTITLEMENTS,
                                              VTR_MACHO_FILE_ENTITLEMENTS_ITEM,
                                              vtr_macho_signature,
                                              vtr_macho_files_signature};

/* Whether a text of the arrays of `parent_count` files is `wanted`. */
static bool has_text(struct vtr_module_run *run, uint32_t array, uint32_t row,
                     uint32_t parent_count, struct vtr_bytes wanted)
{
    for (uint32_t parent = 0; parent < parent_count; parent++) {
        const uint32_t count = vtr_store_count(&run->store, array, parent);
        for (uint32_t i = 0; i < count && vtr_module_spend(run, RECORD_UNITS); i++) {
            const struct vtr_module_value value =
                vtr_store_get(&run->store, row,
                              vtr_store_item(&run->store, array, parent, i));
            if (value.kind == VTR_MODULE_TEXT &&
                vtr_macho_name_is_same(value.is.text, wanted)) {
                return true;
            }
        }
    }
    return false;
}

/* Has all names loaded; the number of files in a fat one. */
static uint32_t load_all(struct vtr_module_run *run, const struct name_rows *rows)
{
    vtr_module_ensure(run, rows->load_thin);
    vtr_module_ensure(run, rows->load_parts);
    return vtr_store_count(&run->store, VTR_MACHO_FILE, 0);
}

static struct vtr_module_value has(struct vtr_module_run *run,
                                   const struct vtr_module_call *call,
                                   const struct name_rows *rows)
{
    const struct vtr_bytes wanted = call->args[0].is.text;
    const uint32_t files = load_all(run, rows);

    return vtr_module_int(
        has_text(run, rows->thin_array, rows->thin_row, 1, wanted) ||
        has_text(run, rows->part_array, rows->part_row, files, wanted));
}

/* The digest of the first file's names; undefined when it has none. */
static struct vtr_module_value digest(struct vtr_module_run *run,
                                      const struct name_rows *rows)
{
    struct vtr_macho_names names = {.run = run};

    (void)load_all(run, rows);
    const bool is_thin = vtr_store_count(&run->store, rows->thin_array, 0) > 0;
    const uint32_t array = is_thin ? rows->thin_array : rows->part_array;
    const uint32_t row = is_thin ? rows->thin_row : rows->part_row;
    const uint32_t count = vtr_store_count(&run->store, array, 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct vtr_module_value value =
            vtr_store_get(&run->store, row, vtr_store_item(&run->store, array, 0, i));
        if (!vtr_macho_names_add(&names, value.kind == VTR_MODULE_TEXT
                                             ? value.is.text
                                             : vtr_bytes_from_text(""))) {
            return vtr_module_undefined();
        }
    }
    return count == 0 ? vtr_module_undefined() : vtr_macho_names_md5(&names);
}

struct vtr_module_value vtr_macho_has_dylib(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    return has(run, call, &DYLIBS);
}

struct vtr_module_value vtr_macho_has_rpath(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    return has(run, call, &RPATHS);
}

struct vtr_module_value vtr_macho_has_import(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    return has(run, call, &IMPORTS);
}

struct vtr_module_value vtr_macho_has_export(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    return has(run, call, &EXPORTS);
}

struct vtr_module_value vtr_macho_has_entitlement(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call)
{
    return has(run, call, &ENTITLEMENTS);
}

struct vtr_module_value vtr_macho_dylib_hash(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    (void)call;
    return digest(run, &DYLIBS);
}

struct vtr_module_value vtr_macho_import_hash(struct vtr_module_run *run,
                                              const struct vtr_module_call *call)
{
    (void)call;
    return digest(run, &IMPORTS);
}

struct vtr_module_value vtr_macho_export_hash(struct vtr_module_run *run,
                                              const struct vtr_module_call *call)
{
    (void)call;
    return digest(run, &EXPORTS);
}

struct vtr_module_value vtr_macho_entitlement_hash(struct vtr_module_run *run,
                                                   const struct vtr_module_call *call)
{
    (void)call;
    return digest(run, &ENTITLEMENTS);
}
