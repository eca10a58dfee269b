/* SPDX-License-Identifier: Apache-2.0 */

#include "format/hash_window.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define ROWS_COMPARED 4096u
#define ROWS_MAX      (ROWS_COMPARED + VTR_HASH_BLOCK_MAX + VTR_STRETCH_ALIGN)

enum vtr_status vtr_hash_window_init(struct vtr_hash_window *out,
                                     struct vtr_hash_stretch *stretch,
                                     struct vtr_hash_same *same, struct vtr_error *err)
{
    const struct vtr_hash_plan *plan = stretch->plan;
    struct vtr_hash_window window = {.same = same,
                                     .attrs_len = ROWS_MAX / VTR_STRETCH_ALIGN *
                                                      vtr_hash_stretch_row_bits(plan) +
                                                  8};

    window.tails = calloc(ROWS_MAX, vtr_hash_stretch_tail_len(plan));
    window.attrs = calloc(window.attrs_len, 1);
    if (window.tails == NULL || window.attrs == NULL) {
        vtr_hash_window_deinit(&window);
        return vtr_error_set_memory(err);
    }
    stretch->tails = window.tails;
    stretch->attrs = window.attrs;
    stretch->attrs_len = window.attrs_len;
    *out = window;
    return VTR_OK;
}

void vtr_hash_window_deinit(struct vtr_hash_window *window)
{
    free(window->tails);
    free(window->attrs);
    *window = (struct vtr_hash_window){0};
}

/* Notes where the first byte of a section differs, once. */
static void compare(const uint8_t *section, size_t at, const uint8_t *bytes, size_t len,
                    size_t *difference)
{
    if (*difference != SIZE_MAX || len == 0 || memcmp(section + at, bytes, len) == 0) {
        return;
    }
    for (size_t i = 0; i < len && *difference == SIZE_MAX; i++) {
        if (section[at + i] != bytes[i]) {
            *difference = at + i;
        }
    }
}

/* Moves the last bytes to the beginning, and zeros what was behind them. */
static void keep_rest(uint8_t *bytes, size_t len, size_t from, size_t rest)
{
    memmove(bytes, bytes + from, rest);
    memset(bytes + rest, 0, len - rest);
}

void vtr_hash_window_move(struct vtr_hash_window *window,
                          struct vtr_hash_stretch *stretch, uint64_t index, bool is_end)
{
    const struct vtr_hash_plan *plan = stretch->plan;
    const size_t tail_len = vtr_hash_stretch_tail_len(plan);
    const unsigned row_bits = vtr_hash_stretch_row_bits(plan);
    const size_t count = (size_t)(index - stretch->first);
    const size_t whole = is_end ? count : count - count % VTR_STRETCH_ALIGN;
    const size_t rest = count - whole;
    const size_t attrs_at = (size_t)(stretch->first / VTR_STRETCH_ALIGN * row_bits);
    const size_t attrs_len = is_end ? (size_t)plan->attrs_len - attrs_at
                                    : whole / VTR_STRETCH_ALIGN * row_bits;

    if (count < ROWS_COMPARED && !is_end) {
        return;
    }
    compare(window->same->tails, (size_t)stretch->first * tail_len, window->tails,
            whole * tail_len, &window->same->tails_difference);
    compare(window->same->attrs, attrs_at, window->attrs, attrs_len,
            &window->same->attrs_difference);
    if (!is_end) {
        keep_rest(window->tails, ROWS_MAX * tail_len, whole * tail_len,
                  rest * tail_len);
        keep_rest(window->attrs, window->attrs_len, attrs_len,
                  (rest * row_bits + 7) / 8);
        stretch->first += whole;
    }
}
