/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Problems to diagnostics: in the order of path, line and column, each once, with
 * lines, columns and the text of the line.
 */
#include "compiler/compilation.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "compiler/diagnostic/warning.h"

/* Of a longer line a part is shown. */
#define LINE_TEXT_LIMIT 4096u
#define PART_LEN        2048u
#define PART_LEAD       256u

static int compare_text(const char *a, const char *b)
{
    return vtr_bytes_compare(vtr_bytes_from_text(a), vtr_bytes_from_text(b));
}

/* What has no place comes first. */
static struct vtr_bytes path_of(const struct vtr_place *place)
{
    return place->source == NULL ? (struct vtr_bytes){0} : place->source->path;
}

static int compare_places(const struct vtr_place *a, const struct vtr_place *b)
{
    const int order = vtr_bytes_compare(path_of(a), path_of(b));

    if (order != 0) {
        return order;
    }
    if (a->offset != b->offset) {
        return a->offset < b->offset ? -1 : 1;
    }
    return (a->length > b->length) - (a->length < b->length);
}

static int compare_problems(const void *a, const void *b, void *context)
{
    const struct vtr_problem *left = a;
    const struct vtr_problem *right = b;
    int order = compare_places(&left->place, &right->place);

    (void)context;
    if (order == 0) {
        order = compare_text(left->code, right->code);
    }
    return order != 0 ? order : compare_text(left->message, right->message);
}

static bool add_problems(struct vtr_vector *all, const struct vtr_diagnostics *d)
{
    const struct vtr_problem *items = d->problems.items;

    for (size_t i = 0; i < d->problems.count; i++) {
        struct vtr_problem *slot = vtr_vector_push(all);
        if (slot == NULL) {
            return false;
        }
        *slot = items[i];
    }
    return true;
}

static bool is_unreadable(const struct vtr_problem *problem)
{
    return compare_text(problem->code, vtr_code_name(VTR_CODE_UNREADABLE)) == 0;
}

/* A denied warning is an error. */
static void apply_denial(struct vtr_compilation *c, struct vtr_problem *problem)
{
    if (problem->severity == VTR_SEVERITY_WARNING &&
        (c->denied >> vtr_warning_of_code(problem->code) & 1) != 0) {
        problem->severity = VTR_SEVERITY_ERROR;
        c->stats.warnings--;
        c->stats.errors++;
    }
}

/* Leaves at most as many as are shown: warnings go before errors. */
static void cut(struct vtr_vector *all, size_t limit)
{
    struct vtr_problem *items = all->items;
    size_t surplus = all->count > limit ? all->count - limit : 0;
    size_t kept = all->count;

    if (surplus == 0) {
        return;
    }
    for (size_t i = all->count; i > 0;
         i--) { /* to the end, so that the last go first */
        if (items[i - 1].severity == VTR_SEVERITY_WARNING && surplus > 0) {
            surplus--;
        } else {
            items[--kept] = items[i - 1];
        }
    }
    memmove(items, items + kept, (all->count - kept) * sizeof(*items));
    all->count -= kept;
    all->count = all->count < limit ? all->count : limit;
}

/* All problems, sorted; a rule that is in several namespaces says what is wrong with it
 * once.  Counts what there is, kept or not. */
static enum vtr_status collect(struct vtr_compilation *c, struct vtr_vector *all)
{
    bool is_collected =
        add_problems(all, &c->diagnostics) && add_problems(all, &c->files.diagnostics);
    struct vtr_problem *items;
    size_t kept = 0;

    c->stats.errors = c->diagnostics.errors + c->files.diagnostics.errors;
    c->stats.warnings = c->diagnostics.warnings + c->files.diagnostics.warnings;
    for (size_t i = 0; i < c->files.files.count && is_collected; i++) {
        const struct vtr_diagnostics *d = &vtr_file_at(&c->files, i)->diagnostics;
        is_collected = add_problems(all, d);
        c->stats.errors += d->errors;
        c->stats.warnings += d->warnings;
    }
    if (!is_collected || vtr_sort(all->items, all->count, sizeof(struct vtr_problem),
                                  compare_problems, NULL) != VTR_OK) {
        return VTR_ERROR_MEMORY;
    }
    items = all->items;
    for (size_t i = 0; i < all->count; i++) {
        if (kept > 0 && compare_problems(&items[kept - 1], &items[i], NULL) == 0) {
            c->stats.errors -= items[i].severity == VTR_SEVERITY_ERROR ? 1 : 0;
            c->stats.warnings -= items[i].severity == VTR_SEVERITY_WARNING ? 1 : 0;
        } else {
            c->stats.unreadable += is_unreadable(&items[i]) ? 1 : 0;
            apply_denial(c, &items[i]);
            items[kept++] = items[i];
        }
    }
    all->count = kept;
    return VTR_OK;
}

/* What is shown of the line of a place: all of it, or of a long line a part, which
 * begins at a multiple of PART_LEN and somewhat before, so that places beside each
 * other show the same. */
static struct vtr_bytes line_part(const struct vtr_place *place, uint32_t column,
                                  uint32_t *out_column)
{
    const struct vtr_bytes bytes = place->source->bytes;
    const uint32_t lead = column - 1; /* bytes of the line before the place */
    const size_t left = bytes.len - place->offset;
    const size_t searched = left < LINE_TEXT_LIMIT ? left : LINE_TEXT_LIMIT;
    const uint8_t *rest = bytes.ptr + place->offset;
    const uint8_t *end = searched == 0 ? NULL : memchr(rest, '\n', searched);
    size_t len = lead + (end == NULL ? searched : (size_t)(end - rest));
    size_t begin = 0;

    if (len > LINE_TEXT_LIMIT || (end == NULL && searched < left)) {
        begin = lead < PART_LEN ? 0 : lead - lead % PART_LEN - PART_LEAD;
        len = len < begin + LINE_TEXT_LIMIT ? len : begin + LINE_TEXT_LIMIT;
    }
    if (len > begin && (rest - lead)[len - 1] == '\r') {
        len--;
    }
    *out_column = (uint32_t)begin + 1;
    return (struct vtr_bytes){rest - lead + begin, len - begin};
}

/* Characters of UTF-8 in `len` bytes; a byte that is none counts as one. */
static uint32_t count_characters(const uint8_t *bytes, uint32_t len)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < len; i++) {
        count += (bytes[i] & 0xc0u) != 0x80u ? 1 : 0;
    }
    return count;
}

/* The place in characters, unless that takes long to count.  The cursor is a copy: the
 * next place may begin before this one ends. */
static void fill_characters(struct vtr_line_cursor cursor,
                            const struct vtr_place *place, struct vtr_span *out)
{
    const uint8_t *text = place->source->bytes.ptr;
    const uint32_t end = place->offset + place->length;
    uint32_t end_column;

    if (place->length > LINE_TEXT_LIMIT) {
        return;
    }
    vtr_line_cursor_to(&cursor, end, &out->end_line, &end_column);
    if (out->column > LINE_TEXT_LIMIT) {
        return;
    }
    out->character =
        count_characters(text + place->offset - (out->column - 1), out->column - 1) + 1;
    out->end_character =
        count_characters(text + end - (end_column - 1), end_column - 1) + 1;
}

static const char *keep_text(struct vtr_compilation *c, struct vtr_bytes text)
{
    const struct vtr_bytes kept = vtr_arena_dup(&c->arenas[0], text);

    return kept.ptr == NULL ? "" : (const char *)kept.ptr;
}

/* `cursor` is reused while the source stays the same, and the text of the line that the
 * span before (NULL: none) is on: thousands of problems on a line keep one copy. */
static void fill_span(struct vtr_compilation *c, struct vtr_line_cursor *cursor,
                      const struct vtr_place *place, const struct vtr_span *before,
                      struct vtr_span *out)
{
    if (cursor->source != place->source) {
        *cursor = (struct vtr_line_cursor){.source = place->source};
    }
    vtr_line_cursor_to(cursor, place->offset, &out->line, &out->column);
    out->length = place->length;
    out->text = "";
    out->text_column = 1;
    if (place->offset <= place->source->bytes.len) {
        const struct vtr_bytes part = line_part(place, out->column, &out->text_column);
        const bool is_same = before != NULL && before->path == out->path &&
                             before->line == out->line &&
                             before->text_column == out->text_column;
        out->text = is_same ? before->text : keep_text(c, part);
    }
    fill_characters(*cursor, place, out);
}

/* A place that a report shows, and where it is to be written. */
struct shown_place {
    const struct vtr_place *place;
    struct vtr_span *span;
};

/* Whether a problem is of a source as a whole, which has no line. */
static bool is_whole(const struct vtr_place *place)
{
    return place->offset == 0 && place->length == 0;
}

static int compare_shown(const void *a, const void *b, void *context)
{
    (void)context;
    return compare_places(((const struct shown_place *)a)->place,
                          ((const struct shown_place *)b)->place);
}

static bool add_edit(struct vtr_vector *shown, const struct vtr_place *place,
                     struct vtr_span *span)
{
    *span = (struct vtr_span){.path = "", .text = ""};
    if (place->source == NULL) {
        return true;
    }
    span->path = (const char *)place->source->path.ptr;
    struct shown_place *slot = vtr_vector_push(shown);
    if (slot != NULL) {
        *slot = (struct shown_place){place, span};
    }
    return slot != NULL;
}

/* An edit may be at the beginning of a source; a problem there is of all of it. */
static bool add_place(struct vtr_vector *shown, const struct vtr_place *place,
                      struct vtr_span *span)
{
    if (place->source == NULL || !is_whole(place)) {
        return add_edit(shown, place, span);
    }
    *span =
        (struct vtr_span){.path = (const char *)place->source->path.ptr, .text = ""};
    return true;
}

/* Lines and columns of all places, in their order, so that each source is gone through
 * once. */
static enum vtr_status fill_spans(struct vtr_compilation *c,
                                  const struct vtr_problem *problems)
{
    struct vtr_line_cursor cursor = {0};
    struct vtr_vector shown;
    bool is_listed = true;

    vtr_vector_init(&shown, sizeof(struct shown_place));
    for (size_t i = 0; i < c->report_count && is_listed; i++) {
        is_listed = add_place(&shown, &problems[i].place, &c->reports[i].span) &&
                    add_place(&shown, &problems[i].other, &c->reports[i].other) &&
                    add_edit(&shown, &problems[i].edit, &c->reports[i].edit);
    }
    is_listed =
        is_listed && vtr_sort(shown.items, shown.count, sizeof(struct shown_place),
                              compare_shown, NULL) == VTR_OK;
    const struct shown_place *places = shown.items;
    for (size_t i = 0; i < shown.count && is_listed; i++) {
        fill_span(c, &cursor, places[i].place, i == 0 ? NULL : places[i - 1].span,
                  places[i].span);
    }
    vtr_vector_deinit(&shown);
    return is_listed ? VTR_OK : VTR_ERROR_MEMORY;
}

enum vtr_status vtr_compilation_report(struct vtr_compilation *c)
{
    struct vtr_vector all;
    enum vtr_status status;

    vtr_vector_init(&all, sizeof(struct vtr_problem));
    status = collect(c, &all);
    if (status == VTR_OK) {
        cut(&all, c->diagnostic_limit);
        c->reports = vtr_arena_array(&c->arenas[0], all.count + 1, sizeof(*c->reports));
        c->report_count = c->reports == NULL ? 0 : all.count;
        status = c->reports == NULL ? VTR_ERROR_MEMORY : VTR_OK;
    }
    const struct vtr_problem *problems = all.items;
    for (size_t i = 0; i < c->report_count; i++) {
        const struct vtr_problem *problem = &problems[i];
        struct vtr_diagnostic *report = &c->reports[i];
        report->severity = problem->severity;
        report->code = problem->code;
        report->message = problem->message;
        report->label = problem->label;
        report->other_label = problem->other_label;
        report->note = problem->note;
        report->help = problem->help;
        report->name = vtr_warning_name(problem->code);
        report->replacement = problem->replacement;
    }
    if (status == VTR_OK) {
        status = fill_spans(c, problems);
    }
    vtr_vector_deinit(&all);
    return status;
}
