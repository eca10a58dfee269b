/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a signature of a PE file says that it signs: the digest of the file, and the
 * program's name; and whether that holds.  As "Windows Authenticode Portable Executable
 * Signature Format" of Microsoft has it.
 */
#ifndef VTR_SCAN_MODULE_PE_AUTHENTICODE_H
#define VTR_SCAN_MODULE_PE_AUTHENTICODE_H

#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "scan/module/module.h"

struct vtr_pe_image;

/* The digest that is signed, of an indirect data content; NULL: the structure signs
 * something else.  X509_SIG_free it. */
X509_SIG *vtr_pe_signed_digest(const PKCS7 *pkcs7);

/* The algorithm and the bytes of such a digest. */
int vtr_pe_signed_digest_nid(const X509_SIG *digest);
struct vtr_bytes vtr_pe_signed_digest_bytes(const X509_SIG *digest);

/* Sets the program's name, if the signer gives one, as UTF-8. */
void vtr_pe_program_name_store(struct vtr_module_run *run, uint32_t field,
                               uint32_t item, const PKCS7_SIGNER_INFO *signer);

/* Whether `certificate` signed the contents of the structure. */
bool vtr_pe_signature_holds(PKCS7 *pkcs7, PKCS7_SIGNER_INFO *signer, X509 *certificate);

/* The digest of the file without its checksum and its signatures, up to where those
 * begin: `out` holds EVP_MAX_MD_SIZE.  0 when the headers do not allow it, or libcrypto
 * does not know the algorithm, or work is out. */
unsigned vtr_pe_file_digest(struct vtr_module_run *run,
                            const struct vtr_pe_image *image, int nid, uint8_t *out);

#endif
