/* SPDX-License-Identifier: Apache-2.0 */

/* Hash lists from hostile bytes: two files of them, whose records come out in order. */
#include "compiler/hash_list.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_order(const struct vtr_hash_list *list, enum vtr_hash_kind kind)
{
    struct vtr_hash_cursor cursor;
    struct vtr_hash_source source;
    struct vtr_hash_record record;
    const uint8_t *last = NULL;
    uint64_t count = 0;
    size_t stem_count;

    (void)vtr_hash_list_get_stems(list, &stem_count);
    vtr_hash_list_open(list, kind, &cursor, &source);
    source.rewind(source.context);
    while (source.next(source.context, &record)) {
        assert(record.stem < stem_count && record.size != 0);
        assert(last == NULL || memcmp(last, record.digest, vtr_hash_len(kind)) <= 0);
        last = record.digest;
        count++;
    }
    assert(count == source.count);
    (void)last;
    (void)count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtr_hash_list *list = vtr_hash_list_new();
    const struct vtr_bytes first = {data, size / 2};
    const struct vtr_bytes second = {size == 0 ? data : data + size / 2,
                                     size - size / 2};

    if (list == NULL) {
        return 0;
    }
    if (vtr_hash_list_add(list, 1, first, NULL, NULL) == VTR_OK &&
        vtr_hash_list_add(list, 0, second, NULL, NULL) == VTR_OK &&
        vtr_hash_list_finish(list) == VTR_OK) {
        for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
            check_order(list, (enum vtr_hash_kind)kind);
        }
    }
    vtr_hash_list_free(list);
    return 0;
}
