/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/column.h"

#define CLASS_MAX 64u

static unsigned bit_length(uint64_t value)
{
    unsigned length = 0;

    for (; value != 0; value >>= 1) {
        length++;
    }
    return length;
}

void vtr_column_put(struct vtr_column *column, struct vtr_range_encoder *e,
                    uint64_t value)
{
    const unsigned length = bit_length(value);
    unsigned node = 1;

    for (unsigned i = VTR_CLASS_BITS; i-- > 0;) {
        const bool bit = (length >> i & 1u) != 0;
        vtr_range_put(e, &column->nodes[node], bit);
        node = node << 1 | bit;
    }
    if (length > 1) {
        vtr_range_put_plain(e, value, length - 1);
    }
}

bool vtr_column_take(struct vtr_column *column, struct vtr_range_decoder *d,
                     uint64_t *out)
{
    unsigned node = 1;

    for (unsigned i = 0; i < VTR_CLASS_BITS; i++) {
        node = node << 1 | vtr_range_take(d, &column->nodes[node]);
    }
    const unsigned length = node - (1u << VTR_CLASS_BITS);
    if (length > CLASS_MAX) {
        return false;
    }
    *out = length == 0
               ? 0
               : (uint64_t)1 << (length - 1) | vtr_range_take_plain(d, length - 1);
    return true;
}

uint64_t vtr_zigzag(int64_t value)
{
    return value < 0 ? ~((uint64_t)value << 1) : (uint64_t)value << 1;
}

int64_t vtr_unzigzag(uint64_t value)
{
    const int64_t half = (int64_t)(value >> 1);

    return (value & 1) != 0 ? -half - 1 : half;
}
