/* SPDX-License-Identifier: Apache-2.0 */

#include "format/condition_magic.h"

#include "format/condition_read.h"
#include "format/condition_terms.h"

#define TERM_INSTRUCTIONS 4u
#define MZ                0x4D5A /* 'M', 'Z', the first one highest */

/* What READ takes of a number's first two bytes, the first one highest; -1 when there
 * is no such kind. */
static int64_t first_two(const struct vtr_instruction *read, int64_t number)
{
    switch (read->kind) {
    case 2:
    case 2 | VTR_READ_SIGNED:
    case 4:
        return (number & 0xFF) << 8 | (number >> 8 & 0xFF);
    case 2 | VTR_READ_BIG_ENDIAN:
    case 2 | VTR_READ_BIG_ENDIAN | VTR_READ_SIGNED:
        return number;
    case 4 | VTR_READ_BIG_ENDIAN:
        return number >> 16;
    default:
        return -1;
    }
}

/* 0, READ, number, EQ, or number, 0, READ, EQ. */
static bool is_mz(struct vtr_bytes term)
{
    struct vtr_instruction of[TERM_INSTRUCTIONS];
    struct vtr_reader code;

    vtr_reader_init(&code, term, 0);
    for (unsigned i = 0; i < TERM_INSTRUCTIONS; i++) {
        if (!vtr_instruction_read(&code, &of[i])) {
            return false;
        }
    }
    const unsigned read = of[1].op == VTR_OP_READ ? 1 : 2;
    const unsigned other = read == 1 ? 2 : 0;

    return vtr_reader_left(&code) == 0 && of[read].op == VTR_OP_READ &&
           of[read - 1].op == VTR_OP_INT && of[read - 1].number == 0 &&
           of[other].op == VTR_OP_INT && of[3].op == VTR_OP_EQ &&
           first_two(&of[read], of[other].number) == MZ;
}

bool vtr_condition_asks_for_mz(struct vtr_bytes condition)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    const size_t count = vtr_condition_cheap_terms(condition, terms, NULL);

    for (size_t i = 0; i < count; i++) {
        if (is_mz(terms[i])) {
            return true;
        }
    }
    return false;
}
