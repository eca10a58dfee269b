/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The whole front end on arbitrary bytes: lexer, parser, strings, checks, lowering,
 * references, diagnostics.  Whatever comes out must be a rule body that reads back.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "compiler/compilation.h"
#include "format/record/rule.h"

static void check_records(const struct vtr_records *records)
{
    struct vtr_rule_view view;

    for (size_t i = 0; i < records->rule_count; i++) {
        if (!vtr_rule_read(records->rules[i], &view)) {
            abort();
        }
    }
}

/* A place begins in the part of a line that is shown with it, or at its end. */
static bool is_span(const struct vtr_span *span)
{
    return span->path != NULL && span->text != NULL &&
           (span->text[0] == 0 ||
            (span->column >= span->text_column &&
             span->column - span->text_column <= strlen(span->text) + 1)) &&
           (span->character == 0 || span->character <= span->column) &&
           (span->end_line == 0 || span->end_line >= span->line);
}

/* Every diagnostic must be fit for printing. */
static void check_diagnostics(const struct vtr_compilation *compilation)
{
    size_t count;
    const struct vtr_diagnostic *items =
        vtr_compilation_get_diagnostics(compilation, &count);

    for (size_t i = 0; i < count; i++) {
        const struct vtr_diagnostic *d = &items[i];
        if (d->code == NULL || d->message[0] == 0 || d->name == NULL ||
            d->replacement == NULL || !is_span(&d->span) || !is_span(&d->other) ||
            !is_span(&d->edit)) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const DEFINES[] = {"ei=1", "ef=1.5", "es=text", "eb=true"};
    const struct vtr_compile_options options = {.defines = DEFINES,
                                                .define_count = 4,
                                                .lint = 1};
    struct vtr_compilation *compilation = NULL;
    const enum vtr_status status =
        vtr_compile_text(&compilation, "fuzz.yar", (struct vtr_bytes){data, size},
                         &options, NULL);

    if (status == VTR_OK || status == VTR_ERROR_RULES) {
        check_records(vtr_compilation_records(compilation));
        check_diagnostics(compilation);
        vtr_compilation_free(compilation);
    }
    return 0;
}
