/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions that say something else than it seems. */
#include "compiler/lint/lint.h"

#include <string.h>

#include "compiler/syntax/source.h"

/* Whether it is a letter that stands for itself behind a backslash too. */
static bool is_idle(uint8_t byte)
{
    static const char MEANT[] = "abBdDfnrsStwWx";

    return (byte | 0x20u) - (unsigned)'a' < 26 &&
           memchr(MEANT, byte, sizeof(MEANT) - 1) == NULL;
}

static void report(struct vtr_linter *l, uint32_t offset, uint8_t letter)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNKNOWN_ESCAPE,
                            (struct vtr_place){l->source, offset, 2},
                            "'\\%c' stands for '%c' alone, without a backslash",
                            (char)letter, (char)letter);

    vtr_problem_replace(problem, "write '\\\\' for a backslash",
                        (struct vtr_place){l->source, offset, 1}, "\\\\");
}

void vtr_lint_regex(struct vtr_linter *l, uint32_t offset, uint32_t length)
{
    const uint8_t *bytes = l->source->bytes.ptr + offset;

    if (l->source->dialect == VTR_DIALECT_YARA_X) {
        return; /* refused there, and other letters have a meaning */
    }
    for (uint32_t at = 0; at + 1 < length; at++) {
        if (bytes[at] != '\\') {
            continue;
        }
        if (is_idle(bytes[at + 1])) {
            report(l, offset + at, bytes[at + 1]);
            return; /* who forgot one has forgotten others */
        }
        at++; /* what is escaped escapes nothing */
    }
}
