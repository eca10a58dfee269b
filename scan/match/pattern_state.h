/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a scanner knows of the patterns that it has met: their parsed form and compiled
 * expressions, kept from file to file, and what was found of them in this file.
 */
#ifndef VTR_SCAN_MATCH_PATTERN_STATE_H
#define VTR_SCAN_MATCH_PATTERN_STATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vector.h"
#include "format/image/image.h"
#include "format/record/rule.h"
#include "scan/match/match_list.h"
#include "scan/match/match_pool.h"
#include "scan/match/plain_slot.h"

struct vtr_expression;

/* Offsets where a part may begin, and the atom that says so. */
struct vtr_candidate {
    uint64_t first;
    uint64_t last;
    uint64_t atom; /* offset of the atom */
};

/* An alternative of a text, a fragment of a hex string, a program of a regular
 * expression. */
struct vtr_pattern_part {
    uint32_t pattern;
    struct vtr_bytes bytes; /* masked text, tokens, masked PCRE2 text */
    struct vtr_bytes
        literal;      /* HEX: masked, where it is nothing but bytes; else empty */
    uint64_t gap_min; /* HEX, not of the first */
    uint64_t gap_max; /* HEX; UINT64_MAX: no bound */
    uint8_t flags;    /* REGEX: VTR_PROGRAM_* */
    uint64_t work;    /* units spent on it in the file `file_number` */
    uint64_t file_number;
    struct vtr_expression *expression; /* REGEX: owned; NULL until it is needed */
    struct vtr_vector candidates;      /* struct vtr_candidate, not looked at yet */
    struct vtr_match_list found;       /* HEX of several fragments, REGEX */
};

struct vtr_pattern_state {
    uint32_t number; /* among all states */
    uint32_t pattern;
    uint32_t rule;
    bool is_bad;     /* the image's bytes are no pattern */
    bool is_touched; /* something was found in this file */

    /* Set by scan/search/pattern_interest.h. */
    bool has_fact;
    uint8_t need;         /* enum vtr_need */
    uint8_t place;        /* of VTR_NEED_PLACE */
    bool is_off;          /* no more matches are looked for in the file `asked_file` */
    uint32_t fact;        /* number of the rule in the run's facts */
    uint64_t asked_file;  /* file_number that the two below, and is_off, are of */
    uint64_t only_offset; /* VTR_NEED_PLACE: where a match counts */
    bool has_only_offset;

    struct vtr_bytes plain; /* masked, of a pattern that matches these bytes alone, at
                               most VTR_PLAIN_LEN_MAX, wherever they stand; else
                               empty */
    struct vtr_pattern_view view;
    struct vtr_pattern_part *parts;
    size_t part_count;
    struct vtr_match first; /* room for one, which `matches` or `settled` is lent */
    struct vtr_match_list matches;
    struct vtr_match_list settled; /* those of the blocks before: scan/run/memory.h */
    struct vtr_vector copies;      /* struct vtr_bytes, of each of them */
};

/* All of them.  {0} with `image` set is valid. */
struct vtr_pattern_states {
    const struct vtr_image *image;
    uint32_t *places; /* of each pattern + 1, 0: not yet made; owned.  Pages that are
                         not used cost nothing */
    struct vtr_pattern_state **items; /* owned */
    struct vtr_arena arena;           /* of each of them, and of their parts */
    struct vtr_plain_slot *slots;     /* owned, of each of them */
    uint32_t
        *plain_units; /* of each unit of rows: 0, or of a row of a plain pattern the
                         number of its slot, plus 1, and how far before the atom it
                         begins (vtr_plain_unit); owned.  NULL: not yet asked for */
    size_t count;
    size_t cap;
    struct vtr_pattern_state **touched; /* of this file, in the order of their first
                                           find; as long as `items` */
    size_t touched_count;
    struct vtr_match_pool pool; /* of lists of matches, when those are many */
};

void vtr_pattern_states_deinit(struct vtr_pattern_states *states);

/* Forgets what was found, for the next file, and keeps the memory for as much if
 * `has_room`.  False when all states were too many to keep. */
bool vtr_pattern_states_clear(struct vtr_pattern_states *states, bool has_room);

/* The state of a pattern, made when it is new; NULL when memory is out.  One whose
 * bytes are bad says so. */
VTR_MUST_CHECK struct vtr_pattern_state *vtr_pattern_states_get(
    struct vtr_pattern_states *states, uint32_t pattern);

/* Where the number of a pattern's state stands, plus 1; NULL where no pattern has been
 * met, or the image has none of that number. */
static inline const uint32_t *vtr_pattern_states_place(
    const struct vtr_pattern_states *states, uint32_t pattern)
{
    return states->places == NULL || pattern >= states->image->pattern_count
               ? NULL
               : &states->places[pattern];
}

/* A slot's number and an offset in one word; 0 where the number does not fit. */
#define VTR_PLAIN_UNIT_BITS 8u
static inline uint32_t vtr_plain_unit(uint32_t number, uint8_t back)
{
    return number < UINT32_MAX >> VTR_PLAIN_UNIT_BITS
               ? (number + 1) << VTR_PLAIN_UNIT_BITS | back
               : 0;
}

/* Makes room to note rows of plain patterns of an index of so many units; without
 * memory none are noted. */
void vtr_pattern_states_note_units(struct vtr_pattern_states *states,
                                   uint32_t unit_count);

/* Where several patterns are met, the memory that says what is known of them is waited
 * for once: when their slots are there, each step asks for what the next one reads. */
#define VTR_PATTERN_FETCHES 2u
void vtr_pattern_states_fetch(const struct vtr_pattern_states *states, uint32_t number,
                              unsigned step);

/* The same of a pattern that has no state yet: what making one reads of the image. */
void vtr_pattern_states_fetch_new(const struct vtr_pattern_states *states,
                                  uint32_t pattern, unsigned step);

/* Fetches what is known of patterns of a rule, of the first of so many. */
void vtr_pattern_states_fetch_rule(const struct vtr_pattern_states *states,
                                   uint32_t first, uint64_t count);

/* Fetches what is read of the touched patterns behind the one with this index, of each
 * a part: when they are gone through, all of it is there in time. */
void vtr_pattern_states_fetch_touched(const struct vtr_pattern_states *states,
                                      size_t index);

/* Notes that something of the pattern was found in this file. */
void vtr_pattern_states_touch(struct vtr_pattern_states *states,
                              struct vtr_pattern_state *state);

/* The matches of a pattern in this file, or NULL when there is none; makes no state. */
const struct vtr_pattern_state *vtr_pattern_states_find(
    const struct vtr_pattern_states *states, uint32_t pattern);

/* Which rule a pattern of the image is of, and where in its body.  False past the last
 * one.  Of hostile bytes the rule may be none, and the offset outside of its body. */
VTR_MUST_CHECK bool vtr_pattern_row(const struct vtr_image *image, uint32_t pattern,
                                    uint32_t *out_rule, uint32_t *out_offset);

/* Number of the first pattern of `rule`: patterns are in the order of their rules. */
uint32_t vtr_pattern_first(const struct vtr_image *image, uint32_t rule);

#endif
