/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The loops over a block have a fixed length and no branches, so that compilers turn
 * them into vector instructions; without any, they are plain C all the same.
 */
#include "compiler/syntax/lexer_scan.h"

#include <string.h>

#include "base/compiler.h"

#define BLOCK_LEN 32u
#define WORD_LEN  8u

/* By which the table is short enough to be read. */
#define L VTR_CHAR_LETTER
#define D (VTR_CHAR_DIGIT | VTR_CHAR_HEX_DIGIT | VTR_CHAR_IN_HEX)
#define H (VTR_CHAR_LETTER | VTR_CHAR_HEX_DIGIT | VTR_CHAR_IN_HEX)
#define S (VTR_CHAR_SPACE | VTR_CHAR_IN_HEX)
#define X VTR_CHAR_IN_HEX
#define F VTR_CHAR_FOREIGN
#define o 0

/* clang-format off */
const uint8_t vtr_char_classes[256] = {
    F, F, F, F, F, F, F, F, F, S, S, F, F, S, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    S, o, o, o, o, o, o, o, X, X, o, o, o, X, o, o, /*  !"#$%&'()*+,-./ */
    D, D, D, D, D, D, D, D, D, D, o, o, o, o, o, X, /* 0123456789:;<=>? */
    o, H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, /* @ABCDEFGHIJKLMNO */
    L, L, L, L, L, L, L, L, L, L, L, X, o, X, o, L, /* PQRSTUVWXYZ[\]^_ */
    o, H, H, H, H, H, H, L, L, L, L, L, L, L, L, L, /* `abcdefghijklmno */
    L, L, L, L, L, L, L, L, L, L, L, o, X, o, X, F, /* pqrstuvwxyz{|}~  */
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
    F, F, F, F, F, F, F, F, F, F, F, F, F, F, F, F,
};
/* clang-format on */

#undef L
#undef D
#undef H
#undef S
#undef X
#undef F
#undef o

VTR_VECTOR_CLONES
size_t vtr_scan_hex(const uint8_t *ptr, size_t len)
{
    size_t pos = 0;

    for (; len - pos >= BLOCK_LEN; pos += BLOCK_LEN) {
        uint8_t count = 0; /* of those that belong: each is in one of the sets */
        for (unsigned i = 0; i < BLOCK_LEN; i++) {
            const uint8_t byte = ptr[pos + i];
            const uint8_t letter = (uint8_t)((byte | 0x20) - 'a');
            count = (uint8_t)(count + ((uint8_t)(byte - '0') < 10));
            count = (uint8_t)(count + (letter < 6));
            count = (uint8_t)(count + (byte == ' '));
            count = (uint8_t)(count + (byte == '\n'));
            count = (uint8_t)(count + (byte == '\r'));
            count = (uint8_t)(count + (byte == '?'));
        }
        if (count != BLOCK_LEN) {
            break;
        }
    }
    return pos;
}

/* Not 0 where one of the eight bytes is 0. */
static uint64_t find_zero(uint64_t word)
{
    return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

size_t vtr_scan_text(const uint8_t *ptr, size_t len, uint8_t delimiter)
{
    const uint64_t ones = 0x0101010101010101u;
    size_t pos = 0;

    for (; len - pos >= WORD_LEN; pos += WORD_LEN) {
        uint64_t word;
        memcpy(&word, ptr + pos, sizeof(word));
        if ((find_zero(word ^ (ones * delimiter)) | find_zero(word ^ (ones * '\\')) |
             find_zero(word ^ (ones * '\n'))) != 0) {
            break;
        }
    }
    while (pos < len && ptr[pos] != delimiter && ptr[pos] != '\\' && ptr[pos] != '\n') {
        pos++;
    }
    return pos;
}

VTR_VECTOR_CLONES
size_t vtr_scan_count_lines(const uint8_t *ptr, size_t len)
{
    size_t count = 0;
    size_t pos = 0;

    for (; len - pos >= BLOCK_LEN; pos += BLOCK_LEN) {
        uint8_t in_block = 0;
        for (unsigned i = 0; i < BLOCK_LEN; i++) {
            in_block = (uint8_t)(in_block + (ptr[pos + i] == '\n'));
        }
        count += in_block;
    }
    for (; pos < len; pos++) {
        count += ptr[pos] == '\n';
    }
    return count;
}
