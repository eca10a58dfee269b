/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hash/hash_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "compiler/syntax/lexer_scan.h"

enum vtr_status vtr_hash_pieces_init(struct vtr_hash_pieces *pieces,
                                     struct vtr_file_set *files)
{
    *pieces = (struct vtr_hash_pieces){.files = files};
    pieces->digest = vtr_digest_stream_new();
    return pieces->digest == NULL ? VTR_ERROR_MEMORY : VTR_OK;
}

void vtr_hash_pieces_deinit(struct vtr_hash_pieces *pieces)
{
    vtr_file_stream_close(&pieces->input);
    vtr_writer_deinit(&pieces->rest);
    vtr_digest_stream_free(pieces->digest);
}

void vtr_hash_piece_deinit(struct vtr_hash_piece *piece)
{
    free(piece->room);
}

/* The file that is read, or comes next; NULL when there is none. */
static struct vtr_file *next_file(struct vtr_hash_pieces *pieces)
{
    const size_t count = pieces->files->files.count;

    while (pieces->file < count &&
           vtr_file_at(pieces->files, pieces->file)->source.language !=
               VTR_LANGUAGE_HASHES) {
        pieces->file++;
    }
    return pieces->file < count ? vtr_file_at(pieces->files, pieces->file) : NULL;
}

/* Ends the reading of a file. */
static void leave(struct vtr_hash_pieces *pieces)
{
    vtr_file_stream_close(&pieces->input);
    pieces->file++;
}

/* Says of the file that is read why it cannot be, in memory of the thread that does. */
static enum vtr_status refuse(struct vtr_hash_pieces *pieces, struct vtr_arena *arena,
                              const struct vtr_error *reason)
{
    struct vtr_file *file = vtr_file_at(pieces->files, pieces->file);

    leave(pieces);
    if (reason->status == VTR_ERROR_MEMORY) {
        return VTR_ERROR_MEMORY;
    }
    file->is_failed = true;
    file->diagnostics.arena = arena;
    (void)vtr_diagnostics_add(&file->diagnostics, VTR_CODE_UNREADABLE,
                              (struct vtr_place){.source = &file->source}, "%s",
                              reason->message);
    file->diagnostics.arena = &pieces->files->arenas[0];
    return VTR_OK;
}

/* All of a file was read. */
static void complete(struct vtr_hash_pieces *pieces)
{
    struct vtr_source *source = &vtr_file_at(pieces->files, pieces->file)->source;

    source->identity = pieces->input.identity;
    source->len = pieces->len;
    source->is_loaded = true;
    vtr_digest_stream_finish(pieces->digest, source->digest);
    leave(pieces);
}

/* Begins to read a file. */
static enum vtr_status enter(struct vtr_hash_pieces *pieces,
                             const struct vtr_file *file, struct vtr_error *reason)
{
    uint8_t unfinished[VTR_DIGEST_LEN];

    pieces->line = 1;
    pieces->len = 0;
    vtr_writer_clear(&pieces->rest);
    /* A file that could not be read to its end has left its beginning here. */
    vtr_digest_stream_finish(pieces->digest, unfinished);
    return vtr_file_stream_open(&pieces->input, (const char *)file->source.path.ptr,
                                reason);
}

static bool grow(struct vtr_hash_piece *piece, size_t cap)
{
    uint8_t *room = piece->cap >= cap ? piece->room : realloc(piece->room, cap);

    if (room != NULL) {
        piece->room = room;
        piece->cap = piece->cap >= cap ? piece->cap : cap;
    }
    return room != NULL;
}

/* Bytes up to the last end of a line, with it. */
static size_t whole_lines(const uint8_t *bytes, size_t len)
{
    while (len > 0 && bytes[len - 1] != '\n') {
        len--;
    }
    return len;
}

/* Fills a piece with the rest and what follows, until a line ends in it or the file
 * does, which is then `*out_is_end`. */
static enum vtr_status fill(struct vtr_hash_pieces *pieces,
                            struct vtr_hash_piece *piece, size_t *out_len,
                            bool *out_is_end, struct vtr_error *reason)
{
    size_t cap = VTR_HASH_PIECE_LEN;
    size_t len = pieces->rest.len;

    while (cap <= len) {
        cap *= 2;
    }
    for (size_t kept = len;; cap *= 2) {
        size_t got = 0;
        if (cap > VTR_SOURCE_LIMIT_BYTES) {
            return vtr_error_set(reason, VTR_ERROR_LIMIT, "a line of '%s' is too long",
                                 pieces->input.path);
        }
        if (!grow(piece, cap)) {
            return vtr_error_set_memory(reason);
        }
        if (kept > 0) {
            memcpy(piece->room, pieces->rest.ptr, kept);
            kept = 0;
        }
        const enum vtr_status status =
            vtr_file_stream_read(&pieces->input, piece->room + len, cap - len, &got,
                                 reason);
        if (status != VTR_OK) {
            return status;
        }
        const struct vtr_bytes more = {piece->room + len, got};
        vtr_digest_stream_add(pieces->digest, more);
        pieces->len += got;
        len += got;
        *out_len = len;
        *out_is_end = len < cap;
        if (*out_is_end || memchr(more.ptr, '\n', more.len) != NULL) {
            return VTR_OK;
        }
    }
}

/* Makes a piece of the file that is open; an empty one when nothing remains. */
static enum vtr_status read_piece(struct vtr_hash_pieces *pieces,
                                  struct vtr_hash_piece *piece,
                                  struct vtr_error *reason)
{
    size_t len = 0;
    bool is_end = false;
    const enum vtr_status status = fill(pieces, piece, &len, &is_end, reason);

    if (status != VTR_OK) {
        return status;
    }
    const size_t used = is_end ? len : whole_lines(piece->room, len);
    vtr_writer_clear(&pieces->rest);
    vtr_writer_raw(&pieces->rest, (struct vtr_bytes){piece->room + used, len - used});
    if (!vtr_writer_ok(&pieces->rest)) {
        return vtr_error_set_memory(reason);
    }
    piece->text = (struct vtr_hash_text){.file = (uint32_t)pieces->file,
                                         .line = (uint32_t)pieces->line,
                                         .bytes = {piece->room, used}};
    pieces->line += vtr_scan_count_lines(piece->room, used);
    if (is_end) {
        complete(pieces);
    }
    return VTR_OK;
}

enum vtr_status vtr_hash_pieces_take(struct vtr_hash_pieces *pieces,
                                     struct vtr_hash_piece *piece, bool *out_has)
{
    for (;;) {
        const struct vtr_file *file = next_file(pieces);
        struct vtr_error reason = {0};
        enum vtr_status status = VTR_OK;

        if (file == NULL) {
            *out_has = false;
            return VTR_OK;
        }
        if (!pieces->input.is_open) {
            status = enter(pieces, file, &reason);
        }
        if (status == VTR_OK && pieces->line > UINT32_MAX) {
            return VTR_ERROR_LIMIT;
        }
        if (status == VTR_OK) {
            status = read_piece(pieces, piece, &reason);
        }
        if (status != VTR_OK) {
            status = refuse(pieces, piece->arena, &reason);
            if (status != VTR_OK) {
                return status;
            }
        } else if (piece->text.bytes.len > 0) {
            *out_has = true;
            return VTR_OK;
        }
    }
}
