/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The loops over lanes have a fixed length and no branches, so that compilers turn them
 * into vector instructions; without any, they are plain C all the same.  A lane whose
 * message has ended takes the next one.
 */
#include "base/sha256_lanes.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "base/digest.h"

#define LANES      16u
#define WORDS      8u /* of the state */
#define ROUNDS     64u
#define BLOCK_LEN  64u
#define LENGTH_LEN 8u /* of the message's length in bits, which ends it */

/* FIPS 180-4, section 4.2.2. */
static const uint32_t K[ROUNDS] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
    0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
    0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
    0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
    0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
    0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
    0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2};

/* Section 5.3.3. */
static const uint32_t INITIAL[WORDS] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Longer messages begin before the others: one that began last would keep a single lane
 * busy. */
#define LONG_LEN 768u

/* Whose message a lane works on. */
struct lane {
    const uint8_t *run;
    size_t number;
    size_t block;       /* the next */
    size_t full_count;  /* blocks of nothing but message */
    size_t block_count; /* with padding and length; 0: the lane is idle */
    uint8_t first[BLOCK_LEN];
    uint8_t last[2 * BLOCK_LEN]; /* behind the full ones */
};

struct batch {
    struct vtr_bytes prefix;
    const struct vtr_bytes *runs;
    size_t count;
    size_t next;           /* of the runs, to be taken by a lane */
    bool are_long_started; /* the others have their turn */
    uint8_t *out;
    struct lane lanes[LANES];
    uint32_t state[WORDS][LANES];
    uint32_t schedule[ROUNDS][LANES]; /* the first 16 words are the block */
};

static inline uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static uint32_t load_big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store_big_endian(uint8_t *p, uint32_t value)
{
    p[0] = (uint8_t)(value >> 24);
    p[1] = (uint8_t)(value >> 16);
    p[2] = (uint8_t)(value >> 8);
    p[3] = (uint8_t)value;
}

/* Section 6.2.2, step 1. */
VTR_WIDE_VECTOR_CLONES
static void expand(uint32_t w[ROUNDS][LANES])
{
    for (unsigned t = 16; t < ROUNDS; t++) {
        for (unsigned i = 0; i < LANES; i++) {
            const uint32_t x = w[t - 15][i];
            const uint32_t y = w[t - 2][i];
            const uint32_t sigma0 = rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3;
            const uint32_t sigma1 = rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10;

            w[t][i] = w[t - 16][i] + sigma0 + w[t - 7][i] + sigma1;
        }
    }
}

/* Steps 2 to 4. */
VTR_WIDE_VECTOR_CLONES
static void fold(uint32_t state[WORDS][LANES], uint32_t w[ROUNDS][LANES])
{
    uint32_t v[WORDS][LANES]; /* a to h */

    memcpy(v, state, sizeof(v));
    for (unsigned t = 0; t < ROUNDS; t++) {
        for (unsigned i = 0; i < LANES; i++) {
            const uint32_t a = v[0][i];
            const uint32_t e = v[4][i];
            const uint32_t sum0 =
                rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
            const uint32_t sum1 =
                rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
            const uint32_t choice = (e & v[5][i]) ^ (~e & v[6][i]);
            const uint32_t majority =
                (a & v[1][i]) ^ (a & v[2][i]) ^ (v[1][i] & v[2][i]);
            const uint32_t t1 = v[7][i] + sum1 + choice + K[t] + w[t][i];

            v[7][i] = v[6][i];
            v[6][i] = v[5][i];
            v[5][i] = e;
            v[4][i] = v[3][i] + t1;
            v[3][i] = v[2][i];
            v[2][i] = v[1][i];
            v[1][i] = a;
            v[0][i] = t1 + sum0 + majority;
        }
    }
    for (unsigned word = 0; word < WORDS; word++) {
        for (unsigned i = 0; i < LANES; i++) {
            state[word][i] += v[word][i];
        }
    }
}

/* Blocks of a message of `len` bytes, with padding and length. */
static size_t count_blocks(size_t len)
{
    return (len + LENGTH_LEN) / BLOCK_LEN + 1;
}

/* The next message to begin with, `count` when there is none. */
static size_t take_run(struct batch *b)
{
    for (;;) {
        while (b->next < b->count) {
            const size_t number = b->next++;
            const bool is_long = b->runs[number].len > LONG_LEN;

            if (is_long != b->are_long_started) {
                return number;
            }
        }
        if (b->are_long_started) {
            return b->count;
        }
        b->are_long_started = true;
        b->next = 0;
    }
}

/* Spells the blocks that are not to be had from the message as it is. */
static void fill_edges(struct lane *lane, struct vtr_bytes prefix, struct vtr_bytes run)
{
    const uint64_t bit_len = ((uint64_t)prefix.len + run.len) * 8;
    const size_t last_len = (lane->block_count - lane->full_count) * BLOCK_LEN;
    const size_t left = (prefix.len + run.len) % BLOCK_LEN; /* message in them */
    uint8_t *end = lane->last + last_len;

    memset(lane->last, 0, last_len);
    if (lane->full_count > 0) {
        memcpy(lane->first, prefix.ptr, prefix.len);
        memcpy(lane->first + prefix.len, run.ptr, BLOCK_LEN - prefix.len);
        memcpy(lane->last, run.ptr + run.len - left, left);
    } else {
        memcpy(lane->last, prefix.ptr, prefix.len);
        if (run.len > 0) {
            memcpy(lane->last + prefix.len, run.ptr, run.len);
        }
    }
    lane->last[left] = 0x80;
    store_big_endian(end - 8, (uint32_t)(bit_len >> 32));
    store_big_endian(end - 4, (uint32_t)bit_len);
}

/* Gives lane `i` the next message, if there is one. */
static void start(struct batch *b, unsigned i)
{
    struct lane *lane = &b->lanes[i];
    const size_t number = take_run(b);

    lane->block_count = 0;
    if (number == b->count) {
        return;
    }
    const struct vtr_bytes run = b->runs[number];
    lane->run = run.ptr;
    lane->number = number;
    lane->block = 0;
    lane->full_count = (b->prefix.len + run.len) / BLOCK_LEN;
    lane->block_count = count_blocks(b->prefix.len + run.len);
    fill_edges(lane, b->prefix, run);
    for (unsigned word = 0; word < WORDS; word++) {
        b->state[word][i] = INITIAL[word];
    }
}

/* Puts the next block of lane `i` into the schedule. */
static void load_block(struct batch *b, unsigned i)
{
    const struct lane *lane = &b->lanes[i];
    const uint8_t *block;

    if (lane->block >= lane->full_count) {
        block = lane->last + (lane->block - lane->full_count) * BLOCK_LEN;
    } else if (lane->block == 0) {
        block = lane->first;
    } else {
        block = lane->run + (lane->block * BLOCK_LEN - b->prefix.len);
    }
    for (size_t word = 0; word < BLOCK_LEN / 4; word++) {
        b->schedule[word][i] = load_big_endian(block + 4 * word);
    }
}

static void store_digest(const struct batch *b, unsigned i)
{
    uint8_t *digest = b->out + b->lanes[i].number * VTR_SHA256_LEN;

    for (size_t word = 0; word < WORDS; word++) {
        store_big_endian(digest + 4 * word, b->state[word][i]);
    }
}

/* One block of every lane.  False when all are idle. */
static bool step(struct batch *b)
{
    bool is_busy = false;

    for (unsigned i = 0; i < LANES; i++) {
        if (b->lanes[i].block_count > 0) {
            load_block(b, i);
            is_busy = true;
        }
    }
    if (!is_busy) {
        return false;
    }
    expand(b->schedule);
    fold(b->state, b->schedule);
    for (unsigned i = 0; i < LANES; i++) {
        struct lane *lane = &b->lanes[i];

        if (lane->block_count > 0 && ++lane->block == lane->block_count) {
            store_digest(b, i);
            start(b, i);
        }
    }
    return true;
}

void vtr_sha256_lanes(struct vtr_bytes prefix, const struct vtr_bytes *runs,
                      size_t count, uint8_t *out)
{
    struct batch b; /* state and schedule are written lane by lane */

    assert(prefix.len > 0 && prefix.len < BLOCK_LEN);
    b.prefix = prefix;
    b.runs = runs;
    b.count = count;
    b.next = 0;
    b.are_long_started = false;
    b.out = out;
    memset(b.state, 0, sizeof(b.state));
    memset(b.schedule, 0, sizeof(b.schedule));
    for (unsigned i = 0; i < LANES; i++) {
        start(&b, i);
    }
    while (step(&b)) {
    }
}
