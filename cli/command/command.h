/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The verbs of the program and what they share: exit codes and complaints.
 *
 * A verb lives in cli/verb/cmd_<verb>.c, which holds its option table, its struct
 * vtr_verb and its entry.  Answers go to standard output, everything else to standard
 * error.
 */
#ifndef VTR_CLI_COMMAND_COMMAND_H
#define VTR_CLI_COMMAND_COMMAND_H

#include "cli/command/options.h"
#include "vitrine/common.h"

enum vtr_exit {
    VTR_EXIT_YES = 0,   /* yes, clean, same, done */
    VTR_EXIT_NO = 1,    /* no, found, different, errors in rules */
    VTR_EXIT_FAILED = 2 /* could not answer: usage, files, memory */
};

/* The program itself, whose children are the verbs. */
extern const struct vtr_verb vtr_verb_root;

extern const struct vtr_verb vtr_verb_check;
extern const struct vtr_verb vtr_verb_compare;
extern const struct vtr_verb vtr_verb_compile;
extern const struct vtr_verb vtr_verb_completion;
extern const struct vtr_verb vtr_verb_delta;
extern const struct vtr_verb vtr_verb_fmt;
extern const struct vtr_verb vtr_verb_help;
extern const struct vtr_verb vtr_verb_inspect;
extern const struct vtr_verb vtr_verb_key;
extern const struct vtr_verb vtr_verb_man;
extern const struct vtr_verb vtr_verb_repo; /* its verbs: cli/command/repo.h */
extern const struct vtr_verb vtr_verb_scan;
extern const struct vtr_verb vtr_verb_status;
extern const struct vtr_verb vtr_verb_test;
extern const struct vtr_verb vtr_verb_update;
extern const struct vtr_verb vtr_verb_verify;

/* argv[0] is the verb's last word.  Each returns an enum vtr_exit. */
int vtr_cmd_check(int argc, char **argv);
int vtr_cmd_compare(int argc, char **argv);
int vtr_cmd_compile(int argc, char **argv);
int vtr_cmd_completion(int argc, char **argv);
int vtr_cmd_delta_apply(int argc, char **argv);
int vtr_cmd_delta_create(int argc, char **argv);
int vtr_cmd_delta_info(int argc, char **argv);
int vtr_cmd_delta_merge(int argc, char **argv);
int vtr_cmd_fmt(int argc, char **argv);
int vtr_cmd_help(int argc, char **argv);
int vtr_cmd_inspect(int argc, char **argv);
int vtr_cmd_key_generate(int argc, char **argv);
int vtr_cmd_key_show(int argc, char **argv);
int vtr_cmd_man(int argc, char **argv);
int vtr_cmd_scan(int argc, char **argv);
int vtr_cmd_status(int argc, char **argv);
int vtr_cmd_test(int argc, char **argv);
int vtr_cmd_update(int argc, char **argv);
int vtr_cmd_verify(int argc, char **argv);

/* Finds the child that argv[1] names and runs it with the rest. */
int vtr_verb_dispatch(const struct vtr_verb *verb, int argc, char **argv);

/* The child of `verb` by its last word, or NULL. */
const struct vtr_verb *vtr_verb_child(const struct vtr_verb *verb, const char *word);

/* The last word of a verb's name. */
const char *vtr_verb_word(const struct vtr_verb *verb);

/* "vitrine VERB: message" on standard error, control characters made visible; returns
 * VTR_EXIT_FAILED. */
int vtr_complain(const struct vtr_verb *verb, const struct vtr_error *err);

/* The same with `message` and, unless NULL, `subject` in quotes after it. */
int vtr_complain_text(const struct vtr_verb *verb, const char *message,
                      const char *subject);

/* Flushes standard output.  Returns `exit_code`, or VTR_EXIT_FAILED when not all of the
 * answer could be written, which it says unless the reader simply went away. */
int vtr_output_finish(int exit_code);

#endif
