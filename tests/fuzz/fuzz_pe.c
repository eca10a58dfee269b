/* SPDX-License-Identifier: Apache-2.0 */

/* Every field of the pe module, and functions that look through them, on hostile files.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "tests/support/dump_module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A few bytes can say of millions of resources: work ends, as in a scan. */
static bool spend(void *context, uint64_t units)
{
    uint64_t *left = context;
    const bool is_enough = units <= *left;

    *left -= is_enough ? units : *left;
    return is_enough;
}

static void call(struct vtr_modules *modules, uint32_t row,
                 const struct vtr_module_value *args, unsigned count)
{
    (void)vtr_modules_call(modules, row, NULL, 0, args, count);
}

static void call_functions(struct vtr_modules *modules)
{
    const struct vtr_module_value texts[] = {
        vtr_module_text(vtr_bytes_from_text("kernel32.dll")),
        vtr_module_text(vtr_bytes_from_text("sleep")),
    };
    const struct vtr_module_value number = vtr_module_int(0x409);

    call(modules, VTR_PE_IMPHASH, NULL, 0);
    call(modules, VTR_PE_CALCULATE_CHECKSUM, NULL, 0);
    call(modules, VTR_PE_IMPORTS_SS, texts, 2);
    call(modules, VTR_PE_DELAYED_IMPORT_RVA_SS, texts, 2);
    call(modules, VTR_PE_EXPORTS_S, texts, 1);
    call(modules, VTR_PE_SECTION_INDEX_S, texts, 1);
    call(modules, VTR_PE_SECTION_INDEX_I, &number, 1);
    call(modules, VTR_PE_RVA_TO_OFFSET_I, &number, 1);
    call(modules, VTR_PE_LOCALE_I, &number, 1);
    call(modules, VTR_PE_RICH_SIGNATURE_TOOLID_I, &number, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    uint64_t left = 1u << 20;
    struct vtr_module_services services = VTR_DUMP_SERVICES;
    struct vtr_writer out = {0};

    if (modules == NULL) {
        return 0;
    }
    services.spend = spend;
    services.context = &left;
    vtr_modules_init(modules, &services);
    vtr_modules_begin(modules, (struct vtr_bytes){data, size});
    call_functions(modules);
    vtr_dump_module(modules, VTR_MODULE_PE, &out);
    vtr_writer_deinit(&out);
    vtr_modules_deinit(modules);
    free(modules);
    return 0;
}
