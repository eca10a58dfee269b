/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/hex_tokens.h"

#include "format/record/pattern_read.h"

static void put_gap_tokens(struct vtr_writer *w, uint64_t min, uint64_t max)
{
    if (max == min) {
        if (max > 0) {
            vtr_writer_u8(w, VTR_TOKEN_ANY);
            vtr_writer_varint(w, max);
        }
        return;
    }
    while (max > 0) {
        const uint64_t high = max < VTR_JUMP_LIMIT ? max : VTR_JUMP_LIMIT;
        const uint64_t low = min < high ? min : high;
        vtr_writer_u8(w, VTR_TOKEN_JUMP);
        vtr_writer_varint(w, low);
        vtr_writer_varint(w, high);
        max -= high;
        min -= low;
    }
}

/* Ends a fragment at the gap that is open, of which the next one needs `lent` bytes.
 * A string that begins with wildcards beside a long jump has one of them for the
 * fragment that would be empty. */
static void cut(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s, uint64_t lent)
{
    if (t->out->len == s->start) {
        put_gap_tokens(t->out, 1, 1);
        lent++;
    }
    vtr_writer_insert_varint(t->out, s->start, t->out->len - s->start);
    vtr_writer_varint(t->out, s->min - lent);
    vtr_writer_varint(t->out, s->max == UINT64_MAX ? 0 : s->max - lent + 1);
    s->start = t->out->len;
    t->cut_count++;
}

void vtr_hex_close_rare(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s)
{
    const size_t count_at = s->bytes_at + 1; /* of one byte, as yet */

    if (s->last == VTR_HEX_BYTES) {
        const size_t count = t->out->len - count_at - 1;
        t->out->ptr[count_at] = (uint8_t)(count | 0x80u);
        vtr_writer_insert_varint(t->out, count_at + 1, count >> 7);
    } else if (s->is_cut) {
        cut(t, s, 0);
    } else {
        put_gap_tokens(t->out, s->min, s->max);
    }
    s->last = VTR_HEX_CLOSED;
}

void vtr_hex_put_byte(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                      uint8_t value)
{
    size_t index;
    uint8_t *room = vtr_hex_bytes_room(t, s, 1, &index);

    if (room != NULL) {
        *room = value ^ vtr_mask(index);
    }
}

void vtr_hex_put_value(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                       enum vtr_token type, uint8_t value, uint8_t mask)
{
    vtr_hex_close(t, s);
    vtr_writer_u8(t->out, (uint8_t)type);
    vtr_writer_u8(t->out, value);
    vtr_writer_u8(t->out, mask);
    s->last = VTR_HEX_CLOSED;
}

void vtr_hex_end_branch(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s)
{
    vtr_hex_close(t, s);
    vtr_writer_insert_varint(t->out, s->start, t->out->len - s->start);
    s->start = t->out->len;
    s->last = VTR_HEX_NOTHING;
}

/* Takes what was written since `at` out of the output.  False: memory is out. */
static bool take_back(struct vtr_hex_tokens *t, size_t at, struct vtr_bytes *out)
{
    const struct vtr_bytes tail = {t->out->ptr + at, t->out->len - at};

    if (!vtr_writer_ok(t->out)) {
        return false;
    }
    *out = vtr_arena_dup(t->arena, tail);
    vtr_writer_truncate(t->out, at);
    return out->ptr != NULL;
}

/* The branches of the alternation that a branch is, and nothing else; itself when it is
 * none. */
static uint64_t open_branch(struct vtr_reader tokens, struct vtr_bytes *branch)
{
    struct vtr_hex_token token;

    if (!vtr_hex_next_token(&tokens, &token) || token.type != VTR_TOKEN_ALT ||
        vtr_reader_left(&tokens) > 0) {
        return 1;
    }
    *branch = token.branches.bytes;
    return token.branch_count;
}

/* Writes branches, or only counts them when `out` is NULL. */
static uint64_t put_branches(struct vtr_writer *out, struct vtr_bytes branches)
{
    struct vtr_reader r;
    struct vtr_reader tokens;
    uint64_t count = 0;

    vtr_reader_init(&r, branches, 0);
    for (size_t at = 0; vtr_hex_next_branch(&r, &tokens); at = r.pos) {
        struct vtr_bytes branch = {branches.ptr + at, r.pos - at};
        count += open_branch(tokens, &branch);
        if (out != NULL) {
            vtr_writer_raw(out, branch);
        }
    }
    return count;
}

bool vtr_hex_end_group(struct vtr_hex_tokens *t, struct vtr_hex_sequence *outer,
                       const struct vtr_hex_sequence *inner, size_t group_at)
{
    struct vtr_bytes branches;

    if (!take_back(t, group_at, &branches)) {
        return false;
    }
    vtr_hex_close(t, outer);
    vtr_writer_u8(t->out, VTR_TOKEN_ALT);
    vtr_writer_varint(t->out, put_branches(NULL, branches));
    (void)put_branches(t->out, branches);
    outer->last = VTR_HEX_CLOSED;
    outer->height = outer->height > inner->height ? outer->height : inner->height + 1;
    return true;
}

/* Plain bytes of a token that was taken back. */
static void put_bytes_again(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                            struct vtr_bytes masked)
{
    size_t index;
    uint8_t *room = vtr_hex_bytes_room(t, s, masked.len, &index);

    for (size_t i = 0; room != NULL && i < masked.len; i++) {
        room[i] = masked.ptr[i] ^ vtr_mask(i) ^ vtr_mask(index + i);
    }
}

/* The token at `r` of those that were taken back. */
static void put_again(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                      struct vtr_reader *r)
{
    const size_t at = r->pos;
    struct vtr_hex_token token;

    if (!vtr_hex_next_token(r, &token)) {
        token.type = VTR_TOKEN_ALT;
        r->pos = r->bytes.len; /* a gap that no record may have, whose check says so */
    }
    switch (token.type) {
    case VTR_TOKEN_BYTES:
        if (at > 0 && s->last == VTR_HEX_BYTES) {
            vtr_hex_close(t, s); /* a jump of no bytes is between the two */
        }
        put_bytes_again(t, s, token.masked);
        return;
    case VTR_TOKEN_ANY:
    case VTR_TOKEN_JUMP:
        vtr_hex_put_gap(t, s, token.min, token.max, false);
        return;
    case VTR_TOKEN_MASKED:
    case VTR_TOKEN_NOT:
    case VTR_TOKEN_ALT:
        vtr_hex_close(t, s);
        vtr_writer_raw(t->out, (struct vtr_bytes){r->bytes.ptr + at, r->pos - at});
        s->last = VTR_HEX_CLOSED;
        return;
    }
}

bool vtr_hex_splice(struct vtr_hex_tokens *t, struct vtr_hex_sequence *outer,
                    struct vtr_hex_sequence *inner)
{
    struct vtr_bytes tokens;
    struct vtr_reader r;

    vtr_hex_close(t, inner);
    if (!take_back(t, inner->start, &tokens)) {
        return false;
    }
    vtr_reader_init(&r, tokens, 0);
    while (vtr_reader_left(&r) > 0) {
        put_again(t, outer, &r);
    }
    outer->height = outer->height > inner->height ? outer->height : inner->height;
    return true;
}

void vtr_hex_finish(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s)
{
    if (s->last == VTR_HEX_GAP && s->is_cut) {
        cut(t, s, 1);
        put_gap_tokens(t->out, 1, 1);
        s->last = VTR_HEX_CLOSED;
    }
    vtr_hex_end_branch(t, s);
    vtr_writer_insert_varint(t->out, t->start, t->cut_count + 1);
}
