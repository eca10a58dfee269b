/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnostic/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern/pattern.h"

#define MESSAGE_LIMIT 512

static const struct {
    const char *name;
    uint64_t bit; /* of a warning, 0: an error */
} CODES[VTR_CODE_COUNT] = {
#define VTR_CODE(name, code, sentence)        {code, 0},
#define VTR_WARNING(name, code, id, sentence) {code, UINT64_C(1) << VTR_WARNING_##name},
#include "compiler/diagnostic/diagnostic_codes.def"
#undef VTR_CODE
};

const char *vtr_code_name(enum vtr_code code)
{
    return CODES[code].name;
}

void vtr_problem_replace(struct vtr_problem *problem, const char *help,
                         struct vtr_place edit, const char *replacement)
{
    problem->help = help;
    problem->edit = edit;
    problem->replacement = replacement;
}

void vtr_diagnostics_init(struct vtr_diagnostics *d, struct vtr_arena *arena,
                          size_t limit)
{
    *d = (struct vtr_diagnostics){.arena = arena, .limit = limit};
    vtr_vector_init(&d->problems, sizeof(struct vtr_problem));
}

void vtr_diagnostics_deinit(struct vtr_diagnostics *d)
{
    vtr_vector_deinit(&d->problems);
}

static const char *copy_text(struct vtr_diagnostics *d, const char *text)
{
    const struct vtr_bytes copy = vtr_arena_dup(d->arena, vtr_bytes_from_text(text));

    return copy.ptr == NULL ? "" : (const char *)copy.ptr;
}

/* Room for a problem; warnings leave room for errors. */
static struct vtr_problem *make_room(struct vtr_diagnostics *d,
                                     enum vtr_severity severity)
{
    const bool is_error = severity == VTR_SEVERITY_ERROR;
    const size_t kept_errors = d->problems.count - d->kept_warnings;
    struct vtr_problem *problem = NULL;

    if ((is_error ? kept_errors : d->kept_warnings) < d->limit) {
        problem = vtr_vector_push(&d->problems);
    }
    if (problem == NULL) {
        return &d->spare;
    }
    d->kept_warnings += is_error ? 0 : 1;
    return problem;
}

/* A problem without anything but its place. */
static void clear_problem(struct vtr_problem *problem, enum vtr_severity severity,
                          const char *code, struct vtr_place place)
{
    *problem = (struct vtr_problem){
        .severity = severity,
        .code = code,
        .place = place,
        .message = "",
        .label = "",
        .other_label = "",
        .note = "",
        .help = "",
        .replacement = "",
    };
}

/* Counts a problem and makes room for it. */
static struct vtr_problem *add_problem(struct vtr_diagnostics *d,
                                       enum vtr_severity severity, const char *code,
                                       struct vtr_place place)
{
    struct vtr_problem *problem = make_room(d, severity);

    if (severity == VTR_SEVERITY_ERROR) {
        d->errors++;
    } else {
        d->warnings++;
    }
    clear_problem(problem, severity, code, place);
    return problem;
}

static struct vtr_problem *add_formatted(struct vtr_diagnostics *d, const char *code,
                                         struct vtr_place place, const char *format,
                                         va_list args) VTR_PRINTF(4, 0);

static struct vtr_problem *add_formatted(struct vtr_diagnostics *d, const char *code,
                                         struct vtr_place place, const char *format,
                                         va_list args)
{
    char message[MESSAGE_LIMIT];
    struct vtr_problem *problem =
        add_problem(d, code[0] == 'W' ? VTR_SEVERITY_WARNING : VTR_SEVERITY_ERROR, code,
                    place);

    if (problem != &d->spare) {
        (void)vsnprintf(message, sizeof(message), format, args);
        problem->message = copy_text(d, message);
    }
    return problem;
}

struct vtr_problem *vtr_diagnostics_add(struct vtr_diagnostics *d, enum vtr_code code,
                                        struct vtr_place place, const char *format, ...)
{
    va_list args;

    if ((CODES[code].bit & d->allowed) != 0) {
        clear_problem(&d->spare, VTR_SEVERITY_WARNING, CODES[code].name, place);
        return &d->spare;
    }
    va_start(args, format);
    struct vtr_problem *problem =
        add_formatted(d, vtr_code_name(code), place, format, args);
    va_end(args);
    return problem;
}

struct vtr_problem *vtr_diagnostics_add_coded(struct vtr_diagnostics *d,
                                              const char *code, struct vtr_place place,
                                              const char *format, ...)
{
    va_list args;

    va_start(args, format);
    struct vtr_problem *problem = add_formatted(d, code, place, format, args);
    va_end(args);
    return problem;
}

struct vtr_problem *vtr_diagnostics_add_pattern(
    struct vtr_diagnostics *d, const struct vtr_pattern_problem *problem,
    struct vtr_place place)
{
    const bool has_place = problem->offset != 0 || problem->length != 0;
    struct vtr_place at = place;

    if (has_place && problem->offset <= place.length) {
        at.offset += (uint32_t)problem->offset;
        at.length = problem->length > place.length - problem->offset
                        ? place.length - (uint32_t)problem->offset
                        : (uint32_t)problem->length;
    }
    struct vtr_problem *added = add_problem(d, VTR_SEVERITY_ERROR, problem->code, at);
    added->message = copy_text(d, problem->message);
    added->note = copy_text(d, problem->note);
    added->help = copy_text(d, problem->help);
    return added;
}

const char *vtr_diagnostics_text(struct vtr_diagnostics *d, const char *format, ...)
{
    char text[MESSAGE_LIMIT];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return copy_text(d, text);
}
