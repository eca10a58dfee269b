/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The characters of a hex string: what each is, and the bytes of a line read at once.
 *
 * Which bytes are plain and which of any value no processor can foretell of code, so
 * nothing is decided byte by byte: they are told apart by the bits of a word.
 */
#ifndef VTR_COMPILER_PATTERN_HEX_CHARS_H
#define VTR_COMPILER_PATTERN_HEX_CHARS_H

#include <stdint.h>

/* Classes of source bytes, a bit each: digits are their value. */
enum vtr_hex_class {
    VTR_HEX_WILD = 0x100,
    VTR_HEX_SPACE = 0x200,
    VTR_HEX_OTHER = 0x400
};

extern const uint16_t vtr_hex_classes[256];

static inline unsigned vtr_hex_class_of(uint8_t c)
{
    return vtr_hex_classes[c];
}

/* Past the blanks at `at`. */
const uint8_t *vtr_hex_skip_blanks(const uint8_t *at, const uint8_t *end);

/* More than most lines have. */
#define VTR_HEX_BATCH_MAX 31u

struct vtr_hex_batch {
    uint8_t values[VTR_HEX_BATCH_MAX + 1 + 8]; /* of the plain ones; read by words */
    uint32_t any;                              /* those of any value, a bit each */
    unsigned count;
};

/* Reads the bytes at `at`, plain ones and those of any value, with a ' ' or nothing
 * between them.  They begin before `stop`, behind which are two characters more.  Where
 * the first is that was not read. */
const uint8_t *vtr_hex_read_batch(struct vtr_hex_batch *batch, const uint8_t *at,
                                  const uint8_t *stop);

#endif
