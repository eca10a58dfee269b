/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/hex_runs.h"

#include <string.h>

#include "base/compiler.h"
#include "compiler/pattern/hex_chars.h"

/* Lengths that take one byte. */
#define SHORT_LIMIT 0x80u

static bool is_plain(const uint8_t *at)
{
    return (vtr_hex_class_of(at[0]) | vtr_hex_class_of(at[1])) < 16;
}

/* The output while runs are written: what the sequence has open is here. */
struct run {
    uint8_t *out;   /* where the next byte goes; there is room */
    uint8_t *bytes; /* the token of plain bytes that is open, or NULL */
    uint64_t gap;   /* bytes of any value, if none is */
};

/* Writes the length of the token of plain bytes at `bytes`, once it is known; where the
 * token ends then. */
static uint8_t *end_bytes(uint8_t *bytes, uint8_t *out)
{
    uint8_t *len = bytes + 1;
    const size_t count = (size_t)(out - len) - 1;
    uint8_t varint[VTR_VARINT_LEN_MAX];

    if (count < SHORT_LIMIT) {
        *len = (uint8_t)count;
        return out;
    }
    const size_t varint_len = vtr_store_varint(varint, count);
    memmove(len + varint_len, len + 1, count);
    memcpy(len, varint, varint_len);
    return out + varint_len - 1;
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

/* Writes a batch run by run: to find where one ends takes no look at each byte.  Plain
 * bytes begin a token, and end what is before it, unless one is open. */
static struct run put_batch(struct run run, const struct vtr_hex_batch *batch)
{
    const uint32_t end = UINT32_C(1) << batch->count;
    unsigned at = 0;

    while (at < batch->count) {
        const unsigned gap = VTR_LOWEST_BIT(~(batch->any >> at));
        if (gap > 0) {
            run.out = run.bytes != NULL ? end_bytes(run.bytes, run.out) : run.out;
            run.bytes = NULL;
            run.gap += gap;
            at += gap;
        }
        const unsigned count = VTR_LOWEST_BIT((batch->any | end) >> at);
        if (count > 0) {
            if (run.bytes == NULL) {
                run.bytes = spell_gap(run.out, run.gap);
                run.bytes[0] = VTR_TOKEN_BYTES;
                run.out = run.bytes + 2;
                run.gap = 0;
            }
            vtr_mask_words(batch->values + at, (size_t)(run.out - run.bytes) - 2, count,
                           run.out);
            run.out += count;
            at += count;
        }
    }
    return run;
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
    /* Four characters are five bytes at most; lengths are far fewer. */
    const size_t room =
        (size_t)(stop - at) * 2 + 2 * VTR_VARINT_LEN_MAX + VTR_MASK_SLACK;
    if (!begin(t, s, room, &run)) {
        return NULL;
    }
    struct vtr_hex_batch batch;
    do {
        at = vtr_hex_read_batch(&batch, vtr_hex_skip_blanks(at, stop), stop);
        run = put_batch(run, &batch);
    } while (batch.count > 0);
    end(t, s, &run);
    return at;
}
