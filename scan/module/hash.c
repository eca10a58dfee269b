/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/hash.h"

#include <zlib.h>

#include "base/digest.h"
#include "base/file_digest.h"
#include "scan/module/module_range.h"

/* Parts of a file whose digests are remembered: the oldest gives way. */
#define CACHE_COUNT 32u

/* Work of a call besides its bytes, in units of vtr_module_spend. */
#define CALL_UNITS 64u

struct cached_digest {
    uint32_t field; /* which digest */
    struct vtr_bytes part;
    struct vtr_bytes hex;
};

struct hash_state {
    struct cached_digest cached[CACHE_COUNT];
    unsigned next;
};

typedef enum vtr_status (*digest_fn)(struct vtr_bytes bytes, uint8_t *out);

static struct hash_state *state_of(struct vtr_module_run *run)
{
    if (run->state == NULL) {
        run->state = vtr_module_alloc(run, sizeof(struct hash_state));
    }
    return run->state;
}

static struct vtr_module_value hex_of(struct vtr_module_run *run,
                                      struct vtr_bytes bytes, digest_fn digest,
                                      size_t digest_len)
{
    uint8_t raw[VTR_SHA256_LEN];
    char *hex = vtr_module_alloc(run, 2 * digest_len + 1);

    if (hex == NULL || digest(bytes, raw) != VTR_OK) {
        return vtr_module_undefined();
    }
    vtr_digest_hex((struct vtr_bytes){raw, digest_len}, hex);
    return vtr_module_text((struct vtr_bytes){(const uint8_t *)hex, 2 * digest_len});
}

static const struct cached_digest *find_cached(const struct hash_state *state,
                                               uint32_t field, struct vtr_bytes part)
{
    for (unsigned i = 0; i < CACHE_COUNT; i++) {
        const struct cached_digest *cached = &state->cached[i];
        if (cached->hex.ptr != NULL && cached->field == field &&
            cached->part.ptr == part.ptr && cached->part.len == part.len) {
            return cached;
        }
    }
    return NULL;
}

static struct vtr_module_value digest_call(struct vtr_module_run *run,
                                           const struct vtr_module_call *call,
                                           digest_fn digest, size_t digest_len)
{
    const bool is_part = call->args[0].kind != VTR_MODULE_TEXT;
    struct hash_state *state = state_of(run);
    struct vtr_bytes subject;

    if (state == NULL || !vtr_module_subject(run, call->args, &subject)) {
        return vtr_module_undefined();
    }
    const struct cached_digest *cached =
        is_part ? find_cached(state, call->field, subject) : NULL;
    if (cached != NULL) {
        return vtr_module_text(cached->hex);
    }
    if (!vtr_module_spend(run, CALL_UNITS + subject.len)) {
        return vtr_module_undefined();
    }
    const struct vtr_module_value value = hex_of(run, subject, digest, digest_len);
    if (is_part && value.kind == VTR_MODULE_TEXT) {
        state->cached[state->next] =
            (struct cached_digest){call->field, subject, value.is.text};
        state->next = (state->next + 1) % CACHE_COUNT;
    }
    return value;
}

struct vtr_module_value vtr_hash_md5(struct vtr_module_run *run,
                                     const struct vtr_module_call *call)
{
    return digest_call(run, call, vtr_file_digest_md5, VTR_MD5_LEN);
}

struct vtr_module_value vtr_hash_sha1(struct vtr_module_run *run,
                                      const struct vtr_module_call *call)
{
    return digest_call(run, call, vtr_file_digest_sha1, VTR_SHA1_LEN);
}

struct vtr_module_value vtr_hash_sha256(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    return digest_call(run, call, vtr_file_digest_sha256, VTR_SHA256_LEN);
}

struct vtr_module_value vtr_hash_checksum32(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    struct vtr_bytes subject;
    uint32_t sum = 0;

    if (!vtr_module_subject(run, call->args, &subject) ||
        !vtr_module_spend(run, CALL_UNITS + subject.len)) {
        return vtr_module_undefined();
    }
    for (size_t i = 0; i < subject.len; i++) {
        sum += subject.ptr[i];
    }
    return vtr_module_int(sum);
}

struct vtr_module_value vtr_hash_crc32(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    struct vtr_bytes subject;

    if (!vtr_module_subject(run, call->args, &subject) ||
        !vtr_module_spend(run, CALL_UNITS + subject.len)) {
        return vtr_module_undefined();
    }
    return vtr_module_int((int64_t)crc32_z(0, subject.ptr, subject.len));
}
