/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Rules that may be true without a match of any pattern, by what they ask of a file
 * first: most of them ask for the same few things.  None of those rules costs a file
 * anything where its guards do not hold; and those that compare the file's size, or a
 * text of the file with texts of their own (a digest, the serial number of a
 * certificate), are sorted by what they compare it with and are looked up by that.
 *
 * The sections RULE_ALWAYS, RULE_GROUPS and RULE_KEYS; docs/format.md.
 */
#ifndef VTR_FORMAT_IMAGE_ALWAYS_TABLE_H
#define VTR_FORMAT_IMAGE_ALWAYS_TABLE_H

#include <stdbool.h>

#include "base/vector.h"
#include "base/writer.h"
#include "format/bytecode/condition_key.h"
#include "format/bytecode/condition_terms.h"

struct vtr_image;
struct vtr_records;
struct vtr_error;

/* What a condition asks of a file first.  All of it must hold for it to be true. */
struct vtr_always_form {
    struct vtr_bytes guards[VTR_TERM_LIMIT]; /* cheap terms, each a program */
    size_t guard_count;
    bool has_size; /* the file must have this size; no guard then says it */
    uint64_t size;
    bool has_text;
    struct vtr_condition_key text;
};

void vtr_always_form_read(struct vtr_bytes condition, struct vtr_always_form *out);

/* Halves of a key: of the file's size, and of the plain text. */
uint32_t vtr_always_size_key(uint64_t size);
uint32_t vtr_always_text_key(struct vtr_bytes text);

struct vtr_always_plan {
    struct vtr_vector items;  /* struct item */
    struct vtr_writer groups; /* what tells groups apart, one behind the other */
    uint64_t group_count;
    uint64_t key_count;
};

/* {0} is valid to deinit.  VTR_ERROR_FORMAT at a malformed rule. */
VTR_MUST_CHECK enum vtr_status vtr_always_plan_make(struct vtr_always_plan *out,
                                                    const struct vtr_records *records,
                                                    struct vtr_error *err);
void vtr_always_plan_deinit(struct vtr_always_plan *plan);

/* Fills the sections, of 4 bytes an item and a group and 8 a key. */
void vtr_always_table_write(const struct vtr_always_plan *plan, uint8_t *rules,
                            uint8_t *groups, uint8_t *keys);

/* A group of an image: rules first..end-1 of RULE_ALWAYS. */
struct vtr_always_group {
    size_t first;
    size_t end;
    bool has_keys; /* RULE_KEYS has one for each of them */
};

size_t vtr_always_group_count(const struct vtr_image *image);

/* False when the image's bytes are none. */
VTR_MUST_CHECK bool vtr_always_group_get(const struct vtr_image *image, size_t index,
                                         struct vtr_always_group *out);

/* The rule at a place that a group has. */
uint32_t vtr_always_rule(const struct vtr_image *image, size_t place);

/* Of a group with keys, the places of those that are equal to `key` where `mask` has
 * bits: its high half, or all. */
void vtr_always_find(const struct vtr_image *image,
                     const struct vtr_always_group *group, uint64_t key, uint64_t mask,
                     size_t *out_first, size_t *out_end);

#endif
