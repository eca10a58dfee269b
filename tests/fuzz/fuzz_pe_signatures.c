/* SPDX-License-Identifier: Apache-2.0 */

/* Signatures from hostile bytes: a whole PE file, or a security directory. */
#include "scan/module/pe_signatures.h"

#include <assert.h>
#include <stdlib.h>

#include <openssl/err.h>

#include "tests/support/dump_module.h"
#include "tests/support/signed_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtr_writer file = {0};
    struct vtr_modules modules;

    if (size >= 2 && data[0] == 'M' && data[1] == 'Z') {
        vtr_writer_raw(&file, (struct vtr_bytes){data, size});
    } else {
        vtr_test_signed_file(&file, (struct vtr_bytes){data, size});
    }
    vtr_modules_init(&modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(&modules, vtr_writer_bytes(&file));
    const struct vtr_module_value count =
        vtr_modules_get(&modules, VTR_PE_NUMBER_OF_SIGNATURES, NULL, 0);
    const struct vtr_module_value is_signed =
        vtr_modules_get(&modules, VTR_PE_IS_SIGNED, NULL, 0);
    const int64_t first = 0;
    (void)vtr_modules_get(&modules, VTR_PE_SIGNATURE_NUMBER_OF_CERTIFICATES, &first, 1);
    if (count.kind != is_signed.kind ||
        (count.kind == VTR_MODULE_INT &&
         (count.is.number > VTR_PE_SIGNATURE_LIMIT ||
          count.is.number != vtr_modules_count(&modules, VTR_PE_SIGNATURES, NULL, 0) +
                                 (count.is.number == 0))) ||
        ERR_peek_error() != 0) {
        abort();
    }
    vtr_modules_deinit(&modules);
    vtr_writer_deinit(&file);
    return 0;
}
