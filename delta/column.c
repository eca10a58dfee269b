/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/column.h"

#define CLASS_MAX 64u

static unsigned bit_length(uint64_t value)
{
    unsigned length = 0;

    for (; value != 0; value >>= 1) {
        length++;
    }
    return length;
}

void vtr_column_put(struct vtr_writer *classes, struct vtr_bit_writer *mantissas,
                    uint64_t value)
{
    const unsigned length = bit_length(value);

    vtr_writer_u8(classes, (uint8_t)length);
    if (length > 1) {
        vtr_bit_writer_put(mantissas, value, length - 1);
    }
}

bool vtr_column_take(uint8_t class_byte, struct vtr_bit_reader *mantissas,
                     uint64_t *out)
{
    uint64_t mantissa = 0;

    if (class_byte > CLASS_MAX) {
        return false;
    }
    if (class_byte == 0) {
        *out = 0;
        return true;
    }
    if (!vtr_bit_reader_take(mantissas, class_byte - 1u, &mantissa)) {
        return false;
    }
    *out = (uint64_t)1 << (class_byte - 1u) | mantissa;
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
