/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Key files: made once, never overwritten, the secret one for its owner's eyes only.
 */
#include "verify/key/key.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "verify/key/key_text.h"

#define MODE_SECRET 0600u
#define MODE_PUBLIC 0644u

/* A secret key where a public one is due. */
static enum vtr_status refuse_secret(const char *path, struct vtr_error *err)
{
    return vtr_error_set(err, VTR_ERROR_FORMAT,
                         "'%s' is a secret key: give its public key, '%s.pub'", path,
                         path);
}

/* A public key where a secret one is due. */
static enum vtr_status refuse_public(const char *path, struct vtr_error *err)
{
    static const char SUFFIX[] = ".pub";
    const size_t suffix_len = sizeof(SUFFIX) - 1;
    const size_t len = strlen(path);

    if (len <= suffix_len || strcmp(path + len - suffix_len, SUFFIX) != 0) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "'%s' is a public key: give its secret key", path);
    }
    return vtr_error_set(err, VTR_ERROR_FORMAT,
                         "'%s' is a public key: give its secret key, '%.*s'", path,
                         (int)(len - suffix_len), path);
}

static enum vtr_status refuse_existing(const char *path, struct vtr_error *err)
{
    if (vtr_path_kind(path) != VTR_PATH_MISSING) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "'%s' exists: a key is never overwritten", path);
    }
    return VTR_OK;
}

static enum vtr_status write_pair(const char *path, const char *public_path,
                                  struct vtr_bytes secret, struct vtr_bytes public_text,
                                  struct vtr_error *err)
{
    struct vtr_replacement secret_file = {0};
    struct vtr_replacement public_file = {0};
    enum vtr_status status =
        vtr_replacement_begin(&secret_file, path, MODE_SECRET, err);

    if (status == VTR_OK) {
        status = vtr_replacement_begin(&public_file, public_path, MODE_PUBLIC, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_write(&secret_file, secret, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_write(&public_file, public_text, err);
    }
    /* A public key without its secret key would be the worse half. */
    if (status == VTR_OK) {
        status = vtr_replacement_commit_new(&secret_file, err);
    }
    if (status == VTR_OK) {
        status = vtr_replacement_commit_new(&public_file, err);
        if (status != VTR_OK) {
            const enum vtr_status removed = vtr_file_remove(path, NULL);
            (void)removed; /* it failed already, and says why */
        }
    }
    vtr_replacement_abort(&public_file);
    vtr_replacement_abort(&secret_file);
    return status;
}

/* Makes a key and writes it to two paths that do not exist. */
static enum vtr_status generate(const char *path, const char *public_path,
                                const char *password, struct vtr_public_key *out,
                                struct vtr_error *err)
{
    struct vtr_writer secret_text = {0};
    struct vtr_writer public_text = {0};
    struct vtr_public_key public_key;
    struct vtr_secret_key *key = vtr_secret_key_new();

    if (key == NULL) {
        return vtr_error_set_memory(err);
    }
    vtr_secret_key_randomise(key);
    vtr_secret_key_get_public(key, &public_key);
    vtr_key_text_write_public(&public_text, &public_key);
    enum vtr_status status =
        vtr_key_text_write_secret(&secret_text, key, password, err);
    if (status == VTR_OK && !vtr_writer_ok(&public_text)) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK) {
        status = write_pair(path, public_path, vtr_writer_bytes(&secret_text),
                            vtr_writer_bytes(&public_text), err);
    }
    if (status == VTR_OK) {
        *out = public_key;
    }
    if (secret_text.ptr != NULL) {
        sodium_memzero(secret_text.ptr, secret_text.cap);
    }
    vtr_writer_deinit(&secret_text);
    vtr_writer_deinit(&public_text);
    vtr_secret_key_free(key);
    return status;
}

enum vtr_status vtr_key_generate(const char *path, const char *password,
                                 struct vtr_public_key *out, struct vtr_error *err)
{
    struct vtr_writer public_path = {0};

    vtr_writer_raw(&public_path, vtr_bytes_from_text(path));
    vtr_writer_raw(&public_path, (struct vtr_bytes){(const uint8_t *)".pub", 5});
    if (!vtr_writer_ok(&public_path)) {
        vtr_writer_deinit(&public_path);
        return vtr_error_set_memory(err);
    }
    const char *public_name = (const char *)public_path.ptr;
    enum vtr_status status = refuse_existing(path, err);
    if (status == VTR_OK) {
        status = refuse_existing(public_name, err);
    }
    if (status == VTR_OK) {
        status = generate(path, public_name, password, out, err);
    }
    vtr_writer_deinit(&public_path);
    return status;
}

/* Reads a key file; the caller frees, after zeroing a secret one. */
static enum vtr_status read_text(const char *path, struct vtr_bytes *out,
                                 struct vtr_error *err)
{
    if (!vtr_sodium_prepare()) {
        return vtr_error_set(err, VTR_ERROR_IO,
                             "cannot start the cryptographic library");
    }
    return vtr_file_read(path, VTR_KEY_TEXT_LIMIT, out, err);
}

static void free_text(struct vtr_bytes *text)
{
    void *memory = (void *)(uintptr_t)text->ptr;

    if (memory != NULL) {
        sodium_memzero(memory, text->len);
        free(memory);
    }
}

enum vtr_status vtr_secret_key_is_encrypted(const char *path, int *out,
                                            struct vtr_error *err)
{
    struct vtr_bytes text = {0};
    bool is_encrypted = false;
    enum vtr_status status = read_text(path, &text, err);

    if (status != VTR_OK) {
        return status;
    }
    if (vtr_key_text_is_public(text)) {
        status = refuse_public(path, err);
    } else {
        status = vtr_key_text_is_encrypted(text, &is_encrypted, err);
        if (status != VTR_OK) {
            vtr_error_name_file(err, path);
        }
    }
    if (status == VTR_OK) {
        *out = is_encrypted;
    }
    free_text(&text);
    return status;
}

enum vtr_status vtr_secret_key_load(struct vtr_secret_key **out, const char *path,
                                    const char *password, struct vtr_error *err)
{
    struct vtr_bytes text = {0};
    enum vtr_status status = read_text(path, &text, err);

    if (status != VTR_OK) {
        return status;
    }
    struct vtr_secret_key *key = vtr_secret_key_new();
    if (key == NULL) {
        status = vtr_error_set_memory(err);
    } else if (vtr_key_text_is_public(text)) {
        status = refuse_public(path, err);
    } else {
        status = vtr_key_text_read_secret(text, password, key, err);
        if (status != VTR_OK) {
            vtr_error_name_file(err, path);
        }
    }
    if (status == VTR_OK) {
        *out = key;
        key = NULL;
    }
    vtr_secret_key_free(key);
    free_text(&text);
    return status;
}

enum vtr_status vtr_public_key_load(struct vtr_public_key *out, const char *path,
                                    struct vtr_error *err)
{
    struct vtr_bytes text = {0};
    enum vtr_status status = read_text(path, &text, err);

    if (status != VTR_OK) {
        return status;
    }
    if (vtr_key_text_is_secret(text)) {
        status = refuse_secret(path, err);
    } else {
        status = vtr_key_text_read_public(text, out, err);
        if (status != VTR_OK) {
            vtr_error_name_file(err, path);
        }
    }
    free_text(&text);
    return status;
}
