/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_put.h"

#include "base/bytes.h"
#include "base/writer.h"
#include "compiler/pattern/regex_class.h"

static void put_text(struct vtr_writer *w, const char *text)
{
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

void vtr_regex_put_number(struct vtr_writer *w, uint32_t value)
{
    uint8_t digits[10];
    size_t at = sizeof digits;

    do {
        digits[--at] = (uint8_t)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    vtr_writer_raw(w, (struct vtr_bytes){digits + at, sizeof digits - at});
}

void vtr_regex_put_byte(struct vtr_writer *w, unsigned byte)
{
    static const char HEX[] = "0123456789abcdef";

    if (vtr_is_word_byte(byte)) {
        vtr_writer_u8(w, (uint8_t)byte);
        return;
    }
    const uint8_t code[4] = {'\\', 'x', (uint8_t)HEX[byte >> 4],
                             (uint8_t)HEX[byte & 15u]};
    vtr_writer_raw(w, (struct vtr_bytes){code, sizeof code});
}

bool vtr_regex_put_set(struct vtr_writer *w, const struct vtr_byte_set *set)
{
    const unsigned count = vtr_byte_set_count(set);
    const bool is_inverted = count > 128;

    if (count == 256) {
        put_text(w, ".");
        return true;
    }
    if (count == 0) {
        put_text(w, "(?!)");
        return false;
    }
    put_text(w, is_inverted ? "[^" : "[");
    for (unsigned b = 0; b < 256; b++) {
        unsigned last = b;
        if (vtr_byte_set_has(set, b) == is_inverted) {
            continue;
        }
        while (last < 255 && vtr_byte_set_has(set, last + 1) != is_inverted) {
            last++;
        }
        vtr_regex_put_byte(w, b);
        if (last > b) {
            put_text(w, "-");
            vtr_regex_put_byte(w, last);
        }
        b = last;
    }
    put_text(w, "]");
    return false;
}

void vtr_regex_put_edge(struct vtr_writer *w, enum vtr_regex_edge edge, bool is_wide)
{
    const char *word = is_wide ? "[0-9A-Z_a-z]\\x00)" : "[0-9A-Z_a-z])";

    if (edge != VTR_REGEX_EDGE_NO_WORD_AFTER) {
        put_text(w, edge == VTR_REGEX_EDGE_END ? "(?<=" : "(?<!");
        put_text(w, word);
    }
    if (edge != VTR_REGEX_EDGE_NO_WORD_BEFORE) {
        put_text(w, edge == VTR_REGEX_EDGE_START ? "(?=" : "(?!");
        put_text(w, word);
    }
}
