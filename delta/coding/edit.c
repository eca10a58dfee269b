/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/reader.h"
#include "delta/coding/column.h"

/* No text of a database is as long: 2^32 bytes are what all rules may have. */
#define LEN_MAX    UINT32_MAX
#define PIECES_MAX ((size_t)1 << 20)

static const char SECTION[] = "edit";

void vtr_edit_init(struct vtr_edit *edit, uint64_t base_len)
{
    *edit = (struct vtr_edit){.base_len = base_len};
    vtr_vector_init(&edit->pieces, sizeof(struct vtr_edit_piece));
}

void vtr_edit_deinit(struct vtr_edit *edit)
{
    if (edit != NULL) {
        vtr_vector_deinit(&edit->pieces);
    }
}

static struct vtr_edit_piece *last_piece(const struct vtr_edit *edit)
{
    struct vtr_edit_piece *pieces = edit->pieces.items;

    return edit->pieces.count == 0 ? NULL : &pieces[edit->pieces.count - 1];
}

static enum vtr_status append(struct vtr_edit *edit, struct vtr_edit_piece piece,
                              struct vtr_error *err)
{
    if (edit->pieces.count == PIECES_MAX || piece.len > LEN_MAX - edit->len) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "a record is changed in more places than can be: publish "
                             "the full database");
    }
    struct vtr_edit_piece *room = vtr_vector_push(&edit->pieces);
    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    *room = piece;
    edit->len += piece.len;
    return VTR_OK;
}

enum vtr_status vtr_edit_copy(struct vtr_edit *edit, uint64_t offset, uint64_t len,
                              struct vtr_error *err)
{
    struct vtr_edit_piece *last = last_piece(edit);

    if (len > edit->base_len || offset > edit->base_len - len) {
        return vtr_error_set_format(err, SECTION, offset,
                                    "an edit copies past the end of its base");
    }
    if (len == 0) {
        return VTR_OK;
    }
    if (last != NULL && last->given == NULL && last->offset + last->len == offset &&
        len <= LEN_MAX - edit->len) {
        last->len += len;
        edit->len += len;
        return VTR_OK;
    }
    return append(edit, (struct vtr_edit_piece){.offset = offset, .len = len}, err);
}

enum vtr_status vtr_edit_give(struct vtr_edit *edit, struct vtr_bytes bytes,
                              struct vtr_error *err)
{
    if (bytes.len == 0) {
        return VTR_OK;
    }
    return append(edit, (struct vtr_edit_piece){.len = bytes.len, .given = bytes.ptr},
                  err);
}

bool vtr_edit_copies_nothing(const struct vtr_edit *edit)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;

    for (size_t i = 0; i < edit->pieces.count; i++) {
        if (pieces[i].given == NULL) {
            return false;
        }
    }
    return true;
}

bool vtr_edit_changes_nothing(const struct vtr_edit *edit)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;

    return edit->len == edit->base_len && edit->pieces.count == 1 &&
           pieces[0].given == NULL;
}

/* The result of an edit, read from any place on. */
struct place {
    const struct vtr_edit *edit;
    uint64_t *starts; /* where each piece begins in the result */
};

static bool place_init(struct place *out, const struct vtr_edit *edit)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;
    uint64_t start = 0;

    *out = (struct place){edit, calloc(edit->pieces.count + 1, sizeof(*out->starts))};
    for (size_t i = 0; out->starts != NULL && i < edit->pieces.count; i++) {
        out->starts[i] = start;
        start += pieces[i].len;
    }
    return out->starts != NULL;
}

/* The piece that byte `offset` of the result is in: there is one. */
static size_t find_piece(const struct place *place, uint64_t offset)
{
    size_t low = 0;
    size_t high = place->edit->pieces.count;

    while (high - low > 1) {
        const size_t middle = low + (high - low) / 2;
        if (place->starts[middle] <= offset) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Appends `len` bytes of the first edit's result from `offset` on. */
static enum vtr_status append_part(struct vtr_edit *out, const struct place *place,
                                   uint64_t offset, uint64_t len, struct vtr_error *err)
{
    const struct vtr_edit_piece *pieces = place->edit->pieces.items;
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK && len > 0) {
        const size_t at = find_piece(place, offset);
        const struct vtr_edit_piece *piece = &pieces[at];
        const uint64_t skipped = offset - place->starts[at];
        const uint64_t left = piece->len - skipped;
        const uint64_t taken = len < left ? len : left;

        if (piece->given == NULL) {
            status = vtr_edit_copy(out, piece->offset + skipped, taken, err);
        } else {
            const struct vtr_bytes given = {piece->given + skipped, (size_t)taken};
            status = vtr_edit_give(out, given, err);
        }
        offset += taken;
        len -= taken;
    }
    return status;
}

enum vtr_status vtr_edit_compose(const struct vtr_edit *first,
                                 const struct vtr_edit *second, struct vtr_edit *out,
                                 struct vtr_error *err)
{
    const struct vtr_edit_piece *pieces = second->pieces.items;
    struct place place;
    struct vtr_edit edit;
    enum vtr_status status = VTR_OK;

    if (second->base_len != first->len) {
        return vtr_error_set_format(err, SECTION, 0,
                                    "an edit is of a text of another length");
    }
    if (!place_init(&place, first)) {
        return vtr_error_set_memory(err);
    }
    vtr_edit_init(&edit, first->base_len);
    for (size_t i = 0; status == VTR_OK && i < second->pieces.count; i++) {
        const struct vtr_edit_piece *piece = &pieces[i];

        if (piece->given == NULL) {
            status = append_part(&edit, &place, piece->offset, piece->len, err);
        } else {
            const struct vtr_bytes given = {piece->given, (size_t)piece->len};
            status = vtr_edit_give(&edit, given, err);
        }
    }
    free(place.starts);
    if (status != VTR_OK) {
        vtr_edit_deinit(&edit);
        return status;
    }
    *out = edit;
    return VTR_OK;
}

uint64_t vtr_edit_given_len(const struct vtr_edit *edit)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;
    uint64_t len = 0;

    for (size_t i = 0; i < edit->pieces.count; i++) {
        len += pieces[i].given == NULL ? 0 : pieces[i].len;
    }
    return len;
}

/* Writes the given pieces from `at` on as one; the index of the piece after them. */
static size_t write_given(const struct vtr_edit *edit, size_t at, struct vtr_writer *w)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;
    uint64_t len = 0;
    size_t end = at;

    for (; end < edit->pieces.count && pieces[end].given != NULL; end++) {
        len += pieces[end].len;
    }
    vtr_writer_varint(w, len);
    for (size_t i = at; i < end; i++) {
        vtr_writer_raw(w, (struct vtr_bytes){pieces[i].given, (size_t)pieces[i].len});
    }
    return end;
}

void vtr_edit_write(const struct vtr_edit *edit, struct vtr_writer *w)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;
    uint64_t expected = 0;

    for (size_t i = 0; i < edit->pieces.count;) {
        i = write_given(edit, i, w);
        if (i < edit->pieces.count) {
            vtr_writer_varint(w, pieces[i].len);
            vtr_writer_varint(w, vtr_zigzag((int64_t)(pieces[i].offset - expected)));
            expected = pieces[i].offset + pieces[i].len;
            i++;
        }
    }
}

/* Reads what is given and, unless the bytes end with it, what is copied next. */
static enum vtr_status read_step(struct vtr_reader *r, struct vtr_edit *edit,
                                 uint64_t *io_expected, struct vtr_error *err)
{
    const bool is_first = edit->pieces.count == 0;
    struct vtr_bytes given;
    uint64_t len;
    uint64_t distance;

    if (!vtr_reader_string(r, &given)) {
        return vtr_error_set_format(err, SECTION, r->pos, "an edit is cut short");
    }
    enum vtr_status status = vtr_edit_give(edit, given, err);
    if (status != VTR_OK || (vtr_reader_left(r) == 0 && given.len > 0)) {
        return status;
    }
    if (!vtr_reader_varint(r, &len) || len == 0 || !vtr_reader_varint(r, &distance)) {
        return vtr_error_set_format(err, SECTION, r->pos, "an edit is cut short");
    }
    if (given.len == 0 && distance == 0 && !is_first) {
        return vtr_error_set_format(err, SECTION, r->pos,
                                    "an edit has two pieces that are one");
    }
    const uint64_t offset = *io_expected + (uint64_t)vtr_unzigzag(distance);
    status = vtr_edit_copy(edit, offset, len, err);
    *io_expected = offset + len;
    return status;
}

enum vtr_status vtr_edit_read(struct vtr_bytes bytes, uint64_t base_len,
                              struct vtr_edit *out, struct vtr_error *err)
{
    struct vtr_edit edit;
    struct vtr_reader r;
    uint64_t expected = 0;
    enum vtr_status status = VTR_OK;

    vtr_edit_init(&edit, base_len);
    vtr_reader_init(&r, bytes, 0);
    if (base_len > LEN_MAX) {
        status = vtr_error_set_format(err, SECTION, 0, "an edit's base is too long");
    }
    while (status == VTR_OK && vtr_reader_left(&r) > 0) {
        status = read_step(&r, &edit, &expected, err);
    }
    if (status != VTR_OK) {
        vtr_edit_deinit(&edit);
        return status;
    }
    *out = edit;
    return VTR_OK;
}

void vtr_edit_apply(const struct vtr_edit *edit, const uint8_t *base, uint8_t *out)
{
    const struct vtr_edit_piece *pieces = edit->pieces.items;

    for (size_t i = 0; i < edit->pieces.count; i++) {
        const struct vtr_edit_piece *piece = &pieces[i];
        const uint8_t *from =
            piece->given == NULL ? base + piece->offset : piece->given;
        memcpy(out, from, (size_t)piece->len);
        out += piece->len;
    }
}
