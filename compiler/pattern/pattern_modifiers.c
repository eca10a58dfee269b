/* SPDX-License-Identifier: Apache-2.0 */

/* The modifiers of strings: their names, and which of them go together. */
#include "compiler/pattern/pattern.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern_problem.h"

#define BASE64_ALPHABET_LEN 64u

static const char BASE64_STANDARD[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#define MODIFIER(text, modifier)   \
 {                                 \
  text, sizeof(text) - 1, modifier \
 }
static const struct {
    const char *name;
    size_t len;
    enum vtr_modifier modifier;
} MODIFIERS[] = {
    MODIFIER("nocase", VTR_MODIFIER_NOCASE),
    MODIFIER("ascii", VTR_MODIFIER_ASCII),
    MODIFIER("wide", VTR_MODIFIER_WIDE),
    MODIFIER("fullword", VTR_MODIFIER_FULLWORD),
    MODIFIER("private", VTR_MODIFIER_PRIVATE),
    MODIFIER("xor", VTR_MODIFIER_XOR),
    MODIFIER("base64", VTR_MODIFIER_BASE64),
    MODIFIER("base64wide", VTR_MODIFIER_BASE64WIDE),
};
#undef MODIFIER
#define MODIFIER_COUNT (sizeof MODIFIERS / sizeof MODIFIERS[0])

/* Modifiers that YARA does not take together on a text string. */
static const uint32_t CLASHES[][2] = {
    {VTR_MODIFIER_XOR, VTR_MODIFIER_NOCASE},
    {VTR_MODIFIER_BASE64, VTR_MODIFIER_NOCASE},
    {VTR_MODIFIER_BASE64, VTR_MODIFIER_FULLWORD},
    {VTR_MODIFIER_BASE64, VTR_MODIFIER_XOR},
    {VTR_MODIFIER_BASE64WIDE, VTR_MODIFIER_NOCASE},
    {VTR_MODIFIER_BASE64WIDE, VTR_MODIFIER_FULLWORD},
    {VTR_MODIFIER_BASE64WIDE, VTR_MODIFIER_XOR},
};

unsigned vtr_modifier_find(struct vtr_bytes name)
{
    for (size_t i = 0; i < MODIFIER_COUNT; i++) {
        if (MODIFIERS[i].len == name.len &&
            memcmp(MODIFIERS[i].name, name.ptr, name.len) == 0) {
            return MODIFIERS[i].modifier;
        }
    }
    return 0;
}

/* The name of the lowest modifier of `set`. */
static const char *modifier_name(uint32_t set)
{
    size_t i = 0;

    while (i + 1 < MODIFIER_COUNT && (set & MODIFIERS[i].modifier) == 0) {
        i++;
    }
    return MODIFIERS[i].name;
}

bool vtr_modifier_add(struct vtr_pattern_modifiers *mods, enum vtr_modifier modifier,
                      struct vtr_pattern_problem *problem)
{
    if ((mods->set & modifier) != 0) {
        return vtr_problem_set(problem, "E304", 0, 0, "modifier '%s' is given twice",
                               modifier_name(modifier));
    }
    vtr_problem_clear(problem);
    mods->set |= modifier;
    if (modifier == VTR_MODIFIER_XOR) {
        mods->xor_min = 0;
        mods->xor_max = 255;
    }
    return true;
}

static bool check_xor(const struct vtr_pattern_modifiers *mods,
                      struct vtr_pattern_problem *problem)
{
    if (mods->xor_min < 0 || mods->xor_max > 255) {
        return vtr_problem_set(problem, "E306", 0, 0, "xor keys are from 0 to 255");
    }
    if (mods->xor_min > mods->xor_max) {
        return vtr_problem_set(problem, "E306", 0, 0,
                               "xor's lower bound exceeds its upper bound");
    }
    return true;
}

struct vtr_bytes vtr_modifier_alphabet(const struct vtr_pattern_modifiers *mods,
                                       enum vtr_modifier modifier)
{
    const struct vtr_bytes given = modifier == VTR_MODIFIER_BASE64
                                       ? mods->base64_alphabet
                                       : mods->base64wide_alphabet;

    return given.ptr != NULL ? given : vtr_bytes_from_text(BASE64_STANDARD);
}

static bool check_base64(const struct vtr_pattern_modifiers *mods,
                         struct vtr_pattern_problem *problem)
{
    const uint32_t both = VTR_MODIFIER_BASE64 | VTR_MODIFIER_BASE64WIDE;
    const struct vtr_bytes narrow = vtr_modifier_alphabet(mods, VTR_MODIFIER_BASE64);
    const struct vtr_bytes wide = vtr_modifier_alphabet(mods, VTR_MODIFIER_BASE64WIDE);

    if (narrow.len != BASE64_ALPHABET_LEN || wide.len != BASE64_ALPHABET_LEN) {
        return vtr_problem_set(problem, "E307", 0, 0,
                               "base64 alphabet has %zu bytes, not %u",
                               narrow.len != BASE64_ALPHABET_LEN ? narrow.len
                                                                 : wide.len,
                               BASE64_ALPHABET_LEN);
    }
    if (mods->dialect == VTR_DIALECT_YARA4 && (mods->set & both) == both &&
        !vtr_bytes_equal(narrow, wide)) {
        return vtr_problem_set(problem, "E308", 0, 0,
                               "base64 and base64wide with different alphabets");
    }
    return true;
}

/* What a string of that type takes at all. */
static uint32_t allowed_modifiers(enum vtr_pattern_type type)
{
    switch (type) {
    case VTR_PATTERN_HEX:
        return VTR_MODIFIER_PRIVATE;
    case VTR_PATTERN_REGEX:
        return VTR_MODIFIER_NOCASE | VTR_MODIFIER_ASCII | VTR_MODIFIER_WIDE |
               VTR_MODIFIER_FULLWORD | VTR_MODIFIER_PRIVATE;
    case VTR_PATTERN_TEXT:
        break;
    }
    return UINT32_MAX;
}

bool vtr_modifier_check(const struct vtr_pattern_modifiers *mods,
                        enum vtr_pattern_type type, struct vtr_pattern_problem *problem)
{
    const uint32_t refused = mods->set & ~allowed_modifiers(type);

    vtr_problem_clear(problem);
    if (mods->set == 0) {
        return true;
    }
    if (refused != 0) {
        (void)vtr_problem_set(problem, "E305", 0, 0,
                              "modifier '%s' does not apply to a %s",
                              modifier_name(refused),
                              type == VTR_PATTERN_HEX ? "hex string"
                                                      : "regular expression");
        return vtr_problem_help(problem, "leave '%s' out", modifier_name(refused));
    }
    for (size_t i = 0; i < sizeof CLASHES / sizeof CLASHES[0]; i++) {
        const uint32_t clash = CLASHES[i][0] | CLASHES[i][1];
        if ((mods->set & clash) == clash) {
            (void)vtr_problem_set(problem, "E303", 0, 0,
                                  "modifiers '%s' and '%s' do not go together",
                                  modifier_name(CLASHES[i][0]),
                                  modifier_name(CLASHES[i][1]));
            return vtr_problem_help(problem, "write two strings, one with each");
        }
    }
    return check_xor(mods, problem) && check_base64(mods, problem);
}
