/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/rebuild_chain.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "delta/merge/merge.h"
#include "format/image/image_records.h"
#include "format/materialise.h"

/* Passes on to the caller's memory, if the length is as promised. */
struct exact_alloc {
    vtr_image_alloc_fn alloc;
    void *context;
    uint64_t len;
};

static uint8_t *alloc_exactly(void *context, size_t len, struct vtr_error *err)
{
    const struct exact_alloc *exact = context;

    if (len != exact->len) {
        (void)vtr_error_set(err, VTR_ERROR_MISMATCH,
                            "delta leads to %zu bytes and promises %llu: take the full "
                            "database",
                            len, (unsigned long long)exact->len);
        return NULL;
    }
    return exact->alloc(exact->context, len, err);
}

/* Each delta begins where the one before it ends. */
static enum vtr_status check_links(const struct vtr_delta *deltas, size_t count,
                                   const struct vtr_image *basis, struct vtr_error *err)
{
    const uint8_t *digest = basis->content_digest;
    uint64_t release = basis->release;

    for (size_t i = 0; i < count; i++) {
        const struct vtr_delta_header *header = &deltas[i].header;

        if (!vtr_bytes_equal(header->name, basis->name) ||
            header->from_release != release ||
            memcmp(header->from_digest, digest, VTR_DIGEST_LEN) != 0) {
            return vtr_error_set(err, VTR_ERROR_MISMATCH,
                                 "delta from release %llu to %llu does not continue "
                                 "release %llu",
                                 (unsigned long long)header->from_release,
                                 (unsigned long long)header->to_release,
                                 (unsigned long long)release);
        }
        digest = header->to_digest;
        release = header->to_release;
    }
    return VTR_OK;
}

/* The records that the last delta leads to. */
struct chain {
    struct vtr_image_records old;
    struct vtr_merge *merges; /* owned */
    size_t count;
    struct vtr_records last;
};

static void chain_deinit(struct chain *chain)
{
    for (size_t i = 0; chain->merges != NULL && i < chain->count; i++) {
        vtr_merge_deinit(&chain->merges[i]);
    }
    free(chain->merges);
    vtr_image_records_deinit(&chain->old);
}

static enum vtr_status chain_init(struct chain *chain, struct vtr_delta *deltas,
                                  size_t count, const struct vtr_image *basis,
                                  struct vtr_error *err)
{
    const struct vtr_records *records = &chain->old.records;
    enum vtr_status status = VTR_OK;

    *chain = (struct chain){.merges = calloc(count + 1, sizeof(*chain->merges)),
                            .count = count};
    status = chain->merges == NULL ? vtr_error_set_memory(err)
             : count == 0          ? vtr_error_set(err, VTR_ERROR_ARGUMENT, "no deltas")
                                   : check_links(deltas, count, basis, err);
    if (status == VTR_OK) {
        status = vtr_image_records_init(&chain->old, basis, err);
    }
    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = vtr_merge_init(&chain->merges[i], &deltas[i], records, err);
        records = &chain->merges[i].records;
    }
    if (status == VTR_OK) {
        chain->last = *records;
        chain->last.content_digest = deltas[count - 1].header.to_digest;
    }
    return status;
}

enum vtr_status vtr_delta_rebuild_chain(struct vtr_delta *deltas, size_t count,
                                        const struct vtr_image *basis,
                                        vtr_image_alloc_fn alloc, void *context,
                                        struct vtr_error *err)
{
    struct chain chain;
    size_t len = 0;
    enum vtr_status status = chain_init(&chain, deltas, count, basis, err);

    if (status == VTR_OK) {
        struct exact_alloc exact = {alloc, context, deltas[count - 1].header.to_len};

        status = vtr_materialise(&chain.last, alloc_exactly, &exact, &len, err);
    }
    chain_deinit(&chain);
    return status;
}

enum vtr_status vtr_delta_prove(struct vtr_delta *delta, const struct vtr_image *basis,
                                struct vtr_bytes result, bool *out_is_same,
                                struct vtr_error *err)
{
    struct chain chain;
    uint64_t at = UINT64_MAX;
    enum vtr_status status = chain_init(&chain, delta, 1, basis, err);

    if (status == VTR_OK) {
        status = vtr_materialise_compare(&chain.last, result, &at, err);
    }
    if (status == VTR_OK) {
        *out_is_same = at == UINT64_MAX && delta->header.to_len == result.len;
    }
    chain_deinit(&chain);
    return status;
}
