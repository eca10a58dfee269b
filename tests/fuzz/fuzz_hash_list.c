/* SPDX-License-Identifier: Apache-2.0 */

/* Hash lists from hostile bytes: two files of them, whose records come out in order. */
#include "compiler/hash/hash_list.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_order(const struct vtr_hash_list *list, enum vtr_hash_kind kind)
{
    struct vtr_hash_list_cursor *cursor = NULL;
    struct vtr_hash_record record;
    struct vtr_hash_list_stats stats;
    uint8_t last[32];
    uint64_t count = 0;
    size_t stem_count;

    (void)vtr_hash_list_get_stems(list, &stem_count);
    vtr_hash_list_get_stats(list, &stats);
    if (vtr_hash_list_open(list, kind, &cursor) != VTR_OK) {
        return;
    }
    const struct vtr_hash_source source =
        vtr_hash_list_cursor_source(cursor, stats.records[kind]);
    source.rewind(source.context);
    while (source.next(source.context, &record)) {
        assert(record.stem < stem_count && record.size != 0);
        assert(count == 0 || memcmp(last, record.digest, vtr_hash_len(kind)) <= 0);
        memcpy(last, record.digest, vtr_hash_len(kind));
        count++;
    }
    assert(count == source.count);
    (void)last;
    vtr_hash_list_cursor_free(cursor);
}

/* Two files, the records of which are in memory or, one by one, on the disk. */
static void read_lists(const uint8_t *data, size_t size, uint64_t limit)
{
    const struct vtr_hash_list_options options = {.memory_limit_bytes = limit};
    struct vtr_hash_list *list = vtr_hash_list_new(&options);
    const struct vtr_hash_adding adding = {0};
    const struct vtr_hash_text first = {1, 1, {data, size / 2}};
    const struct vtr_hash_text second = {
        0, 1, {size == 0 ? data : data + size / 2, size - size / 2}};

    if (list == NULL) {
        return;
    }
    if (vtr_hash_list_add(list, &first, &adding, NULL) == VTR_OK &&
        vtr_hash_list_add(list, &second, &adding, NULL) == VTR_OK &&
        vtr_hash_list_finish(list, NULL) == VTR_OK) {
        for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
            check_order(list, (enum vtr_hash_kind)kind);
        }
    }
    vtr_hash_list_free(list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    read_lists(data, size, 0);
    read_lists(data, size, 1);
    return 0;
}
