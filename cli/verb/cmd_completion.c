/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine completion: the option tables as completion scripts of three shells. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/report/text.h"

const struct vtr_verb vtr_verb_completion = {
    .name = "completion",
    .summary = "write a shell's completion script",
    .example =
        "vitrine completion bash > ~/.local/share/bash-completion/completions/vitrine",
    .operands = "bash|zsh|fish",
    .operand_min = 1,
    .operand_max = 1,
    .exits = "0  written\n2  no such shell\n",
    .run = vtr_cmd_completion};

/* Writes what one verb, with a path of words before it, contributes. */
typedef void (*verb_writer_fn)(struct vtr_text *out, const struct vtr_verb *verb);

/* Verbs are two levels deep at most: "delta", "delta create". */
static void for_each_verb(struct vtr_text *out, verb_writer_fn write)
{
    for (size_t i = 0; vtr_verb_root.children[i] != NULL; i++) {
        const struct vtr_verb *verb = vtr_verb_root.children[i];

        write(out, verb);
        for (size_t j = 0; verb->children != NULL && verb->children[j] != NULL; j++) {
            write(out, verb->children[j]);
        }
    }
}

static bool is_path(const struct vtr_option *option)
{
    return option->kind == VTR_OPTION_PATH || option->kind == VTR_OPTION_PATHS;
}

static void add_words_of_children(struct vtr_text *out, const struct vtr_verb *verb)
{
    for (size_t i = 0; verb->children != NULL && verb->children[i] != NULL; i++) {
        vtr_text_add(out, i == 0 ? "" : " ");
        vtr_text_add(out, vtr_verb_word(verb->children[i]));
    }
}

/* The verbs that have verbs, with `between` between them. */
static void add_parents(struct vtr_text *out, const char *between)
{
    const char *before = "";

    for (size_t i = 0; vtr_verb_root.children[i] != NULL; i++) {
        if (vtr_verb_root.children[i]->children != NULL) {
            vtr_text_add(out, before);
            vtr_text_add(out, vtr_verb_root.children[i]->name);
            before = between;
        }
    }
}

/* `choices` with spaces for its bars. */
static void add_choices(struct vtr_text *out, const char *choices)
{
    for (; *choices != '\0'; choices++) {
        const char *shown = *choices == '|' ? " " : choices;
        vtr_text_repeat(out, *shown, 1);
    }
}

static bool has_choices(const struct vtr_verb *verb)
{
    return verb->operands != NULL && strchr(verb->operands, '|') != NULL;
}

/* One branch of the script's case: "name) words=... ;;". */
static void write_bash_verb(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "    '");
    vtr_text_add(out, verb->name);
    vtr_text_add(out, "') words='");
    add_words_of_children(out, verb);
    if (has_choices(verb)) {
        add_choices(out, verb->operands);
    }
    if (verb == &vtr_verb_help) {
        add_words_of_children(out, &vtr_verb_root);
    }
    vtr_text_add(out, "' options='--help");
    for (size_t i = 0; i < verb->option_count; i++) {
        if (verb->options[i].help != NULL) {
            vtr_text_add(out, " --");
            vtr_text_add(out, verb->options[i].name);
        }
    }
    vtr_text_add(out, "' ;;\n");
}

/* One branch for each option with choices: "'verb --option') words=... ;;". */
static void write_bash_choices(struct vtr_text *out, const struct vtr_verb *verb)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        const struct vtr_option *option = &verb->options[i];

        if (option->kind == VTR_OPTION_CHOICE) {
            vtr_text_add(out, "    '");
            vtr_text_add(out, verb->name);
            vtr_text_add(out, " --");
            vtr_text_add(out, option->name);
            vtr_text_add(out, "') words='");
            add_choices(out, option->argument);
            vtr_text_add(out, "' ;;\n");
        }
    }
}

/* Which verb the cursor is behind: "", "delta", "delta create". */
static void write_bash_place(struct vtr_text *out)
{
    vtr_text_add(out, "    local verb=${COMP_WORDS[1]} "
                      "before=${COMP_WORDS[COMP_CWORD - 1]}\n"
                      "    [ \"$COMP_CWORD\" -eq 1 ] && verb=''\n"
                      "    case $verb in\n"
                      "    help)\n"
                      "        case ${COMP_WORDS[2]} in\n"
                      "        ");
    add_parents(out, " | ");
    vtr_text_add(out, ") [ \"$COMP_CWORD\" -gt 2 ] && verb=${COMP_WORDS[2]} ;;\n"
                      "        esac ;;\n"
                      "    ");
    add_parents(out, " | ");
    vtr_text_add(out, ")\n"
                      "        [ \"$COMP_CWORD\" -gt 2 ] && "
                      "verb=\"$verb ${COMP_WORDS[2]}\" ;;\n"
                      "    esac\n");
}

static void write_bash(struct vtr_text *out)
{
    vtr_text_add(out, "# bash completion of vitrine, from its option tables\n"
                      "_vitrine()\n"
                      "{\n"
                      "    local current=${COMP_WORDS[COMP_CWORD]} words options\n");
    write_bash_place(out);
    vtr_text_add(out, "    case $verb in\n"
                      "    '') words='");
    add_words_of_children(out, &vtr_verb_root);
    vtr_text_add(out, "' options='--help --version' ;;\n");
    for_each_verb(out, write_bash_verb);
    /* The shell's words end at '=': "--option", "=", "value". */
    vtr_text_add(out, "    esac\n"
                      "    [ \"$current\" = '=' ] && current=''\n"
                      "    [ \"$before\" = '=' ] && "
                      "before=${COMP_WORDS[COMP_CWORD - 2]}\n"
                      "    case \"$verb $before\" in\n");
    for_each_verb(out, write_bash_choices);
    vtr_text_add(out, "    esac\n"
                      "    case $current in\n"
                      "    -*) mapfile -t COMPREPLY < <(compgen -W \"$options\" -- "
                      "\"$current\") ;;\n"
                      "    *) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- "
                      "\"$current\") ;;\n"
                      "    esac\n"
                      "}\n"
                      "complete -o default -F _vitrine vitrine\n");
}

/* Text inside single quotes of zsh and fish; the tables hold none of their own. */
static void add_quoted(struct vtr_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            vtr_text_add(out, "'\\''");
        } else {
            vtr_text_repeat(out, *text, 1);
        }
    }
}

/* The same inside the brackets of a zsh description. */
static void add_described(struct vtr_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '[' || *text == ']' || *text == ':') {
            vtr_text_repeat(out, '\\', 1);
        }
        const char one[2] = {*text, '\0'};
        add_quoted(out, one);
    }
}

static void write_zsh_option(struct vtr_text *out, const struct vtr_option *option)
{
    vtr_text_add(out, " '*--");
    vtr_text_add(out, option->name);
    vtr_text_add(out, option->kind == VTR_OPTION_FLAG ? "[" : "=[");
    add_described(out, option->help);
    vtr_text_add(out, "]");
    if (is_path(option)) {
        vtr_text_add(out, ":path:_files");
    } else if (option->kind == VTR_OPTION_CHOICE) {
        vtr_text_add(out, ":choice:(");
        add_choices(out, option->argument);
        vtr_text_add(out, ")");
    } else if (option->kind != VTR_OPTION_FLAG) {
        vtr_text_add(out, ":");
        add_described(out, option->argument);
        vtr_text_add(out, ":");
    }
    vtr_text_add(out, "'");
}

static void write_zsh_words(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "_values verb");
    for (size_t i = 0; verb->children[i] != NULL; i++) {
        vtr_text_add(out, " '");
        vtr_text_add(out, vtr_verb_word(verb->children[i]));
        vtr_text_add(out, "[");
        add_described(out, verb->children[i]->summary);
        vtr_text_add(out, "]'");
    }
}

static void write_zsh_verb(struct vtr_text *out, const struct vtr_verb *verb)
{
    vtr_text_add(out, "    '");
    vtr_text_add(out, verb->name);
    vtr_text_add(out, "') ");
    if (verb->children != NULL) {
        write_zsh_words(out, verb);
    } else {
        vtr_text_add(out, "_arguments '--help[show help and end]'");
        for (size_t i = 0; i < verb->option_count; i++) {
            if (verb->options[i].help != NULL) {
                write_zsh_option(out, &verb->options[i]);
            }
        }
        if (has_choices(verb)) {
            vtr_text_add(out, " '*:word:(");
            add_choices(out, verb->operands);
            vtr_text_add(out, ")'");
        } else if (verb == &vtr_verb_help) {
            vtr_text_add(out, " '*:verb:(");
            add_words_of_children(out, &vtr_verb_root);
            vtr_text_add(out, ")'");
        } else {
            vtr_text_add(out, " '*:path:_files'");
        }
    }
    vtr_text_add(out, " ;;\n");
}

static void write_zsh(struct vtr_text *out)
{
    vtr_text_add(out, "#compdef vitrine\n"
                      "# zsh completion of vitrine, from its option tables\n"
                      "_vitrine()\n"
                      "{\n"
                      "    local verb=${words[2]}\n"
                      "    (( CURRENT == 2 )) && verb=''\n"
                      "    case $verb in\n"
                      "    ");
    add_parents(out, "|");
    vtr_text_add(out, ")\n"
                      "        if (( CURRENT > 3 )); then\n"
                      "            verb=\"$verb ${words[3]}\"\n"
                      "            shift words; (( CURRENT-- ))\n"
                      "        fi ;;\n"
                      "    esac\n"
                      "    [[ -n $verb ]] && { shift words; (( CURRENT-- )) }\n"
                      "    case $verb in\n"
                      "    '') ");
    write_zsh_words(out, &vtr_verb_root);
    vtr_text_add(out, " ;;\n");
    for_each_verb(out, write_zsh_verb);
    vtr_text_add(out, "    esac\n"
                      "}\n"
                      "compdef _vitrine vitrine\n");
}

/* "contains -- WORD (commandline -opc)[POSITION]": positions, since `key` is a verb and
 * `repo key` is another. */
static void add_fish_word(struct vtr_text *out, struct vtr_bytes word,
                          const char *position)
{
    vtr_text_add(out, "contains -- ");
    vtr_text_bytes(out, word);
    vtr_text_add(out, " (commandline -opc)[");
    vtr_text_add(out, position);
    vtr_text_add(out, "]");
}

/* The condition of a fish rule: which verb stands before the cursor. */
static void add_fish_condition(struct vtr_text *out, const struct vtr_verb *verb)
{
    const struct vtr_bytes name = vtr_text_view(verb->name);
    const char *space = strchr(verb->name, ' ');

    vtr_text_add(out, "complete -c vitrine -n '");
    if (name.len == 0) {
        vtr_text_add(out, "__fish_use_subcommand");
    } else if (space == NULL) {
        add_fish_word(out, name, "2");
    } else {
        const size_t parent_len = (size_t)(space - verb->name);

        add_fish_word(out, (struct vtr_bytes){name.ptr, parent_len}, "2");
        vtr_text_add(out, "; and ");
        add_fish_word(out, vtr_text_view(space + 1), "3");
    }
    /* Verbs of a verb are offered right behind it. */
    if (name.len > 0 && verb->children != NULL) {
        vtr_text_add(out, "; and test (count (commandline -opc)) -eq 2");
    }
    vtr_text_add(out, "'");
}

static void write_fish_verb(struct vtr_text *out, const struct vtr_verb *verb)
{
    for (size_t i = 0; verb->children != NULL && verb->children[i] != NULL; i++) {
        add_fish_condition(out, verb);
        vtr_text_add(out, " -f -a ");
        vtr_text_add(out, vtr_verb_word(verb->children[i]));
        vtr_text_add(out, " -d '");
        add_quoted(out, verb->children[i]->summary);
        vtr_text_add(out, "'\n");
    }
    if (has_choices(verb) || verb == &vtr_verb_help) {
        add_fish_condition(out, verb);
        vtr_text_add(out, " -f -a '");
        if (verb == &vtr_verb_help) {
            add_words_of_children(out, &vtr_verb_root);
        } else {
            add_choices(out, verb->operands);
        }
        vtr_text_add(out, "'\n");
    }
    for (size_t i = 0; i < verb->option_count; i++) {
        const struct vtr_option *option = &verb->options[i];

        if (option->help == NULL) {
            continue;
        }
        add_fish_condition(out, verb);
        vtr_text_add(out, " -l ");
        vtr_text_add(out, option->name);
        if (option->short_name != 0) {
            vtr_text_add(out, " -s ");
            vtr_text_repeat(out, option->short_name, 1);
        }
        if (option->kind != VTR_OPTION_FLAG) {
            vtr_text_add(out, is_path(option) ? " -r -F" : " -x");
        }
        if (option->kind == VTR_OPTION_CHOICE) {
            vtr_text_add(out, " -a '");
            add_choices(out, option->argument);
            vtr_text_add(out, "'");
        }
        vtr_text_add(out, " -d '");
        add_quoted(out, option->help);
        vtr_text_add(out, "'\n");
    }
}

static void write_fish(struct vtr_text *out)
{
    vtr_text_add(out, "# fish completion of vitrine, from its option tables\n");
    write_fish_verb(out, &vtr_verb_root);
    for_each_verb(out, write_fish_verb);
}

int vtr_cmd_completion(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*write)(struct vtr_text *out);
    } SHELLS[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    struct vtr_list words = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_completion, argc, argv, NULL, &words, &exit_code)) {
        struct vtr_text out = {0};

        for (size_t i = 0; i < sizeof(SHELLS) / sizeof(SHELLS[0]); i++) {
            if (strcmp(words.items[0], SHELLS[i].name) == 0) {
                SHELLS[i].write(&out);
            }
        }
        exit_code =
            out.len > 0 || out.has_failed
                ? vtr_output_answer(&out, VTR_EXIT_YES)
                : vtr_complain_text(&vtr_verb_completion,
                                    "there are bash, zsh and fish, and no completion "
                                    "for the shell",
                                    words.items[0]);
    }
    vtr_options_deinit(&vtr_verb_completion, NULL, &words);
    return exit_code;
}
