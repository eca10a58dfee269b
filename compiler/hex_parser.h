/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A hex string as a tree.  The tree is canonical as far as its neighbours go: plain
 * bytes that follow each other are one node, so are wildcards and jumps, and a group
 * with one alternative is no node at all.
 */
#ifndef VTR_COMPILER_HEX_PARSER_H
#define VTR_COMPILER_HEX_PARSER_H

#include "compiler/pattern.h"

/* Highest bound of a jump. */
#define VTR_HEX_JUMP_MAX 0x7fffffffu

/* Parentheses inside parentheses, whether they hold an alternation or not. */
#define VTR_HEX_DEPTH_LIMIT 64u

enum vtr_hex_kind {
    VTR_HEX_BYTES,  /* bytes */
    VTR_HEX_MASKED, /* byte & mask == value */
    VTR_HEX_NOT,    /* byte & mask != value */
    VTR_HEX_GAP,    /* between min and max bytes of any value */
    VTR_HEX_ALT     /* one of the branches */
};

struct vtr_hex_node;

/* Nodes that follow each other. */
struct vtr_hex_sequence {
    struct vtr_hex_node *first; /* NULL: empty */
    struct vtr_hex_node *last;
};

struct vtr_hex_branch {
    struct vtr_hex_sequence sequence;
    struct vtr_hex_branch *next;
};

struct vtr_hex_node {
    struct vtr_hex_node *next;
    enum vtr_hex_kind kind;
    uint8_t value;
    uint8_t mask;
    bool is_chain;          /* GAP: one of its jumps is longer than VTR_JUMP_LIMIT */
    struct vtr_bytes bytes; /* BYTES */
    uint64_t min;           /* GAP */
    uint64_t max;           /* GAP; UINT64_MAX: no bound */
    size_t branch_count;    /* ALT, at least 2 */
    struct vtr_hex_branch *branches;
};

/* Parses what stands between the braces.  The tree lives in the arena. */
VTR_MUST_CHECK bool vtr_hex_parse(struct vtr_arena *arena, struct vtr_bytes source,
                                  enum vtr_dialect dialect,
                                  struct vtr_hex_sequence *out,
                                  struct vtr_pattern_problem *problem);

#endif
