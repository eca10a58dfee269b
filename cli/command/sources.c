/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/sources.h"

#include <string.h>

#include "cli/command/command.h"
#include "cli/report/json.h"
#include "cli/report/print_diagnostic.h"
#include "cli/system/os_parallel.h"

/* Large sets of rules for another scanner have thousands of problems, and whoever mends
 * them wants to see each; beyond this nobody reads them and memory matters. */
#define DIAGNOSTIC_LIMIT 100000u

#define WORKERS_LIMIT 256u

struct vtr_compile_options vtr_sources_to_options(
    const struct vtr_source_arguments *arguments, const char *const *sources,
    size_t source_count)
{
    const uint64_t workers =
        arguments->workers == 0 ? vtr_parallel_processors() : arguments->workers;
    const struct vtr_compile_options options = {
        .sources = sources,
        .source_count = source_count,
        .defines = arguments->defines.items,
        .define_count = arguments->defines.count,
        .namespaces =
            arguments->namespaces == 0 ? VTR_NAMESPACE_SHARED : VTR_NAMESPACE_FILE,
        .dialect = (enum vtr_dialect)arguments->dialect,
        .workers = workers > WORKERS_LIMIT ? WORKERS_LIMIT : (unsigned)workers,
        .diagnostic_limit = DIAGNOSTIC_LIMIT,
    };
    return options;
}

/* The warnings that "a,b" names, 0 after a complaint. */
static uint64_t read_names(const struct vtr_verb *verb, const char *names)
{
    uint64_t set = 0;

    for (;;) {
        const size_t len = strcspn(names, ",");
        char name[64];
        if (len >= sizeof(name)) {
            vtr_complain_text(verb, "no warning has so long a name", names);
            return 0;
        }
        memcpy(name, names, len);
        name[len] = '\0';
        const uint64_t found = vtr_warning_set(name);
        if (found == 0) {
            const char *nearest = vtr_warning_suggest(name);
            vtr_complain_text(verb, "no warning is called", name);
            if (nearest != NULL) {
                (void)fprintf(stderr, "did you mean '%s'?\n", nearest);
            }
            return 0;
        }
        set |= found;
        if (names[len] == '\0') {
            return set;
        }
        names += len + 1;
    }
}

static bool read_list(const struct vtr_verb *verb, const struct vtr_list *list,
                      uint64_t *out)
{
    for (size_t i = 0; i < list->count; i++) {
        const uint64_t set = read_names(verb, list->items[i]);
        if (set == 0) {
            return false;
        }
        *out |= set;
    }
    return true;
}

bool vtr_sources_set_warnings(const struct vtr_verb *verb,
                              const struct vtr_warning_arguments *arguments,
                              struct vtr_compile_options *options)
{
    options->lint = 1;
    return read_list(verb, &arguments->allow, &options->allow) &&
           read_list(verb, &arguments->deny, &options->deny);
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

uint64_t vtr_sources_omitted(const struct vtr_compilation *compilation)
{
    const struct vtr_compile_stats *stats = vtr_compilation_get_stats(compilation);
    const uint64_t total = stats->errors + stats->warnings;
    size_t count;

    (void)vtr_compilation_get_diagnostics(compilation, &count);
    return total > count ? total - count : 0;
}

static void print_more(struct vtr_text *out, uint64_t count, const char *noun)
{
    vtr_text_add(out, "and ");
    vtr_print_count(out, count, noun);
    vtr_text_add(out, "\n\n");
}

void vtr_sources_print_diagnostics(struct vtr_text *out,
                                   const struct vtr_compilation *compilation,
                                   bool is_json, bool is_coloured)
{
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(compilation, &count);

    vtr_print_diagnostics(out, diagnostics, count, is_json, is_coloured);
    const uint64_t omitted = vtr_sources_omitted(compilation);
    if (is_json && omitted > 0) {
        struct vtr_json json;
        vtr_json_begin(&json, out);
        vtr_json_number(&json, "omitted", omitted);
        vtr_json_finish(&json);
    } else if (omitted > 0) {
        print_more(out, omitted, "more diagnostic");
    }
}

void vtr_sources_print_errors(struct vtr_text *out,
                              const struct vtr_compilation *compilation, size_t limit,
                              bool is_coloured)
{
    const uint64_t total = vtr_compilation_get_stats(compilation)->errors;
    size_t shown = 0;
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(compilation, &count);

    for (size_t i = 0; i < count && shown < limit; i++) {
        if (diagnostics[i].severity == VTR_SEVERITY_ERROR) {
            vtr_print_diagnostic(out, &diagnostics[i], is_coloured);
            shown++;
        }
    }
    if (total > shown) {
        print_more(out, total - shown, "more error");
    }
}
