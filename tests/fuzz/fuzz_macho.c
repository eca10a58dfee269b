/* SPDX-License-Identifier: Apache-2.0 */

/* Every field and function of the macho module, on hostile files. */
#include <stdlib.h>

#include "base/bytes.h"
#include "tests/support/dump_module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_module_value args[2] = {vtr_module_int(7), vtr_module_int(3)};
    const struct vtr_module_value name =
        vtr_module_text(vtr_bytes_from_text("libmine"));
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    struct vtr_writer out = {0};

    if (modules == NULL) {
        return 0;
    }
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(modules, (struct vtr_bytes){data, size});
    vtr_dump_module(modules, VTR_MODULE_MACHO, &out);
    (void)vtr_modules_call(modules, VTR_MACHO_FILE_INDEX_FOR_ARCH_I, NULL, 0, args, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_ENTRY_POINT_FOR_ARCH_II, NULL, 0, args,
                           2);
    (void)vtr_modules_call(modules, VTR_MACHO_HAS_DYLIB, NULL, 0, &name, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_HAS_RPATH, NULL, 0, &name, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_HAS_IMPORT, NULL, 0, &name, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_HAS_EXPORT, NULL, 0, &name, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_HAS_ENTITLEMENT, NULL, 0, &name, 1);
    (void)vtr_modules_call(modules, VTR_MACHO_DYLIB_HASH, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_MACHO_IMPORT_HASH, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_MACHO_EXPORT_HASH, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_MACHO_ENTITLEMENT_HASH, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_MACHO_SYMHASH, NULL, 0, NULL, 0);
    vtr_writer_deinit(&out);
    vtr_modules_deinit(modules);
    free(modules);
    return 0;
}
