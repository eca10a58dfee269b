/* SPDX-License-Identifier: Apache-2.0 */

/* Every field of the dotnet module, on hostile files. */
#include <stdlib.h>

#include "base/bytes.h"
#include "tests/support/dump_module.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    struct vtr_writer out = {0};

    if (modules == NULL) {
        return 0;
    }
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(modules, (struct vtr_bytes){data, size});
    vtr_dump_module(modules, VTR_MODULE_DOTNET, &out);
    vtr_writer_deinit(&out);
    vtr_modules_deinit(modules);
    free(modules);
    return 0;
}
