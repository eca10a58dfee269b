/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/class_run.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "format/record/rule.h"

/* More digits than any bound of a repeat has. */
#define BOUND_LIMIT 100000u

static bool take(struct vtr_reader *text, uint8_t wanted)
{
    uint8_t byte;

    if (vtr_reader_left(text) == 0 || text->bytes.ptr[text->pos] != wanted) {
        return false;
    }
    return vtr_reader_u8(text, &byte);
}

/* A letter, digit or '_', or any byte by its code. */
static bool read_byte(struct vtr_reader *text, unsigned *out)
{
    uint8_t byte;
    uint8_t low;

    if (take(text, '\\')) {
        if (!take(text, 'x') || !vtr_reader_u8(text, &byte) ||
            !vtr_reader_u8(text, &low)) {
            return false;
        }
        *out = vtr_hex_value(byte) << 4 | vtr_hex_value(low);
        return vtr_hex_value(byte) != VTR_HEX_NONE &&
               vtr_hex_value(low) != VTR_HEX_NONE;
    }
    if (!vtr_reader_u8(text, &byte) || !vtr_is_word_byte(byte)) {
        return false;
    }
    *out = byte;
    return true;
}

static bool read_class(struct vtr_reader *text, uint8_t set[256])
{
    const uint8_t is_in = take(text, '^') ? 0 : 1;

    memset(set, is_in == 0 ? 1 : 0, 256);
    do {
        unsigned first;
        unsigned last;
        if (!read_byte(text, &first)) {
            return false;
        }
        last = first;
        if (take(text, '-') && (!read_byte(text, &last) || last < first)) {
            return false;
        }
        memset(set + first, is_in, last - first + 1);
    } while (!take(text, ']'));
    return true;
}

/* What the run is of.  The compiler's classes have both cases of a letter. */
static bool read_set(struct vtr_reader *text, uint8_t flags, uint8_t set[256])
{
    unsigned byte;

    if (take(text, '[')) {
        return read_class(text, set);
    }
    if (take(text, '.')) {
        memset(set, 1, 256);
        return (flags & VTR_PROGRAM_DOTALL) != 0;
    }
    memset(set, 0, 256);
    if (!read_byte(text, &byte)) {
        return false;
    }
    set[byte] = 1;
    if ((flags & VTR_PROGRAM_NOCASE) != 0 && (byte | 0x20u) >= 'a' &&
        (byte | 0x20u) <= 'z') {
        set[byte ^ 0x20u] = 1;
    }
    return true;
}

static bool read_bound(struct vtr_reader *text, size_t *out)
{
    size_t bound = 0;
    size_t digits = 0;
    uint8_t byte;

    while (vtr_reader_left(text) > 0 && text->bytes.ptr[text->pos] >= '0' &&
           text->bytes.ptr[text->pos] <= '9' && bound < BOUND_LIMIT) {
        if (!vtr_reader_u8(text, &byte)) {
            return false;
        }
        bound = bound * 10 + (byte - (size_t)'0');
        digits++;
    }
    *out = bound;
    return digits > 0;
}

static bool read_repeat(struct vtr_reader *text, struct vtr_class_run *out)
{
    out->min = 0;
    out->max = SIZE_MAX;
    if (take(text, '*')) {
        return true;
    }
    if (take(text, '+')) {
        out->min = 1;
        return true;
    }
    if (!take(text, '{') || !read_bound(text, &out->min)) {
        return false;
    }
    if (!take(text, ',')) {
        out->max = out->min;
    } else if (vtr_reader_left(text) > 0 && text->bytes.ptr[text->pos] != '}' &&
               !read_bound(text, &out->max)) {
        return false;
    }
    return take(text, '}');
}

/* What is left of the text is a tail, as the compiler writes it. */
static bool read_tail(const struct vtr_reader *text, struct vtr_class_run *out)
{
#define WORD  "[0-9A-Z_a-z]"
#define EDGES "(?<=" WORD ")(?!" WORD ")|(?<!" WORD ")(?=" WORD ")"
    static const struct {
        const char *text;
        enum vtr_class_run_tail tail;
    } TAILS[] = {
        {"", VTR_CLASS_RUN_ANY},
        {"\\z", VTR_CLASS_RUN_END},
        {"(?:" EDGES ")", VTR_CLASS_RUN_BOUNDARY},
        {"(?!" EDGES ")", VTR_CLASS_RUN_NO_BOUNDARY},
    };
#undef EDGES
#undef WORD
    const struct vtr_bytes rest = {text->bytes.ptr + text->pos, vtr_reader_left(text)};

    for (size_t i = 0; i < sizeof TAILS / sizeof TAILS[0]; i++) {
        if (vtr_bytes_equal(rest, vtr_bytes_from_text(TAILS[i].text))) {
            out->tail = TAILS[i].tail;
            return out->tail == VTR_CLASS_RUN_ANY || out->min > 0;
        }
    }
    return false;
}

bool vtr_class_run_parse(struct vtr_bytes text, uint8_t flags,
                         struct vtr_class_run *out)
{
    struct vtr_reader reader;

    vtr_reader_init(&reader, text, 0);
    return (flags & VTR_PROGRAM_WIDE) == 0 && read_set(&reader, flags, out->set) &&
           read_repeat(&reader, out) && read_tail(&reader, out) &&
           (out->tail != VTR_CLASS_RUN_ANY) == ((flags & VTR_PROGRAM_END_ANCHOR) != 0);
}

bool vtr_class_run_ends(const struct vtr_class_run *run, struct vtr_bytes data,
                        size_t at)
{
    const bool is_behind = at > 0 && vtr_is_word_byte(data.ptr[at - 1]);
    const bool is_before = at < data.len && vtr_is_word_byte(data.ptr[at]);

    switch (run->tail) {
    case VTR_CLASS_RUN_ANY:
        break;
    case VTR_CLASS_RUN_END:
        return at == data.len;
    case VTR_CLASS_RUN_BOUNDARY:
        return is_behind != is_before;
    case VTR_CLASS_RUN_NO_BOUNDARY:
        return is_behind == is_before;
    }
    return true;
}

bool vtr_class_run_find(const struct vtr_class_run *run, struct vtr_bytes data,
                        size_t at, size_t limit, size_t *out_start, size_t *out_end)
{
    const size_t min = run->min > 0 ? run->min : 1;

    at = at < data.len ? at : data.len;
    while (at < limit && data.len - at >= min) {
        /* From the last byte that a run needs backwards: most are told by that one. */
        size_t left = min;
        while (left > 0 && run->set[data.ptr[at + left - 1]] != 0) {
            left--;
        }
        if (left == 0) {
            size_t end = at + min;
            while (end < data.len && run->set[data.ptr[end]] != 0) {
                end++;
            }
            *out_start = at;
            *out_end = end;
            return true;
        }
        at += left;
    }
    *out_end = data.len - at < min ? data.len : at;
    return false;
}
