/* SPDX-License-Identifier: Apache-2.0 */

/*
 * ClamAV's lists of file hashes (.hdb .hdu .hsb .hsu), one record a line:
 *
 *   DIGEST ":" (SIZE | "*") ":" NAME [ ":" [MINLEVEL] [ ":" MAXLEVEL ] ]
 *
 * and the hash records of a database that they become.  Any number of files go into one
 * list in any order; finish puts the records in the order of format/record/records.h,
 * each once, and what it gives depends on the files alone, not on the order in which
 * they came.
 *
 * A list holds millions of records: a record is 40 to 56 bytes, names are kept as
 * stems.  Records past a limit of memory go through temporary files, sorted in runs;
 * the stems, of which there are as many as different names, stay in memory.  What is
 * added may come in pieces from several threads.  Neither changes what comes out.
 */
#ifndef VTR_COMPILER_HASH_HASH_LIST_H
#define VTR_COMPILER_HASH_HASH_LIST_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/record/records.h"

/* The functionality level of ClamAV 1.4, whose lists these are.  A line that is for
 * other levels is left out. */
#define VTR_CLAMAV_LEVEL 216u

/* A "*" for the size is for this level and later ones: clamscan refuses it below. */
#define VTR_CLAMAV_LEVEL_ANY_SIZE 73u

/* Bytes of a name. */
#define VTR_HASH_NAME_LIMIT 255u

struct vtr_hash_list; /* opaque, heap */

/* A line that is refused.  Codes: compiler/pattern/pattern_codes.def. */
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

struct vtr_hash_list_options {
    unsigned workers;            /* threads that add at a time; 0: one */
    uint64_t memory_limit_bytes; /* of the records, all threads together; 0: none */
    const char *beside;          /* where temporary files go, see base/os_temporary.h */
};

/* Borrows `beside`.  NULL when memory is out. */
VTR_MUST_CHECK struct vtr_hash_list *vtr_hash_list_new(
    const struct vtr_hash_list_options *options);
void vtr_hash_list_free(struct vtr_hash_list *list);

/* Whole lines of a file. */
struct vtr_hash_text {
    uint32_t file; /* a number of the caller's */
    uint32_t line; /* of the first, from 1: a byte order mark may be before that one */
    struct vtr_bytes bytes;
};

struct vtr_hash_adding {
    unsigned worker; /* below the number of workers; in use by one thread at a time */
    vtr_hash_problem_fn report; /* or NULL */
    void *context;
};

/*
 * Adds the records of a text.  Of several places that say the same, the one with the
 * lowest file and then line is kept.  Lines that are bad are reported and left out.
 * VTR_ERROR_MEMORY, VTR_ERROR_IO (of a temporary file): the list is of no more use.
 * VTR_ERROR_LIMIT, of which `err` says nothing: more than 2^31 records or lines.
 */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_add(struct vtr_hash_list *list,
                                                 const struct vtr_hash_text *text,
                                                 const struct vtr_hash_adding *adding,
                                                 struct vtr_error *err);

/* Sorts the records and counts those that are there more than once.  Once, after the
 * last text; fails as adding does. */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_finish(struct vtr_hash_list *list,
                                                    struct vtr_error *err);

struct vtr_hash_list_stats {
    uint64_t records[VTR_HASH_KINDS]; /* after finish: each counted once */
    uint64_t duplicates;              /* after finish */
    uint64_t other_level;             /* left out: for other functionality levels */
    uint64_t bad;                     /* refused */
};
void vtr_hash_list_get_stats(const struct vtr_hash_list *list,
                             struct vtr_hash_list_stats *out);

/* What the records of a kind need; borrowed.  After finish. */
const struct vtr_hash_extent *vtr_hash_list_get_extent(const struct vtr_hash_list *list,
                                                       enum vtr_hash_kind kind);

/* The stems, sorted by bytes, each used by a record.  After finish. */
const struct vtr_bytes *vtr_hash_list_get_stems(const struct vtr_hash_list *list,
                                                size_t *out_count);

/* A walk over the records of a kind, any number at a time; opaque, heap.  The list
 * outlives it. */
struct vtr_hash_list_cursor;

/* After finish.  VTR_ERROR_MEMORY. */
VTR_MUST_CHECK enum vtr_status vtr_hash_list_open(const struct vtr_hash_list *list,
                                                  enum vtr_hash_kind kind,
                                                  struct vtr_hash_list_cursor **out);
void vtr_hash_list_cursor_free(struct vtr_hash_list_cursor *cursor);

/* The records of the cursor, of which there are `count`.  It ends early when a
 * temporary file cannot be read, and the check then says why. */
struct vtr_hash_source vtr_hash_list_cursor_source(struct vtr_hash_list_cursor *cursor,
                                                   uint64_t count);
VTR_MUST_CHECK enum vtr_status vtr_hash_list_cursor_check(
    const struct vtr_hash_list_cursor *cursor, struct vtr_error *err);

/* Where a record was said first. */
struct vtr_hash_place {
    uint32_t file;
    uint32_t line;
};

/* That of the record that the source gave last. */
struct vtr_hash_place vtr_hash_list_cursor_place(
    const struct vtr_hash_list_cursor *cursor);

/* The place of the first record with that digest, which has vtr_hash_len(kind) bytes.
 * False when there is none. */
VTR_MUST_CHECK bool vtr_hash_list_find(const struct vtr_hash_list *list,
                                       enum vtr_hash_kind kind, const uint8_t *digest,
                                       struct vtr_hash_place *out);

#endif
