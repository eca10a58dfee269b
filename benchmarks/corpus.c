/* SPDX-License-Identifier: Apache-2.0 */

#include "benchmarks/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define FIRST_CAP ((size_t)64 << 10)

bool vtr_corpus_read(struct vtr_corpus_file *out, const char *path)
{
    struct vtr_corpus_file file = {0};
    size_t cap = 0;
    bool is_ok = false;
    FILE *in = fopen(path, "rb");

    while (in != NULL && !feof(in) && !ferror(in)) {
        if (file.len == cap) {
            const size_t new_cap = cap == 0 ? FIRST_CAP : 2 * cap;
            uint8_t *grown = realloc(file.ptr, new_cap);
            if (grown == NULL) {
                goto out;
            }
            file.ptr = grown;
            cap = new_cap;
        }
        file.len += fread(file.ptr + file.len, 1, cap - file.len, in);
    }
    is_ok = in != NULL && !ferror(in);
out:
    if (in != NULL) {
        (void)fclose(in);
    }
    if (is_ok) {
        *out = file;
    } else {
        free(file.ptr);
    }
    return is_ok;
}

static bool add_file(struct vtr_corpus *corpus, const char *path)
{
    if (corpus->count == corpus->cap) {
        const size_t new_cap = corpus->cap == 0 ? 64 : 2 * corpus->cap;
        struct vtr_corpus_file *grown =
            realloc(corpus->files, new_cap * sizeof(*corpus->files));
        if (grown == NULL) {
            return false;
        }
        corpus->files = grown;
        corpus->cap = new_cap;
    }
    struct vtr_corpus_file *file = &corpus->files[corpus->count];
    *file = (struct vtr_corpus_file){0};
    if (!vtr_corpus_read(file, path)) {
        return false;
    }
    corpus->total_len += file->len;
    corpus->count++;
    return true;
}

bool vtr_corpus_init(struct vtr_corpus *out, const char *list_path)
{
    struct vtr_corpus corpus = {0};
    char path[4096];
    FILE *list = fopen(list_path, "r");
    bool is_ok = list != NULL;

    while (is_ok && fgets(path, sizeof(path), list) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        is_ok = add_file(&corpus, path);
        if (!is_ok) {
            (void)fprintf(stderr, "cannot read '%s'\n", path);
        }
    }
    if (list == NULL) {
        (void)fprintf(stderr, "cannot read '%s'\n", list_path);
    } else {
        (void)fclose(list);
    }
    if (is_ok) {
        *out = corpus;
    } else {
        vtr_corpus_deinit(&corpus);
    }
    return is_ok;
}

void vtr_corpus_deinit(struct vtr_corpus *corpus)
{
    for (size_t i = 0; i < corpus->count; i++) {
        free(corpus->files[i].ptr);
    }
    free(corpus->files);
    *corpus = (struct vtr_corpus){0};
}

unsigned vtr_corpus_number(const char *text)
{
    unsigned number = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || number > 1000000u) {
            return 0;
        }
        number = number * 10 + (unsigned)(*c - '0');
    }
    return number;
}

double vtr_corpus_seconds(void)
{
    return (double)clock() / (double)CLOCKS_PER_SEC;
}
