/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Time stamps of a signature of a PE file: signatures of the signature by somebody
 * else, of PKCS #9, whose certificates stand beside the signer's, and of RFC 3161,
 * which bring their own along.
 */
#ifndef VTR_SCAN_MODULE_PE_COUNTERSIGNATURE_H
#define VTR_SCAN_MODULE_PE_COUNTERSIGNATURE_H

#include <openssl/pkcs7.h>

#include "scan/module/module.h"

enum vtr_pe_countersignature_kind {
    VTR_PE_COUNTERSIGNATURE_PKCS9,
    VTR_PE_COUNTERSIGNATURE_TOKEN /* of RFC 3161 */
};

struct vtr_pe_countersignature {
    enum vtr_pe_countersignature_kind kind;
    struct vtr_bytes der;
    const PKCS7_SIGNER_INFO *signer; /* whose signature is stamped */
    STACK_OF(X509) * certificates;   /* of the signature */
};

/* Number `index` of a signature, those of PKCS #9 first; false: there are no more. What
 * is found is borrowed. */
VTR_MUST_CHECK bool vtr_pe_countersignature_find(const PKCS7 *pkcs7,
                                                 const PKCS7_SIGNER_INFO *signer,
                                                 int index,
                                                 struct vtr_pe_countersignature *out);

/* Sets the values of item `item` of signatures[].countersignatures, and appends the
 * certificates that it brings along to those of `signature`. */
void vtr_pe_countersignature_store(struct vtr_module_run *run, uint32_t item,
                                   uint32_t signature,
                                   const struct vtr_pe_countersignature *stamp);

/* Whether it stamps that signature, and is itself signed by whom it names. */
bool vtr_pe_countersignature_holds(struct vtr_module_run *run,
                                   const struct vtr_pe_countersignature *stamp);

#endif
