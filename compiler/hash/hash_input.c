/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The files are read piece by piece, by whichever thread has nothing to do, and the
 * pieces turned into records side by side; what is wrong in them is put into the order
 * of files and lines afterwards.
 */
#include "compiler/hash/hash_input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/os_thread.h"
#include "compiler/hash/hash_pieces.h"
#include "compiler/hash/hash_problems.h"

/* Bytes of a source map that are held before they are written. */
#define MAP_PART_LEN ((size_t)1 << 20)

struct vtr_hash_input {
    struct vtr_hash_list *list;
    struct vtr_file_set *files; /* borrowed */
    struct vtr_hash_list_cursor *cursors[VTR_HASH_KINDS];
    uint64_t counts[VTR_HASH_KINDS];
};

/* What one thread has in hand. */
struct hand {
    struct vtr_hash_piece piece;
    struct vtr_hash_problems problems;
    struct vtr_error err;
};

struct reading {
    struct vtr_hash_list *list;
    struct vtr_hash_pieces pieces;
    struct hand *hands; /* owned */
};

static enum vtr_status take_piece(unsigned worker, bool *out_has, void *context)
{
    struct reading *reading = context;

    return vtr_hash_pieces_take(&reading->pieces, &reading->hands[worker].piece,
                                out_has);
}

/* A problem of the piece in a hand. */
static void note_problem(const struct vtr_hash_problem *problem, void *context)
{
    struct hand *hand = context;

    vtr_hash_problems_add(&hand->problems, hand->piece.text.file, problem);
}

static enum vtr_status add_piece(unsigned worker, void *context)
{
    struct reading *reading = context;
    struct hand *hand = &reading->hands[worker];
    const struct vtr_hash_adding adding = {worker, note_problem, hand};

    return vtr_hash_list_add(reading->list, &hand->piece.text, &adding, &hand->err);
}

/* The first reason why a thread has given up. */
static void find_reason(const struct hand *hands, unsigned count, struct vtr_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        if (hands[i].err.status != VTR_OK && err != NULL) {
            *err = hands[i].err;
            return;
        }
    }
}

static enum vtr_status read_files(struct vtr_hash_input *input, struct vtr_error *err)
{
    struct vtr_file_set *files = input->files;
    struct reading reading = {.list = input->list};
    const struct vtr_piecework work = {take_piece, add_piece, &reading};
    struct vtr_hash_problems **problems = calloc(files->workers, sizeof(*problems));
    enum vtr_status status = vtr_hash_pieces_init(&reading.pieces, files);

    reading.hands = calloc(files->workers, sizeof *reading.hands);
    if (reading.hands == NULL || problems == NULL) {
        status = VTR_ERROR_MEMORY;
    }
    for (unsigned i = 0; i < files->workers && status == VTR_OK; i++) {
        reading.hands[i].piece.arena = &files->arenas[i];
        problems[i] = &reading.hands[i].problems;
        status = vtr_hash_problems_init(problems[i], &files->arenas[i],
                                        files->files.count, files->diagnostic_limit);
    }
    if (status == VTR_OK) {
        status = vtr_run_pieces(files->workers, &work);
        find_reason(reading.hands, files->workers, err);
    }
    if (status == VTR_OK) {
        status = vtr_hash_problems_report(problems, files->workers, files);
    }
    for (unsigned i = 0; i < files->workers && reading.hands != NULL; i++) {
        vtr_hash_problems_deinit(&reading.hands[i].problems);
        vtr_hash_piece_deinit(&reading.hands[i].piece);
    }
    free(reading.hands);
    free(problems);
    vtr_hash_pieces_deinit(&reading.pieces);
    return status;
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

/* Opens the records of all kinds and counts what there is. */
static enum vtr_status open_records(struct vtr_hash_input *input,
                                    struct vtr_records *records,
                                    struct vtr_compile_stats *stats)
{
    struct vtr_hash_list_stats counts = {0};

    vtr_hash_list_get_stats(input->list, &counts);
    records->stems = vtr_hash_list_get_stems(input->list, &records->stem_count);
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        if (vtr_hash_list_open(input->list, (enum vtr_hash_kind)kind,
                               &input->cursors[kind]) != VTR_OK) {
            return VTR_ERROR_MEMORY;
        }
        input->counts[kind] = counts.records[kind];
        records->hashes[kind] =
            vtr_hash_list_cursor_source(input->cursors[kind], counts.records[kind]);
        records->hashes[kind].extent =
            vtr_hash_list_get_extent(input->list, (enum vtr_hash_kind)kind);
        stats->hashes[kind] = counts.records[kind];
    }
    stats->duplicates += counts.duplicates;
    stats->bad += counts.bad;
    report_other_level(input->files, counts.other_level);
    return VTR_OK;
}

enum vtr_status vtr_hash_input_new(struct vtr_hash_input **out,
                                   const struct vtr_hash_list_options *options,
                                   struct vtr_file_set *files,
                                   struct vtr_records *records,
                                   struct vtr_compile_stats *stats,
                                   struct vtr_error *err)
{
    struct vtr_hash_input *input = calloc(1, sizeof(*input));
    enum vtr_status status;

    if (input == NULL) {
        return VTR_ERROR_MEMORY;
    }
    input->files = files;
    input->list = vtr_hash_list_new(options);
    status = input->list == NULL ? VTR_ERROR_MEMORY : read_files(input, err);
    if (status == VTR_OK) {
        status = vtr_hash_list_finish(input->list, err);
    }
    if (status == VTR_OK) {
        status = open_records(input, records, stats);
    }
    if (status != VTR_OK) {
        vtr_hash_input_free(input);
        return status;
    }
    *out = input;
    return VTR_OK;
}

void vtr_hash_input_free(struct vtr_hash_input *input)
{
    if (input != NULL) {
        for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
            vtr_hash_list_cursor_free(input->cursors[kind]);
        }
        vtr_hash_list_free(input->list);
        free(input);
    }
}

enum vtr_status vtr_hash_input_check(const struct vtr_hash_input *input,
                                     struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (unsigned kind = 0; kind < VTR_HASH_KINDS && status == VTR_OK; kind++) {
        status = vtr_hash_list_cursor_check(input->cursors[kind], err);
    }
    return status;
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
        const unsigned high = vtr_hex_value(hex.ptr[2 * i]);
        const unsigned low = vtr_hex_value(hex.ptr[2 * i + 1]);
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
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
    struct vtr_hash_place place;
    enum vtr_hash_kind kind;

    if (!read_digest(hex, digest, &kind) ||
        !vtr_hash_list_find(input->list, kind, digest, &place)) {
        return false;
    }
    *out_source = &vtr_file_at(input->files, place.file)->source;
    *out_line = place.line;
    return true;
}

static void put_map_line(const struct vtr_hash_input *input, enum vtr_hash_kind kind,
                         const struct vtr_hash_record *record, struct vtr_writer *w)
{
    const struct vtr_hash_place place =
        vtr_hash_list_cursor_place(input->cursors[kind]);
    char hex[2 * VTR_SHA256_LEN + 1];
    char line[24];

    vtr_digest_hex((struct vtr_bytes){record->digest, vtr_hash_len(kind)}, hex);
    vtr_writer_raw(w, vtr_bytes_from_text(vtr_hash_name(kind)));
    vtr_writer_raw(w, vtr_bytes_from_text("\t\t"));
    vtr_writer_raw(w, vtr_bytes_from_text(hex));
    vtr_writer_u8(w, '\t');
    vtr_writer_raw(w, vtr_file_at(input->files, place.file)->source.path);
    (void)snprintf(line, sizeof(line), ":%u:1\n", (unsigned)place.line);
    vtr_writer_raw(w, vtr_bytes_from_text(line));
}

enum vtr_status vtr_hash_input_write_map(const struct vtr_hash_input *input,
                                         enum vtr_hash_kind kind,
                                         struct vtr_replacement *file,
                                         struct vtr_error *err)
{
    const struct vtr_hash_source source =
        vtr_hash_list_cursor_source(input->cursors[kind], input->counts[kind]);
    struct vtr_hash_record record;
    struct vtr_writer text = {0};
    enum vtr_status status = VTR_OK;

    source.rewind(source.context);
    while (status == VTR_OK && source.next(source.context, &record)) {
        put_map_line(input, kind, &record, &text);
        if (text.len >= MAP_PART_LEN && vtr_writer_ok(&text)) {
            status = vtr_replacement_write(file, vtr_writer_bytes(&text), err);
            vtr_writer_clear(&text);
        }
    }
    if (status == VTR_OK) {
        status = vtr_hash_list_cursor_check(input->cursors[kind], err);
    }
    if (status == VTR_OK) {
        status = vtr_writer_ok(&text)
                     ? vtr_replacement_write(file, vtr_writer_bytes(&text), err)
                     : vtr_error_set_memory(err);
    }
    vtr_writer_deinit(&text);
    return status;
}
