/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lexer_words.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/lexer.h"
#include "format/bytecode.h"

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

/* Where the keywords with a first letter begin, from 'a' on; 0 where there are none. */
#define AT(name) (VTR_LEX_##name - VTR_LEX_ALL)
static const uint8_t FIRST[26] = {
    ['a' - 'a'] = AT(ALL),       ['b' - 'a'] = AT(BASE64),
    ['c' - 'a'] = AT(CONDITION), ['d' - 'a'] = AT(DEFINED),
    ['e' - 'a'] = AT(ENDSWITH),  ['f' - 'a'] = AT(FALSE),
    ['g' - 'a'] = AT(GLOBAL),    ['i' - 'a'] = AT(ICONTAINS),
    ['m' - 'a'] = AT(MATCHES),   ['n' - 'a'] = AT(NOCASE),
    ['o' - 'a'] = AT(OF),        ['p' - 'a'] = AT(PRIVATE),
    ['r' - 'a'] = AT(RULE),      ['s' - 'a'] = AT(STARTSWITH),
    ['t' - 'a'] = AT(THEM),      ['w' - 'a'] = AT(WIDE),
    ['x' - 'a'] = AT(XOR),
};
#undef AT

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
    if (word.len < 2 || word.len > KEYWORD_LEN_MAX || word.ptr[0] < 'a' ||
        word.ptr[0] > 'z') {
        return VTR_LEX_NAME;
    }
    for (size_t i = FIRST[word.ptr[0] - 'a'];
         i < KEYWORD_COUNT && (uint8_t)KEYWORDS[i].text[0] == word.ptr[0]; i++) {
        if (KEYWORDS[i].len == word.len && KEYWORDS[i].text[1] == (char)word.ptr[1] &&
            memcmp(KEYWORDS[i].text, word.ptr, word.len) == 0) {
            return KEYWORDS[i].kind;
        }
    }
    return VTR_LEX_NAME;
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
