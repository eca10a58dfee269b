/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How fast Hyperscan looks for literals in files that are in memory already, on one
 * core: block mode, blocks of 1 MiB, no flags.
 *
 *     hyperscan_speed LITERALS ROUNDS LIST
 *
 * LITERALS has one a line in hexadecimal.  Compiles them with hs_compile_lit_multi,
 * scans each file of LIST (paths, one a line) ROUNDS times in turns and prints one JSON
 * object: the bytes of the files and of the database, the least processor time of a
 * round, and that of compiling.
 */
#include <hs/hs.h>
#include <stdio.h>
#include <stdlib.h>

#include "benchmarks/corpus.h"
#include "benchmarks/literal_list.h"

#define BLOCK_LEN ((size_t)1 << 20)

struct engine {
    hs_database_t *database;
    hs_scratch_t *scratch;
    uint64_t hits; /* of the last round */
    double best_s;
    double compile_s;
};

static bool compile(struct engine *engine, const struct vtr_literal_list *literals)
{
    hs_compile_error_t *error = NULL;
    unsigned *flags = calloc(literals->count, sizeof(*flags));
    unsigned *ids = calloc(literals->count, sizeof(*ids));
    bool is_ok = flags != NULL && ids != NULL;

    for (unsigned i = 0; is_ok && i < literals->count; i++) {
        ids[i] = i;
    }
    const double start = vtr_corpus_seconds();
    if (is_ok && hs_compile_lit_multi(literals->starts, flags, ids, literals->lens,
                                      literals->count, HS_MODE_BLOCK, NULL,
                                      &engine->database, &error) != HS_SUCCESS) {
        (void)fprintf(stderr, "hyperscan: %s\n", error->message);
        hs_free_compile_error(error);
        is_ok = false;
    }
    engine->compile_s = vtr_corpus_seconds() - start;
    free(flags);
    free(ids);
    return is_ok && hs_alloc_scratch(engine->database, &engine->scratch) == HS_SUCCESS;
}

static int count(unsigned id, unsigned long long from, unsigned long long to,
                 unsigned flags, void *context)
{
    struct engine *engine = context;

    (void)id;
    (void)from;
    (void)to;
    (void)flags;
    engine->hits++;
    return 0;
}

static bool scan_file(struct engine *engine, const struct vtr_corpus_file *file)
{
    for (size_t at = 0; at < file->len; at += BLOCK_LEN) {
        const size_t left = file->len - at;
        const size_t len = left < BLOCK_LEN ? left : BLOCK_LEN;
        if (hs_scan(engine->database, (const char *)file->ptr + at, (unsigned)len, 0,
                    engine->scratch, count, engine) != HS_SUCCESS) {
            return false;
        }
    }
    return true;
}

static bool scan_all(struct engine *engine, const struct vtr_corpus *corpus)
{
    const double start = vtr_corpus_seconds();

    engine->hits = 0;
    for (size_t i = 0; i < corpus->count; i++) {
        if (!scan_file(engine, &corpus->files[i])) {
            (void)fprintf(stderr, "hyperscan: the scan failed\n");
            return false;
        }
    }
    const double seconds = vtr_corpus_seconds() - start;
    engine->best_s =
        engine->best_s == 0.0 || seconds < engine->best_s ? seconds : engine->best_s;
    return true;
}

static bool print(const struct engine *engine, const struct vtr_corpus *corpus)
{
    size_t len = 0;

    if (hs_database_size(engine->database, &len) != HS_SUCCESS) {
        return false;
    }
    return printf("{\"bytes\": %llu, \"files\": %zu, \"seconds\": %.6f, "
                  "\"compile_seconds\": %.6f, \"database_bytes\": %zu, "
                  "\"hits\": %llu}\n",
                  (unsigned long long)corpus->total_len, corpus->count, engine->best_s,
                  engine->compile_s, len, (unsigned long long)engine->hits) > 0;
}

int main(int argc, char **argv)
{
    struct vtr_literal_list literals = {0};
    struct vtr_corpus corpus = {0};
    struct engine engine = {0};

    if (argc != 4 || vtr_corpus_number(argv[2]) == 0) {
        (void)fprintf(stderr, "usage: %s LITERALS ROUNDS LIST\n", argv[0]);
        return 2;
    }
    bool is_ok = vtr_literal_list_init(&literals, argv[1]) &&
                 vtr_corpus_init(&corpus, argv[3]) && compile(&engine, &literals);

    for (unsigned round = vtr_corpus_number(argv[2]); is_ok && round > 0; round--) {
        is_ok = scan_all(&engine, &corpus);
    }
    is_ok = is_ok && print(&engine, &corpus);
    (void)hs_free_scratch(engine.scratch);
    (void)hs_free_database(engine.database);
    vtr_corpus_deinit(&corpus);
    vtr_literal_list_deinit(&literals);
    return is_ok ? 0 : 2;
}
