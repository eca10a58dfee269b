/* SPDX-License-Identifier: Apache-2.0 */

/* The hash module: digests in lower-case hexadecimal and checksums, of parts of the
 * file or of texts.  Digests of parts of the file are remembered until the next file.
 */
#ifndef VTR_SCAN_MODULE_HASH_H
#define VTR_SCAN_MODULE_HASH_H

#include "scan/module/module.h"

struct vtr_module_value vtr_hash_md5(struct vtr_module_run *run,
                                     const struct vtr_module_call *call);
struct vtr_module_value vtr_hash_sha1(struct vtr_module_run *run,
                                      const struct vtr_module_call *call);
struct vtr_module_value vtr_hash_sha256(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);
struct vtr_module_value vtr_hash_checksum32(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);
struct vtr_module_value vtr_hash_crc32(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);

#endif
