/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/walk_image.h"

#include <stdlib.h>

#include "format/atom/atom.h"
#include "format/image/atom_index.h"
#include "format/image/image.h"
#include "format/image/image_records.h"
#include "format/image/rule_check.h"
#include "format/image_check.h"
#include "format/materialise.h"
#include "format/record/rule.h"

/* Enough for every record of a small image, and a bound for a count that lies. */
#define WALK_LIMIT 100000u

static size_t walk_hashes(const struct vtr_image *image)
{
    size_t good = 0;

    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_hash_table *table = &image->hashes[kind];
        struct vtr_hash_cursor cursor;
        const struct vtr_hash_source source = vtr_hash_table_source(table, &cursor);
        struct vtr_hash_record record;
        uint8_t room[32] = {0};
        uint64_t first;

        good += vtr_hash_table_find(table, room, &first);
        source.rewind(source.context);
        for (uint64_t i = 0; i < WALK_LIMIT; i++) {
            if (!source.next(source.context, &record) ||
                !vtr_hash_table_get(table, i, room, &record)) {
                break;
            }
            good += vtr_image_stem(image, record.stem).len;
            good += vtr_hash_table_find(table, record.digest, &first);
        }
    }
    return good;
}

static size_t walk_rule(const struct vtr_image *image, struct vtr_bytes body,
                        struct vtr_atom_choice *choice)
{
    struct vtr_rule_view rule;
    struct vtr_meta_view meta;
    struct vtr_pattern_view pattern;
    size_t good = 0;

    if (!vtr_rule_read(body, &rule)) {
        return 0;
    }
    good += vtr_image_find_rule(image, rule.space, rule.name) != UINT64_MAX;
    good += vtr_rule_check(&rule) == NULL;
    while (vtr_rule_next_meta(&rule.metas, &meta)) {
        good++;
    }
    while (vtr_rule_next_pattern(&rule.patterns, &pattern)) {
        good += vtr_atom_choose(choice, &pattern, 0, NULL) == VTR_OK;
    }
    return good;
}

static size_t walk_rules(const struct vtr_image *image)
{
    size_t good = 0;

    const struct vtr_bytes rows = image->sections[VTR_SECTION_PATTERNS].bytes;
    struct vtr_atom_choice choice;
    struct vtr_external_view external;
    struct vtr_pattern_view pattern;

    vtr_atom_choice_init(&choice);
    for (uint64_t i = 0; i < image->rule_count && i < WALK_LIMIT; i++) {
        good += walk_rule(image, vtr_image_rule(image, i), &choice);
    }
    for (uint64_t i = 0; i < image->external_count && i < 100; i++) {
        good += vtr_external_read(vtr_image_external(image, i), &external);
    }
    for (uint64_t i = 0; i < image->pattern_count && i < WALK_LIMIT; i++) {
        const struct vtr_bytes data = image->sections[VTR_SECTION_RULE_DATA].bytes;

        good += vtr_rule_pattern_at(data, vtr_table_u32(rows, i), &pattern);
    }
    vtr_atom_choice_deinit(&choice);
    return good;
}

static size_t walk_atoms(const struct vtr_image *image)
{
    size_t good = 0;

    struct vtr_atom_index index;
    struct vtr_atom_entry entry;

    if (vtr_atom_index_open(&index, image, NULL) != VTR_OK) {
        return 0;
    }
    for (uint32_t i = 0; i < index.unit_count && i < WALK_LIMIT; i++) {
        const struct vtr_atom_row row = vtr_atom_index_row(&index, i);

        good += vtr_atom_index_entry(&index, i, &row, &entry);
    }
    for (size_t i = 0; i < VTR_ATOM_TIERS; i++) {
        const struct vtr_atom_table *tier = &index.tiers[i];

        for (uint32_t gram = 0; tier->line_count > 0 && gram < 1000; gram++) {
            const uint64_t key = vtr_gram_key(gram);
            const uint32_t line = vtr_gram_line(key, tier->line_count);

            good += vtr_gram_passes(tier->filter, tier->filter_bits,
                                    vtr_gram_hash(gram, tier->gram_len));
            good += tier->slots[(size_t)line * VTR_ATOM_LINE_LEN] != 0;
        }
    }
    return good;
}

static uint8_t *alloc_image(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    (void)err;
    *out = calloc(len, 1);
    return *out;
}

static size_t rebuild(const struct vtr_image *image)
{
    size_t good = 0;

    struct vtr_image_records records;
    uint8_t *again = NULL;
    size_t len;

    if (vtr_image_records_init(&records, image, NULL) != VTR_OK) {
        return 0;
    }
    good +=
        vtr_materialise(&records.records, alloc_image, &again, &len, NULL) == VTR_OK;
    free(again);
    vtr_image_records_deinit(&records);
    return good;
}

size_t vtr_test_walk_image(struct vtr_bytes bytes)
{
    struct vtr_image image;
    size_t good = 1;

    if (vtr_image_open(&image, bytes, NULL) != VTR_OK) {
        return 0;
    }
    good += walk_hashes(&image);
    good += walk_rules(&image);
    good += walk_atoms(&image);
    good += rebuild(&image);
    good += vtr_image_check(&image, NULL) == VTR_OK;
    return good;
}
