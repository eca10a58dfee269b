/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Small databases for tests: records are put in in any order, and come out as an image.
 * A failure is an abort: the samples are the tests' own.
 */
#ifndef VTR_TESTS_SUPPORT_SAMPLE_DATABASE_H
#define VTR_TESTS_SUPPORT_SAMPLE_DATABASE_H

#include "base/vector.h"
#include "format/record/records.h"

/* {0} with vtr_sample_init is an empty database. */
struct vtr_sample {
    const char *name;
    uint64_t release;
    struct vtr_vector hashes;    /* struct vtr_sample_hash */
    struct vtr_vector rules;     /* struct vtr_sample_body */
    struct vtr_vector externals; /* struct vtr_sample_body */
};

struct vtr_sample_hash {
    enum vtr_hash_kind kind;
    uint8_t digest[32];
    uint64_t size;
    char name[48];
};

struct vtr_sample_body {
    char space[16];
    char name[16];
    struct vtr_writer body;
};

/* What a sample rule says; NULL: nothing there. */
struct vtr_sample_rule {
    const char *space;
    const char *name;
    unsigned flags;
    const char *tag;
    const char *meta_key; /* with the value `meta_value` */
    int64_t meta_value;
    const char *pattern_id;
    const char *text;
    const char *second_id; /* another pattern, with the same text */
    bool is_negated;       /* condition: not $pattern */
};

void vtr_sample_init(struct vtr_sample *sample, const char *name, uint64_t release);
void vtr_sample_deinit(struct vtr_sample *sample);

/* `digest` has as many bytes as the kind. */
void vtr_sample_add_hash(struct vtr_sample *sample, enum vtr_hash_kind kind,
                         const uint8_t *digest, uint64_t size, const char *name);
void vtr_sample_add_rule(struct vtr_sample *sample, const struct vtr_sample_rule *rule);
void vtr_sample_add_external(struct vtr_sample *sample, const char *name,
                             int64_t value);

/* The image, from malloc; the caller frees.  What was put in twice is in it once; of
 * two rules of one name it has the first. */
struct vtr_bytes vtr_sample_build(const struct vtr_sample *sample);

/* A small generator for tests: the same numbers from the same state on every machine.
 */
uint64_t vtr_sample_random(uint64_t *state);

#endif
