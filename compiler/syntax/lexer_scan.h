/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which bytes are of a kind, and how far a run of them goes: what the lexer asks of
 * every byte of a source, many bytes at a time where runs are long.
 */
#ifndef VTR_COMPILER_SYNTAX_LEXER_SCAN_H
#define VTR_COMPILER_SYNTAX_LEXER_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vtr_char_class {
    VTR_CHAR_LETTER = 1, /* and '_' */
    VTR_CHAR_DIGIT = 2,
    VTR_CHAR_HEX_DIGIT = 4,
    VTR_CHAR_SPACE = 8,
    VTR_CHAR_IN_HEX = 16, /* what may stand in a hex string, but for comments */
    VTR_CHAR_FOREIGN = 32 /* what may not stand outside texts and comments */
};

/* Classes of each byte.  The zero byte has no class but FOREIGN: a run of any other
 * ends at the one behind a source. */
extern const uint8_t vtr_char_classes[256];

static inline bool vtr_char_is(uint8_t byte, unsigned classes)
{
    return (vtr_char_classes[byte] & classes) != 0;
}

/* How many bytes of a hex string stand at `ptr`: 0 to 31 fewer than there are, or those
 * before a rare one.  The rest is the caller's. */
size_t vtr_scan_hex(const uint8_t *ptr, size_t len);

/* How many bytes there are before the first that is `delimiter`, a backslash or the end
 * of a line; `len` when none is. */
size_t vtr_scan_text(const uint8_t *ptr, size_t len, uint8_t delimiter);

/* How many lines end in these bytes. */
size_t vtr_scan_count_lines(const uint8_t *ptr, size_t len);

#endif
