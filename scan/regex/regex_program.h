/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Regular expressions as the compiler writes them, as a program for a machine without
 * memory: what it accepts is all that the expression can match, and more where the
 * expression looks around itself.  It says where a match may be, never that one is.
 */
#ifndef VTR_SCAN_REGEX_REGEX_PROGRAM_H
#define VTR_SCAN_REGEX_REGEX_PROGRAM_H

#include <stdbool.h>

#include "base/compiler.h"

#define VTR_REGEX_STEP_LIMIT 4096u
#define VTR_REGEX_SET_LIMIT  256u

enum vtr_regex_step_kind {
    VTR_REGEX_STEP_BYTE = 1, /* a byte of the set `x` */
    VTR_REGEX_STEP_SPLIT,    /* goes on at +x, and at +y where that fails */
    VTR_REGEX_STEP_JUMP,     /* goes on at +x */
    VTR_REGEX_STEP_BEGIN,    /* goes on at +1 where the data begins */
    VTR_REGEX_STEP_FINISH,   /* goes on at +1 where the data ends */
    VTR_REGEX_STEP_END       /* what was read is accepted */
};

struct vtr_regex_step {
    uint8_t kind;
    int16_t x;
    int16_t y;
};

struct vtr_regex_set {
    uint8_t bits[32];
};

static inline bool vtr_regex_set_has(const struct vtr_regex_set *set, unsigned byte)
{
    return (set->bits[byte >> 3] >> (byte & 7u) & 1u) != 0;
}

struct vtr_regex_program_code {
    struct vtr_regex_step steps[VTR_REGEX_STEP_LIMIT];
    size_t step_count;
    struct vtr_regex_set sets[VTR_REGEX_SET_LIMIT];
    size_t set_count;
    bool has_order; /* what is tried first is what PCRE2 tries first, and nothing is
                       asked but bytes: no looks, no places, no repeats of nothing */
};

/* Reads the unmasked `text`; `program_flags` are VTR_PROGRAM_*.  NULL when it has what
 * has no place here, or too much of it, or memory is out.  Any bytes are safe. */
VTR_MUST_CHECK struct vtr_regex_program_code *vtr_regex_program_new(
    struct vtr_bytes text, uint8_t program_flags);
void vtr_regex_program_free(struct vtr_regex_program_code *program);

#endif
