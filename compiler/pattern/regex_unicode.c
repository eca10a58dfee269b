/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/pattern/regex_unicode.h"

#define TAIL_FIRST 0x80u
#define TAIL_LAST  0xbfu

/* Characters that are not of ASCII, by their first two bytes; what follows are tails.
 */
static const struct {
    uint8_t first;
    uint8_t last;
    uint8_t second_first;
    uint8_t second_last;
    uint8_t len;
} FORMS[] = {
    {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
    {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
    {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};
#define FORM_COUNT (sizeof FORMS / sizeof FORMS[0])

size_t vtr_regex_character_len(struct vtr_bytes text, size_t at)
{
    const uint8_t *p = text.ptr + at;
    const size_t left = text.len - at;

    if (left > 0 && p[0] < TAIL_FIRST) {
        return 1;
    }
    for (size_t i = 0; i < FORM_COUNT; i++) {
        bool is_form = left >= FORMS[i].len && p[0] >= FORMS[i].first &&
                       p[0] <= FORMS[i].last && p[1] >= FORMS[i].second_first &&
                       p[1] <= FORMS[i].second_last;
        for (size_t n = 2; is_form && n < FORMS[i].len; n++) {
            is_form = p[n] >= TAIL_FIRST && p[n] <= TAIL_LAST;
        }
        if (is_form) {
            return FORMS[i].len;
        }
    }
    return 0;
}

static struct vtr_regex_node *new_range(struct vtr_regex_builder *builder,
                                        unsigned first, unsigned last)
{
    struct vtr_byte_set set = {{0}};

    for (unsigned byte = first; byte <= last; byte++) {
        vtr_byte_set_add(&set, byte);
    }
    return vtr_regex_new_class(builder, &set);
}

static struct vtr_regex_node *new_form(struct vtr_regex_builder *builder, size_t form)
{
    struct vtr_regex_list list = {0};

    for (unsigned i = 0; i < FORMS[form].len; i++) {
        struct vtr_regex_node *node =
            i == 0 ? new_range(builder, FORMS[form].first, FORMS[form].last)
            : i == 1
                ? new_range(builder, FORMS[form].second_first, FORMS[form].second_last)
                : new_range(builder, TAIL_FIRST, TAIL_LAST);
        if (node == NULL) {
            return NULL;
        }
        vtr_regex_list_add(&list, node);
    }
    return vtr_regex_list_node(builder, &list, VTR_REGEX_CONCAT);
}

struct vtr_regex_node *vtr_regex_new_any_character(struct vtr_regex_builder *builder,
                                                   const struct vtr_byte_set *ascii)
{
    struct vtr_regex_list list = {0};
    struct vtr_regex_node *node = vtr_regex_new_class(builder, ascii);

    for (size_t i = 0; node != NULL; i++) {
        vtr_regex_list_add(&list, node);
        if (i == FORM_COUNT) {
            return vtr_regex_list_node(builder, &list, VTR_REGEX_ALT);
        }
        node = new_form(builder, i);
    }
    return NULL;
}
