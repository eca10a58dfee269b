/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/lexer_words.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/lexer.h"
#include "format/bytecode/bytecode.h"

/* In alphabetical order. */
static const struct {
    const char *text;
    uint8_t len;
    int kind;
} KEYWORDS[] = {
#define VTR_KEYWORD(name, text) {text, sizeof(text) - 1, VTR_LEX_##name},
    VTR_KEYWORDS(VTR_KEYWORD)
#undef VTR_KEYWORD
};
#define KEYWORD_COUNT   (sizeof(KEYWORDS) / sizeof(KEYWORDS[0]))
#define KEYWORD_LEN_MAX (sizeof("istartswith") - 1)

/* By the hash of a word, 1 and the number of the only keyword that it may be; 0: none.
 */
#define SLOT_BITS 7
static const uint8_t SLOTS[1u << SLOT_BITS] = {
    0, 0,  0,  0,  12, 0,  0, 0,  23, 0,  0,  38, 0, 0,  0, 0,  37, 0,  0,  0,  0,  0,
    0, 29, 0,  0,  0,  33, 0, 0,  26, 0,  0,  10, 0, 0,  0, 0,  0,  0,  0,  0,  0,  0,
    0, 6,  0,  0,  0,  30, 0, 0,  0,  1,  0,  0,  0, 24, 0, 14, 0,  22, 21, 0,  0,  0,
    0, 0,  13, 0,  0,  0,  0, 15, 35, 31, 20, 27, 0, 3,  9, 0,  0,  0,  0,  11, 32, 0,
    0, 16, 28, 0,  4,  19, 0, 0,  0,  0,  0,  34, 7, 0,  0, 8,  0,  0,  0,  2,  0,  0,
    0, 17, 0,  25, 0,  5,  0, 0,  0,  0,  0,  0,  0, 0,  0, 36, 18, 0,
};

/* Of a word of two bytes at least: its length, first two bytes and last, times a number
 * that keeps the keywords apart. */
static unsigned slot_of(struct vtr_bytes word)
{
    const uint32_t key = (uint32_t)word.ptr[0] | (uint32_t)word.ptr[1] << 8 |
                         (uint32_t)word.ptr[word.len - 1] << 16 |
                         (uint32_t)word.len << 24;

    return (uint32_t)(key * 0x959F3A51u) >> (32 - SLOT_BITS);
}

const char *vtr_lexeme_kind_text(int kind)
{
    static const struct {
        int kind;
        const char *text;
    } NAMES[] = {
        {VTR_LEX_END, "the end of the file"},
        {VTR_LEX_RANGE, "'..'"},
        {VTR_LEX_LE, "'<='"},
        {VTR_LEX_GE, "'>='"},
        {VTR_LEX_EQ, "'=='"},
        {VTR_LEX_NE, "'!='"},
        {VTR_LEX_SHIFT_LEFT, "'<<'"},
        {VTR_LEX_SHIFT_RIGHT, "'>>'"},
        {VTR_LEX_NAME, "a name"},
        {VTR_LEX_STRING, "a string's name"},
        {VTR_LEX_STRING_WILD, "a string's name with '*'"},
        {VTR_LEX_COUNT, "a string's count"},
        {VTR_LEX_OFFSET, "a string's offset"},
        {VTR_LEX_LENGTH, "a string's length"},
        {VTR_LEX_INT, "a number"},
        {VTR_LEX_FLOAT, "a number with a fraction"},
        {VTR_LEX_TEXT, "a text in quotes"},
        {VTR_LEX_REGEX, "a regular expression"},
        {VTR_LEX_HEX, "a hex string"},
        {VTR_LEX_READ, "a reading function"},
        {VTR_LEX_INCLUDE, "'include'"},
        {'{', "'{'"},
        {'}', "'}'"},
        {'(', "'('"},
        {')', "')'"},
        {'[', "'['"},
        {']', "']'"},
        {':', "':'"},
        {'=', "'='"},
        {'-', "'-'"},
        {',', "','"},
    };

    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        if (NAMES[i].kind == kind) {
            return NAMES[i].text;
        }
    }
    for (size_t i = 0; i < KEYWORD_COUNT; i++) {
        if (KEYWORDS[i].kind == kind) {
            return KEYWORDS[i].text;
        }
    }
    return "a character";
}

int vtr_lexer_find_keyword(struct vtr_bytes word)
{
    if (word.len < 2 || word.len > KEYWORD_LEN_MAX) {
        return VTR_LEX_NAME;
    }
    const size_t slot = SLOTS[slot_of(word)];
    if (slot == 0 || KEYWORDS[slot - 1].len != word.len ||
        memcmp(KEYWORDS[slot - 1].text, word.ptr, word.len) != 0) {
        return VTR_LEX_NAME;
    }
    return KEYWORDS[slot - 1].kind;
}

bool vtr_lexer_find_reader(struct vtr_bytes word, int64_t *out_kind)
{
    static const struct {
        const char *text;
        unsigned kind;
    } READERS[] = {
        {"int8", 1 | VTR_READ_SIGNED},
        {"int16", 2 | VTR_READ_SIGNED},
        {"int32", 4 | VTR_READ_SIGNED},
        {"uint8", 1},
        {"uint16", 2},
        {"uint32", 4},
        {"int8be", 1 | VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN},
        {"int16be", 2 | VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN},
        {"int32be", 4 | VTR_READ_SIGNED | VTR_READ_BIG_ENDIAN},
        {"uint8be", 1 | VTR_READ_BIG_ENDIAN},
        {"uint16be", 2 | VTR_READ_BIG_ENDIAN},
        {"uint32be", 4 | VTR_READ_BIG_ENDIAN},
    };

    if (word.len < 4 || word.len > 8 || (word.ptr[0] != 'u' && word.ptr[0] != 'i')) {
        return false;
    }
    for (size_t i = 0; i < sizeof(READERS) / sizeof(READERS[0]); i++) {
        if (vtr_bytes_equal(word, vtr_bytes_from_text(READERS[i].text))) {
            *out_kind = (int64_t)READERS[i].kind;
            return true;
        }
    }
    return false;
}
