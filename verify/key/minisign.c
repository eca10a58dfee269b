/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/key/minisign.h"

#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/error.h"
#include "verify/key/key.h"

#define HASH_LEN      64u
#define SIGNED_LEN    (2u + VTR_KEY_ID_LEN + VTR_SIGNATURE_LEN)
#define COMMENT_LIMIT 8192u

static const uint8_t HASHED[2] = {'E', 'D'};
static const char UNTRUSTED[] = "untrusted comment: ";
static const char TRUSTED[] = "trusted comment: ";

static void hash_file(struct vtr_bytes file, uint8_t *out)
{
    (void)crypto_generichash(out, HASH_LEN, file.ptr, file.len, NULL, 0);
}

static void write_base64(struct vtr_writer *w, const uint8_t *bytes, size_t len)
{
    char text[sodium_base64_ENCODED_LEN(SIGNED_LEN, sodium_base64_VARIANT_ORIGINAL)];

    (void)sodium_bin2base64(text, sizeof(text), bytes, len,
                            sodium_base64_VARIANT_ORIGINAL);
    vtr_writer_raw(w, vtr_bytes_from_text(text));
    vtr_writer_u8(w, '\n');
}

/* What the second signature covers: the first one, then the trusted comment. */
static bool join(struct vtr_writer *w, const uint8_t *signature,
                 struct vtr_bytes comment)
{
    vtr_writer_raw(w, (struct vtr_bytes){signature, VTR_SIGNATURE_LEN});
    vtr_writer_raw(w, comment);
    return vtr_writer_ok(w);
}

void vtr_minisign_write(struct vtr_writer *w, const struct vtr_secret_key *key,
                        struct vtr_bytes file, struct vtr_bytes comment)
{
    uint8_t hash[HASH_LEN];
    uint8_t line[SIGNED_LEN];
    uint8_t global[VTR_SIGNATURE_LEN];
    struct vtr_writer joined = {0};

    hash_file(file, hash);
    memcpy(line, HASHED, sizeof(HASHED));
    memcpy(line + 2, key->id, VTR_KEY_ID_LEN);
    vtr_key_sign(key, (struct vtr_bytes){hash, sizeof(hash)},
                 line + 2 + VTR_KEY_ID_LEN);
    if (!join(&joined, line + 2 + VTR_KEY_ID_LEN, comment)) {
        w->has_failed = true;
    } else {
        vtr_key_sign(key, vtr_writer_bytes(&joined), global);
        vtr_writer_raw(w, vtr_bytes_from_text(UNTRUSTED));
        vtr_writer_raw(w, vtr_bytes_from_text("signature by vitrine\n"));
        write_base64(w, line, sizeof(line));
        vtr_writer_raw(w, vtr_bytes_from_text(TRUSTED));
        vtr_writer_raw(w, comment);
        vtr_writer_u8(w, '\n');
        write_base64(w, global, sizeof(global));
    }
    vtr_writer_deinit(&joined);
}

/* Takes a line that ends with '\n'; false when there is none. */
static bool take_line(struct vtr_bytes *text, struct vtr_bytes *out)
{
    const uint8_t *end = text->len == 0 ? NULL : memchr(text->ptr, '\n', text->len);

    if (end == NULL) {
        return false;
    }
    *out = (struct vtr_bytes){text->ptr, (size_t)(end - text->ptr)};
    text->ptr += out->len + 1;
    text->len -= out->len + 1;
    return true;
}

static bool begins_with(struct vtr_bytes line, const char *prefix)
{
    const size_t len = strlen(prefix);

    return line.len >= len && memcmp(line.ptr, prefix, len) == 0;
}

static bool read_base64(struct vtr_bytes line, uint8_t *out, size_t len)
{
    size_t got = 0;

    return line.len > 0 &&
           sodium_base642bin(out, len, (const char *)line.ptr, line.len, NULL, &got,
                             NULL, sodium_base64_VARIANT_ORIGINAL) == 0 &&
           got == len;
}

struct parts {
    uint8_t line[SIGNED_LEN];
    uint8_t global[VTR_SIGNATURE_LEN];
    struct vtr_bytes comment;
};

static bool read_parts(struct vtr_bytes text, struct parts *out)
{
    struct vtr_bytes untrusted;
    struct vtr_bytes line;
    struct vtr_bytes trusted;
    struct vtr_bytes global;
    const size_t prefix_len = sizeof(TRUSTED) - 1;

    if (!take_line(&text, &untrusted) || !take_line(&text, &line) ||
        !take_line(&text, &trusted) || !take_line(&text, &global) || text.len != 0 ||
        !begins_with(untrusted, UNTRUSTED) || !begins_with(trusted, TRUSTED) ||
        trusted.len > COMMENT_LIMIT || !read_base64(line, out->line, SIGNED_LEN) ||
        !read_base64(global, out->global, VTR_SIGNATURE_LEN)) {
        return false;
    }
    out->comment =
        (struct vtr_bytes){trusted.ptr + prefix_len, trusted.len - prefix_len};
    return memcmp(out->line, HASHED, sizeof(HASHED)) == 0;
}

enum vtr_status vtr_minisign_check(struct vtr_bytes text,
                                   const struct vtr_public_key *key,
                                   struct vtr_bytes file, struct vtr_error *err)
{
    struct parts parts;
    struct vtr_writer joined = {0};
    uint8_t hash[HASH_LEN];
    enum vtr_status status = VTR_OK;

    if (!read_parts(text, &parts)) {
        return vtr_error_set(err, VTR_ERROR_FORMAT, "not a signature of minisign's");
    }
    const uint8_t *signature = parts.line + 2 + VTR_KEY_ID_LEN;
    hash_file(file, hash);
    if (!join(&joined, signature, parts.comment)) {
        status = vtr_error_set_memory(err);
    } else if (!vtr_key_check(key, (struct vtr_bytes){hash, sizeof(hash)}, signature) ||
               !vtr_key_check(key, vtr_writer_bytes(&joined), parts.global)) {
        status = vtr_error_set(err, VTR_ERROR_SIGNATURE,
                               "the signature is not this key's, or of another file");
    }
    vtr_writer_deinit(&joined);
    return status;
}
