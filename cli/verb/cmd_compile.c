/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine compile: rule sources to a database. */
#include <stdio.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/command/sources.h"
#include "cli/report/json.h"
#include "cli/report/print_diagnostic.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_places.h"
#include "cli/system/os_terminal.h"

/* The most that --memory may say. */
#define MEMORY_MIB_MAX (1u << 20)

struct compile_arguments {
    struct vtr_source_arguments sources; /* first: see VTR_SOURCE_OPTIONS */
    struct vtr_warning_arguments warnings;
    const char *output;
    const char *name;
    const char *source_map;
    uint64_t release;
    uint64_t memory_mib;
    bool keeps_going;
    bool is_json;
};

/* What one run produced. */
struct compile_result {
    const struct vtr_compile_stats *stats;
    uint64_t milliseconds;
    uint64_t len;
    uint8_t digest[VTR_DIGEST_LEN];
    bool is_written;
};

static const struct vtr_option OPTIONS[] = {
    {"output", 'o', VTR_OPTION_PATH, "OUT.vdb",
     "write the database here; '-' is standard output",
     offsetof(struct compile_arguments, output)},
    VTR_SOURCE_OPTIONS,
    VTR_WARNING_OPTIONS(struct compile_arguments, warnings),
    {"name", 0, VTR_OPTION_TEXT, "DB",
     "name of the database, of letters, digits and -_.; by default 'vitrine'",
     offsetof(struct compile_arguments, name)},
    {"release", 0, VTR_OPTION_NUMBER, "N", "release number; by default 0",
     offsetof(struct compile_arguments, release)},
    {"source-map", 0, VTR_OPTION_PATH, "FILE",
     "write where each record comes from: path, line, column",
     offsetof(struct compile_arguments, source_map)},
    {"memory", 0, VTR_OPTION_NUMBER, "MIB",
     "what hash lists may take before temporary files do; by default 1024",
     offsetof(struct compile_arguments, memory_mib)},
    {"keep-going", 'k', VTR_OPTION_FLAG, NULL,
     "write the database without the rules that are bad",
     offsetof(struct compile_arguments, keeps_going)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "summary and diagnostics as one JSON object",
     offsetof(struct compile_arguments, is_json)}};

const struct vtr_verb vtr_verb_compile = {
    .name = "compile",
    .summary = "compile rule sources to a database",
    .example = "vitrine compile -o detections.vdb rules/\n"
               "vitrine compile -o out.vdb -D owner=lab --release 12 a.yar hashes.hsb",
    .details =
        "A SOURCE is a file, a folder (walked in sorted order) or '-' for YARA rules "
        "on\n"
        "standard input.  The suffix says the language: .yar and .yara are YARA "
        "rules,\n"
        ".hdb and .hsb are ClamAV hash lists.\n"
        "\n"
        "The database depends on what the rules say and on nothing else: not on their\n"
        "order, their files, the machine, the clock or the number of threads.\n"
        "\n"
        "Hash lists are read in pieces.  Records that take more memory than --memory "
        "allows\n"
        "are sorted in temporary files, in the folder that TMPDIR names or else beside "
        "the\n"
        "output; these have no names and are gone when the program ends, however it "
        "does.\n"
        "\n"
        "Every problem is reported.  When there are errors nothing is written, unless\n"
        "--keep-going leaves the bad rules out; the exit code is 1 either way.  A "
        "source\n"
        "that cannot be read at all is never left out: exit code 2, nothing is "
        "written.\n",
    .operands = "SOURCE...",
    .operand_min = 1,
    .operand_max = SIZE_MAX,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  the database is written and all rules are in it\n"
             "1  the rules have errors\n"
             "2  could not compile: wrong usage, unreadable or unwritable files\n",
    .run = vtr_cmd_compile};

static void print_digest(struct vtr_text *out, const char *what, const uint8_t *digest)
{
    vtr_text_add(out, what);
    vtr_text_hex(out, (struct vtr_bytes){digest, VTR_DIGEST_LEN});
    vtr_text_add(out, "\n");
}

static void print_seconds(struct vtr_text *out, uint64_t milliseconds)
{
    vtr_text_milli(out, milliseconds);
    vtr_text_add(out, " s");
}

static uint64_t hash_count(const struct vtr_compile_stats *stats)
{
    return stats->hashes[0] + stats->hashes[1] + stats->hashes[2];
}

static void print_summary(struct vtr_text *out,
                          const struct compile_arguments *arguments,
                          const struct compile_result *result)
{
    const struct vtr_compile_stats *stats = result->stats;

    vtr_print_count(out, stats->files, "file");
    vtr_text_add(out, ", ");
    vtr_print_count(out, stats->rules, "rule");
    vtr_text_add(out, ", ");
    vtr_print_count(out, hash_count(stats), "hash");
    vtr_text_add(out, ": ");
    vtr_sources_print_counts(out, stats);
    if (stats->bad > 0) {
        vtr_text_add(out, ", ");
        vtr_text_number(out, stats->bad);
        vtr_text_add(out, " left out");
    }
    if (stats->duplicates > 0) {
        vtr_text_add(out, ", ");
        vtr_print_count(out, stats->duplicates, "duplicate");
    }
    vtr_text_add(out, "\n");
    if (!result->is_written) {
        vtr_text_add(out,
                     stats->unreadable > 0
                         ? "nothing is written: not every source could be read\n"
                         : "nothing is written; --keep-going would leave out what is "
                           "bad\n");
        return;
    }
    vtr_text_safe(out, vtr_text_view(arguments->output));
    vtr_text_add(out, ": ");
    vtr_print_count(out, result->len, "byte");
    vtr_text_add(out, " in ");
    print_seconds(out, result->milliseconds);
    vtr_text_add(out, "\n");
    print_digest(out, "digest  ", result->digest);
    print_digest(out, "sources ", stats->source_digest);
}

static void put_json(struct vtr_text *out, const struct vtr_compilation *compilation,
                     const struct compile_result *result)
{
    const struct vtr_compile_stats *stats = result->stats;
    struct vtr_json json;
    size_t count;
    const struct vtr_diagnostic *diagnostics =
        vtr_compilation_get_diagnostics(compilation, &count);

    vtr_json_begin(&json, out);
    vtr_json_bool(&json, "written", result->is_written);
    vtr_json_number(&json, "files", stats->files);
    vtr_json_number(&json, "source_bytes", stats->source_bytes);
    vtr_json_number(&json, "records", stats->rules + hash_count(stats));
    vtr_json_number(&json, "rules", stats->rules);
    vtr_json_begin_object(&json, "hashes");
    vtr_json_number(&json, "md5", stats->hashes[0]);
    vtr_json_number(&json, "sha1", stats->hashes[1]);
    vtr_json_number(&json, "sha256", stats->hashes[2]);
    vtr_json_end_object(&json);
    vtr_json_number(&json, "duplicates", stats->duplicates);
    vtr_json_number(&json, "bad", stats->bad);
    vtr_json_number(&json, "errors", stats->errors);
    vtr_json_number(&json, "warnings", stats->warnings);
    if (result->is_written) {
        vtr_json_number(&json, "bytes", result->len);
        vtr_json_hex(&json, "digest",
                     (struct vtr_bytes){result->digest, VTR_DIGEST_LEN});
    }
    vtr_json_hex(&json, "sources_digest",
                 (struct vtr_bytes){stats->source_digest, VTR_DIGEST_LEN});
    vtr_json_milli(&json, "seconds", result->milliseconds);
    vtr_json_begin_array(&json, "diagnostics");
    for (size_t i = 0; i < count; i++) {
        vtr_json_diagnostic(&json, &diagnostics[i]);
    }
    vtr_json_end_array(&json);
    vtr_json_number(&json, "omitted", vtr_sources_omitted(compilation));
    vtr_json_finish(&json);
}

/* Whether the limit of memory is one. */
static bool is_memory_allowed(const struct compile_arguments *arguments)
{
    if (arguments->memory_mib <= MEMORY_MIB_MAX) {
        return true;
    }
    vtr_complain_text(&vtr_verb_compile, "--memory takes 1 to 1048576 MiB", NULL);
    return false;
}

/* Whether the outputs are where outputs may go: of the sources the library knows which
 * files they are. */
static bool are_outputs_allowed(const struct compile_arguments *arguments)
{
    const struct vtr_verb *verb = &vtr_verb_compile;

    if (!vtr_output_is_allowed(verb, arguments->output, NULL, 0) ||
        vtr_output_is_torn(verb, arguments->output, arguments->is_json)) {
        return false;
    }
    const char *map = arguments->source_map;
    if (map != NULL && strcmp(map, "-") != 0 &&
        (vtr_is_one_of(map, &arguments->output, 1) ||
         strcmp(map, arguments->output) == 0)) {
        vtr_complain_text(verb, "the source map needs a file of its own", NULL);
        return false;
    }
    return true;
}

static enum vtr_status write_outputs(const struct compile_arguments *arguments,
                                     const struct vtr_compilation *compilation,
                                     struct compile_result *result,
                                     struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    if (arguments->source_map != NULL) {
        status =
            vtr_compilation_write_source_map(compilation, arguments->source_map, err);
    }
    if (status == VTR_OK) {
        status = vtr_compilation_write(compilation, arguments->output, &result->len,
                                       result->digest, err);
    }
    result->is_written = status == VTR_OK;
    return status;
}

/* Says what happened: problems, then the summary. */
static int report(const struct compile_arguments *arguments,
                  const struct vtr_compilation *compilation,
                  const struct compile_result *result, int exit_code)
{
    struct vtr_text out = {0};

    if (arguments->is_json) {
        put_json(&out, compilation, result);
        return vtr_output_answer(&out, exit_code);
    }
    vtr_sources_print_diagnostics(&out, compilation, false,
                                  vtr_terminal_has_colour(stderr));
    print_summary(&out, arguments, result);
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    return exit_code;
}

static int compile(const struct compile_arguments *arguments,
                   const struct vtr_list *sources)
{
    struct vtr_compile_options options =
        vtr_sources_to_options(&arguments->sources, sources->items, sources->count);
    struct vtr_compilation *compilation = NULL;
    struct vtr_error err = {0};
    const uint64_t start = vtr_stopwatch_ms();

    if (!vtr_sources_set_warnings(&vtr_verb_compile, &arguments->warnings, &options)) {
        return VTR_EXIT_FAILED;
    }
    options.name = arguments->name;
    options.release = arguments->release;
    options.memory_limit_bytes = arguments->memory_mib << 20;
    options.temporary_beside =
        strcmp(arguments->output, "-") == 0 ? NULL : arguments->output;
    const enum vtr_status compiled = vtr_compile(&compilation, &options, &err);
    if (compiled != VTR_OK && compiled != VTR_ERROR_RULES) {
        return vtr_complain(&vtr_verb_compile, &err);
    }
    struct compile_result result = {.stats = vtr_compilation_get_stats(compilation)};
    enum vtr_status status = VTR_OK;
    /* Of a source that is not there nobody knows which rules are missing. */
    if (compiled == VTR_OK ||
        (arguments->keeps_going && result.stats->unreadable == 0)) {
        status = write_outputs(arguments, compilation, &result, &err);
    }
    result.milliseconds = vtr_stopwatch_ms() - start;

    int exit_code = vtr_sources_exit(compilation);
    if (status == VTR_OK) {
        exit_code = report(arguments, compilation, &result, exit_code);
    } else {
        exit_code = vtr_complain(&vtr_verb_compile, &err);
    }
    vtr_compilation_free(compilation);
    return exit_code;
}

int vtr_cmd_compile(int argc, char **argv)
{
    struct compile_arguments arguments = {0};
    struct vtr_list sources = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_compile, argc, argv, &arguments, &sources,
                          &exit_code)) {
        exit_code = are_outputs_allowed(&arguments) && is_memory_allowed(&arguments)
                        ? compile(&arguments, &sources)
                        : VTR_EXIT_FAILED;
    }
    vtr_options_deinit(&vtr_verb_compile, &arguments, &sources);
    return exit_code;
}
