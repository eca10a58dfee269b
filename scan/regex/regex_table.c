/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/regex/regex_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "scan/regex/regex_program.h"

/* Steps of all states that are kept. */
#define ITEM_LIMIT 262144u

/* Splits the classes by each set in turn. */
static void find_classes(struct vtr_regex_table *t,
                         const struct vtr_regex_program_code *program)
{
    t->class_count = 1;
    for (size_t i = 0; i < program->set_count; i++) {
        const struct vtr_regex_set *set = &program->sets[i];
        uint16_t inside[256];
        for (unsigned c = 0; c < 256; c++) {
            inside[c] = UINT16_MAX;
        }
        bool has_outside[256] = {false};
        for (unsigned byte = 0; byte < 256; byte++) {
            has_outside[t->classes[byte]] |= !vtr_regex_set_has(set, byte);
        }
        for (unsigned byte = 0; byte < 256; byte++) {
            const uint8_t old = t->classes[byte];
            if (!vtr_regex_set_has(set, byte) || !has_outside[old]) {
                continue;
            }
            if (inside[old] == UINT16_MAX) {
                inside[old] = (uint16_t)t->class_count++;
            }
            t->classes[byte] = (uint8_t)inside[old];
        }
    }
    for (unsigned byte = 256; byte-- > 0;) {
        t->examples[t->classes[byte]] = (uint8_t)byte;
    }
}

bool vtr_regex_table_init(struct vtr_regex_table *table,
                          const struct vtr_regex_program_code *program)
{
    memset(table, 0, sizeof(*table));
    vtr_vector_init(&table->states, sizeof(struct vtr_regex_state));
    vtr_vector_init(&table->items, sizeof(uint16_t));
    find_classes(table, program);
    /* So that the steps of a state without any are somewhere, too. */
    if (!vtr_vector_reserve(&table->items, 1)) {
        return false;
    }
    table->entries = malloc((size_t)VTR_REGEX_STATE_LIMIT * table->class_count *
                            sizeof(*table->entries));
    return table->entries != NULL;
}

void vtr_regex_table_deinit(struct vtr_regex_table *table)
{
    free(table->entries);
    vtr_vector_deinit(&table->states);
    vtr_vector_deinit(&table->items);
    vtr_number_map_deinit(&table->known);
}

void vtr_regex_table_clear(struct vtr_regex_table *table)
{
    table->states.count = 0;
    table->items.count = 0;
    vtr_number_map_clear(&table->known);
}

static bool is_state(const struct vtr_regex_table *t, uint32_t number,
                     struct vtr_bytes steps, bool is_marked)
{
    const struct vtr_regex_state *state = vtr_regex_table_get(t, number);

    return state->is_marked == is_marked &&
           state->count * sizeof(uint16_t) == steps.len &&
           (steps.len == 0 ||
            memcmp(vtr_regex_table_steps(t, state), steps.ptr, steps.len) == 0);
}

/* Appends a state with its steps and its row. */
static bool append(struct vtr_regex_table *t, const uint16_t *steps, size_t count,
                   bool is_marked)
{
    const size_t row = t->states.count * t->class_count;
    const uint32_t first = (uint32_t)t->items.count;
    struct vtr_regex_state *state = vtr_vector_push(&t->states);

    if (state == NULL) {
        return false;
    }
    *state = (struct vtr_regex_state){first, (uint32_t)count, is_marked};
    for (size_t i = 0; i < count; i++) {
        uint16_t *item = vtr_vector_push(&t->items);
        if (item == NULL) {
            return false;
        }
        *item = steps[i];
    }
    for (unsigned c = 0; c < t->class_count; c++) {
        t->entries[row + c] = VTR_REGEX_NO_STATE;
    }
    return true;
}

uint32_t vtr_regex_table_state(struct vtr_regex_table *table, const uint16_t *steps,
                               size_t count, bool is_marked)
{
    const struct vtr_bytes bytes = {(const uint8_t *)steps, count * sizeof(*steps)};
    const uint32_t key = (uint32_t)vtr_digest_xxh3(bytes) + (is_marked ? 1 : 0);
    const uint32_t *known = vtr_number_map_get(&table->known, key);

    if (known != NULL && is_state(table, *known, bytes, is_marked)) {
        return *known;
    }
    if (table->states.count == VTR_REGEX_STATE_LIMIT ||
        table->items.count + count > ITEM_LIMIT) {
        return VTR_REGEX_NO_STATE;
    }
    const uint32_t number = (uint32_t)table->states.count;
    return append(table, steps, count, is_marked) &&
                   vtr_number_map_put(&table->known, key, number)
               ? number
               : VTR_REGEX_NO_STATE;
}
