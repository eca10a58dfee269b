/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What stands inside the quotes, braces and slashes of a rule's strings, turned into
 * the canonical payload of format/record/rule.h: what the front end asks of
 * pattern_modifiers.c, text_pattern.c, hex_parser.c and regex_pattern.c.
 *
 * Nothing here knows files or lines: a problem is a place in the text that was handed
 * in, and the front end adds the rest.  The same pattern written differently (case of
 * digits, spaces, comments, order of modifiers) gives the same bytes.  Every function
 * is pure: it allocates from the caller's arena, appends to the caller's writer, and
 * may run on any number of threads with an arena and a writer each.
 */
#ifndef VTR_COMPILER_PATTERN_PATTERN_H
#define VTR_COMPILER_PATTERN_PATTERN_H

#include <stdbool.h>

#include "base/compiler.h"
#include "format/record/rule.h"
#include "vitrine/compile.h"

struct vtr_arena;
struct vtr_writer;

/*
 * What is wrong with a pattern.  A function that returns false has filled it with an
 * error; one that returns true has set `code` to NULL.  What the codes mean:
 * compiler/pattern/pattern_codes.def.
 */
struct vtr_pattern_problem {
    const char *code;  /* "E101", static; NULL: no problem */
    bool is_memory;    /* an allocation failed: no fault of the rule */
    size_t offset;     /* the place, in bytes from the start of the text handed in */
    size_t length;     /* of the place, in bytes; 0: a point */
    char message[200]; /* lower case, no full stop */
    char note[200];    /* why; "" when none */
    char help[200];    /* what to do; "" when none */
};

/* Modifiers, as bits of vtr_pattern_modifiers.set. */
enum vtr_modifier {
    VTR_MODIFIER_NOCASE = 1,
    VTR_MODIFIER_ASCII = 2,
    VTR_MODIFIER_WIDE = 4,
    VTR_MODIFIER_FULLWORD = 8,
    VTR_MODIFIER_PRIVATE = 16,
    VTR_MODIFIER_XOR = 32,
    VTR_MODIFIER_BASE64 = 64,
    VTR_MODIFIER_BASE64WIDE = 128
};

/* The modifiers of one string, as its source has them.  {0}: none. */
struct vtr_pattern_modifiers {
    uint32_t set;    /* enum vtr_modifier bits */
    int64_t xor_min; /* with XOR; "xor" alone is 0 and 255, "xor(7)" is 7 and 7 */
    int64_t xor_max;
    struct vtr_bytes base64_alphabet;     /* unescaped; ptr NULL: the standard one */
    struct vtr_bytes base64wide_alphabet; /* the same for base64wide */
    enum vtr_dialect dialect;
};

/* The modifier of that name, or 0. */
unsigned vtr_modifier_find(struct vtr_bytes name);

/* Adds `modifier` to `mods`, with the xor range "xor" alone has.  False: it is there
 * already. */
VTR_MUST_CHECK bool vtr_modifier_add(struct vtr_pattern_modifiers *mods,
                                     enum vtr_modifier modifier,
                                     struct vtr_pattern_problem *problem);

/* Whether these modifiers may stand together on a string of that type.  The problem's
 * place is 0, 0: the modifiers as a whole. */
VTR_MUST_CHECK bool vtr_modifier_check(const struct vtr_pattern_modifiers *mods,
                                       enum vtr_pattern_type type,
                                       struct vtr_pattern_problem *problem);

/* The alphabet of BASE64 or BASE64WIDE: the one that is given, or the standard one. */
struct vtr_bytes vtr_modifier_alphabet(const struct vtr_pattern_modifiers *mods,
                                       enum vtr_modifier modifier);

/*
 * The functions below append the payload (what follows id, type, flags, fixed offset
 * and xor range in format/record/rule.h) to `out_payload` and set `*out_flags` to the
 * pattern flags that the modifiers and the text ask for (every flag but FIXED_OFFSET).
 * They expect modifiers that vtr_modifier_check has accepted.  After a failure the
 * writer may hold part of a payload: cut it back to its length before the call.
 */

/* Resolves the escapes of a literal (what stands between the quotes): \n \t \r \" \\
 * \xHH, and YARA-X's \0.  `*out` borrows from `literal` or from the arena. */
VTR_MUST_CHECK bool vtr_text_unescape(struct vtr_arena *arena, struct vtr_bytes literal,
                                      enum vtr_dialect dialect, struct vtr_bytes *out,
                                      struct vtr_pattern_problem *problem);

/* The type that the record of a string of `type` has: in YARA-X's dialect one in base64
 * is a regular expression. */
enum vtr_pattern_type vtr_pattern_record_type(const struct vtr_pattern_modifiers *mods,
                                              enum vtr_pattern_type type);

/* A text string; `text` is unescaped.  base64 forms are spelled out as alternatives. */
VTR_MUST_CHECK bool vtr_pattern_text(struct vtr_arena *arena,
                                     const struct vtr_pattern_modifiers *mods,
                                     struct vtr_bytes text,
                                     struct vtr_writer *out_payload,
                                     uint32_t *out_flags,
                                     struct vtr_pattern_problem *problem);

/* A hex string; `source` is what stands between the braces, comments included. */
VTR_MUST_CHECK bool vtr_pattern_hex(struct vtr_arena *arena,
                                    const struct vtr_pattern_modifiers *mods,
                                    struct vtr_bytes source,
                                    struct vtr_writer *out_payload, uint32_t *out_flags,
                                    struct vtr_pattern_problem *problem);

/* A regular expression: what stands between the slashes, escapes as they are, and what
 * follows them. */
struct vtr_regex_source {
    struct vtr_bytes text;
    bool is_nocase; /* /i */
    bool is_dotall; /* /s */
    enum vtr_dialect dialect;
};

/* A regular expression as a string. */
VTR_MUST_CHECK bool vtr_pattern_regex(struct vtr_arena *arena,
                                      const struct vtr_pattern_modifiers *mods,
                                      const struct vtr_regex_source *source,
                                      struct vtr_writer *out_payload,
                                      uint32_t *out_flags,
                                      struct vtr_pattern_problem *problem);

/* A regular expression in a condition: appends u8 VTR_PROGRAM_* flags and the masked
 * PCRE2 text, which is the operand of VTR_OP_MATCHES. */
VTR_MUST_CHECK bool vtr_condition_regex(struct vtr_arena *arena,
                                        const struct vtr_regex_source *source,
                                        struct vtr_writer *out,
                                        struct vtr_pattern_problem *problem);

#endif
