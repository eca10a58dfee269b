/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The formatter on arbitrary bytes: what it formats it does not change again, and the
 * rules compile to the same records as before.
 */
#include <stdlib.h>

#include "base/bytes.h"
#include "compiler/compilation.h"
#include "vitrine/format.h"

static void check(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_records(const struct vtr_records *old, const struct vtr_records *new)
{
    check(old->rule_count == new->rule_count);
    for (size_t i = 0; i < old->rule_count; i++) {
        check(vtr_bytes_equal(old->rules[i], new->rules[i]));
    }
}

static void check_meaning(struct vtr_bytes source, struct vtr_bytes formatted)
{
    const struct vtr_compile_options options = {0};
    struct vtr_compilation *old = NULL;
    struct vtr_compilation *new = NULL;
    const enum vtr_status status =
        vtr_compile_text(&old, "fuzz.yar", source, &options, NULL);

    check(status == VTR_OK || status == VTR_ERROR_RULES);
    check(vtr_compile_text(&new, "fuzz.yar", formatted, &options, NULL) == status);
    check_records(vtr_compilation_records(old), vtr_compilation_records(new));
    check(vtr_compilation_get_stats(old)->errors ==
          vtr_compilation_get_stats(new)->errors);
    vtr_compilation_free(old);
    vtr_compilation_free(new);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_bytes source = {data, size};
    struct vtr_formatting *first = NULL;
    struct vtr_formatting *second = NULL;
    const enum vtr_status status = vtr_format_text(&first, "fuzz.yar", source, NULL);

    check(status == VTR_OK || status == VTR_ERROR_RULES);
    if (status == VTR_OK) {
        const struct vtr_bytes text = vtr_formatting_get_text(first);
        check(vtr_format_text(&second, "fuzz.yar", text, NULL) == VTR_OK);
        check(vtr_bytes_equal(text, vtr_formatting_get_text(second)));
        check_meaning(source, text);
    }
    vtr_formatting_free(first);
    vtr_formatting_free(second);
    return 0;
}
