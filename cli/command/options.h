/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The one description of a verb: from its table come parsing, `--help`, the man page
 * and shell completion, so that they cannot disagree.
 *
 * A verb parses into a plain struct of its own; each option names the member that it
 * sets.  The kinds say what type that member has:
 *
 *     struct scan_arguments {
 *         bool is_json;
 *         uint64_t workers;
 *     };
 *     static const struct vtr_option OPTIONS[] = {
 *         {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object a match",
 *          offsetof(struct scan_arguments, is_json)},
 *         {"jobs", 'j', VTR_OPTION_NUMBER, "N", "threads",
 *          offsetof(struct scan_arguments, workers)},
 *     };
 *
 * Every verb understands --help besides.
 */
#ifndef VTR_CLI_COMMAND_OPTIONS_H
#define VTR_CLI_COMMAND_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vtr_option_kind {
    VTR_OPTION_FLAG,   /* bool: given or not */
    VTR_OPTION_NUMBER, /* uint64_t: decimal, the last one given */
    VTR_OPTION_CHOICE, /* unsigned: place among `argument`, "shared|file", from 0 */
    VTR_OPTION_TEXT,   /* const char *: the last one given */
    VTR_OPTION_PATH,   /* const char *: the last one given */
    VTR_OPTION_TEXTS,  /* struct vtr_list: all, in order */
    VTR_OPTION_PATHS   /* struct vtr_list: all, in order */
};

/* Arguments in the order of the command line; the texts are those of argv. */
struct vtr_list {
    const char **items; /* owned, from malloc */
    size_t count;
};

struct vtr_option {
    const char *name; /* without the "--" */
    char short_name;  /* 0: none */
    enum vtr_option_kind kind;
    const char *argument; /* its name in help, or the choices; NULL for a flag */
    const char *help;     /* lower case, no full stop; NULL: another name of an option
                             that is understood, and not listed */
    size_t offset;        /* of the member that receives it */
};

struct vtr_verb {
    const char *name;     /* after the program's: "compile", "delta create" */
    const char *summary;  /* one line, lower case, no full stop */
    const char *example;  /* command lines, '\n' between them: help begins with these */
    const char *details;  /* paragraphs, '\n' after each line; NULL: none */
    const char *operands; /* "SOURCE..."; NULL: none */
    size_t operand_min;
    size_t operand_max; /* SIZE_MAX: any number */
    const struct vtr_option *options;
    size_t option_count;
    const char *exits; /* "0 ...\n1 ...\n2 ...\n"; NULL: the usual ones */

    /* One of the two: what the verb does, or NULL-terminated verbs below it. */
    int (*run)(int argc, char **argv);
    const struct vtr_verb *const *children;
};

/*
 * Parses `argv` (argv[0] is the verb) into the zeroed struct at `values`, options and
 * operands in any order, "--" before operands that begin with '-'.  Returns true to go
 * on; false when `*out_exit` is the program's exit code: help was asked for and
 * printed, or the usage is wrong and standard error says so.  Either way
 * vtr_options_deinit releases `values`.
 */
bool vtr_options_parse(const struct vtr_verb *verb, int argc, char **argv, void *values,
                       struct vtr_list *operands, int *out_exit);
void vtr_options_deinit(const struct vtr_verb *verb, void *values,
                        struct vtr_list *operands);

/* The word among `count` that `word` was probably meant to be, or NULL. */
const char *vtr_options_nearest(const char *word, const char *const *words,
                                size_t count);

#endif
