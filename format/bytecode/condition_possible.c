/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What ends with an instruction about patterns is true only where enough of them occur;
 * terms are asked one by one, and of what is not understood anything is possible.
 */
#include "format/bytecode/condition_possible.h"

#include "format/bytecode/condition_read.h"
#include "format/bytecode/condition_terms.h"

/* "and" in "or" in "and": what is inside more of each other may be true. */
#define DEPTH_LIMIT 6u

/* More instructions than a term has that is understood whole. */
#define HEAD_LIMIT 4u

struct question {
    vtr_may_occur_fn may_occur;
    void *context;
};

/* A program without jumps. */
struct term {
    struct vtr_instruction head[HEAD_LIMIT]; /* the first ones */
    struct vtr_instruction last;
    size_t count;
};

/* False for a program that has jumps, or is none. */
static bool read_term(struct vtr_bytes code, struct term *out)
{
    struct vtr_reader reader;

    out->count = 0;
    vtr_reader_init(&reader, code, 0);
    while (vtr_reader_left(&reader) > 0) {
        if (!vtr_instruction_read(&reader, &out->last) ||
            out->last.op == VTR_OP_JUMP_FALSE || out->last.op == VTR_OP_JUMP_TRUE) {
            return false;
        }
        if (out->count < HEAD_LIMIT) {
            out->head[out->count] = out->last;
        }
        out->count++;
    }
    return out->count > 0;
}

static bool may_be_there(const struct question *question, uint64_t pattern)
{
    return pattern == 0 || question->may_occur(question->context, pattern - 1);
}

/* How many of the patterns of a list may occur; stops at `enough`, or where there
 * cannot be so many. */
static uint64_t count_possible(const struct question *question,
                               const struct vtr_instruction *of, uint64_t enough)
{
    struct vtr_reader list = of->list;
    uint64_t found = 0;
    uint64_t number;

    for (uint64_t left = of->list_count; left > 0 && found < enough; left--) {
        if (left < enough - found) {
            break;
        }
        found += !vtr_reader_varint(&list, &number) ||
                 question->may_occur(question->context, number);
    }
    return found;
}

/* The number that "of" is told first, where all it is told are numbers. */
static bool find_number(const struct term *term, int64_t *out)
{
    const size_t operands = term->last.op == VTR_OP_OF      ? 1
                            : term->last.op == VTR_OP_OF_AT ? 2
                                                            : 3;

    if (term->count != operands + 1 || term->count > HEAD_LIMIT) {
        return false;
    }
    for (size_t i = 0; i < operands; i++) {
        if (term->head[i].op != VTR_OP_INT) {
            return false;
        }
    }
    *out = term->head[0].number;
    return true;
}

/* How many patterns of its list must occur for "of" to be true, if that is known. */
static uint64_t count_wanted(const struct term *term)
{
    const uint64_t count = term->last.list_count;
    int64_t number;

    switch (term->last.quantifier) {
    case VTR_QUANTIFIER_ALL:
        return count;
    case VTR_QUANTIFIER_ANY:
        return 1;
    case VTR_QUANTIFIER_N:
        return find_number(term, &number) && number > 0 ? (uint64_t)number : 0;
    case VTR_QUANTIFIER_PERCENT:
        return find_number(term, &number) && number > 0
                   ? (count * (uint64_t)(number < 100 ? number : 100) + 99) / 100
                   : 0;
    default:
        return 0;
    }
}

static bool is_of_possible(const struct question *question, const struct term *term)
{
    const uint64_t wanted = count_wanted(term);

    return count_possible(question, &term->last, wanted) >= wanted;
}

/* A loop over patterns whose body says of each that it occurs, somewhere or at a place.
 */
static bool is_loop_possible(const struct question *question, const struct term *term)
{
    const struct vtr_instruction *loop = &term->last;
    struct term body;

    if (!read_term(loop->body, &body) || body.last.op < VTR_OP_MATCH ||
        body.last.op > VTR_OP_MATCH_IN || body.last.pattern != 0) {
        return true;
    }
    const uint64_t wanted = loop->quantifier == VTR_QUANTIFIER_ALL   ? loop->list_count
                            : loop->quantifier == VTR_QUANTIFIER_ANY ? 1
                                                                     : 0;
    return count_possible(question, loop, wanted) >= wanted;
}

/* "#a > 2": the pattern occurs. */
static bool is_count_possible(const struct question *question, const struct term *term)
{
    const struct vtr_instruction *of = term->head;
    const int64_t least = term->last.op == VTR_OP_GT ? 0 : 1;

    return term->count != 3 || of[0].op != VTR_OP_COUNT || of[1].op != VTR_OP_INT ||
           of[1].number < least || may_be_there(question, of[0].pattern);
}

static bool is_term_possible(const struct question *question, struct vtr_bytes code)
{
    struct term term;

    if (!read_term(code, &term)) {
        return true;
    }
    switch (term.last.op) {
    case VTR_OP_MATCH:
    case VTR_OP_MATCH_AT:
    case VTR_OP_MATCH_IN:
        return may_be_there(question, term.last.pattern);
    case VTR_OP_OF:
    case VTR_OP_OF_IN:
    case VTR_OP_OF_AT:
        return is_of_possible(question, &term);
    case VTR_OP_FOR_PATTERNS:
        return is_loop_possible(question, &term);
    case VTR_OP_GT:
    case VTR_OP_GE:
    case VTR_OP_EQ:
        return is_count_possible(question, &term);
    default:
        return true;
    }
}

static bool is_possible(const struct question *question, struct vtr_bytes code,
                        unsigned depth)
{
    struct vtr_bytes terms[VTR_TERM_LIMIT];

    if (depth == DEPTH_LIMIT) {
        return true;
    }
    size_t count = vtr_condition_terms(code, VTR_OP_AND, terms);
    for (size_t i = 0; i < count && count > 1; i++) {
        if (!is_possible(question, terms[i], depth + 1)) {
            return false;
        }
    }
    if (count > 1) {
        return true;
    }
    count = vtr_condition_terms(code, VTR_OP_OR, terms);
    if (count == 1) {
        return is_term_possible(question, code);
    }
    for (size_t i = 0; i < count; i++) {
        if (is_possible(question, terms[i], depth + 1)) {
            return true;
        }
    }
    return count == VTR_TERM_LIMIT; /* there may be more */
}

bool vtr_condition_is_possible(struct vtr_bytes condition, vtr_may_occur_fn may_occur,
                               void *context)
{
    const struct question question = {may_occur, context};

    return vtr_condition_names_log(condition) || is_possible(&question, condition, 0);
}
