/* SPDX-License-Identifier: Apache-2.0 */

/* The table of sections, in the words of docs/format.md. */
#include "format/record/section.h"

#include "format/record/layout.h"

static const struct vtr_section_shape SHAPES[VTR_SECTION_LIMIT] = {
    [VTR_SECTION_STEM_OFFSETS] = {"stem-offsets", 4, 1},
    [VTR_SECTION_STEM_DATA] = {"stem-data", 0, 0},
    [VTR_SECTION_EXTERNALS] = {"externals", 0, 0},
    [VTR_SECTION_RULE_OFFSETS] = {"rule-offsets", 4, 1},
    [VTR_SECTION_RULE_DATA] = {"rule-data", 0, 0},
    [VTR_SECTION_RULE_ALWAYS] = {"rule-always", 4, 0},
    [VTR_SECTION_RULE_GLOBAL] = {"rule-global", 4, 0},
    [VTR_SECTION_PATTERNS] = {"patterns", VTR_PATTERN_ROW_LEN, 0},
    [VTR_SECTION_ATOM_PARAMS] = {"atom-params", VTR_ATOM_PARAMS_LEN, 0},
    [VTR_SECTION_ATOM_FILTER] = {"atom-filter", 1, 0},
    [VTR_SECTION_ATOM_SLOTS] = {"atom-slots", 4, 0},
    [VTR_SECTION_ATOM_ROWS] = {"atom-rows", VTR_ATOM_UNIT_LEN, 0},
    [VTR_SECTION_UNINDEXED] = {"unindexed", 4, 0},
    [VTR_SECTION_RULE_GROUPS] = {"rule-groups", 4, 0},
    [VTR_SECTION_RULE_KEYS] = {"rule-keys", 8, 0},
    [VTR_SECTION_HASH_BASE + 0] = {"md5-fanout", 0, 0},
    [VTR_SECTION_HASH_BASE + 1] = {"md5-tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 2] = {"md5-attrs", 0, 0},
    [VTR_SECTION_HASH_BASE + 3] = {"sha1-fanout", 0, 0},
    [VTR_SECTION_HASH_BASE + 4] = {"sha1-tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 5] = {"sha1-attrs", 0, 0},
    [VTR_SECTION_HASH_BASE + 6] = {"sha256-fanout", 0, 0},
    [VTR_SECTION_HASH_BASE + 7] = {"sha256-tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 8] = {"sha256-attrs", 0, 0},
};

const struct vtr_section_shape *vtr_section_get_shape(uint64_t id)
{
    return id < VTR_SECTION_LIMIT && SHAPES[id].name != NULL ? &SHAPES[id] : NULL;
}

const char *vtr_section_name(uint64_t id)
{
    const struct vtr_section_shape *shape = vtr_section_get_shape(id);

    return shape == NULL ? "unknown" : shape->name;
}
