/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The bytes of an expression that YARA would look for in a file.
 *
 * Vitrine looks for others.  But where an expression can match in several ways at one
 * offset, YARA's choice decides which of them counts: what stands before its atom is
 * tried in every way, what follows in one.
 */
#ifndef VTR_COMPILER_PATTERN_YARA_ATOM_H
#define VTR_COMPILER_PATTERN_YARA_ATOM_H

#include "compiler/pattern/regex_parser.h"

struct vtr_yara_atom {
    int quality;  /* 0: there is none */
    uint32_t end; /* bytes of a match up to its end, at least */
    /* The child of the root that it begins in; the root itself when that is no
     * sequence. */
    const struct vtr_regex_node *child;
    /* The character that it begins with; or the alternatives, when it is not one but
     * one of each of them. */
    const struct vtr_regex_node *first;
    /* The atom is not one but one of each alternative of `child`, which is an ALT. */
    bool is_of_alternatives;
};

struct vtr_yara_atom vtr_yara_atom_choose(const struct vtr_regex_node *root,
                                          bool is_wide);

#endif
