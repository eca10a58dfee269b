/* SPDX-License-Identifier: Apache-2.0 */

/* Literals of a file that has one a line, in hexadecimal. */
#ifndef VTR_BENCHMARKS_LITERAL_LIST_H
#define VTR_BENCHMARKS_LITERAL_LIST_H

#include "benchmarks/corpus.h"

/* {0} is empty and safe to deinit. */
struct vtr_literal_list {
    struct vtr_corpus_file
        text;            /* owned; the bytes of a literal are where its line was */
    const char **starts; /* owned */
    size_t *lens;        /* owned */
    unsigned count;
};

/* False, and it was said on standard error, when the file is none of literals. */
bool vtr_literal_list_init(struct vtr_literal_list *out, const char *path);
void vtr_literal_list_deinit(struct vtr_literal_list *list);

#endif
