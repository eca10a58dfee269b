/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_pkcs7.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

/* Work of parsing, in units of vtr_module_spend: of a structure, and of each byte. */
#define PARSE_UNITS 256u
#define BYTE_UNITS  8u

/* Room for an object's number: longer ones are none that anybody asks for. */
#define NUMBER_LEN 64

/* What ASN1_get_object says of an error, and of a length that is not written. */
#define OBJECT_ERROR      0x80
#define OBJECT_INDEFINITE 0x01

struct keyless {
    OSSL_LIB_CTX *library;
    OSSL_PROVIDER *nothing; /* keeps the usual algorithms away */
};

static void release(void *state)
{
    struct keyless *keyless = state;

    if (keyless->nothing != NULL) {
        (void)OSSL_PROVIDER_unload(keyless->nothing);
    }
    OSSL_LIB_CTX_free(keyless->library);
    free(keyless);
}

OSSL_LIB_CTX *vtr_pe_keyless_library(struct vtr_module_run *run)
{
    struct keyless *keyless = run->kept->state;

    if (keyless != NULL) {
        return keyless->library;
    }
    keyless = calloc(1, sizeof(*keyless));
    if (keyless == NULL) {
        return NULL;
    }
    keyless->library = OSSL_LIB_CTX_new();
    if (keyless->library != NULL) {
        keyless->nothing = OSSL_PROVIDER_load(keyless->library, "null");
    }
    if (keyless->nothing == NULL) {
        release(keyless);
        return NULL;
    }
    *run->kept = (struct vtr_module_kept){keyless, release};
    return keyless->library;
}

/* Bytes that the structure says it has, at most all; 0 when its head is broken. */
static size_t declared_len(struct vtr_bytes bytes)
{
    const unsigned char *at = bytes.ptr;
    long len = 0;
    int tag = 0;
    int class = 0;
    const int result = ASN1_get_object(&at, &len, &tag, &class, (long)bytes.len);

    if ((result & OBJECT_ERROR) != 0 || len < 0) {
        return 0;
    }
    return (result & OBJECT_INDEFINITE) != 0 ? bytes.len
                                             : (size_t)(at - bytes.ptr) + (size_t)len;
}

/* Parses all of `der`. */
static PKCS7 *parse(struct vtr_bytes der, OSSL_LIB_CTX *library, size_t *out_taken)
{
    const unsigned char *at = der.ptr;
    PKCS7 *pkcs7 = library == NULL ? NULL : PKCS7_new_ex(library, NULL);

    pkcs7 = d2i_PKCS7(pkcs7 == NULL ? NULL : &pkcs7, &at, (long)der.len);
    *out_taken = (size_t)(at - der.ptr);
    return pkcs7;
}

static PKCS7 *take(struct vtr_module_run *run, struct vtr_bytes *left,
                   OSSL_LIB_CTX *library)
{
    struct vtr_bytes window = *left;

    if (window.len > VTR_PE_PKCS7_LIMIT) {
        window.len = VTR_PE_PKCS7_LIMIT;
    }
    const size_t len = declared_len(window);
    if (!vtr_module_spend(run, PARSE_UNITS + (uint64_t)len * BYTE_UNITS)) {
        return NULL;
    }
    if (len == 0) {
        run->is_limited = run->is_limited || left->len > window.len;
        return NULL;
    }
    size_t taken;
    PKCS7 *pkcs7 = parse((struct vtr_bytes){window.ptr, len}, library, &taken);
    if (pkcs7 != NULL) {
        *left = (struct vtr_bytes){left->ptr + taken, left->len - taken};
    }
    return pkcs7;
}

PKCS7 *vtr_pe_pkcs7_take(struct vtr_module_run *run, struct vtr_bytes *left,
                         OSSL_LIB_CTX *library)
{
    (void)ERR_set_mark();
    PKCS7 *pkcs7 = take(run, left, library);
    (void)ERR_pop_to_mark();
    return pkcs7;
}

bool vtr_pe_pkcs7_is_signed(const PKCS7 *pkcs7)
{
    return OBJ_obj2nid(pkcs7->type) == NID_pkcs7_signed && pkcs7->d.sign != NULL &&
           pkcs7->d.sign->contents != NULL;
}

bool vtr_pe_object_is(const ASN1_OBJECT *object, const char *number)
{
    char text[NUMBER_LEN] = "";

    return object != NULL && OBJ_obj2txt(text, sizeof(text), object, 1) > 0 &&
           strcmp(text, number) == 0;
}

const ASN1_TYPE *vtr_pe_attribute(const STACK_OF(X509_ATTRIBUTE) * attributes,
                                  const char *number, int index)
{
    const int count = X509at_get_attr_count(attributes);

    for (int i = 0; i < count; i++) {
        X509_ATTRIBUTE *attribute = X509at_get_attr(attributes, i);
        if (vtr_pe_object_is(X509_ATTRIBUTE_get0_object(attribute), number)) {
            return index < VTR_PE_ATTRIBUTE_LIMIT
                       ? X509_ATTRIBUTE_get0_type(attribute, index)
                       : NULL;
        }
    }
    return NULL;
}

static bool string_of_type(const ASN1_TYPE *value, int type, struct vtr_bytes *out)
{
    if (value == NULL || value->type != type || value->value.asn1_string == NULL) {
        return false;
    }
    *out = vtr_pe_string(value->value.asn1_string);
    return true;
}

bool vtr_pe_sequence(const ASN1_TYPE *value, struct vtr_bytes *out)
{
    return string_of_type(value, V_ASN1_SEQUENCE, out);
}

bool vtr_pe_octets(const ASN1_TYPE *value, struct vtr_bytes *out)
{
    return string_of_type(value, V_ASN1_OCTET_STRING, out);
}

struct vtr_bytes vtr_pe_string(const ASN1_STRING *string)
{
    if (string == NULL || ASN1_STRING_length(string) <= 0) {
        return (struct vtr_bytes){(const uint8_t *)"", 0};
    }
    return (struct vtr_bytes){ASN1_STRING_get0_data(string),
                              (size_t)ASN1_STRING_length(string)};
}

unsigned vtr_pe_digest(const EVP_MD *md, struct vtr_bytes bytes, uint8_t *out)
{
    unsigned len = 0;

    return EVP_Digest(bytes.ptr, bytes.len, out, &len, md, NULL) == 1 ? len : 0;
}
