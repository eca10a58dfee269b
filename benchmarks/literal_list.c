/* SPDX-License-Identifier: Apache-2.0 */

#include "benchmarks/literal_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nibble(uint8_t digit)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *at = digit == 0 ? NULL : strchr(DIGITS, digit);

    return at == NULL ? -1 : (int)(at - DIGITS);
}

/* The bytes of a line replace its digits.  False when it is not hexadecimal. */
static bool decode_line(uint8_t *line, size_t len)
{
    for (size_t i = 0; i + 1 < len; i += 2) {
        const int high = nibble(line[i]);
        const int low = nibble(line[i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        line[i / 2] = (uint8_t)(high << 4 | low);
    }
    return len > 0 && len % 2 == 0;
}

static bool find_lines(struct vtr_literal_list *list)
{
    uint8_t *at = list->text.ptr;
    uint8_t *end = at + list->text.len;

    while (at < end) {
        uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        const size_t len = stop == NULL ? (size_t)(end - at) : (size_t)(stop - at);
        if (!decode_line(at, len)) {
            return false;
        }
        list->starts[list->count] = (const char *)at;
        list->lens[list->count] = len / 2;
        list->count++;
        at += len + 1;
    }
    return list->count > 0;
}

bool vtr_literal_list_init(struct vtr_literal_list *out, const char *path)
{
    struct vtr_literal_list list = {0};
    bool is_ok = vtr_corpus_read(&list.text, path);
    const size_t most = list.text.len / 3 + 1; /* two digits and the line's end */

    list.starts = calloc(most, sizeof(*list.starts));
    list.lens = calloc(most, sizeof(*list.lens));
    is_ok = is_ok && list.starts != NULL && list.lens != NULL && find_lines(&list);
    if (is_ok) {
        *out = list;
    } else {
        (void)fprintf(stderr, "cannot read literals from '%s'\n", path);
        vtr_literal_list_deinit(&list);
    }
    return is_ok;
}

void vtr_literal_list_deinit(struct vtr_literal_list *list)
{
    free(list->text.ptr);
    free(list->starts);
    free(list->lens);
    *list = (struct vtr_literal_list){0};
}
