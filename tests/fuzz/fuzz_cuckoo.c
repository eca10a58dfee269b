/* SPDX-License-Identifier: Apache-2.0 */

/* Every function of the cuckoo module, on hostile reports. */
#include "scan/module/cuckoo.h"

#include <stdlib.h>

#include "base/bytes.h"
#include "scan/module/modules.h"
#include "tests/support/dump_module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_module_info *info = vtr_module_get(VTR_MODULE_CUCKOO);
    const struct vtr_module_data extra = {"cuckoo", {data, size}};
    const struct vtr_module_value args[2] = {{VTR_MODULE_REGEX, {.regex = ""}},
                                             {VTR_MODULE_INT, {.number = 80}}};
    struct vtr_modules *modules = calloc(1, sizeof(*modules));

    if (modules == NULL) {
        return 0;
    }
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    modules->extras = &extra;
    modules->extra_count = 1;
    vtr_modules_begin(modules, (struct vtr_bytes){data, size});
    for (uint32_t row = info->first; row < info->end; row++) {
        (void)vtr_modules_call(modules, row, NULL, 0, args, 2);
    }
    vtr_modules_deinit(modules);
    free(modules);
    return 0;
}
