/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a scanner finds out about rules, once for each: which cheap terms of their
 * conditions must be true, and what they ask of their patterns.  And, once for each
 * file, whether those terms are true of it and where those places are.
 */
#ifndef VTR_SCAN_CONDITION_RULE_FACTS_H
#define VTR_SCAN_CONDITION_RULE_FACTS_H

#include <stdbool.h>

#include "base/number_map.h"
#include "base/vector.h"
#include "scan/condition/condition_needs.h"

struct vtr_scan_run;

/* Of one database, for its scanner. */
struct vtr_rule_facts {
    struct vtr_number_map index;   /* rule -> place in `rules` */
    struct vtr_vector rules;       /* struct rule */
    struct vtr_vector needs;       /* struct vtr_pattern_need, of the rules' patterns */
    struct vtr_vector rule_guards; /* uint32_t, of the rules: places in `guards` */
    struct vtr_vector guards;      /* struct guard, each once */
    struct vtr_number_map by_guard; /* digest of a guard -> place in `guards` */
    struct vtr_places places;
    struct vtr_vector place_values; /* struct place_value, of `places` */
    uint32_t generation; /* how often all was forgotten: numbers of before are void */
};

void vtr_rule_facts_init(struct vtr_rule_facts *facts);
void vtr_rule_facts_deinit(struct vtr_rule_facts *facts);

/* Forgets all rules. */
void vtr_rule_facts_clear(struct vtr_rule_facts *facts);

/* What evaluating a rule takes of its record; borrowed from the image. */
struct vtr_rule_essence {
    uint8_t flags;
    struct vtr_bytes space;
    struct vtr_bytes condition;
    uint32_t first_pattern; /* in the database */
    uint32_t pattern_count;
};

/* The number here of a rule of the database; UINT32_MAX when memory is out or the
 * image's bytes are no rule, and the run is told which. */
uint32_t vtr_rule_facts_get(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                            uint32_t rule);

/* Valid until the next vtr_rule_facts_get. */
const struct vtr_rule_essence *vtr_rule_facts_essence(
    const struct vtr_rule_facts *facts, uint32_t fact);

/* What the rule with the number `fact` asks of its pattern `number`. */
struct vtr_pattern_need vtr_rule_facts_need(const struct vtr_rule_facts *facts,
                                            uint32_t fact, uint32_t number);

/* Its guards: all of them must hold of a file for the rule to be true. */
uint32_t vtr_rule_facts_guard_count(const struct vtr_rule_facts *facts, uint32_t fact);
uint32_t vtr_rule_facts_guard(const struct vtr_rule_facts *facts, uint32_t fact,
                              uint32_t index);

/* The number of a guard, a cheap term that is a part of the image; rules share those of
 * the same bytes.  False when memory is out. */
VTR_MUST_CHECK bool vtr_rule_facts_add_guard(struct vtr_rule_facts *facts,
                                             struct vtr_bytes code, uint32_t *out);

/* Whether a guard holds of the run's file. */
bool vtr_rule_facts_holds(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                          uint32_t guard);

/* Whether the rule can be true of the run's file, as far as its guards say. */
bool vtr_rule_facts_is_possible(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                                uint32_t fact);

/* The offset that a place has in the run's file; false when it is undefined. */
bool vtr_rule_facts_place(struct vtr_rule_facts *facts, struct vtr_scan_run *run,
                          uint8_t place, uint64_t *out);

#endif
