/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/expression.h"

#include <stdlib.h>

#include "format/record/rule.h"
#include "scan/regex/class_run.h"
#include "scan/regex/regex_filter.h"
#include "scan/regex/regex_program.h"
#include "scan/regex/regex_sweep.h"
#include "scan/regex/regex_ways.h"

enum form {
    FORM_AT = 1, /* of PCRE2, for one place */
    FORM_SEARCH = 2,
    FORM_RUN = 4,
    FORM_PROGRAM = 8,
    FORM_FILTER = 16,
    FORM_WAYS = 32,
    FORM_SWEEP = 64
};

struct vtr_expression {
    struct vtr_bytes masked;
    uint8_t flags;
    unsigned tried; /* forms that are made, or cannot be */
    struct vtr_regex *at;
    struct vtr_regex *search;
    struct vtr_class_run run;
    bool is_run;
    struct vtr_regex_program_code *program; /* what the three below go by */
    struct vtr_regex_filter *filter;
    struct vtr_regex_ways *ways;
    struct vtr_regex_sweep *sweep;
};

struct vtr_expression *vtr_expression_new(struct vtr_bytes masked,
                                          uint8_t program_flags)
{
    struct vtr_expression *expression = calloc(1, sizeof(*expression));

    if (expression != NULL) {
        expression->masked = masked;
        expression->flags = program_flags;
    }
    return expression;
}

void vtr_expression_free(struct vtr_expression *expression)
{
    if (expression != NULL) {
        vtr_regex_free(expression->at);
        vtr_regex_free(expression->search);
        vtr_regex_filter_free(expression->filter);
        vtr_regex_ways_free(expression->ways);
        vtr_regex_sweep_free(expression->sweep);
        vtr_regex_program_free(expression->program);
        free(expression);
    }
}

/* Whether a form is to be made now. */
static bool is_first(struct vtr_expression *expression, enum form form)
{
    const bool is_new = (expression->tried & form) == 0;

    expression->tried |= form;
    return is_new;
}

/* The text, from malloc; NULL when memory is out. */
static uint8_t *unmask(const struct vtr_expression *expression, struct vtr_bytes *out)
{
    uint8_t *text = vtr_unmask_copy(expression->masked);

    *out = (struct vtr_bytes){text, expression->masked.len};
    return text;
}

const struct vtr_regex *vtr_expression_get_regex(struct vtr_expression *expression,
                                                 enum vtr_regex_use use,
                                                 bool *out_is_memory_out)
{
    const enum form form = use == VTR_REGEX_AT ? FORM_AT : FORM_SEARCH;
    struct vtr_regex **regex =
        use == VTR_REGEX_AT ? &expression->at : &expression->search;
    struct vtr_bytes text;

    *out_is_memory_out = false;
    if (is_first(expression, form)) {
        uint8_t *copy = unmask(expression, &text);

        *out_is_memory_out = copy == NULL;
        if (copy != NULL) {
            *regex = vtr_regex_new(text, expression->flags, use, out_is_memory_out);
        }
        if (*out_is_memory_out) {
            expression->tried &= ~(unsigned)form;
        }
        free(copy);
    }
    return *regex;
}

const struct vtr_class_run *vtr_expression_get_run(struct vtr_expression *expression)
{
    struct vtr_bytes text;

    if (is_first(expression, FORM_RUN)) {
        uint8_t *copy = unmask(expression, &text);

        expression->is_run =
            copy != NULL &&
            vtr_class_run_parse(text, expression->flags, &expression->run);
        free(copy);
    }
    return expression->is_run ? &expression->run : NULL;
}

static const struct vtr_regex_program_code *get_program(
    struct vtr_expression *expression)
{
    struct vtr_bytes text;

    if (is_first(expression, FORM_PROGRAM)) {
        uint8_t *copy = unmask(expression, &text);

        if (copy != NULL) {
            expression->program = vtr_regex_program_new(text, expression->flags);
        }
        free(copy);
    }
    return expression->program;
}

struct vtr_regex_filter *vtr_expression_get_filter(struct vtr_expression *expression)
{
    if (is_first(expression, FORM_FILTER) && get_program(expression) != NULL) {
        expression->filter = vtr_regex_filter_new(expression->program);
    }
    return expression->filter;
}

struct vtr_regex_ways *vtr_expression_get_ways(struct vtr_expression *expression)
{
    if (is_first(expression, FORM_WAYS) && get_program(expression) != NULL) {
        expression->ways = vtr_regex_ways_new(expression->program);
    }
    return expression->ways;
}

struct vtr_regex_sweep *vtr_expression_get_sweep(struct vtr_expression *expression)
{
    if (is_first(expression, FORM_SWEEP) && get_program(expression) != NULL) {
        expression->sweep = vtr_regex_sweep_new(expression->program);
    }
    return expression->sweep;
}
