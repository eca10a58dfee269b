/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/help.h"

/* Words longer than this are not compared: nobody mistypes them by one letter. */
#define WORD_LEN_MAX 40

/* A variable of a script that was not set, mostly: "" would be the folder that the
 * program runs in, or the root of the system. */
#define EMPTY "an empty name is given for"

/* One parse: where it stands in argv and what it fills. */
struct parse {
    const struct vtr_verb *verb;
    char **argv;
    int argc;
    int next; /* index of the next argument */
    void *values;
    struct vtr_list *operands;
    bool wants_help;
};

static void *slot_of(const struct vtr_option *option, void *values)
{
    return (char *)values + option->offset;
}

static bool takes_argument(const struct vtr_option *option)
{
    return option->kind != VTR_OPTION_FLAG;
}

static bool bad_usage(const struct vtr_verb *verb, const char *message,
                      const char *subject)
{
    vtr_complain_text(verb, message, subject);
    (void)fprintf(stderr, "see 'vitrine %s --help'\n", verb->name);
    return false;
}

/* `typed` with its dashes; `nearest` without, or NULL. */
static bool unknown_option(const struct vtr_verb *verb, const char *typed,
                           const char *nearest)
{
    if (nearest == NULL) {
        return bad_usage(verb, "unknown option", typed);
    }
    vtr_complain_text(verb, "unknown option", typed);
    (void)fprintf(stderr, "did you mean '--%s'?\n", nearest);
    return false;
}

static bool append(struct parse *p, struct vtr_list *list, const char *item)
{
    if (list->items == NULL) {
        /* No list is longer than the command line. */
        list->items = calloc((size_t)p->argc, sizeof(*list->items));
        if (list->items == NULL) {
            vtr_complain_text(p->verb, "out of memory", NULL);
            return false;
        }
    }
    list->items[list->count++] = item;
    return true;
}

static bool set_number(struct parse *p, const struct vtr_option *option,
                       const char *argument, uint64_t *slot)
{
    uint64_t value = 0;

    if (argument[0] == '\0') {
        return bad_usage(p->verb, "a number is missing after", option->name);
    }
    for (const char *c = argument; *c != '\0'; c++) {
        if (*c < '0' || *c > '9') {
            return bad_usage(p->verb, "not a number:", argument);
        }
        const uint64_t digit = (uint64_t)(*c - '0');
        if (value > (UINT64_MAX - digit) / 10) {
            return bad_usage(p->verb, "too large a number:", argument);
        }
        value = value * 10 + digit;
    }
    *slot = value;
    return true;
}

/* `choices` are words with '|' between them. */
static bool set_choice(struct parse *p, const struct vtr_option *option,
                       const char *argument, unsigned *slot)
{
    const size_t len = strlen(argument);
    const char *word = option->argument;

    for (unsigned place = 0; word != NULL; place++) {
        const char *bar = strchr(word, '|');
        const size_t word_len = bar == NULL ? strlen(word) : (size_t)(bar - word);

        if (word_len == len && memcmp(word, argument, len) == 0) {
            *slot = place;
            return true;
        }
        word = bar == NULL ? NULL : bar + 1;
    }
    bad_usage(p->verb, "no such choice:", argument);
    (void)fprintf(stderr, "--%s takes one of %s\n", option->name, option->argument);
    return false;
}

static bool set_option(struct parse *p, const struct vtr_option *option,
                       const char *argument)
{
    void *slot = slot_of(option, p->values);
    const bool is_path =
        option->kind == VTR_OPTION_PATH || option->kind == VTR_OPTION_PATHS;

    if (is_path && argument[0] == '\0') {
        return bad_usage(p->verb, EMPTY, option->name);
    }
    switch (option->kind) {
    case VTR_OPTION_FLAG:
        *(bool *)slot = true;
        return true;
    case VTR_OPTION_NUMBER:
        return set_number(p, option, argument, slot);
    case VTR_OPTION_CHOICE:
        return set_choice(p, option, argument, slot);
    case VTR_OPTION_TEXT:
    case VTR_OPTION_PATH:
        *(const char **)slot = argument;
        return true;
    case VTR_OPTION_TEXTS:
    case VTR_OPTION_PATHS:
        return append(p, slot, argument);
    }
    return false;
}

/* The argument of an option that was not written to it: the next word. */
static const char *take_next(struct parse *p)
{
    return p->next < p->argc ? p->argv[p->next++] : NULL;
}

static bool parse_long(struct parse *p, const char *word)
{
    const char *equals = strchr(word, '=');
    const size_t len = equals == NULL ? strlen(word) : (size_t)(equals - word);
    const char *names[64] = {"help"};
    size_t name_count = 1;

    for (size_t i = 0; i < p->verb->option_count; i++) {
        const struct vtr_option *option = &p->verb->options[i];

        if (strlen(option->name) != len || memcmp(option->name, word, len) != 0) {
            if (name_count < sizeof(names) / sizeof(names[0])) {
                names[name_count++] = option->name;
            }
            continue;
        }
        const char *argument = equals == NULL ? NULL : equals + 1;
        if (!takes_argument(option)) {
            if (argument != NULL) {
                return bad_usage(p->verb, "takes no argument:", option->name);
            }
        } else if (argument == NULL && (argument = take_next(p)) == NULL) {
            return bad_usage(p->verb, "an argument is missing after", option->name);
        }
        return set_option(p, option, argument);
    }
    if (len == 4 && memcmp(word, "help", 4) == 0) {
        p->wants_help = true;
        return true;
    }
    return unknown_option(p->verb, word - 2,
                          vtr_options_nearest(word, names, name_count));
}

/* One or more short options in a word: -sj4. */
static bool parse_short(struct parse *p, const char *word)
{
    while (*word != '\0') {
        const struct vtr_option *option = NULL;

        for (size_t i = 0; i < p->verb->option_count; i++) {
            if (p->verb->options[i].short_name == *word) {
                option = &p->verb->options[i];
            }
        }
        if (option == NULL && *word == 'h') {
            p->wants_help = true;
            return true;
        }
        if (option == NULL) {
            const char typed[3] = {'-', *word, '\0'};
            return unknown_option(p->verb, typed, NULL);
        }
        word++;
        if (takes_argument(option)) {
            const char *argument = *word != '\0' ? word : take_next(p);
            if (argument == NULL) {
                return bad_usage(p->verb, "an argument is missing after", option->name);
            }
            return set_option(p, option, argument);
        }
        if (!set_option(p, option, NULL)) {
            return false;
        }
    }
    return true;
}

static bool parse_all(struct parse *p)
{
    bool only_operands = false;

    while (p->next < p->argc && !p->wants_help) {
        const char *word = p->argv[p->next++];
        bool ok;

        if (only_operands || word[0] != '-' || word[1] == '\0') {
            ok = word[0] == '\0' ? bad_usage(p->verb, EMPTY, p->verb->operands)
                                 : append(p, p->operands, word);
        } else if (word[1] != '-') {
            ok = parse_short(p, word + 1);
        } else if (word[2] == '\0') {
            only_operands = true;
            ok = true;
        } else {
            ok = parse_long(p, word + 2);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool vtr_options_parse(const struct vtr_verb *verb, int argc, char **argv, void *values,
                       struct vtr_list *operands, int *out_exit)
{
    struct parse p = {.verb = verb,
                      .argv = argv,
                      .argc = argc,
                      .next = 1,
                      .values = values,
                      .operands = operands};

    *out_exit = VTR_EXIT_FAILED;
    if (!parse_all(&p)) {
        return false;
    }
    if (p.wants_help) {
        vtr_help_print(verb, stdout);
        *out_exit = VTR_EXIT_YES;
        return false;
    }
    if (operands->count < verb->operand_min) {
        return bad_usage(verb, "missing", verb->operands);
    }
    if (operands->count > verb->operand_max) {
        return bad_usage(verb, "one too many:", operands->items[verb->operand_max]);
    }
    return true;
}

void vtr_options_deinit(const struct vtr_verb *verb, void *values,
                        struct vtr_list *operands)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        const struct vtr_option *option = &verb->options[i];

        if (option->kind == VTR_OPTION_TEXTS || option->kind == VTR_OPTION_PATHS) {
            struct vtr_list *list = slot_of(option, values);
            free(list->items);
            *list = (struct vtr_list){0};
        }
    }
    free(operands->items);
    *operands = (struct vtr_list){0};
}

/* Letters to add, drop, change or swap with the next to turn `a` into `b`. */
static size_t edit_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t rows[3][WORD_LEN_MAX + 1];

    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const bool is_same = a[i - 1] == b[j - 1];
            size_t best = above[j - 1] + (is_same ? 0 : 1);
            best = above[j] + 1 < best ? above[j] + 1 : best;
            best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                two_above[j - 2] + 1 < best) {
                best = two_above[j - 2] + 1;
            }
            row[j] = best;
        }
    }
    return rows[a_len % 3][b_len];
}

const char *vtr_options_nearest(const char *word, const char *const *words,
                                size_t count)
{
    const size_t len = strcspn(word, "=");
    const char *nearest = NULL;
    size_t best = len < 4 ? 2 : 3; /* fewer edits than this */

    if (len > WORD_LEN_MAX) {
        return NULL;
    }
    for (size_t i = 0; i < count; i++) {
        const size_t other_len = strlen(words[i]);
        if (other_len > WORD_LEN_MAX) {
            continue;
        }
        /* A word broken off is as near as one letter amiss. */
        const bool is_prefix =
            len >= 2 && len < other_len && memcmp(word, words[i], len) == 0;
        const size_t distance =
            is_prefix ? 1 : edit_distance(word, len, words[i], other_len);
        if (distance < best) {
            best = distance;
            nearest = words[i];
        }
    }
    return nearest;
}
