/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ClamAV's lists of file hashes (.hdb .hdu .hsb .hsu), one record a line:
 *
 *   DIGEST ":" (SIZE | "*") ":" NAME [ ":" [MINLEVEL] [ ":" MAXLEVEL ] ]
 *
 * and the hash records of a database that they become.  Any number of files go into one
 * list in any order; finish puts the records in the order of format/records.h, each
 * once, and what it gives depends on the files alone, not on the order in which they
 * came.
 *
 * A list holds millions of records: a record is 40 to 56 bytes, names are kept as
 * stems.
 */
#ifndef VTR_COMPILER_HASH_LIST_H
#define VTR_COMPILER_HASH_LIST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/records.h"

/* The functionality level of ClamAV 1.4, whose lists these are.  A line that is for
 * other levels is left out. */
#define VTR_CLAMAV_LEVEL 216u

/* A "*" for the size is for this level and later ones: clamscan refuses it below. */
#define VTR_CLAMAV_LEVEL_ANY_SIZE 73u

/* Bytes of a name. */
#define VTR_HASH_NAME_LIMIT 255u

struct vtr_hash_list; /* opaque, heap, one thread at a time */

/* A line that is refused.  Codes: compiler/pattern_codes.def. */
struct vtr_hash_problem {
    const char *code; /* "E401" */
    uint32_t line;    /* from 1 */
    uint32_t column;  /* in bytes, from 1 */
    uint32_t length;
    const char *message;   /* static, lower case, no full stop */
    const char *help;      /* static, "" when none */
    struct vtr_bytes text; /* the line, without its end */
};
typedef void (*vtr_hash_problem_fn)(const struct vtr_hash_problem *problem,
                                    void *context);

/* NULL when memory is out. */
VTR_MUST_CHECK struct vtr_hash_list *vtr_hash_list_new(void);
void vtr_hash_list_free(struct vtr_hash_list *list);

/*
 * Adds the records of one file.  `file` is a number of the caller's: of several places
 * that say the same, the one with the lowest file and then line is kept.  Lines that
 * are bad are reported and left out.  VTR_ERROR_MEMORY: the list is of no more use.
 * VTR_ERROR_LIMIT: more than 2^31 records or lines.
 */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_add(struct vtr_hash_list *list,
                                                 uint32_t file, struct vtr_bytes text,
                                                 vtr_hash_problem_fn report,
                                                 void *context);

/* Sorts the records and removes those that are there more than once.  Once, after the
 * last file. */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_finish(struct vtr_hash_list *list);

struct vtr_hash_list_stats {
    uint64_t records[VTR_HASH_KINDS]; /* after finish: each counted once */
    uint64_t duplicates;              /* removed by finish */
    uint64_t other_level;             /* left out: for other functionality levels */
    uint64_t bad;                     /* refused */
};
void vtr_hash_list_get_stats(const struct vtr_hash_list *list,
                             struct vtr_hash_list_stats *out);

/* The stems, sorted by bytes, each used by a record.  After finish. */
const struct vtr_bytes *vtr_hash_list_get_stems(const struct vtr_hash_list *list,
                                                size_t *out_count);

/* A walk over the records of a kind; the caller's memory, any number at a time. */
struct vtr_hash_cursor {
    const struct vtr_hash_list *list;
    enum vtr_hash_kind kind;
    size_t next;
};

/* Makes `out` the source of the list's records of a kind.  Both `cursor` and the list
 * outlive it.  After finish. */
void vtr_hash_list_open(const struct vtr_hash_list *list, enum vtr_hash_kind kind,
                        struct vtr_hash_cursor *cursor, struct vtr_hash_source *out);

/* Where a record was said first. */
struct vtr_hash_place {
    uint32_t file;
    uint32_t line;
};

/* Record `index` of a kind, in order, and its place.  False past the last. */
VTR_MUST_CHECK bool vtr_hash_list_get(const struct vtr_hash_list *list,
                                      enum vtr_hash_kind kind, size_t index,
                                      struct vtr_hash_record *out,
                                      struct vtr_hash_place *out_place);

/* Index of the first record with that digest, which has vtr_hash_len(kind) bytes. False
 * when there is none. */
VTR_MUST_CHECK bool vtr_hash_list_find(const struct vtr_hash_list *list,
                                       enum vtr_hash_kind kind, const uint8_t *digest,
                                       size_t *out_index);

#endif
