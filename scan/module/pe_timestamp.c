/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_timestamp.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "scan/module/pe_certificate.h"
#include "scan/module/pe_pkcs7.h"

/* Work of a token that is no PKCS #7, in units of vtr_module_spend: of each byte. */
#define BYTE_UNITS 8u

#define READ_LEN 4096

/* A token, one of both forms.  {0} can be closed. */
struct token {
    PKCS7 *pkcs7;
    CMS_ContentInfo *cms;
    TS_TST_INFO *info;
    X509 *signer; /* borrowed */
    STACK_OF(X509) * certificates;
    STACK_OF(X509) * owned_certificates; /* of CMS, which hands out copies */
};

static void token_close(struct token *token)
{
    sk_X509_pop_free(token->owned_certificates, X509_free);
    TS_TST_INFO_free(token->info);
    CMS_ContentInfo_free(token->cms);
    PKCS7_free(token->pkcs7);
}

/* The first signer, when the certificates of all are there. */
static X509 *signer_of_pkcs7(PKCS7 *pkcs7)
{
    STACK_OF(X509) *signers = PKCS7_get0_signers(pkcs7, NULL, 0);
    X509 *signer = sk_X509_num(signers) > 0 ? sk_X509_value(signers, 0) : NULL;

    sk_X509_free(signers);
    return signer;
}

/* The first certificate that a signer names. */
static X509 *signer_of_cms(CMS_ContentInfo *cms, const STACK_OF(X509) * certificates)
{
    const STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(cms);

    for (int i = 0; i < sk_CMS_SignerInfo_num(signers); i++) {
        for (int j = 0; j < sk_X509_num(certificates); j++) {
            X509 *certificate = sk_X509_value(certificates, j);
            if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, i),
                                        certificate) == 0) {
                return certificate;
            }
        }
    }
    return NULL;
}

static void open_cms(struct vtr_module_run *run, struct token *token,
                     struct vtr_bytes der)
{
    const unsigned char *at = der.ptr;

    if (der.len > VTR_PE_PKCS7_LIMIT ||
        !vtr_module_spend(run, (uint64_t)der.len * BYTE_UNITS)) {
        return;
    }
    token->cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.len);
    if (token->cms == NULL ||
        OBJ_obj2nid(CMS_get0_type(token->cms)) != NID_pkcs7_signed ||
        OBJ_obj2nid(CMS_get0_eContentType(token->cms)) != NID_id_smime_ct_TSTInfo) {
        return;
    }
    ASN1_OCTET_STRING **contents = CMS_get0_content(token->cms);
    if (contents == NULL || *contents == NULL) {
        return;
    }
    const struct vtr_bytes bytes = vtr_pe_string(*contents);
    at = bytes.ptr;
    token->info = d2i_TS_TST_INFO(NULL, &at, (long)bytes.len);
    token->owned_certificates = CMS_get1_certs(token->cms);
    token->certificates = token->owned_certificates;
    if (sk_X509_num(token->certificates) <= VTR_PE_CERTIFICATE_LIMIT) {
        token->signer = signer_of_cms(token->cms, token->certificates);
    }
}

/* Parses a token; to be closed in any case.  False: it says nothing about a time. */
static bool token_open(struct vtr_module_run *run, struct token *token,
                       struct vtr_bytes der)
{
    struct vtr_bytes left = der;

    *token = (struct token){.pkcs7 = vtr_pe_pkcs7_take(run, &left, NULL)};
    if (token->pkcs7 == NULL) {
        open_cms(run, token, der);
    } else if (vtr_pe_pkcs7_is_signed(token->pkcs7)) {
        token->info = PKCS7_to_TS_TST_INFO(token->pkcs7);
        token->certificates = token->pkcs7->d.sign->cert;
        token->signer = signer_of_pkcs7(token->pkcs7);
    }
    return token->info != NULL && TS_TST_INFO_get_time(token->info) != NULL;
}

/* The algorithm of what is stamped, NID_undef of none, and the digest. */
static int imprint_of(const struct token *token, struct vtr_bytes *out)
{
    TS_MSG_IMPRINT *imprint = TS_TST_INFO_get_msg_imprint(token->info);
    X509_ALGOR *algorithm = imprint == NULL ? NULL : TS_MSG_IMPRINT_get_algo(imprint);

    if (algorithm == NULL) {
        *out = (struct vtr_bytes){(const uint8_t *)"", 0};
        return NID_undef;
    }
    *out = vtr_pe_string(TS_MSG_IMPRINT_get_msg(imprint));
    return OBJ_obj2nid(algorithm->algorithm);
}

void vtr_pe_timestamp_store(struct vtr_module_run *run, uint32_t item,
                            uint32_t signature, struct vtr_bytes der)
{
    const struct vtr_pe_certificate_rows chain =
        VTR_PE_CERTIFICATE_ROWS(COUNTERSIGNATURE_CHAIN_);
    const struct vtr_pe_certificate_rows all = VTR_PE_CERTIFICATE_ROWS(CERTIFICATE_);
    struct token token;
    struct vtr_bytes digest;

    if (token_open(run, &token, der)) {
        vtr_store_int(&run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_SIGN_TIME, item,
                      vtr_pe_time_of(TS_TST_INFO_get_time(token.info)));
    }
    if (token.info != NULL && token.signer != NULL) {
        vtr_pe_certificates_append(run, VTR_PE_SIGNATURE_CERTIFICATES, &all, signature,
                                   token.certificates);
        vtr_pe_chain_append(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_CHAIN, &chain, item,
                            token.signer, token.certificates);
        vtr_pe_store_name(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_DIGEST_ALG, item,
                          imprint_of(&token, &digest));
        if (digest.len > 0) {
            vtr_pe_store_hex(run, VTR_PE_SIGNATURE_COUNTERSIGNATURE_DIGEST, item,
                             digest);
        }
    }
    token_close(&token);
}

/* Reads all of `digests`, so that they are formed. */
static void drain(BIO *digests)
{
    uint8_t buffer[READ_LEN];

    while (BIO_read(digests, buffer, sizeof(buffer)) > 0) {
        /* What is read runs through the digests. */
    }
}

static bool pkcs7_holds(const struct token *token)
{
    PKCS7_SIGNER_INFO *signer =
        sk_PKCS7_SIGNER_INFO_value(PKCS7_get_signer_info(token->pkcs7), 0);
    BIO *digests = PKCS7_dataInit(token->pkcs7, NULL);

    if (digests == NULL) {
        return false;
    }
    drain(digests);
    const bool holds =
        PKCS7_signatureVerify(digests, token->pkcs7, signer, token->signer) == 1;
    BIO_free_all(digests);
    return holds;
}

static bool cms_holds(const struct token *token)
{
    CMS_SignerInfo *signer =
        sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(token->cms), 0);
    BIO *digests = CMS_dataInit(token->cms, NULL);

    if (digests == NULL) {
        return false;
    }
    drain(digests);
    CMS_SignerInfo_set1_signer_cert(signer, token->signer);
    const bool holds =
        CMS_SignerInfo_verify_content(signer, digests) == 1 &&
        (CMS_signed_get_attr_count(signer) < 0 || CMS_SignerInfo_verify(signer) == 1);
    BIO_free_all(digests);
    return holds;
}

bool vtr_pe_timestamp_holds(struct vtr_module_run *run, struct vtr_bytes der,
                            struct vtr_bytes stamped)
{
    uint8_t own[EVP_MAX_MD_SIZE];
    struct token token;
    struct vtr_bytes imprint;
    bool holds = false;

    if (token_open(run, &token, der) && token.signer != NULL &&
        TS_TST_INFO_get_version(token.info) == 1) {
        const EVP_MD *md = EVP_get_digestbynid(imprint_of(&token, &imprint));
        const unsigned len = md == NULL ? 0 : vtr_pe_digest(md, stamped, own);
        holds = len > 0 && vtr_bytes_equal((struct vtr_bytes){own, len}, imprint) &&
                (token.pkcs7 != NULL ? pkcs7_holds(&token) : cms_holds(&token));
    }
    token_close(&token);
    return holds;
}
