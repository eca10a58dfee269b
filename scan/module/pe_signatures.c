/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/pe_signatures.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "scan/module/pe.h"
#include "scan/module/pe_authenticode.h"
#include "scan/module/pe_certificate.h"
#include "scan/module/pe_countersignature.h"
#include "scan/module/pe_pkcs7.h"

#define NESTED_SIGNATURE     "1.3.6.1.4.1.311.2.4.1"
#define PKCS9_MESSAGE_DIGEST "1.2.840.113549.1.9.4"

/* An entry of the security directory: its length with this head, revision, type. */
#define ENTRY_HEAD_LEN    8u
#define ENTRY_ALIGNMENT   8u
#define ENTRY_REVISION_1  0x0100u
#define ENTRY_REVISION_2  0x0200u
#define ENTRY_TYPE_SIGNED 2u

/* Work in units of vtr_module_spend: of an entry, and of the arithmetic of a key. */
#define ENTRY_UNITS 64u
#define KEY_UNITS   100000u

/* One signer of one structure. */
struct signature {
    PKCS7 *pkcs7;
    PKCS7_SIGNER_INFO *signer;
    X509 *certificate;
    uint32_t item; /* its number in the file */
};

struct walk;
typedef void (*visit_fn)(struct walk *walk, const struct signature *signature);

/* A structure whose nested ones are being looked at. */
struct level {
    PKCS7 *pkcs7; /* owned */
    int next;
};

/* The way through all signatures of a file, in the same order each time. */
struct walk {
    struct vtr_module_run *run;
    const struct vtr_pe_image *image;
    visit_fn visit;
    OSSL_LIB_CTX *library; /* that parses; NULL: the usual */
    uint32_t count;        /* of signatures */
    struct level levels[VTR_PE_SIGNATURE_LIMIT];
    unsigned depth;
    uint32_t stamp_count; /* of countersignatures, which are numbered likewise */
    int digest_nid;       /* of the file's digest that was formed last */
    unsigned digest_len;
    uint8_t digest[EVP_MAX_MD_SIZE];
    bool is_signed;
};

/* Visits the signers of a structure.  False when they are not all known, or there are
 * too many: what is nested in it is not looked at then. */
static bool visit_signers(struct walk *walk, PKCS7 *pkcs7)
{
    STACK_OF(X509) *signers = NULL;

    if (walk->count >= VTR_PE_SIGNATURE_LIMIT || !vtr_pe_pkcs7_is_signed(pkcs7)) {
        return false;
    }
    signers = PKCS7_get0_signers(pkcs7, NULL, 0);
    if (signers == NULL) {
        return false;
    }
    const int count = sk_X509_num(signers);
    for (int i = 0; i < count && walk->count < VTR_PE_SIGNATURE_LIMIT; i++) {
        const struct signature signature = {
            pkcs7,
            sk_PKCS7_SIGNER_INFO_value(pkcs7->d.sign->signer_info, i),
            sk_X509_value(signers, i),
            walk->count,
        };
        walk->visit(walk, &signature);
        walk->count++;
    }
    sk_X509_free(signers);
    return true;
}

/* Takes a structure over and visits its signers. */
static void enter(struct walk *walk, PKCS7 *pkcs7)
{
    (void)ERR_set_mark();
    const bool is_signed = visit_signers(walk, pkcs7);
    (void)ERR_pop_to_mark();
    /* Each level has a signature of its own, so that there are never too many. */
    if (is_signed && walk->depth < VTR_PE_SIGNATURE_LIMIT) {
        walk->levels[walk->depth++] = (struct level){pkcs7, 0};
    } else {
        PKCS7_free(pkcs7);
    }
}

/* The next structure that is nested in the innermost level; false when there are no
 * more.  NULL is one that cannot be parsed. */
static bool take_nested(struct walk *walk, PKCS7 **out)
{
    struct level *level = &walk->levels[walk->depth - 1];
    const PKCS7_SIGNER_INFO *signer =
        sk_PKCS7_SIGNER_INFO_value(level->pkcs7->d.sign->signer_info, 0);
    const ASN1_TYPE *value =
        vtr_pe_attribute(signer->unauth_attr, NESTED_SIGNATURE, level->next++);
    struct vtr_bytes der;

    if (value == NULL) {
        return false;
    }
    *out = vtr_pe_sequence(value, &der)
               ? vtr_pe_pkcs7_take(walk->run, &der, walk->library)
               : NULL;
    return true;
}

/* Visits a structure, which is taken over, and what is nested in it, in depth. */
static void walk_structure(struct walk *walk, PKCS7 *pkcs7)
{
    PKCS7 *nested;

    enter(walk, pkcs7);
    while (walk->depth > 0) {
        if (!take_nested(walk, &nested)) {
            PKCS7_free(walk->levels[--walk->depth].pkcs7);
        } else if (nested != NULL) {
            enter(walk, nested);
        }
    }
}

/* Visits the structures of one entry, one behind the other. */
static void walk_entry(struct walk *walk, struct vtr_bytes entry)
{
    while (entry.len > 0 && walk->count < VTR_PE_SIGNATURE_LIMIT) {
        PKCS7 *pkcs7 = vtr_pe_pkcs7_take(walk->run, &entry, walk->library);
        if (pkcs7 == NULL) {
            return;
        }
        walk_structure(walk, pkcs7);
    }
}

/* The security directory; false when there is none, or it is not in the file. */
static bool find_directory(const struct walk *walk, struct vtr_bytes *out,
                           uint64_t *out_offset)
{
    const struct vtr_bytes data = walk->image->data;
    struct vtr_pe_directory directory;

    if (!vtr_pe_image_directory(walk->image, VTR_PE_DIRECTORY_SECURITY, &directory) ||
        directory.address == 0 || directory.address > data.len ||
        directory.size > data.len - directory.address) {
        return false;
    }
    *out = (struct vtr_bytes){data.ptr + directory.address, directory.size};
    *out_offset = directory.address;
    return true;
}

static bool has_directory(const struct walk *walk)
{
    struct vtr_bytes directory;
    uint64_t offset;

    return find_directory(walk, &directory, &offset) && directory.len > ENTRY_HEAD_LEN;
}

/* Takes the next entry off the directory; false when it is broken, or the last. */
static bool take_entry(struct vtr_reader *directory, uint16_t *out_revision,
                       uint16_t *out_type, struct vtr_bytes *out)
{
    const uint64_t misaligned = vtr_reader_offset(directory) % ENTRY_ALIGNMENT;
    struct vtr_bytes padding;
    uint32_t len;

    if (directory->pos > 0 && misaligned > 0 &&
        !vtr_reader_slice(directory, &padding, ENTRY_ALIGNMENT - misaligned)) {
        return false;
    }
    return vtr_reader_u32(directory, &len) && vtr_reader_u16(directory, out_revision) &&
           vtr_reader_u16(directory, out_type) && len > ENTRY_HEAD_LEN &&
           vtr_reader_slice(directory, out, len - ENTRY_HEAD_LEN);
}

/* Visits all signatures of the file. */
static void walk_file(struct walk *walk)
{
    struct vtr_reader reader;
    struct vtr_bytes directory;
    struct vtr_bytes entry;
    uint64_t offset;
    uint16_t revision;
    uint16_t type;

    if (!find_directory(walk, &directory, &offset)) {
        return;
    }
    vtr_reader_init(&reader, directory, offset);
    while (take_entry(&reader, &revision, &type, &entry) &&
           (revision == ENTRY_REVISION_1 || revision == ENTRY_REVISION_2) &&
           vtr_module_spend(walk->run, ENTRY_UNITS)) {
        if (revision == ENTRY_REVISION_2 && type == ENTRY_TYPE_SIGNED) {
            walk_entry(walk, entry);
        }
    }
}

static void store_signer(struct vtr_module_run *run, const struct signature *signature)
{
    const struct vtr_pe_certificate_rows rows =
        VTR_PE_CERTIFICATE_ROWS(SIGNER_INFO_CHAIN_);
    struct vtr_module_store *store = &run->store;
    const uint32_t item = signature->item;
    PKCS7_SIGNER_INFO *signer = signature->signer;
    const ASN1_TYPE *digest =
        vtr_pe_attribute(signer->auth_attr, PKCS9_MESSAGE_DIGEST, 0);
    struct vtr_bytes bytes;

    vtr_pe_chain_append(run, VTR_PE_SIGNATURE_SIGNER_INFO_CHAIN, &rows, item,
                        signature->certificate, signature->pkcs7->d.sign->cert);
    vtr_store_int(store, VTR_PE_SIGNATURE_SIGNER_INFO_LENGTH_OF_CHAIN, item,
                  vtr_store_count(store, VTR_PE_SIGNATURE_SIGNER_INFO_CHAIN, item));
    if (!vtr_pe_octets(digest, &bytes)) {
        return;
    }
    vtr_pe_store_name(run, VTR_PE_SIGNATURE_SIGNER_INFO_DIGEST_ALG, item,
                      OBJ_obj2nid(signer->digest_alg->algorithm));
    if (bytes.len > 0) {
        vtr_pe_store_hex(run, VTR_PE_SIGNATURE_SIGNER_INFO_DIGEST, item, bytes);
    }
    vtr_pe_program_name_store(run, VTR_PE_SIGNATURE_SIGNER_INFO_PROGRAM_NAME, item,
                              signer);
}

static void store_stamps(struct walk *walk, const struct signature *signature)
{
    struct vtr_pe_countersignature stamp;

    for (int i = 0;
         vtr_pe_countersignature_find(signature->pkcs7, signature->signer, i, &stamp);
         i++) {
        const uint32_t item =
            vtr_store_append(&walk->run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURES,
                             signature->item);
        if (item == VTR_NO_ITEM) {
            return;
        }
        vtr_pe_countersignature_store(walk->run, item, signature->item, &stamp);
    }
}

/* Sets who signed, and the digest of the file.  A signature of something else has none.
 */
static void store_signature(struct walk *walk, const struct signature *signature)
{
    struct vtr_module_run *run = walk->run;
    const struct vtr_pe_certificate_rows rows = VTR_PE_CERTIFICATE_ROWS();
    const uint32_t item = vtr_store_append(&run->store, VTR_PE_SIGNATURES, 0);
    X509_SIG *digest = vtr_pe_signed_digest(signature->pkcs7);

    vtr_pe_certificate_store(run, &rows, item, signature->certificate);
    if (digest != NULL) {
        const struct vtr_bytes bytes = vtr_pe_signed_digest_bytes(digest);
        vtr_pe_store_name(run, VTR_PE_SIGNATURE_DIGEST_ALG, item,
                          vtr_pe_signed_digest_nid(digest));
        if (bytes.len > 0) {
            vtr_pe_store_hex(run, VTR_PE_SIGNATURE_DIGEST, item, bytes);
        }
    }
    X509_SIG_free(digest);
}

/* Sets all certificates of a signature, and if it is of a file, the signer's chain and
 * the time stamps. */
static void store_signers(struct walk *walk, const struct signature *signature)
{
    struct vtr_module_run *run = walk->run;
    struct vtr_module_store *store = &run->store;
    const struct vtr_pe_certificate_rows rows = VTR_PE_CERTIFICATE_ROWS(CERTIFICATE_);
    const uint32_t item = signature->item;
    X509_SIG *digest = vtr_pe_signed_digest(signature->pkcs7);

    vtr_pe_certificates_append(run, VTR_PE_SIGNATURE_CERTIFICATES, &rows, item,
                               signature->pkcs7->d.sign->cert);
    if (digest != NULL) {
        store_signer(run, signature);
        store_stamps(walk, signature);
    }
    vtr_store_int(store, VTR_PE_SIGNATURE_NUMBER_OF_CERTIFICATES, item,
                  vtr_store_count(store, VTR_PE_SIGNATURE_CERTIFICATES, item));
    vtr_store_int(store, VTR_PE_SIGNATURE_NUMBER_OF_COUNTERSIGNATURES, item,
                  vtr_store_count(store, VTR_PE_SIGNATURE_COUNTERSIGNATURES, item));
    X509_SIG_free(digest);
}

/* Forms the file's digest unless it is the one that was formed last. */
static struct vtr_bytes file_digest(struct walk *walk, int nid)
{
    if (nid != walk->digest_nid) {
        walk->digest_nid = nid;
        walk->digest_len =
            vtr_pe_file_digest(walk->run, walk->image, nid, walk->digest);
    }
    return (struct vtr_bytes){walk->digest, walk->digest_len};
}

/* Whether the file is what was signed, and by whom it says. */
static bool verify(struct walk *walk, const struct signature *signature,
                   const X509_SIG *digest)
{
    const struct vtr_bytes is = file_digest(walk, vtr_pe_signed_digest_nid(digest));
    const struct vtr_bytes was = vtr_pe_signed_digest_bytes(digest);

    if (is.len == 0 || was.len == 0) {
        return false;
    }
    vtr_pe_store_hex(walk->run, VTR_PE_SIGNATURE_FILE_DIGEST, signature->item, is);
    return vtr_bytes_equal(is, was) &&
           vtr_pe_attribute(signature->signer->auth_attr, PKCS9_MESSAGE_DIGEST, 0) !=
               NULL &&
           vtr_module_spend(walk->run, KEY_UNITS) &&
           vtr_pe_signature_holds(signature->pkcs7, signature->signer,
                                  signature->certificate);
}

static void verify_stamps(struct walk *walk, const struct signature *signature)
{
    struct vtr_pe_countersignature stamp;

    for (int i = 0;
         vtr_pe_countersignature_find(signature->pkcs7, signature->signer, i, &stamp);
         i++) {
        const bool holds = vtr_module_spend(walk->run, KEY_UNITS) &&
                           vtr_pe_countersignature_holds(walk->run, &stamp);
        vtr_store_int(&walk->run->store, VTR_PE_SIGNATURE_COUNTERSIGNATURE_VERIFIED,
                      walk->stamp_count++, holds);
    }
}

static void verify_signature(struct walk *walk, const struct signature *signature)
{
    X509_SIG *digest = vtr_pe_signed_digest(signature->pkcs7);
    const bool is_verified = digest != NULL && verify(walk, signature, digest);

    vtr_store_int(&walk->run->store, VTR_PE_SIGNATURE_VERIFIED, signature->item,
                  is_verified);
    walk->is_signed = walk->is_signed || is_verified;
    if (digest != NULL) {
        verify_stamps(walk, signature);
    }
    X509_SIG_free(digest);
}

void vtr_pe_signatures(struct vtr_module_run *run)
{
    struct walk walk = {.run = run,
                        .image = vtr_pe_image_of(run),
                        .visit = store_signature};

    if (walk.image != NULL) {
        if (has_directory(&walk)) {
            walk.library = vtr_pe_keyless_library(run);
            walk_file(&walk);
        }
        vtr_store_int(&run->store, VTR_PE_NUMBER_OF_SIGNATURES, 0, walk.count);
    }
}

void vtr_pe_signers(struct vtr_module_run *run)
{
    struct walk walk = {.run = run,
                        .image = vtr_pe_image_of(run),
                        .visit = store_signers};

    if (walk.image != NULL) {
        walk_file(&walk);
    }
}

void vtr_pe_verification(struct vtr_module_run *run)
{
    struct walk walk = {.run = run,
                        .image = vtr_pe_image_of(run),
                        .visit = verify_signature};

    if (walk.image != NULL) {
        walk_file(&walk);
        vtr_store_int(&run->store, VTR_PE_IS_SIGNED, 0, walk.is_signed);
    }
}

struct vtr_module_value vtr_pe_valid_on(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    const int64_t time = call->args[0].is.number;
    const struct vtr_module_value not_before =
        vtr_store_get(&run->store, VTR_PE_SIGNATURE_NOT_BEFORE, call->item);
    const struct vtr_module_value not_after =
        vtr_store_get(&run->store, VTR_PE_SIGNATURE_NOT_AFTER, call->item);

    if (not_before.kind != VTR_MODULE_INT || not_after.kind != VTR_MODULE_INT) {
        return vtr_module_undefined();
    }
    return vtr_module_int(time >= not_before.is.number && time <= not_after.is.number);
}
