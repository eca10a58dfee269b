/* SPDX-License-Identifier: Apache-2.0 */

/* The program's verbs, and the way from a word on the command line to one of them. */
#include "cli/command/command.h"

#include <stdio.h>
#include <string.h>

#include "cli/command/help.h"
#include "cli/report/text.h"

static const struct vtr_verb *const VERBS[] = {&vtr_verb_check,
                                               &vtr_verb_fmt,
                                               &vtr_verb_compile,
                                               &vtr_verb_inspect,
                                               &vtr_verb_scan,
                                               &vtr_verb_test,
                                               &vtr_verb_delta,
                                               &vtr_verb_compare,
                                               &vtr_verb_verify,
                                               &vtr_verb_key,
                                               &vtr_verb_repo,
                                               &vtr_verb_update,
                                               &vtr_verb_status,
                                               &vtr_verb_help,
                                               &vtr_verb_man,
                                               &vtr_verb_completion,
                                               NULL};

static const struct vtr_option ROOT_OPTIONS[] = {
    {"version", 'V', VTR_OPTION_FLAG, NULL, "show the version and end", 0}};

const struct vtr_verb vtr_verb_root = {
    .name = "",
    .summary = "antivirus signature databases, compiled, updated and verified",
    .example = "vitrine compile -o detections.vdb rules/\n"
               "vitrine scan detections.vdb ~/Downloads\n"
               "vitrine verify detections.vdb --sources rules/",
    .details = "'vitrine VERB --help' explains one verb.\n",
    .options = ROOT_OPTIONS,
    .option_count = sizeof(ROOT_OPTIONS) / sizeof(ROOT_OPTIONS[0]),
    .children = VERBS};

const struct vtr_verb vtr_verb_help = {.name = "help",
                                       .summary = "explain the program or a verb",
                                       .example = "vitrine help delta create",
                                       .operands = "[VERB]...",
                                       .operand_max = 2,
                                       .run = vtr_cmd_help};

const char *vtr_verb_word(const struct vtr_verb *verb)
{
    const char *space = strrchr(verb->name, ' ');
    return space == NULL ? verb->name : space + 1;
}

const struct vtr_verb *vtr_verb_child(const struct vtr_verb *verb, const char *word)
{
    for (size_t i = 0; verb->children != NULL && verb->children[i] != NULL; i++) {
        if (strcmp(vtr_verb_word(verb->children[i]), word) == 0) {
            return verb->children[i];
        }
    }
    return NULL;
}

/* "unknown verb", with the nearest one. */
static int unknown_verb(const struct vtr_verb *verb, const char *word)
{
    const char *words[32];
    size_t count = 0;

    while (verb->children != NULL && verb->children[count] != NULL &&
           count < sizeof(words) / sizeof(words[0])) {
        words[count] = vtr_verb_word(verb->children[count]);
        count++;
    }
    vtr_complain_text(verb, "unknown verb", word);
    const char *nearest = vtr_options_nearest(word, words, count);
    if (nearest != NULL) {
        (void)fprintf(stderr, "did you mean '%s'?\n", nearest);
    } else if (strpbrk(word, "./") != NULL) {
        (void)fprintf(stderr, "the verb comes first, as in 'vitrine scan RULES FILE': "
                              "see 'vitrine help'\n");
    } else {
        (void)fprintf(stderr, "see 'vitrine help%s%s'\n",
                      verb->name[0] == '\0' ? "" : " ", verb->name);
    }
    return VTR_EXIT_FAILED;
}

static bool is_word(const char *word, const char *a, const char *b)
{
    return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

int vtr_verb_dispatch(const struct vtr_verb *verb, int argc, char **argv)
{
    if (verb->run != NULL) {
        return verb->run(argc, argv);
    }
    if (argc < 2) {
        vtr_help_print(verb, stderr);
        return VTR_EXIT_FAILED;
    }
    if (is_word(argv[1], "--help", "-h")) {
        vtr_help_print(verb, stdout);
        return VTR_EXIT_YES;
    }
    if (verb == &vtr_verb_root && is_word(argv[1], "--version", "-V")) {
        (void)printf("vitrine %s\n", vtr_version());
        return VTR_EXIT_YES;
    }
    if (argv[1][0] == '-') {
        vtr_complain_text(verb, "unknown option", argv[1]);
        (void)fprintf(stderr, "the verb comes first: see 'vitrine help'\n");
        return VTR_EXIT_FAILED;
    }
    const struct vtr_verb *child = vtr_verb_child(verb, argv[1]);
    return child == NULL ? unknown_verb(verb, argv[1])
                         : vtr_verb_dispatch(child, argc - 1, argv + 1);
}

int vtr_cmd_help(int argc, char **argv)
{
    const struct vtr_verb *verb = &vtr_verb_root;
    struct vtr_list words = {0};
    int result;

    if (vtr_options_parse(&vtr_verb_help, argc, argv, NULL, &words, &result)) {
        result = VTR_EXIT_YES;
        for (size_t i = 0; i < words.count && result == VTR_EXIT_YES; i++) {
            const struct vtr_verb *child = vtr_verb_child(verb, words.items[i]);
            result = child == NULL ? unknown_verb(verb, words.items[i]) : VTR_EXIT_YES;
            verb = child == NULL ? verb : child;
        }
        if (result == VTR_EXIT_YES) {
            vtr_help_print(verb, stdout);
        }
    }
    vtr_options_deinit(&vtr_verb_help, NULL, &words);
    return result;
}
