/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The files that a benchmark scans, read into memory, so that no disk is measured, and
 * the clock that it is measured by.  Both drivers use them, so that both engines see
 * the same bytes.
 */
#ifndef VTR_BENCHMARKS_CORPUS_H
#define VTR_BENCHMARKS_CORPUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vtr_corpus_file {
    uint8_t *ptr; /* owned; NULL when empty */
    size_t len;
};

/* {0} is empty and safe to deinit. */
struct vtr_corpus {
    struct vtr_corpus_file *files; /* owned */
    size_t count;
    size_t cap;
    uint64_t total_len;
};

/* Reads a file whole.  False when it cannot be read. */
bool vtr_corpus_read(struct vtr_corpus_file *out, const char *path);

/* Reads the files that `list_path` names, one a line.  False, and it was said on
 * standard error, when one cannot be read. */
bool vtr_corpus_init(struct vtr_corpus *out, const char *list_path);
void vtr_corpus_deinit(struct vtr_corpus *corpus);

/* A number of a command line; 0 when it is none. */
unsigned vtr_corpus_number(const char *text);

/* The processor time of this process. */
double vtr_corpus_seconds(void);

#endif
