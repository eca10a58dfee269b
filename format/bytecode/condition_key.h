/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions that need a text of the file to be one of a few that they name:
 * `hash.md5(0, filesize) == "..."`, `pe.imphash() == "..."`, or of a loop
 * `pe.signatures[i].serial == "..."`.
 *
 * Rules that ask for the same text of the file are told apart by looking that text up,
 * once for all of them.
 */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_KEY_H
#define VTR_FORMAT_BYTECODE_CONDITION_KEY_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_KEY_TEXT_LIMIT 8u

struct vtr_condition_key {
    /* Without a path: a program that leaves the text.  With one, which has one index:
     * a program that leaves the first and the last index of the loop. */
    struct vtr_bytes subject;
    struct vtr_bytes path;
    struct vtr_bytes texts[VTR_KEY_TEXT_LIMIT]; /* masked: it must be one of them */
    size_t text_count;
};

/* The text that the first term of a condition that is not cheap asks for, no bytes when
 * all are.  False when it asks for none: then its rule has to be evaluated to know. */
VTR_MUST_CHECK bool vtr_condition_find_key(struct vtr_bytes dear_term,
                                           struct vtr_condition_key *out);

#endif
