/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_braces.h"

#include <string.h>

/* Digits from `*at`; moves past them. */
static uint32_t read_number(struct vtr_bytes text, size_t *at)
{
    uint32_t value = 0;

    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        const uint32_t digit = text.ptr[*at] - (uint32_t)'0';
        value = value > VTR_REGEX_REPEAT_MAX ? value : value * 10 + digit;
        (*at)++;
    }
    return value;
}

static size_t skip_blanks(struct vtr_bytes text, size_t at)
{
    while (at < text.len && text.ptr[at] == ' ') {
        at++;
    }
    return at;
}

/* YARA allows blanks round the comma alone, and only where there is one; YARA-X allows
 * them everywhere, and no comma by itself. */
struct vtr_regex_braces vtr_regex_read_braces(struct vtr_bytes text, size_t at,
                                              enum vtr_dialect dialect)
{
    const bool is_yara_x = dialect == VTR_DIALECT_YARA_X;
    const size_t first = is_yara_x ? skip_blanks(text, at + 1) : at + 1;
    struct vtr_regex_braces braces = {0};
    size_t end = first;

    braces.min = read_number(text, &end);
    braces.max = braces.min;
    const bool has_min = end > first;
    const size_t comma = skip_blanks(text, end);
    if (comma < text.len && text.ptr[comma] == ',') {
        const size_t second = skip_blanks(text, comma + 1);
        end = second;
        braces.max = read_number(text, &end);
        if (end == second) {
            braces.max = VTR_REGEX_UNBOUNDED;
        }
        if (is_yara_x && !has_min && end == second) {
            return braces;
        }
    } else if (!has_min) {
        return braces;
    }
    end = is_yara_x ? skip_blanks(text, end) : end;
    if (end < text.len && text.ptr[end] == '}') {
        braces.len = end + 1 - at;
    }
    return braces;
}

enum vtr_regex_edge vtr_regex_read_edge(struct vtr_bytes text, size_t *at)
{
    static const struct {
        const char *name;
        enum vtr_regex_edge edge;
    } EDGES[] = {
        {"{start}", VTR_REGEX_EDGE_START},
        {"{end}", VTR_REGEX_EDGE_END},
        {"{start-half}", VTR_REGEX_EDGE_NO_WORD_BEFORE},
        {"{end-half}", VTR_REGEX_EDGE_NO_WORD_AFTER},
    };

    for (size_t i = 0; i < sizeof EDGES / sizeof EDGES[0]; i++) {
        const size_t len = strlen(EDGES[i].name);
        if (len <= text.len - *at && memcmp(text.ptr + *at, EDGES[i].name, len) == 0) {
            *at += len;
            return EDGES[i].edge;
        }
    }
    return VTR_REGEX_EDGE_ANY;
}
