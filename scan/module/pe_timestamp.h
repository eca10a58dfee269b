/* SPDX-License-Identifier: Apache-2.0 */

/* Time stamp tokens of RFC 3161, as PKCS #7 or, where they are newer than that, as CMS
 * (RFC 5652). */
#ifndef VTR_SCAN_MODULE_PE_TIMESTAMP_H
#define VTR_SCAN_MODULE_PE_TIMESTAMP_H

#include "scan/module/module.h"

/* Sets what the token says for item `item` of signatures[].countersignatures, up to the
 * first thing that is missing, and appends its certificates to those of `signature`. */
void vtr_pe_timestamp_store(struct vtr_module_run *run, uint32_t item,
                            uint32_t signature, struct vtr_bytes der);

/* Whether the token stamps `stamped`, and its signer signed it. */
bool vtr_pe_timestamp_holds(struct vtr_module_run *run, struct vtr_bytes der,
                            struct vtr_bytes stamped);

#endif
