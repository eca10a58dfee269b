/* SPDX-License-Identifier: Apache-2.0 */

/* What every verb that reads rule sources shares: options, and the report of what is
 * wrong in them. */
#ifndef VTR_CLI_COMMAND_SOURCES_H
#define VTR_CLI_COMMAND_SOURCES_H

#include "cli/command/options.h"
#include "cli/report/text.h"
#include "vitrine/compile.h"

struct vtr_source_arguments {
    struct vtr_list defines;
    unsigned namespaces; /* enum vtr_namespace_mode */
    unsigned dialect;    /* enum vtr_dialect */
    uint64_t workers;
};

/* The options of verbs that show warnings. */
struct vtr_warning_arguments {
    struct vtr_list allow;
    struct vtr_list deny;
};

/* Rows of a verb's option table, and where its arguments have what they say. */
/* clang-format off */
#define VTR_LANGUAGE_OPTIONS(namespaces_at, dialect_at)                                   \
    {"namespace", 0, VTR_OPTION_CHOICE, "shared|file",                                    \
     "one namespace for all rules, or one a file", namespaces_at},                        \
    {"dialect", 0, VTR_OPTION_CHOICE, "any|yara4|yara-x",                                 \
     "whose language the rules are in; by default what either takes", dialect_at}
/* clang-format on */

/* The rows of a verb whose arguments begin with these. */
/* clang-format off */
#define VTR_SOURCE_OPTIONS                                                                \
    {"define", 'D', VTR_OPTION_TEXTS, "NAME=VALUE",                                       \
     "give an external variable its value",                                               \
     offsetof(struct vtr_source_arguments, defines)},                                     \
    {"define", 'd', VTR_OPTION_TEXTS, NULL, NULL, /* as yarac calls it */                 \
     offsetof(struct vtr_source_arguments, defines)},                                     \
    VTR_LANGUAGE_OPTIONS(offsetof(struct vtr_source_arguments, namespaces),               \
                         offsetof(struct vtr_source_arguments, dialect)),                 \
    {"jobs", 'j', VTR_OPTION_NUMBER, "N",                                                 \
     "threads; by default one a processor",                                               \
     offsetof(struct vtr_source_arguments, workers)}
/* clang-format on */

/* clang-format off */
#define VTR_WARNING_OPTIONS(arguments, member)                                            \
    {"allow", 0, VTR_OPTION_TEXTS, "NAME[,NAME]",                                         \
     "leave out these warnings: slow_pattern, W060; 'warnings' means all",                \
     offsetof(arguments, member) + offsetof(struct vtr_warning_arguments, allow)},        \
    {"deny", 0, VTR_OPTION_TEXTS, "NAME[,NAME]",                                          \
     "take these warnings for errors; 'warnings' means all",                              \
     offsetof(arguments, member) + offsetof(struct vtr_warning_arguments, deny)}
/* clang-format on */

/* Reads the names of warnings into `options`, which then looks for warnings; false when
 * there is none by a name, which `verb` has said. */
bool vtr_sources_set_warnings(const struct vtr_verb *verb,
                              const struct vtr_warning_arguments *arguments,
                              struct vtr_compile_options *options);

/* Options of a compile over `sources`; borrows both. */
struct vtr_compile_options vtr_sources_to_options(
    const struct vtr_source_arguments *arguments, const char *const *sources,
    size_t source_count);

/* Diagnostics that there were beyond those that the library keeps. */
uint64_t vtr_sources_omitted(const struct vtr_compilation *compilation);

/* Puts down every diagnostic, and how many were omitted: as text, or as one JSON object
 * a line, the last {"omitted":N} when there were any. */
void vtr_sources_print_diagnostics(struct vtr_text *out,
                                   const struct vtr_compilation *compilation,
                                   bool is_json, bool is_coloured);

/* Puts down the first errors, `limit` at most, and how many more there are. */
void vtr_sources_print_errors(struct vtr_text *out,
                              const struct vtr_compilation *compilation, size_t limit,
                              bool is_coloured);

/* VTR_EXIT_YES without errors, VTR_EXIT_NO with errors in rules, VTR_EXIT_FAILED when a
 * source could not be read at all. */
int vtr_sources_exit(const struct vtr_compilation *compilation);

/* "3 errors, 1 warning", "no errors". */
void vtr_sources_print_counts(struct vtr_text *out,
                              const struct vtr_compile_stats *stats);

/* "1 rule", "2 rules". */
void vtr_print_count(struct vtr_text *out, uint64_t count, const char *noun);

#endif
