/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_certificate.h"

#include <string.h>

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/x509_vfy.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "scan/module/pe_pkcs7.h"

/* Bytes of a name in one line, with a NUL: longer ones are cut, as YARA cuts them. */
#define NAME_LEN 256
#define OID_LEN  256

/* A serial number with its tag and length: longer ones are not shown. */
#define SERIAL_LIMIT      22
#define SERIAL_HEADER_LEN 2

#define DAY_SECONDS 86400

/* What YARA makes of a time that is none: the year 1900, month 0, day 0. */
#define NO_TIME INT64_C(-2209075200)

/* Work in units of vtr_module_spend: of the texts of a certificate, and of looking at
 * one for the issuer of another. */
#define CERTIFICATE_UNITS 2048u
#define CANDIDATE_UNITS   512u

static void store_string(struct vtr_module_run *run, uint32_t field, uint32_t item,
                         const char *text)
{
    if (text != NULL) {
        vtr_store_text_copy(&run->store, field, item, vtr_bytes_from_text(text));
    }
}

void vtr_pe_store_name(struct vtr_module_run *run, uint32_t field, uint32_t item,
                       int nid)
{
    store_string(run, field, item, OBJ_nid2ln(nid));
}

void vtr_pe_store_hex(struct vtr_module_run *run, uint32_t field, uint32_t item,
                      struct vtr_bytes bytes)
{
    char *hex = vtr_module_alloc(run, 2 * bytes.len + 1);

    if (hex != NULL) {
        vtr_digest_hex(bytes, hex);
        vtr_store_text(&run->store, field, item,
                       (struct vtr_bytes){(const uint8_t *)hex, 2 * bytes.len});
    }
}

/* Sets a name as /C=US/O=...  libcrypto 3 puts a backslash before a slash in a value;
 * YARA takes it away. */
static void store_name(struct vtr_module_run *run, uint32_t field, uint32_t item,
                       const X509_NAME *name)
{
    char line[NAME_LEN];
    size_t len = 0;

    if (X509_NAME_oneline(name, line, sizeof(line)) == NULL) {
        return;
    }
    for (size_t i = 0; line[i] != '\0'; i++) {
        if (line[i] != '\\' || line[i + 1] != '/') {
            line[len++] = line[i];
        }
    }
    line[len] = '\0';
    store_string(run, field, item, line);
}

/* Sets the SHA-1 of a certificate.  Not by X509_digest: the certificate's libcrypto may
 * have no digests. */
static void store_thumbprint(struct vtr_module_run *run, uint32_t field, uint32_t item,
                             X509 *certificate)
{
    uint8_t digest[VTR_SHA1_LEN];
    unsigned char *der = NULL;
    const int len = i2d_X509(certificate, &der);

    if (len > 0 &&
        vtr_file_digest_sha1((struct vtr_bytes){der, (size_t)len}, digest) == VTR_OK) {
        vtr_pe_store_hex(run, field, item, (struct vtr_bytes){digest, sizeof(digest)});
    }
    OPENSSL_free(der);
}

/* Sets the bytes of a serial number, in two's complement, with colons between. */
static void store_serial(struct vtr_module_run *run, uint32_t field, uint32_t item,
                         const ASN1_INTEGER *serial)
{
    uint8_t der[SERIAL_LIMIT];
    char text[3 * SERIAL_LIMIT];
    unsigned char *at = der;
    const int len = i2d_ASN1_INTEGER(serial, NULL);

    if (len <= SERIAL_HEADER_LEN || len > SERIAL_LIMIT ||
        i2d_ASN1_INTEGER(serial, &at) != len) {
        return;
    }
    for (int i = SERIAL_HEADER_LEN; i < len; i++) {
        char *pair = text + 3 * (i - SERIAL_HEADER_LEN);
        vtr_digest_hex((struct vtr_bytes){&der[i], 1}, pair);
        pair[2] = i + 1 < len ? ':' : '\0';
    }
    store_string(run, field, item, text);
}

int64_t vtr_pe_time_of(const ASN1_TIME *time)
{
    ASN1_TIME *epoch = ASN1_TIME_set(NULL, 0);
    int64_t seconds = NO_TIME;
    int days;
    int rest;

    if (time != NULL && epoch != NULL &&
        ASN1_TIME_diff(&days, &rest, epoch, time) == 1) {
        seconds = (int64_t)days * DAY_SECONDS + rest;
    }
    ASN1_TIME_free(epoch);
    return seconds;
}

int64_t vtr_pe_time(const ASN1_TYPE *value)
{
    if (value->type != V_ASN1_UTCTIME && value->type != V_ASN1_GENERALIZEDTIME) {
        return NO_TIME;
    }
    return vtr_pe_time_of(value->value.asn1_string);
}

void vtr_pe_certificate_store(struct vtr_module_run *run,
                              const struct vtr_pe_certificate_rows *rows, uint32_t item,
                              X509 *certificate)
{
    struct vtr_module_store *store = &run->store;
    const int nid = X509_get_signature_nid(certificate);
    char oid[OID_LEN] = "";

    store_thumbprint(run, rows->thumbprint, item, certificate);
    store_name(run, rows->issuer, item, X509_get_issuer_name(certificate));
    store_name(run, rows->subject, item, X509_get_subject_name(certificate));
    vtr_store_int(store, rows->version, item, X509_get_version(certificate) + 1);
    vtr_pe_store_name(run, rows->algorithm, item, nid);
    (void)OBJ_obj2txt(oid, sizeof(oid), OBJ_nid2obj(nid), 1);
    store_string(run, rows->algorithm_oid, item, oid);
    store_serial(run, rows->serial, item, X509_get0_serialNumber(certificate));
    vtr_store_int(store, rows->not_before, item,
                  vtr_pe_time_of(X509_get0_notBefore(certificate)));
    vtr_store_int(store, rows->not_after, item,
                  vtr_pe_time_of(X509_get0_notAfter(certificate)));
}

void vtr_pe_certificates_append(struct vtr_module_run *run, uint32_t array,
                                const struct vtr_pe_certificate_rows *rows,
                                uint32_t parent, const STACK_OF(X509) * certificates)
{
    const int count = sk_X509_num(certificates);

    for (int i = 0; i < count; i++) {
        if (i == VTR_PE_CERTIFICATE_LIMIT ||
            !vtr_module_spend(run, CERTIFICATE_UNITS)) {
            run->is_limited = true;
            return;
        }
        const uint32_t item = vtr_store_append(&run->store, array, parent);
        if (item == VTR_NO_ITEM) {
            return;
        }
        vtr_pe_certificate_store(run, rows, item, sk_X509_value(certificates, i));
    }
}

/* libcrypto builds the chain when it verifies the signer.  Nobody is trusted here, so
 * that verifying ends there, without a look at any signature. */
void vtr_pe_chain_append(struct vtr_module_run *run, uint32_t array,
                         const struct vtr_pe_certificate_rows *rows, uint32_t parent,
                         X509 *signer, STACK_OF(X509) * certificates)
{
    const int count = sk_X509_num(certificates);
    X509_STORE *nobody = NULL;
    X509_STORE_CTX *context = NULL;

    if (count > VTR_PE_CERTIFICATE_LIMIT ||
        !vtr_module_spend(run, (uint64_t)(count + 1) * CANDIDATE_UNITS)) {
        run->is_limited = true;
        return;
    }
    nobody = X509_STORE_new();
    context = X509_STORE_CTX_new();
    if (nobody == NULL || context == NULL ||
        X509_STORE_CTX_init(context, nobody, signer, certificates) != 1) {
        goto out;
    }
    (void)X509_verify_cert(context);
    vtr_pe_certificates_append(run, array, rows, parent,
                               X509_STORE_CTX_get0_chain(context));
out:
    X509_STORE_CTX_free(context);
    X509_STORE_free(nobody);
}
