/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The rarest few bytes of a text as a match has it: the window that an atom is made of.
 * docs/format.md, "Choice of atoms", is the rule; its numbers are part of the layout.
 */
#ifndef VTR_FORMAT_ATOM_ATOM_WINDOW_H
#define VTR_FORMAT_ATOM_ATOM_WINDOW_H

#include <stdbool.h>

#include "format/image/atom_index.h"
#include "format/record/rule.h"

/* Scores count quarter bits; the higher, the rarer. */
#define VTR_WINDOW_SCORE_ENOUGH 160
#define VTR_WINDOW_SCORE_NONE   (-1000) /* below every score */

/* Bytes as a match has them: those of a masked run, with a zero behind each when the
 * step is 2. */
struct vtr_spelling {
    struct vtr_bytes masked;
    size_t step;
    size_t len; /* in bytes of a match */
};

/* An atom inside a spelling. */
struct vtr_window {
    struct vtr_spelling text;
    size_t offset;
    unsigned len; /* 0: none found */
    int score;
};

/* The `len` bytes of a match from `from` on, which the text has. */
void vtr_spelling_read(const struct vtr_spelling *text, size_t from, size_t len,
                       uint8_t *out);

/* How long the windows of a text are. */
static inline unsigned vtr_window_len(size_t text_len)
{
    return text_len >= VTR_ATOM_LEN_MAX        ? VTR_ATOM_LEN_MAX
           : text_len >= VTR_ATOM_LONG_LEN_MIN ? VTR_ATOM_LONG_LEN_MIN
           : text_len >= 4                     ? 4
                                               : (unsigned)text_len;
}

/* The rarest window, the first of equals; none when no score is above `floor`.  Far
 * into a run nothing better is looked for than what is rare enough. */
struct vtr_window vtr_window_find(struct vtr_bytes masked, bool is_wide, int floor);

#endif
