/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Signatures of PE files, for the pe module: what they say, and whether it holds.
 *
 * The signatures are those that YARA 4.2 finds: all entries of the security directory,
 * all PKCS #7 structures in an entry, all signers of a structure, and what is nested in
 * the first of them.  (YARA 4.5 looks at the first structure of the first entry alone.)
 * Their values are those of YARA 4.5.  Nothing here asks whether a certificate can be
 * trusted.
 */
#ifndef VTR_SCAN_MODULE_PE_SIGNATURES_H
#define VTR_SCAN_MODULE_PE_SIGNATURES_H

#include "scan/module/module.h"

/* Signatures of a file that are looked at. */
#define VTR_PE_SIGNATURE_LIMIT 16u

/* Loaders: whose signatures there are; all certificates, chains and time stamps, which
 * takes libcrypto several times as long; and what holds. */
void vtr_pe_signatures(struct vtr_module_run *run);
void vtr_pe_signers(struct vtr_module_run *run);
void vtr_pe_verification(struct vtr_module_run *run);

/* Whether the signer's certificate is valid at a time. */
struct vtr_module_value vtr_pe_valid_on(struct vtr_module_run *run,
                                        const struct vtr_module_call *call);

#endif
