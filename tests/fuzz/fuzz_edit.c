/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Edits on hostile bytes: u8 length of the base, string first edit, and the rest is the
 * second, of the first one's result.  Both in turn lead where both composed lead.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "delta/coding/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RESULT_MAX ((uint64_t)1 << 20)

/* The result of an edit, from malloc. */
static uint8_t *apply(const struct vtr_edit *edit, const uint8_t *base)
{
    uint8_t *result = malloc((size_t)edit->len + 1);

    assert(result != NULL);
    vtr_edit_apply(edit, base, result);
    return result;
}

/* What is read is what is written. */
static void check_spelling(const struct vtr_edit *edit, struct vtr_bytes bytes)
{
    struct vtr_writer w = {0};

    vtr_edit_write(edit, &w);
    assert(w.len == bytes.len && (w.len == 0 || memcmp(w.ptr, bytes.ptr, w.len) == 0));
    (void)bytes;
    vtr_writer_deinit(&w);
}

static void check_composed(const struct vtr_edit *first, const struct vtr_edit *second,
                           const uint8_t *base)
{
    struct vtr_edit both;
    const enum vtr_status status = vtr_edit_compose(first, second, &both, NULL);

    assert(status == VTR_OK);
    (void)status;
    uint8_t *middle = apply(first, base);
    uint8_t *in_turn = apply(second, middle);
    uint8_t *at_once = apply(&both, base);
    assert(both.len == second->len && memcmp(in_turn, at_once, (size_t)both.len) == 0);
    free(middle);
    free(in_turn);
    free(at_once);
    vtr_edit_deinit(&both);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t base[256];
    struct vtr_reader r;
    struct vtr_bytes first_bytes;
    struct vtr_bytes second_bytes;
    struct vtr_edit first;
    struct vtr_edit second;
    uint8_t base_len;

    for (unsigned i = 0; i < sizeof(base); i++) {
        base[i] = (uint8_t)(i * 7 + i / 5);
    }
    vtr_reader_init(&r, (struct vtr_bytes){data, size}, 0);
    if (!vtr_reader_u8(&r, &base_len) || !vtr_reader_string(&r, &first_bytes) ||
        !vtr_reader_slice(&r, &second_bytes, vtr_reader_left(&r)) ||
        vtr_edit_read(first_bytes, base_len, &first, NULL) != VTR_OK) {
        return 0;
    }
    check_spelling(&first, first_bytes);
    if (first.len <= RESULT_MAX &&
        vtr_edit_read(second_bytes, first.len, &second, NULL) == VTR_OK) {
        check_spelling(&second, second_bytes);
        if (second.len <= RESULT_MAX) {
            check_composed(&first, &second, base);
        }
        vtr_edit_deinit(&second);
    }
    vtr_edit_deinit(&first);
    return 0;
}
