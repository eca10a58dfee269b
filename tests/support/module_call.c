/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/module_call.h"

#include <stdarg.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

#define ARG_LIMIT 4u

static bool spend(void *context, uint64_t units)
{
    struct vtr_test_modules *test = context;

    if (units > test->units_left) {
        return false;
    }
    test->units_left -= units;
    test->units_spent += units;
    return true;
}

/* An expression is a text here, which matches where it stands in the subject. */
static bool matches(void *context, const void *regex, struct vtr_bytes subject,
                    size_t *out_end)
{
    const struct vtr_bytes text = vtr_bytes_from_text(regex);
    bool is_found = false;

    (void)context;
    for (size_t at = 0; at + text.len <= subject.len && !is_found; at++) {
        is_found =
            vtr_bytes_equal((struct vtr_bytes){subject.ptr + at, text.len}, text);
        if (is_found && out_end != NULL) {
            *out_end = at + text.len;
        }
    }
    return is_found;
}

void vtr_test_modules_init(struct vtr_test_modules *test, struct vtr_bytes data)
{
    *test = (struct vtr_test_modules){
        .services = {.spend = spend, .matches = matches, .context = test},
        .units_left = UINT64_MAX,
    };
    vtr_modules_init(&test->modules, &test->services);
    vtr_modules_begin(&test->modules, data);
}

void vtr_test_modules_deinit(struct vtr_test_modules *test)
{
    vtr_modules_deinit(&test->modules);
}

struct vtr_module_value vtr_test_call(struct vtr_test_modules *test, const char *path,
                                      ...)
{
    const uint32_t row = vtr_field_resolve(vtr_bytes_from_text(path), NULL);
    const char *types = strchr(path, '(') + 1;
    struct vtr_module_value args[ARG_LIMIT];
    unsigned count = 0;
    va_list list;

    assert_int_not_equal(row, VTR_FIELD_COUNT);
    va_start(list, path);
    for (; types[count] != ')'; count++) {
        assert_true(count < ARG_LIMIT);
        if (types[count] == 's') {
            args[count] = vtr_module_text(vtr_bytes_from_text(va_arg(list, char *)));
        } else if (types[count] == 'r') {
            args[count] = (struct vtr_module_value){VTR_MODULE_REGEX,
                                                    {.regex = va_arg(list, char *)}};
        } else if (types[count] == 'f') {
            args[count] = vtr_module_float(va_arg(list, double));
        } else {
            args[count] = vtr_module_int(va_arg(list, int64_t));
        }
    }
    va_end(list);
    return vtr_modules_call(&test->modules, row, NULL, 0, args, count);
}

void vtr_test_is_text(struct vtr_module_value value, const char *expected)
{
    if (expected == NULL) {
        assert_int_equal(value.kind, VTR_MODULE_UNDEFINED);
    } else {
        assert_int_equal(value.kind, VTR_MODULE_TEXT);
        assert_true(vtr_bytes_equal(value.is.text, vtr_bytes_from_text(expected)));
    }
}

int64_t vtr_test_call_text(struct vtr_bytes data, const char *path, const char *text)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, data);
    const struct vtr_module_value value = vtr_test_call(&test, path, text);
    vtr_test_modules_deinit(&test);
    assert_int_equal(value.kind, VTR_MODULE_INT);
    return value.is.number;
}
