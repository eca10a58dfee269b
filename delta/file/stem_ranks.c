/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/stem_ranks.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"
#include "delta/coding/column.h"
#include "delta/coding/rice.h"

/* What compare_uses orders by. */
struct uses_list {
    const uint32_t *uses;
};

static int compare_uses(const void *a, const void *b, void *context)
{
    const uint32_t *uses = ((const struct uses_list *)context)->uses;
    const uint32_t left = *(const uint32_t *)a;
    const uint32_t right = *(const uint32_t *)b;

    if (uses[left] != uses[right]) {
        return uses[left] > uses[right] ? -1 : 1;
    }
    return (left > right) - (left < right);
}

enum vtr_status vtr_stem_ranks(const uint32_t *uses, size_t count, uint32_t **out_ranks,
                               struct vtr_error *err)
{
    uint32_t *ranks = calloc(count + 1, sizeof(*ranks));

    if (ranks == NULL) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; i < count; i++) {
        ranks[i] = (uint32_t)i;
    }
    struct uses_list list = {uses};
    if (vtr_sort(ranks, count, sizeof(*ranks), compare_uses, &list) != VTR_OK) {
        free(ranks);
        return vtr_error_set_memory(err);
    }
    *out_ranks = ranks;
    return VTR_OK;
}

/* The keys of known stems, a list for each number of bits. */
static void write_known(struct vtr_section_set *out, const struct vtr_stem_name *stems,
                        size_t count)
{
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;

        while (end < count && stems[end].bits == stems[i].bits) {
            end++;
        }
        vtr_rice_write(&out->raw[VTR_DELTA_STEMS_KNOWN], stems[i].key.bytes, end - i,
                       sizeof(*stems), stems[i].bits);
        i = end;
    }
    out->counts[VTR_DELTA_STEMS_KNOWN] = count;
}

/* New stems, each by how much it shares with the one before and what follows. */
static enum vtr_status write_new(struct vtr_section_set *out,
                                 const struct vtr_stem_name *stems, size_t count,
                                 struct vtr_error *err)
{
    struct vtr_writer *w = &out->raw[VTR_DELTA_STEMS_NEW];
    struct vtr_bytes previous = {NULL, 0};
    uint64_t spelled_len = 0;

    for (size_t i = 0; i < count; i++) {
        const struct vtr_bytes stem = stems[i].text;
        size_t shared = 0;
        while (shared < stem.len && shared < previous.len &&
               shared < VTR_STEM_SHARED_MAX &&
               stem.ptr[shared] == previous.ptr[shared]) {
            shared++;
        }
        vtr_writer_varint(w, shared);
        vtr_writer_string(w, (struct vtr_bytes){shared == stem.len ? NULL
                                                                   : stem.ptr + shared,
                                                stem.len - shared});
        previous = stem;
        spelled_len += stem.len;
    }
    out->counts[VTR_DELTA_STEMS_NEW] = count;
    return spelled_len <= VTR_STEMS_SPELLED_MAX
               ? VTR_OK
               : vtr_error_set(err, VTR_ERROR_LIMIT,
                               "new names of the delta have %llu bytes, more than "
                               "%llu: publish the full database",
                               (unsigned long long)spelled_len,
                               (unsigned long long)VTR_STEMS_SPELLED_MAX);
}

static void write_uses(struct vtr_section_set *out, const struct vtr_stem_name *stems,
                       size_t count)
{
    struct vtr_column column = {0};
    struct vtr_range_encoder encoder;

    out->counts[VTR_DELTA_STEM_USES] = count;
    if (count == 0) {
        return;
    }
    vtr_range_encoder_init(&encoder, &out->raw[VTR_DELTA_STEM_USES]);
    for (size_t i = 0; i < count; i++) {
        vtr_column_put(&column, &encoder, stems[i].uses);
    }
    vtr_range_encoder_finish(&encoder);
}

/* The rank of each stem; the caller frees. */
static enum vtr_status find_ranks(const struct vtr_stem_name *stems, size_t count,
                                  uint32_t **out_ranks, struct vtr_error *err)
{
    uint32_t *uses = calloc(count + 1, sizeof(*uses));
    uint32_t *ranked = NULL;
    enum vtr_status status = uses == NULL ? vtr_error_set_memory(err) : VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        uses[i] = stems[i].uses;
    }
    if (status == VTR_OK) {
        status = vtr_stem_ranks(uses, count, &ranked, err);
    }
    for (size_t rank = 0; status == VTR_OK && rank < count; rank++) {
        uses[ranked[rank]] = (uint32_t)rank;
    }
    free(ranked);
    if (status != VTR_OK) {
        free(uses);
        return status;
    }
    *out_ranks = uses;
    return VTR_OK;
}

enum vtr_status vtr_stem_ranks_encode(struct vtr_section_set *out,
                                      const struct vtr_vector *stems,
                                      uint32_t **out_ranks, struct vtr_error *err)
{
    const struct vtr_stem_name *items = stems->items;
    size_t known_count = 0;
    enum vtr_status status = VTR_OK;

    while (known_count < stems->count && items[known_count].bits > 0) {
        known_count++;
    }
    write_known(out, items, known_count);
    if (known_count < stems->count) {
        status = write_new(out, items + known_count, stems->count - known_count, err);
    }
    write_uses(out, items, stems->count);
    return status == VTR_OK ? find_ranks(items, stems->count, out_ranks, err) : status;
}
