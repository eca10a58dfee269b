/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a module of YARA rules is to the scanner, and what the scanner is to it.
 *
 * A module fills in the values of its table (format/modules/module_table.h) when they
 * are first asked for: a loader fills in those rows that name it, once a file; a call
 * computes a function.  Both get a run: the file, the store, and room for what the
 * module wants to remember until the next file.  Files are read through base/reader.h
 * only: any bytes are safe.
 */
#ifndef VTR_SCAN_MODULE_MODULE_H
#define VTR_SCAN_MODULE_MODULE_H

#include "scan/module/module_store.h"

/* What the scanner does for modules. */
struct vtr_module_services {
    /* Counts work: a unit is some nanoseconds.  False when none is left: the module
     * gives up, and the value is undefined. */
    bool (*spend)(void *context, uint64_t units);
    /* Whether an argument of kind REGEX matches somewhere in `subject`, and where the
     * first match ends (`out_end` may be NULL). */
    bool (*matches)(void *context, const void *regex, struct vtr_bytes subject,
                    size_t *out_end);
    /* Shows a line of the console module. */
    void (*log)(void *context, struct vtr_bytes line);
    void *context;
};

struct vtr_module_run;

/* Fills in rows of the table.  A file that is of another kind sets nothing. */
typedef void (*vtr_module_load_fn)(struct vtr_module_run *run);

/* What a function is called with: no argument is undefined. */
struct vtr_module_call {
    uint32_t field; /* the row: which overload, where one C function serves several */
    uint32_t item;  /* of the innermost array that the function stands in, or 0 */
    const struct vtr_module_value *args; /* until the call returns */
    unsigned arg_count;
};
typedef struct vtr_module_value (*vtr_module_call_fn)(
    struct vtr_module_run *run, const struct vtr_module_call *call);

#define VTR_MODULE_LOADER_LIMIT 24u

/* What a module keeps from file to file, because it is costly to make: {0} at first. */
struct vtr_module_kept {
    void *state;
    void (*release)(void *state); /* not NULL where `state` is not */
};

/* One module and one file. */
struct vtr_module_run {
    const struct vtr_module_services *services;
    struct vtr_bytes data;  /* what is scanned */
    struct vtr_bytes extra; /* what was given for this module; ptr NULL: nothing */
    struct vtr_arena arena; /* until the next file */
    struct vtr_module_store store;
    void *state; /* the module's own, in the arena; NULL at first */
    struct vtr_module_kept *kept;
    vtr_module_load_fn loaded[VTR_MODULE_LOADER_LIMIT];
    unsigned loaded_count;
    unsigned loading;   /* loaders that are running */
    uint64_t load_work; /* units that they may still cost */
    bool is_limited;    /* the module stopped at a limit of its own */
};

/* Runs a loader unless it has run for this file. */
void vtr_module_ensure(struct vtr_module_run *run, vtr_module_load_fn load);

/* Zeroed memory until the next file, or NULL (the store is full then). */
VTR_MUST_CHECK void *vtr_module_alloc(struct vtr_module_run *run, size_t len);

/* services->spend, and what loaders may cost: that grows with the file, not with what
 * rules ask of it. */
VTR_MUST_CHECK bool vtr_module_spend(struct vtr_module_run *run, uint64_t units);

static inline bool vtr_module_matches(struct vtr_module_run *run,
                                      const struct vtr_module_value *regex,
                                      struct vtr_bytes subject)
{
    return run->services->matches(run->services->context, regex->is.regex, subject,
                                  NULL);
}

/* The same, and where the first match ends. */
static inline bool vtr_module_finds(struct vtr_module_run *run,
                                    const struct vtr_module_value *regex,
                                    struct vtr_bytes subject, size_t *out_end)
{
    return run->services->matches(run->services->context, regex->is.regex, subject,
                                  out_end);
}

static inline struct vtr_module_value vtr_module_undefined(void)
{
    return (struct vtr_module_value){0};
}

static inline struct vtr_module_value vtr_module_int(int64_t number)
{
    return (struct vtr_module_value){VTR_MODULE_INT, {.number = number}};
}

static inline struct vtr_module_value vtr_module_float(double real)
{
    return (struct vtr_module_value){VTR_MODULE_FLOAT, {.real = real}};
}

/* `text` outlives the scan of the file. */
static inline struct vtr_module_value vtr_module_text(struct vtr_bytes text)
{
    return (struct vtr_module_value){VTR_MODULE_TEXT, {.text = text}};
}

#endif
