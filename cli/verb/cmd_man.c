/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine man: the option tables as a man page. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/help.h"
#include "cli/command/output.h"
#include "cli/report/text.h"

const struct vtr_verb vtr_verb_man = {.name = "man",
                                      .summary = "write the man page",
                                      .example = "vitrine man | man -l -",
                                      .exits = "0  written\n2  could not\n",
                                      .run = vtr_cmd_man};

/* Text as roff: what would be read as a request or an escape is not. */
static void add_roff(struct vtr_text *out, const char *text)
{
    bool is_line_start = true;

    for (; *text != '\0'; text++) {
        if (is_line_start && (*text == '.' || *text == '\'')) {
            vtr_text_add(out, "\\&");
        }
        if (*text == '\\') {
            vtr_text_add(out, "\\e");
        } else if (*text == '-') {
            vtr_text_add(out, "\\-");
        } else {
            vtr_text_repeat(out, *text, 1);
        }
        is_line_start = *text == '\n';
    }
}

/* Lines that stand as they are written. */
static void add_verbatim(struct vtr_text *out, const char *lines)
{
    vtr_text_add(out, ".PP\n.nf\n.RS\n");
    add_roff(out, lines);
    vtr_text_add(out, lines[strlen(lines) - 1] == '\n' ? "" : "\n");
    vtr_text_add(out, ".RE\n.fi\n");
}

static void add_option(struct vtr_text *out, const struct vtr_option *option)
{
    vtr_text_add(out, ".TP\n");
    if (option->short_name != 0) {
        vtr_text_add(out, "\\fB\\-");
        vtr_text_repeat(out, option->short_name, 1);
        vtr_text_add(out, "\\fR, ");
    }
    vtr_text_add(out, "\\fB\\-\\-");
    add_roff(out, option->name);
    vtr_text_add(out, "\\fR");
    if (option->argument != NULL) {
        vtr_text_add(out, " \\fI");
        add_roff(out, option->argument);
        vtr_text_add(out, "\\fR");
    }
    vtr_text_add(out, "\n");
    add_roff(out, option->help);
    vtr_text_add(out, "\n");
}

static void add_verb(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, ".SS vitrine ");
    add_roff(out, verb->name);
    if (verb->operands != NULL) {
        vtr_text_add(out, verb->option_count > 0 ? " [option]... " : " ");
        add_roff(out, verb->operands);
    }
    vtr_text_add(out, "\n");
    add_roff(out, verb->summary);
    vtr_text_add(out, ".\n");
    add_verbatim(out, verb->example);
    if (verb->details != NULL) {
        add_verbatim(out, verb->details);
    }
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].help != NULL) {
            add_option(out, &verb->options[i]);
        }
    }
    if (verb->exits != NULL) {
        vtr_text_add(out, ".PP\nExit codes:\n");
        add_verbatim(out, verb->exits);
    }
}

static void add_verbs(struct vtr_text *out)
{
    for (size_t i = 0; vtr_verb_root.children[i] != NULL; i++) {
        const struct vtr_verb *verb = vtr_verb_root.children[i];

        if (verb->children == NULL) {
            add_verb(out, verb);
        }
        for (size_t j = 0; verb->children != NULL && verb->children[j] != NULL; j++) {
            add_verb(out, verb->children[j]);
        }
    }
}

int vtr_cmd_man(int argc, char **argv)
{
    struct vtr_list words = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_man, argc, argv, NULL, &words, &exit_code)) {
        struct vtr_text out = {0};

        vtr_text_add(&out, ".TH VITRINE 1 \"\" \"vitrine ");
        add_roff(&out, vtr_version());
        vtr_text_add(&out, "\" \"User Commands\"\n.SH NAME\nvitrine \\- ");
        add_roff(&out, vtr_verb_root.summary);
        vtr_text_add(&out, "\n.SH SYNOPSIS\n.B vitrine\n.I verb\n[\\fIoption\\fR]...\n"
                           ".SH EXAMPLE\n");
        add_verbatim(&out, vtr_verb_root.example);
        vtr_text_add(&out, ".SH VERBS\nEvery verb understands \\fB\\-\\-help\\fR.\n");
        add_verbs(&out);
        vtr_text_add(&out, ".SH EXIT STATUS\n");
        add_verbatim(&out, VTR_HELP_EXITS);
        vtr_text_add(&out, ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\n"
                           "when set, nothing is coloured\n.TP\n.B VITRINE_PASSWORD\n"
                           "the password of a secret key\n");
        exit_code = vtr_output_answer(&out, VTR_EXIT_YES);
    }
    vtr_options_deinit(&vtr_verb_man, NULL, &words);
    return exit_code;
}
