/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A TUF repository in memory, for tests: its metadata is built from a few numbers, so
 * that a test changes one of them and sees what a client says.  Keys are numbers too.
 */
#ifndef VTR_TESTS_SUPPORT_TUF_SAMPLE_H
#define VTR_TESTS_SUPPORT_TUF_SAMPLE_H

#include "verify/tuf/tuf_metadata.h"

#define TUF_SAMPLE_KEYS 8

struct tuf_sample_role {
    unsigned keys[TUF_SAMPLE_KEYS]; /* that the root names, 0 behind the last */
    uint64_t threshold;
    unsigned signers[TUF_SAMPLE_KEYS]; /* who signs, 0 behind the last */
    uint64_t version;
    uint64_t expires;
};

struct tuf_sample {
    struct tuf_sample_role roles[VTR_TUF_TYPES];
    bool is_inconsistent;
    bool has_no_pins;       /* snapshot and timestamp give versions alone */
    const char *target;     /* the text of the target "file.bin" */
    const char *more_files; /* of the snapshot, beside targets.json; NULL */
    uint64_t more_version;

    /* Delegations of the targets; borrowed. */
    struct vtr_tuf_role *delegations;
    size_t delegation_count;
    unsigned delegated_keys[TUF_SAMPLE_KEYS];

    struct vtr_bytes texts[VTR_TUF_TYPES]; /* owned: what a server has */
};

/* Root 2 of keys 1 2 3, targets 2 of 4 5 6, snapshot 7, timestamp 8; all of version 1,
 * and good until 2000. */
void tuf_sample_init(struct tuf_sample *sample);
void tuf_sample_deinit(struct tuf_sample *sample);

/* Writes and signs all four texts anew. */
void tuf_sample_build(struct tuf_sample *sample);

/* The same for one; what pins it is left as it was. */
void tuf_sample_build_one(struct tuf_sample *sample, enum vtr_tuf_type type);

/* Signs metadata with the keys and appends the file to `w`. */
void tuf_sample_finish(struct vtr_tuf_metadata *metadata, const unsigned *signers,
                       struct vtr_writer *w);

/* The secret key of a number; the caller frees.  And its id as TUF has it. */
struct vtr_secret_key *tuf_sample_key(unsigned number);
void tuf_sample_key_id(unsigned number, char *out);

/* Gives metadata the public keys of the numbers, 0 behind the last. */
void tuf_sample_put_keys(struct vtr_tuf_metadata *metadata, const unsigned *numbers);
void tuf_sample_put_role(struct vtr_tuf_metadata *owner, struct vtr_tuf_role *role,
                         const unsigned *numbers, uint64_t threshold);

/* A copy of a text from malloc, and an arena's copy of a C string. */
struct vtr_bytes tuf_sample_text(struct vtr_tuf_metadata *owner, const char *text);

#endif
