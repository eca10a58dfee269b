/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/tuf_sample.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "tests/support/cmocka.h"
#include "verify/key/key.h"
#include "verify/tuf/tuf_write.h"

#define GOOD_UNTIL 2000u

void tuf_sample_init(struct tuf_sample *sample)
{
    static const struct tuf_sample_role ROLES[VTR_TUF_TYPES] = {
        {{1, 2, 3}, 2, {1, 2}, 1, GOOD_UNTIL},
        {{8}, 1, {8}, 1, GOOD_UNTIL},
        {{7}, 1, {7}, 1, GOOD_UNTIL},
        {{4, 5, 6}, 2, {4, 5}, 1, GOOD_UNTIL}};

    *sample = (struct tuf_sample){.target = "content", .more_version = 1};
    memcpy(sample->roles, ROLES, sizeof(ROLES));
}

void tuf_sample_deinit(struct tuf_sample *sample)
{
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        free((void *)(uintptr_t)sample->texts[type].ptr);
    }
    *sample = (struct tuf_sample){0};
}

struct vtr_secret_key *tuf_sample_key(unsigned number)
{
    uint8_t seed[crypto_sign_SEEDBYTES] = {(uint8_t)number, 0x42};
    uint8_t public_key[VTR_PUBLIC_KEY_LEN];
    struct vtr_secret_key *key = vtr_secret_key_new();

    assert_non_null(key);
    (void)crypto_sign_seed_keypair(public_key, key->key, seed);
    return key;
}

static void public_of(unsigned number, uint8_t *out)
{
    struct vtr_secret_key *key = tuf_sample_key(number);
    struct vtr_public_key public_key;

    vtr_secret_key_get_public(key, &public_key);
    memcpy(out, public_key.key, VTR_PUBLIC_KEY_LEN);
    vtr_secret_key_free(key);
}

void tuf_sample_key_id(unsigned number, char *out)
{
    uint8_t public_key[VTR_PUBLIC_KEY_LEN];

    public_of(number, public_key);
    vtr_tuf_key_id(public_key, out);
}

struct vtr_bytes tuf_sample_text(struct vtr_tuf_metadata *owner, const char *text)
{
    const struct vtr_bytes copy =
        vtr_arena_dup(&owner->arena, vtr_bytes_from_text(text));
    assert_non_null(copy.ptr);
    return copy;
}

static size_t count_of(const unsigned *numbers)
{
    size_t count = 0;

    while (count < TUF_SAMPLE_KEYS && numbers[count] != 0) {
        count++;
    }
    return count;
}

void tuf_sample_put_keys(struct vtr_tuf_metadata *metadata, const unsigned *numbers)
{
    const size_t count = count_of(numbers);
    struct vtr_tuf_key *keys =
        vtr_arena_array(&metadata->arena, metadata->key_count + count + 1,
                        sizeof(*keys));

    assert_non_null(keys);
    if (metadata->key_count > 0) {
        memcpy(keys, metadata->keys, metadata->key_count * sizeof(*keys));
    }
    for (size_t i = 0; i < count; i++) {
        struct vtr_tuf_key *key = &keys[metadata->key_count++];
        char id[VTR_TUF_KEY_ID_LEN + 1];

        tuf_sample_key_id(numbers[i], id);
        key->id = tuf_sample_text(metadata, id);
        key->is_usable = true;
        public_of(numbers[i], key->key);
    }
    metadata->keys = keys;
}

void tuf_sample_put_role(struct vtr_tuf_metadata *owner, struct vtr_tuf_role *role,
                         const unsigned *numbers, uint64_t threshold)
{
    const size_t count = count_of(numbers);

    role->key_ids = vtr_arena_array(&owner->arena, count + 1, sizeof(*role->key_ids));
    assert_non_null(role->key_ids);
    for (size_t i = 0; i < count; i++) {
        char id[VTR_TUF_KEY_ID_LEN + 1];

        tuf_sample_key_id(numbers[i], id);
        role->key_ids[i] = tuf_sample_text(owner, id);
    }
    role->key_id_count = count;
    role->threshold = threshold;
}

void tuf_sample_finish(struct vtr_tuf_metadata *metadata, const unsigned *signers,
                       struct vtr_writer *w)
{
    assert_int_equal(vtr_tuf_seal(metadata, NULL), VTR_OK);
    for (size_t i = 0; i < count_of(signers); i++) {
        struct vtr_secret_key *key = tuf_sample_key(signers[i]);
        assert_int_equal(vtr_tuf_sign(metadata, key, NULL), VTR_OK);
        vtr_secret_key_free(key);
    }
    assert_int_equal(vtr_tuf_write_file(w, metadata, NULL), VTR_OK);
}

static void fill_root(const struct tuf_sample *sample, struct vtr_tuf_metadata *root)
{
    root->is_consistent = !sample->is_inconsistent;
    for (unsigned type = 0; type < VTR_TUF_TYPES; type++) {
        const struct tuf_sample_role *role = &sample->roles[type];

        tuf_sample_put_keys(root, role->keys);
        tuf_sample_put_role(root, &root->roles[type], role->keys, role->threshold);
    }
}

static void fill_file(const struct tuf_sample *sample, struct vtr_tuf_metadata *owner,
                      struct vtr_tuf_file *file, const char *name,
                      enum vtr_tuf_type pinned)
{
    file->name = tuf_sample_text(owner, name);
    file->version = sample->roles[pinned].version;
    if (!sample->has_no_pins) {
        file->has_len = true;
        file->len = sample->texts[pinned].len;
        file->hashes.has_sha256 = true;
        vtr_digest_sha256(sample->texts[pinned], file->hashes.sha256);
    }
}

static void fill_files(const struct tuf_sample *sample, struct vtr_tuf_metadata *m)
{
    const bool is_timestamp = m->type == VTR_TUF_TIMESTAMP;

    m->files = vtr_arena_array(&m->arena, 2, sizeof(*m->files));
    assert_non_null(m->files);
    fill_file(sample, m, &m->files[0], is_timestamp ? "snapshot.json" : "targets.json",
              is_timestamp ? VTR_TUF_SNAPSHOT : VTR_TUF_TARGETS);
    m->file_count = 1;
    if (!is_timestamp && sample->more_files != NULL) {
        m->files[1].name = tuf_sample_text(m, sample->more_files);
        m->files[1].version = sample->more_version;
        m->file_count = 2;
    }
}

static void fill_targets(const struct tuf_sample *sample, struct vtr_tuf_metadata *m)
{
    const struct vtr_bytes text = vtr_bytes_from_text(sample->target);

    m->targets = vtr_arena_array(&m->arena, 1, sizeof(*m->targets));
    assert_non_null(m->targets);
    m->targets[0].path = tuf_sample_text(m, "file.bin");
    m->targets[0].len = text.len;
    m->targets[0].hashes.has_sha256 = true;
    vtr_digest_sha256(text, m->targets[0].hashes.sha256);
    m->target_count = 1;
    m->delegations = sample->delegations;
    m->delegation_count = sample->delegation_count;
    tuf_sample_put_keys(m, sample->delegated_keys);
}

void tuf_sample_build_one(struct tuf_sample *sample, enum vtr_tuf_type type)
{
    const struct tuf_sample_role *role = &sample->roles[type];
    struct vtr_tuf_metadata m = {.type = type,
                                 .version = role->version,
                                 .expires = role->expires};
    struct vtr_writer w = {0};

    assert_true(vtr_sodium_prepare());
    if (type == VTR_TUF_ROOT) {
        fill_root(sample, &m);
    } else if (type == VTR_TUF_TARGETS) {
        fill_targets(sample, &m);
    } else {
        fill_files(sample, &m);
    }
    tuf_sample_finish(&m, role->signers, &w);
    free((void *)(uintptr_t)sample->texts[type].ptr);
    sample->texts[type] = vtr_writer_bytes(&w); /* its memory is the text's now */
    vtr_tuf_metadata_deinit(&m);
}

void tuf_sample_build(struct tuf_sample *sample)
{
    tuf_sample_build_one(sample, VTR_TUF_ROOT);
    tuf_sample_build_one(sample, VTR_TUF_TARGETS);
    tuf_sample_build_one(sample, VTR_TUF_SNAPSHOT);
    tuf_sample_build_one(sample, VTR_TUF_TIMESTAMP);
}
