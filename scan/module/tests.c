/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/tests.h"

#include "base/bytes.h"

#define INTEGER_COUNT 257u /* of which the first three and the last are set */
#define INTEGERS_SET  3u

void vtr_tests_nothing(struct vtr_module_run *run)
{
    (void)run;
}

void vtr_tests_constants(struct vtr_module_run *run)
{
    vtr_store_int(&run->store, VTR_TESTS_CONSTANTS_ONE, 0, 1);
    vtr_store_int(&run->store, VTR_TESTS_CONSTANTS_TWO, 0, 2);
    vtr_store_text(&run->store, VTR_TESTS_CONSTANTS_FOO, 0, vtr_bytes_from_text("foo"));
    vtr_store_text(&run->store, VTR_TESTS_CONSTANTS_EMPTY, 0, vtr_bytes_from_text(""));
}

void vtr_tests_integer_array(struct vtr_module_run *run)
{
    for (uint32_t i = 0; i < INTEGER_COUNT; i++) {
        const uint32_t item = vtr_store_append(&run->store, VTR_TESTS_INTEGER_ARRAY, 0);

        if (i < INTEGERS_SET || i + 1 == INTEGER_COUNT) {
            vtr_store_int(&run->store, VTR_TESTS_INTEGER_ARRAY_ITEM, item, i);
        }
    }
}

void vtr_tests_string_array(struct vtr_module_run *run)
{
    static const struct vtr_bytes TEXTS[] = {{(const uint8_t *)"foo", 3},
                                             {(const uint8_t *)"bar", 3},
                                             {(const uint8_t *)"baz", 3},
                                             {(const uint8_t *)"foo\0bar", 7}};

    for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
        vtr_store_text(&run->store, VTR_TESTS_STRING_ARRAY_ITEM,
                       vtr_store_append(&run->store, VTR_TESTS_STRING_ARRAY, 0),
                       TEXTS[i]);
    }
}

void vtr_tests_string_dict(struct vtr_module_run *run)
{
    static const char *const KEYS[] = {"foo", "bar"};

    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        const struct vtr_bytes key = vtr_bytes_from_text(KEYS[i]);

        vtr_store_text(&run->store, VTR_TESTS_STRING_DICT_ITEM,
                       vtr_store_append_key(&run->store, VTR_TESTS_STRING_DICT, 0, key),
                       key);
    }
}

void vtr_tests_struct_array(struct vtr_module_run *run)
{
    (void)vtr_store_append(&run->store, VTR_TESTS_STRUCT_ARRAY, 0);
    vtr_store_int(&run->store, VTR_TESTS_STRUCT_ARRAY_I,
                  vtr_store_append(&run->store, VTR_TESTS_STRUCT_ARRAY, 0), 1);
}

void vtr_tests_struct_dict(struct vtr_module_run *run)
{
    const struct vtr_bytes foo = vtr_bytes_from_text("foo");
    const uint32_t item =
        vtr_store_append_key(&run->store, VTR_TESTS_STRUCT_DICT, 0, foo);

    vtr_store_int(&run->store, VTR_TESTS_STRUCT_DICT_I, item, 1);
    vtr_store_text(&run->store, VTR_TESTS_STRUCT_DICT_S, item, foo);
}

void vtr_tests_module_data(struct vtr_module_run *run)
{
    if (run->extra.len > 0) {
        vtr_store_text(&run->store, VTR_TESTS_MODULE_DATA, 0, run->extra);
    }
}

struct vtr_module_value vtr_tests_empty(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    (void)run;
    (void)call;
    return vtr_module_text(vtr_bytes_from_text(""));
}

struct vtr_module_value vtr_tests_foobar(struct vtr_module_run *run,
                                         const struct vtr_module_call *call)
{
    const int64_t number = call->args[0].is.number;

    (void)run;
    return vtr_module_text(vtr_bytes_from_text(number == 1   ? "foo"
                                               : number == 2 ? "bar"
                                                             : "oops"));
}

struct vtr_module_value vtr_tests_fsum(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    double sum = 0;

    (void)run;
    for (unsigned i = 0; i < call->arg_count; i++) {
        sum += call->args[i].is.real;
    }
    return vtr_module_float(sum);
}

struct vtr_module_value vtr_tests_isum(struct vtr_module_run *run,
                                       const struct vtr_module_call *call)
{
    uint64_t sum = 0;

    (void)run;
    for (unsigned i = 0; i < call->arg_count; i++) {
        sum += (uint64_t)call->args[i].is.number;
    }
    return vtr_module_int((int64_t)sum);
}

struct vtr_module_value vtr_tests_length(struct vtr_module_run *run,
                                         const struct vtr_module_call *call)
{
    const struct vtr_bytes text = call->args[0].is.text;
    size_t len = 0;

    if (!vtr_module_spend(run, text.len)) {
        return vtr_module_undefined();
    }
    while (len < text.len && text.ptr[len] != 0) {
        len++;
    }
    return vtr_module_int((int64_t)len);
}

struct vtr_module_value vtr_tests_match(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    size_t end = 0;

    return vtr_module_int(
        vtr_module_finds(run, &call->args[0], call->args[1].is.text, &end)
            ? (int64_t)end
            : -1);
}
