/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/key/key_text.h"

#include <assert.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/reader.h"

/* Where things are in the decoded line of a secret key. */
#define AT_KDF      2u
#define AT_CHECKSUM 4u
#define AT_SALT     6u
#define AT_OPSLIMIT 38u
#define AT_MEMLIMIT 46u
#define AT_SEALED   54u
#define SEALED_LEN  104u /* id, key, check */
#define CHECK_LEN   32u
#define SECRET_LEN  (AT_SEALED + SEALED_LEN)
#define PUBLIC_LEN  (2u + VTR_KEY_ID_LEN + VTR_PUBLIC_KEY_LEN)
#define BASE64_LEN  sodium_base64_ENCODED_LEN(SECRET_LEN, sodium_base64_VARIANT_ORIGINAL)

/* scrypt with N = 2^17, r = 8, p = 1: 128 MiB and under half a second. */
#define OPSLIMIT ((uint64_t)1 << 22)
#define MEMLIMIT ((uint64_t)1 << 27)

/* What a file may ask for: minisign's own choice and no more. */
#define OPSLIMIT_MAX ((uint64_t)1 << 25)
#define MEMLIMIT_MAX ((uint64_t)1 << 30)

static const uint8_t ED25519[2] = {'E', 'd'};
static const uint8_t SCRYPT[2] = {'S', 'c'};
static const uint8_t NO_KDF[2] = {0, 0};
static const uint8_t BLAKE2B[2] = {'B', '2'};
static const char COMMENT[] = "untrusted comment: ";

static_assert(crypto_pwhash_scryptsalsa208sha256_SALTBYTES == 32, "minisign's salt");

static void write_line(struct vtr_writer *w, const uint8_t *bytes, size_t len)
{
    char text[BASE64_LEN];

    (void)sodium_bin2base64(text, sizeof(text), bytes, len,
                            sodium_base64_VARIANT_ORIGINAL);
    vtr_writer_raw(w, vtr_bytes_from_text(text));
    vtr_writer_u8(w, '\n');
    sodium_memzero(text, sizeof(text));
}

void vtr_key_text_write_public(struct vtr_writer *w, const struct vtr_public_key *key)
{
    static const char HEX[] = "0123456789ABCDEF";
    uint8_t bytes[PUBLIC_LEN];

    memcpy(bytes, ED25519, sizeof(ED25519));
    memcpy(bytes + 2, key->id, VTR_KEY_ID_LEN);
    memcpy(bytes + 2 + VTR_KEY_ID_LEN, key->key, VTR_PUBLIC_KEY_LEN);
    vtr_writer_raw(w, vtr_bytes_from_text(COMMENT));
    vtr_writer_raw(w, vtr_bytes_from_text("vitrine public key "));
    for (size_t i = VTR_KEY_ID_LEN; i-- > 0;) { /* as minisign prints a key id */
        vtr_writer_u8(w, (uint8_t)HEX[key->id[i] >> 4]);
        vtr_writer_u8(w, (uint8_t)HEX[key->id[i] & 15]);
    }
    vtr_writer_u8(w, '\n');
    write_line(w, bytes, sizeof(bytes));
}

/* BLAKE2b-256 of "Ed", id and key, the first 72 bytes of `sealed`. */
static void compute_check(const uint8_t *sealed, uint8_t *out)
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, CHECK_LEN);
    (void)crypto_generichash_update(&state, ED25519, sizeof(ED25519));
    (void)crypto_generichash_update(&state, sealed, SEALED_LEN - CHECK_LEN);
    (void)crypto_generichash_final(&state, out, CHECK_LEN);
    sodium_memzero(&state, sizeof(state));
}

/* Encrypts or decrypts: XOR with what scrypt makes of the password. */
static enum vtr_status apply_password(uint8_t *file, const char *password,
                                      struct vtr_error *err)
{
    uint8_t stream[SEALED_LEN];

    if (crypto_pwhash_scryptsalsa208sha256(stream, sizeof(stream), password,
                                           strlen(password), file + AT_SALT,
                                           vtr_load_u64(file + AT_OPSLIMIT),
                                           (size_t)vtr_load_u64(file + AT_MEMLIMIT)) !=
        0) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < SEALED_LEN; i++) {
        file[AT_SEALED + i] ^= stream[i];
    }
    sodium_memzero(stream, sizeof(stream));
    return VTR_OK;
}

enum vtr_status vtr_key_text_write_secret(struct vtr_writer *w,
                                          const struct vtr_secret_key *key,
                                          const char *password, struct vtr_error *err)
{
    const bool is_encrypted = password != NULL && password[0] != '\0';
    uint8_t file[SECRET_LEN] = {0};
    enum vtr_status status = VTR_OK;

    memcpy(file, ED25519, sizeof(ED25519));
    memcpy(file + AT_CHECKSUM, BLAKE2B, sizeof(BLAKE2B));
    memcpy(file + AT_SEALED, key->id, VTR_KEY_ID_LEN);
    memcpy(file + AT_SEALED + VTR_KEY_ID_LEN, key->key, VTR_SECRET_KEY_LEN);
    if (is_encrypted) {
        memcpy(file + AT_KDF, SCRYPT, sizeof(SCRYPT));
        randombytes_buf(file + AT_SALT, 32);
        vtr_store_u64(file + AT_OPSLIMIT, OPSLIMIT);
        vtr_store_u64(file + AT_MEMLIMIT, MEMLIMIT);
        compute_check(file + AT_SEALED, file + SECRET_LEN - CHECK_LEN);
        status = apply_password(file, password, err);
    }
    if (status == VTR_OK) {
        vtr_writer_raw(w, vtr_bytes_from_text(COMMENT));
        vtr_writer_raw(w, vtr_bytes_from_text(is_encrypted
                                                  ? "vitrine encrypted secret key\n"
                                                  : "vitrine secret key\n"));
        write_line(w, file, sizeof(file));
        status = vtr_writer_ok(w) ? VTR_OK : vtr_error_set_memory(err);
    }
    sodium_memzero(file, sizeof(file));
    return status;
}

/* Takes a line without its end ("\n", "\r\n", or the end of the text). */
static struct vtr_bytes take_line(struct vtr_bytes *text)
{
    const uint8_t *end = text->len == 0 ? NULL : memchr(text->ptr, '\n', text->len);
    struct vtr_bytes line = *text;

    if (end != NULL) {
        line.len = (size_t)(end - text->ptr);
    }
    const size_t taken = line.len + (end != NULL);
    if (taken > 0) {
        text->ptr += taken;
        text->len -= taken;
    }
    if (end != NULL && line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    return line;
}

/* The second line of a key file, decoded: exactly `len` bytes that begin with "Ed". */
static bool read_lines(struct vtr_bytes text, uint8_t *out, size_t len)
{
    const size_t comment_len = sizeof(COMMENT) - 1;
    size_t decoded_len = 0;

    if (text.len > VTR_KEY_TEXT_LIMIT) {
        return false;
    }
    const struct vtr_bytes comment = take_line(&text);
    const struct vtr_bytes base64 = take_line(&text);
    return text.len == 0 && comment.len >= comment_len &&
           memcmp(comment.ptr, COMMENT, comment_len) == 0 && base64.len > 0 &&
           sodium_base642bin(out, len, (const char *)base64.ptr, base64.len, NULL,
                             &decoded_len, NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           decoded_len == len && memcmp(out, ED25519, sizeof(ED25519)) == 0;
}

bool vtr_key_text_is_public(struct vtr_bytes text)
{
    uint8_t bytes[PUBLIC_LEN];

    return read_lines(text, bytes, sizeof(bytes));
}

bool vtr_key_text_is_secret(struct vtr_bytes text)
{
    uint8_t file[SECRET_LEN];
    const bool is_secret = read_lines(text, file, sizeof(file)) &&
                           memcmp(file + AT_CHECKSUM, BLAKE2B, sizeof(BLAKE2B)) == 0;

    sodium_memzero(file, sizeof(file));
    return is_secret;
}

enum vtr_status vtr_key_text_read_public(struct vtr_bytes text,
                                         struct vtr_public_key *out,
                                         struct vtr_error *err)
{
    uint8_t bytes[PUBLIC_LEN];
    struct vtr_public_key key;

    if (!read_lines(text, bytes, sizeof(bytes))) {
        return vtr_error_set_format(err, "public key", 0,
                                    "not a public key: it has a line of comment and a "
                                    "line of base64, as minisign writes them");
    }
    memcpy(key.id, bytes + 2, sizeof(key.id));
    memcpy(key.key, bytes + 2 + VTR_KEY_ID_LEN, sizeof(key.key));
    if (!vtr_public_key_is_valid(&key)) {
        return vtr_error_set(err, VTR_ERROR_SIGNATURE,
                             "public key is not a valid Ed25519 key");
    }
    *out = key;
    return VTR_OK;
}

static enum vtr_status read_secret_lines(struct vtr_bytes text, uint8_t *file,
                                         bool *out_is_encrypted, struct vtr_error *err)
{
    if (!read_lines(text, file, SECRET_LEN) ||
        memcmp(file + AT_CHECKSUM, BLAKE2B, sizeof(BLAKE2B)) != 0) {
        return vtr_error_set_format(err, "secret key", 0,
                                    "not a secret key: it has a line of comment and a "
                                    "line of base64, as minisign writes them");
    }
    if (memcmp(file + AT_KDF, SCRYPT, sizeof(SCRYPT)) == 0) {
        *out_is_encrypted = true;
    } else if (memcmp(file + AT_KDF, NO_KDF, sizeof(NO_KDF)) == 0) {
        *out_is_encrypted = false;
    } else {
        return vtr_error_set_format(err, "secret key", AT_KDF,
                                    "secret key is encrypted in an unknown way");
    }
    return VTR_OK;
}

enum vtr_status vtr_key_text_is_encrypted(struct vtr_bytes text, bool *out,
                                          struct vtr_error *err)
{
    uint8_t file[SECRET_LEN];
    const enum vtr_status status = read_secret_lines(text, file, out, err);

    sodium_memzero(file, sizeof(file));
    return status;
}

/* Decrypts `file` in place. */
static enum vtr_status unseal(uint8_t *file, const char *password,
                              struct vtr_error *err)
{
    uint8_t check[CHECK_LEN];

    if (password == NULL || password[0] == '\0') {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "secret key is encrypted: it needs its password");
    }
    if (vtr_load_u64(file + AT_OPSLIMIT) > OPSLIMIT_MAX ||
        vtr_load_u64(file + AT_MEMLIMIT) > MEMLIMIT_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "secret key asks for more time or memory than any should");
    }
    const enum vtr_status status = apply_password(file, password, err);
    if (status != VTR_OK) {
        return status;
    }
    compute_check(file + AT_SEALED, check);
    if (sodium_memcmp(check, file + SECRET_LEN - CHECK_LEN, CHECK_LEN) != 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "wrong password");
    }
    return VTR_OK;
}

enum vtr_status vtr_key_text_read_secret(struct vtr_bytes text, const char *password,
                                         struct vtr_secret_key *out,
                                         struct vtr_error *err)
{
    uint8_t file[SECRET_LEN];
    bool is_encrypted = false;
    enum vtr_status status = read_secret_lines(text, file, &is_encrypted, err);

    if (status == VTR_OK && is_encrypted) {
        status = unseal(file, password, err);
    }
    if (status == VTR_OK) {
        memcpy(out->id, file + AT_SEALED, sizeof(out->id));
        memcpy(out->key, file + AT_SEALED + VTR_KEY_ID_LEN, sizeof(out->key));
        if (!vtr_secret_key_is_consistent(out)) {
            status = vtr_error_set_format(err, "secret key", AT_SEALED,
                                          "secret key is damaged: its halves do not "
                                          "belong together");
            sodium_memzero(out, sizeof(*out));
        }
    }
    sodium_memzero(file, sizeof(file));
    return status;
}
