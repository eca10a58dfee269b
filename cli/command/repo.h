/* SPDX-License-Identifier: Apache-2.0 */

/* What the verbs of `vitrine repo` share. */
#ifndef VTR_CLI_COMMAND_REPO_H
#define VTR_CLI_COMMAND_REPO_H

#include "cli/command/command.h"
#include "vitrine/repository.h"

/* Of --now: what vtr_clock_now takes. */
#define VTR_NOW_HELP "the time, since 1970; else SOURCE_DATE_EPOCH, else the clock"

extern const struct vtr_verb vtr_verb_repo_init;
extern const struct vtr_verb vtr_verb_repo_key;
extern const struct vtr_verb vtr_verb_repo_propose;
extern const struct vtr_verb vtr_verb_repo_approve;
extern const struct vtr_verb vtr_verb_repo_publish;
extern const struct vtr_verb vtr_verb_repo_expire;
extern const struct vtr_verb vtr_verb_repo_check;
extern const struct vtr_verb vtr_verb_repo_gc;
extern const struct vtr_verb vtr_verb_repo_alone;

int vtr_cmd_repo_init(int argc, char **argv);
int vtr_cmd_repo_key(int argc, char **argv);
int vtr_cmd_repo_propose(int argc, char **argv);
int vtr_cmd_repo_approve(int argc, char **argv);
int vtr_cmd_repo_publish(int argc, char **argv);
int vtr_cmd_repo_expire(int argc, char **argv);
int vtr_cmd_repo_check(int argc, char **argv);
int vtr_cmd_repo_gc(int argc, char **argv);
int vtr_cmd_repo_alone(int argc, char **argv);

#endif
