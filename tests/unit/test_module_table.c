/* SPDX-License-Identifier: Apache-2.0 */

/* The table of modules is what its readers rely on: sorted, each path well formed and
 * inside arrays that are there. */
#include "format/modules/module_table.h"

#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

static void rows_are_sorted_by_path_and_unique(void **state)
{
    (void)state;
    for (uint32_t m = 0; m < VTR_MODULE_COUNT; m++) {
        const struct vtr_module_info *module = vtr_module_get(m);
        assert_true(module->end > module->first);
        for (uint32_t row = module->first + 1; row < module->end; row++) {
            const char *before = vtr_field_get(row - 1)->path;
            const char *path = vtr_field_get(row)->path;
            if (strcmp(before, path) >= 0) {
                fail_msg("%s: '%s' stands after '%s'", module->name, path, before);
            }
        }
    }
}

static void modules_are_sorted_by_name(void **state)
{
    (void)state;
    for (uint32_t m = 1; m < VTR_MODULE_COUNT; m++) {
        assert_true(strcmp(vtr_module_get(m - 1)->name, vtr_module_get(m)->name) < 0);
    }
}

static void every_index_is_of_an_array_or_dictionary(void **state)
{
    (void)state;
    for (uint32_t m = 0; m < VTR_MODULE_COUNT; m++) {
        const struct vtr_module_info *module = vtr_module_get(m);
        for (uint32_t row = module->first; row < module->end; row++) {
            const char *path = vtr_field_get(row)->path;
            for (const char *at = strstr(path, "[]"); at != NULL;
                 at = strstr(at + 2, "[]")) {
                const uint32_t array =
                    vtr_field_find(module, (struct vtr_bytes){(const uint8_t *)path,
                                                              (size_t)(at - path)});
                if (array == VTR_FIELD_COUNT ||
                    (vtr_field_get(array)->kind != VTR_FIELD_ARRAY &&
                     vtr_field_get(array)->kind != VTR_FIELD_DICT)) {
                    fail_msg("%s.%s: no array around it", module->name, path);
                }
            }
        }
    }
}

static void functions_end_with_the_types_of_their_arguments(void **state)
{
    (void)state;
    for (uint32_t row = 0; row < VTR_FIELD_COUNT; row++) {
        const struct vtr_field_info *field = vtr_field_get(row);
        const char *open = strchr(field->path, '(');
        assert_int_equal(field->is_function, open != NULL);
        if (open != NULL) {
            const size_t types = strspn(open + 1, "ifsrb");
            assert_string_equal(open + 1 + types, ")");
        }
    }
}

static void a_path_is_found_and_its_neighbours_are_not(void **state)
{
    uint32_t module = 0;

    (void)state;
    assert_int_equal(vtr_field_resolve(vtr_bytes_from_text("time.now()"), &module),
                     VTR_TIME_NOW);
    assert_int_equal(module, VTR_MODULE_TIME);
    assert_int_equal(vtr_field_resolve(vtr_bytes_from_text("time.now"), NULL),
                     VTR_FIELD_COUNT);
    assert_int_equal(vtr_field_resolve(vtr_bytes_from_text("time"), NULL),
                     VTR_FIELD_COUNT);
    assert_int_equal(vtr_field_resolve(vtr_bytes_from_text("tim.now()"), NULL),
                     VTR_FIELD_COUNT);
    assert_int_equal(vtr_field_resolve(vtr_bytes_from_text(""), NULL), VTR_FIELD_COUNT);
}

static void a_path_says_what_it_pops(void **state)
{
    unsigned indices = 9;
    unsigned arguments = 9;

    (void)state;
    assert_true(vtr_field_path_counts(vtr_bytes_from_text("m.a[].b[].c(ssi)"), &indices,
                                      &arguments));
    assert_int_equal(indices, 2);
    assert_int_equal(arguments, 3);
    assert_true(
        vtr_field_path_counts(vtr_bytes_from_text("m.f()"), &indices, &arguments));
    assert_int_equal(indices, 0);
    assert_int_equal(arguments, 0);
    assert_false(
        vtr_field_path_counts(vtr_bytes_from_text("m.a["), &indices, &arguments));
    assert_false(
        vtr_field_path_counts(vtr_bytes_from_text("m.f("), &indices, &arguments));
    assert_false(vtr_field_path_counts(vtr_bytes_from_text("m"), &indices, &arguments));
    assert_false(
        vtr_field_path_counts(vtr_bytes_from_text("m."), &indices, &arguments));
    assert_false(vtr_field_path_counts(vtr_bytes_from_text(""), &indices, &arguments));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_sorted_by_path_and_unique),
        cmocka_unit_test(modules_are_sorted_by_name),
        cmocka_unit_test(every_index_is_of_an_array_or_dictionary),
        cmocka_unit_test(functions_end_with_the_types_of_their_arguments),
        cmocka_unit_test(a_path_is_found_and_its_neighbours_are_not),
        cmocka_unit_test(a_path_says_what_it_pops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
