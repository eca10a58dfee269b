/* SPDX-License-Identifier: Apache-2.0 */

/* X.509 certificates as the pe module shows them, wherever it does: of a signer, of all
 * that a signature brings along, and of the chains above a signer. */
#ifndef VTR_SCAN_MODULE_PE_CERTIFICATE_H
#define VTR_SCAN_MODULE_PE_CERTIFICATE_H

#include <openssl/x509.h>

#include "scan/module/module.h"

/* Certificates of one structure that are looked at: a limit of ours. */
#define VTR_PE_CERTIFICATE_LIMIT 256

/* Where the values of a certificate go. */
struct vtr_pe_certificate_rows {
    uint32_t algorithm;
    uint32_t algorithm_oid;
    uint32_t issuer;
    uint32_t not_after;
    uint32_t not_before;
    uint32_t serial;
    uint32_t subject;
    uint32_t thumbprint;
    uint32_t version;
};

/* Those of the rows VTR_PE_SIGNATURE_<at>*. */
#define VTR_PE_CERTIFICATE_ROWS(at)                                          \
 ((struct vtr_pe_certificate_rows){                                          \
     VTR_PE_SIGNATURE_##at##ALGORITHM, VTR_PE_SIGNATURE_##at##ALGORITHM_OID, \
     VTR_PE_SIGNATURE_##at##ISSUER, VTR_PE_SIGNATURE_##at##NOT_AFTER,        \
     VTR_PE_SIGNATURE_##at##NOT_BEFORE, VTR_PE_SIGNATURE_##at##SERIAL,       \
     VTR_PE_SIGNATURE_##at##SUBJECT, VTR_PE_SIGNATURE_##at##THUMBPRINT,      \
     VTR_PE_SIGNATURE_##at##VERSION})

/* Sets the values of a certificate for item `item`. */
void vtr_pe_certificate_store(struct vtr_module_run *run,
                              const struct vtr_pe_certificate_rows *rows, uint32_t item,
                              X509 *certificate);

/* Appends all certificates to `array` of `parent`.  NULL is none. */
void vtr_pe_certificates_append(struct vtr_module_run *run, uint32_t array,
                                const struct vtr_pe_certificate_rows *rows,
                                uint32_t parent, const STACK_OF(X509) * certificates);

/* Appends `signer`, who issued it if that is among `certificates`, and so on. */
void vtr_pe_chain_append(struct vtr_module_run *run, uint32_t array,
                         const struct vtr_pe_certificate_rows *rows, uint32_t parent,
                         X509 *signer, STACK_OF(X509) * certificates);

/* Seconds since 1970.  What is no time counts as the day before the year 1900, as it
 * does to YARA. */
int64_t vtr_pe_time(const ASN1_TYPE *value);
int64_t vtr_pe_time_of(const ASN1_TIME *time);

/* Sets a text of lower-case hexadecimal, and one of libcrypto's names for objects. */
void vtr_pe_store_hex(struct vtr_module_run *run, uint32_t field, uint32_t item,
                      struct vtr_bytes bytes);
void vtr_pe_store_name(struct vtr_module_run *run, uint32_t field, uint32_t item,
                       int nid);

#endif
