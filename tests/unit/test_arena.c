/* SPDX-License-Identifier: Apache-2.0 */

#include "base/arena.h"

#include <stdalign.h>
#include <string.h>

#include "base/bytes.h"
#include "base/vector.h"

#include "tests/support/cmocka.h"

static void memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};

    for (size_t len = 0; len < 100; len++) {
        uint8_t *room = vtr_arena_alloc(&arena, len);
        assert_non_null(room);
        assert_int_equal((uintptr_t)room % alignof(max_align_t), 0);
        for (size_t i = 0; i < len; i++) {
            assert_int_equal(room[i], 0);
            room[i] = 0xFF;
        }
    }
    vtr_arena_deinit(&arena);
}

static void a_piece_larger_than_any_block_fits(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    uint8_t *room = vtr_arena_alloc(&arena, (size_t)9 << 20);

    assert_non_null(room);
    memset(room, 1, (size_t)9 << 20);
    assert_non_null(vtr_arena_alloc(&arena, 1));
    vtr_arena_deinit(&arena);
}

static void cleared_memory_is_zeroed_again(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};

    vtr_arena_clear(&arena);
    for (size_t round = 0; round < 3; round++) {
        for (size_t i = 0; i < 300; i++) {
            uint8_t *room = vtr_arena_alloc(&arena, i);
            assert_non_null(room);
            for (size_t k = 0; k < i; k++) {
                assert_int_equal(room[k], 0);
                room[k] = 0xFF;
            }
        }
        assert_true(arena.used_bytes >= 300 * 299 / 2);
        vtr_arena_clear(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    vtr_arena_deinit(&arena);
}

static void pieces_of_no_length_do_not_cost_a_block_each(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};

    assert_non_null(vtr_arena_take(&arena, 1));
    const struct vtr_arena_block *first = arena.head;
    for (size_t i = 0; i < 100; i++) {
        assert_non_null(vtr_arena_take(&arena, 0));
    }
    if (!VTR_HAS_ADDRESS_SANITIZER) { /* with it all pieces do */
        assert_ptr_equal(arena.head, first);
    }
    vtr_arena_deinit(&arena);
}

static void products_that_overflow_are_refused(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};

    assert_null(vtr_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(vtr_arena_alloc(&arena, SIZE_MAX));
    vtr_arena_deinit(&arena);
}

static void a_copy_ends_in_nul(void **state)
{
    (void)state;
    struct vtr_arena arena = {0};
    const struct vtr_bytes copy = vtr_arena_dup(&arena, vtr_bytes_from_text("rule"));

    assert_int_equal(copy.len, 4);
    assert_string_equal((const char *)copy.ptr, "rule");
    vtr_arena_deinit(&arena);
}

static void a_vector_keeps_its_elements_as_it_grows(void **state)
{
    (void)state;
    struct vtr_vector v;

    vtr_vector_init(&v, sizeof(unsigned));
    for (unsigned i = 0; i < 1000; i++) {
        unsigned *item = vtr_vector_push(&v);
        assert_non_null(item);
        assert_int_equal(*item, 0);
        *item = i;
    }
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(((unsigned *)v.items)[i], i);
    }
    vtr_vector_deinit(&v);
    vtr_vector_deinit(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_and_aligned),
        cmocka_unit_test(a_piece_larger_than_any_block_fits),
        cmocka_unit_test(cleared_memory_is_zeroed_again),
        cmocka_unit_test(pieces_of_no_length_do_not_cost_a_block_each),
        cmocka_unit_test(products_that_overflow_are_refused),
        cmocka_unit_test(a_copy_ends_in_nul),
        cmocka_unit_test(a_vector_keeps_its_elements_as_it_grows),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
