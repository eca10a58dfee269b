/* SPDX-License-Identifier: Apache-2.0 */

/* What modules find is kept by row and item, up to limits; and loaders run when they
 * are first asked for, once a file. */
#include "scan/module/module_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "scan/module/modules.h"
#include "tests/support/cmocka.h"
#include "tests/support/dump_module.h"

/* Rows of the dotnet module, which nests arrays three deep, serve as an example. */
#define CLASSES    VTR_DOTNET_CLASSES
#define METHODS    VTR_DOTNET_CLASS_METHODS
#define PARAMETERS VTR_DOTNET_METHOD_PARAMETERS

struct fixture {
    struct vtr_arena arena;
    struct vtr_module_store store;
};

static struct fixture *set_up(void)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    assert_true(vtr_store_init(&fixture->store, vtr_module_get(VTR_MODULE_DOTNET),
                               &fixture->arena));
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    vtr_arena_deinit(&fixture->arena);
    free(fixture);
}

static void what_was_not_set_is_undefined(void **state)
{
    struct fixture *fixture = set_up();
    const struct vtr_module_store *store = &fixture->store;

    (void)state;
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_VERSION, 0).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_CLASS_NAME, 7).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_CLASS_NAME, VTR_NO_ITEM).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_store_count(store, CLASSES, 0), 0);
    assert_int_equal(vtr_store_item(store, CLASSES, 0, 0), VTR_NO_ITEM);
    tear_down(fixture);
}

static void values_are_kept_by_row_and_item(void **state)
{
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;
    char text[] = "copied";

    (void)state;
    vtr_store_int(store, VTR_DOTNET_IS_DOTNET, 0, -5);
    vtr_store_float(store, VTR_DOTNET_NUMBER_OF_GUIDS, 0, 0.5);
    vtr_store_text(store, VTR_DOTNET_VERSION, 0, vtr_bytes_from_text("borrowed"));
    vtr_store_text_copy(store, VTR_DOTNET_TYPELIB, 0, vtr_bytes_from_text(text));
    memset(text, 'x', sizeof(text) - 1);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_IS_DOTNET, 0).is.number, -5);
    assert_true(vtr_store_get(store, VTR_DOTNET_NUMBER_OF_GUIDS, 0).is.real == 0.5);
    assert_true(vtr_bytes_equal(vtr_store_get(store, VTR_DOTNET_VERSION, 0).is.text,
                                vtr_bytes_from_text("borrowed")));
    assert_true(vtr_bytes_equal(vtr_store_get(store, VTR_DOTNET_TYPELIB, 0).is.text,
                                vtr_bytes_from_text("copied")));
    vtr_store_int(store, VTR_DOTNET_IS_DOTNET, 0, 6);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_IS_DOTNET, 0).is.number, 6);
    tear_down(fixture);
}

/* Items are numbered through the file: class 0 has methods 0 and 1, class 1 none, class
 * 2 methods 2 to 101; each has as many parameters as its number modulo 3. */
static void arrays_nest(void **state)
{
    static const uint32_t METHOD_COUNTS[] = {2, 0, 100};
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;
    uint32_t number = 0;

    (void)state;
    for (uint32_t c = 0; c < 3; c++) {
        const uint32_t class = vtr_store_append(store, CLASSES, 0);
        assert_int_equal(class, c);
        for (uint32_t m = 0; m < METHOD_COUNTS[c]; m++, number++) {
            const uint32_t method = vtr_store_append(store, METHODS, class);
            assert_int_equal(method, number);
            for (uint32_t p = 0; p < number % 3; p++) {
                const uint32_t parameter = vtr_store_append(store, PARAMETERS, method);
                vtr_store_int(store, VTR_DOTNET_PARAMETER_NAME, parameter,
                              (int64_t)number * 10 + p);
            }
        }
    }
    assert_int_equal(vtr_store_count(store, CLASSES, 0), 3);
    assert_int_equal(vtr_store_count(store, METHODS, 1), 0);
    assert_int_equal(vtr_store_count(store, METHODS, 2), 100);
    assert_int_equal(vtr_store_item(store, METHODS, 2, 99), 101);
    assert_int_equal(vtr_store_item(store, METHODS, 2, 100), VTR_NO_ITEM);
    assert_int_equal(vtr_store_item(store, METHODS, 2, -1), VTR_NO_ITEM);
    const uint32_t last = vtr_store_item(store, PARAMETERS, 101, 1);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_PARAMETER_NAME, last).is.number,
                     1011);
    tear_down(fixture);
}

/* The items of one parent are consecutive: another parent's items end them. */
static void items_of_a_parent_are_appended_together(void **state)
{
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;

    (void)state;
    assert_int_equal(vtr_store_append(store, METHODS, 0), 0);
    assert_int_equal(vtr_store_append(store, METHODS, 1), 1);
    assert_int_equal(vtr_store_append(store, METHODS, 0), VTR_NO_ITEM);
    assert_int_equal(vtr_store_append(store, METHODS, 1), 2);
    assert_int_equal(vtr_store_count(store, METHODS, 0), 1);
    assert_int_equal(vtr_store_count(store, METHODS, 1), 2);
    /* What no item was given for is not set, and is no error. */
    vtr_store_int(store, VTR_DOTNET_METHOD_STATIC, VTR_NO_ITEM, 1);
    assert_int_equal(vtr_store_append(store, PARAMETERS, VTR_NO_ITEM), VTR_NO_ITEM);
    assert_false(store->is_full);
    tear_down(fixture);
}

static void keys_of_a_dictionary_are_unique(void **state)
{
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;
    const struct vtr_bytes first = vtr_bytes_from_text("first");
    const struct vtr_bytes second = {(const uint8_t *)"sec\0nd", 6};

    (void)state;
    assert_int_equal(vtr_store_append_key(store, CLASSES, 0, first), 0);
    assert_int_equal(vtr_store_append_key(store, CLASSES, 0, second), 1);
    assert_int_equal(vtr_store_append_key(store, CLASSES, 0, first), 0);
    assert_int_equal(vtr_store_count(store, CLASSES, 0), 2);
    assert_int_equal(vtr_store_find_key(store, CLASSES, 0, second), 1);
    assert_int_equal(vtr_store_find_key(store, CLASSES, 0, vtr_bytes_from_text("sec")),
                     -1);
    assert_true(vtr_bytes_equal(vtr_store_key(store, CLASSES, 0, 1), second));
    assert_int_equal(vtr_store_key(store, CLASSES, 0, 2).len, 0);
    tear_down(fixture);
}

static void items_end_at_a_limit_which_is_said(void **state)
{
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;

    (void)state;
    for (uint32_t i = 0; i < VTR_STORE_ITEM_LIMIT; i++) {
        assert_int_equal(vtr_store_append(store, METHODS, 0), i);
    }
    assert_false(store->is_full);
    assert_int_equal(vtr_store_append(store, METHODS, 0), VTR_NO_ITEM);
    assert_int_equal(vtr_store_append(store, CLASSES, 0), VTR_NO_ITEM);
    assert_true(store->is_full);
    assert_int_equal(vtr_store_count(store, METHODS, 0), VTR_STORE_ITEM_LIMIT);
    tear_down(fixture);
}

static void bytes_end_at_a_limit_which_is_said(void **state)
{
    static const uint8_t ZEROS[1 << 16] = {0};
    struct fixture *fixture = set_up();
    struct vtr_module_store *store = &fixture->store;

    (void)state;
    vtr_store_int(store, VTR_DOTNET_VERSION, 0, 1);
    vtr_store_int(store, VTR_DOTNET_TYPELIB, 0, 1);
    fixture->arena.used_bytes = VTR_STORE_BYTE_LIMIT;
    vtr_store_text_copy(store, VTR_DOTNET_VERSION, 0,
                        (struct vtr_bytes){ZEROS, sizeof(ZEROS)});
    assert_false(store->is_full);
    vtr_store_text_copy(store, VTR_DOTNET_TYPELIB, 0,
                        (struct vtr_bytes){ZEROS, sizeof(ZEROS)});
    assert_true(store->is_full);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_VERSION, 0).kind, VTR_MODULE_TEXT);
    assert_int_equal(vtr_store_get(store, VTR_DOTNET_TYPELIB, 0).kind, VTR_MODULE_INT);
    tear_down(fixture);
}

static struct vtr_modules *new_modules(void)
{
    struct vtr_modules *modules = calloc(1, sizeof(*modules));

    assert_non_null(modules);
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    return modules;
}

static void a_module_is_begun_when_it_is_asked_for(void **state)
{
    struct vtr_modules *modules = new_modules();

    (void)state;
    vtr_modules_begin(modules, vtr_bytes_from_text("no program"));
    for (unsigned i = 0; i < VTR_MODULE_COUNT; i++) {
        assert_false(modules->is_begun[i]);
    }
    assert_int_equal(vtr_modules_get(modules, VTR_DOTNET_IS_DOTNET, NULL, 0).kind,
                     VTR_MODULE_UNDEFINED);
    assert_true(modules->is_begun[VTR_MODULE_DOTNET]);
    assert_false(modules->is_begun[VTR_MODULE_TIME]);
    assert_int_equal(modules->runs[VTR_MODULE_DOTNET].loaded_count, 1);
    (void)vtr_modules_get(modules, VTR_DOTNET_VERSION, NULL, 0);
    assert_int_equal(modules->runs[VTR_MODULE_DOTNET].loaded_count, 1);
    vtr_modules_begin(modules, vtr_bytes_from_text("another"));
    assert_false(modules->is_begun[VTR_MODULE_DOTNET]);
    assert_false(vtr_modules_is_limited(modules));
    vtr_modules_deinit(modules);
    free(modules);
}

static void indices_that_lead_nowhere_are_undefined(void **state)
{
    static const int64_t INDICES[] = {0, INT64_MAX};
    struct vtr_modules *modules = new_modules();

    (void)state;
    vtr_modules_begin(modules, vtr_bytes_from_text("no program"));
    assert_int_equal(vtr_modules_get(modules, VTR_DOTNET_METHOD_NAME, INDICES, 2).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_modules_count(modules, METHODS, INDICES, 1), -1);
    assert_int_equal(vtr_modules_count(modules, CLASSES, NULL, 0), -1);
    /* One index too few, and one too many. */
    assert_int_equal(vtr_modules_get(modules, VTR_DOTNET_METHOD_NAME, INDICES, 1).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_modules_get(modules, VTR_DOTNET_VERSION, INDICES, 1).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(vtr_modules_key(modules, CLASSES, NULL, 0).kind,
                     VTR_MODULE_UNDEFINED);
    /* A function is no value, a value no function. */
    assert_int_equal(vtr_modules_get(modules, VTR_TIME_NOW, NULL, 0).kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(
        vtr_modules_call(modules, VTR_DOTNET_VERSION, NULL, 0, NULL, 0).kind,
        VTR_MODULE_UNDEFINED);
    vtr_modules_deinit(modules);
    free(modules);
}

static unsigned released;

static void count_release(void *state)
{
    (void)state;
    released++;
}

static void what_a_module_keeps_is_released_once_at_the_end(void **state)
{
    struct vtr_modules *modules = new_modules();
    int kept;

    (void)state;
    released = 0;
    vtr_modules_begin(modules, vtr_bytes_from_text("a file"));
    modules->kept[VTR_MODULE_TIME] = (struct vtr_module_kept){&kept, count_release};
    vtr_modules_begin(modules, vtr_bytes_from_text("another"));
    assert_int_equal(released, 0);
    vtr_modules_deinit(modules);
    assert_int_equal(released, 1);
    vtr_modules_deinit(modules);
    assert_int_equal(released, 1);
    free(modules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_not_set_is_undefined),
        cmocka_unit_test(values_are_kept_by_row_and_item),
        cmocka_unit_test(arrays_nest),
        cmocka_unit_test(items_of_a_parent_are_appended_together),
        cmocka_unit_test(keys_of_a_dictionary_are_unique),
        cmocka_unit_test(items_end_at_a_limit_which_is_said),
        cmocka_unit_test(bytes_end_at_a_limit_which_is_said),
        cmocka_unit_test(a_module_is_begun_when_it_is_asked_for),
        cmocka_unit_test(indices_that_lead_nowhere_are_undefined),
        cmocka_unit_test(what_a_module_keeps_is_released_once_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
