/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/atom_set.h"

#include <string.h>

/* Bytes by which a string is judged: those of its rarest part. */
#define KEY_LEN 4u

/* Strings with fewer bits than this are met everywhere. */
#define BITS_MIN 10u
#define BITS_MAX 32u

/* What an entry of the index costs, in the units of chance. */
#define ENTRY_COST 4u

void vtr_atom_set_clear(struct vtr_atom_set *set)
{
    set->count = 1;
    set->items[0].len = 0;
}

static unsigned longest(const struct vtr_atom_set *set)
{
    unsigned len = 0;

    for (unsigned i = 0; i < set->count; i++) {
        len = set->items[i].len > len ? set->items[i].len : len;
    }
    return len;
}

/* Puts the bytes of `tail` behind those of `head`; there is room. */
static void join(struct vtr_atom_string *head, const struct vtr_atom_string *tail)
{
    memcpy(head->bytes + head->len, tail->bytes, tail->len);
    head->len = (uint8_t)(head->len + tail->len);
}

bool vtr_atom_set_append(struct vtr_atom_set *set, const struct vtr_atom_set *tail)
{
    const unsigned count = set->count;

    if (count * tail->count > VTR_ATOM_SET_LIMIT ||
        longest(set) + longest(tail) > VTR_ATOM_STRING_LIMIT) {
        return false;
    }
    for (unsigned t = tail->count; t-- > 0;) {
        for (unsigned i = 0; i < count; i++) {
            struct vtr_atom_string *to = &set->items[t * count + i];
            *to = set->items[i]; /* the first block is overwritten last */
            join(to, &tail->items[t]);
        }
    }
    set->count = count * tail->count;
    return true;
}

static bool is_equal(const struct vtr_atom_string *a, const struct vtr_atom_string *b)
{
    return a->len == b->len && memcmp(a->bytes, b->bytes, a->len) == 0;
}

bool vtr_atom_set_add(struct vtr_atom_set *set, const struct vtr_atom_string *string)
{
    for (unsigned i = 0; i < set->count; i++) {
        if (is_equal(&set->items[i], string)) {
            return true;
        }
    }
    if (set->count == VTR_ATOM_SET_LIMIT) {
        return false;
    }
    set->items[set->count++] = *string;
    return true;
}

unsigned vtr_atom_set_len(const struct vtr_atom_set *set)
{
    const unsigned len = set->count > 0 ? set->items[0].len : 0;

    for (unsigned i = 1; i < set->count; i++) {
        if (set->items[i].len != len) {
            return 0;
        }
    }
    return len;
}

void vtr_atom_set_drop(struct vtr_atom_set *set, unsigned len)
{
    const unsigned count = set->count;

    set->count = 0;
    for (unsigned i = 0; i < count; i++) {
        struct vtr_atom_string rest = {.len = (uint8_t)(set->items[i].len - len)};
        memcpy(rest.bytes, set->items[i].bytes + len, rest.len);
        (void)vtr_atom_set_add(set, &rest); /* never more than there were */
    }
}

/* Bits of information in a byte of the files that are scanned. */
static unsigned byte_bits(uint8_t byte)
{
    switch (byte) {
    case 0x00:
        return 1;
    case 0x01:
    case 0x20:
    case 0x90:
    case 0xcc:
    case 0xff:
        return 4;
    default:
        break;
    }
    const bool is_alnum =
        (uint8_t)((byte | 0x20) - 'a') < 26 || (uint8_t)(byte - '0') < 10;
    return is_alnum ? 6 : byte < 0x80 ? 7 : 8;
}

/* Bits of the rarest KEY_LEN bytes beside each other.  A byte that repeats the one
 * before it says little; in a wide string that is the one before the zero. */
static unsigned string_bits(const struct vtr_atom_string *s)
{
    unsigned bits[VTR_ATOM_STRING_LIMIT];
    unsigned sum = 0; /* of the window that ends at `i` */
    unsigned best = 0;

    for (unsigned i = 0; i < s->len; i++) {
        const bool repeats = (i >= 1 && s->bytes[i] == s->bytes[i - 1]) ||
                             (i >= 2 && s->bytes[i] == s->bytes[i - 2]);
        bits[i] = repeats ? 1 : byte_bits(s->bytes[i]);
        sum += bits[i] - (i >= KEY_LEN ? bits[i - KEY_LEN] : 0);
        best = sum > best ? sum : best;
    }
    return best < BITS_MAX ? best : BITS_MAX;
}

/* How much work a hit is: the places where a match may begin. */
static uint64_t range_factor(uint32_t back_min, uint32_t back_max)
{
    const uint32_t range = back_max - back_min;

    if (back_max > VTR_ATOM_BACK_LIMIT) {
        return 64;
    }
    return range < 256 ? 1 + range / 16 : 32;
}

uint64_t vtr_atom_cost(const struct vtr_atom_string *string, uint32_t back_min,
                       uint32_t back_max, unsigned len_min)
{
    if (string->len < len_min || back_min > VTR_ATOM_BACK_LIMIT) {
        return UINT64_MAX;
    }
    const unsigned bits = string_bits(string);
    if (bits < BITS_MIN) {
        return UINT64_MAX;
    }
    const uint64_t chance = (uint64_t)1 << (BITS_MAX - bits);
    return (chance + ENTRY_COST) * range_factor(back_min, back_max);
}
