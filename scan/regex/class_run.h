/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Expressions that are a run of one class, `[a-z]+`, and what may have to hold at its
 * end, `[a-z]+\b`: where they match follows from where runs of the class end, so that a
 * run of a megabyte is looked at once and not from each of its bytes.
 */
#ifndef VTR_SCAN_REGEX_CLASS_RUN_H
#define VTR_SCAN_REGEX_CLASS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vitrine/common.h"

/* What holds where a match ends. */
enum vtr_class_run_tail {
    VTR_CLASS_RUN_ANY = 0,
    VTR_CLASS_RUN_END = 1, /* of the data */
    VTR_CLASS_RUN_BOUNDARY = 2,
    VTR_CLASS_RUN_NO_BOUNDARY = 3
};

struct vtr_class_run {
    uint8_t set[256]; /* 1: the byte is one of the class */
    size_t min;
    size_t max;                   /* SIZE_MAX: no bound */
    enum vtr_class_run_tail tail; /* if any, `min` is not zero */
};

/* Whether the PCRE2 text of a program, with its VTR_PROGRAM_* flags, is one byte or
 * class, as the compiler writes them, and a greedy repeat of it, and a tail.  Any other
 * text, of whatever bytes, is none. */
bool vtr_class_run_parse(struct vtr_bytes text, uint8_t flags,
                         struct vtr_class_run *out);

/* The first run of at least `min` bytes of the class (one, where min is 0) that begins
 * in at..limit-1, and where it ends; no run goes on at `at` that began before.  False
 * when there is none: then `out_end` is where to go on. */
bool vtr_class_run_find(const struct vtr_class_run *run, struct vtr_bytes data,
                        size_t at, size_t limit, size_t *out_start, size_t *out_end);

/* Whether a match may end at `at`, up to which the bytes are of the class. */
bool vtr_class_run_ends(const struct vtr_class_run *run, struct vtr_bytes data,
                        size_t at);

#endif
