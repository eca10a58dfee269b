/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/fmt/fmt_output.h"

#include <string.h>

/* Code that is wider keeps its comment beside it and moves no other. */
#define ALIGNED_WIDTH_MAX 80u

/* A comment at the end of a line with code. */
struct tail {
    size_t line;
    size_t offset; /* in `text` */
    size_t width;  /* columns of the code before it */
    unsigned indent;
};

void vtr_fmt_output_init(struct vtr_fmt_output *out)
{
    *out = (struct vtr_fmt_output){0};
    vtr_vector_init(&out->tails, sizeof(struct tail));
}

void vtr_fmt_output_deinit(struct vtr_fmt_output *out)
{
    vtr_writer_deinit(&out->text);
    vtr_vector_deinit(&out->tails);
}

bool vtr_fmt_output_is_empty(const struct vtr_fmt_output *out)
{
    return out->text.len == 0;
}

/* Characters of UTF-8; of other bytes at least not more than there are. */
static size_t count_columns(const uint8_t *ptr, size_t len)
{
    size_t columns = 0;

    for (size_t i = 0; i < len; i++) {
        columns += (ptr[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return columns;
}

/* Remembers the comment of the line that ends. */
static void note_tail(struct vtr_fmt_output *out)
{
    if (out->tail == 0 || out->has_long_tail || !vtr_writer_ok(&out->text)) {
        return;
    }
    const size_t width =
        count_columns(out->text.ptr + out->line_start, out->tail - 1 - out->line_start);
    if (width > ALIGNED_WIDTH_MAX) {
        return;
    }
    struct tail *tail = vtr_vector_push(&out->tails);
    if (tail == NULL) {
        out->has_failed = true;
        return;
    }
    *tail = (struct tail){out->line, out->tail, width, out->indent};
}

static void end_line(struct vtr_fmt_output *out)
{
    note_tail(out);
    vtr_writer_u8(&out->text, '\n');
    out->line++;
}

static void add_blanks(struct vtr_writer *text, size_t count)
{
    uint8_t *room = count == 0 ? NULL : vtr_writer_reserve(text, count);

    if (room != NULL) {
        memset(room, ' ', count);
    }
}

void vtr_fmt_output_break(struct vtr_fmt_output *out, bool has_blank, unsigned indent)
{
    if (!vtr_fmt_output_is_empty(out)) {
        end_line(out);
        if (has_blank) {
            vtr_writer_u8(&out->text, '\n');
            out->line++;
        }
    }
    out->line_start = out->text.len;
    out->tail = 0;
    out->indent = indent;
    out->has_code = false;
    out->has_long_tail = false;
    add_blanks(&out->text, indent);
}

void vtr_fmt_output_word(struct vtr_fmt_output *out, bool has_space,
                         struct vtr_bytes word)
{
    add_blanks(&out->text, has_space ? 1 : 0);
    vtr_writer_raw(&out->text, word);
    out->has_code = true;
    out->tail = 0;
}

static struct vtr_bytes trim_end(struct vtr_bytes line)
{
    while (line.len > 0 &&
           (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == '\t' ||
            line.ptr[line.len - 1] == '\r')) {
        line.len--;
    }
    return line;
}

static struct vtr_bytes trim_start(struct vtr_bytes line)
{
    while (line.len > 0 && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) {
        line.ptr++;
        line.len--;
    }
    return line;
}

/* The next line of a comment, without its end; false past the last. */
static bool take_line(struct vtr_bytes *rest, struct vtr_bytes *out_line)
{
    if (rest->ptr == NULL) {
        return false;
    }
    const uint8_t *end = memchr(rest->ptr, '\n', rest->len);
    const size_t len = end == NULL ? rest->len : (size_t)(end - rest->ptr);
    *out_line = trim_end((struct vtr_bytes){rest->ptr, len});
    *rest = end == NULL ? (struct vtr_bytes){0}
                        : (struct vtr_bytes){end + 1, rest->len - len - 1};
    return true;
}

/* Whether each line but the first begins with a star. */
static bool has_stars(struct vtr_bytes comment)
{
    struct vtr_bytes line;

    (void)take_line(&comment, &line);
    while (take_line(&comment, &line)) {
        line = trim_start(line);
        if (line.len == 0 || line.ptr[0] != '*') {
            return false;
        }
    }
    return true;
}

/* The lines of a comment; stars are put below the first one. */
static void add_comment_lines(struct vtr_fmt_output *out, struct vtr_bytes comment,
                              bool is_aligned)
{
    struct vtr_bytes line;

    (void)take_line(&comment, &line);
    vtr_writer_raw(&out->text, line);
    while (take_line(&comment, &line)) {
        vtr_writer_u8(&out->text, '\n');
        out->line++;
        if (is_aligned) {
            line = trim_start(line);
            add_blanks(&out->text, (size_t)out->indent + 1);
        }
        vtr_writer_raw(&out->text, line);
    }
}

void vtr_fmt_output_comment(struct vtr_fmt_output *out, struct vtr_bytes comment)
{
    const bool is_fresh = out->text.len == out->line_start + out->indent;
    const size_t line = out->line;

    add_blanks(&out->text, is_fresh ? 0 : 1);
    if (out->has_code && out->tail == 0) {
        out->tail = out->text.len;
    }
    add_comment_lines(out, comment, is_fresh && has_stars(comment));
    if (out->line != line) {
        out->has_long_tail = true;
    }
}

/* Appends the text from `from` up to the comments of one run of lines, which are all
 * moved to the column of the farthest.  Returns where it stopped. */
static size_t add_run(const struct vtr_fmt_output *out, struct vtr_writer *result,
                      const struct tail *tails, size_t count, size_t from)
{
    size_t width = 0;

    for (size_t i = 0; i < count; i++) {
        width = tails[i].width > width ? tails[i].width : width;
    }
    for (size_t i = 0; i < count; i++) {
        vtr_writer_raw(result, (struct vtr_bytes){out->text.ptr + from,
                                                  tails[i].offset - from});
        add_blanks(result, width - tails[i].width);
        from = tails[i].offset;
    }
    return from;
}

enum vtr_status vtr_fmt_output_finish(struct vtr_fmt_output *out,
                                      struct vtr_writer *result)
{
    const struct tail *tails;
    size_t from = 0;
    size_t run;

    if (!vtr_fmt_output_is_empty(out)) {
        end_line(out);
    }
    if (out->has_failed || !vtr_writer_ok(&out->text)) {
        return VTR_ERROR_MEMORY;
    }
    tails = out->tails.items;
    for (size_t first = 0; first < out->tails.count; first += run) {
        run = 1;
        while (first + run < out->tails.count &&
               tails[first + run].line == tails[first].line + run &&
               tails[first + run].indent == tails[first].indent) {
            run++;
        }
        from = add_run(out, result, tails + first, run, from);
    }
    if (out->text.len > from) {
        vtr_writer_raw(result,
                       (struct vtr_bytes){out->text.ptr + from, out->text.len - from});
    }
    return vtr_writer_ok(result) ? VTR_OK : VTR_ERROR_MEMORY;
}
