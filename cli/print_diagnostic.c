/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/print_diagnostic.h"

#include <string.h>

/* Longest part of a source line that is shown, and how much of it before the carets. */
#define LINE_CELLS_MAX 100
#define LEAD_CELLS     24
#define TAB_CELLS      4

#define BOLD  "\033[1m"
#define RED   "\033[1;31m"
#define AMBER "\033[1;33m"
#define BLUE  "\033[1;34m"
#define PLAIN "\033[0m"

/* Where to print and how. */
struct page {
    struct vtr_text *out;
    bool is_coloured;
    size_t gutter; /* digits of the largest line number */
};

static void paint(const struct page *page, const char *code)
{
    if (page->is_coloured) {
        vtr_text_add(page->out, code);
    }
}

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

/* Takes one character of `rest` and puts it down as it is shown when `out` is not NULL.
 * Returns the cells that it takes when it begins at `cell`. */
static size_t show_char(struct vtr_text *out, struct vtr_bytes *rest, size_t cell)
{
    size_t len = vtr_text_utf8_len(*rest);
    const struct vtr_bytes one = {rest->ptr, len == 0 ? 1 : len};
    struct vtr_text safe = {0};
    size_t cells;

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
        vtr_text_bytes(out, (struct vtr_bytes){(const uint8_t *)safe.ptr, safe.len});
    }
    vtr_text_deinit(&safe);
    return cells;
}

/* How many of the first `limit` bytes of a line are plain. */
static size_t plain_start(struct vtr_bytes line, size_t limit)
{
    line.len = line.len < limit ? line.len : limit;
    return vtr_text_plain_len(line);
}

/* Cells that the first `len` bytes of a line take. */
static size_t cells_before(struct vtr_bytes line, size_t len)
{
    struct vtr_bytes rest = line;
    size_t cell = 0;

    while (rest.len > 0 && line.len - rest.len < len) {
        const size_t left = len - (line.len - rest.len);
        const size_t plain = plain_start(rest, left);

        rest.ptr += plain;
        rest.len -= plain;
        cell += plain > 0 ? plain : show_char(NULL, &rest, cell);
    }
    return cell;
}

/* Puts down the part of a line between two cells. */
static void show_part(struct vtr_text *out, struct vtr_bytes line, size_t from,
                      size_t to)
{
    size_t cell = 0;

    while (line.len > 0 && cell < to) {
        const size_t plain = plain_start(line, cell < from ? from - cell : to - cell);

        if (plain == 0) {
            cell += show_char(cell < from ? NULL : out, &line, cell);
            continue;
        }
        if (cell >= from) {
            vtr_text_bytes(out, (struct vtr_bytes){line.ptr, plain});
        }
        line.ptr += plain;
        line.len -= plain;
        cell += plain;
    }
}

static void gutter(const struct page *page, const char *mark)
{
    paint(page, BLUE);
    vtr_text_repeat(page->out, ' ', page->gutter + 1);
    vtr_text_add(page->out, mark);
    paint(page, PLAIN);
}

static size_t digits_of(uint32_t number)
{
    size_t count = 1;

    while (number >= 10) {
        number /= 10;
        count++;
    }
    return count;
}

/* The source line of a span, what is long cut away, and marks below the span. */
static void show_source(const struct page *page, const struct vtr_span *span,
                        const char *label, char mark, const char *colour)
{
    struct vtr_bytes line = vtr_text_view(span->text);

    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    const size_t begin = span->column == 0 ? 0 : span->column - 1;
    const size_t first = begin < line.len ? begin : line.len;
    const size_t last =
        span->length < line.len - first ? first + span->length : line.len;
    const size_t start = cells_before(line, first);
    const size_t end = cells_before(line, last);
    const size_t total = cells_before(line, line.len);

    size_t from = 0;
    if (total > LINE_CELLS_MAX && start > LEAD_CELLS) {
        from = start - LEAD_CELLS;
    }
    const size_t to = total > from + LINE_CELLS_MAX ? from + LINE_CELLS_MAX : total;
    const size_t marks_end = end < to ? end : to;

    paint(page, BLUE);
    vtr_text_repeat(page->out, ' ', page->gutter - digits_of(span->line));
    vtr_text_number(page->out, span->line);
    vtr_text_add(page->out, " | ");
    paint(page, PLAIN);
    vtr_text_add(page->out, from > 0 ? "..." : "");
    show_part(page->out, line, from, to);
    vtr_text_add(page->out, to < total ? "...\n" : "\n");

    gutter(page, "| ");
    vtr_text_repeat(page->out, ' ', start - from + (from > 0 ? 3 : 0));
    paint(page, colour);
    vtr_text_repeat(page->out, mark, marks_end > start ? marks_end - start : 1);
    if (label != NULL && label[0] != '\0') {
        vtr_text_add(page->out, " ");
        vtr_text_safe(page->out, vtr_text_view(label));
    }
    paint(page, PLAIN);
    vtr_text_add(page->out, "\n");
}

void vtr_print_place(struct vtr_text *out, const struct vtr_span *span)
{
    vtr_text_safe(out, vtr_text_view(span->path));
    if (span->line > 0) {
        vtr_text_add(out, ":");
        vtr_text_number(out, span->line);
    }
    if (span->line > 0 && span->column > 0) {
        vtr_text_add(out, ":");
        vtr_text_number(out, span->column);
    }
}

/* Whether a span names a place at all. */
static bool has_place(const struct vtr_span *span)
{
    return span->path != NULL && span->path[0] != '\0';
}

static void show_span(const struct page *page, const struct vtr_span *span,
                      const char *arrow, const char *label, bool is_main)
{
    paint(page, BLUE);
    vtr_text_repeat(page->out, ' ', page->gutter);
    vtr_text_add(page->out, arrow);
    paint(page, PLAIN);
    vtr_print_place(page->out, span);
    vtr_text_add(page->out, "\n");
    if (span->line > 0 && span->text != NULL) {
        gutter(page, "|\n");
        show_source(page, span, label, is_main ? '^' : '-', is_main ? RED : BLUE);
    }
}

static void show_remark(const struct page *page, const char *kind, const char *remark)
{
    if (remark != NULL && remark[0] != '\0') {
        gutter(page, "= ");
        paint(page, BOLD);
        vtr_text_add(page->out, kind);
        paint(page, PLAIN);
        vtr_text_safe(page->out, vtr_text_view(remark));
        vtr_text_add(page->out, "\n");
    }
}

void vtr_print_diagnostic(struct vtr_text *out, const struct vtr_diagnostic *diagnostic,
                          bool is_coloured)
{
    const bool is_error = diagnostic->severity == VTR_SEVERITY_ERROR;
    const bool has_other = has_place(&diagnostic->other);
    uint32_t line = diagnostic->span.line;

    if (has_other && diagnostic->other.line > line) {
        line = diagnostic->other.line;
    }
    const struct page page = {out, is_coloured, digits_of(line)};

    paint(&page, is_error ? RED : AMBER);
    vtr_text_add(out, is_error ? "error[" : "warning[");
    vtr_text_add(out, diagnostic->code);
    vtr_text_add(out, "]");
    paint(&page, PLAIN);
    paint(&page, BOLD);
    vtr_text_add(out, ": ");
    vtr_text_safe(out, vtr_text_view(diagnostic->message));
    paint(&page, PLAIN);
    vtr_text_add(out, "\n");
    if (has_place(&diagnostic->span)) {
        show_span(&page, &diagnostic->span, "--> ", diagnostic->label, true);
    }
    if (has_other) {
        show_span(&page, &diagnostic->other, "::: ", diagnostic->other_label, false);
    }
    show_remark(&page, "note: ", diagnostic->note);
    show_remark(&page, "help: ", diagnostic->help);
    vtr_text_add(out, "\n");
}

void vtr_json_place(struct vtr_json *json, const struct vtr_span *span)
{
    vtr_json_string(json, "path", span->path);
    vtr_json_number(json, "line", span->line);
    vtr_json_number(json, "column", span->column);
}

static void put_remark(struct vtr_json *json, const char *key, const char *remark)
{
    if (remark != NULL && remark[0] != '\0') {
        vtr_json_string(json, key, remark);
    }
}

void vtr_json_diagnostic(struct vtr_json *json, const struct vtr_diagnostic *diagnostic)
{
    const bool is_error = diagnostic->severity == VTR_SEVERITY_ERROR;

    vtr_json_begin_object(json, NULL);
    vtr_json_string(json, "severity", is_error ? "error" : "warning");
    vtr_json_string(json, "code", diagnostic->code);
    vtr_json_string(json, "message", diagnostic->message);
    vtr_json_place(json, &diagnostic->span);
    vtr_json_number(json, "length", diagnostic->span.length);
    put_remark(json, "source", diagnostic->span.text);
    put_remark(json, "label", diagnostic->label);
    if (has_place(&diagnostic->other)) {
        vtr_json_begin_object(json, "other");
        vtr_json_place(json, &diagnostic->other);
        vtr_json_number(json, "length", diagnostic->other.length);
        put_remark(json, "label", diagnostic->other_label);
        vtr_json_end_object(json);
    }
    put_remark(json, "note", diagnostic->note);
    put_remark(json, "help", diagnostic->help);
    vtr_json_end_object(json);
}
