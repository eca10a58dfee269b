/* SPDX-License-Identifier: Apache-2.0 */

#include "format/bytecode/condition_magic.h"

#include "base/bytes.h"
#include "format/bytecode/condition_read.h"
#include "format/bytecode/condition_terms.h"

#define TERM_INSTRUCTIONS 4u
#define DEPTH_LIMIT       3u /* of "and" and "or" in each other */
#define ENTRY_POINT       "pe.entry_point"
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

/* Whether an instruction takes part in saying where: with "pe.entry_point", which other
 * files do not have, it says nowhere. */
static bool is_place(const struct vtr_instruction *instruction, bool *has_entry_point)
{
    const uint8_t op = instruction->op;

    if (op == VTR_OP_FIELD &&
        vtr_bytes_equal(instruction->name, vtr_bytes_from_text(ENTRY_POINT))) {
        *has_entry_point = true;
        return true;
    }
    return op == VTR_OP_INT || op == VTR_OP_ADD || op == VTR_OP_SUB;
}

/* A pattern, or some, at the entry point, or near it, and a loop of which that is the
 * body. */
static bool is_at_entry_point(struct vtr_bytes term, unsigned depth)
{
    struct vtr_instruction instruction = {.op = 0};
    struct vtr_reader code;
    bool has_entry_point = false;

    vtr_reader_init(&code, term, 0);
    while (vtr_instruction_read(&code, &instruction) &&
           is_place(&instruction, &has_entry_point)) {
    }
    if (vtr_reader_left(&code) > 0) {
        return false;
    }
    if (instruction.op == VTR_OP_FOR_PATTERNS) {
        return depth > 0 && instruction.list_count > 0 &&
               (instruction.quantifier == VTR_QUANTIFIER_ANY ||
                instruction.quantifier == VTR_QUANTIFIER_ALL) &&
               is_at_entry_point(instruction.body, depth - 1);
    }
    return has_entry_point &&
           (instruction.op == VTR_OP_MATCH_AT || instruction.op == VTR_OP_MATCH_IN ||
            instruction.op == VTR_OP_OF_AT || instruction.op == VTR_OP_OF_IN);
}

/* Whether a program is true of programs for Windows alone; those that it joins are
 * looked into, `depth` times. */
static bool is_of_pe(struct vtr_bytes code, unsigned depth)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    size_t count = vtr_condition_terms(code, VTR_OP_AND, terms);
    size_t others = 0;

    if (count == 1) {
        count = vtr_condition_terms(code, VTR_OP_OR, terms);
        if (count == 1) {
            return is_mz(code) || is_at_entry_point(code, 1);
        }
        for (size_t i = 0; i < count && depth > 0; i++) {
            others += !is_of_pe(terms[i], depth - 1);
        }
        return depth > 0 && others == 0 && count < VTR_TERM_LIMIT;
    }
    for (size_t i = 0; i < count && depth > 0; i++) {
        if (is_of_pe(terms[i], depth - 1)) {
            return true;
        }
    }
    return false;
}

bool vtr_condition_asks_for_mz(struct vtr_bytes condition)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];
    const bool has_place = vtr_condition_names(condition, ENTRY_POINT) &&
                           !vtr_condition_names_log(condition);

    if (has_place && is_at_entry_point(condition, 1)) {
        return true; /* most of them are nothing else */
    }
    const size_t count = vtr_condition_cheap_terms(condition, terms, NULL);
    for (size_t i = 0; i < count; i++) {
        if (is_mz(terms[i])) {
            return true;
        }
    }
    return has_place && is_of_pe(condition, DEPTH_LIMIT);
}
