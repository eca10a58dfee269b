/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Lines are paired by counting: where as many characters that are no blanks precede a
 * line in both texts, the two begin at the same character.  So no search is needed.
 */
#include "cli/report/line_diff.h"

#include <string.h>

#define CONTEXT 3u /* lines around a change */

/* One of the two texts, at the line that comes next. */
struct side {
    struct vtr_bytes text;
    size_t pos;
    uint64_t inked; /* characters that are no blanks before `pos` */
    uint64_t line;  /* number of the line at `pos`, from 1 */
};

/* Changes that are near one another. */
struct hunk {
    struct vtr_text body;
    uint64_t first[2]; /* lines of either side */
    uint64_t count[2];
    uint64_t trailing; /* lines without a change at its end */
    size_t kept_len;   /* of `body` with CONTEXT of them */
    bool is_open;
    bool is_safe; /* control characters are made visible */
};

static bool is_ink(uint8_t byte)
{
    return byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n';
}

/* The line at the side's place, with its end. */
static struct vtr_bytes line_of(const struct side *side)
{
    const uint8_t *start = side->text.ptr + side->pos;
    const size_t left = side->text.len - side->pos;
    const uint8_t *end = left == 0 ? NULL : memchr(start, '\n', left);

    return (struct vtr_bytes){start, end == NULL ? left : (size_t)(end - start) + 1};
}

static uint64_t count_ink(struct vtr_bytes line)
{
    uint64_t count = 0;

    for (size_t i = 0; i < line.len; i++) {
        count += is_ink(line.ptr[i]) ? 1 : 0;
    }
    return count;
}

static bool is_at_end(const struct side *side)
{
    return side->pos == side->text.len;
}

/* The characters of a line, for a terminal; it knows what to do with tabs. */
static void add_safe(struct vtr_text *out, struct vtr_bytes line)
{
    while (line.len > 0) {
        const uint8_t *tab = memchr(line.ptr, '\t', line.len);
        const size_t len = tab == NULL ? line.len : (size_t)(tab - line.ptr);
        vtr_text_safe(out, (struct vtr_bytes){line.ptr, len});
        vtr_text_add(out, tab == NULL ? "" : "\t");
        line.ptr += tab == NULL ? len : len + 1;
        line.len -= tab == NULL ? len : len + 1;
    }
}

static void add_line(struct hunk *hunk, const char *mark, struct vtr_bytes line)
{
    const bool has_end = line.len > 0 && line.ptr[line.len - 1] == '\n';

    line.len -= has_end ? 1 : 0;
    vtr_text_add(&hunk->body, mark);
    if (hunk->is_safe) {
        add_safe(&hunk->body, line);
    } else {
        vtr_text_bytes(&hunk->body, line);
    }
    vtr_text_add(&hunk->body, has_end ? "\n" : "\n\\ No newline at end of file\n");
}

/* Begins a hunk, with the lines before it that did not change. */
static void open_hunk(struct hunk *hunk, const struct side sides[2])
{
    const struct side *old = &sides[0];
    struct side before = *old;
    uint64_t count = 0;

    while (count < CONTEXT && count + 1 < old->line && count + 1 < sides[1].line) {
        before.pos--;
        while (before.pos > 0 && before.text.ptr[before.pos - 1] != '\n') {
            before.pos--;
        }
        count++;
    }
    hunk->is_open = true;
    for (unsigned i = 0; i < 2; i++) {
        hunk->first[i] = sides[i].line - count;
        hunk->count[i] = count;
    }
    while (before.pos < old->pos) {
        const struct vtr_bytes line = line_of(&before);
        add_line(hunk, " ", line);
        before.pos += line.len;
    }
}

static void close_hunk(struct hunk *hunk, struct vtr_text *out)
{
    static const char *const MARKS[2] = {" -", " +"};
    const uint64_t dropped = hunk->trailing > CONTEXT ? hunk->trailing - CONTEXT : 0;

    if (!hunk->is_open) {
        return;
    }
    vtr_text_add(out, "@@");
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t count = hunk->count[i] - dropped;
        vtr_text_add(out, MARKS[i]);
        vtr_text_number(out, count == 0 ? hunk->first[i] - 1 : hunk->first[i]);
        vtr_text_add(out, ",");
        vtr_text_number(out, count);
    }
    vtr_text_add(out, " @@\n");
    vtr_text_bytes(out,
                   (struct vtr_bytes){(const uint8_t *)hunk->body.ptr,
                                      dropped > 0 ? hunk->kept_len : hunk->body.len});
    out->has_failed |= hunk->body.has_failed;
    vtr_text_clear(&hunk->body);
    hunk->trailing = 0;
    hunk->is_open = false;
}

static void take_line(struct side *side)
{
    const struct vtr_bytes line = line_of(side);

    side->inked += count_ink(line);
    side->pos += line.len;
    side->line++;
}

/* A line of one side that the other has not. */
static void take_changed(struct hunk *hunk, struct side sides[2], unsigned which)
{
    if (!hunk->is_open) {
        open_hunk(hunk, sides);
    }
    add_line(hunk, which == 0 ? "-" : "+", line_of(&sides[which]));
    hunk->count[which]++;
    hunk->trailing = 0;
    take_line(&sides[which]);
}

static void take_equal(struct hunk *hunk, struct side sides[2], struct vtr_text *out)
{
    if (hunk->is_open) {
        add_line(hunk, " ", line_of(&sides[0]));
        hunk->count[0]++;
        hunk->count[1]++;
        hunk->trailing++;
        if (hunk->trailing == CONTEXT) {
            hunk->kept_len = hunk->body.len;
        } else if (hunk->trailing > 2 * CONTEXT) {
            close_hunk(hunk, out);
        }
    }
    take_line(&sides[0]);
    take_line(&sides[1]);
}

/* Which side's line comes next where the two differ: what was taken out first, and
 * lines of one character on both sides together. */
static unsigned next_changed(const struct side sides[2])
{
    if (is_at_end(&sides[0]) || is_at_end(&sides[1])) {
        return is_at_end(&sides[0]) ? 1 : 0;
    }
    if (sides[0].inked != sides[1].inked) {
        return sides[0].inked < sides[1].inked ? 0 : 1;
    }
    return count_ink(line_of(&sides[1])) == 0 ? 1 : 0;
}

void vtr_print_line_diff(struct vtr_text *out, const struct vtr_diff_texts *texts)
{
    struct side sides[2] = {{.text = texts->old, .line = 1},
                            {.text = texts->new, .line = 1}};
    struct hunk hunk = {.is_safe = texts->is_for_terminal};

    if (texts->old.len >= 3 && memcmp(texts->old.ptr, "\xEF\xBB\xBF", 3) == 0) {
        sides[1].inked = 3; /* the byte order mark, which is dropped */
    }
    vtr_text_add(out, "--- ");
    vtr_text_safe(out, vtr_text_view(texts->path));
    vtr_text_add(out, "\n+++ ");
    vtr_text_safe(out, vtr_text_view(texts->path));
    vtr_text_add(out, "\n");
    while (!is_at_end(&sides[0]) || !is_at_end(&sides[1])) {
        const struct vtr_bytes left = line_of(&sides[0]);
        const struct vtr_bytes right = line_of(&sides[1]);
        if (sides[0].inked == sides[1].inked && left.len > 0 &&
            vtr_text_is_same(left, right)) {
            take_equal(&hunk, sides, out);
        } else {
            take_changed(&hunk, sides, next_changed(sides));
        }
    }
    close_hunk(&hunk, out);
    vtr_text_deinit(&hunk.body);
}
