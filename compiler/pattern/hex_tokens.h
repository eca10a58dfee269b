/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes the payload of a hex string (format/record/rule.h) token by token, in the
 * order of the source.  Its tokens are canonical as far as neighbours go: the last one
 * of a sequence stays open, so that plain bytes which follow plain bytes are one token,
 * gaps which follow each other are another, a group with one alternative is none, and
 * an alternative that is a group gives its own to the group that it is in.
 *
 * A gap with a jump longer than VTR_JUMP_LIMIT cuts the string: all of it is between
 * two fragments then.  Gaps without such a jump stay inside the fragment, as ANY when
 * their length is fixed, else as jumps of at most VTR_JUMP_LIMIT bytes.
 *
 * A failure of the writer is sticky and makes what follows do nothing.
 */
#ifndef VTR_COMPILER_PATTERN_HEX_TOKENS_H
#define VTR_COMPILER_PATTERN_HEX_TOKENS_H

#include "base/arena.h"
#include "format/record/rule.h"

enum vtr_hex_last {
    VTR_HEX_NOTHING, /* the sequence is empty */
    VTR_HEX_CLOSED,  /* a token that nothing is added to */
    VTR_HEX_BYTES,   /* plain bytes, whose number is yet to be written */
    VTR_HEX_GAP      /* bytes of any value, not written yet */
};

/* Tokens that follow each other: of a branch, or of the string up to a cut. */
struct vtr_hex_sequence {
    size_t start; /* where they begin in the output */
    enum vtr_hex_last last;
    bool is_cut;     /* GAP: it cuts the string */
    size_t bytes_at; /* BYTES: where the token begins */
    uint64_t min;    /* GAP */
    uint64_t max;    /* GAP; UINT64_MAX: no bound */
    unsigned height; /* alternations inside each other, in all branches of the group */
};

struct vtr_hex_tokens {
    struct vtr_writer *out;
    struct vtr_arena *arena; /* for what is moved */
    size_t start;            /* of the payload in the output */
    size_t cut_count;
};

/* An empty sequence at the end of the output. */
static inline struct vtr_hex_sequence vtr_hex_begin(const struct vtr_hex_tokens *t)
{
    return (struct vtr_hex_sequence){.start = t->out->len};
}

/* vtr_hex_close of the rest: long runs of plain bytes and long, uneven or cutting gaps.
 */
void vtr_hex_close_rare(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s);

/* Ends the open token. */
static inline void vtr_hex_close(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s)
{
    if (s->last == VTR_HEX_BYTES) {
        const size_t count = t->out->len - s->bytes_at - 2;
        if (count >= 0x80) {
            vtr_hex_close_rare(t, s);
            return;
        }
        t->out->ptr[s->bytes_at + 1] = (uint8_t)count;
        s->last = VTR_HEX_CLOSED;
    } else if (s->last == VTR_HEX_GAP) {
        if (s->is_cut || s->min != s->max || s->max - 1 >= 0x7f) {
            vtr_hex_close_rare(t, s);
            return;
        }
        uint8_t *room = vtr_writer_reserve(t->out, 2);
        if (room != NULL) {
            room[0] = VTR_TOKEN_ANY;
            room[1] = (uint8_t)s->max;
        }
        s->last = VTR_HEX_CLOSED;
    }
}

/* Room for at most `max` plain bytes that come next; the first of them is masked as
 * `*out_index`.  NULL after a failure, else vtr_hex_bytes_end must follow unless all of
 * it is used. */
static inline uint8_t *vtr_hex_bytes_room(struct vtr_hex_tokens *t,
                                          struct vtr_hex_sequence *s, size_t max,
                                          size_t *out_index)
{
    if (s->last == VTR_HEX_BYTES) {
        *out_index = t->out->len - s->bytes_at - 2;
        return vtr_writer_reserve(t->out, max);
    }
    vtr_hex_close(t, s);
    const size_t at = t->out->len;
    uint8_t *room = vtr_writer_reserve(t->out, max + 2);
    if (room == NULL) {
        return NULL;
    }
    s->last = VTR_HEX_BYTES;
    s->bytes_at = at;
    *out_index = 0;
    *room = VTR_TOKEN_BYTES;
    return room + 2;
}

/* The bytes end before `end`. */
static inline void vtr_hex_bytes_end(struct vtr_hex_tokens *t, const uint8_t *end)
{
    vtr_writer_truncate(t->out, (size_t)(end - t->out->ptr));
}

/* One plain byte. */
void vtr_hex_put_byte(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                      uint8_t value);

/* Between `min` and `max` bytes of any value; `is_cut`: as a jump that cuts. */
static inline void vtr_hex_put_gap(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                                   uint64_t min, uint64_t max, bool is_cut)
{
    if (s->last != VTR_HEX_GAP) {
        vtr_hex_close(t, s);
        s->last = VTR_HEX_GAP;
        s->min = min;
        s->max = max;
        s->is_cut = is_cut;
        return;
    }
    s->min += min; /* a source's worth of jumps cannot overflow */
    s->max = s->max == UINT64_MAX || max == UINT64_MAX ? UINT64_MAX : s->max + max;
    s->is_cut = s->is_cut || is_cut;
}

/* MASKED or NOT. */
void vtr_hex_put_value(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s,
                       enum vtr_token type, uint8_t value, uint8_t mask);

/* Ends a branch of an alternation: `s` is the next one, and empty. */
void vtr_hex_end_branch(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s);

/* Makes the ended branches, the first of which begins at `group_at`, the next token of
 * `outer`; `inner` is what follows the last of them.  False: memory is out. */
VTR_MUST_CHECK bool vtr_hex_end_group(struct vtr_hex_tokens *t,
                                      struct vtr_hex_sequence *outer,
                                      const struct vtr_hex_sequence *inner,
                                      size_t group_at);

/* Appends a group's one alternative to `outer`, as if it had no parentheses.  False:
 * memory is out. */
VTR_MUST_CHECK bool vtr_hex_splice(struct vtr_hex_tokens *t,
                                   struct vtr_hex_sequence *outer,
                                   struct vtr_hex_sequence *inner);

/* Ends the string, of which `s` is all that follows the last cut. */
void vtr_hex_finish(struct vtr_hex_tokens *t, struct vtr_hex_sequence *s);

#endif
