/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Each byte weighs what it does behind the one before it, the first of a window what it
 * does alone: with sums of the weights up to each byte, a window's score is a
 * difference.
 */
#include "format/atom/atom_window.h"

#include <string.h>

#include "format/atom/atom_weight.h"

#define SCORE_OF_RUN (-500) /* added to that of one byte repeated */
#define SEARCH_LEN   60000u
#define SEARCH_LEAST 65u /* so far is looked whatever was found */
#define BLOCK_LEN    72u /* bytes that are weighed at once: most texts have fewer */

static struct vtr_spelling spell(struct vtr_bytes masked, bool is_wide)
{
    const size_t step = is_wide ? 2 : 1;
    const size_t limit = SIZE_MAX / 2;

    return (struct vtr_spelling){masked, step,
                                 (masked.len < limit ? masked.len : limit) * step};
}

void vtr_spelling_read(const struct vtr_spelling *text, size_t from, size_t len,
                       uint8_t *out)
{
    if (text->step == 1) {
        vtr_unmask_part(text->masked, from, len, out);
        return;
    }
    for (size_t at = from; at < from + len; at++) {
        *out++ = at % 2 != 0 ? 0 : text->masked.ptr[at / 2] ^ vtr_mask(at / 2);
    }
}

/* A search for the rarest window, block by block.  Of the bytes before the block as
 * many as a window may have are kept. */
struct search {
    struct vtr_window best;
    unsigned len;
    size_t end; /* no window that ends behind it is looked at */
    int sum;    /* of the weights of all bytes so far, each behind the one before it */
    uint8_t bytes[VTR_ATOM_LEN_MAX + BLOCK_LEN];
    int sums[BLOCK_LEN];                      /* with each byte of the block */
    int before[VTR_ATOM_LEN_MAX + BLOCK_LEN]; /* less what the byte weighs alone */
};

/* Whether the window is one byte again and again. */
static bool is_run(const uint8_t *window, unsigned len)
{
    const uint8_t last = vtr_fold(window[len - 1]);
    unsigned i = len - 1;

    while (i > 0 && vtr_fold(window[i - 1]) == last) {
        i--;
    }
    return i == 0 && len > 1;
}

/* Adds up the weights of the block's `count` bytes. */
static void weigh_block(struct search *s, size_t count)
{
    unsigned last_class = VTR_ATOM_CLASS[s->bytes[VTR_ATOM_LEN_MAX - 1]];
    int sum = s->sum;

    for (size_t i = VTR_ATOM_LEN_MAX; i < VTR_ATOM_LEN_MAX + count; i++) {
        const uint8_t byte = s->bytes[i];
        const int weight = VTR_ATOM_WEIGHTS[byte];

        sum += vtr_atom_weight_behind(last_class, byte);
        s->sums[i - VTR_ATOM_LEN_MAX] = sum;
        s->before[i] = sum - weight;
        last_class = VTR_ATOM_CLASS[byte];
    }
    s->sum = sum;
}

/* Looks at the windows that end in the block of `count` bytes at `from`. */
static void search_block(struct search *s, size_t from, size_t count)
{
    const unsigned len = s->len;
    const size_t before = VTR_ATOM_LEN_MAX + 1 - len; /* the first byte of the first */

    for (size_t i = from == 0 ? len - 1 : 0; i < count && from + i < s->end; i++) {
        int score = s->sums[i] - s->before[before + i];

        if (score <= s->best.score) {
            continue;
        }
        score += is_run(s->bytes + before + i, len) ? SCORE_OF_RUN : 0;
        if (score > s->best.score) {
            s->best.offset = from + i + 1 - len;
            s->best.len = len;
            s->best.score = score;
        }
        if (s->best.score >= VTR_WINDOW_SCORE_ENOUGH && s->end > SEARCH_LEAST) {
            s->end = from + i < SEARCH_LEAST ? SEARCH_LEAST : from + i + 1;
        }
    }
}

/* Keeps the last bytes of a whole block for the next. */
static void keep_tail(struct search *s)
{
    memcpy(s->bytes, s->bytes + BLOCK_LEN, VTR_ATOM_LEN_MAX);
    memcpy(s->before, s->before + BLOCK_LEN, VTR_ATOM_LEN_MAX * sizeof(s->before[0]));
}

/* The same for a text that is hardly longer than a window, as most runs of hex strings
 * are: there are few windows, each of which is added up. */
static struct vtr_window find_in_short(struct vtr_bytes masked, int floor)
{
    struct vtr_window best = {.text = spell(masked, false), .score = floor};
    const unsigned count = (unsigned)masked.len;
    const unsigned len = vtr_window_len(count);
    uint8_t bytes[VTR_ATOM_LEN_MAX];
    int behind[VTR_ATOM_LEN_MAX]; /* what the bytes up to each weigh but the first */
    int sum = 0;

    bytes[0] = masked.ptr[0] ^ vtr_mask(0);
    behind[0] = 0;
    for (unsigned i = 1; i < count; i++) {
        bytes[i] = masked.ptr[i] ^ vtr_mask(i);
        sum += vtr_atom_weight_behind(VTR_ATOM_CLASS[bytes[i - 1]], bytes[i]);
        behind[i] = sum;
    }
    for (unsigned at = 0; at + len <= count; at++) {
        int score = VTR_ATOM_WEIGHTS[bytes[at]] + behind[at + len - 1] - behind[at];

        if (score <= best.score) {
            continue;
        }
        score += is_run(bytes + at, len) ? SCORE_OF_RUN : 0;
        if (score > best.score) {
            best.offset = at;
            best.len = len;
            best.score = score;
        }
    }
    return best;
}

struct vtr_window vtr_window_find(struct vtr_bytes masked, bool is_wide, int floor)
{
    struct search s;

    if (!is_wide && masked.len > 0 && masked.len <= VTR_ATOM_LEN_MAX) {
        return find_in_short(masked, floor);
    }

    s.best = (struct vtr_window){.text = spell(masked, is_wide), .score = floor};
    s.len = vtr_window_len(s.best.text.len);
    s.end = floor >= VTR_WINDOW_SCORE_ENOUGH ? SEARCH_LEAST : SEARCH_LEN + s.len - 1;
    s.end = s.best.text.len < s.end ? s.best.text.len : s.end;
    s.sum = 0;
    s.bytes[VTR_ATOM_LEN_MAX - 1] = 0;
    for (size_t from = 0; from < s.end; from += BLOCK_LEN) {
        const size_t left = s.end - from;
        const size_t count = left < BLOCK_LEN ? left : BLOCK_LEN;

        vtr_spelling_read(&s.best.text, from, count, s.bytes + VTR_ATOM_LEN_MAX);
        weigh_block(&s, count);
        search_block(&s, from, count);
        if (left > BLOCK_LEN) {
            keep_tail(&s);
        }
    }
    return s.best;
}
