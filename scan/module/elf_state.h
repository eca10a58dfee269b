/* SPDX-License-Identifier: Apache-2.0 */

/* What the elf module remembers of a file between its loaders and calls. */
#ifndef VTR_SCAN_MODULE_ELF_STATE_H
#define VTR_SCAN_MODULE_ELF_STATE_H

#include "scan/module/elf_image.h"
#include "scan/module/module.h"

enum vtr_elf_digest {
    VTR_ELF_DIGEST_TELFHASH = 0,
    VTR_ELF_DIGEST_IMPORT_MD5,
    VTR_ELF_DIGEST_COUNT
};

struct vtr_elf_state {
    struct vtr_elf_image image;
    struct vtr_module_value digests[VTR_ELF_DIGEST_COUNT];
    bool has_digest[VTR_ELF_DIGEST_COUNT];
    bool is_elf;
};

/* The state of this file; NULL when it is no ELF file, or memory is out. */
struct vtr_elf_state *vtr_elf_get_state(struct vtr_module_run *run);

#endif
