/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/hex_runs.h"

#include <string.h>

/* Lengths that take one byte. */
#define SHORT_LIMIT 0x80u

/* clang-format off */
#define WILD VTR_HEX_WILD
#define SPACE VTR_HEX_SPACE
#define OTHER VTR_HEX_OTHER
#define X8 OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER
#define X32 X8, X8, X8, X8
const uint8_t vtr_hex_classes[256] = {
    X8, OTHER, SPACE, SPACE, OTHER, OTHER, SPACE, OTHER, OTHER, X8, X8,
    SPACE, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, X8,
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, OTHER, OTHER, OTHER, OTHER, OTHER, WILD,
    OTHER, 10, 11, 12, 13, 14, 15, OTHER, X8, X8, X8,
    OTHER, 10, 11, 12, 13, 14, 15, OTHER, X8, X8, X8,
    X32, X32, X32, X32,
};
#undef WILD
#undef SPACE
#undef OTHER
#undef X8
#undef X32
/* clang-format on */

const uint8_t *vtr_hex_skip_blanks(const uint8_t *at, const uint8_t *end)
{
    static const char INDENT[4] = "    ";

    while (at < end && vtr_hex_class_of(*at) == VTR_HEX_SPACE) {
        at++;
        while ((size_t)(end - at) >= sizeof INDENT &&
               memcmp(at, INDENT, sizeof INDENT) == 0) {
            at += sizeof INDENT;
        }
    }
    return at;
}

static bool is_plain(const uint8_t *at)
{
    return (vtr_hex_class_of(at[0]) | vtr_hex_class_of(at[1])) < 16;
}

static bool is_any(const uint8_t *at)
{
    return at[0] == '?' && at[1] == '?';
}

/* The output while runs are written: what the sequence has open is here. */
struct run {
    uint8_t *out;   /* where the next byte goes; there is room */
    uint8_t *bytes; /* the token of plain bytes that is open, or NULL */
    uint64_t gap;   /* bytes of any value, if none is */
};

/* Writes the length of the open token, once it is known. */
static void end_bytes(struct run *run)
{
    uint8_t *len = run->bytes + 1;
    const size_t count = (size_t)(run->out - len) - 1;

    if (count < SHORT_LIMIT) {
        *len = (uint8_t)count;
    } else {
        uint8_t varint[VTR_VARINT_LEN_MAX];
        const size_t varint_len = vtr_store_varint(varint, count);

        memmove(len + varint_len, len + 1, count);
        memcpy(len, varint, varint_len);
        run->out += varint_len - 1;
    }
    run->bytes = NULL;
}

/* Spells a gap; where it ends. */
static uint8_t *spell_gap(uint8_t *out, uint64_t gap)
{
    if (gap == 0) {
        return out;
    }
    out[0] = VTR_TOKEN_ANY;
    out[1] = (uint8_t)gap;
    return gap < SHORT_LIMIT ? out + 2 : out + 1 + vtr_store_varint(out + 1, gap);
}

/* Writes the plain bytes from `at` on.  Their token begins, and what is before it ends,
 * when there is one at least. */
static const uint8_t *put_bytes(struct run *run, const uint8_t *at, const uint8_t *stop)
{
    uint8_t *token = run->bytes != NULL ? run->bytes : spell_gap(run->out, run->gap);
    uint8_t *out = run->bytes != NULL ? run->out : token + 2;
    size_t index = (size_t)(out - token) - 2;
    const uint8_t *start = at;

    while (at < stop) {
        const unsigned high = vtr_hex_class_of(at[0]);
        const unsigned low = vtr_hex_class_of(at[1]);

        if ((high | low) >= 16) {
            break;
        }
        *out++ = (uint8_t)(high << 4 | low) ^ vtr_mask(index++);
        at += at[2] == ' ' ? 3 : 2;
    }
    if (at != start) {
        *token = VTR_TOKEN_BYTES;
        run->bytes = token;
        run->gap = 0;
        run->out = out;
    }
    return at;
}

/* Counts the bytes of any value from `at` on.  Four are what an address in code is. */
static const uint8_t *put_any(struct run *run, const uint8_t *at, const uint8_t *stop)
{
    static const char FOUR[] = "?? ?? ?? ?? ";
    const size_t four_len = sizeof FOUR - 1;

    if (at >= stop || !is_any(at)) {
        return at;
    }
    if (run->bytes != NULL) {
        end_bytes(run);
    }
    while (stop - at >= (ptrdiff_t)four_len && memcmp(at, FOUR, four_len) == 0) {
        run->gap += 4;
        at += four_len;
    }
    while (at < stop && is_any(at)) {
        run->gap++;
        at += at[2] == ' ' ? 3 : 2;
    }
    return at;
}

/* Whether a gap is open that is more than bytes of any value. */
static bool is_jump_open(const struct vtr_hex_sequence *s)
{
    return s->last == VTR_HEX_GAP && (s->is_cut || s->min != s->max);
}

/* Takes what the sequence has open. */
static bool begin(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s, size_t room,
                  struct run *run)
{
    const size_t len = t->out->len;
    uint8_t *out = vtr_writer_reserve(t->out, room);

    if (out == NULL) {
        return false;
    }
    *run = (struct run){.out = out};
    if (s->last == VTR_HEX_BYTES) {
        run->bytes = out - (len - s->bytes_at);
    } else if (s->last == VTR_HEX_GAP) {
        run->gap = s->min;
    }
    return true;
}

/* Gives back what stays open. */
static void end(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                const struct run *run)
{
    vtr_hex_bytes_end(t, run->out);
    if (run->bytes != NULL) {
        s->last = VTR_HEX_BYTES;
        s->bytes_at = (size_t)(run->bytes - t->out->ptr);
    } else if (run->gap > 0) {
        s->last = VTR_HEX_GAP;
        s->min = run->gap;
        s->max = run->gap;
        s->is_cut = false;
    }
}

const uint8_t *vtr_hex_put_runs(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                                const uint8_t *at, const uint8_t *stop)
{
    struct run run;

    if (is_jump_open(s)) {
        if (at >= stop || !is_plain(at)) {
            return at; /* what comes may be of one gap with the jump */
        }
        vtr_hex_close(t, s);
    }
    /* Four characters are five bytes at most, and lengths are far fewer. */
    const size_t room = (size_t)(stop - at) * 2 + 2 * VTR_VARINT_LEN_MAX;
    if (!begin(t, s, room, &run)) {
        return NULL;
    }
    const uint8_t *before;
    do {
        before = at;
        at = put_bytes(&run, at, stop);
        at = put_any(&run, at, stop);
        if (at < stop && vtr_hex_class_of(*at) == VTR_HEX_SPACE) {
            at = vtr_hex_skip_blanks(at, stop);
        }
    } while (at != before);
    end(t, s, &run);
    return at;
}
