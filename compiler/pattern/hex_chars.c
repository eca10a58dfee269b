/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The loop over a line has a fixed length and no branches, so that compilers turn it
 * into vector instructions; without any, it is plain C all the same.
 */
#include "compiler/pattern/hex_chars.h"

#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "base/reader.h"

/* Bytes that are read at once, with a ' ' behind each. */
#define LINE_COUNT 32u
#define LINE_LEN   ((ptrdiff_t)3 * LINE_COUNT)

/* What is in a line: bits of what three characters are. */
enum kind {
    BIT_ANY,
    BIT_BYTE,    /* plain or of any value */
    BIT_FOLLOWED /* one, and a ' ' is behind it */
};

/* Of two characters, the class of the first shifted by four bits and that of the
 * second.  A plain byte is its value. */
#define PAIR_ANY   (VTR_HEX_WILD << 4)
#define PAIR_NEVER ((VTR_HEX_SPACE | VTR_HEX_OTHER) * 0x11u)

/* clang-format off */
#define WILD VTR_HEX_WILD
#define SPACE VTR_HEX_SPACE
#define OTHER VTR_HEX_OTHER
#define X8 OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER
#define X32 X8, X8, X8, X8
const uint16_t vtr_hex_classes[256] = {
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
    static const char INDENT[] = {' ', ' ', ' ', ' '};

    while (at < end && vtr_hex_class_of(*at) == VTR_HEX_SPACE) {
        at++;
        while ((size_t)(end - at) >= sizeof INDENT &&
               memcmp(at, INDENT, sizeof INDENT) == 0) {
            at += sizeof INDENT;
        }
    }
    return at;
}

static uint8_t is_digit(uint8_t c)
{
    return ((uint8_t)(c - '0') < 10) | ((uint8_t)((c | 0x20) - 'a') < 6);
}

/* What a digit counts in its lowest four bits. */
static uint8_t digit_value(uint8_t c)
{
    return (uint8_t)(c + (c >> 6) * 9);
}

VTR_VECTOR_CLONES
static void classify(const uint8_t *restrict at, uint8_t *restrict values,
                     uint8_t *restrict kinds)
{
    for (unsigned i = 0; i < LINE_COUNT; i++) {
        const uint8_t high = at[3 * i];
        const uint8_t low = at[3 * i + 1];
        const uint8_t is_any = (high == '?') & (low == '?');
        const uint8_t is_byte = (is_digit(high) & is_digit(low)) | is_any;
        const uint8_t is_followed = is_byte & (at[3 * i + 2] == ' ');

        values[i] = (uint8_t)(digit_value(high) << 4 | (digit_value(low) & 0xf));
        kinds[i] = (uint8_t)(is_any << BIT_ANY | is_byte << BIT_BYTE |
                             is_followed << BIT_FOLLOWED);
    }
}

/* How many bytes at the beginning of a line have a ' ' behind them: fewer than a batch
 * may have. */
static unsigned count_followed(const uint8_t kinds[LINE_COUNT])
{
    const uint32_t every = UINT32_C(0x01010101) << BIT_FOLLOWED;

    for (unsigned i = 0; i < LINE_COUNT; i += 4) {
        const uint32_t others = ~vtr_load_u32(kinds + i) & every;

        if (others != 0) {
            const unsigned count = i + VTR_LOWEST_BIT(others) / 8;
            return count < VTR_HEX_BATCH_MAX ? count : VTR_HEX_BATCH_MAX - 1;
        }
    }
    return VTR_HEX_BATCH_MAX - 1;
}

/* Of the first `count`, at least, those that are of any value: a bit each. */
static uint32_t gather_any(const uint8_t kinds[LINE_COUNT], unsigned count)
{
    uint32_t bits = 0;

    for (unsigned i = 0; i < count; i += 8) {
        const uint64_t word = vtr_load_u64(kinds + i) >> BIT_ANY & 0x0101010101010101u;
        /* The product has them in its highest byte, in their order. */
        bits |= (uint32_t)(word * 0x0102040810204080u >> 56) << i;
    }
    return bits;
}

static const uint8_t *read_line(struct vtr_hex_batch *batch, const uint8_t *at)
{
    uint8_t kinds[LINE_COUNT];

    classify(at, batch->values, kinds);
    const unsigned followed = count_followed(kinds);
    const unsigned last = kinds[followed] >> BIT_BYTE & 1u; /* by something else */

    batch->count = followed + last;
    batch->any = gather_any(kinds, batch->count) & ((UINT32_C(1) << batch->count) - 1);
    return at + 3 * (size_t)followed + 2 * (size_t)last;
}

const uint8_t *vtr_hex_read_batch(struct vtr_hex_batch *batch, const uint8_t *at,
                                  const uint8_t *stop)
{
    uint32_t any = 0;
    unsigned count = 0;

    if (stop - at >= LINE_LEN && at[2] == ' ') {
        return read_line(batch, at);
    }
    while (at < stop && count < VTR_HEX_BATCH_MAX) {
        const uint32_t pair = vtr_hex_class_of(at[0]) << 4 | vtr_hex_class_of(at[1]);
        const uint32_t is_half_any = (pair ^ pair << 4) & PAIR_ANY;

        if ((is_half_any | (pair & PAIR_NEVER)) != 0) {
            break;
        }
        batch->values[count] = (uint8_t)pair;
        any |= (pair & PAIR_ANY) / PAIR_ANY << count;
        at += at[2] == ' ' ? 3 : 2;
        count++;
    }
    batch->any = any;
    batch->count = count;
    return at;
}
