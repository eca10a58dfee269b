/* SPDX-License-Identifier: Apache-2.0 */

/* A lane whose message has ended takes the next one; the last blocks of messages are
 * copied, to be filled up with zeros. */
#include "base/blake2b_lanes.h"

#include <string.h>

#include "base/blake2b_block.h"
#include "base/lane_queue.h"
#include "base/os_cpu.h"

#define LANES     VTR_BLAKE2B_LANES
#define BLOCK_LEN VTR_BLAKE2B_BLOCK_LEN

/* Longer messages begin before the others. */
#define LONG_LEN ((size_t)8 << 10)

/* How far ahead of the block that is hashed a message is fetched. */
#define AHEAD_LEN ((size_t)512)
#define LINE_LEN  64u

/* RFC 7693, section 2.5: an output of 32 bytes, no key, one message. */
#define PARAMETERS UINT64_C(0x01010020)

/* Whose message a lane works on. */
struct lane {
    size_t number;
    const uint8_t *next;
    size_t left; /* bytes from `next` on */
    bool is_idle;
    uint8_t last[BLOCK_LEN];
};

struct batch {
    struct vtr_lane_queue queue;
    uint8_t *out;
    struct lane lanes[LANES];
    struct vtr_blake2b_block block;
    vtr_blake2b_compress_fn compress;
};

/* Gives lane `i` the next message, if there is one. */
static void start(struct batch *b, unsigned i)
{
    struct lane *lane = &b->lanes[i];

    lane->number = vtr_lane_queue_take(&b->queue);
    lane->is_idle = lane->number == b->queue.count;
    if (lane->is_idle) {
        b->block.at[i] = (uintptr_t)lane->last; /* whatever is there */
        return;
    }
    lane->next = b->queue.runs[lane->number].ptr;
    lane->left = b->queue.runs[lane->number].len;
    b->block.counter[i] = 0;
    b->block.is_last[i] = 0;
    for (unsigned word = 0; word < VTR_BLAKE2B_WORDS; word++) {
        b->block.state[word][i] =
            VTR_BLAKE2B_INITIAL[word] ^ (word == 0 ? PARAMETERS : 0);
    }
}

/* Makes the next block of lane `i` ready. */
static void take_block(struct batch *b, unsigned i)
{
    struct lane *lane = &b->lanes[i];

    if (lane->left > BLOCK_LEN) {
        if (lane->left > AHEAD_LEN + BLOCK_LEN) {
            VTR_PREFETCH(lane->next + AHEAD_LEN);
            VTR_PREFETCH(lane->next + AHEAD_LEN + LINE_LEN);
        }
        b->block.at[i] = (uintptr_t)lane->next;
        b->block.counter[i] += BLOCK_LEN;
        lane->next += BLOCK_LEN;
        lane->left -= BLOCK_LEN;
        return;
    }
    memset(lane->last, 0, sizeof(lane->last));
    if (lane->left > 0) {
        memcpy(lane->last, lane->next, lane->left);
    }
    b->block.at[i] = (uintptr_t)lane->last;
    b->block.counter[i] += lane->left;
    b->block.is_last[i] = UINT64_MAX;
}

static void store_digest(const struct batch *b, unsigned i)
{
    uint8_t *digest = b->out + b->lanes[i].number * VTR_DIGEST_LEN;

    for (size_t at = 0; at < VTR_DIGEST_LEN; at++) {
        digest[at] = (uint8_t)(b->block.state[at / 8][i] >> 8 * (at % 8));
    }
}

/* One block of every lane.  False when all are idle. */
static bool step(struct batch *b)
{
    bool is_busy = false;

    for (unsigned i = 0; i < LANES; i++) {
        if (!b->lanes[i].is_idle) {
            take_block(b, i);
            is_busy = true;
        }
    }
    if (!is_busy) {
        return false;
    }
    b->compress(&b->block);
    for (unsigned i = 0; i < LANES; i++) {
        if (!b->lanes[i].is_idle && b->block.is_last[i] != 0) {
            store_digest(b, i);
            start(b, i);
        }
    }
    return true;
}

bool vtr_blake2b_lanes(const struct vtr_bytes *runs, size_t count, size_t len_max,
                       uint8_t *out)
{
    struct batch b = {.out = out, .compress = VTR_BLAKE2B_COMPRESS_AVX512};

    if (b.compress == NULL || !vtr_cpu_has_vectors(VTR_VECTORS_AVX512)) {
        return false;
    }
    b.queue = (struct vtr_lane_queue){.runs = runs,
                                      .count = count,
                                      .long_len = LONG_LEN,
                                      .len_max = len_max};
    for (unsigned i = 0; i < LANES; i++) {
        start(&b, i);
    }
    while (step(&b)) {
    }
    return true;
}
