/* SPDX-License-Identifier: Apache-2.0 */

/* Instructions of conditions about what was found of the rule's patterns and rules. */
#include "scan/condition/condition_machine.h"

/* What one of a list counts for: to find what is known of a pattern or a rule. */
#define PATTERN_UNITS 12u
#define RULE_UNITS    24u

/* Where matches are asked for. */
struct place {
    enum {
        ANYWHERE,
        AT,
        WITHIN
    } kind;
    int64_t low; /* of AT: the offset */
    int64_t high;
};

/* Matches of a pattern by its number in the rule; an empty list when there are none. */
static const struct vtr_match_list *matches_of(const struct vtr_condition_machine *m,
                                               uint32_t number)
{
    static const struct vtr_match_list none = {0};
    const struct vtr_pattern_state *state =
        vtr_pattern_states_find(&m->world->run->patterns,
                                m->world->first_pattern + number);

    return state == NULL ? &none : &state->matches;
}

static bool is_found(const struct vtr_condition_machine *m, uint32_t number,
                     const struct place *place)
{
    const struct vtr_match_list *matches = matches_of(m, number);

    switch (place->kind) {
    case AT:
        return vtr_match_list_has(matches, place->low);
    case WITHIN:
        return vtr_match_list_count_in(matches, place->low, place->high) > 0;
    case ANYWHERE:
    default:
        return matches->count > 0;
    }
}

/* The operand p. */
static bool read_pattern(const struct vtr_condition_machine *m, struct vtr_reader *code,
                         uint32_t *out)
{
    uint64_t number;

    if (!vtr_reader_varint(code, &number)) {
        return false;
    }
    if (number == 0) {
        *out = m->pattern;
        return m->pattern != UINT32_MAX;
    }
    if (number > m->world->pattern_count) {
        return false;
    }
    *out = (uint32_t)(number - 1);
    return true;
}

/* Pops what says where; `out_is_known` is false when some of it is undefined. */
static bool pop_place(struct vtr_condition_machine *m, struct place *place,
                      bool *out_is_known)
{
    struct vtr_value low = {.kind = VTR_VALUE_INT};
    struct vtr_value high = {.kind = VTR_VALUE_INT};

    if ((place->kind == WITHIN && !vtr_machine_pop(m, &high)) ||
        (place->kind != ANYWHERE && !vtr_machine_pop(m, &low))) {
        return false;
    }
    *out_is_known = low.kind == VTR_VALUE_INT && high.kind == VTR_VALUE_INT;
    place->low = low.number;
    place->high = high.number;
    return true;
}

static struct vtr_value match_part(const struct vtr_condition_machine *m,
                                   uint32_t number, const struct vtr_value *index,
                                   bool is_length)
{
    const struct vtr_match_list *matches = matches_of(m, number);

    if (index->kind != VTR_VALUE_INT || index->number < 1 ||
        (uint64_t)index->number > matches->count) {
        return (struct vtr_value){0};
    }
    const struct vtr_match *match = &matches->items[index->number - 1];
    return vtr_value_int((int64_t)(is_length ? match->length : match->offset));
}

/* Whether, or for COUNT_IN how often, the pattern was found there. */
static bool push_found(struct vtr_condition_machine *m, uint8_t op, uint32_t number)
{
    struct place place = {.kind = op == VTR_OP_MATCH      ? ANYWHERE
                                  : op == VTR_OP_MATCH_AT ? AT
                                                          : WITHIN};
    struct vtr_value value = {0};
    bool is_known;

    if (!pop_place(m, &place, &is_known)) {
        return false;
    }
    if (is_known) {
        value =
            op == VTR_OP_COUNT_IN
                ? vtr_value_int((int64_t)vtr_match_list_count_in(matches_of(m, number),
                                                                 place.low, place.high))
                : vtr_value_bool(is_found(m, number, &place));
    }
    return vtr_machine_push(m, value);
}

bool vtr_machine_pattern(struct vtr_condition_machine *m, uint8_t op,
                         struct vtr_reader *code)
{
    struct vtr_value index;
    uint32_t number;

    if (!read_pattern(m, code, &number)) {
        return false;
    }
    switch (op) {
    case VTR_OP_MATCH:
    case VTR_OP_MATCH_AT:
    case VTR_OP_MATCH_IN:
    case VTR_OP_COUNT_IN:
        return push_found(m, op, number);
    case VTR_OP_COUNT:
        return vtr_machine_push(m,
                                vtr_value_int((int64_t)matches_of(m, number)->count));
    case VTR_OP_OFFSET:
    case VTR_OP_LENGTH:
        return vtr_machine_pop(m, &index) &&
               vtr_machine_push(m, match_part(m, number, &index, op == VTR_OP_LENGTH));
    default:
        return false;
    }
}

/* Counts which of the listed rules are true. */
static bool count_rules(struct vtr_condition_machine *m, struct vtr_reader *code,
                        uint64_t count, uint64_t *out_found)
{
    const struct vtr_condition_world *world = m->world;

    *out_found = 0;
    for (uint64_t i = 0; i < count; i++) {
        struct vtr_bytes name;
        if (!vtr_reader_string(code, &name)) {
            return false;
        }
        const enum vtr_truth verdict = world->ask(name, world->context);
        m->is_pending = m->is_pending || verdict == VTR_TRUTH_PENDING;
        *out_found += verdict == VTR_TRUTH_TRUE ? 1 : 0;
    }
    /* All that are missing have been asked for at once. */
    return !m->is_pending;
}

static bool count_patterns(struct vtr_condition_machine *m, struct vtr_reader *code,
                           uint64_t count, const struct place *place,
                           uint64_t *out_found)
{
    *out_found = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint64_t number;
        if (!vtr_reader_varint(code, &number) || number >= m->world->pattern_count) {
            return false;
        }
        *out_found += is_found(m, (uint32_t)number, place) ? 1 : 0;
    }
    return true;
}

bool vtr_machine_of(struct vtr_condition_machine *m, uint8_t op,
                    struct vtr_reader *code)
{
    struct vtr_quantity quantity;
    struct place place = {.kind = op == VTR_OP_OF_AT   ? AT
                                  : op == VTR_OP_OF_IN ? WITHIN
                                                       : ANYWHERE};
    bool is_known;
    uint8_t quantifier;
    uint64_t count;
    uint64_t found;

    if (!vtr_machine_read_quantifier(code, &quantifier) ||
        !vtr_reader_varint(code, &count) || count > vtr_reader_left(code)) {
        return false;
    }
    (void)vtr_machine_charge(m, count * (op == VTR_OP_OF_RULES ? RULE_UNITS
                                                               : PATTERN_UNITS));
    if (!pop_place(m, &place, &is_known)) {
        return false;
    }
    const bool is_counted = op == VTR_OP_OF_RULES
                                ? count_rules(m, code, count, &found)
                                : count_patterns(m, code, count, &place, &found);
    return is_counted && vtr_machine_pop_quantity(m, quantifier, &quantity) &&
           vtr_machine_push(m, is_known ? vtr_quantity_value(&quantity, found, count)
                                        : (struct vtr_value){0});
}
