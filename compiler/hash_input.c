/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash_input.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "compiler/hash_list.h"

struct vtr_hash_input {
    struct vtr_hash_list *list;
    struct vtr_file_set *files; /* borrowed */
    struct vtr_hash_cursor cursors[VTR_HASH_KINDS];
};

static void report_line(const struct vtr_hash_problem *problem, void *context)
{
    struct vtr_file *file = context;
    const struct vtr_place place = {
        &file->source,
        (uint32_t)(problem->text.ptr - file->source.bytes.ptr) + problem->column - 1,
        problem->length > 0 ? problem->length : 1};
    struct vtr_problem *added =
        vtr_diagnostics_add_coded(&file->diagnostics, problem->code, place, "%s",
                                  problem->message);

    added->help = problem->help;
}

static enum vtr_status add_files(struct vtr_hash_input *input)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < input->files->files.count && status == VTR_OK; i++) {
        struct vtr_file *file = vtr_file_at(input->files, i);
        if (file->source.language == VTR_LANGUAGE_HASHES && file->source.is_loaded) {
            status = vtr_hash_list_add(input->list, (uint32_t)i, file->source.bytes,
                                       report_line, file);
        }
    }
    return status == VTR_OK ? vtr_hash_list_finish(input->list) : status;
}

/* What is left out on purpose is said, once for all lists. */
static void report_other_level(struct vtr_file_set *files, uint64_t count)
{
    struct vtr_problem *problem;

    if (count == 0) {
        return;
    }
    problem =
        vtr_diagnostics_add(&files->diagnostics, VTR_CODE_OTHER_LEVEL,
                            (struct vtr_place){0}, "%llu %s of hash lists left out",
                            (unsigned long long)count, count == 1 ? "line" : "lines");
    problem->note = vtr_diagnostics_text(&files->diagnostics,
                                         "they are for functionality levels without %u",
                                         VTR_CLAMAV_LEVEL);
}

enum vtr_status vtr_hash_input_new(struct vtr_hash_input **out,
                                   struct vtr_file_set *files,
                                   struct vtr_records *records,
                                   struct vtr_compile_stats *stats)
{
    struct vtr_hash_input *input = calloc(1, sizeof(*input));
    struct vtr_hash_list_stats counts = {0};
    enum vtr_status status;

    if (input == NULL) {
        return VTR_ERROR_MEMORY;
    }
    input->files = files;
    input->list = vtr_hash_list_new();
    status = input->list == NULL ? VTR_ERROR_MEMORY : add_files(input);
    if (status != VTR_OK) {
        vtr_hash_input_free(input);
        return status;
    }
    vtr_hash_list_get_stats(input->list, &counts);
    records->stems = vtr_hash_list_get_stems(input->list, &records->stem_count);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        vtr_hash_list_open(input->list, (enum vtr_hash_kind)kind, &input->cursors[kind],
                           &records->hashes[kind]);
        stats->hashes[kind] = counts.records[kind];
    }
    stats->duplicates += counts.duplicates;
    stats->bad += counts.bad;
    report_other_level(files, counts.other_level);
    *out = input;
    return VTR_OK;
}

void vtr_hash_input_free(struct vtr_hash_input *input)
{
    if (input != NULL) {
        vtr_hash_list_free(input->list);
        free(input);
    }
}

static int hex_value(uint8_t byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The digest that `hex` spells and its kind; false when it is none. */
static bool read_digest(struct vtr_bytes hex, uint8_t *out,
                        enum vtr_hash_kind *out_kind)
{
    unsigned kind = 0;

    while (kind < VTR_HASH_KINDS &&
           hex.len != 2u * vtr_hash_len((enum vtr_hash_kind)kind)) {
        kind++;
    }
    if (kind == VTR_HASH_KINDS) {
        return false;
    }
    for (size_t i = 0; i < hex.len / 2; i++) {
        const int high = hex_value(hex.ptr[2 * i]);
        const int low = hex_value(hex.ptr[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    *out_kind = (enum vtr_hash_kind)kind;
    return true;
}

bool vtr_hash_input_find(const struct vtr_hash_input *input, struct vtr_bytes hex,
                         const struct vtr_source **out_source, uint32_t *out_line)
{
    uint8_t digest[VTR_SHA256_LEN];
    struct vtr_hash_record record;
    struct vtr_hash_place place;
    enum vtr_hash_kind kind;
    size_t index;

    if (!read_digest(hex, digest, &kind) ||
        !vtr_hash_list_find(input->list, kind, digest, &index) ||
        !vtr_hash_list_get(input->list, kind, index, &record, &place)) {
        return false;
    }
    *out_source = &vtr_file_at(input->files, place.file)->source;
    *out_line = place.line;
    return true;
}

void vtr_hash_input_write_map(const struct vtr_hash_input *input,
                              enum vtr_hash_kind kind, struct vtr_writer *w)
{
    struct vtr_hash_record record;
    struct vtr_hash_place place;
    char hex[2 * VTR_SHA256_LEN + 1];
    char line[24];

    for (size_t i = 0; vtr_hash_list_get(input->list, kind, i, &record, &place); i++) {
        const struct vtr_source *source =
            &vtr_file_at(input->files, place.file)->source;
        vtr_digest_hex((struct vtr_bytes){record.digest, vtr_hash_len(kind)}, hex);
        vtr_writer_raw(w, vtr_bytes_from_text(vtr_hash_name(kind)));
        vtr_writer_raw(w, vtr_bytes_from_text("\t\t"));
        vtr_writer_raw(w, vtr_bytes_from_text(hex));
        vtr_writer_u8(w, '\t');
        vtr_writer_raw(w, source->path);
        (void)snprintf(line, sizeof(line), ":%u:1\n", (unsigned)place.line);
        vtr_writer_raw(w, vtr_bytes_from_text(line));
    }
}
