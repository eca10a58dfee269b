/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/help.h"

#include <string.h>

#include "cli/command/command.h"
#include "cli/report/text.h"

/* Where the explanation of an option or verb begins. */
#define HELP_COLUMN 30

/* Each line of `lines` with four spaces before it. */
static void put_indented(struct vtr_text *out, const char *lines)
{
    while (*lines != '\0') {
        const size_t len = strcspn(lines, "\n");

        vtr_text_add(out, "    ");
        vtr_text_bytes(out, (struct vtr_bytes){(const uint8_t *)lines, len});
        vtr_text_add(out, "\n");
        lines += len + (lines[len] == '\n' ? 1 : 0);
    }
}

/* `name` was written from `start`; now its explanation in the right column. */
static void put_explanation(struct vtr_text *out, size_t start, const char *explanation)
{
    const size_t used = out->len - start;

    if (used + 2 > HELP_COLUMN) {
        vtr_text_add(out, "\n");
        vtr_text_repeat(out, ' ', HELP_COLUMN);
    } else {
        vtr_text_repeat(out, ' ', HELP_COLUMN - used);
    }
    vtr_text_add(out, explanation);
    vtr_text_add(out, "\n");
}

static void put_option(struct vtr_text *out, const struct vtr_option *option)
{
    const size_t start = out->len;

    vtr_text_add(out, "  ");
    if (option->short_name != 0) {
        vtr_text_repeat(out, '-', 1);
        vtr_text_repeat(out, option->short_name, 1);
        vtr_text_add(out, ", --");
    } else {
        vtr_text_add(out, "    --");
    }
    vtr_text_add(out, option->name);
    if (option->argument != NULL) {
        vtr_text_add(out, " ");
        vtr_text_add(out, option->argument);
    }
    put_explanation(out, start, option->help);
}

static void put_options(struct vtr_text *out, const struct vtr_verb *verb)
{
    static const struct vtr_option HELP = {.name = "help",
                                           .short_name = 'h',
                                           .help = "show this and end"};

    vtr_text_add(out, "\nOptions:\n");
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].help != NULL) {
            put_option(out, &verb->options[i]);
        }
    }
    put_option(out, &HELP);
}

static void put_children(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "\nVerbs:\n");
    for (size_t i = 0; verb->children[i] != NULL; i++) {
        const struct vtr_verb *child = verb->children[i];
        const size_t start = out->len;

        vtr_text_add(out, "  ");
        vtr_text_add(out, child->name);
        put_explanation(out, start, child->summary);
    }
}

static void put_usage(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "\nUsage: vitrine ");
    vtr_text_add(out, verb->name);
    vtr_text_add(out, verb->name[0] == '\0' ? "" : " ");
    if (verb->children != NULL) {
        vtr_text_add(out, "VERB ...");
    } else {
        vtr_text_add(out, verb->option_count > 0 ? "[OPTION]..." : "[--help]");
    }
    if (verb->operands != NULL) {
        vtr_text_add(out, " ");
        vtr_text_add(out, verb->operands);
    }
    vtr_text_add(out, "\n");
}

void vtr_help_print(const struct vtr_verb *verb, FILE *file)
{
    struct vtr_text out = {0};

    vtr_text_add(&out, "Example:\n");
    put_indented(&out, verb->example);
    put_usage(&out, verb);
    vtr_text_add(&out, "\nvitrine ");
    vtr_text_add(&out, verb->name);
    vtr_text_add(&out, verb->name[0] == '\0' ? "- " : " - ");
    vtr_text_add(&out, verb->summary);
    vtr_text_add(&out, "\n");
    if (verb->details != NULL) {
        vtr_text_add(&out, "\n");
        vtr_text_add(&out, verb->details);
    }
    if (verb->children != NULL) {
        put_children(&out, verb);
    }
    put_options(&out, verb);
    vtr_text_add(&out, "\nExit codes:\n");
    put_indented(&out, verb->exits != NULL ? verb->exits : VTR_HELP_EXITS);
    (void)vtr_text_print(&out, file);
    vtr_text_deinit(&out);
}
