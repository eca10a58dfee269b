/* SPDX-License-Identifier: Apache-2.0 */

/* clang-format off */
/*
 * A rule in canonical form: how it is spelled as bytes (its record body), and safe
 * views over such bytes.  The body says what the rule's source says and nothing else:
 * no file, line, comment, offset or index of another rule.
 *
 *   body     = u8 flags, string namespace, string name,
 *              varint ntags, string tag...,            in source order
 *              varint nmeta, meta...,                  in source order
 *              varint npatterns, pattern...,           in source order
 *              string condition                        format/bytecode/bytecode.h
 *   meta     = string key, u8 type, (masked text | zigzag int | u8 bool |
 *              zigzag digits, zigzag decimal exponent)
 *   pattern  = varint len, then `len` bytes:
 *              string id (without "$", "" when anonymous), u8 type, varint flags,
 *              [FIXED_OFFSET] varint offset, [XOR] u8 min, u8 max, payload
 *   text     = varint n, masked bytes...               n alternatives, any may match
 *   hex      = varint n, fragment...                   n fragments joined by long gaps
 *   fragment = [not the first] varint gap_min, varint gap_max + 1 (0: no upper bound),
 *              string tokens
 *   regex    = varint n, program...                    ASCII forms, then wide ones
 *   program  = u8 flags (VTR_PROGRAM_*), masked PCRE2 text,
 *              varint natoms, atom...
 *   atom     = masked bytes, varint back_min, varint back_max + 1 (0: no bound)
 *   masked   = varint len, bytes ^ vtr_mask(index)
 *
 * Tokens of a hex fragment (no jump in a fragment is longer than VTR_JUMP_LIMIT):
 *   BYTES  masked bytes                 MASKED u8 value, u8 mask (byte & mask == value)
 *   ANY    varint n: n bytes            NOT    u8 value, u8 mask (byte & mask != value)
 *   JUMP   varint min, varint max       ALT    varint n, string tokens... leftmost wins
 * value and mask bytes of MASKED and NOT are stored unmasked.
 */
/* clang-format on */
#ifndef VTR_FORMAT_RECORD_RULE_H
#define VTR_FORMAT_RECORD_RULE_H

#include <stdbool.h>
#include <string.h>

#include "base/reader.h"
#include "base/writer.h"

/* Rule flags. */
#define VTR_RULE_PRIVATE 1u
#define VTR_RULE_GLOBAL  2u
#define VTR_RULE_NEEDS_PATTERN \
 4u /* cannot be true unless one of its patterns matches */

/* Meta types. */
enum vtr_meta_type {
    VTR_META_TEXT = 1,
    VTR_META_INT = 2,
    VTR_META_BOOL = 3,
    VTR_META_FLOAT = 4
};

/* Pattern types. */
enum vtr_pattern_type {
    VTR_PATTERN_TEXT = 1,
    VTR_PATTERN_HEX = 2,
    VTR_PATTERN_REGEX = 3
};

/* Pattern flags. */
#define VTR_PATTERN_NOCASE       1u
#define VTR_PATTERN_ASCII        2u /* TEXT: alternatives match as they are */
#define VTR_PATTERN_WIDE         4u /* TEXT: alternatives match with a zero after each byte */
#define VTR_PATTERN_FULLWORD     8u
#define VTR_PATTERN_XOR          16u
#define VTR_PATTERN_PRIVATE      32u
#define VTR_PATTERN_FIXED_OFFSET 64u  /* only ever asked for at one offset */
#define VTR_PATTERN_GREEDY       128u /* REGEX: a repeat takes as much as it can */
#define VTR_PATTERN_WORD_KEY     256u /* XOR, FULLWORD: the key is over what is around */

/* Flags of a regular expression's program. */
#define VTR_PROGRAM_WIDE       1u
#define VTR_PROGRAM_NOCASE     2u
#define VTR_PROGRAM_DOTALL     4u
#define VTR_PROGRAM_END_ANCHOR 8u  /* the text has $: the end of the data matters */
#define VTR_PROGRAM_INSIDE     16u /* CONDITION: a match begins before the end */

/* Tokens. */
enum vtr_token {
    VTR_TOKEN_BYTES = 1,
    VTR_TOKEN_MASKED = 2,
    VTR_TOKEN_NOT = 3,
    VTR_TOKEN_ANY = 4,
    VTR_TOKEN_JUMP = 5,
    VTR_TOKEN_ALT = 6
};
#define VTR_JUMP_LIMIT      200u /* a longer or unbounded jump starts a new fragment */
#define VTR_ALT_DEPTH_LIMIT 16u  /* alternations inside alternations */

/* The byte that masks index `index` of a masked run.  It keeps another vendor's scanner
 * from taking a database for the malware that it describes; it hides nothing. */
#define VTR_MASK(index) ((uint8_t)(((uint32_t)(index) + 1u) * 0x9E3779B1u >> 24))

static inline uint8_t vtr_mask(size_t index)
{
    return VTR_MASK(index);
}

/* Varint length and masked bytes. */
void vtr_writer_masked(struct vtr_writer *w, struct vtr_bytes bytes);

/* Reads a masked run as it is stored: the caller applies vtr_mask to each byte. */
VTR_MUST_CHECK bool vtr_reader_masked(struct vtr_reader *r, struct vtr_bytes *out);

/* vtr_mask of 0 to 63: as long as most masked runs are. */
extern const uint8_t vtr_masks[64];

/* Masks or unmasks `bytes`, which begin at `index` of their run, into `out`. */
void vtr_mask_part(struct vtr_bytes bytes, size_t index, uint8_t *out);

/* The same of `count` bytes, mostly a few: in whole words, for which both have room. */
#define VTR_MASK_SLACK sizeof(uint64_t)
static inline void vtr_mask_words(const uint8_t *bytes, size_t index, size_t count,
                                  uint8_t *out)
{
    if (index + count + VTR_MASK_SLACK > sizeof vtr_masks) {
        vtr_mask_part((struct vtr_bytes){bytes, count}, index, out);
        return;
    }
    for (size_t i = 0; i < count; i += VTR_MASK_SLACK) {
        uint64_t word;
        uint64_t mask;
        memcpy(&word, bytes + i, sizeof word);
        memcpy(&mask, vtr_masks + index + i, sizeof mask);
        word ^= mask;
        memcpy(out + i, &word, sizeof word);
    }
}

/* Copies `masked` unmasked to `out`, which has room for masked.len bytes. */
void vtr_unmask(struct vtr_bytes masked, uint8_t *out);

/* The same of `len` bytes from `from` on, which `masked` has. */
void vtr_unmask_part(struct vtr_bytes masked, size_t from, size_t len, uint8_t *out);

/* A plain copy from malloc; NULL when memory is out. */
VTR_MUST_CHECK uint8_t *vtr_unmask_copy(struct vtr_bytes masked);

/* View of a body; borrows from it. */
struct vtr_rule_view {
    struct vtr_bytes body;
    uint8_t flags;
    struct vtr_bytes space; /* namespace */
    struct vtr_bytes name;
    struct vtr_reader tags; /* tag_count strings */
    uint64_t tag_count;
    struct vtr_reader metas; /* meta_count metas, read with vtr_rule_next_meta */
    uint64_t meta_count;
    struct vtr_reader patterns; /* pattern_count patterns, vtr_rule_next_pattern */
    uint64_t pattern_count;
    struct vtr_bytes condition;
};

struct vtr_meta_view {
    struct vtr_bytes key;
    enum vtr_meta_type type;
    struct vtr_bytes masked_text; /* VTR_META_TEXT */
    int64_t number;               /* INT, BOOL, and the digits of a FLOAT */
    int64_t exponent;             /* FLOAT: value = number * 10^exponent */
};

struct vtr_pattern_view {
    struct vtr_bytes id;
    enum vtr_pattern_type type;
    uint32_t flags;
    uint64_t fixed_offset;
    uint8_t xor_min;
    uint8_t xor_max;
    struct vtr_reader payload; /* the count has not been read yet */
};

/* Splits a body.  False when the bytes are not a rule: any bytes are safe. */
VTR_MUST_CHECK bool vtr_rule_read(struct vtr_bytes body, struct vtr_rule_view *out);

/* The namespace and name alone, which order rules; for searches. */
VTR_MUST_CHECK bool vtr_rule_read_key(struct vtr_bytes body,
                                      struct vtr_bytes *out_space,
                                      struct vtr_bytes *out_name);

VTR_MUST_CHECK bool vtr_rule_next_meta(struct vtr_reader *metas,
                                       struct vtr_meta_view *out);
VTR_MUST_CHECK bool vtr_rule_next_pattern(struct vtr_reader *patterns,
                                          struct vtr_pattern_view *out);

/* The pattern whose length-prefixed bytes begin at `offset` of a rule's body. */
VTR_MUST_CHECK bool vtr_rule_pattern_at(struct vtr_bytes body, uint32_t offset,
                                        struct vtr_pattern_view *out);

/* Total order of rules: namespace, then name. */
int vtr_rule_compare_key(struct vtr_bytes space_a, struct vtr_bytes name_a,
                         struct vtr_bytes space_b, struct vtr_bytes name_b);

/* External variable: its record body is string name, u8 type, value as a meta's
 * (FLOAT: zigzag digits, zigzag decimal exponent). */
enum vtr_external_type {
    VTR_EXTERNAL_TEXT = 1,
    VTR_EXTERNAL_INT = 2,
    VTR_EXTERNAL_BOOL = 3,
    VTR_EXTERNAL_FLOAT = 4
};
struct vtr_external_view {
    struct vtr_bytes name;
    enum vtr_external_type type;
    struct vtr_bytes masked_text;
    int64_t number;   /* INT, BOOL, and the digits of a FLOAT */
    int64_t exponent; /* FLOAT: value = number * 10^exponent */
};
VTR_MUST_CHECK bool vtr_external_read(struct vtr_bytes body,
                                      struct vtr_external_view *out);
void vtr_external_write(struct vtr_writer *w, const struct vtr_external_view *external,
                        struct vtr_bytes plain_text);

#endif
