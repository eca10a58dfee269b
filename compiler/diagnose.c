/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "compiler/pattern.h"

#define MESSAGE_LIMIT 512

static const struct {
    const char *name;
    const char *sentence;
} CODES[VTR_CODE_COUNT] = {
#define VTR_CODE(name, code, sentence) {code, sentence},
#include "compiler/diagnostic_codes.def"
#undef VTR_CODE
};

const char *vtr_code_name(enum vtr_code code)
{
    return CODES[code].name;
}

const char *vtr_code_sentence(enum vtr_code code)
{
    return CODES[code].sentence;
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

/* Counts a problem and makes room for it. */
static struct vtr_problem *add_problem(struct vtr_diagnostics *d,
                                       enum vtr_severity severity, const char *code,
                                       struct vtr_place place)
{
    struct vtr_problem *problem = NULL;

    if (severity == VTR_SEVERITY_ERROR) {
        d->errors++;
    } else {
        d->warnings++;
    }
    if (d->problems.count < d->limit) {
        problem = vtr_vector_push(&d->problems);
    }
    if (problem == NULL) {
        problem = &d->spare;
    }
    *problem = (struct vtr_problem){
        .severity = severity,
        .code = code,
        .place = place,
        .message = "",
        .label = "",
        .other_label = "",
        .note = "",
        .help = "",
    };
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
    struct vtr_problem *added =
        add_problem(d, problem->is_warning ? VTR_SEVERITY_WARNING : VTR_SEVERITY_ERROR,
                    problem->code, at);
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
