/* SPDX-License-Identifier: Apache-2.0 */

/* Lists that grow in a pool keep their matches, and leave their room to others. */
#include "scan/match/match_pool.h"

#include "tests/support/cmocka.h"

#define LIST_COUNT 300u
#define LONGEST    ((size_t)VTR_MATCH_POOL_LEAST << (VTR_MATCH_POOL_SIZES - 1))

static void add(struct vtr_match_pool *pool, struct vtr_match_list *list,
                uint64_t offset)
{
    if (list->count == list->cap) {
        vtr_match_pool_grow(pool, list);
        assert_true(list->is_lent);
        assert_true(list->count < list->cap);
    }
    assert_true(vtr_match_list_add(list, offset, offset % 7));
}

static void check(const struct vtr_match_list *list, uint64_t first, size_t count)
{
    assert_int_equal(list->count, count);
    for (size_t i = 0; i < count; i++) {
        assert_true(list->items[i].offset == first + i);
        assert_true(list->items[i].length == (first + i) % 7);
    }
}

static void lists_that_grow_in_turns_keep_their_matches(void **state)
{
    (void)state;
    static struct vtr_match_list lists[LIST_COUNT];
    struct vtr_match_pool pool = {0};

    for (size_t n = 0; n < 1000; n++) {
        for (size_t i = 0; i < LIST_COUNT; i++) {
            if (n < 1000 - i) {
                add(&pool, &lists[i], i * 5000 + n);
            }
        }
    }
    for (size_t i = 0; i < LIST_COUNT; i++) {
        check(&lists[i], i * 5000, 1000 - i);
        assert_false(lists[i].is_disordered);
        vtr_match_list_deinit(&lists[i]);
    }
    vtr_match_pool_deinit(&pool);
    assert_null(pool.chunks);
}

static void a_list_that_moves_leaves_its_room_to_the_next_one(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};
    struct vtr_match_list next = {0};
    struct vtr_match_pool pool = {0};

    vtr_match_pool_grow(&pool, &list);
    assert_int_equal(list.cap, VTR_MATCH_POOL_LEAST);
    const struct vtr_match *room = list.items;
    vtr_match_pool_grow(&pool, &list);
    assert_int_equal(list.cap, 2 * VTR_MATCH_POOL_LEAST);
    assert_ptr_not_equal(list.items, room);
    vtr_match_pool_grow(&pool, &next);
    assert_ptr_equal(next.items, room);
    vtr_match_pool_deinit(&pool);
}

static void a_list_comes_into_the_pool_and_leaves_it(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};
    struct vtr_match_pool pool = {0};

    for (uint64_t i = 0; i < 8; i++) {
        assert_true(vtr_match_list_add(&list, i, i % 7));
    }
    assert_false(list.is_lent);
    add(&pool, &list, 8);
    check(&list, 0, 9);
    while (list.count < list.cap) {
        add(&pool, &list, list.count);
    }
    assert_true(vtr_match_list_add(&list, list.count, list.count % 7)); /* without it */
    assert_false(list.is_lent);
    check(&list, 0, VTR_MATCH_POOL_LEAST + 1);
    vtr_match_pool_deinit(&pool);
    check(&list, 0, VTR_MATCH_POOL_LEAST + 1);
    vtr_match_list_deinit(&list);
}

static void a_list_that_is_lent_room_for_one_goes_on_in_the_pool_or_in_memory(
    void **state)
{
    (void)state;
    struct vtr_match room;
    struct vtr_match_list list;
    struct vtr_match_pool pool = {0};

    vtr_match_list_lend(&list, &room);
    assert_true(vtr_match_list_add(&list, 0, 0));
    assert_ptr_equal(list.items, &room);
    add(&pool, &list, 1);
    check(&list, 0, 2);
    vtr_match_list_deinit(&list);

    vtr_match_list_lend(&list, &room);
    assert_true(vtr_match_list_add(&list, 0, 0) && vtr_match_list_add(&list, 1, 1));
    assert_false(list.is_lent);
    check(&list, 0, 2);
    vtr_match_list_deinit(&list);

    vtr_match_pool_grow(&pool, &list);
    assert_ptr_not_equal(list.items, &room); /* which is no room of the pool's */
    vtr_match_list_deinit(&list);
    vtr_match_pool_deinit(&pool);
}

static void a_list_that_is_too_long_stays_full(void **state)
{
    (void)state;
    struct vtr_match_list list = {0};
    struct vtr_match_pool pool = {0};

    for (uint64_t i = 0; i < LONGEST; i++) {
        add(&pool, &list, i);
    }
    assert_int_equal(list.cap, LONGEST);
    vtr_match_pool_grow(&pool, &list);
    assert_int_equal(list.cap, LONGEST);
    assert_true(vtr_match_list_add(&list, LONGEST, LONGEST % 7));
    check(&list, 0, LONGEST + 1);
    vtr_match_list_deinit(&list);
    vtr_match_pool_deinit(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_that_grow_in_turns_keep_their_matches),
        cmocka_unit_test(a_list_that_moves_leaves_its_room_to_the_next_one),
        cmocka_unit_test(a_list_comes_into_the_pool_and_leaves_it),
        cmocka_unit_test(
            a_list_that_is_lent_room_for_one_goes_on_in_the_pool_or_in_memory),
        cmocka_unit_test(a_list_that_is_too_long_stays_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
