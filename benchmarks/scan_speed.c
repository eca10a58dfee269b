/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How fast libvitrine scans files that are in memory already, on one core.
 *
 *     scan_speed DB ROUNDS LIST [plain|avx2|avx512|neon]
 *
 * Opens the database, scans each file of LIST (paths, one a line) ROUNDS times in turns
 * and prints one JSON object: the bytes of the files, the least processor time of a
 * round, that of opening the database and making the scanner, and of scanning the first
 * file.  The last argument is the vectors to search with, by default the best; the
 * library shows that choice to tests alone.
 */
#include <stdio.h>
#include <string.h>

#include "benchmarks/corpus.h"
#include "scan/scanner.h"
#include "vitrine/scan.h"

struct run {
    struct vtr_scanner *scanner;
    struct vtr_corpus corpus;
    uint64_t detections; /* of the last round */
    unsigned limits;
    double best_s;
    double open_s;
    double first_s;
};

static int count(const struct vtr_detection *detection, void *context)
{
    struct run *run = context;

    (void)detection;
    run->detections++;
    return 1;
}

static bool scan_file(struct run *run, const struct vtr_corpus_file *file)
{
    struct vtr_error err = {0};
    unsigned limits = 0;

    if (vtr_scan_bytes(run->scanner, (struct vtr_bytes){file->ptr, file->len}, count,
                       run, &limits, &err) != VTR_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    run->limits |= limits;
    return true;
}

static bool scan_all(struct run *run)
{
    const double start = vtr_corpus_seconds();

    run->detections = 0;
    for (size_t i = 0; i < run->corpus.count; i++) {
        if (!scan_file(run, &run->corpus.files[i])) {
            return false;
        }
    }
    const double seconds = vtr_corpus_seconds() - start;
    run->best_s = run->best_s == 0.0 || seconds < run->best_s ? seconds : run->best_s;
    return true;
}

static void print(const struct run *run)
{
    (void)printf("{\"bytes\": %llu, \"files\": %zu, \"seconds\": %.6f, "
                 "\"open_seconds\": %.6f, \"first_seconds\": %.6f, "
                 "\"detections\": %llu, \"limits\": %u}\n",
                 (unsigned long long)run->corpus.total_len, run->corpus.count,
                 run->best_s, run->open_s, run->first_s,
                 (unsigned long long)run->detections, run->limits);
}

static bool open_scanner(struct run *run, struct vtr_database **out, const char *path)
{
    struct vtr_error err = {0};
    const double start = vtr_corpus_seconds();

    if (vtr_database_open(out, path, &err) != VTR_OK ||
        vtr_scanner_new(&run->scanner, *out, NULL, &err) != VTR_OK) {
        (void)fprintf(stderr, "%s\n", err.message);
        return false;
    }
    run->open_s = vtr_corpus_seconds() - start;
    return true;
}

/* False when there are no such vectors, or not here. */
static bool use_vectors(struct run *run, const char *name)
{
    static const char *const NAMES[] = {[VTR_VECTORS_NONE] = "plain",
                                        [VTR_VECTORS_AVX2] = "avx2",
                                        [VTR_VECTORS_AVX512] = "avx512",
                                        [VTR_VECTORS_NEON] = "neon"};

    for (size_t i = 0; name != NULL && i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (strcmp(name, NAMES[i]) == 0 && vtr_cpu_has_vectors((enum vtr_vectors)i)) {
            vtr_scanner_use_vectors(run->scanner, (enum vtr_vectors)i);
            return true;
        }
    }
    if (name != NULL) {
        (void)fprintf(stderr, "no vectors '%s' here\n", name);
    }
    return name == NULL;
}

static bool scan_first(struct run *run)
{
    const double start = vtr_corpus_seconds();
    const bool is_ok = scan_file(run, &run->corpus.files[0]);

    run->first_s = vtr_corpus_seconds() - start;
    return is_ok;
}

int main(int argc, char **argv)
{
    struct vtr_database *database = NULL;
    struct run run = {0};

    if (argc < 4 || argc > 5 || vtr_corpus_number(argv[2]) == 0) {
        (void)fprintf(stderr, "usage: %s DB ROUNDS LIST [VECTORS]\n", argv[0]);
        return 2;
    }
    bool is_ok = vtr_corpus_init(&run.corpus, argv[3]) && run.corpus.count > 0 &&
                 open_scanner(&run, &database, argv[1]) && use_vectors(&run, argv[4]) &&
                 scan_first(&run);

    for (unsigned round = vtr_corpus_number(argv[2]); is_ok && round > 0; round--) {
        is_ok = scan_all(&run);
    }
    if (is_ok) {
        print(&run);
    }
    vtr_scanner_free(run.scanner);
    vtr_database_free(database);
    vtr_corpus_deinit(&run.corpus);
    return is_ok ? 0 : 2;
}
