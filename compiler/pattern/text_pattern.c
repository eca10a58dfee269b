/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Text strings.
 *
 * A base64 string is spelled out here: the text, at each of the three places that it
 * can have in the groups of three bytes that base64 encodes, less the characters that
 * depend on what stands around it.  What is left is plain alternatives; of YARA-X a
 * regular expression that looks at what stands around it too (base64_exact.h).
 */
#include "compiler/pattern/pattern.h"

#include <string.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/base64_exact.h"
#include "compiler/pattern/pattern_problem.h"

/* Texts that YARA-X encodes have so many bytes at least. */
#define BASE64_TEXT_LEAST 3u

/* Text of at most so many bytes may be encoded: every size below fits size_t. */
#define TEXT_LIMIT 0x1000000u

/* The escape whose backslash is at `*at`; moves past it.  -1: there is none. */
static int read_escape(struct vtr_bytes literal, enum vtr_dialect dialect, size_t *at)
{
    const size_t left = literal.len - *at;
    const uint8_t *s = literal.ptr + *at;

    if (left < 2) {
        return -1;
    }
    if (s[1] == 'x') {
        const unsigned high = left < 4 ? VTR_HEX_NONE : vtr_hex_value(s[2]);
        const unsigned low = left < 4 ? VTR_HEX_NONE : vtr_hex_value(s[3]);
        if (high == VTR_HEX_NONE || low == VTR_HEX_NONE) {
            return -1;
        }
        *at += 4;
        return (int)(high << 4 | low);
    }
    *at += 2;
    switch (s[1]) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case '"':
    case '\\':
        return s[1];
    case '0':
        if (dialect != VTR_DIALECT_YARA4) {
            return 0;
        }
        break;
    default:
        break;
    }
    *at -= 2;
    return -1;
}

bool vtr_text_unescape(struct vtr_arena *arena, struct vtr_bytes literal,
                       enum vtr_dialect dialect, struct vtr_bytes *out,
                       struct vtr_pattern_problem *problem)
{
    vtr_problem_clear(problem);
    if (literal.len == 0 || memchr(literal.ptr, '\\', literal.len) == NULL) {
        *out = literal;
        return true;
    }
    uint8_t *copy = vtr_arena_alloc(arena, literal.len);
    if (copy == NULL) {
        return vtr_problem_set_memory(problem);
    }
    size_t len = 0;
    for (size_t at = 0; at < literal.len;) {
        if (literal.ptr[at] != '\\') {
            copy[len++] = literal.ptr[at++];
            continue;
        }
        const int value = read_escape(literal, dialect, &at);
        if (value < 0) {
            (void)vtr_problem_set(problem, "E301", at, at + 1 < literal.len ? 2 : 1,
                                  "unknown escape sequence");
            return vtr_problem_help(problem,
                                    "known are \\n \\t \\r \\\" \\\\ and \\xHH");
        }
        copy[len++] = (uint8_t)value;
    }
    *out = (struct vtr_bytes){copy, len};
    return true;
}

/* The alternatives of a base64 string while they are collected: at most 3 places for
 * the text as it is and as wide, each as it is and widened. */
struct alternatives {
    struct vtr_arena *arena;
    struct vtr_base64_form items[12];
    size_t count;
    bool is_exact; /* as programs of YARA-X's */
    bool has_failed;
};

/* Adds an alternative unless it is there already; to YARA-X equal characters are not
 * enough, what stands around them differs. */
static void add_alternative(struct alternatives *list,
                            const struct vtr_base64_form *form)
{
    for (size_t i = 0; i < list->count && !list->is_exact; i++) {
        if (vtr_bytes_equal(list->items[i].code, form->code)) {
            return;
        }
    }
    list->items[list->count++] = *form;
}

/* `bytes` with a zero after each; ptr NULL when memory is out. */
static struct vtr_bytes widen(struct vtr_arena *arena, struct vtr_bytes bytes)
{
    uint8_t *copy = vtr_arena_alloc(arena, 2 * bytes.len);

    if (copy == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (size_t i = 0; i < bytes.len; i++) {
        copy[2 * i] = bytes.ptr[i];
    }
    return (struct vtr_bytes){copy, 2 * bytes.len};
}

/* Base64 of `text` after `before` unknown bytes: the characters that depend on `text`
 * alone. */
static struct vtr_bytes encode(struct vtr_arena *arena, struct vtr_bytes text,
                               size_t before, struct vtr_bytes alphabet)
{
    const size_t bits = 8 * (before + text.len);
    const size_t first = (8 * before + 5) / 6; /* first whole character */
    const size_t end = bits / 6;
    uint8_t *out = vtr_arena_alloc(arena, end - first + 1);

    if (out == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (size_t i = first; i < end; i++) {
        const size_t bit = 6 * i - 8 * before; /* in `text` */
        const size_t byte = bit / 8;
        const unsigned next = byte + 1 < text.len ? text.ptr[byte + 1] : 0u;
        const unsigned pair = (unsigned)text.ptr[byte] << 8 | next;
        out[i - first] = alphabet.ptr[pair >> (10 - bit % 8) & 0x3fu];
    }
    return (struct vtr_bytes){out, end - first};
}

/* The text at one place of base64's groups, in an alphabet; wide when asked for. */
static void add_code(struct alternatives *list, struct vtr_bytes text, size_t before,
                     struct vtr_bytes alphabet, bool is_wide)
{
    struct vtr_base64_form form = {.text = text,
                                   .before = before,
                                   .code = encode(list->arena, text, before, alphabet),
                                   .alphabet = alphabet,
                                   .is_wide = is_wide};

    if (form.code.ptr != NULL && is_wide && !list->is_exact) {
        form.code = widen(list->arena, form.code);
    }
    if (form.code.ptr == NULL) {
        list->has_failed = true;
    } else if (form.code.len > 0) {
        add_alternative(list, &form);
    }
}

static void add_encoded(struct alternatives *list,
                        const struct vtr_pattern_modifiers *mods, struct vtr_bytes text)
{
    for (size_t before = 0; before < 3 && !list->has_failed; before++) {
        if ((mods->set & VTR_MODIFIER_BASE64) != 0) {
            add_code(list, text, before,
                     vtr_modifier_alphabet(mods, VTR_MODIFIER_BASE64), false);
        }
        if ((mods->set & VTR_MODIFIER_BASE64WIDE) != 0) {
            add_code(list, text, before,
                     vtr_modifier_alphabet(mods, VTR_MODIFIER_BASE64WIDE), true);
        }
    }
}

/* Writes the alternatives of a base64 string. */
static bool write_base64(struct vtr_arena *arena,
                         const struct vtr_pattern_modifiers *mods,
                         struct vtr_bytes text, struct vtr_writer *out,
                         struct vtr_pattern_problem *problem)
{
    struct alternatives list = {.arena = arena,
                                .is_exact = mods->dialect == VTR_DIALECT_YARA_X};
    bool ok = true;

    if (list.is_exact && text.len < BASE64_TEXT_LEAST) {
        return vtr_problem_set(problem, "E310", 0, 0,
                               "a text of less than %u bytes in base64",
                               BASE64_TEXT_LEAST);
    }
    if ((mods->set & VTR_MODIFIER_WIDE) == 0 || (mods->set & VTR_MODIFIER_ASCII) != 0) {
        add_encoded(&list, mods, text);
    }
    if ((mods->set & VTR_MODIFIER_WIDE) != 0) {
        const struct vtr_bytes wide = widen(arena, text);
        if (wide.ptr == NULL) {
            return vtr_problem_set_memory(problem);
        }
        add_encoded(&list, mods, wide);
    }
    if (list.has_failed) {
        return vtr_problem_set_memory(problem);
    }
    vtr_writer_varint(out, list.count);
    for (size_t i = 0; i < list.count && ok; i++) {
        if (list.is_exact) {
            ok = vtr_base64_write_exact(arena, &list.items[i], out, problem);
        } else {
            vtr_writer_masked(out, list.items[i].code);
        }
    }
    return ok;
}

/* Pattern flags of a text string that is not base64. */
static uint32_t plain_flags(const struct vtr_pattern_modifiers *mods)
{
    const uint32_t word_key = VTR_MODIFIER_XOR | VTR_MODIFIER_FULLWORD;
    const uint32_t set = mods->set;
    uint32_t flags = 0;

    flags |= (set & VTR_MODIFIER_NOCASE) != 0 ? VTR_PATTERN_NOCASE : 0;
    flags |= (set & VTR_MODIFIER_WIDE) != 0 ? VTR_PATTERN_WIDE : 0;
    flags |= (set & VTR_MODIFIER_FULLWORD) != 0 ? VTR_PATTERN_FULLWORD : 0;
    flags |= (set & VTR_MODIFIER_XOR) != 0 ? VTR_PATTERN_XOR : 0;
    if (mods->dialect == VTR_DIALECT_YARA_X && (set & word_key) == word_key) {
        flags |= VTR_PATTERN_WORD_KEY;
    }
    if ((set & VTR_MODIFIER_ASCII) != 0 || (set & VTR_MODIFIER_WIDE) == 0) {
        flags |= VTR_PATTERN_ASCII;
    }
    return flags;
}

enum vtr_pattern_type vtr_pattern_record_type(const struct vtr_pattern_modifiers *mods,
                                              enum vtr_pattern_type type)
{
    const uint32_t base64 = VTR_MODIFIER_BASE64 | VTR_MODIFIER_BASE64WIDE;

    return mods->dialect == VTR_DIALECT_YARA_X && (mods->set & base64) != 0
               ? VTR_PATTERN_REGEX
               : type;
}

bool vtr_pattern_text(struct vtr_arena *arena, const struct vtr_pattern_modifiers *mods,
                      struct vtr_bytes text, struct vtr_writer *out_payload,
                      uint32_t *out_flags, struct vtr_pattern_problem *problem)
{
    const uint32_t base64 = VTR_MODIFIER_BASE64 | VTR_MODIFIER_BASE64WIDE;
    uint32_t flags = VTR_PATTERN_ASCII;

    vtr_problem_clear(problem);
    if (text.len == 0) {
        return vtr_problem_set(problem, "E302", 0, 0, "empty string");
    }
    if (text.len > TEXT_LIMIT) {
        return vtr_problem_set(problem, "E309", 0, 0, "string of more than %u bytes",
                               TEXT_LIMIT);
    }
    if ((mods->set & base64) != 0) {
        if (!write_base64(arena, mods, text, out_payload, problem)) {
            return false;
        }
    } else {
        flags = plain_flags(mods);
        vtr_writer_varint(out_payload, 1);
        vtr_writer_masked(out_payload, text);
    }
    if (!vtr_writer_ok(out_payload)) {
        return vtr_problem_set_memory(problem);
    }
    flags |= (mods->set & VTR_MODIFIER_PRIVATE) != 0 ? VTR_PATTERN_PRIVATE : 0;
    *out_flags = flags;
    return true;
}
