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

enum vtr_status vtr_delta_rebuild_chain(struct vtr_delta *deltas, size_t count,
                                        const struct vtr_image *basis,
                                        vtr_image_alloc_fn alloc, void *context,
                                        struct vtr_error *err)
{
    struct vtr_image_records old = {0};
    struct vtr_merge *merges = calloc(count + 1, sizeof(*merges));
    const struct vtr_records *records = &old.records;
    size_t len = 0;
    enum vtr_status status = merges == NULL ? vtr_error_set_memory(err)
                             : count == 0
                                 ? vtr_error_set(err, VTR_ERROR_ARGUMENT, "no deltas")
                                 : check_links(deltas, count, basis, err);

    if (status == VTR_OK) {
        status = vtr_image_records_init(&old, basis, err);
    }
    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = vtr_merge_init(&merges[i], &deltas[i], records, err);
        records = &merges[i].records;
    }
    if (status == VTR_OK) {
        const struct vtr_delta_header *header = &deltas[count - 1].header;
        struct exact_alloc exact = {alloc, context, header->to_len};
        struct vtr_records last = *records;

        last.content_digest = header->to_digest;
        status = vtr_materialise(&last, alloc_exactly, &exact, &len, err);
    }
    for (size_t i = 0; merges != NULL && i < count; i++) {
        vtr_merge_deinit(&merges[i]);
    }
    free(merges);
    vtr_image_records_deinit(&old);
    return status;
}
