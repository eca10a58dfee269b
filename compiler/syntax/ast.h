/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The syntax tree of a source: what the parser says and the checker completes.
 *
 * Everything lives in the arena of the source that it was parsed from and borrows its
 * bytes.  Names of strings are without their mark ("a" of "$a", "" of "$").
 */
#ifndef VTR_COMPILER_SYNTAX_AST_H
#define VTR_COMPILER_SYNTAX_AST_H

#include <stdbool.h>

#include "compiler/diagnostic/diagnose.h"
#include "compiler/pattern/pattern.h"
#include "format/bytecode/bytecode.h"
#include "format/record/rule.h"

/* How deep a condition may nest: parentheses, unary operators, loops. */
#define VTR_NESTING_LIMIT 200u

enum vtr_type {
    VTR_TYPE_UNKNOWN = 0, /* of what has an error already: fits everywhere */
    VTR_TYPE_BOOL,
    VTR_TYPE_INT,
    VTR_TYPE_FLOAT,
    VTR_TYPE_TEXT,
    VTR_TYPE_REGEX,
    VTR_TYPE_STRUCT, /* of a module: has fields, is no value */
    VTR_TYPE_ARRAY,
    VTR_TYPE_DICT,
    VTR_TYPE_FUNCTION
};

enum vtr_node_kind {
    VTR_NODE_BOOL = 1, /* number 0 or 1 */
    VTR_NODE_INT,
    VTR_NODE_FLOAT, /* text as written */
    VTR_NODE_TEXT,  /* text, unescaped */
    VTR_NODE_REGEX, /* text, is_nocase, is_dotall */
    VTR_NODE_FILESIZE,
    VTR_NODE_ENTRYPOINT,
    VTR_NODE_NAME,       /* loop variable, external variable or rule */
    VTR_NODE_MEMBER,     /* name and its parts, of a module or a loop's variable */
    VTR_NODE_PART_FIELD, /* .text */
    VTR_NODE_PART_INDEX, /* [child] */
    VTR_NODE_PART_CALL,  /* (children) */
    VTR_NODE_READ,       /* number: kind; child: offset */
    VTR_NODE_STRING,     /* $a */
    VTR_NODE_STRING_AT,  /* child: offset */
    VTR_NODE_STRING_IN,  /* children: low, high */
    VTR_NODE_COUNT,      /* #a */
    VTR_NODE_COUNT_IN,   /* children: low, high */
    VTR_NODE_OFFSET,     /* @a, child: index, if there is one */
    VTR_NODE_LENGTH,     /* !a, the same */
    VTR_NODE_CHAIN,      /* children joined from the left by each one's `joint` */
    VTR_NODE_UNARY,      /* op, child */
    VTR_NODE_OF,         /* loop: set; children: none, low and high, an offset, or the
                            conditions that are the set */
    VTR_NODE_FOR_OF,     /* loop: set, body */
    VTR_NODE_FOR_IN      /* loop: variables, body; children: low and high, values, what
                            has the items, or what "with" names */
};

/* What the name of a VTR_NODE_NAME turned out to be. */
enum vtr_name_kind {
    VTR_NAME_RULE = 1,
    VTR_NAME_EXTERNAL,
    VTR_NAME_VARIABLE
};

/* One "[]" of a path: what is between the brackets. */
enum vtr_index_kind {
    VTR_INDEX_NODE = 1, /* an integer */
    VTR_INDEX_SLOT,     /* the place of a loop's turn */
    VTR_INDEX_KEY       /* a text: the key of a dictionary */
};

struct vtr_access_index {
    enum vtr_index_kind kind;
    struct vtr_node *node;
    unsigned slot;
    size_t path_len; /* KEY: bytes of the path up to the dictionary */
};

#define VTR_ACCESS_INDEX_LIMIT 8u /* of one access */

/* What a condition reads of a module: the checker's. */
struct vtr_access {
    enum vtr_op op; /* VTR_OP_FIELD, CALL, KEY; ITEMS of an array or dictionary */
    struct vtr_bytes path; /* "module.field[].field", as the database has it */
    uint32_t module;
    uint32_t row; /* of the table of modules; VTR_FIELD_COUNT of a structure */
    unsigned index_count;
    const struct vtr_access_index *indices;
    struct vtr_node *arguments; /* CALL: the first */
    bool is_length;             /* the length of the text that is read */
};

/* There are more of these than of all else: they are kept small. */
struct vtr_node {
    enum vtr_node_kind kind : 8;
    enum vtr_op op : 8;               /* of UNARY */
    enum vtr_op joint : 8;            /* of a child of a CHAIN: what joins it to those
                                         before */
    enum vtr_type type : 8;           /* the checker's */
    enum vtr_name_kind name_kind : 8; /* the checker's */
    bool is_primary : 1; /* syntax: may stand beside an arithmetic operator */
    bool is_nocase : 1;
    bool is_dotall : 1;
    bool is_known : 1; /* the checker's: an integer that is `number` whatever is scanned
                        */
    bool is_unsigned : 1; /* such an integer without a sign, `number` has its bits; it
                             is not `is_known` then */
    uint32_t offset;
    uint32_t length;
    struct vtr_bytes text;
    int64_t number;            /* of BOOL, INT and READ, and of what is known */
    struct vtr_node *children; /* first child */
    struct vtr_node *next;     /* next child of the same parent */
    struct vtr_loop *loop;

    /* The checker's. */
    struct vtr_access
        *access;      /* of a MEMBER, and of a variable over a module's items */
    unsigned slot;    /* VTR_NAME_VARIABLE */
    uint32_t pattern; /* of the rule, + 1; 0: of the innermost string loop */
};

/* An integer that is the same whatever is scanned, with a sign or without. */
static inline bool vtr_node_is_constant(const struct vtr_node *node)
{
    return node->is_known || node->is_unsigned;
}

/* One member of "($a, $b*)" or "(rule1, rule*)". */
struct vtr_set_item {
    struct vtr_bytes name;
    bool is_wildcard;
    uint32_t offset;
    uint32_t length;
    struct vtr_set_item *next;
};

enum vtr_set_kind {
    VTR_SET_THEM = 1,
    VTR_SET_STRINGS,
    VTR_SET_RULES,
    VTR_SET_CONDITIONS /* the children, each counted when it is true */
};

/* Key and value of a dictionary. */
#define VTR_LOOP_VARIABLE_LIMIT 2u

/* What "of" and "for" have in common. */
struct vtr_loop {
    enum vtr_quantifier quantifier;
    struct vtr_node *count; /* of N and PERCENT */
    enum vtr_set_kind set;
    struct vtr_set_item *items;
    uint32_t set_offset;
    uint32_t set_length;
    bool is_range; /* FOR_IN, and OF: children are low and high */
    bool is_at;    /* OF: the child is an offset */
    struct vtr_bytes variables[VTR_LOOP_VARIABLE_LIMIT];
    uint32_t variable_offsets[VTR_LOOP_VARIABLE_LIMIT];
    unsigned variable_count;
    bool is_with;       /* FOR_IN: one turn, the child is the variable's value */
    bool is_over_items; /* FOR_IN: the child is an array or dictionary of a module */
    struct vtr_node *body;

    /* The checker's. */
    unsigned slot;
    uint32_t *patterns; /* numbers in the rule, in the order of the set */
    size_t pattern_count;
};

struct vtr_ast_meta {
    struct vtr_bytes key; /* where it stands in the source */
    enum vtr_meta_type type;
    uint32_t end; /* past its value */
    struct vtr_bytes text;
    int64_t number;
    int64_t exponent; /* FLOAT: number * 10^exponent */
    struct vtr_ast_meta *next;
};

struct vtr_ast_tag {
    struct vtr_bytes name;
    uint32_t offset;
    struct vtr_ast_tag *next;
};

/* Where a condition asks for a string. */
struct vtr_string_use {
    bool is_fixed; /* at `offset` */
    bool is_free;  /* in any other way */
    int64_t offset;
};

struct vtr_ast_string {
    struct vtr_bytes id;
    uint32_t offset; /* of its name */
    uint32_t length;
    uint32_t literal_offset; /* of its value, with quotes, braces or slashes */
    uint32_t literal_length;
    uint32_t end; /* past its modifiers */
    enum vtr_pattern_type type;
    struct vtr_pattern_modifiers modifiers;
    uint32_t flags;           /* VTR_PATTERN_* */
    struct vtr_bytes payload; /* as format/record/rule.h has it */
    bool is_literal;          /* nothing but fixed bytes, of literal.h */
    struct vtr_ast_string *next;

    /* The checker's. */
    bool is_referenced;
    struct vtr_string_use use;
};

/* A rule that a condition names. */
struct vtr_reference {
    struct vtr_bytes name;
    bool is_wildcard;
    uint32_t offset;
    uint32_t length;
    struct vtr_reference *next;
};

/* A lowered rule: its record's body, and where the parts are that are the same in every
 * namespace. */
struct vtr_record_body {
    struct vtr_bytes body;
    size_t head;           /* offset of the tags, which metas and patterns follow */
    size_t patterns;       /* of the first pattern */
    size_t condition;      /* of the condition's length */
    struct vtr_bytes code; /* the condition, when it has no wildcards */
};

struct vtr_ast_rule {
    struct vtr_bytes name;
    uint32_t begin;          /* of the first of its words */
    uint32_t end;            /* past its '}', or where it could not be read on */
    uint32_t offset;         /* of its name */
    uint32_t strings_offset; /* where strings begin, or what stands instead */
    uint32_t line;
    uint32_t column;
    uint8_t flags; /* VTR_RULE_* */
    bool is_bad;   /* has an error of its own */
    struct vtr_ast_tag *tags;
    struct vtr_ast_meta *metas;
    struct vtr_ast_string *strings;
    uint32_t tag_count;
    uint32_t meta_count;
    uint32_t string_count;
    struct vtr_node *condition; /* NULL when it could not be parsed */
    struct vtr_ast_rule *next;

    /* The checker's. */
    struct vtr_reference *references;
    bool has_wildcards; /* among the references: the condition depends on other rules */
    bool may_log; /* its condition calls functions that write, whatever comes of it */
    uint32_t *externals; /* numbers of those that the condition asks for */
    size_t external_count;
    struct vtr_record_body record; /* in the first namespace of its file */
};

struct vtr_ast_include {
    struct vtr_bytes name; /* as written, unescaped */
    uint32_t offset;
    uint32_t length;
    struct vtr_ast_include *next;
    size_t file; /* number of the file that it means, SIZE_MAX when there is none */
};

struct vtr_ast_import {
    struct vtr_bytes name;
    uint32_t offset;
    uint32_t length;
    struct vtr_ast_import *next;
};

struct vtr_ast {
    struct vtr_ast_rule *rules; /* in source order, bad ones included */
    struct vtr_ast_include *includes;
    struct vtr_ast_import *imports;
    size_t rule_count;
};

#endif
