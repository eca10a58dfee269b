/* SPDX-License-Identifier: Apache-2.0 */

/* Every field and function of the dex module, on hostile files. */
#include <stdlib.h>

#include "base/bytes.h"
#include "tests/support/dump_module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_module_value args[2] = {
        vtr_module_text(vtr_bytes_from_text("Lorg/example/Main;")),
        vtr_module_text(vtr_bytes_from_text("main"))};
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    struct vtr_writer out = {0};

    if (modules == NULL) {
        return 0;
    }
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(modules, (struct vtr_bytes){data, size});
    vtr_dump_module(modules, VTR_MODULE_DEX, &out);
    (void)vtr_modules_call(modules, VTR_DEX_HAS_CLASS_S, NULL, 0, args, 1);
    (void)vtr_modules_call(modules, VTR_DEX_HAS_METHOD_SS, NULL, 0, args, 2);
    (void)vtr_modules_call(modules, VTR_DEX_CHECKSUM, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_DEX_SIGNATURE, NULL, 0, NULL, 0);
    (void)vtr_modules_call(modules, VTR_DEX_CONTAINS_STRING, NULL, 0, args, 1);
    (void)vtr_modules_call(modules, VTR_DEX_CONTAINS_METHOD, NULL, 0, args + 1, 1);
    (void)vtr_modules_call(modules, VTR_DEX_CONTAINS_CLASS, NULL, 0, args, 1);
    vtr_writer_deinit(&out);
    vtr_modules_deinit(modules);
    free(modules);
    return 0;
}
