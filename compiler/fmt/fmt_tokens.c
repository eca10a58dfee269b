/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/fmt/fmt_tokens.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/source.h"

#define TAB_COLUMNS 4u

struct token_reader {
    const uint8_t *ptr;
    struct vtr_vector *out;
    uint32_t indent; /* of the line that is being read */
    uint8_t breaks;  /* line ends since the last token */
    bool is_indenting;
    bool has_no_memory;
};

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void add_token(struct token_reader *r, int kind, uint32_t offset,
                      uint32_t length)
{
    struct vtr_fmt_token *token = vtr_vector_push(r->out);

    if (token == NULL) {
        r->has_no_memory = true;
        return;
    }
    *token = (struct vtr_fmt_token){
        .kind = kind,
        .offset = offset,
        .length = length,
        .indent = r->indent,
        .breaks = r->breaks,
    };
    r->breaks = 0;
    r->is_indenting = false;
}

/* One blank; a carriage return without a line feed ends a line too. */
static void take_blank(struct token_reader *r, uint8_t byte, uint8_t next)
{
    if (byte == '\n' || (byte == '\r' && next != '\n')) {
        r->breaks = r->breaks < 2 ? r->breaks + 1 : 2;
        r->indent = 0;
        r->is_indenting = true;
    } else if (r->is_indenting && byte == ' ') {
        r->indent++;
    } else if (r->is_indenting && byte == '\t') {
        r->indent = (r->indent / TAB_COLUMNS + 1) * TAB_COLUMNS;
    }
}

/* End of the block comment at `pos`: `limit` when it has none. */
static uint32_t find_block_end(const uint8_t *ptr, uint32_t pos, uint32_t limit)
{
    for (pos += 2; pos + 1 < limit; pos++) {
        const uint8_t *star = memchr(ptr + pos, '*', limit - pos - 1);
        if (star == NULL) {
            break;
        }
        pos = (uint32_t)(star - ptr);
        if (ptr[pos + 1] == '/') {
            return pos + 2;
        }
    }
    return limit;
}

/* The comment at `pos`, which ends at `limit` at the latest. */
static uint32_t take_comment(struct token_reader *r, uint32_t pos, uint32_t limit)
{
    const bool is_line = r->ptr[pos + 1] == '/';
    const uint8_t *line_end = is_line ? memchr(r->ptr + pos, '\n', limit - pos) : NULL;
    const uint32_t end = !is_line           ? find_block_end(r->ptr, pos, limit)
                         : line_end == NULL ? limit
                                            : (uint32_t)(line_end - r->ptr);
    uint32_t shown = end;

    while (is_blank(r->ptr[shown - 1])) {
        shown--;
    }
    add_token(r, is_line ? VTR_FMT_COMMENT_LINE : VTR_FMT_COMMENT_BLOCK, pos,
              shown - pos);
    return end;
}

/* Blanks and comments from `pos` on; where something else begins, or `end`. */
static uint32_t take_gap(struct token_reader *r, uint32_t pos, uint32_t end)
{
    while (pos < end) {
        const uint8_t byte = r->ptr[pos];
        if (is_blank(byte)) {
            take_blank(r, byte, pos + 1 < end ? r->ptr[pos + 1] : 0);
            pos++;
        } else if (byte == '/' && pos + 1 < end) {
            pos = take_comment(r, pos, end);
        } else {
            break;
        }
    }
    return pos;
}

static bool is_group(uint8_t byte)
{
    return vtr_hex_value(byte) != VTR_HEX_NONE || byte == '?' || byte == '~';
}

static int mark_kind(uint8_t byte, bool is_in_jump)
{
    switch (byte) {
    case '(':
        return VTR_FMT_HEX_PAREN_OPEN;
    case ')':
        return VTR_FMT_HEX_PAREN_CLOSE;
    case '[':
        return VTR_FMT_HEX_JUMP_OPEN;
    case ']':
        return VTR_FMT_HEX_JUMP_CLOSE;
    case '|':
        return VTR_FMT_HEX_BAR;
    default:
        return is_in_jump ? VTR_FMT_HEX_DASH : VTR_FMT_HEX_GROUP;
    }
}

/* A hex string from its '{' to behind its '}'. */
static void take_hex(struct token_reader *r, uint32_t start, uint32_t end)
{
    const uint32_t close = end - 1;
    uint32_t pos = start + 1;
    bool is_in_jump = false;

    add_token(r, VTR_FMT_HEX_OPEN, start, 1);
    while ((pos = take_gap(r, pos, close)) < close) {
        const uint32_t first = pos;
        while (pos < close && is_group(r->ptr[pos])) {
            pos++;
        }
        if (pos > first) {
            add_token(r, VTR_FMT_HEX_GROUP, first, pos - first);
            continue;
        }
        const int kind = mark_kind(r->ptr[pos], is_in_jump);
        add_token(r, kind, pos++, 1);
        is_in_jump = kind == VTR_FMT_HEX_JUMP_OPEN ||
                     (is_in_jump && kind != VTR_FMT_HEX_JUMP_CLOSE);
    }
    add_token(r, VTR_FMT_HEX_CLOSE, close, 1);
}

enum vtr_status vtr_fmt_tokens_read(struct vtr_vector *out,
                                    const struct vtr_source *source)
{
    struct token_reader r = {.out = out, .is_indenting = true};
    struct vtr_lexer lexer;
    struct vtr_lexeme lexeme;

    vtr_lexer_init(&lexer, source, NULL);
    r.ptr = lexer.ptr;
    do {
        const uint32_t start = lexer.pos;
        vtr_lexer_next(&lexer, &lexeme);
        if (take_gap(&r, start, lexeme.offset) != lexeme.offset) {
            return VTR_ERROR_FORMAT;
        }
        if (lexeme.kind == VTR_LEX_HEX) {
            take_hex(&r, lexeme.offset, lexer.pos);
        } else {
            add_token(&r, lexeme.kind, lexeme.offset, lexer.pos - lexeme.offset);
        }
    } while (lexeme.kind != VTR_LEX_END && !r.has_no_memory);
    return r.has_no_memory          ? VTR_ERROR_MEMORY
           : lexer.error_count == 0 ? VTR_OK
                                    : VTR_ERROR_FORMAT;
}

/* Equal but for blanks. */
static bool is_same_comment(const uint8_t *a, uint32_t a_len, const uint8_t *b,
                            uint32_t b_len)
{
    uint32_t i = 0;
    uint32_t k = 0;

    for (;;) {
        while (i < a_len && is_blank(a[i])) {
            i++;
        }
        while (k < b_len && is_blank(b[k])) {
            k++;
        }
        if (i == a_len || k == b_len) {
            return i == a_len && k == b_len;
        }
        if (a[i++] != b[k++]) {
            return false;
        }
    }
}

bool vtr_fmt_tokens_equal(const struct vtr_vector *a, const uint8_t *a_text,
                          const struct vtr_vector *b, const uint8_t *b_text)
{
    const struct vtr_fmt_token *left = a->items;
    const struct vtr_fmt_token *right = b->items;

    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (left[i].kind != right[i].kind) {
            return false;
        }
        if (left[i].kind == VTR_LEX_END) {
            break; /* there may be no text to point into */
        }
        const uint8_t *left_text = a_text + left[i].offset;
        const uint8_t *right_text = b_text + right[i].offset;
        if (vtr_fmt_is_comment(&left[i])
                ? !is_same_comment(left_text, left[i].length, right_text,
                                   right[i].length)
                : left[i].length != right[i].length ||
                      memcmp(left_text, right_text, left[i].length) != 0) {
            return false;
        }
    }
    return true;
}
