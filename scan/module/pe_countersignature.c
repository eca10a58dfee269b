/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_countersignature.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "scan/module/pe_certificate.h"
#include "scan/module/pe_pkcs7.h"
#include "scan/module/pe_timestamp.h"

#define PKCS9_COUNTERSIGNATURE "1.2.840.113549.1.9.6"
#define MS_COUNTERSIGNATURE    "1.3.6.1.4.1.311.3.3.1"
#define PKCS9_MESSAGE_DIGEST   "1.2.840.113549.1.9.4"
#define PKCS9_SIGNING_TIME     "1.2.840.113549.1.9.5"

/* Work of parsing a signer, in units of vtr_module_spend: of each byte. */
#define BYTE_UNITS 8u

/* Bytes of the longest RSA key that libcrypto takes: 16,384 bits. */
#define KEY_LEN 2048

/* Value `index` of an attribute that is a sequence; false when there is none.  What is
 * no sequence is one that cannot be parsed. */
static bool find_value(const PKCS7_SIGNER_INFO *signer, const char *number, int index,
                       struct vtr_bytes *out)
{
    const ASN1_TYPE *value = vtr_pe_attribute(signer->unauth_attr, number, index);

    if (value != NULL && !vtr_pe_sequence(value, out)) {
        *out = (struct vtr_bytes){(const uint8_t *)"", 0};
    }
    return value != NULL;
}

/* How many values of PKCS #9 there are, up to the limit. */
static int count_pkcs9(const PKCS7_SIGNER_INFO *signer)
{
    int count = 0;

    while (vtr_pe_attribute(signer->unauth_attr, PKCS9_COUNTERSIGNATURE, count) !=
           NULL) {
        count++;
    }
    return count;
}

bool vtr_pe_countersignature_find(const PKCS7 *pkcs7, const PKCS7_SIGNER_INFO *signer,
                                  int index, struct vtr_pe_countersignature *out)
{
    const int pkcs9_count = count_pkcs9(signer);
    const bool is_token = index >= pkcs9_count;

    *out = (struct vtr_pe_countersignature){
        .kind =
            is_token ? VTR_PE_COUNTERSIGNATURE_TOKEN : VTR_PE_COUNTERSIGNATURE_PKCS9,
        .signer = signer,
        .certificates = pkcs7->d.sign->cert,
    };
    return is_token
               ? find_value(signer, MS_COUNTERSIGNATURE, index - pkcs9_count, &out->der)
               : find_value(signer, PKCS9_COUNTERSIGNATURE, index, &out->der);
}

static PKCS7_SIGNER_INFO *parse_signer(struct vtr_module_run *run, struct vtr_bytes der)
{
    const unsigned char *at = der.ptr;

    return vtr_module_spend(run, (uint64_t)der.len * BYTE_UNITS)
               ? d2i_PKCS7_SIGNER_INFO(NULL, &at, (long)der.len)
               : NULL;
}

static X509 *find_certificate(const struct vtr_pe_countersignature *stamp,
                              const PKCS7_SIGNER_INFO *stamper)
{
    return X509_find_by_issuer_and_serial(stamp->certificates,
                                          stamper->issuer_and_serial->issuer,
                                          stamper->issuer_and_serial->serial);
}

static int digest_nid(const PKCS7_SIGNER_INFO *stamper)
{
    return OBJ_obj2nid(stamper->digest_alg->algorithm);
}

static bool find_digest(const PKCS7_SIGNER_INFO *stamper, struct vtr_bytes *out)
{
    return vtr_pe_octets(vtr_pe_attribute(stamper->auth_attr, PKCS9_MESSAGE_DIGEST, 0),
                         out) &&
           out->len > 0;
}

/* Sets what a stamp of PKCS #9 says, up to the first thing that is missing. */
static void store_pkcs9(struct vtr_module_run *run, uint32_t item,
                        const struct vtr_pe_countersignature *stamp,
                        const PKCS7_SIGNER_INFO *stamper)
{
    const struct vtr_pe_certificate_rows rows =
        VTR_PE_CERTIFICATE_ROWS(COUNTERSIGNATURE_CHAIN_);
    const int nid = digest_nid(stamper);
    const ASN1_TYPE *time = vtr_pe_attribute(stamper->auth_attr, PKCS9_SIGNING_TIME, 0);
    X509 *certificate = find_certificate(stamp, stamper);
    struct vtr_bytes digest;

    vtr_pe_store_name(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_DIGEST_ALG, item, nid);
    if (time == NULL) {
        return;
    }
    vtr_store_int(&run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_SIGN_TIME, item,
                  vtr_pe_time(time));
    if (certificate == NULL) {
        return;
    }
    vtr_pe_chain_append(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_CHAIN, &rows, item,
                        certificate, stamp->certificates);
    if (find_digest(stamper, &digest) && EVP_get_digestbynid(nid) != NULL) {
        vtr_pe_store_hex(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_DIGEST, item, digest);
    }
}

void vtr_pe_countersignature_store(struct vtr_module_run *run, uint32_t item,
                                   uint32_t signature,
                                   const struct vtr_pe_countersignature *stamp)
{
    (void)ERR_set_mark();
    vtr_store_int(&run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_SIGN_TIME, item, 0);
    if (stamp->kind == VTR_PE_COUNTERSIGNATURE_TOKEN) {
        vtr_pe_timestamp_store(run, item, signature, stamp->der);
    } else {
        PKCS7_SIGNER_INFO *stamper = parse_signer(run, stamp->der);
        if (stamper != NULL) {
            store_pkcs9(run, item, stamp, stamper);
        }
        PKCS7_SIGNER_INFO_free(stamper);
    }
    vtr_store_int(&run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_LENGTH_OF_CHAIN, item,
                  vtr_store_count(&run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_CHAIN,
                                  item));
    (void)ERR_pop_to_mark();
}

/* What the stamper's key makes of its signature: a digest, bare or in a DigestInfo.  0
 * when the key is none of RSA, or the signature is not its. */
static size_t recover(X509 *certificate, struct vtr_bytes signature, uint8_t *out)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    EVP_PKEY_CTX *context = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
    size_t len = KEY_LEN;
    const bool is_recovered =
        context != NULL && EVP_PKEY_get_size(key) <= KEY_LEN &&
        EVP_PKEY_verify_recover_init(context) == 1 &&
        EVP_PKEY_verify_recover(context, out, &len, signature.ptr, signature.len) == 1;

    EVP_PKEY_CTX_free(context);
    return is_recovered ? len : 0;
}

/* Whether the recovered bytes are that digest. */
static bool is_digest(struct vtr_bytes recovered, struct vtr_bytes digest)
{
    const unsigned char *at = recovered.ptr;
    const ASN1_OCTET_STRING *octets = NULL;

    if (vtr_bytes_equal(recovered, digest)) {
        return true;
    }
    X509_SIG *info = d2i_X509_SIG(NULL, &at, (long)recovered.len);
    if (info != NULL) {
        X509_SIG_get0(info, NULL, &octets);
    }
    const bool is_same =
        octets != NULL && vtr_bytes_equal(vtr_pe_string(octets), digest);
    X509_SIG_free(info);
    return is_same;
}

/* Whether the stamper signed the attributes that it wrote. */
static bool attributes_are_signed(const PKCS7_SIGNER_INFO *stamper, const EVP_MD *md,
                                  X509 *certificate)
{
    unsigned char *der = NULL;
    uint8_t digest[EVP_MAX_MD_SIZE];
    uint8_t recovered[KEY_LEN];
    const int len = ASN1_item_i2d((const ASN1_VALUE *)stamper->auth_attr, &der,
                                  ASN1_ITEM_rptr(PKCS7_ATTR_VERIFY));
    const unsigned digest_len =
        len <= 0 ? 0 : vtr_pe_digest(md, (struct vtr_bytes){der, (size_t)len}, digest);

    OPENSSL_free(der);
    const size_t recovered_len =
        digest_len == 0
            ? 0
            : recover(certificate, vtr_pe_string(stamper->enc_digest), recovered);
    return recovered_len > 0 && is_digest((struct vtr_bytes){recovered, recovered_len},
                                          (struct vtr_bytes){digest, digest_len});
}

static bool pkcs9_holds(const struct vtr_pe_countersignature *stamp,
                        const PKCS7_SIGNER_INFO *stamper)
{
    const EVP_MD *md = EVP_get_digestbynid(digest_nid(stamper));
    X509 *certificate = find_certificate(stamp, stamper);
    uint8_t own[EVP_MAX_MD_SIZE];
    struct vtr_bytes digest;

    if (md == NULL || certificate == NULL ||
        vtr_pe_attribute(stamper->auth_attr, PKCS9_SIGNING_TIME, 0) == NULL ||
        !find_digest(stamper, &digest)) {
        return false;
    }
    const unsigned own_len =
        vtr_pe_digest(md, vtr_pe_string(stamp->signer->enc_digest), own);
    return own_len > 0 && vtr_bytes_equal((struct vtr_bytes){own, own_len}, digest) &&
           attributes_are_signed(stamper, md, certificate);
}

static bool stamp_holds(struct vtr_module_run *run,
                        const struct vtr_pe_countersignature *stamp)
{
    if (stamp->kind == VTR_PE_COUNTERSIGNATURE_TOKEN) {
        return vtr_pe_timestamp_holds(run, stamp->der,
                                      vtr_pe_string(stamp->signer->enc_digest));
    }
    PKCS7_SIGNER_INFO *stamper = parse_signer(run, stamp->der);
    const bool holds = stamper != NULL && pkcs9_holds(stamp, stamper);
    PKCS7_SIGNER_INFO_free(stamper);
    return holds;
}

bool vtr_pe_countersignature_holds(struct vtr_module_run *run,
                                   const struct vtr_pe_countersignature *stamp)
{
    (void)ERR_set_mark();
    const bool holds = stamp_holds(run, stamp);
    (void)ERR_pop_to_mark();
    return holds;
}
