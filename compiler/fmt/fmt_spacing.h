/* SPDX-License-Identifier: Apache-2.0 */

/* Where a blank stands between two words of one line. */
#ifndef VTR_COMPILER_FMT_FMT_SPACING_H
#define VTR_COMPILER_FMT_FMT_SPACING_H

#include <stdbool.h>

/* Parts of a source, which have their own habits. */
enum vtr_fmt_place {
    VTR_FMT_TOP,    /* between rules */
    VTR_FMT_HEADER, /* of a rule, before its '{' */
    VTR_FMT_BODY,   /* after the '{', before the first section */
    VTR_FMT_META,
    VTR_FMT_STRINGS,
    VTR_FMT_CONDITION
};

/* The words around the place of a blank. */
struct vtr_fmt_neighbours {
    int before;           /* kind of the word before */
    bool is_sign_before;  /* and that is a sign: the '-' of -1 */
    bool is_title_before; /* and that is the word of a section: "meta" */
    int kind;             /* of the word itself */
    int after;            /* kind of the word after it */
};

/* Whether `kind` after `before` is a sign rather than an operator between two. */
bool vtr_fmt_is_sign(int before, int kind);

bool vtr_fmt_has_space(enum vtr_fmt_place place,
                       const struct vtr_fmt_neighbours *words);

#endif
