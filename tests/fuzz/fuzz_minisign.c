/* SPDX-License-Identifier: Apache-2.0 */

/* Signatures of files on hostile bytes.  The first byte is the length of the file,
 * which follows; the rest is the signature's text. */
#include "verify/key/minisign.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct vtr_public_key KEY = {
        {0}, {0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe,
              0xd3, 0xc9, 0x64, 0x07, 0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6,
              0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a}};

    if (size == 0 || size - 1 < data[0]) {
        return 0;
    }
    const struct vtr_bytes file = {data + 1, data[0]};
    const struct vtr_bytes text = {data + 1 + data[0], size - 1 - data[0]};
    if (vtr_minisign_check(text, &KEY, file, NULL) == VTR_OK) {
        abort(); /* nobody has the secret key: it is that of RFC 8032's first test, and
                    the corpus has no signature by it */
    }
    return 0;
}
