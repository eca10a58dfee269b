/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The same word of eight messages is in one vector.  A lane whose message has ended
 * takes the next one.  Called where base/os_cpu.h says that AVX-512 is there.
 */
#include "base/blake2b_avx512.h"

#include <immintrin.h>
#include <stdbool.h>
#include <string.h>

#include "base/writer.h"

#define LANES       VTR_BLAKE2B_LANES
#define WORDS       8u /* of the state */
#define ROUNDS      12u
#define BLOCK_LEN   128u
#define BLOCK_WORDS (BLOCK_LEN / 8)

/* Section 2.5: the parameters of a digest of 32 bytes without a key. */
#define PARAMETERS (UINT64_C(0x01010000) ^ VTR_DIGEST_LEN)

/* Section 2.6. */
static const uint64_t INITIAL[WORDS] = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b,
                                        0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
                                        0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                        0x1f83d9abfb41bd6b, 0x5be0cd19137e2179};

/* Section 2.7. */
static const uint8_t SIGMA[ROUNDS][BLOCK_WORDS] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
};

/* Whose message a lane works on. */
struct lane {
    const struct vtr_digest_job *job; /* NULL: the lane is idle */
    size_t pos;                       /* behind the block that is worked on */
    uint8_t last[BLOCK_LEN];          /* the last block, with zeros behind it */
};

struct batch {
    const struct vtr_digest_job *next; /* to be taken by a lane */
    const struct vtr_digest_job *end;
    struct lane lanes[LANES];
    const uint8_t *blocks[LANES]; /* what is compressed next */
    uint64_t ends[LANES];         /* bytes of the message up to the end of its block */
    uint64_t marks[LANES];        /* all ones for a last block */
    uint64_t state[WORDS][LANES];
};

/* Section 3.1, for every lane: a column or diagonal of the working vector, and two
 * words of the message. */
#define MIX(a, b, c, d, x, y)                              \
 do {                                                      \
  (a) = _mm512_add_epi64((a), _mm512_add_epi64((b), (x))); \
  (d) = _mm512_ror_epi64(_mm512_xor_si512((d), (a)), 32);  \
  (c) = _mm512_add_epi64((c), (d));                        \
  (b) = _mm512_ror_epi64(_mm512_xor_si512((b), (c)), 24);  \
  (a) = _mm512_add_epi64((a), _mm512_add_epi64((b), (y))); \
  (d) = _mm512_ror_epi64(_mm512_xor_si512((d), (a)), 16);  \
  (c) = _mm512_add_epi64((c), (d));                        \
  (b) = _mm512_ror_epi64(_mm512_xor_si512((b), (c)), 63);  \
 } while (0)

/* Eight words of each lane's block, from word `from` on, word by word. */
VTR_TARGET_AVX512
static inline void transpose(const uint8_t *const *blocks, size_t from, __m512i *out)
{
    __m512i rows[LANES];
    __m512i pairs[LANES];
    __m512i fours[LANES];

    for (unsigned i = 0; i < LANES; i++) {
        rows[i] = _mm512_loadu_si512(blocks[i] + 8 * from);
    }
    for (unsigned i = 0; i < LANES; i += 2) { /* words 0 2 4 6, and 1 3 5 7, of two */
        pairs[i] = _mm512_unpacklo_epi64(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi64(rows[i], rows[i + 1]);
    }
    for (unsigned i = 0; i < LANES; i += 4) { /* words 0 4, 1 5, 2 6, 3 7, of four */
        for (unsigned n = 0; n < 2; n++) {
            fours[i + n] = _mm512_shuffle_i64x2(pairs[i + n], pairs[i + n + 2], 0x88);
            fours[i + n + 2] =
                _mm512_shuffle_i64x2(pairs[i + n], pairs[i + n + 2], 0xDD);
        }
    }
    for (unsigned n = 0; n < 4; n++) {
        out[n] = _mm512_shuffle_i64x2(fours[n], fours[4 + n], 0x88);
        out[4 + n] = _mm512_shuffle_i64x2(fours[n], fours[4 + n], 0xDD);
    }
}

/* Section 3.2, for every lane. */
VTR_TARGET_AVX512
static void compress(struct batch *batch)
{
    __m512i m[BLOCK_WORDS];
    __m512i v[2 * WORDS];

    transpose(batch->blocks, 0, m);
    transpose(batch->blocks, 8, m + 8);
    for (unsigned word = 0; word < WORDS; word++) {
        v[word] = _mm512_loadu_si512(batch->state[word]);
        v[WORDS + word] = _mm512_set1_epi64((int64_t)INITIAL[word]);
    }
    v[12] = _mm512_xor_si512(v[12], _mm512_loadu_si512(batch->ends));
    v[14] = _mm512_xor_si512(v[14], _mm512_loadu_si512(batch->marks));
    for (unsigned round = 0; round < ROUNDS; round++) {
        const uint8_t *s = SIGMA[round];

        MIX(v[0], v[4], v[8], v[12], m[s[0]], m[s[1]]);
        MIX(v[1], v[5], v[9], v[13], m[s[2]], m[s[3]]);
        MIX(v[2], v[6], v[10], v[14], m[s[4]], m[s[5]]);
        MIX(v[3], v[7], v[11], v[15], m[s[6]], m[s[7]]);
        MIX(v[0], v[5], v[10], v[15], m[s[8]], m[s[9]]);
        MIX(v[1], v[6], v[11], v[12], m[s[10]], m[s[11]]);
        MIX(v[2], v[7], v[8], v[13], m[s[12]], m[s[13]]);
        MIX(v[3], v[4], v[9], v[14], m[s[14]], m[s[15]]);
    }
    for (unsigned word = 0; word < WORDS; word++) {
        const __m512i old = _mm512_loadu_si512(batch->state[word]);
        const __m512i both = _mm512_xor_si512(v[word], v[WORDS + word]);
        _mm512_storeu_si512(batch->state[word], _mm512_xor_si512(old, both));
    }
}

/* Gives lane `i` the next message, if there is one. */
static void start(struct batch *batch, unsigned i)
{
    struct lane *lane = &batch->lanes[i];

    if (batch->next == batch->end) {
        lane->job = NULL;
        return;
    }
    lane->job = batch->next++;
    lane->pos = 0;
    for (unsigned word = 0; word < WORDS; word++) {
        batch->state[word][i] = INITIAL[word] ^ (word == 0 ? PARAMETERS : 0);
    }
}

/* The next block of lane `i`. */
static void take_block(struct batch *batch, unsigned i)
{
    struct lane *lane = &batch->lanes[i];
    const struct vtr_bytes message = lane->job->bytes;
    const size_t left = message.len - lane->pos;
    const bool is_last = left <= BLOCK_LEN;

    if (is_last) {
        memset(lane->last, 0, sizeof(lane->last));
        if (left > 0) {
            memcpy(lane->last, message.ptr + lane->pos, left);
        }
    }
    batch->blocks[i] = is_last ? lane->last : message.ptr + lane->pos;
    lane->pos += is_last ? left : BLOCK_LEN;
    batch->ends[i] = lane->pos;
    batch->marks[i] = is_last ? UINT64_MAX : 0;
}

static void store_digest(const struct batch *batch, unsigned i)
{
    for (size_t word = 0; word < VTR_DIGEST_LEN / 8; word++) {
        vtr_store_u64(batch->lanes[i].job->out + 8 * word, batch->state[word][i]);
    }
}

/* One block of every lane.  False when all are idle. */
static bool step(struct batch *batch)
{
    bool is_busy = false;

    for (unsigned i = 0; i < LANES; i++) {
        if (batch->lanes[i].job != NULL) {
            take_block(batch, i);
            is_busy = true;
        }
    }
    if (!is_busy) {
        return false;
    }
    compress(batch);
    for (unsigned i = 0; i < LANES; i++) {
        if (batch->lanes[i].job != NULL && batch->marks[i] != 0) {
            store_digest(batch, i);
            start(batch, i);
        }
    }
    return true;
}

void vtr_blake2b_avx512(const struct vtr_digest_job *jobs, size_t count)
{
    struct batch batch = {.next = jobs, .end = jobs + count};

    for (unsigned i = 0; i < LANES; i++) {
        batch.blocks[i] = batch.lanes[i].last; /* what an idle lane works on */
        start(&batch, i);
    }
    while (step(&batch)) {
    }
}
