/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The whole front end on arbitrary bytes: lexer, parser, strings, checks, lowering,
 * references, diagnostics.  Whatever comes out must be a rule body that reads back.
 */
#include <stdlib.h>

#include "compiler/compilation.h"
#include "format/rule.h"

static void check_records(const struct vtr_records *records)
{
    struct vtr_rule_view view;

    for (size_t i = 0; i < records->rule_count; i++) {
        if (!vtr_rule_read(records->rules[i], &view)) {
            abort();
        }
    }
}

/* Every diagnostic must be fit for printing. */
static void check_diagnostics(const struct vtr_compilation *compilation)
{
    size_t count;
    const struct vtr_diagnostic *items =
        vtr_compilation_get_diagnostics(compilation, &count);

    for (size_t i = 0; i < count; i++) {
        if (items[i].code == NULL || items[i].message[0] == 0 ||
            items[i].span.path == NULL || items[i].span.text == NULL) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const DEFINES[] = {"ei=1", "ef=1.5", "es=text", "eb=true"};
    const struct vtr_compile_options options = {.defines = DEFINES, .define_count = 4};
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
