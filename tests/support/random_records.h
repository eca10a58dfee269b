/* SPDX-License-Identifier: Apache-2.0 */

/* Record sets that follow from a seed, for property tests: every kind of record, of
 * pattern and of modifier, names of all forms, digests that several records share. */
#ifndef VTR_TESTS_RANDOM_RECORDS_H
#define VTR_TESTS_RANDOM_RECORDS_H

#include "base/arena.h"
#include "base/compiler.h"
#include "format/record/records.h"

struct vtr_test_hash {
    uint8_t digest[32];
    uint64_t size;
    uint32_t stem;
    uint32_t number;
};

struct vtr_test_source {
    struct vtr_test_hash *items;
    size_t count;
    size_t next;
};

struct vtr_test_records {
    struct vtr_records records;
    struct vtr_test_source sources[VTR_HASH_KINDS];
    struct vtr_arena arena; /* owns everything */
};

/* How many of each are tried; what comes out twice is once in the set. */
struct vtr_test_counts {
    size_t hashes[VTR_HASH_KINDS];
    size_t rules;
    size_t externals;
};

/* The next number of a generator (splitmix64). */
uint64_t vtr_test_random(uint64_t *state);
uint64_t vtr_test_below(uint64_t *state, uint64_t limit);

/* Aborts the test when memory is out. */
void vtr_test_records_init(struct vtr_test_records *out, uint64_t seed,
                           const struct vtr_test_counts *counts);
void vtr_test_records_deinit(struct vtr_test_records *records);

/* Body of a rule "default"/`name` with `count` patterns (as vtr_test_put_text and the
 * like make them, one after the other in `patterns`) and the condition `condition`. */
void vtr_test_put_rule(struct vtr_writer *w, uint8_t flags, struct vtr_bytes name,
                       struct vtr_bytes patterns, size_t count,
                       struct vtr_bytes condition);

/* Appends a length-prefixed pattern with this payload. */
void vtr_test_put_pattern(struct vtr_writer *w, uint8_t type, uint32_t flags,
                          const struct vtr_writer *payload);

/* An image of the records in memory from malloc; fails the test when it cannot. */
struct vtr_bytes vtr_test_materialise(const struct vtr_records *records);

#endif
