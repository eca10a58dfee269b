/* SPDX-License-Identifier: Apache-2.0 */

/* The insides of the machine for conditions, for its own files: condition.c runs it,
 * condition_pattern.c, condition_loop.c and condition_module.c have its larger
 * instructions. */
#ifndef VTR_SCAN_CONDITION_CONDITION_MACHINE_H
#define VTR_SCAN_CONDITION_CONDITION_MACHINE_H

#include "scan/condition/condition.h"

/* The number of a quantifier, and how it is to be held against what was counted. */
struct vtr_quantity {
    bool is_all;
    bool is_percent;
    bool is_undefined; /* a percentage that is not known */
    int64_t number;
};

/* A program that is being run: the condition, or the body of a loop. */
struct vtr_condition_frame {
    struct vtr_reader code;
    size_t base; /* values on the stack below this program's */

    /* Of a loop. */
    uint8_t op;
    uint64_t slot;
    struct vtr_quantity quantity;
    int64_t next; /* FOR_RANGE: value of the next turn */
    int64_t last;
    size_t item; /* FOR_LIST: place on the stack of the next turn's value */
    struct vtr_reader programs; /* FOR_PROGRAMS: those of the values to come */
    bool is_value;              /* FOR_PROGRAMS: a value's program runs, not the body */
    struct vtr_bytes body;
    struct vtr_reader patterns; /* FOR_PATTERNS: those of the turns to come */
    uint64_t left;              /* turns to come, but for FOR_RANGE */
    uint64_t turns;
    uint64_t found;
    uint32_t outer_pattern; /* what the loop outside binds */
    size_t keep;            /* values on the stack when the loop is over */
};

struct vtr_condition_machine {
    const struct vtr_condition_world *world;
    struct vtr_condition_frame frames[VTR_LOOP_DEPTH_LIMIT + 1];
    size_t depth; /* of loops: frames[depth] runs */
    struct vtr_value stack[VTR_CONDITION_STACK_LIMIT];
    size_t count;
    struct vtr_value variables[VTR_LOOP_DEPTH_LIMIT];
    uint32_t pattern; /* that the innermost pattern loop binds; UINT32_MAX: none */
    bool is_pending;
};

/* What an instruction says: false ends the program, for it is malformed (or pending).
 */

bool vtr_machine_push(struct vtr_condition_machine *m, struct vtr_value value);
bool vtr_machine_pop(struct vtr_condition_machine *m, struct vtr_value *out);

/* Counts what an instruction costs beyond what each does against the budget.  False
 * when that is more than is left: the program ends before its next instruction. */
bool vtr_machine_charge(struct vtr_condition_machine *m, uint64_t units);

/* Reads a quantifier; its number is popped with vtr_machine_pop_quantity, after all
 * else that the instruction pops. */
bool vtr_machine_read_quantifier(struct vtr_reader *code, uint8_t *out);
bool vtr_machine_pop_quantity(struct vtr_condition_machine *m, uint8_t quantifier,
                              struct vtr_quantity *out);

/* What the quantifier says when `found` of `count` were true.  N = 0 wants none of
 * them; an undefined N all of them. */
struct vtr_value vtr_quantity_value(const struct vtr_quantity *quantity, uint64_t found,
                                    uint64_t count);

/* MATCH .. LENGTH and OF .. OF_RULES. */
bool vtr_machine_pattern(struct vtr_condition_machine *m, uint8_t op,
                         struct vtr_reader *code);
bool vtr_machine_of(struct vtr_condition_machine *m, uint8_t op,
                    struct vtr_reader *code);

/* FOR_*: enters the loop, or pushes its value when it has no turn. */
bool vtr_machine_loop(struct vtr_condition_machine *m, uint8_t op,
                      struct vtr_reader *code);

/* FIELD .. REGEX. */
bool vtr_machine_module(struct vtr_condition_machine *m, uint8_t op,
                        struct vtr_reader *code);

/* A program of the running loop has ended: its body, the next turn, or the loop's
 * value. */
bool vtr_machine_turn(struct vtr_condition_machine *m);

#endif
