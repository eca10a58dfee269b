/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/kernel/line_match.h"

#include <string.h>

#define NO_BYTE 0x80u

/* Where the bytes of a kin begin, from four before the window on and without the
 * window's, and how many there are; BOTH has its two from different places. */
static const uint8_t BEGIN[VTR_ATOM_KINS] = {0, 4, 3, 4, 2, 4, 4, 0};
static const uint8_t COUNT[VTR_ATOM_KINS] = {0, 1, 1, 2, 2, 1, 4, 4};

void vtr_line_matcher_init(struct vtr_line_matcher *matcher,
                           const struct vtr_atom_table *table, vtr_match_lines_fn match)
{
    const unsigned len = vtr_atom_window_len(table->gram_len, table->stride);

    matcher->match = match;
    matcher->slots = table->slots;
    matcher->place_mask = (uint32_t)((UINT64_C(1) << table->place_bits) - 1);
    matcher->window_len = len;
    memset(matcher->kins, NO_BYTE, sizeof(matcher->kins));
    for (unsigned kin = 0; kin < VTR_ATOM_KINS; kin++) {
        for (unsigned i = 0; i < COUNT[kin]; i++) {
            const unsigned at = BEGIN[kin] + i;

            matcher->kins[4 * kin + i] =
                (uint8_t)(at < VTR_ATOM_KIN_REACH ? at : at + len);
        }
    }
    matcher->kins[4 * VTR_ATOM_KIN_BOTH + 1] = VTR_ATOM_KIN_REACH - 1;
}

/* The slots of a line whose fingerprint is that of the window, a bit for each. */
static uint32_t find_slots(const uint8_t *line, const uint32_t *prints, uint32_t mask)
{
    uint32_t slots = 0;

    for (unsigned slot = 0; slot < VTR_ATOM_LINE_SLOTS; slot++) {
        const uint32_t value = vtr_load_u32(line + 4 * slot);

        slots |= (uint32_t)(((value ^ prints[value % VTR_ATOM_KINS]) & mask) == 0)
                 << slot;
    }
    return slots;
}

/* Whether there is such a slot, which mostly there is not: in half the time. */
static bool has_slot(const uint8_t *line, const uint32_t *prints, uint32_t mask)
{
    uint32_t least = UINT32_MAX;

    for (unsigned slot = 0; slot < VTR_ATOM_LINE_SLOTS; slot++) {
        const uint32_t value = vtr_load_u32(line + 4 * slot);
        const uint32_t other = (value ^ prints[value % VTR_ATOM_KINS]) & mask;

        least = other < least ? other : least;
    }
    return least == 0;
}

size_t vtr_match_lines_plain(const struct vtr_line_matcher *matcher,
                             const uint8_t *bytes,
                             const struct vtr_line_question *questions, size_t count,
                             struct vtr_line_answer *out)
{
    const struct vtr_line_matcher m = *matcher;
    const uint32_t mask = ~m.place_mask;
    size_t found = 0;

    for (size_t i = 0; i < count; i++) {
        const struct vtr_line_question *question = &questions[i];
        const uint8_t *line = m.slots + (size_t)question->line * VTR_ATOM_LINE_LEN;
        const uint8_t *window = bytes + question->at;
        uint32_t prints[VTR_ATOM_KINS];

        vtr_atom_prints(prints, vtr_load_u32(window - VTR_ATOM_KIN_REACH),
                        vtr_load_u32(window + m.window_len), question->key);
        const uint32_t slots =
            has_slot(line, prints, mask) ? find_slots(line, prints, mask) : 0;
        const uint32_t last = vtr_load_u32(line + VTR_ATOM_LINE_LEN - sizeof(uint32_t));
        out[found] = (struct vtr_line_answer){(uint32_t)i,
                                              slots | (last != 0 ? VTR_LINE_FULL : 0)};
        found += out[found].slots != 0;
    }
    return found;
}
