/* SPDX-License-Identifier: Apache-2.0 */

/* vitrine inspect: what a database says of itself, and whether it is right. */
#include <stdio.h>

#include "cli/command/command.h"
#include "cli/command/output.h"
#include "cli/report/json.h"
#include "vitrine/scan.h"

struct inspect_arguments {
    bool is_checked;
    bool is_json;
};

static const struct vtr_option OPTIONS[] = {
    {"check", 'c', VTR_OPTION_FLAG, NULL,
     "hold the whole database against its digest and its own records",
     offsetof(struct inspect_arguments, is_checked)},
    {"json", 0, VTR_OPTION_FLAG, NULL, "one JSON object",
     offsetof(struct inspect_arguments, is_json)}};

const struct vtr_verb vtr_verb_inspect = {
    .name = "inspect",
    .summary = "show the header, counts and sections of a database",
    .example = "vitrine inspect detections.vdb\n"
               "vitrine inspect --check --json detections.vdb",
    .details =
        "Without --check the database is opened as a scan opens it, in constant\n"
        "time, and what it says of itself is shown as it is.\n",
    .operands = "DB.vdb",
    .operand_min = 1,
    .operand_max = 1,
    .options = OPTIONS,
    .option_count = sizeof(OPTIONS) / sizeof(OPTIONS[0]),
    .exits = "0  shown; with --check: every byte is as it should be\n"
             "1  with --check: the database is damaged\n"
             "2  could not read it\n",
    .run = vtr_cmd_inspect};

static void row(struct vtr_text *out, const char *what)
{
    vtr_text_cell(out, what, 16);
}

static void number_row(struct vtr_text *out, const char *what, uint64_t value)
{
    row(out, what);
    vtr_text_number(out, value);
    vtr_text_add(out, "\n");
}

static void digest_row(struct vtr_text *out, const char *what, const uint8_t *digest)
{
    row(out, what);
    vtr_text_hex(out, (struct vtr_bytes){digest, VTR_DIGEST_LEN});
    vtr_text_add(out, "\n");
}

/* A number at the right of a column. */
static void cell(struct vtr_text *out, uint64_t value, size_t width)
{
    size_t digits = 1;

    for (uint64_t left = value; left >= 10; left /= 10) {
        digits++;
    }
    vtr_text_repeat(out, ' ', digits < width ? width - digits : 0);
    vtr_text_number(out, value);
}

static void print_sections(struct vtr_text *out, const struct vtr_database *database)
{
    struct vtr_section_info section;

    vtr_text_add(out,
                 "\nsection                       offset       bytes       count\n");
    for (size_t i = 0; vtr_database_get_section(database, i, &section) != 0; i++) {
        vtr_text_cell(out, section.name, 24);
        cell(out, section.offset, 12);
        cell(out, section.len, 12);
        cell(out, section.count, 12);
        vtr_text_add(out, "\n");
    }
}

static void print_info(struct vtr_text *out, const struct vtr_database *database)
{
    struct vtr_database_info info;

    vtr_database_get_info(database, &info);
    row(out, "name");
    vtr_text_safe(out, info.name);
    vtr_text_add(out, "\n");
    number_row(out, "release", info.release);
    number_row(out, "layout", info.layout);
    number_row(out, "bytes", info.file_len);
    number_row(out, "records", info.record_count);
    number_row(out, "rules", info.rules);
    number_row(out, "patterns", info.patterns);
    number_row(out, "externals", info.externals);
    number_row(out, "MD5 hashes", info.hashes[0]);
    number_row(out, "SHA-1 hashes", info.hashes[1]);
    number_row(out, "SHA-256 hashes", info.hashes[2]);
    digest_row(out, "record root", info.record_root);
    digest_row(out, "content digest", info.content_digest);
    print_sections(out, database);
}

static void put_info(struct vtr_json *json, const struct vtr_database *database)
{
    struct vtr_database_info info;
    struct vtr_section_info section;

    vtr_database_get_info(database, &info);
    vtr_json_bytes(json, "name", info.name);
    vtr_json_number(json, "release", info.release);
    vtr_json_number(json, "layout", info.layout);
    vtr_json_number(json, "bytes", info.file_len);
    vtr_json_number(json, "records", info.record_count);
    vtr_json_number(json, "rules", info.rules);
    vtr_json_number(json, "patterns", info.patterns);
    vtr_json_number(json, "externals", info.externals);
    vtr_json_begin_object(json, "hashes");
    vtr_json_number(json, "md5", info.hashes[0]);
    vtr_json_number(json, "sha1", info.hashes[1]);
    vtr_json_number(json, "sha256", info.hashes[2]);
    vtr_json_end_object(json);
    vtr_json_hex(json, "record_root",
                 (struct vtr_bytes){info.record_root, VTR_DIGEST_LEN});
    vtr_json_hex(json, "content_digest",
                 (struct vtr_bytes){info.content_digest, VTR_DIGEST_LEN});
    vtr_json_begin_array(json, "sections");
    for (size_t i = 0; vtr_database_get_section(database, i, &section) != 0; i++) {
        vtr_json_begin_object(json, NULL);
        vtr_json_number(json, "id", section.id);
        vtr_json_string(json, "name", section.name);
        vtr_json_number(json, "offset", section.offset);
        vtr_json_number(json, "bytes", section.len);
        vtr_json_number(json, "count", section.count);
        vtr_json_end_object(json);
    }
    vtr_json_end_array(json);
}

/* Damage is an answer to --check; that a file cannot be read is none. */
static bool is_damage(enum vtr_status status)
{
    return status == VTR_ERROR_FORMAT || status == VTR_ERROR_MISMATCH;
}

static int inspect(const struct inspect_arguments *arguments,
                   const struct vtr_database *database)
{
    struct vtr_error err = {0};
    const enum vtr_status status =
        arguments->is_checked ? vtr_database_check(database, &err) : VTR_OK;
    const int exit_code = status == VTR_OK    ? VTR_EXIT_YES
                          : is_damage(status) ? VTR_EXIT_NO
                                              : VTR_EXIT_FAILED;
    struct vtr_text out = {0};

    if (status != VTR_OK) {
        vtr_complain(&vtr_verb_inspect, &err);
    }
    if (arguments->is_json) {
        struct vtr_json json;
        vtr_json_begin(&json, &out);
        put_info(&json, database);
        if (arguments->is_checked) {
            vtr_json_string(&json, "check", status == VTR_OK ? "ok" : err.message);
        }
        vtr_json_finish(&json);
    } else {
        print_info(&out, database);
        if (arguments->is_checked && status == VTR_OK) {
            vtr_text_add(&out, "\nevery byte is as it should be\n");
        }
    }
    return vtr_output_answer(&out, exit_code);
}

int vtr_cmd_inspect(int argc, char **argv)
{
    struct inspect_arguments arguments = {0};
    struct vtr_list paths = {0};
    int exit_code;

    if (vtr_options_parse(&vtr_verb_inspect, argc, argv, &arguments, &paths,
                          &exit_code)) {
        struct vtr_database *database = NULL;
        struct vtr_error err = {0};
        const enum vtr_status status =
            vtr_database_open(&database, paths.items[0], &err);

        if (status == VTR_OK) {
            exit_code = inspect(&arguments, database);
            vtr_database_free(database);
        } else {
            exit_code = vtr_complain(&vtr_verb_inspect, &err);
            exit_code =
                arguments.is_checked && is_damage(status) ? VTR_EXIT_NO : exit_code;
        }
    }
    vtr_options_deinit(&vtr_verb_inspect, &arguments, &paths);
    return exit_code;
}
