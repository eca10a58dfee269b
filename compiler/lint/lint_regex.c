/* SPDX-License-Identifier: Apache-2.0 */

/* Regular expressions that say something else than it seems. */
#include "compiler/lint/lint.h"

#include <string.h>

#include "base/bytes.h"
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

static void lint_escapes(struct vtr_linter *l, uint32_t offset, uint32_t length)
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

/* Past the class that begins at `at`: "[^]a-z]". */
static uint32_t skip_class(const uint8_t *bytes, uint32_t at, uint32_t length)
{
    at += at + 1 < length && bytes[at + 1] == '^' ? 2 : 1;
    for (uint32_t first = at; at < length && (bytes[at] != ']' || at == first); at++) {
        at += bytes[at] == '\\' ? 1 : 0;
    }
    return at;
}

/* "/$_GET/": a character behind the end, one that must be there. */
static void lint_end(struct vtr_linter *l, uint32_t offset, uint32_t length)
{
    const uint8_t *bytes = l->source->bytes.ptr + offset;

    if (memchr(bytes, '$', length) == NULL) {
        return;
    }
    for (uint32_t at = 0; at + 2 < length; at++) {
        if (bytes[at] == '(' && bytes[at + 1] == '?') {
            return; /* it may mean the end of a line */
        }
        if (bytes[at] == '\\') {
            at++;
        } else if (bytes[at] == '[') {
            at = skip_class(bytes, at, length);
        } else if (bytes[at] == '$' && vtr_is_word_byte(bytes[at + 1]) &&
                   bytes[at + 2] != '*' && bytes[at + 2] != '?' &&
                   bytes[at + 2] != '{') {
            struct vtr_problem *problem =
                vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNSATISFIABLE,
                                    (struct vtr_place){l->source, offset + at, 2},
                                    "nothing follows the end, which '$' stands for");
            vtr_problem_replace(problem, "write '\\$' for a dollar sign",
                                (struct vtr_place){l->source, offset + at, 1}, "\\$");
            return;
        }
    }
}

void vtr_lint_regex(struct vtr_linter *l, uint32_t offset, uint32_t length)
{
    lint_escapes(l, offset, length);
    lint_end(l, offset, length);
}
