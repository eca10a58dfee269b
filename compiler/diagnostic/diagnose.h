/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Problems in sources, collected while they are read: what is wrong and where, as byte
 * offsets.  Lines and columns are worked out for those that are shown.
 *
 * One collector belongs to one source, so that what is kept of it does not depend on
 * which thread read it.  Adding never fails: what cannot be kept is counted.
 */
#ifndef VTR_COMPILER_DIAGNOSTIC_DIAGNOSE_H
#define VTR_COMPILER_DIAGNOSTIC_DIAGNOSE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vector.h"
#include "vitrine/compile.h"

struct vtr_source;
struct vtr_pattern_problem;

enum vtr_code {
#define VTR_CODE(name, code, sentence) VTR_CODE_##name,
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
    VTR_CODE_COUNT
};

/* The warnings alone, in the same order: bits of a set of warnings. */
enum vtr_warning {
#define VTR_CODE(name, code, sentence)
#define VTR_WARNING(name, code, id, sentence) VTR_WARNING_##name,
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
    VTR_WARNING_COUNT
};

static inline uint64_t vtr_warning_bit(enum vtr_warning warning)
{
    return UINT64_C(1) << warning;
}

/* A run of bytes of a source; `source` NULL: nowhere. */
struct vtr_place {
    const struct vtr_source *source;
    uint32_t offset;
    uint32_t length; /* 0 at offset 0: the source as a whole */
};

struct vtr_problem {
    enum vtr_severity severity;
    const char *code;
    struct vtr_place place;
    struct vtr_place other;
    const char *message; /* texts live in the collector's arena or are static */
    const char *label;
    const char *other_label;
    const char *note;
    const char *help;
    struct vtr_place edit;   /* with `help`: what to replace; source NULL: nothing */
    const char *replacement; /* by what */
};

struct vtr_diagnostics {
    struct vtr_arena *arena;    /* borrowed: texts */
    struct vtr_vector problems; /* struct vtr_problem */
    size_t limit;               /* of errors and of warnings, kept at most */
    size_t kept_warnings;
    uint64_t allowed; /* warnings that are not even counted, vtr_warning_bit */
    uint64_t errors;
    uint64_t warnings;
    struct vtr_problem spare; /* given out when a problem is not kept */
};

void vtr_diagnostics_init(struct vtr_diagnostics *d, struct vtr_arena *arena,
                          size_t limit);
void vtr_diagnostics_deinit(struct vtr_diagnostics *d);

/* Adds a problem and returns it, never NULL, for label, note, help and second place.
 * The pointer is valid until the next call. */
struct vtr_problem *vtr_diagnostics_add(struct vtr_diagnostics *d, enum vtr_code code,
                                        struct vtr_place place, const char *format, ...)
    VTR_PRINTF(4, 5);

/* The same with a code that is not of diagnostic_codes.def, "E..." or "W..."; static.
 */
struct vtr_problem *vtr_diagnostics_add_coded(struct vtr_diagnostics *d,
                                              const char *code, struct vtr_place place,
                                              const char *format, ...) VTR_PRINTF(4, 5);

/* Adds what is wrong inside a string; `place` begins where the text that was handed in
 * begins, and is used whole when the problem has no place of its own. */
struct vtr_problem *vtr_diagnostics_add_pattern(
    struct vtr_diagnostics *d, const struct vtr_pattern_problem *problem,
    struct vtr_place place);

/* Formats a text for a problem's label, note or help: "" when memory is out. */
const char *vtr_diagnostics_text(struct vtr_diagnostics *d, const char *format, ...)
    VTR_PRINTF(2, 3);

/* Says what to write instead of what stands at `edit`. */
void vtr_problem_replace(struct vtr_problem *problem, const char *help,
                         struct vtr_place edit, const char *replacement);

/* The stable code. */
const char *vtr_code_name(enum vtr_code code);

#endif
