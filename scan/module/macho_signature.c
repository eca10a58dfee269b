/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the code signature of a Mach-O file says: its entitlements, a property list in
 * XML, and the certificates in its structure of PKCS #7.  Nothing is verified.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "base/bytes.h"
#include "scan/module/image_record.h"
#include "scan/module/macho.h"
#include "scan/module/macho_image.h"
#include "scan/module/pe_certificate.h"
#include "scan/module/pe_pkcs7.h"

/* What a blob, a tag and a certificate count for, and bytes that count for one unit
 * more. */
#define RECORD_UNITS      4u
#define CERTIFICATE_UNITS 512u
#define UNIT_LEN          16u

#define MAGIC_ENTITLEMENTS 0xFADE7171u
#define MAGIC_CMS          0xFADE0B01u
#define BLOB_HEADER_LEN    8u
#define INDEX_AT           12u

/* Bytes of an entitlement, and of a name in one line: longer ones are left out. */
#define TEXT_LIMIT 4096u

/* Rows of a file: of one by itself, and of those in a fat one. */
struct signature_rows {
    uint32_t entitlements, entitlement, certificates, issuer, subject, is_self_signed;
};

#define SIGNATURE_ROWS(P)                                                 \
 {                                                                        \
  .entitlements = P##_ENTITLEMENTS, .entitlement = P##_ENTITLEMENTS_ITEM, \
  .certificates = P##_CERTIFICATES, .issuer = P##_CERTIFICATES_ISSUER,    \
  .subject = P##_CERTIFICATES_SUBJECT,                                    \
  .is_self_signed = P##_CERTIFICATES_IS_SELF_SIGNED,                      \
 }

static const struct signature_rows THIN_ROWS = SIGNATURE_ROWS(VTR_MACHO);
static const struct signature_rows PART_ROWS = SIGNATURE_ROWS(VTR_MACHO_FILE);

/* A signature that is being loaded, of the file that is item `item` of its rows. */
struct load {
    struct vtr_module_run *run;
    const struct signature_rows *rows;
    uint32_t item;
};

/* The property list, from left to right. */
struct list {
    const struct load *load;
    struct vtr_bytes left;
    unsigned array_depth;
    char text[TEXT_LIMIT]; /* of the element that is open */
    size_t len;            /* TEXT_LIMIT + 1: it is longer */
};

/* Takes what stands before the next `end`, and `end` itself; all when there is none. */
static struct vtr_bytes take_until(struct list *list, const char *end)
{
    const size_t end_len = strlen(end);
    struct vtr_bytes taken = list->left;

    for (size_t i = 0; i + end_len <= list->left.len; i++) {
        if (memcmp(list->left.ptr + i, end, end_len) == 0) {
            taken.len = i;
            list->left = (struct vtr_bytes){list->left.ptr + i + end_len,
                                            list->left.len - i - end_len};
            return taken;
        }
    }
    list->left.len = 0;
    return taken;
}

static bool begins(struct vtr_bytes text, const char *with)
{
    const size_t len = strlen(with);

    return text.len >= len && memcmp(text.ptr, with, len) == 0;
}

static void add_byte(struct list *list, uint8_t byte)
{
    if (list->len < TEXT_LIMIT) {
        list->text[list->len++] = (char)byte;
    } else {
        list->len = TEXT_LIMIT + 1;
    }
}

/* Characters as they stand, but for the entities that XML has by itself. */
static void add_text(struct list *list, struct vtr_bytes text)
{
    static const struct {
        const char *name;
        uint8_t byte;
    } ENTITIES[] = {{"&amp;", '&'},
                    {"&lt;", '<'},
                    {"&gt;", '>'},
                    {"&quot;", '"'},
                    {"&apos;", '\''}};

    while (text.len > 0) {
        size_t used = 1;
        uint8_t byte = text.ptr[0];
        for (size_t i = 0; i < sizeof(ENTITIES) / sizeof(ENTITIES[0]); i++) {
            if (begins(text, ENTITIES[i].name)) {
                used = strlen(ENTITIES[i].name);
                byte = ENTITIES[i].byte;
            }
        }
        add_byte(list, byte);
        text = (struct vtr_bytes){text.ptr + used, text.len - used};
    }
}

static bool is_blank(const struct list *list)
{
    for (size_t i = 0; i < list->len; i++) {
        if (strchr(" \t\r\n", list->text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether a tag is of that name, with or without attributes. */
static bool is_tag(struct vtr_bytes tag, const char *name)
{
    const size_t len = strlen(name);

    return begins(tag, name) &&
           (tag.len == len || strchr(" \t\r\n/", (char)tag.ptr[len]) != NULL);
}

/* The end of an element: a key, or a text in an array, is an entitlement. */
static void end_element(struct list *list, struct vtr_bytes name)
{
    struct vtr_module_store *store = &list->load->run->store;
    const bool is_wanted =
        is_tag(name, "key") ? list->len > 0 : list->array_depth > 0 && !is_blank(list);

    if (is_wanted && list->len <= TEXT_LIMIT) {
        const uint32_t item =
            vtr_store_append(store, list->load->rows->entitlements, list->load->item);
        vtr_store_text_copy(store, list->load->rows->entitlement, item,
                            (struct vtr_bytes){(const uint8_t *)list->text, list->len});
    } else if (is_wanted) {
        list->load->run->is_limited = true;
    }
    if (is_tag(name, "array") && list->array_depth > 0) {
        list->array_depth--;
    }
    list->len = 0;
}

/* What stands between '<' and '>', or what XML has instead. */
static void take_tag(struct list *list)
{
    if (begins(list->left, "!--")) {
        (void)take_until(list, "-->");
    } else if (begins(list->left, "![CDATA[")) {
        struct vtr_bytes text = take_until(list, "]]>");
        for (size_t i = strlen("![CDATA["); i < text.len; i++) {
            add_byte(list, text.ptr[i]);
        }
    } else if (begins(list->left, "/")) {
        struct vtr_bytes tag = take_until(list, ">");
        end_element(list, (struct vtr_bytes){tag.ptr + 1, tag.len - 1});
    } else {
        const struct vtr_bytes tag = take_until(list, ">");
        const bool is_empty = tag.len > 0 && tag.ptr[tag.len - 1] == '/';
        list->array_depth += is_tag(tag, "array") && !is_empty ? 1 : 0;
        list->len = 0;
    }
}

static void load_entitlements(const struct load *load, struct vtr_bytes xml)
{
    struct list list = {.load = load, .left = xml};

    if (!vtr_module_spend(load->run, xml.len / UNIT_LEN)) {
        return;
    }
    while (list.left.len > 0 && !load->run->store.is_full &&
           vtr_module_spend(load->run, RECORD_UNITS)) {
        add_text(&list, take_until(&list, "<"));
        take_tag(&list);
    }
}

/* Sets a name as "C=US, O=Apple Inc., CN=...". */
static void store_name(const struct load *load, uint32_t row, uint32_t item,
                       const X509_NAME *name)
{
    BIO *line = BIO_new(BIO_s_mem());
    const unsigned long form = XN_FLAG_SEP_CPLUS_SPC | ASN1_STRFLGS_UTF8_CONVERT;
    char *text = NULL;

    if (line != NULL && X509_NAME_print_ex(line, name, 0, form) >= 0) {
        const long len = BIO_get_mem_data(line, &text);
        if (len > 0 && len <= (long)TEXT_LIMIT) {
            vtr_store_text_copy(&load->run->store, row, item,
                                (struct vtr_bytes){(const uint8_t *)text, (size_t)len});
        }
    }
    BIO_free(line);
}

static void load_certificates(const struct load *load, struct vtr_bytes blob)
{
    struct vtr_module_run *run = load->run;

    (void)ERR_set_mark();
    PKCS7 *pkcs7 = vtr_pe_pkcs7_take(run, &blob, vtr_pe_keyless_library(run));
    const STACK_OF(X509) *all =
        pkcs7 != NULL && vtr_pe_pkcs7_is_signed(pkcs7) ? pkcs7->d.sign->cert : NULL;

    for (int i = 0; i < sk_X509_num(all); i++) {
        const X509 *certificate = sk_X509_value(all, i);
        const X509_NAME *issuer = X509_get_issuer_name(certificate);
        const X509_NAME *subject = X509_get_subject_name(certificate);
        if (i == VTR_PE_CERTIFICATE_LIMIT ||
            !vtr_module_spend(run, CERTIFICATE_UNITS)) {
            run->is_limited = true;
            break;
        }
        const uint32_t item =
            vtr_store_append(&run->store, load->rows->certificates, load->item);
        store_name(load, load->rows->issuer, item, issuer);
        store_name(load, load->rows->subject, item, subject);
        vtr_store_int(&run->store, load->rows->is_self_signed, item,
                      X509_NAME_cmp(issuer, subject) == 0);
    }
    PKCS7_free(pkcs7);
    (void)ERR_pop_to_mark();
}

/* The blobs of a signature: an index of types and offsets. */
static void load_signature(const struct load *load, struct vtr_bytes signature)
{
    struct vtr_image_record header;
    struct vtr_image_record index;
    struct vtr_image_record blob;
    struct vtr_bytes body;

    if (!vtr_image_record_at(&header, signature, 0, INDEX_AT, true)) {
        return;
    }
    (void)vtr_image_record_take(&header, 8); /* magic and length */
    const uint64_t count = vtr_image_record_take(&header, 4);
    for (uint64_t i = 0;
         i < count &&
         vtr_image_record_at(&index, signature, INDEX_AT + 8 * i, 8, true) &&
         vtr_module_spend(load->run, RECORD_UNITS);
         i++) {
        (void)vtr_image_record_take(&index, 4); /* type */
        const uint64_t offset = vtr_image_record_take(&index, 4);
        if (!vtr_image_record_at(&blob, signature, offset, BLOB_HEADER_LEN, true)) {
            continue;
        }
        const uint64_t magic = vtr_image_record_take(&blob, 4);
        const uint64_t len = vtr_image_record_take(&blob, 4);
        if (len < BLOB_HEADER_LEN ||
            !vtr_peek_slice(signature, offset + BLOB_HEADER_LEN, len - BLOB_HEADER_LEN,
                            &body)) {
            continue;
        }
        if (magic == MAGIC_ENTITLEMENTS) {
            load_entitlements(load, body);
        } else if (magic == MAGIC_CMS) {
            load_certificates(load, body);
        }
    }
}

static void load_file(struct vtr_module_run *run, uint32_t item, struct vtr_bytes data,
                      const void *rows)
{
    const struct load load = {run, rows, item};
    struct vtr_bytes signature = {NULL, 0}; /* what the last such command names */
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;
    struct vtr_macho_image image;

    if (!vtr_macho_image_init(&image, data)) {
        return;
    }
    vtr_macho_commands_init(&commands, &image);
    while (vtr_macho_commands_next(&commands, &image, &command) &&
           vtr_module_spend(run, RECORD_UNITS)) {
        if (command.type == VTR_MACHO_COMMAND_CODE_SIGNATURE) {
            signature = vtr_macho_command_part(&image, &command, 8);
        }
    }
    load_signature(&load, signature);
}

void vtr_macho_signature(struct vtr_module_run *run)
{
    vtr_macho_load_thin(run, load_file, &THIN_ROWS);
}

void vtr_macho_files_signature(struct vtr_module_run *run)
{
    vtr_macho_load_parts(run, load_file, &PART_ROWS);
}
