/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_authenticode.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/objects.h>

#include "base/bytes.h"
#include "scan/module/pe_image.h"
#include "scan/module/pe_pkcs7.h"

#define INDIRECT_DATA "1.3.6.1.4.1.311.2.1.4"
#define OPUS_INFO     "1.3.6.1.4.1.311.2.1.12"

/* Parts of an indirect data content: what is signed, and its digest. */
#define INDIRECT_PARTS 2

/* Tags of the parts of SpcSpOpusInfo, and of the choices of its texts. */
#define PROGRAM_NAME_TAG 0
#define UNICODE_TAG      0
#define ASCII_TAG        1

/* What ASN1_get_object says of an error, and of a length that is not written. */
#define OBJECT_REFUSED (0x80 | 0x01)

#define READ_LEN 4096

/* Where the file's checksum is behind the signature "PE", and where from there on the
 * security directory is, in the headers of 32 bits and in those of 64. */
#define CHECKSUM_OFFSET     0x58u
#define CHECKSUM_LEN        4u
#define DIRECTORY_DISTANCE  0x40u
#define DIRECTORY_EXTRA     16u
#define DIRECTORY_ENTRY_LEN 8u

static void free_sequence(STACK_OF(ASN1_TYPE) * sequence)
{
    sk_ASN1_TYPE_pop_free(sequence, ASN1_TYPE_free);
}

static STACK_OF(ASN1_TYPE) * parse_sequence(struct vtr_bytes bytes)
{
    const unsigned char *at = bytes.ptr;

    return d2i_ASN1_SEQUENCE_ANY(NULL, &at, (long)bytes.len);
}

/* Whether the bytes are SpcAttributeTypeAndOptionalValue: an object, and perhaps more.
 */
static bool is_typed_value(struct vtr_bytes bytes)
{
    STACK_OF(ASN1_TYPE) *parts = parse_sequence(bytes);
    const int count = sk_ASN1_TYPE_num(parts);
    const bool is_typed = (count == 1 || count == 2) &&
                          sk_ASN1_TYPE_value(parts, 0)->type == V_ASN1_OBJECT;

    free_sequence(parts);
    return is_typed;
}

X509_SIG *vtr_pe_signed_digest(const PKCS7 *pkcs7)
{
    const PKCS7 *contents = pkcs7->d.sign->contents;
    STACK_OF(ASN1_TYPE) *parts = NULL;
    X509_SIG *digest = NULL;
    struct vtr_bytes bytes;
    struct vtr_bytes signed_value;
    struct vtr_bytes digest_info;

    if (!vtr_pe_object_is(contents->type, INDIRECT_DATA) ||
        !vtr_pe_sequence(contents->d.other, &bytes)) {
        return NULL;
    }
    parts = parse_sequence(bytes);
    if (sk_ASN1_TYPE_num(parts) == INDIRECT_PARTS &&
        vtr_pe_sequence(sk_ASN1_TYPE_value(parts, 0), &signed_value) &&
        vtr_pe_sequence(sk_ASN1_TYPE_value(parts, 1), &digest_info) &&
        is_typed_value(signed_value)) {
        const unsigned char *at = digest_info.ptr;
        digest = d2i_X509_SIG(NULL, &at, (long)digest_info.len);
    }
    free_sequence(parts);
    return digest;
}

int vtr_pe_signed_digest_nid(const X509_SIG *digest)
{
    const X509_ALGOR *algorithm;

    X509_SIG_get0(digest, &algorithm, NULL);
    return OBJ_obj2nid(algorithm->algorithm);
}

struct vtr_bytes vtr_pe_signed_digest_bytes(const X509_SIG *digest)
{
    const ASN1_OCTET_STRING *octets;

    X509_SIG_get0(digest, NULL, &octets);
    return vtr_pe_string(octets);
}

/* The contents of the object at the beginning of `bytes`, and its tag if it is of that
 * class.  A length that is not written is refused: texts have none such. */
static bool open_object(struct vtr_bytes bytes, int class, int *out_tag,
                        struct vtr_bytes *out_contents)
{
    const unsigned char *at = bytes.ptr;
    long len = 0;
    int found = 0;
    const int result = ASN1_get_object(&at, &len, out_tag, &found, (long)bytes.len);

    if ((result & OBJECT_REFUSED) != 0 || found != class) {
        return false;
    }
    *out_contents = (struct vtr_bytes){at, (size_t)len};
    return true;
}

/* The program's name in an SpcSpOpusInfo: the type of its text, and its bytes. */
static bool find_program_name(struct vtr_bytes opus_info, int *out_type,
                              struct vtr_bytes *out_text)
{
    struct vtr_bytes parts;
    struct vtr_bytes name;
    int tag = 0;

    if (!open_object(opus_info, V_ASN1_UNIVERSAL, &tag, &parts) ||
        tag != V_ASN1_SEQUENCE ||
        !open_object(parts, V_ASN1_CONTEXT_SPECIFIC, &tag, &name) ||
        tag != PROGRAM_NAME_TAG ||
        !open_object(name, V_ASN1_CONTEXT_SPECIFIC, &tag, out_text) ||
        (tag != UNICODE_TAG && tag != ASCII_TAG)) {
        return false;
    }
    *out_type = tag == UNICODE_TAG ? V_ASN1_BMPSTRING : V_ASN1_IA5STRING;
    return true;
}

void vtr_pe_program_name_store(struct vtr_module_run *run, uint32_t field,
                               uint32_t item, const PKCS7_SIGNER_INFO *signer)
{
    ASN1_STRING *string = NULL;
    unsigned char *utf8 = NULL;
    struct vtr_bytes opus_info;
    struct vtr_bytes text;
    int type;
    int len;

    if (!vtr_pe_sequence(vtr_pe_attribute(signer->auth_attr, OPUS_INFO, 0),
                         &opus_info) ||
        !find_program_name(opus_info, &type, &text)) {
        return;
    }
    string = ASN1_STRING_type_new(type);
    if (string == NULL || ASN1_STRING_set(string, text.ptr, (int)text.len) != 1) {
        goto out;
    }
    len = ASN1_STRING_to_UTF8(&utf8, string);
    /* YARA leaves a name out that is longer in UTF-8 than all of the attribute. */
    if (len >= 0 && (size_t)len < opus_info.len) {
        vtr_store_text_copy(&run->store, field, item,
                            vtr_bytes_from_text((const char *)utf8));
    }
out:
    OPENSSL_free(utf8);
    ASN1_STRING_free(string);
}

/* The bytes that the digest of a signature is of: the contents' own contents, which
 * version 1 signs without their tag and length. */
static bool find_signed_bytes(const PKCS7 *pkcs7, struct vtr_bytes *out)
{
    struct vtr_bytes inner;
    uint64_t version = 0;
    int tag;

    if (!vtr_pe_sequence(pkcs7->d.sign->contents->d.other, out)) {
        return false;
    }
    if (ASN1_INTEGER_get_uint64(&version, pkcs7->d.sign->version) == 1 &&
        version == 1 && open_object(*out, V_ASN1_UNIVERSAL, &tag, &inner)) {
        *out = inner;
    }
    return true;
}

bool vtr_pe_signature_holds(PKCS7 *pkcs7, PKCS7_SIGNER_INFO *signer, X509 *certificate)
{
    struct vtr_bytes signed_bytes;
    uint8_t buffer[READ_LEN];
    BIO *contents = NULL;
    BIO *digests = NULL;

    if (!find_signed_bytes(pkcs7, &signed_bytes)) {
        return false;
    }
    contents = BIO_new_mem_buf(signed_bytes.ptr, (int)signed_bytes.len);
    if (contents == NULL) {
        return false;
    }
    digests = PKCS7_dataInit(pkcs7, contents);
    if (digests == NULL) {
        BIO_free(contents);
        return false;
    }
    while (BIO_read(digests, buffer, sizeof(buffer)) > 0) {
        /* What is read runs through the digests. */
    }
    const bool holds = PKCS7_signatureVerify(digests, pkcs7, signer, certificate) == 1;
    BIO_free_all(digests);
    return holds;
}

/* Adds [begin, end) of the file to the digest. */
static bool update(EVP_MD_CTX *context, struct vtr_bytes data, uint64_t begin,
                   uint64_t end)
{
    return begin <= end && end <= data.len &&
           EVP_DigestUpdate(context, data.ptr + begin, (size_t)(end - begin)) == 1;
}

unsigned vtr_pe_file_digest(struct vtr_module_run *run,
                            const struct vtr_pe_image *image, int nid, uint8_t *out)
{
    const uint64_t checksum = image->header_offset + CHECKSUM_OFFSET;
    const uint64_t entry =
        checksum + DIRECTORY_DISTANCE + (image->is_64bit ? DIRECTORY_EXTRA : 0);
    const EVP_MD *md = EVP_get_digestbynid(nid);
    struct vtr_pe_directory directory;
    unsigned len = 0;

    if (md == NULL ||
        !vtr_pe_image_directory(image, VTR_PE_DIRECTORY_SECURITY, &directory) ||
        !run->services->spend(run->services->context, (uint64_t)directory.address)) {
        return 0; /* each signature may want the whole file: the scan pays, no loader */
    }
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    const bool is_done =
        context != NULL && EVP_DigestInit_ex(context, md, NULL) == 1 &&
        update(context, image->data, 0, checksum) &&
        update(context, image->data, checksum + CHECKSUM_LEN, entry) &&
        update(context, image->data, entry + DIRECTORY_ENTRY_LEN, directory.address) &&
        EVP_DigestFinal_ex(context, out, &len) == 1;
    EVP_MD_CTX_free(context);
    return is_done ? len : 0;
}
