/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Databases and scanning (libvitrine).
 *
 * A database is mapped read-only and may be shared by any number of threads; each
 * thread has a scanner of its own.
 */
#ifndef VITRINE_SCAN_H
#define VITRINE_SCAN_H

#include "vitrine/common.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vtr_database; /* opaque, heap, immutable */

/* Opens a database in constant time.  `*out` owns the mapping. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_database_open(struct vtr_database **out,
                                                         const char *path,
                                                         struct vtr_error *err);
/* The same over bytes that outlive the database. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_database_open_bytes(
    struct vtr_database **out, struct vtr_bytes bytes, struct vtr_error *err);
VTR_API void vtr_database_free(struct vtr_database *database);

/* What a module is told besides the file: a report of the cuckoo module, say. */
struct vtr_module_data {
    const char *module;
    struct vtr_bytes bytes;
};

/* A line that a rule wrote with the console module. */
typedef void (*vtr_log_fn)(struct vtr_bytes line, void *context);

/* What modules find in a file is told of as a tree, depth first. */
enum vtr_finding_kind {
    VTR_FINDING_STRUCTURE =
        1, /* and what is in it, up to its VTR_FINDING_END; a module, too */
    VTR_FINDING_ARRAY,
    VTR_FINDING_DICTIONARY,
    VTR_FINDING_END,
    VTR_FINDING_INT,
    VTR_FINDING_FLOAT,
    VTR_FINDING_TEXT
};

/* Borrowed for the time of the call. */
struct vtr_finding {
    enum vtr_finding_kind kind;
    struct vtr_bytes name; /* of a module, a field, or a key; empty: an array's item */
    uint64_t index;        /* of an item */
    int64_t number;
    double real;
    struct vtr_bytes text;
};
typedef void (*vtr_finding_fn)(const struct vtr_finding *node, void *context);

/* Limits of one scan and what else it is told; zero means the default.  What is pointed
 * to outlives the scanner. */
struct vtr_scan_options {
    uint64_t match_limit;       /* matches kept of one string in one file: 1,000,000 */
    uint32_t regex_match_limit; /* PCRE2 match limit: 1,000,000 */
    uint32_t regex_heap_kib;    /* PCRE2 heap limit: 16,384 */
    uint64_t timeout_ms;        /* for one file; 0: none */
    uint64_t work_limit; /* of each pattern in one file, and of all conditions, in units
                            of some nanoseconds: 500,000,000; more for a long file.
                            Four times that is the limit of all patterns together */

    /* "NAME=VALUE": external variables of the database that have another value in this
     * scanner; each once. */
    const char *const *externals;
    size_t external_count;

    const struct vtr_module_data *module_data; /* one a module at most */
    size_t module_data_count;

    vtr_log_fn log; /* may be NULL */
    void *log_context;

    /* Told, before the detections, of all that every module finds in the file, whether
     * rules ask for it or not; may be NULL. */
    vtr_finding_fn finding;
    void *finding_context;

    int has_unsatisfied; /* tells also of the rules that a file does not satisfy */
    int is_brief; /* detections need not have every match of their strings: no more are
                     looked for than conditions ask for, which is faster */
    int has_profile;  /* keeps what vtr_scan_tell_costs tells */
    unsigned threads; /* of a file of many megabytes so many search parts; what they
                         find is the same.  0 or 1: the caller's own does it all */
};

struct vtr_match {
    uint64_t offset;
    uint64_t length;
};

/* Of a match in memory that is scanned block by block so many bytes are kept. */
#define VTR_MATCH_COPY_LEN 512u

struct vtr_string_matches {
    struct vtr_bytes id; /* without "$" */
    int is_private;
    int is_hex;         /* a hex string: its bytes are shown as such */
    int is_xor;         /* a match's first byte ^ `first_byte` is its key */
    uint8_t first_byte; /* of the plain text of a xor string */
    const struct vtr_match *matches; /* ascending offsets */
    const struct vtr_bytes *copies;  /* first bytes of each; NULL: see `data` below */
    size_t count;
};

enum vtr_meta_kind {
    VTR_META_KIND_TEXT = 1,
    VTR_META_KIND_INT = 2,
    VTR_META_KIND_BOOL = 3,
    VTR_META_KIND_FLOAT = 4
};

struct vtr_meta {
    struct vtr_bytes key;
    enum vtr_meta_kind kind;
    struct vtr_bytes text;
    int64_t number;
    int64_t exponent; /* FLOAT: number * 10^exponent */
};

/* One rule or hash record that a file satisfies, or a rule that it does not where those
 * are asked for.  Borrowed for the time of the call. */
struct vtr_detection {
    int is_satisfied;
    struct vtr_bytes space; /* namespace; "" for a hash record */
    struct vtr_bytes name;
    int is_hash;
    struct vtr_bytes data; /* what was scanned; empty when it was a vtr_memory */
    const struct vtr_bytes *tags;
    size_t tag_count;
    const struct vtr_meta *metas;
    size_t meta_count;
    const struct vtr_string_matches *strings; /* those with at least one match */
    size_t string_count;
};

/* The bytes of a match; of one in a vtr_memory the first VTR_MATCH_COPY_LEN at most;
 * none past the last match. */
VTR_API struct vtr_bytes vtr_match_get_bytes(const struct vtr_detection *detection,
                                             const struct vtr_string_matches *string,
                                             size_t index);

/* What of a scan was incomplete: a bit each, never a reason to call a file clean. */
#define VTR_SCAN_LIMIT_MATCHES 1u /* a string matched more often than match_limit */
#define VTR_SCAN_LIMIT_REGEX   2u /* regular expressions or hex strings did */
#define VTR_SCAN_LIMIT_TIME    4u /* the timeout passed */
#define VTR_SCAN_BAD_DATABASE  8u /* part of the database could not be read */
#define VTR_SCAN_LIMIT_MODULE                                                        \
 16u /* a module stopped at a limit, or this version does not serve what a rule asks \
      */
#define VTR_SCAN_LIMIT_LAST VTR_SCAN_LIMIT_MODULE /* the highest bit */

/* Called for each detection, rules in the order of namespace and name, then hashes.
 * Returning 0 ends the scan, which is VTR_OK. */
typedef int (*vtr_detection_fn)(const struct vtr_detection *detection, void *context);

struct vtr_scanner; /* opaque, heap, for one thread at a time */

/* VTR_ERROR_ARGUMENT: an external variable that the database has not or that is given
 * twice, a value that is not of its type, or data for a module that there is not. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scanner_new(
    struct vtr_scanner **out, const struct vtr_database *database,
    const struct vtr_scan_options *options, struct vtr_error *err);
VTR_API void vtr_scanner_free(struct vtr_scanner *scanner);

/* Another timeout_ms for the scans to come. */
VTR_API void vtr_scanner_set_timeout(struct vtr_scanner *scanner, uint64_t timeout_ms);

/* What scans spend their time on. */
enum vtr_cost_kind {
    VTR_COST_RULE = 1, /* evaluating a rule's condition, and all its strings */
    VTR_COST_STRING,   /* trying a string where it may match */
    VTR_COST_MODULE,   /* what conditions ask a module for */
    VTR_COST_SEARCH,   /* finding the places where strings may match */
    VTR_COST_HASHES,   /* digests of files, for hash records */
    VTR_COST_REST      /* everything else, telling of the detections included */
};
#define VTR_COST_LAST VTR_COST_REST

/* Borrowed from the database.  No two kinds but RULE and STRING have any time in
 * common. */
struct vtr_cost {
    enum vtr_cost_kind kind;
    struct vtr_bytes space; /* of a RULE or STRING */
    struct vtr_bytes rule;
    struct vtr_bytes name; /* of a STRING, without "$"; of a MODULE */
    uint64_t time_ns;
    uint64_t condition_ns; /* of a RULE: that its condition took of it */
    uint64_t count;        /* evaluations of a RULE's condition, questions to a MODULE,
                              files */
    uint64_t place_count; /* where strings were tried; of a string that is looked for by
                             itself: how often it was */
    uint64_t match_count; /* of strings */
};
typedef void (*vtr_cost_fn)(const struct vtr_cost *cost, void *context);

/* Tells, kind by kind and the greatest first, of what the scans of all these scanners
 * spent time on so far; NULL scanners, and those without has_profile, add nothing. All
 * are of one database. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scan_tell_costs(
    const struct vtr_scanner *const *scanners, size_t count, vtr_cost_fn tell,
    void *context, struct vtr_error *err);

/* A string of a rule, borrowed from the database, or a module: its name alone. */
struct vtr_limited_string {
    struct vtr_bytes space;
    struct vtr_bytes rule;
    struct vtr_bytes name; /* without "$" */
};

/* The first string by which the last scan came to a limit, VTR_SCAN_LIMIT_MATCHES or
 * VTR_SCAN_LIMIT_REGEX, or module, VTR_SCAN_LIMIT_MODULE: 1.  0: it did not, or by no
 * single one. */
VTR_API int vtr_scanner_get_limited(const struct vtr_scanner *scanner, unsigned limit,
                                    struct vtr_limited_string *out);

/* Scans memory.  `out_limits` (may be NULL) receives VTR_SCAN_* bits. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scan_bytes(
    struct vtr_scanner *scanner, struct vtr_bytes data, vtr_detection_fn found,
    void *context, unsigned *out_limits, struct vtr_error *err);

/* Scans a regular file.  One that shrinks meanwhile is scanned as far as it goes, or is
 * VTR_ERROR_IO after what was found in it. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scan_file(
    struct vtr_scanner *scanner, const char *path, vtr_detection_fn found,
    void *context, unsigned *out_limits, struct vtr_error *err);

/* Memory that is no one run of bytes: that of a process. */
struct vtr_memory_range {
    uint64_t base;
    uint64_t len; /* VTR_MEMORY_RANGE_LIMIT at most */
};
#define VTR_MEMORY_RANGE_LIMIT ((uint64_t)1 << 30)

struct vtr_memory {
    const struct vtr_memory_range *ranges; /* ascending, apart */
    size_t range_count;

    /* Reads up to `len` bytes at an address that is in a range; how many there were. */
    size_t (*read)(void *context, uint64_t address, uint8_t *to, size_t len);
    void *context;
};

/*
 * Scans memory range by range.  A match lies in one range; its offset is its address,
 * in conditions too, and uint32(address) reads what is there when the condition asks.
 * `filesize` is undefined, `entrypoint` the address in the first range that begins with
 * an executable; hash records do not apply.  VTR_ERROR_ARGUMENT: the ranges are not as
 * stated.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scan_memory(
    struct vtr_scanner *scanner, const struct vtr_memory *memory,
    vtr_detection_fn found, void *context, unsigned *out_limits, struct vtr_error *err);

/* For programs, once at their start: a mapped file (database or scanned) that shrinks
 * while it is in use then reads as zeros past its new end instead of ending the
 * process; a scan that came upon these is VTR_ERROR_IO.  Installs a SIGBUS handler;
 * without it, files are scanned from copies in memory, which takes up to half as long
 * again. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_scan_guard_files(struct vtr_error *err);

/* What a database says of itself. */
struct vtr_database_info {
    struct vtr_bytes name;
    uint64_t release;
    uint64_t file_len;
    uint64_t record_count;
    uint64_t rules;
    uint64_t patterns;
    uint64_t externals;
    uint64_t hashes[3]; /* MD5, SHA-1, SHA-256 */
    uint32_t layout;
    const uint8_t *record_root;
    const uint8_t *content_digest;
};
VTR_API void vtr_database_get_info(const struct vtr_database *database,
                                   struct vtr_database_info *out);

/* Sections of a database in file order: 0 past the last. */
struct vtr_section_info {
    uint32_t id;
    const char *name;
    uint64_t offset;
    uint64_t len;
    uint64_t count;
};
VTR_API int vtr_database_get_section(const struct vtr_database *database, size_t index,
                                     struct vtr_section_info *out);

/* Deep validation: content digest, and that the database's own records materialise to
 * exactly these bytes. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_database_check(
    const struct vtr_database *database, struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif
