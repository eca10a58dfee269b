/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/print_diagnostic.h"

#include <string.h>

#include "cli/report/source_line.h"

/* Longest part of a source line that is shown, and how much of it before the carets. */
#define LINE_CELLS_MAX 100
#define LEAD_CELLS     24

#define BOLD  "\033[1m"
#define RED   "\033[1;31m"
#define AMBER "\033[1;33m"
#define BLUE  "\033[1;34m"
#define GREEN "\033[1;32m"
#define PLAIN "\033[0m"

/* Where to print and how. */
struct page {
    struct vtr_text *out;
    bool is_coloured;
    size_t gutter; /* digits of the largest line number */
};

/* What is marked on a line: cells of the line, and what is said of them. */
struct mark {
    size_t begin;
    size_t end;
    const char *label;
    char sign;
    const char *colour;
};

/* The part of a line that is shown. */
struct window {
    struct vtr_source_line line;
    size_t from;
    size_t to;
};

static void paint(const struct page *page, const char *code)
{
    if (page->is_coloured) {
        vtr_text_add(page->out, code);
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

/* The line of a span as it is shown, what is long cut away around `begin`. */
static struct window open_window(struct vtr_bytes line, size_t begin)
{
    struct window window = {.from = 0};

    if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
        line.len--;
    }
    vtr_source_line_init(&window.line, line);
    const size_t start = vtr_source_line_cells(&window.line, begin);
    if (window.line.cells > LINE_CELLS_MAX && start > LEAD_CELLS) {
        window.from = start - LEAD_CELLS;
    }
    window.to = window.line.cells > window.from + LINE_CELLS_MAX
                    ? window.from + LINE_CELLS_MAX
                    : window.line.cells;
    return window;
}

/* Where a span begins in its text. */
static size_t span_begin(const struct vtr_span *span)
{
    const uint32_t first = span->text_column == 0 ? 1 : span->text_column;

    return span->column < first ? 0 : span->column - first;
}

static struct mark make_mark(const struct window *window, const struct vtr_span *span,
                             const char *label, bool is_main)
{
    const size_t len = window->line.text.len;
    const size_t first = span_begin(span) < len ? span_begin(span) : len;
    const size_t last = span->length < len - first ? first + span->length : len;
    struct mark mark = {
        .begin = vtr_source_line_cells(&window->line, first),
        .end = vtr_source_line_cells(&window->line, last),
        .label = label == NULL ? "" : label,
        .sign = is_main ? '^' : '-',
        .colour = is_main ? RED : BLUE,
    };

    mark.end = mark.end > window->to ? window->to : mark.end;
    mark.end = mark.end > mark.begin ? mark.end : mark.begin + 1;
    return mark;
}

/* "12 | text of the line"; `sign` stands where the bar is. */
static void show_line(const struct page *page, const struct window *window,
                      uint32_t number, const char *sign)
{
    paint(page, BLUE);
    vtr_text_repeat(page->out, ' ', page->gutter - digits_of(number));
    vtr_text_number(page->out, number);
    vtr_text_add(page->out, sign);
    paint(page, PLAIN);
    vtr_text_add(page->out, window->from > 0 ? "..." : "");
    vtr_source_line_show(&window->line, page->out, window->from, window->to);
    vtr_text_add(page->out, window->to < window->line.cells ? "...\n" : "\n");
}

/* Moves from cell `at` to cell `to` of the line. */
static void pad(const struct page *page, const struct window *window, size_t at,
                size_t to)
{
    vtr_text_repeat(page->out, ' ', to - at + (at == window->from && at > 0 ? 3 : 0));
}

static void show_sign(const struct page *page, const struct mark *mark)
{
    paint(page, mark->colour);
    vtr_text_repeat(page->out, mark->sign, mark->end - mark->begin);
}

static void end_label(const struct page *page, const char *label)
{
    vtr_text_safe(page->out, vtr_text_view(label));
    paint(page, PLAIN);
    vtr_text_add(page->out, "\n");
}

/* The signs below a line with one mark, its label behind them. */
static void show_mark(const struct page *page, const struct window *window,
                      const struct mark *mark)
{
    gutter(page, "| ");
    pad(page, window, window->from, mark->begin);
    show_sign(page, mark);
    vtr_text_add(page->out, mark->label[0] != '\0' ? " " : "");
    end_label(page, mark->label);
}

/* Two marks, the first before the second: the second's label is behind it, the first's
 * below. */
static void show_marks(const struct page *page, const struct window *window,
                       const struct mark *first, const struct mark *second)
{
    gutter(page, "| ");
    pad(page, window, window->from, first->begin);
    show_sign(page, first);
    paint(page, PLAIN);
    vtr_text_repeat(page->out, ' ', second->begin - first->end);
    show_sign(page, second);
    vtr_text_add(page->out, second->label[0] != '\0' ? " " : "");
    end_label(page, second->label);
    if (first->label[0] != '\0') {
        gutter(page, "| ");
        pad(page, window, window->from, first->begin);
        paint(page, first->colour);
        end_label(page, first->label);
    }
}

bool vtr_has_place(const struct vtr_span *span)
{
    return span != NULL && span->path != NULL && span->path[0] != '\0';
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

static bool has_line(const struct vtr_span *span)
{
    return vtr_has_place(span) && span->line > 0 && span->text != NULL;
}

static void show_arrow(const struct page *page, const char *arrow,
                       const struct vtr_span *span)
{
    paint(page, BLUE);
    vtr_text_repeat(page->out, ' ', page->gutter);
    vtr_text_add(page->out, arrow);
    paint(page, PLAIN);
    vtr_print_place(page->out, span);
    vtr_text_add(page->out, "\n");
}

static void show_source(const struct page *page, const struct vtr_span *span,
                        const char *label, bool is_main)
{
    const struct window window =
        open_window(vtr_text_view(span->text), span_begin(span));
    const struct mark mark = make_mark(&window, span, label, is_main);

    show_line(page, &window, span->line, " | ");
    show_mark(page, &window, &mark);
}

static bool are_on_one_line(const struct vtr_diagnostic *d)
{
    return d->span.line == d->other.line &&
           d->span.text_column == d->other.text_column &&
           strcmp(d->span.path, d->other.path) == 0;
}

/* Both places on one line; false when they overlap or are too far from each other. */
static bool show_both(const struct page *page, const struct vtr_diagnostic *d)
{
    const bool is_main_first = d->span.column <= d->other.column;
    const struct vtr_span *left = is_main_first ? &d->span : &d->other;
    const struct vtr_span *right = is_main_first ? &d->other : &d->span;
    const struct window window =
        open_window(vtr_text_view(d->span.text), span_begin(left));
    const struct mark first =
        make_mark(&window, left, is_main_first ? d->label : d->other_label,
                  is_main_first);
    const struct mark second =
        make_mark(&window, right, is_main_first ? d->other_label : d->label,
                  !is_main_first);

    if (second.begin < first.end || second.begin >= window.to) {
        return false;
    }
    show_line(page, &window, d->span.line, " | ");
    show_marks(page, &window, &first, &second);
    return true;
}

/* Two lines of one file, in their order. */
static void show_in_order(const struct page *page, const struct vtr_diagnostic *d)
{
    const bool is_main_first = d->span.line <= d->other.line;
    const uint32_t gap =
        is_main_first ? d->other.line - d->span.line : d->span.line - d->other.line;

    if (is_main_first) {
        show_source(page, &d->span, d->label, true);
    } else {
        show_source(page, &d->other, d->other_label, false);
    }
    if (gap > 1) {
        paint(page, BLUE);
        vtr_text_add(page->out, "...\n");
        paint(page, PLAIN);
    }
    if (is_main_first) {
        show_source(page, &d->other, d->other_label, false);
    } else {
        show_source(page, &d->span, d->label, true);
    }
}

static void show_places(const struct page *page, const struct vtr_diagnostic *d)
{
    const bool has_other = has_line(&d->other);

    show_arrow(page, "--> ", &d->span);
    if (has_line(&d->span)) {
        gutter(page, "|\n");
    }
    if (has_line(&d->span) && has_other && strcmp(d->span.path, d->other.path) == 0) {
        if (!are_on_one_line(d) || !show_both(page, d)) {
            show_in_order(page, d);
        }
        return;
    }
    if (has_line(&d->span)) {
        show_source(page, &d->span, d->label, true);
    }
    if (vtr_has_place(&d->other)) {
        show_arrow(page, "::: ", &d->other);
    }
    if (has_other) {
        gutter(page, "|\n");
        show_source(page, &d->other, d->other_label, false);
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

/* Whether an edit inserts a line, and changes none. */
static bool is_line_inserted(const struct vtr_diagnostic *d)
{
    const size_t len = strlen(d->replacement);

    return d->edit.length == 0 && len > 0 && strcspn(d->replacement, "\n") == len - 1;
}

/* Whether an edit can be shown as a line before and after. */
static bool is_edit_shown(const struct vtr_diagnostic *d)
{
    const struct vtr_span *edit = &d->edit;

    return has_line(edit) && edit->text[0] != '\0' && edit->end_line == edit->line &&
           span_begin(edit) + edit->length <= strlen(edit->text);
}

/* The line as it is and as it should be; one that an edit leaves blank is gone. */
static void show_edit(const struct page *page, const struct vtr_diagnostic *d)
{
    const struct vtr_bytes line = vtr_text_view(d->edit.text);
    const size_t begin = span_begin(&d->edit);
    const size_t end = begin + d->edit.length;
    struct vtr_text after = {0};
    struct window window = open_window(line, begin);
    bool is_blank = d->replacement[0] == '\0';

    paint(page, RED);
    show_line(page, &window, d->edit.line, " - ");
    vtr_text_bytes(&after, (struct vtr_bytes){line.ptr, begin});
    vtr_text_add(&after, d->replacement);
    vtr_text_bytes(&after, (struct vtr_bytes){line.ptr + end, line.len - end});
    for (size_t i = 0; i < after.len; i++) {
        is_blank = is_blank && (after.ptr[i] == ' ' || after.ptr[i] == '\t' ||
                                after.ptr[i] == '\r');
    }
    if (!is_blank && !after.has_failed) {
        window = open_window(vtr_text_get_bytes(&after), begin);
        show_line(page, &window, d->edit.line, " + ");
    }
    vtr_text_deinit(&after);
}

static void show_insertion(const struct page *page, const struct vtr_diagnostic *d)
{
    const struct vtr_bytes line = {(const uint8_t *)d->replacement,
                                   strlen(d->replacement) - 1};
    const struct window window = open_window(line, 0);

    show_line(page, &window, d->edit.line, " + ");
}

static void show_help(const struct page *page, const struct vtr_diagnostic *d)
{
    const bool is_insertion = has_line(&d->edit) && is_line_inserted(d);

    if (!is_insertion && !is_edit_shown(d)) {
        show_remark(page, "help: ", d->help);
        return;
    }
    paint(page, GREEN);
    vtr_text_add(page->out, "help");
    paint(page, PLAIN);
    vtr_text_add(page->out, ": ");
    vtr_text_safe(page->out, vtr_text_view(d->help));
    vtr_text_add(page->out, "\n");
    gutter(page, "|\n");
    if (is_insertion) {
        show_insertion(page, d);
    } else {
        show_edit(page, d);
    }
}

static uint32_t greater(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

void vtr_print_diagnostic(struct vtr_text *out, const struct vtr_diagnostic *diagnostic,
                          bool is_coloured)
{
    const bool is_error = diagnostic->severity == VTR_SEVERITY_ERROR;
    const bool has_name = diagnostic->name != NULL && diagnostic->name[0] != '\0';
    uint32_t line = diagnostic->span.line;

    line = has_line(&diagnostic->other) ? greater(line, diagnostic->other.line) : line;
    line = is_edit_shown(diagnostic) ? greater(line, diagnostic->edit.line) : line;
    const struct page page = {out, is_coloured, digits_of(line)};

    paint(&page, is_error ? RED : AMBER);
    vtr_text_add(out, is_error ? "error[" : "warning[");
    vtr_text_add(out, diagnostic->code);
    vtr_text_add(out, has_name ? " " : "");
    vtr_text_add(out, has_name ? diagnostic->name : "");
    vtr_text_add(out, "]");
    paint(&page, PLAIN);
    paint(&page, BOLD);
    vtr_text_add(out, ": ");
    vtr_text_safe(out, vtr_text_view(diagnostic->message));
    paint(&page, PLAIN);
    vtr_text_add(out, "\n");
    if (vtr_has_place(&diagnostic->span)) {
        show_places(&page, diagnostic);
    }
    show_remark(&page, "note: ", diagnostic->note);
    show_help(&page, diagnostic);
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
    put_remark(json, "name", diagnostic->name);
    vtr_json_string(json, "message", diagnostic->message);
    vtr_json_place(json, &diagnostic->span);
    vtr_json_number(json, "length", diagnostic->span.length);
    put_remark(json, "source", diagnostic->span.text);
    if (diagnostic->span.text_column > 1) {
        vtr_json_number(json, "source_column", diagnostic->span.text_column);
    }
    put_remark(json, "label", diagnostic->label);
    if (vtr_has_place(&diagnostic->other)) {
        vtr_json_begin_object(json, "other");
        vtr_json_place(json, &diagnostic->other);
        vtr_json_number(json, "length", diagnostic->other.length);
        put_remark(json, "label", diagnostic->other_label);
        vtr_json_end_object(json);
    }
    put_remark(json, "note", diagnostic->note);
    put_remark(json, "help", diagnostic->help);
    if (vtr_has_place(&diagnostic->edit)) {
        vtr_json_begin_object(json, "edit");
        vtr_json_place(json, &diagnostic->edit);
        vtr_json_number(json, "length", diagnostic->edit.length);
        vtr_json_string(json, "replacement", diagnostic->replacement);
        vtr_json_end_object(json);
    }
    vtr_json_end_object(json);
}

void vtr_print_diagnostics(struct vtr_text *out,
                           const struct vtr_diagnostic *diagnostics, size_t count,
                           bool is_json, bool is_coloured)
{
    for (size_t i = 0; i < count; i++) {
        if (is_json) {
            struct vtr_json json;
            vtr_json_init(&json, out);
            vtr_json_diagnostic(&json, &diagnostics[i]);
            vtr_text_add(out, "\n");
        } else {
            vtr_print_diagnostic(out, &diagnostics[i], is_coloured);
        }
    }
}
