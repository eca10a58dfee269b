/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How long it takes to find a digest in a database that is in memory already.
 *
 *     lookup_speed DB COUNT
 *
 * Looks COUNT digests of its largest table of hashes up, in an order without order, and
 * reads their records; then as many digests that are not there.  Prints one JSON
 * object: the records of the table, and nanoseconds a lookup, the least of three
 * rounds.  It sees what libvitrine hides: its users have no digests, they have files.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/digest.h"
#include "benchmarks/corpus.h"
#include "format/image/image.h"

#define ROUNDS 3

/* One after the other, never the same twice for a long time (Marsaglia's xorshift). */
static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static const struct vtr_hash_table *largest(const struct vtr_image *image)
{
    const struct vtr_hash_table *table = &image->hashes[0];

    for (size_t kind = 1; kind < VTR_HASH_KINDS; kind++) {
        table = image->hashes[kind].count > table->count ? &image->hashes[kind] : table;
    }
    return table;
}

/* Digests of `count` records, of VTR_SHA256_LEN bytes each; NULL when that fails. */
static uint8_t *choose(const struct vtr_hash_table *table, size_t count)
{
    uint8_t *digests = calloc(count, VTR_SHA256_LEN);
    uint64_t state = 88172645463325252u;
    struct vtr_hash_record record;

    for (size_t i = 0; digests != NULL && i < count; i++) {
        if (!vtr_hash_table_get(table, next_number(&state) % table->count,
                                digests + VTR_SHA256_LEN * i, &record)) {
            free(digests);
            return NULL;
        }
    }
    return digests;
}

/* Makes each a digest that is not there: the middle decides that, at the price of a
 * lookup that goes as far as one of a digest that is. */
static void spoil(uint8_t *digests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        digests[VTR_SHA256_LEN * i + 7] ^= 0x55;
    }
}

/* How many were found; their records are read. */
static size_t look_up(const struct vtr_hash_table *table, const uint8_t *digests,
                      size_t count, uint64_t *out_sizes)
{
    struct vtr_hash_record record;
    uint64_t first = 0;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        if (vtr_hash_table_find(table, digests + VTR_SHA256_LEN * i, &first) > 0 &&
            vtr_hash_table_get_found(table, first, digests + VTR_SHA256_LEN * i,
                                     &record)) {
            *out_sizes += record.size; /* so that it is read */
            found++;
        }
    }
    return found;
}

static double measure(const struct vtr_hash_table *table, const uint8_t *digests,
                      size_t count, size_t *out_found)
{
    uint64_t sizes = 0;
    double best_s = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        const double start = vtr_corpus_seconds();
        *out_found = look_up(table, digests, count, &sizes);
        const double seconds = vtr_corpus_seconds() - start;
        best_s = round == 0 || seconds < best_s ? seconds : best_s;
    }
    return sizes == 1 ? 0 : best_s * 1e9 / (double)count;
}

static bool run(const struct vtr_hash_table *table, size_t count)
{
    uint8_t *digests = table->count == 0 ? NULL : choose(table, count);
    size_t present = 0;
    size_t absent = 0;

    if (digests == NULL) {
        (void)fprintf(stderr, "no hashes, or no memory\n");
        return false;
    }
    const double present_ns = measure(table, digests, count, &present);
    spoil(digests, count);
    const double absent_ns = measure(table, digests, count, &absent);
    (void)printf("{\"records\": %llu, \"lookups\": %zu, \"present\": %zu, "
                 "\"present_ns\": %.1f, \"absent\": %zu, \"absent_ns\": %.1f}\n",
                 (unsigned long long)table->count, count, present, present_ns,
                 count - absent, absent_ns);
    free(digests);
    return true;
}

int main(int argc, char **argv)
{
    struct vtr_corpus_file file = {0};
    struct vtr_image image;
    struct vtr_error err = {0};
    const size_t count = argc == 3 ? vtr_corpus_number(argv[2]) : 0;
    bool is_ok = false;

    if (count == 0) {
        (void)fprintf(stderr, "usage: %s DB COUNT\n", argv[0]);
        return 2;
    }
    if (!vtr_corpus_read(&file, argv[1]) ||
        vtr_image_open(&image, (struct vtr_bytes){file.ptr, file.len}, &err) !=
            VTR_OK) {
        (void)fprintf(stderr, "cannot read '%s': %s\n", argv[1], err.message);
    } else {
        is_ok = run(largest(&image), count);
    }
    free(file.ptr);
    return is_ok ? 0 : 2;
}
