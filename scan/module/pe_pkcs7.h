/* SPDX-License-Identifier: Apache-2.0 */

/*
 * PKCS #7 as signatures of PE files use it: reading it within limits, and looking
 * things up in it by the numbers of their objects, which libcrypto has no names for.
 *
 * Relies on libcrypto, whose tables of objects are not added to: they belong to the
 * whole process.  What libcrypto parsed may have any type at any place: ask before use.
 */
#ifndef VTR_SCAN_MODULE_PE_PKCS7_H
#define VTR_SCAN_MODULE_PE_PKCS7_H

#include <openssl/pkcs7.h>
#include <openssl/types.h>

#include "scan/module/module.h"

/* Bytes of one PKCS #7 structure that are looked at: more is no signature.  What a
 * parser makes of them takes some thirty times as much memory. */
#define VTR_PE_PKCS7_LIMIT ((size_t)4 << 20)

/* Values of one attribute that are looked at. */
#define VTR_PE_ATTRIBUTE_LIMIT 16

/* A libcrypto that knows no algorithms, kept from file to file: decoding the keys of
 * certificates is most of what parsing them costs.  NULL, which stands for the usual
 * one, when memory is out. */
OSSL_LIB_CTX *vtr_pe_keyless_library(struct vtr_module_run *run);

/* Parses the structure at the beginning of `left` and takes it off.  NULL when there is
 * none, or when work is out.  PKCS7_free it.  `library` is NULL or outlives it. */
PKCS7 *vtr_pe_pkcs7_take(struct vtr_module_run *run, struct vtr_bytes *left,
                         OSSL_LIB_CTX *library);

/* Whether it is signed data with all its parts. */
bool vtr_pe_pkcs7_is_signed(const PKCS7 *pkcs7);

/* Whether an object has the number, "1.2.840...". */
bool vtr_pe_object_is(const ASN1_OBJECT *object, const char *number);

/* Value `index` of the first attribute with that number, or NULL: borrowed. */
const ASN1_TYPE *vtr_pe_attribute(const STACK_OF(X509_ATTRIBUTE) * attributes,
                                  const char *number, int index);

/* The bytes of a sequence as they stand, tag and length included.  False when the value
 * is NULL or something else. */
VTR_MUST_CHECK bool vtr_pe_sequence(const ASN1_TYPE *value, struct vtr_bytes *out);

/* The same for the contents of an octet string. */
VTR_MUST_CHECK bool vtr_pe_octets(const ASN1_TYPE *value, struct vtr_bytes *out);

/* The contents of any string; empty of NULL. */
struct vtr_bytes vtr_pe_string(const ASN1_STRING *string);

/* The digest of `bytes`: `out` holds EVP_MAX_MD_SIZE.  0 when libcrypto cannot. */
unsigned vtr_pe_digest(const EVP_MD *md, struct vtr_bytes bytes, uint8_t *out);

#endif
