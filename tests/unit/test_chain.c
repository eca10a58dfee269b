/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/match/chain.h"

#include "tests/support/cmocka.h"

static void add(struct vtr_match_list *list, uint64_t offset, uint64_t length)
{
    assert_true(vtr_match_list_add(list, offset, length));
}

static void a_head_reaches_to_the_nearest_tail(void **state)
{
    (void)state;
    struct vtr_match_list head = {0};
    struct vtr_match_list tail = {0};
    struct vtr_match_list out = {0};

    add(&head, 0, 2);
    add(&head, 1000, 2);
    add(&tail, 300, 4);
    add(&tail, 400, 4);
    const struct vtr_chain_link links[] = {{&head, 0, 0}, {&tail, 201, UINT64_MAX}};
    assert_true(vtr_chain_resolve(links, 2, &out));
    assert_int_equal(out.count, 1);
    assert_int_equal(out.items[0].offset, 0);
    assert_int_equal(out.items[0].length, 304);
    vtr_match_list_deinit(&head);
    vtr_match_list_deinit(&tail);
    vtr_match_list_deinit(&out);
}

static void gaps_include_both_ends(void **state)
{
    (void)state;
    struct vtr_match_list out = {0};

    for (uint64_t at = 0; at < 10; at++) {
        struct vtr_match_list head = {0};
        struct vtr_match_list tail = {0};
        const struct vtr_chain_link links[] = {{&head, 0, 0}, {&tail, 3, 5}};
        add(&head, 0, 1);
        add(&tail, 1 + at, 1);
        vtr_match_list_clear(&out);
        assert_true(vtr_chain_resolve(links, 2, &out));
        assert_int_equal(out.count, at >= 3 && at <= 5 ? 1 : 0);
        vtr_match_list_deinit(&head);
        vtr_match_list_deinit(&tail);
    }
    vtr_match_list_deinit(&out);
}

/* What the definition says, link by link. */
static uint64_t nearest_end(const struct vtr_chain_link *links, size_t count,
                            size_t link, const struct vtr_match *match)
{
    const uint64_t end = match->offset + match->length;
    uint64_t best = UINT64_MAX;

    if (link + 1 == count) {
        return end;
    }
    const struct vtr_chain_link *next = &links[link + 1];
    for (size_t i = 0; i < next->found->count; i++) {
        const struct vtr_match *candidate = &next->found->items[i];
        if (candidate->offset >= end + next->gap_min &&
            candidate->offset - end <= next->gap_max) {
            const uint64_t reached = nearest_end(links, count, link + 1, candidate);
            best = reached < best ? reached : best;
        }
    }
    return best;
}

static void random_chains_agree_with_the_definition(void **state)
{
    (void)state;
    uint32_t seed = 12345;

    for (unsigned round = 0; round < 300; round++) {
        struct vtr_match_list lists[4] = {{0}, {0}, {0}, {0}};
        struct vtr_chain_link links[4];
        struct vtr_match_list out = {0};
        const size_t count = 2 + round % 3;
        for (size_t link = 0; link < count; link++) {
            uint64_t offset = 0;
            for (unsigned i = 0; i < round % 7; i++) {
                seed = seed * 1664525u + 1013904223u;
                offset += 1 + (seed >> 20) % 20;
                add(&lists[link], offset, 1 + (seed >> 10) % 5);
            }
            seed = seed * 1664525u + 1013904223u;
            const uint64_t gap = (seed >> 20) % 8;
            links[link] =
                (struct vtr_chain_link){&lists[link], gap,
                                        (seed & 0x100) != 0 ? UINT64_MAX
                                                            : gap + (seed >> 12) % 16};
        }
        assert_true(vtr_chain_resolve(links, count, &out));
        size_t at = 0;
        for (size_t i = 0; i < lists[0].count; i++) {
            const struct vtr_match *match = &lists[0].items[i];
            const uint64_t end = nearest_end(links, count, 0, match);
            if (end != UINT64_MAX) {
                assert_true(at < out.count);
                assert_int_equal(out.items[at].offset, match->offset);
                assert_int_equal(out.items[at].length, end - match->offset);
                at++;
            }
        }
        assert_int_equal(at, out.count);
        for (size_t link = 0; link < count; link++) {
            vtr_match_list_deinit(&lists[link]);
        }
        vtr_match_list_deinit(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_reaches_to_the_nearest_tail),
        cmocka_unit_test(gaps_include_both_ends),
        cmocka_unit_test(random_chains_agree_with_the_definition),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
