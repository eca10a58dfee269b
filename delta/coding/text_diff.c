/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Greedy: at each place of the text the longest run that the base has too, looked for
 * where the run before it ended and wherever the base has the same first bytes.
 */
#include "delta/coding/text_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Shorter runs are not worth the bytes that name them, but where they are expected. */
#define SEED_LEN     8u
#define EXPECTED_LEN 4u

/* Places of the base that are tried for one place of the text. */
#define TRIES 24u

#define NO_PLACE UINT32_MAX

/* The places of the base by the hash of what begins there: of each hash the last place,
 * of each place the one before it. */
struct base_index {
    struct vtr_bytes base;
    uint32_t *last;
    uint32_t *previous;
    unsigned bits;
};

static uint32_t hash_at(const uint8_t *at, unsigned bits)
{
    uint64_t seed = 0;

    for (unsigned i = 0; i < SEED_LEN; i++) {
        seed = seed << 8 | at[i];
    }
    return (uint32_t)(seed * 0x9E3779B97F4A7C15u >> (64 - bits));
}

static void base_index_deinit(struct base_index *index)
{
    free(index->last);
    free(index->previous);
}

static bool base_index_init(struct base_index *out, struct vtr_bytes base)
{
    struct base_index index = {.base = base, .bits = 8};

    while (index.bits < 24 && (size_t)1 << index.bits < base.len) {
        index.bits++;
    }
    const size_t heads = (size_t)1 << index.bits;
    index.last = calloc(heads, sizeof(*index.last));
    index.previous = calloc(base.len + 1, sizeof(*index.previous));
    if (index.last == NULL || index.previous == NULL) {
        base_index_deinit(&index);
        return false;
    }
    for (size_t i = 0; i < heads; i++) {
        index.last[i] = NO_PLACE;
    }
    for (size_t i = 0; i + SEED_LEN <= base.len; i++) {
        uint32_t *head = &index.last[hash_at(base.ptr + i, index.bits)];
        index.previous[i] = *head;
        *head = (uint32_t)i;
    }
    *out = index;
    return true;
}

static size_t shared_len(struct vtr_bytes base, size_t from, struct vtr_bytes text,
                         size_t at)
{
    size_t len = 0;

    while (from + len < base.len && at + len < text.len &&
           base.ptr[from + len] == text.ptr[at + len]) {
        len++;
    }
    return len;
}

/* A run of the text that the base has at `from`. */
struct run {
    size_t from;
    size_t len; /* 0: there is none */
};

static void try_run(struct run *best, struct vtr_bytes base, size_t from,
                    struct vtr_bytes text, size_t at, size_t len_least)
{
    const size_t len = shared_len(base, from, text, at);

    if (len >= len_least && len > best->len) {
        *best = (struct run){from, len};
    }
}

/* The longest run that begins at `at` of the text.  Equal bytes at a replacement of
 * the same length, then at an insertion, are what an edit mostly leaves. */
static struct run find_run(const struct base_index *index, struct vtr_bytes text,
                           size_t at, size_t given_len, size_t expected)
{
    struct run best = {0, 0};

    if (expected < index->base.len) {
        try_run(&best, index->base, expected, text, at, EXPECTED_LEN);
    }
    if (given_len < index->base.len && expected < index->base.len - given_len) {
        try_run(&best, index->base, expected + given_len, text, at, EXPECTED_LEN);
    }
    if (text.len - at < SEED_LEN) {
        return best;
    }
    uint32_t place = index->last[hash_at(text.ptr + at, index->bits)];
    for (unsigned i = 0; i < TRIES && place != NO_PLACE; i++) {
        try_run(&best, index->base, place, text, at, SEED_LEN);
        place = index->previous[place];
    }
    return best;
}

/* Appends text[start, at) as given and the run, which takes from what is given all that
 * stands before it in the base too. */
static enum vtr_status append_run(struct vtr_edit *edit, struct vtr_bytes base,
                                  struct vtr_bytes text, size_t start, size_t at,
                                  struct run run, struct vtr_error *err)
{
    size_t back = 0;

    while (back < at - start && back < run.from &&
           base.ptr[run.from - back - 1] == text.ptr[at - back - 1]) {
        back++;
    }
    const struct vtr_bytes given = {text.ptr + start, at - start - back};
    const enum vtr_status status = vtr_edit_give(edit, given, err);
    return status == VTR_OK ? vtr_edit_copy(edit, run.from - back, run.len + back, err)
                            : status;
}

static enum vtr_status find_runs(const struct base_index *index, struct vtr_bytes text,
                                 struct vtr_edit *edit, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;
    size_t start = 0; /* of what has not been appended */
    size_t expected = 0;
    size_t at = 0;

    while (status == VTR_OK && at < text.len) {
        const struct run run = find_run(index, text, at, at - start, expected);

        if (run.len == 0) {
            at++;
            continue;
        }
        status = append_run(edit, index->base, text, start, at, run, err);
        at += run.len;
        start = at;
        expected = run.from + run.len;
    }
    if (status == VTR_OK && start < text.len) {
        const struct vtr_bytes given = {text.ptr + start, text.len - start};
        status = vtr_edit_give(edit, given, err);
    }
    return status;
}

enum vtr_status vtr_text_diff(struct vtr_bytes base, struct vtr_bytes text,
                              struct vtr_edit *out, struct vtr_error *err)
{
    struct base_index index;
    struct vtr_edit edit;

    if (base.len >= NO_PLACE || text.len >= NO_PLACE) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "a record is too long to compare");
    }
    if (!base_index_init(&index, base)) {
        return vtr_error_set_memory(err);
    }
    vtr_edit_init(&edit, base.len);
    const enum vtr_status status = find_runs(&index, text, &edit, err);
    base_index_deinit(&index);
    if (status != VTR_OK) {
        vtr_edit_deinit(&edit);
        return status;
    }
    *out = edit;
    return VTR_OK;
}
