/* SPDX-License-Identifier: Apache-2.0 */

/* How the pattern compilers fill in what is wrong; texts are cut to fit. */
#include "compiler/pattern/pattern_problem.h"

#include <stdarg.h>
#include <stdio.h>

void vtr_problem_clear(struct vtr_pattern_problem *problem)
{
    problem->code = NULL;
    problem->is_memory = false;
    problem->offset = 0;
    problem->length = 0;
    problem->message[0] = '\0';
    problem->note[0] = '\0';
    problem->help[0] = '\0';
}

static void set_place(struct vtr_pattern_problem *problem, const char *code,
                      size_t offset, size_t length)
{
    vtr_problem_clear(problem);
    problem->code = code;
    problem->offset = offset;
    problem->length = length;
}

bool vtr_problem_set(struct vtr_pattern_problem *problem, const char *code,
                     size_t offset, size_t length, const char *format, ...)
{
    va_list args;

    set_place(problem, code, offset, length);
    va_start(args, format);
    (void)vsnprintf(problem->message, sizeof problem->message, format, args);
    va_end(args);
    return false;
}

bool vtr_problem_note(struct vtr_pattern_problem *problem, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(problem->note, sizeof problem->note, format, args);
    va_end(args);
    return false;
}

bool vtr_problem_help(struct vtr_pattern_problem *problem, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(problem->help, sizeof problem->help, format, args);
    va_end(args);
    return false;
}

bool vtr_problem_set_memory(struct vtr_pattern_problem *problem)
{
    set_place(problem, "E399", 0, 0);
    problem->is_memory = true;
    (void)snprintf(problem->message, sizeof problem->message, "out of memory");
    return false;
}
