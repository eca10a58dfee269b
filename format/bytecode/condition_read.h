/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions read instruction by instruction, for those who want to know what one asks
 * for without running it.  Any bytes are safe; format/image/rule_check.h says whether
 * they are good.
 */
#ifndef VTR_FORMAT_BYTECODE_CONDITION_READ_H
#define VTR_FORMAT_BYTECODE_CONDITION_READ_H

#include <stdbool.h>

#include "base/reader.h"
#include "format/bytecode/bytecode.h"

/* One instruction with the operands that its kind has.  The others are not touched,
 * but that the body of what has none is empty. */
struct vtr_instruction {
    uint8_t op;
    uint64_t pattern;       /* MATCH .. LENGTH: number + 1, 0: that of the loop */
    int64_t number;         /* INT */
    uint8_t kind;           /* READ: VTR_READ_* */
    uint64_t distance;      /* jumps */
    uint8_t quantifier;     /* OF .. FOR_PROGRAMS */
    uint64_t slot;          /* VARIABLE, FOR_RANGE, FOR_LIST, FOR_PROGRAMS */
    struct vtr_bytes text;  /* TEXT: masked */
    struct vtr_bytes name;  /* EXTERNAL, RULE, FIELD .. KEY: name or path */
    struct vtr_reader list; /* OF, OF_IN, OF_AT, FOR_PATTERNS: list_count varints */
    uint64_t list_count;    /* and of OF_RULES the names, which `list` does not have */
    struct vtr_bytes programs; /* FOR_PROGRAMS: strings, each a program */
    struct vtr_bytes body;     /* FOR_* */
};

/* Reads the next instruction.  False at the end and at what is none. */
VTR_MUST_CHECK bool vtr_instruction_read(struct vtr_reader *code,
                                         struct vtr_instruction *out);

#endif
