/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One scan of one file: what its steps share.  scan/scanner.c is the list of steps.
 */
#ifndef VTR_SCAN_RUN_SCAN_RUN_H
#define VTR_SCAN_RUN_SCAN_RUN_H

#include <stdbool.h>

#include "base/arena.h"
#include "format/image/atom_index.h"
#include "format/image/image.h"
#include "scan/match/idle_rows.h"
#include "scan/match/pattern_state.h"
#include "scan/match/verify_hex.h"
#include "vitrine/scan.h"

struct vtr_atom_block;
struct vtr_atom_searcher;
struct vtr_external_settings;
struct vtr_module_host;
struct vtr_profile;
struct vtr_regex_machine;
struct vtr_rule_facts;

struct vtr_scan_run {
    /* Set once for a scanner. */
    const struct vtr_image *image;
    const struct vtr_atom_index *atoms;
    struct vtr_atom_searcher *searcher; /* borrowed */
    struct vtr_scan_options options;    /* no limit is zero but the timeout's */
    const struct vtr_external_settings *externals; /* borrowed */
    struct vtr_regex_machine *regexes;
    struct vtr_pattern_states patterns;
    struct vtr_hex_matcher hex;
    struct vtr_profile *profile;     /* NULL: nobody asks */
    struct vtr_rule_facts *facts;    /* borrowed */
    struct vtr_module_host *modules; /* borrowed; begun before anything is looked for */

    /* Set for each file. */
    struct vtr_bytes data;
    const struct vtr_memory *memory; /* NULL: `data` is a file.  Else `data` is a block
                                        of it, and empty when conditions run */
    uint64_t base;                   /* address of the block */
    uint64_t total_len;              /* of the file, or of the whole memory */
    int64_t entry_point;             /* address, of a memory; negative: none */
    struct vtr_arena copies;         /* bytes of matches in a memory */
    unsigned limits;                 /* VTR_SCAN_* */
    uint32_t crowded_pattern;        /* the first past its limit of matches, plus 1 */
    uint32_t costly_pattern;         /* the first past its limit of work, plus 1 */
    uint64_t deadline_ns;            /* of vtr_monotonic_ns; 0: none */
    uint64_t work_left;              /* units that all verifying may still cost */
    struct vtr_idle_rows idle;
    uint64_t visits;          /* entries of the index not yet counted as work */
    uint64_t file_number;     /* tells this file from those before */
    uint64_t match_count;     /* matches kept of all patterns and parts */
    uint64_t candidate_count; /* places of all patterns that are not looked at yet */
    bool is_lean;             /* rules that cannot be true need no matches */
    bool is_late;             /* the deadline has passed: stop */
    bool is_search_over;      /* the work for looking at the index is used up */
    struct vtr_atom_block *block; /* NULL: places are verified.  Else they are noted
                                     there: scan/search/atom_ahead.h */
    bool is_memory_out;           /* an allocation failed: the scan has no answer */
};

/* Whether the scan must end; looks at the clock. */
bool vtr_run_must_stop(struct vtr_scan_run *run);

/* Notes that no more matches of `pattern` are kept. */
void vtr_run_overflow(struct vtr_scan_run *run, uint32_t pattern);

/* Notes that the work for `part` (NULL: for no single one) is used up.  It is not to
 * blame where the work for all, or the time, is used up as well. */
void vtr_run_exhaust(struct vtr_scan_run *run, const struct vtr_pattern_part *part);

/* What this file may cost in units: each part of a pattern, and all conditions. */
uint64_t vtr_run_work(const struct vtr_scan_run *run);

/* What of it is left for a part of a pattern, or for all of them when that is less. */
uint64_t vtr_run_work_left(const struct vtr_scan_run *run,
                           const struct vtr_pattern_part *part);

/* Counts work on `part` (NULL: on none): a unit is some nanoseconds.  False when there
 * is none left, which sets VTR_SCAN_LIMIT_REGEX, or when the scan must end: no pattern,
 * whatever file it is held against, makes a scan endless, and none uses up what others
 * need. */
bool vtr_run_spend(struct vtr_scan_run *run, struct vtr_pattern_part *part,
                   uint64_t units);

#endif
