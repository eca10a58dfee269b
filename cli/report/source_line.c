/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/source_line.h"

#define TAB_CELLS 4

static uint32_t code_point(const uint8_t *sequence, size_t len)
{
    static const uint8_t LEAD_MASK[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t value = sequence[0] & LEAD_MASK[len];

    for (size_t i = 1; i < len; i++) {
        value = value << 6 | (sequence[i] & 0x3f);
    }
    return value;
}

/* Columns of a terminal that a character takes. */
static size_t cells_of_char(uint32_t c)
{
    static const uint32_t WIDE[][2] = {{0x1100, 0x115f},   {0x2e80, 0xa4cf},
                                       {0xac00, 0xd7a3},   {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},   {0xff00, 0xff60},
                                       {0x1f300, 0x1faff}, {0x20000, 0x3fffd}};

    if (c >= 0x300 && c <= 0x36f) {
        return 0; /* combining marks */
    }
    for (size_t i = 0; i < sizeof(WIDE) / sizeof(WIDE[0]); i++) {
        if (c >= WIDE[i][0] && c <= WIDE[i][1]) {
            return 2;
        }
    }
    return 1;
}

/* Takes plain characters off `rest`, at most `limit`, and puts them down when `out` is
 * not NULL.  Returns how many: each takes one cell. */
static size_t show_plain(struct vtr_text *out, struct vtr_bytes *rest, size_t limit)
{
    const size_t plain_len = vtr_text_plain_len(*rest);
    const size_t len = plain_len < limit ? plain_len : limit;

    if (out != NULL && len > 0) {
        vtr_text_bytes(out, (struct vtr_bytes){rest->ptr, len});
    }
    rest->ptr += len;
    rest->len -= len;
    return len;
}

/* Takes one character of `rest`, which is not plain, and puts it down as it is shown
 * when `out` is not NULL.  Returns the cells that it takes when it begins at `cell`. */
static size_t show_char(struct vtr_text *out, struct vtr_bytes *rest, size_t cell)
{
    struct vtr_text safe = {0};
    size_t cells;

    const size_t len = vtr_text_utf8_len(*rest);
    const struct vtr_bytes one = {rest->ptr, len == 0 ? 1 : len};

    rest->ptr += one.len;
    rest->len -= one.len;
    if (one.ptr[0] == '\t') {
        cells = TAB_CELLS - cell % TAB_CELLS;
        if (out != NULL) {
            vtr_text_repeat(out, ' ', cells);
        }
        return cells;
    }
    vtr_text_safe(&safe, one);
    if (safe.len == one.len) {
        cells = cells_of_char(code_point(one.ptr, one.len));
    } else {
        cells = safe.len; /* spelt as \xNN */
    }
    if (out != NULL) {
        vtr_text_bytes(out, vtr_text_get_bytes(&safe));
    }
    vtr_text_deinit(&safe);
    return cells;
}

size_t vtr_source_line_cells(const struct vtr_source_line *line, size_t len)
{
    struct vtr_bytes rest = line->text;
    size_t cell = 0;

    if (line->is_plain) {
        return len < rest.len ? len : rest.len;
    }
    while (rest.len > 0 && line->text.len - rest.len < len) {
        const size_t plain = show_plain(NULL, &rest, len - (line->text.len - rest.len));

        cell += plain > 0 ? plain : show_char(NULL, &rest, cell);
    }
    return cell;
}

void vtr_source_line_show(const struct vtr_source_line *line, struct vtr_text *out,
                          size_t from, size_t to)
{
    struct vtr_bytes rest = line->text;
    size_t cell = 0;

    if (line->is_plain) {
        to = to < rest.len ? to : rest.len;
        if (from < to) {
            vtr_text_bytes(out, (struct vtr_bytes){rest.ptr + from, to - from});
        }
        return;
    }
    while (rest.len > 0 && cell < to) {
        const bool is_shown = cell >= from;
        const size_t limit = (is_shown ? to : from) - cell;
        const size_t plain = show_plain(is_shown ? out : NULL, &rest, limit);

        cell += plain > 0 ? plain : show_char(is_shown ? out : NULL, &rest, cell);
    }
}

void vtr_source_line_init(struct vtr_source_line *line, struct vtr_bytes text)
{
    line->text = text;
    line->is_plain = vtr_text_plain_len(text) == text.len;
    line->cells = vtr_source_line_cells(line, text.len);
}
