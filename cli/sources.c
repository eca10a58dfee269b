/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/sources.h"

#include <string.h>

#include "cli/command.h"
#include "cli/json.h"
#include "cli/os_input.h"
#include "cli/print_diagnostic.h"

struct vtr_compile_options vtr_sources_to_options(
    const struct vtr_source_arguments *arguments, const char *const *sources,
    size_t source_count)
{
    const uint64_t workers = arguments->workers;
    const struct vtr_compile_options options = {
        .sources = sources,
        .source_count = source_count,
        .defines = arguments->defines.items,
        .define_count = arguments->defines.count,
        .namespaces =
            arguments->namespaces == 0 ? VTR_NAMESPACE_SHARED : VTR_NAMESPACE_FILE,
        .workers = workers == 0    ? vtr_cpu_count()
                   : workers > 256 ? 256
                                   : (unsigned)workers,
    };
    return options;
}

void vtr_print_count(struct vtr_text *out, uint64_t count, const char *noun)
{
    const size_t len = strlen(noun);
    /* "hash" and "byte" is all the grammar that is needed */
    const bool is_sibilant = len > 1 && noun[len - 2] == 's' && noun[len - 1] == 'h';

    vtr_text_number(out, count);
    vtr_text_add(out, " ");
    vtr_text_add(out, noun);
    vtr_text_add(out, count == 1 ? "" : is_sibilant ? "es" : "s");
}

int vtr_sources_exit(const struct vtr_compilation *compilation)
{
    const struct vtr_compile_stats *stats = vtr_compilation_get_stats(compilation);

    return stats->unreadable > 0 ? VTR_EXIT_FAILED
           : stats->errors > 0   ? VTR_EXIT_NO
                                 : VTR_EXIT_YES;
}

void vtr_sources_print_counts(struct vtr_text *out,
                              const struct vtr_compile_stats *stats)
{
    if (stats->errors == 0) {
        vtr_text_add(out, "no errors");
    } else {
        vtr_print_count(out, stats->errors, "error");
    }
    if (stats->warnings > 0) {
        vtr_text_add(out, ", ");
        vtr_print_count(out, stats->warnings, "warning");
    }
}

void vtr_sources_print_diagnostics(struct vtr_text *out,
                                   const struct vtr_compilation *compilation,
                                   bool is_json, bool is_coloured)
{
    const struct vtr_compile_stats *stats = vtr_compilation_get_stats(compilation);
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(compilation, &count);

    for (size_t i = 0; i < count; i++) {
        if (is_json) {
            struct vtr_json json;
            vtr_json_init(&json, out);
            vtr_json_diagnostic(&json, &diagnostics[i]);
            vtr_text_add(out, "\n");
        } else {
            vtr_print_diagnostic(out, &diagnostics[i], is_coloured);
        }
    }
    const uint64_t total = stats->errors + stats->warnings;
    if (!is_json && total > count) {
        vtr_text_add(out, "and ");
        vtr_print_count(out, total - count, "more diagnostic");
        vtr_text_add(out, "\n\n");
    }
}
