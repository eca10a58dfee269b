/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YARA's regular expressions as a tree.  The language is YARA 4.2's: no groups but
 * plain ones, no lookaround, no backreferences; '{' that begins no repeat is itself,
 * and so is an escaped character without a meaning.  In the other dialects groups have
 * flags and names, and in YARA-X's what has no meaning is refused.
 */
#ifndef VTR_COMPILER_PATTERN_REGEX_PARSER_H
#define VTR_COMPILER_PATTERN_REGEX_PARSER_H

#include "compiler/pattern/pattern.h"

/* Groups inside groups. */
#define VTR_REGEX_DEPTH_LIMIT 100u

/* Nodes of a tree: more than all the programs that it may become have room for, so that
 * what is refused anyway is so before it takes memory. */
#define VTR_REGEX_NODE_LIMIT ((size_t)1 << 21)

/* Highest bound of a repeat. */
#define VTR_REGEX_REPEAT_MAX 32767u

/* `max` of a repeat without an upper bound. */
#define VTR_REGEX_UNBOUNDED UINT32_MAX

/* Repeats of repeats, in all of an expression. */
#define VTR_REGEX_CHAINED_LIMIT 8u

/* Levels of a tree: a group is alternatives of sequences of repeats, and what it ends
 * in is the alternatives of the sequences of bytes that are a character of Unicode. */
#define VTR_REGEX_LEVEL_LIMIT \
 (3u * (VTR_REGEX_DEPTH_LIMIT + 1u) + VTR_REGEX_CHAINED_LIMIT + 3u)

/* Which ends of words a BOUNDARY asks for: \b, and YARA-X's \b{start} and the like. */
enum vtr_regex_edge {
    VTR_REGEX_EDGE_ANY,
    VTR_REGEX_EDGE_START,
    VTR_REGEX_EDGE_END,
    VTR_REGEX_EDGE_NO_WORD_BEFORE, /* \b{start-half} */
    VTR_REGEX_EDGE_NO_WORD_AFTER   /* \b{end-half} */
};

enum vtr_regex_kind {
    VTR_REGEX_EMPTY,
    VTR_REGEX_LITERAL,     /* byte */
    VTR_REGEX_ANY,         /* . */
    VTR_REGEX_CLASS,       /* set */
    VTR_REGEX_START,       /* ^ */
    VTR_REGEX_END,         /* $ */
    VTR_REGEX_LINE_START,  /* ^ under the flag m */
    VTR_REGEX_LINE_END,    /* $ under it */
    VTR_REGEX_BOUNDARY,    /* \b */
    VTR_REGEX_NO_BOUNDARY, /* \B */
    VTR_REGEX_REPEAT,      /* first, min to max times */
    VTR_REGEX_CONCAT,      /* first and its siblings, at least 2 */
    VTR_REGEX_ALT          /* first or one of its siblings, at least 2 */
};

/* A set of bytes: bit b % 8 of byte b / 8. */
struct vtr_byte_set {
    uint8_t bits[32];
};

static inline bool vtr_byte_set_has(const struct vtr_byte_set *set, unsigned byte)
{
    return ((unsigned)set->bits[byte >> 3] >> (byte & 7u) & 1u) != 0;
}

static inline void vtr_byte_set_add(struct vtr_byte_set *set, unsigned byte)
{
    set->bits[byte >> 3] = (uint8_t)(set->bits[byte >> 3] | 1u << (byte & 7u));
}

/* What recurses over a tree ends with VTR_REGEX_LEVEL_LIMIT. */
struct vtr_regex_node {
    struct vtr_regex_node *next;  /* sibling */
    struct vtr_regex_node *first; /* REPEAT, CONCAT, ALT */
    enum vtr_regex_kind kind;
    uint8_t byte;
    uint8_t wild;     /* LITERAL of a hex string: bits of `byte` that may be any */
    uint8_t edge;     /* BOUNDARY: enum vtr_regex_edge */
    bool has_returns; /* LINE_START, LINE_END: \r ends a line of any text */
    bool is_lazy;     /* REPEAT */
    uint32_t min;     /* REPEAT: never 1 to 1 */
    uint32_t max;
    const struct vtr_byte_set *set;
};

struct vtr_regex_tree {
    const struct vtr_regex_node *root;
    /* With fullword: a match ends where a word does, which is looked for in all ways up
     * to the child `settled` of the root (NULL: in all ways), and in one from there on.
     * The parser says false. */
    bool ends_word;
    const struct vtr_regex_node *settled;
    enum vtr_dialect dialect;
    bool is_nocase;
    bool is_dotall;
    bool has_greedy;  /* a repeat that takes as much as it can, {n} included */
    bool has_lazy;    /* a repeat that takes as little as it can */
    bool has_varying; /* a greedy repeat of no fixed number */
    bool is_of_text;  /* of a condition's text, not of a file; the parser says false */
};

/* Parses `source->text`.  The tree lives in the arena.  With nocase the sets have both
 * cases of a letter that they have one of. */
VTR_MUST_CHECK bool vtr_regex_parse(struct vtr_arena *arena,
                                    const struct vtr_regex_source *source,
                                    struct vtr_regex_tree *out,
                                    struct vtr_pattern_problem *problem);

#endif
