/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Conditions as a program for a small stack machine.
 *
 * Position-independent: patterns are named by their number in the rule, rules and
 * externals by their names.  All jumps go forward by a varint of bytes counted from
 * the end of the instruction, so every program ends; loops are their own instructions
 * with a stated nesting limit.  An operand is written directly after its opcode.
 *
 * A value is undefined, an integer (int64; booleans are 0 and 1), a float or text; an
 * argument of a module's function may be a regular expression.  An integer has no sign
 * (uint64) where UNSIGNED or a READ of 8 bytes gives it.  With one that has a sign,
 * whose 64 bits are then taken for one without, it gives one without; comparisons are
 * of the numbers, a shift is of the kind of what it shifts, NEG gives a sign.  A range
 * with an end past int64 is empty.
 * Unless said otherwise an operation with an undefined operand gives undefined.
 * "p" is varint pattern number + 1, or 0: the pattern of the innermost pattern loop.
 * "q" is a quantifier byte (enum vtr_quantifier); N and PERCENT pop their number, which
 * was pushed before everything else that the instruction pops.  An undefined N means
 * ALL, an undefined percentage makes the result undefined.  N = 0 is NONE; N < 0 and a
 * percentage <= 0 always hold.
 */
#ifndef VTR_FORMAT_BYTECODE_BYTECODE_H
#define VTR_FORMAT_BYTECODE_BYTECODE_H

enum vtr_op {
    /* Constants and the environment. */
    VTR_OP_INT = 1,        /* zigzag value -> int */
    VTR_OP_FLOAT = 2,      /* zigzag digits, zigzag exponent -> digits * 10^exponent */
    VTR_OP_TEXT = 3,       /* masked text -> text */
    VTR_OP_FILESIZE = 4,   /* -> int */
    VTR_OP_ENTRYPOINT = 5, /* -> int, undefined if neither PE nor ELF */
    VTR_OP_EXTERNAL = 6,   /* string name -> its value */
    VTR_OP_RULE = 7,       /* string name, same namespace -> bool */
    VTR_OP_VARIABLE = 8,   /* varint slot: a loop variable -> its value */
    VTR_OP_READ = 9, /* u8 kind (VTR_READ_*), offset -> int, undefined past the end */
    VTR_OP_UNSIGNED = 10, /* varint value -> int without a sign */

    /* Patterns: operands, then what is popped, then what is pushed. */
    VTR_OP_MATCH = 16,    /* p                  -> bool */
    VTR_OP_MATCH_AT = 17, /* p     offset       -> bool */
    VTR_OP_MATCH_IN = 18, /* p     low, high    -> bool, both ends included */
    VTR_OP_COUNT = 19,    /* p                  -> int */
    VTR_OP_COUNT_IN = 20, /* p     low, high    -> int */
    VTR_OP_OFFSET = 21,   /* p     index from 1 -> int, undefined if there is none */
    VTR_OP_LENGTH = 22,   /* p     index from 1 -> int, undefined if there is none */

    /* Sets: q, varint n, and n varint pattern numbers (OF_RULES: strings, names). */
    VTR_OP_OF = 23,       /* [N]            -> bool */
    VTR_OP_OF_IN = 24,    /* [N], low, high -> bool */
    VTR_OP_OF_AT = 25,    /* [N], offset    -> bool */
    VTR_OP_OF_RULES = 26, /* [N]            -> bool */

    /* Loops: the operand is followed by string body, a program that leaves one value.
     * A body that is undefined counts as false.  A loop without a turn is false,
     * whatever its quantifier, and so is a range with an undefined end. */
    VTR_OP_FOR_RANGE = 32,    /* q, varint slot          [N], low, high  -> bool */
    VTR_OP_FOR_LIST = 33,     /* q, varint slot, varint n  [N], n values -> bool */
    VTR_OP_FOR_PATTERNS = 34, /* q, varint n, varint pattern number... [N] -> bool */
    /* A list that is too long for the stack: string of strings, each a program that
     * leaves one value, which its turn runs before the body. */
    VTR_OP_FOR_PROGRAMS = 35, /* q, varint slot, string programs       [N] -> bool */

    /* Control. */
    VTR_OP_JUMP_FALSE =
        40, /* varint n: jumps n if the top is defined and false; pops nothing */
    VTR_OP_JUMP_TRUE =
        41, /* varint n: jumps n if the top is defined and true; pops nothing */

    /* Logic.  AND and OR take what is undefined as false and are always defined; NOT of
     * it is undefined. */
    VTR_OP_AND = 48,
    VTR_OP_OR = 49,
    VTR_OP_NOT = 50,
    VTR_OP_DEFINED = 51, /* never undefined */

    /* Numbers.  Mixed operands become floats; integers wrap; division and remainder by
     * zero, and of the least integer by -1, are undefined; a shift by 64 or more gives
     * 0, by less than 0 undefined. */
    VTR_OP_ADD = 56,
    VTR_OP_SUB = 57,
    VTR_OP_MUL = 58,
    VTR_OP_DIV = 59,
    VTR_OP_MOD = 60,
    VTR_OP_NEG = 61,
    VTR_OP_BIT_AND = 62,
    VTR_OP_BIT_OR = 63,
    VTR_OP_BIT_XOR = 64,
    VTR_OP_BIT_NOT = 65,
    VTR_OP_SHIFT_LEFT = 66,
    VTR_OP_SHIFT_RIGHT = 67,

    /* Comparisons of two numbers or two texts. */
    VTR_OP_EQ = 72,
    VTR_OP_NE = 73,
    VTR_OP_LT = 74,
    VTR_OP_LE = 75,
    VTR_OP_GT = 76,
    VTR_OP_GE = 77,
    VTR_OP_EQ_EXACT = 78, /* EQ calls floats equal that are nearly so, this does not */
    VTR_OP_NE_EXACT = 79,

    /* Text: left, right -> bool.  "I" forms fold ASCII case. */
    VTR_OP_CONTAINS = 80,
    VTR_OP_ICONTAINS = 81,
    VTR_OP_STARTSWITH = 82,
    VTR_OP_ISTARTSWITH = 83,
    VTR_OP_ENDSWITH = 84,
    VTR_OP_IENDSWITH = 85,
    VTR_OP_IEQUALS = 86,
    VTR_OP_MATCHES = 87, /* u8 VTR_PROGRAM_* flags, masked PCRE2 text   text -> bool */

    /* Modules: string path, "module.field[].field" (format/modules/module_table.h).  An
     * index is popped for each "[]", the last one on top; what is not there, or has an
     * undefined index or argument, is undefined. */
    VTR_OP_FIELD = 96, /* indices            -> value */
    VTR_OP_CALL = 97,  /* indices, arguments -> value; "(sr)" after the path: types */
    VTR_OP_ITEMS = 98, /* indices            -> int, items of an array or dictionary */
    VTR_OP_FIND = 99,  /* indices, text      -> int, index of a dictionary's key */
    VTR_OP_KEY = 100,  /* indices, int       -> text, key at an index */
    VTR_OP_REGEX = 101 /* u8 flags, masked PCRE2 text -> regex, an argument of CALL */
};

enum vtr_quantifier {
    VTR_QUANTIFIER_ALL = 1,
    VTR_QUANTIFIER_ANY = 2,
    VTR_QUANTIFIER_NONE = 3,
    VTR_QUANTIFIER_N = 4,
    VTR_QUANTIFIER_PERCENT = 5
};

/* VTR_OP_READ kinds: size in bytes, plus these. */
#define VTR_READ_SIGNED     0x10u
#define VTR_READ_BIG_ENDIAN 0x20u
#define VTR_READ_FLOAT      0x40u /* IEEE 754, of 4 or 8 bytes -> float */

#define VTR_CONDITION_STACK_LIMIT 256u
#define VTR_LOOP_DEPTH_LIMIT      16u /* nesting, and number of variable slots */

#endif
