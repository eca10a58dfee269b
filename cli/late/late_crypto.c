/* SPDX-License-Identifier: Apache-2.0 */

/* What the program calls of libcrypto, which only checks of signatures and digests of
 * scanned files need: see os_late_library.h. */
#include "cli/late/os_late_library.h"

#include <stdint.h>
#include <time.h>

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/provider.h>
#include <openssl/ts.h>
#include <openssl/x509.h>

/* In the library's order of names. */
#define FUNCTIONS(GIVES, DOES)                                                         \
 GIVES(int, ASN1_INTEGER_get_uint64, (uint64_t * a, const ASN1_INTEGER *b), (a, b))    \
 DOES(void, ASN1_STRING_free, (ASN1_STRING * a), (a))                                  \
 GIVES(const unsigned char *, ASN1_STRING_get0_data, (const ASN1_STRING *a), (a))      \
 GIVES(int, ASN1_STRING_length, (const ASN1_STRING *a), (a))                           \
 GIVES(int, ASN1_STRING_set, (ASN1_STRING * a, const void *b, int c), (a, b, c))       \
 GIVES(int, ASN1_STRING_to_UTF8, (unsigned char **a, const ASN1_STRING *b), (a, b))    \
 GIVES(ASN1_STRING *, ASN1_STRING_type_new, (int a), (a))                              \
 GIVES(int, ASN1_TIME_diff, (int *a, int *b, const ASN1_TIME *c, const ASN1_TIME *d),  \
       (a, b, c, d))                                                                   \
 DOES(void, ASN1_TIME_free, (ASN1_TIME * a), (a))                                      \
 GIVES(ASN1_TIME *, ASN1_TIME_set, (ASN1_TIME * a, time_t b), (a, b))                  \
 DOES(void, ASN1_TYPE_free, (ASN1_TYPE * a), (a))                                      \
 GIVES(int, ASN1_get_object,                                                           \
       (const unsigned char **a, long *b, int *c, int *d, long e), (a, b, c, d, e))    \
 GIVES(int, ASN1_item_i2d,                                                             \
       (const ASN1_VALUE *a, unsigned char **b, const ASN1_ITEM *c), (a, b, c))        \
 GIVES(long, BIO_ctrl, (BIO * a, int b, long c, void *d), (a, b, c, d))                \
 GIVES(int, BIO_free, (BIO * a), (a))                                                  \
 DOES(void, BIO_free_all, (BIO * a), (a))                                              \
 GIVES(BIO *, BIO_new, (const BIO_METHOD *a), (a))                                     \
 GIVES(BIO *, BIO_new_mem_buf, (const void *a, int b), (a, b))                         \
 GIVES(int, BIO_read, (BIO * a, void *b, int c), (a, b, c))                            \
 GIVES(const BIO_METHOD *, BIO_s_mem, (void), ())                                      \
 DOES(void, CMS_ContentInfo_free, (CMS_ContentInfo * a), (a))                          \
 GIVES(int, CMS_SignerInfo_cert_cmp, (CMS_SignerInfo * a, X509 * b), (a, b))           \
 DOES(void, CMS_SignerInfo_set1_signer_cert, (CMS_SignerInfo * a, X509 * b), (a, b))   \
 GIVES(int, CMS_SignerInfo_verify, (CMS_SignerInfo * a), (a))                          \
 GIVES(int, CMS_SignerInfo_verify_content, (CMS_SignerInfo * a, BIO * b), (a, b))      \
 GIVES(BIO *, CMS_dataInit, (CMS_ContentInfo * a, BIO * b), (a, b))                    \
 GIVES(STACK_OF(CMS_SignerInfo) *, CMS_get0_SignerInfos, (CMS_ContentInfo * a), (a))   \
 GIVES(ASN1_OCTET_STRING **, CMS_get0_content, (CMS_ContentInfo * a), (a))             \
 GIVES(const ASN1_OBJECT *, CMS_get0_eContentType, (CMS_ContentInfo * a), (a))         \
 GIVES(const ASN1_OBJECT *, CMS_get0_type, (const CMS_ContentInfo *a), (a))            \
 GIVES(STACK_OF(X509) *, CMS_get1_certs, (CMS_ContentInfo * a), (a))                   \
 GIVES(int, CMS_signed_get_attr_count, (const CMS_SignerInfo *a), (a))                 \
 DOES(void, CRYPTO_free, (void *a, const char *b, int c), (a, b, c))                   \
 GIVES(int, ERR_pop_to_mark, (void), ())                                               \
 GIVES(int, ERR_set_mark, (void), ())                                                  \
 GIVES(int, EVP_Digest,                                                                \
       (const void *a, size_t b, unsigned char *c, unsigned int *d, const EVP_MD *e,   \
        ENGINE *f),                                                                    \
       (a, b, c, d, e, f))                                                             \
 GIVES(int, EVP_DigestFinal_ex, (EVP_MD_CTX * a, unsigned char *b, unsigned int *c),   \
       (a, b, c))                                                                      \
 GIVES(int, EVP_DigestInit_ex, (EVP_MD_CTX * a, const EVP_MD *b, ENGINE *c),           \
       (a, b, c))                                                                      \
 GIVES(int, EVP_DigestUpdate, (EVP_MD_CTX * a, const void *b, size_t c), (a, b, c))    \
 DOES(void, EVP_MD_CTX_free, (EVP_MD_CTX * a), (a))                                    \
 GIVES(EVP_MD_CTX *, EVP_MD_CTX_new, (void), ())                                       \
 DOES(void, EVP_PKEY_CTX_free, (EVP_PKEY_CTX * a), (a))                                \
 GIVES(EVP_PKEY_CTX *, EVP_PKEY_CTX_new, (EVP_PKEY * a, ENGINE * b), (a, b))           \
 GIVES(int, EVP_PKEY_get_size, (const EVP_PKEY *a), (a))                               \
 GIVES(int, EVP_PKEY_verify_recover,                                                   \
       (EVP_PKEY_CTX * a, unsigned char *b, size_t *c, const unsigned char *d,         \
        size_t e),                                                                     \
       (a, b, c, d, e))                                                                \
 GIVES(int, EVP_PKEY_verify_recover_init, (EVP_PKEY_CTX * a), (a))                     \
 GIVES(int, EVP_Q_digest,                                                              \
       (OSSL_LIB_CTX * a, const char *b, const char *c, const void *d, size_t e,       \
        unsigned char *f, size_t *g),                                                  \
       (a, b, c, d, e, f, g))                                                          \
 GIVES(const EVP_MD *, EVP_get_digestbyname, (const char *a), (a))                     \
 GIVES(const char *, OBJ_nid2ln, (int a), (a))                                         \
 GIVES(ASN1_OBJECT *, OBJ_nid2obj, (int a), (a))                                       \
 GIVES(const char *, OBJ_nid2sn, (int a), (a))                                         \
 GIVES(int, OBJ_obj2nid, (const ASN1_OBJECT *a), (a))                                  \
 GIVES(int, OBJ_obj2txt, (char *a, int b, const ASN1_OBJECT *c, int d), (a, b, c, d))  \
 DOES(void, OPENSSL_sk_free, (OPENSSL_STACK * a), (a))                                 \
 GIVES(int, OPENSSL_sk_num, (const OPENSSL_STACK *a), (a))                             \
 DOES(void, OPENSSL_sk_pop_free, (OPENSSL_STACK * a, OPENSSL_sk_freefunc b), (a, b))   \
 GIVES(void *, OPENSSL_sk_value, (const OPENSSL_STACK *a, int b), (a, b))              \
 DOES(void, OSSL_LIB_CTX_free, (OSSL_LIB_CTX * a), (a))                                \
 GIVES(OSSL_LIB_CTX *, OSSL_LIB_CTX_new, (void), ())                                   \
 GIVES(OSSL_PROVIDER *, OSSL_PROVIDER_load, (OSSL_LIB_CTX * a, const char *b), (a, b)) \
 GIVES(int, OSSL_PROVIDER_unload, (OSSL_PROVIDER * a), (a))                            \
 GIVES(const ASN1_ITEM *, PKCS7_ATTR_VERIFY_it, (void), ())                            \
 DOES(void, PKCS7_SIGNER_INFO_free, (PKCS7_SIGNER_INFO * a), (a))                      \
 GIVES(BIO *, PKCS7_dataInit, (PKCS7 * a, BIO * b), (a, b))                            \
 DOES(void, PKCS7_free, (PKCS7 * a), (a))                                              \
 GIVES(STACK_OF(X509) *, PKCS7_get0_signers, (PKCS7 * a, STACK_OF(X509) * b, int c),   \
       (a, b, c))                                                                      \
 GIVES(STACK_OF(PKCS7_SIGNER_INFO) *, PKCS7_get_signer_info, (PKCS7 * a), (a))         \
 GIVES(PKCS7 *, PKCS7_new_ex, (OSSL_LIB_CTX * a, const char *b), (a, b))               \
 GIVES(int, PKCS7_signatureVerify,                                                     \
       (BIO * a, PKCS7 * b, PKCS7_SIGNER_INFO * c, X509 * d), (a, b, c, d))            \
 GIVES(TS_TST_INFO *, PKCS7_to_TS_TST_INFO, (PKCS7 * a), (a))                          \
 GIVES(X509_ALGOR *, TS_MSG_IMPRINT_get_algo, (TS_MSG_IMPRINT * a), (a))               \
 GIVES(ASN1_OCTET_STRING *, TS_MSG_IMPRINT_get_msg, (TS_MSG_IMPRINT * a), (a))         \
 DOES(void, TS_TST_INFO_free, (TS_TST_INFO * a), (a))                                  \
 GIVES(TS_MSG_IMPRINT *, TS_TST_INFO_get_msg_imprint, (TS_TST_INFO * a), (a))          \
 GIVES(const ASN1_GENERALIZEDTIME *, TS_TST_INFO_get_time, (const TS_TST_INFO *a),     \
       (a))                                                                            \
 GIVES(long, TS_TST_INFO_get_version, (const TS_TST_INFO *a), (a))                     \
 GIVES(ASN1_OBJECT *, X509_ATTRIBUTE_get0_object, (X509_ATTRIBUTE * a), (a))           \
 GIVES(ASN1_TYPE *, X509_ATTRIBUTE_get0_type, (X509_ATTRIBUTE * a, int b), (a, b))     \
 GIVES(int, X509_NAME_cmp, (const X509_NAME *a, const X509_NAME *b), (a, b))           \
 GIVES(char *, X509_NAME_oneline, (const X509_NAME *a, char *b, int c), (a, b, c))     \
 GIVES(int, X509_NAME_print_ex, (BIO * a, const X509_NAME *b, int c, unsigned long d), \
       (a, b, c, d))                                                                   \
 DOES(void, X509_SIG_free, (X509_SIG * a), (a))                                        \
 DOES(void, X509_SIG_get0,                                                             \
      (const X509_SIG *a, const X509_ALGOR **b, const ASN1_OCTET_STRING **c),          \
      (a, b, c))                                                                       \
 DOES(void, X509_STORE_CTX_free, (X509_STORE_CTX * a), (a))                            \
 GIVES(STACK_OF(X509) *, X509_STORE_CTX_get0_chain, (const X509_STORE_CTX *a), (a))    \
 GIVES(int, X509_STORE_CTX_init,                                                       \
       (X509_STORE_CTX * a, X509_STORE * b, X509 * c, STACK_OF(X509) * d),             \
       (a, b, c, d))                                                                   \
 GIVES(X509_STORE_CTX *, X509_STORE_CTX_new, (void), ())                               \
 DOES(void, X509_STORE_free, (X509_STORE * a), (a))                                    \
 GIVES(X509_STORE *, X509_STORE_new, (void), ())                                       \
 GIVES(X509 *, X509_find_by_issuer_and_serial,                                         \
       (STACK_OF(X509) * a, const X509_NAME *b, const ASN1_INTEGER *c), (a, b, c))     \
 DOES(void, X509_free, (X509 * a), (a))                                                \
 GIVES(const ASN1_TIME *, X509_get0_notAfter, (const X509 *a), (a))                    \
 GIVES(const ASN1_TIME *, X509_get0_notBefore, (const X509 *a), (a))                   \
 GIVES(EVP_PKEY *, X509_get0_pubkey, (const X509 *a), (a))                             \
 GIVES(const ASN1_INTEGER *, X509_get0_serialNumber, (const X509 *a), (a))             \
 GIVES(X509_NAME *, X509_get_issuer_name, (const X509 *a), (a))                        \
 GIVES(int, X509_get_signature_nid, (const X509 *a), (a))                              \
 GIVES(X509_NAME *, X509_get_subject_name, (const X509 *a), (a))                       \
 GIVES(long, X509_get_version, (const X509 *a), (a))                                   \
 GIVES(int, X509_verify_cert, (X509_STORE_CTX * a), (a))                               \
 GIVES(X509_ATTRIBUTE *, X509at_get_attr, (const STACK_OF(X509_ATTRIBUTE) * a, int b), \
       (a, b))                                                                         \
 GIVES(int, X509at_get_attr_count, (const STACK_OF(X509_ATTRIBUTE) * a), (a))          \
 GIVES(ASN1_SEQUENCE_ANY *, d2i_ASN1_SEQUENCE_ANY,                                     \
       (ASN1_SEQUENCE_ANY * *a, const unsigned char **b, long c), (a, b, c))           \
 GIVES(CMS_ContentInfo *, d2i_CMS_ContentInfo,                                         \
       (CMS_ContentInfo * *a, const unsigned char **b, long c), (a, b, c))             \
 GIVES(PKCS7 *, d2i_PKCS7, (PKCS7 * *a, const unsigned char **b, long c), (a, b, c))   \
 GIVES(PKCS7_SIGNER_INFO *, d2i_PKCS7_SIGNER_INFO,                                     \
       (PKCS7_SIGNER_INFO * *a, const unsigned char **b, long c), (a, b, c))           \
 GIVES(TS_TST_INFO *, d2i_TS_TST_INFO,                                                 \
       (TS_TST_INFO * *a, const unsigned char **b, long c), (a, b, c))                 \
 GIVES(X509_SIG *, d2i_X509_SIG, (X509_SIG * *a, const unsigned char **b, long c),     \
       (a, b, c))                                                                      \
 GIVES(int, i2d_ASN1_INTEGER, (const ASN1_INTEGER *a, unsigned char **b), (a, b))      \
 GIVES(int, i2d_X509, (const X509 *a, unsigned char **b), (a, b))

enum {
    FUNCTIONS(VTR_LATE_INDEX, VTR_LATE_INDEX) COUNT
};

static const char *const NAMES[COUNT] = {FUNCTIONS(VTR_LATE_NAME, VTR_LATE_NAME)};

VTR_LATE_LIBRARY;

FUNCTIONS(VTR_LATE_GIVES, VTR_LATE_DOES)
