/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition_needs.h"

#include "base/bytes.h"
#include "format/bytecode/condition_read.h"
#include "format/modules/module_table.h"

/* Programs inside each other: a loop's, and those of its values. */
#define FRAME_LIMIT (2u * VTR_LOOP_DEPTH_LIMIT + 2u)

#define NO_PLACE UINT8_MAX

/* A program that is being walked through, or a run of programs. */
struct frame {
    struct vtr_reader code;
    bool is_list;            /* of programs */
    struct vtr_reader bound; /* patterns that the innermost pattern loop binds */
    uint64_t bound_count;
    uint8_t place; /* that the instruction before pushed, or NO_PLACE */
};

struct walk {
    struct vtr_places *places;
    struct vtr_pattern_need *needs;
    size_t count;
    struct frame frames[FRAME_LIMIT];
    size_t depth;
};

static bool is_same_place(const struct vtr_place *a, const struct vtr_place *b)
{
    return a->op == b->op && a->number == b->number &&
           vtr_bytes_equal(a->path, b->path);
}

static uint8_t place_number(struct vtr_places *places, const struct vtr_place *place)
{
    for (size_t i = 0; i < places->count; i++) {
        if (is_same_place(&places->items[i], place)) {
            return (uint8_t)i;
        }
    }
    if (places->count == VTR_PLACE_LIMIT) {
        return NO_PLACE;
    }
    places->items[places->count] = *place;
    return (uint8_t)places->count++;
}

/* The place that an instruction pushes, if it does. */
static uint8_t place_of(struct walk *walk, const struct vtr_instruction *instruction)
{
    struct vtr_place place = {.op = instruction->op};
    unsigned indices = 0;
    unsigned arguments = 0;

    switch (instruction->op) {
    case VTR_OP_INT:
        place.number = instruction->number;
        return place_number(walk->places, &place);
    case VTR_OP_ENTRYPOINT:
        return place_number(walk->places, &place);
    case VTR_OP_FIELD:
        place.path = instruction->name;
        return vtr_field_path_counts(instruction->name, &indices, &arguments) &&
                       indices == 0 && arguments == 0
                   ? place_number(walk->places, &place)
                   : NO_PLACE;
    default:
        return NO_PLACE;
    }
}

static void ask_for(struct walk *walk, uint64_t number, struct vtr_pattern_need need)
{
    if (number >= walk->count) {
        return; /* the machine refuses it */
    }
    struct vtr_pattern_need *known = &walk->needs[number];
    if (known->need == VTR_NEED_NOTHING) {
        *known = need;
    } else if (known->need != need.need || known->place != need.place) {
        known->need = VTR_NEED_ALL;
    }
}

static void ask_for_list(struct walk *walk, struct vtr_reader list, uint64_t count,
                         struct vtr_pattern_need need)
{
    uint64_t number;

    for (uint64_t i = 0; i < count && vtr_reader_varint(&list, &number); i++) {
        ask_for(walk, number, need);
    }
}

/* What an instruction about patterns asks for; the one before may say where. */
static struct vtr_pattern_need need_of(uint8_t op, uint8_t place)
{
    if (op == VTR_OP_MATCH || op == VTR_OP_OF) {
        return (struct vtr_pattern_need){VTR_NEED_ONE, 0};
    }
    if ((op == VTR_OP_MATCH_AT || op == VTR_OP_OF_AT) && place != NO_PLACE) {
        return (struct vtr_pattern_need){VTR_NEED_PLACE, place};
    }
    return (struct vtr_pattern_need){VTR_NEED_ALL, 0};
}

static bool enter(struct walk *walk, struct vtr_bytes code, bool is_list)
{
    if (walk->depth == FRAME_LIMIT) {
        return false;
    }
    struct frame *frame = &walk->frames[walk->depth];
    *frame = (struct frame){.is_list = is_list, .place = NO_PLACE};
    if (walk->depth > 0) {
        frame->bound = walk->frames[walk->depth - 1].bound;
        frame->bound_count = walk->frames[walk->depth - 1].bound_count;
    }
    vtr_reader_init(&frame->code, code, 0);
    walk->depth++;
    return true;
}

/* The programs of a loop are walked through one after the other, the last entered
 * first. */
static bool enter_loop(struct walk *walk, const struct vtr_instruction *instruction)
{
    if (instruction->op == VTR_OP_FOR_PROGRAMS && instruction->programs.len > 0 &&
        !enter(walk, instruction->programs, true)) {
        return false;
    }
    if (!enter(walk, instruction->body, false)) {
        return false;
    }
    if (instruction->op == VTR_OP_FOR_PATTERNS) {
        struct frame *frame = &walk->frames[walk->depth - 1];
        frame->bound = instruction->list;
        frame->bound_count = instruction->list_count;
    }
    return true;
}

/* One instruction, or one program of a list.  False when it is none. */
static bool step(struct walk *walk)
{
    struct frame *frame = &walk->frames[walk->depth - 1];
    struct vtr_instruction instruction;
    struct vtr_bytes program;

    if (frame->is_list) {
        return vtr_reader_string(&frame->code, &program) && enter(walk, program, false);
    }
    if (!vtr_instruction_read(&frame->code, &instruction)) {
        return false;
    }
    const uint8_t place = frame->place;
    frame->place = place_of(walk, &instruction);
    if (instruction.op >= VTR_OP_MATCH && instruction.op <= VTR_OP_LENGTH) {
        const struct vtr_pattern_need need = need_of(instruction.op, place);
        if (instruction.pattern > 0) {
            ask_for(walk, instruction.pattern - 1, need);
        } else {
            ask_for_list(walk, frame->bound, frame->bound_count, need);
        }
    } else if (instruction.op >= VTR_OP_OF && instruction.op <= VTR_OP_OF_AT) {
        ask_for_list(walk, instruction.list, instruction.list_count,
                     need_of(instruction.op, place));
    }
    return instruction.op < VTR_OP_FOR_RANGE || instruction.op > VTR_OP_FOR_PROGRAMS ||
           enter_loop(walk, &instruction);
}

void vtr_condition_needs(struct vtr_bytes condition, struct vtr_places *places,
                         struct vtr_pattern_need *needs, size_t count)
{
    struct walk walk;
    bool is_good;

    walk.places = places;
    walk.needs = needs;
    walk.count = count;
    walk.depth = 0;
    for (size_t i = 0; i < count; i++) {
        needs[i] = (struct vtr_pattern_need){VTR_NEED_NOTHING, 0};
    }
    is_good = enter(&walk, condition, false);
    while (is_good && walk.depth > 0) {
        if (vtr_reader_left(&walk.frames[walk.depth - 1].code) == 0) {
            walk.depth--;
        } else {
            is_good = step(&walk);
        }
    }
    for (size_t i = 0; i < count && !is_good; i++) {
        needs[i].need = VTR_NEED_ALL;
    }
}
