/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The functions of the dex module: whether a class or a method that the file defines
 * has a name, or one that an expression matches.
 */
#include <string.h>

#include "base/bytes.h"
#include "scan/module/dex.h"

/* How many bytes of a name count for one, vtr_module_spend. */
#define NAME_BYTES_PER_UNIT 16u

/* Up to the first NUL: YARA compares names as texts of C. */
static struct vtr_bytes up_to_nul(struct vtr_bytes text)
{
    const uint8_t *end = text.len == 0 ? NULL : memchr(text.ptr, 0, text.len);

    return end == NULL ? text : (struct vtr_bytes){text.ptr, (size_t)(end - text.ptr)};
}

/* Whether a name is what an argument, a text or an expression, asks for. */
static bool is_wanted(struct vtr_module_run *run, const struct vtr_module_value *wanted,
                      const struct vtr_module_value *name)
{
    /* Methods may share the bytes of a name that is as long as the file. */
    if (!vtr_module_spend(run, name->is.text.len / NAME_BYTES_PER_UNIT)) {
        return false;
    }
    const struct vtr_bytes text = up_to_nul(name->is.text);
    return wanted->kind == VTR_MODULE_REGEX
               ? vtr_module_matches(run, wanted, text)
               : vtr_bytes_equal(up_to_nul(wanted->is.text), text);
}

/* How many methods there are; -1: undefined, or no work is left to look at them. */
static int64_t method_count(struct vtr_module_run *run)
{
    struct vtr_module_value count;

    vtr_module_ensure(run, vtr_dex_classes);
    count = vtr_store_get(&run->store, VTR_DEX_NUMBER_OF_METHODS, 0);
    return count.kind == VTR_MODULE_INT &&
                   vtr_module_spend(run, (uint64_t)count.is.number)
               ? count.is.number
               : -1;
}

static struct vtr_module_value method_text(const struct vtr_module_run *run,
                                           uint32_t row, int64_t index)
{
    return vtr_store_get(&run->store, row,
                         vtr_store_item(&run->store, VTR_DEX_METHOD, 0, index));
}

struct vtr_module_value vtr_dex_has_class(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    const int64_t count = method_count(run);

    for (int64_t i = 0; i < count; i++) {
        const struct vtr_module_value name =
            method_text(run, VTR_DEX_METHOD_CLASS_NAME, i);
        if (name.kind == VTR_MODULE_TEXT && is_wanted(run, &call->args[0], &name)) {
            return vtr_module_int(1);
        }
    }
    return count < 0 ? vtr_module_undefined() : vtr_module_int(0);
}

struct vtr_module_value vtr_dex_has_method(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    const struct vtr_module_value *wanted = &call->args[call->arg_count - 1];
    const int64_t count = method_count(run);

    for (int64_t i = 0; i < count; i++) {
        const struct vtr_module_value class_name =
            method_text(run, VTR_DEX_METHOD_CLASS_NAME, i);
        const struct vtr_module_value name = method_text(run, VTR_DEX_METHOD_NAME, i);
        if (name.kind == VTR_MODULE_TEXT &&
            (call->arg_count < 2 || class_name.kind != VTR_MODULE_TEXT ||
             is_wanted(run, &call->args[0], &class_name)) &&
            is_wanted(run, wanted, &name)) {
            return vtr_module_int(1);
        }
    }
    return count < 0 ? vtr_module_undefined() : vtr_module_int(0);
}
