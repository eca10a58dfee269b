/* SPDX-License-Identifier: Apache-2.0 */

/* What was typed after `vitrine scan`; the option table is in cli/verb/cmd_scan.c. */
#ifndef VTR_CLI_SCAN_SCAN_ARGUMENTS_H
#define VTR_CLI_SCAN_SCAN_ARGUMENTS_H

#include "cli/command/options.h"
#include "cli/report/scan_print.h"

struct vtr_scan_arguments {
    /* The rules. */
    struct vtr_list more_rules;  /* sources beside the first operand */
    struct vtr_list defines;     /* "NAME=VALUE" */
    struct vtr_list module_data; /* "MODULE=FILE" */
    bool is_database;            /* the first operand is no source */
    unsigned namespaces;         /* enum vtr_namespace_mode, of sources */
    unsigned dialect;            /* enum vtr_dialect, of sources */
    bool has_no_warnings;
    bool fails_on_warnings;

    /* What is scanned. */
    struct vtr_list pids;
    const char *shard; /* which part of the files, as typed; NULL: all */
    bool has_lists;    /* the operands are files that list paths */
    bool is_flat;
    bool follows_links;
    uint64_t size_limit;  /* a larger file is not answered for; 0: none */
    uint64_t skip_larger; /* a larger file does not matter; 0: none */
    uint64_t piece_len;   /* of a process's memory, looked at at once; 0: as usual */

    /* How. */
    uint64_t workers;
    uint64_t timeout_s;       /* of all together; 0: none */
    uint64_t file_timeout_ms; /* of each; 0: none */
    uint64_t rule_limit;      /* satisfied ones, of all files together; 0: none */

    /* What is said. */
    struct vtr_scan_style style;
    struct vtr_list tags;  /* only rules with one of these; empty: any */
    struct vtr_list names; /* only rules by one of these names; empty: any */
    bool is_negated;
    bool is_count;
    bool has_modules; /* what modules find in a file is said too */
    bool is_quiet;    /* what conditions log is not said */
    bool has_profile; /* where the time went is said after all */

    /* Options that change nothing. */
    bool no_effect;
    uint64_t no_effect_number;
};

#endif
