/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/plain_root.h"

#include "format/image/hash_walk.h"
#include "format/record/record_root.h"
#include "tests/support/cmocka.h"

static void add_hashes(struct vtr_root_builder *root, enum vtr_hash_kind kind,
                       const struct vtr_hash_source *source, struct vtr_stem_set *stems)
{
    struct vtr_hash_record record;
    struct vtr_hash_walk walk;
    bool has_record = true;

    vtr_hash_walk_init(&walk, kind, source, stems);
    while (has_record) {
        assert_int_equal(vtr_hash_walk_next(&walk, &record, &has_record, NULL), VTR_OK);
        if (has_record) {
            vtr_root_builder_add_hash(root, kind, &record, stems->stems[record.stem]);
        }
    }
    vtr_root_builder_end_kind(root);
}

void vtr_test_plain_root(const struct vtr_records *records, uint8_t *out)
{
    struct vtr_root_builder root = {0};
    struct vtr_stem_set stems;

    assert_int_equal(vtr_stem_set_init(&stems, records, NULL), VTR_OK);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        add_hashes(&root, (enum vtr_hash_kind)kind, &records->hashes[kind], &stems);
    }
    vtr_root_builder_add_bodies(&root, VTR_RECORD_EXTERNAL, records->externals,
                                records->external_count);
    vtr_root_builder_add_bodies(&root, VTR_RECORD_RULE, records->rules,
                                records->rule_count);
    assert_int_equal(vtr_root_builder_finish(&root, out, NULL), VTR_OK);
    vtr_root_builder_deinit(&root);
    vtr_stem_set_deinit(&stems);
}
