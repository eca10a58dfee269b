/* SPDX-License-Identifier: Apache-2.0 */

/* Deltas in a row, at once, give what they give one after the other. */
#include "delta/rebuild_chain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "delta/create.h"
#include "delta/rebuild_image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"

enum {
    RELEASES = 7,
    ROUNDS = 12,
    CANDIDATES = 150,
    RULES = 10
};

struct history {
    struct vtr_bytes images[RELEASES];
    struct vtr_writer deltas[RELEASES]; /* [i] leads from i - 1 to i */
};

static uint8_t *alloc_memory(void *context, size_t len, struct vtr_error *err)
{
    struct vtr_bytes *out = context;
    uint8_t *memory = calloc(1, len);

    (void)err;
    assert_non_null(memory);
    *out = (struct vtr_bytes){memory, len};
    return memory;
}

static void free_bytes(struct vtr_bytes bytes)
{
    free((void *)(uintptr_t)bytes.ptr);
}

/* A database of some of the candidates: which, is the bits of `seed`'s numbers. */
static struct vtr_bytes build(uint64_t release, const bool *has, const unsigned *forms)
{
    struct vtr_sample sample;

    vtr_sample_init(&sample, "sample", release);
    for (unsigned i = 0; i < CANDIDATES; i++) {
        uint8_t digest[32] = {(uint8_t)(i * 37), (uint8_t)(i % 40), (uint8_t)i};
        char name[48];

        (void)snprintf(name, sizeof(name), "Win.Family%u-%u", i % 20, i);
        if (has[i]) {
            vtr_sample_add_hash(&sample, (enum vtr_hash_kind)(i % 3), digest,
                                i % 4 == 0 ? VTR_SIZE_ANY : i, name);
        }
    }
    for (unsigned i = 0; i < RULES; i++) {
        char name[16];
        const struct vtr_sample_rule rule = {.space = "default",
                                             .name = name,
                                             .flags = VTR_RULE_NEEDS_PATTERN,
                                             .meta_key = "form",
                                             .meta_value = forms[i],
                                             .pattern_id = "a",
                                             .text = "some text"};

        (void)snprintf(name, sizeof(name), "rule_%u", i);
        if (forms[i] != 0) {
            vtr_sample_add_rule(&sample, &rule);
        }
    }
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

static void begin(struct history *h, uint64_t seed)
{
    bool has[CANDIDATES] = {false};
    unsigned forms[RULES] = {0};

    *h = (struct history){0};
    for (unsigned release = 0; release < RELEASES; release++) {
        for (unsigned i = 0; i < CANDIDATES; i++) {
            has[i] = has[i] != (vtr_sample_random(&seed) % 6 == 0);
        }
        for (unsigned i = 0; i < RULES; i++) {
            if (vtr_sample_random(&seed) % 4 == 0) {
                forms[i] = (unsigned)(vtr_sample_random(&seed) % 3);
            }
        }
        h->images[release] = build(release + 1, has, forms);
        if (release > 0) {
            assert_int_equal(vtr_delta_build(&h->deltas[release],
                                             h->images[release - 1], h->images[release],
                                             NULL, NULL),
                             VTR_OK);
        }
    }
}

static void end(struct history *h)
{
    for (unsigned i = 0; i < RELEASES; i++) {
        free_bytes(h->images[i]);
        vtr_writer_deinit(&h->deltas[i]);
    }
}

/* The deltas that `order` names, applied at once to a release. */
static enum vtr_status rebuild(const struct history *h, unsigned from,
                               const unsigned *order, size_t count,
                               struct vtr_bytes *out)
{
    struct vtr_delta deltas[RELEASES] = {0};
    struct vtr_image basis;

    assert_int_equal(vtr_delta_open_image(&basis, h->images[from], NULL), VTR_OK);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(vtr_delta_open(&deltas[i],
                                        vtr_writer_bytes(&h->deltas[order[i]]), NULL, 0,
                                        NULL),
                         VTR_OK);
    }
    const enum vtr_status status =
        vtr_delta_rebuild_chain(deltas, count, &basis, alloc_memory, out, NULL);
    for (size_t i = 0; i < count; i++) {
        vtr_delta_deinit(&deltas[i]);
    }
    return status;
}

static void any_run_of_deltas_gives_the_release_that_it_leads_to(void **state)
{
    (void)state;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        struct history h;

        begin(&h, round);
        for (unsigned from = 0; from < RELEASES; from++) {
            for (unsigned to = from + 1; to < RELEASES; to++) {
                unsigned order[RELEASES];
                struct vtr_bytes result = {NULL, 0};

                for (unsigned i = from; i < to; i++) {
                    order[i - from] = i + 1;
                }
                assert_int_equal(rebuild(&h, from, order, to - from, &result), VTR_OK);
                assert_true(vtr_bytes_equal(result, h.images[to]));
                free_bytes(result);
            }
        }
        end(&h);
    }
}

static void deltas_that_do_not_continue_each_other_are_refused(void **state)
{
    static const unsigned ORDERS[][3] = {{1, 3, 0}, {2, 1, 0}, {1, 1, 0}, {2, 3, 0}};
    struct vtr_bytes result = {NULL, 0};
    struct history h;

    (void)state;
    begin(&h, 99);
    for (size_t i = 0; i < sizeof(ORDERS) / sizeof(ORDERS[0]); i++) {
        assert_int_equal(rebuild(&h, 0, ORDERS[i], 2, &result), VTR_ERROR_MISMATCH);
        assert_null(result.ptr);
    }
    assert_int_equal(rebuild(&h, 0, ORDERS[0], 0, &result), VTR_ERROR_ARGUMENT);
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_run_of_deltas_gives_the_release_that_it_leads_to),
        cmocka_unit_test(deltas_that_do_not_continue_each_other_are_refused)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
