/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which slots of a line may be those of a window: each holds a fingerprint, and says
 * which of the window's eight it is.  There is a version in plain C and one for each
 * kind of vectors; all of them give the same answers.
 */
#ifndef VTR_SCAN_KERNEL_LINE_MATCH_H
#define VTR_SCAN_KERNEL_LINE_MATCH_H

#include "base/os_cpu.h"
#include "format/image/atom_index.h"

struct vtr_line_matcher;

/* A window that is looked for in a line. */
struct vtr_line_question {
    uint32_t line;
    uint32_t key; /* the lower half of its vtr_gram_key */
    uint32_t at;  /* where its bytes are */
};

/* Slots of the line of a question. */
#define VTR_LINE_FULL (1u << VTR_ATOM_LINE_SLOTS)
struct vtr_line_answer {
    uint32_t question;
    uint32_t slots; /* a bit for each that matches, and VTR_LINE_FULL when none of the
                       line is free */
};

/* Answers `count` questions about windows in `bytes`, of which VTR_ATOM_KIN_REACH can
 * be read before each window and 16 from there on; writes those answers that are not 0,
 * of which there may be `count`, and returns how many.  A free slot may be among those
 * that match; it is 0. */
typedef size_t (*vtr_match_lines_fn)(const struct vtr_line_matcher *matcher,
                                     const uint8_t *bytes,
                                     const struct vtr_line_question *questions,
                                     size_t count, struct vtr_line_answer *out);

/* A tier's slots, made ready. */
struct vtr_line_matcher {
    vtr_match_lines_fn match;
    const uint8_t *slots;
    uint32_t place_mask; /* the bits of a slot that are no fingerprint */
    unsigned window_len;
    uint8_t kins[4 * VTR_ATOM_KINS]; /* which of the 16 bytes from VTR_ATOM_KIN_REACH
                                        before a window on.  0x80: no byte */
};

/* `match` is one of the functions below. */
void vtr_line_matcher_init(struct vtr_line_matcher *matcher,
                           const struct vtr_atom_table *table,
                           vtr_match_lines_fn match);

size_t vtr_match_lines_plain(const struct vtr_line_matcher *matcher,
                             const uint8_t *bytes,
                             const struct vtr_line_question *questions, size_t count,
                             struct vtr_line_answer *out);
size_t vtr_match_lines_avx2(const struct vtr_line_matcher *matcher,
                            const uint8_t *bytes,
                            const struct vtr_line_question *questions, size_t count,
                            struct vtr_line_answer *out);
size_t vtr_match_lines_avx512(const struct vtr_line_matcher *matcher,
                              const uint8_t *bytes,
                              const struct vtr_line_question *questions, size_t count,
                              struct vtr_line_answer *out);

#endif
