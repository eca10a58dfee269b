/* SPDX-License-Identifier: Apache-2.0 */

/* The table of sections: what inspect and errors call them, and their elements. */
#include "format/record/section.h"

#include "format/record/layout.h"

static const struct vtr_section_shape SHAPES[VTR_SECTION_LIMIT] = {
    [VTR_SECTION_STEM_OFFSETS] = {"stem offsets", 4, 1},
    [VTR_SECTION_STEM_DATA] = {"stems", 0, 0},
    [VTR_SECTION_EXTERNALS] = {"externals", 0, 0},
    [VTR_SECTION_RULE_OFFSETS] = {"rule offsets", 4, 1},
    [VTR_SECTION_RULE_DATA] = {"rules", 0, 0},
    [VTR_SECTION_RULE_ALWAYS] = {"rules without patterns", 4, 0},
    [VTR_SECTION_RULE_GLOBAL] = {"global rules", 4, 0},
    [VTR_SECTION_PATTERNS] = {"patterns", VTR_PATTERN_ROW_LEN, 0},
    [VTR_SECTION_ATOM_PARAMS] = {"atom parameters", VTR_ATOM_PARAMS_LEN, 0},
    [VTR_SECTION_ATOM_FILTER] = {"atom filter", 1, 0},
    [VTR_SECTION_ATOM_SLOTS] = {"atom slots", 4, 0},
    [VTR_SECTION_ATOM_ROWS] = {"atoms", VTR_ATOM_UNIT_LEN, 0},
    [VTR_SECTION_UNINDEXED] = {"patterns without atoms", 4, 0},
    [VTR_SECTION_RULE_GROUPS] = {"groups of such rules", 4, 0},
    [VTR_SECTION_RULE_KEYS] = {"keys of such rules", 8, 0},
    [VTR_SECTION_HASH_BASE + 0] = {"md5 fan-out", 0, 0},
    [VTR_SECTION_HASH_BASE + 1] = {"md5 tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 2] = {"md5 attributes", 0, 0},
    [VTR_SECTION_HASH_BASE + 3] = {"sha1 fan-out", 0, 0},
    [VTR_SECTION_HASH_BASE + 4] = {"sha1 tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 5] = {"sha1 attributes", 0, 0},
    [VTR_SECTION_HASH_BASE + 6] = {"sha256 fan-out", 0, 0},
    [VTR_SECTION_HASH_BASE + 7] = {"sha256 tails", 0, 0},
    [VTR_SECTION_HASH_BASE + 8] = {"sha256 attributes", 0, 0},
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
