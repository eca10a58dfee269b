/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/scan/scan_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/sources.h"
#include "cli/system/os_places.h"
#include "cli/system/os_terminal.h"

/* No source of rules has such a byte at its start; databases and deltas do. */
static bool is_binary(struct vtr_bytes start)
{
    for (size_t i = 0; i < start.len && i < 8; i++) {
        const uint8_t byte = start.ptr[i];
        if (byte < '\t' || (byte > '\r' && byte < ' ')) {
            return true;
        }
    }
    return false;
}

static bool has_database_suffix(const char *path)
{
    const size_t len = strlen(path);

    return len >= 4 && strcmp(path + len - 4, ".vdb") == 0;
}

/* A file that says of itself that it is a database, or whose name does.  What is
 * neither file nor text is for the compiler to open once. */
static bool is_database(const char *path)
{
    struct vtr_input input = {0};
    struct vtr_error err;

    if (has_database_suffix(path)) {
        return true;
    }
    if (!vtr_is_file(path) || vtr_input_open(&input, path, &err) != VTR_OK) {
        return false;
    }
    const bool answer = is_binary(input.bytes);
    vtr_input_close(&input);
    return answer;
}

/* Problems of the sources on standard error: all of them, or the errors alone. */
static void say_problems(const struct vtr_compilation *compilation,
                         const struct vtr_scan_arguments *arguments)
{
    const bool is_coloured = vtr_terminal_has_colour(stderr);
    struct vtr_text out = {0};

    if (arguments->has_no_warnings) {
        vtr_sources_print_errors(&out, compilation, SIZE_MAX, is_coloured);
    } else {
        vtr_sources_print_diagnostics(&out, compilation, false, is_coloured);
    }
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
}

static bool build(struct vtr_scan_rules *out, const struct vtr_compilation *compilation)
{
    struct vtr_error err = {0};
    size_t len;
    enum vtr_status status =
        vtr_compilation_build(compilation, &out->image, &len, &err);

    if (status == VTR_OK) {
        status = vtr_database_open_bytes(&out->database,
                                         (struct vtr_bytes){out->image, len}, &err);
    }
    if (status != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &err);
    }
    return status == VTR_OK;
}

/* Why sources that were compiled are not scanned with; NULL: they are. */
static const char *object(const struct vtr_compile_stats *stats, enum vtr_status status,
                          const struct vtr_scan_arguments *arguments)
{
    if (status == VTR_ERROR_RULES) {
        return stats->rules == 0 || stats->unreadable > 0
                   ? "nothing is scanned: the rules have errors"
                   : "nothing is scanned: the rules have errors; 'vitrine compile "
                     "--keep-going' makes a database of the others";
    }
    if (stats->rules + stats->hashes[0] + stats->hashes[1] + stats->hashes[2] == 0) {
        return "nothing is scanned: there are no rules";
    }
    if (arguments->fails_on_warnings && !arguments->has_no_warnings &&
        stats->warnings > 0) {
        return "nothing is scanned: the rules have warnings, and --fail-on-warnings "
               "was "
               "given";
    }
    return NULL;
}

static bool compile(struct vtr_scan_rules *out, const struct vtr_list *sources,
                    const struct vtr_scan_arguments *arguments)
{
    const struct vtr_source_arguments source_arguments = {
        .defines = arguments->defines,
        .namespaces = arguments->namespaces,
        .dialect = arguments->dialect,
        .workers = arguments->workers,
    };
    struct vtr_compile_options options =
        vtr_sources_to_options(&source_arguments, sources->items, sources->count);
    struct vtr_compilation *compilation = NULL;
    struct vtr_error err = {0};

    options.lint = arguments->has_no_warnings ? 0 : 1;
    const enum vtr_status status = vtr_compile(&compilation, &options, &err);
    bool is_ok = false;

    out->is_compiled = true;
    if (status != VTR_OK && status != VTR_ERROR_RULES) {
        vtr_complain(&vtr_verb_scan, &err);
        return false;
    }
    say_problems(compilation, arguments);
    const char *objection =
        object(vtr_compilation_get_stats(compilation), status, arguments);
    if (objection == NULL) {
        is_ok = build(out, compilation);
    } else {
        vtr_complain_text(&vtr_verb_scan, objection, NULL);
    }
    vtr_compilation_free(compilation);
    return is_ok;
}

static bool open_database(struct vtr_scan_rules *out, const char *path,
                          const struct vtr_scan_arguments *arguments)
{
    struct vtr_error err = {0};

    if (arguments->more_rules.count > 0 || arguments->namespaces > 0 ||
        arguments->dialect > 0) {
        vtr_complain_text(&vtr_verb_scan,
                          "--rules, --namespace and --dialect are of sources, and this "
                          "is a database:",
                          path);
        return false;
    }
    if (vtr_database_open(&out->database, path, &err) != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &err);
        return false;
    }
    return true;
}

/* The first operand and --rules. */
static bool compile_sources(struct vtr_scan_rules *out, const char *path,
                            const struct vtr_scan_arguments *arguments)
{
    const struct vtr_list *more = &arguments->more_rules;
    struct vtr_list sources = {.items = calloc(more->count + 1, sizeof(*sources.items)),
                               .count = more->count + 1};
    bool is_ok = false;

    if (sources.items == NULL) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
        return false;
    }
    sources.items[0] = path;
    for (size_t i = 0; i < more->count; i++) {
        sources.items[i + 1] = more->items[i];
    }
    is_ok = compile(out, &sources, arguments);
    free(sources.items);
    return is_ok;
}

/* "MODULE=FILE" */
static bool read_module_data(struct vtr_scan_rules *out, const char *argument)
{
    const size_t at = out->module_data_count;
    const char *equals = strchr(argument, '=');
    struct vtr_error err = {0};

    if (equals == NULL || equals == argument || equals[1] == '\0') {
        vtr_complain_text(&vtr_verb_scan, "-x takes MODULE=FILE, not", argument);
        return false;
    }
    const size_t name_len = (size_t)(equals - argument);
    char *name = malloc(name_len + 1);
    if (name == NULL) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
        return false;
    }
    memcpy(name, argument, name_len);
    name[name_len] = '\0';
    out->module_names[at] = name;
    out->module_data_count++;
    if (vtr_input_open(&out->module_files[at], equals + 1, &err) != VTR_OK) {
        vtr_complain(&vtr_verb_scan, &err);
        return false;
    }
    out->module_data[at] = (struct vtr_module_data){name, out->module_files[at].bytes};
    return true;
}

static bool read_all_module_data(struct vtr_scan_rules *out,
                                 const struct vtr_list *arguments)
{
    const size_t room = arguments->count + 1;

    out->module_data = calloc(room, sizeof(*out->module_data));
    out->module_names = calloc(room, sizeof(*out->module_names));
    out->module_files = calloc(room, sizeof(*out->module_files));
    if (out->module_data == NULL || out->module_names == NULL ||
        out->module_files == NULL) {
        vtr_complain_text(&vtr_verb_scan, "out of memory", NULL);
        return false;
    }
    for (size_t i = 0; i < arguments->count; i++) {
        if (!read_module_data(out, arguments->items[i])) {
            return false;
        }
    }
    return true;
}

bool vtr_scan_rules_init(struct vtr_scan_rules *out, const char *path,
                         const struct vtr_scan_arguments *arguments)
{
    *out = (struct vtr_scan_rules){0};
    const bool is_ok = arguments->is_database || is_database(path)
                           ? open_database(out, path, arguments)
                           : compile_sources(out, path, arguments);

    if (is_ok && read_all_module_data(out, &arguments->module_data)) {
        return true;
    }
    vtr_scan_rules_deinit(out);
    return false;
}

void vtr_scan_rules_deinit(struct vtr_scan_rules *rules)
{
    vtr_database_free(rules->database);
    free(rules->image);
    for (size_t i = 0; i < rules->module_data_count; i++) {
        free(rules->module_names[i]);
        vtr_input_close(&rules->module_files[i]);
    }
    free(rules->module_data);
    free(rules->module_names);
    free(rules->module_files);
    *rules = (struct vtr_scan_rules){0};
}
