/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnostic/warning.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/diagnostic/suggest.h"
#include "vitrine/compile.h"

static const struct {
    const char *code;
    const char *name;
} WARNINGS[VTR_WARNING_COUNT] = {
#define VTR_CODE(name, code, sentence)
#define VTR_WARNING(name, code, id, sentence) {code, id},
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
};

static const struct vtr_code_meaning MEANINGS[] = {
#define VTR_CODE(name, code, sentence) {code, "", sentence},
#define VTR_WARNING(name, code, id, sentence)
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
#define VTR_CODE(code, sentence) {code, "", sentence},
#include "compiler/pattern/pattern_codes.def"
#undef VTR_CODE
#define VTR_CODE(name, code, sentence)
#define VTR_WARNING(name, code, id, sentence) {code, id, sentence},
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
};

/* What YARA-X calls warnings that have a narrower name here. */
static const struct {
    const char *name;
    enum vtr_warning warning;
} ALIASES[] = {
    {"non_bool_expr", VTR_WARNING_LITERAL_CONDITION},
    {"invariant_expr", VTR_WARNING_COUNT_TOO_HIGH},
    {"unsatisfiable_expr", VTR_WARNING_COUNT_TOO_HIGH},
    {"deprecated_field", VTR_WARNING_ENTRYPOINT},
};
#define ALIAS_COUNT (sizeof(ALIASES) / sizeof(ALIASES[0]))

static bool is_text(struct vtr_bytes name, const char *text)
{
    return vtr_bytes_equal(name, vtr_bytes_from_text(text));
}

/* The set of all warnings. */
#define ALL_WARNINGS ((UINT64_C(1) << VTR_WARNING_COUNT) - 1)
static_assert(VTR_WARNING_COUNT < 64, "a set has a bit for each warning");

bool vtr_warning_are_all(uint64_t set)
{
    return (set & ALL_WARNINGS) == ALL_WARNINGS;
}

uint64_t vtr_warning_find(struct vtr_bytes name)
{
    uint64_t found = 0;

    for (unsigned i = 0; i < VTR_WARNING_COUNT; i++) {
        if (is_text(name, WARNINGS[i].name) || is_text(name, WARNINGS[i].code)) {
            found |= vtr_warning_bit((enum vtr_warning)i);
        }
    }
    for (size_t i = 0; i < ALIAS_COUNT; i++) {
        if (is_text(name, ALIASES[i].name)) {
            found |= vtr_warning_bit(ALIASES[i].warning);
        }
    }
    return found;
}

enum vtr_warning vtr_warning_of_code(const char *code)
{
    unsigned i = 0;

    while (i < VTR_WARNING_COUNT && strcmp(WARNINGS[i].code, code) != 0) {
        i++;
    }
    return (enum vtr_warning)i;
}

const char *vtr_warning_name(const char *code)
{
    const enum vtr_warning warning = vtr_warning_of_code(code);

    return warning == VTR_WARNING_COUNT ? "" : WARNINGS[warning].name;
}

const char *vtr_warning_nearest(struct vtr_bytes name)
{
    for (unsigned i = 0; i < VTR_WARNING_COUNT; i++) {
        if (vtr_names_are_close(name, vtr_bytes_from_text(WARNINGS[i].name)) ||
            vtr_names_are_close(name, vtr_bytes_from_text(WARNINGS[i].code))) {
            return WARNINGS[i].name;
        }
    }
    return NULL;
}

const struct vtr_code_meaning *vtr_code_meanings(size_t *count)
{
    *count = sizeof(MEANINGS) / sizeof(MEANINGS[0]);
    return MEANINGS;
}

uint64_t vtr_warning_set(const char *name)
{
    return strcmp(name, "warnings") == 0 ? ALL_WARNINGS
                                         : vtr_warning_find(vtr_bytes_from_text(name));
}

const char *vtr_warning_suggest(const char *name)
{
    return vtr_warning_nearest(vtr_bytes_from_text(name));
}
