/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/module_range.h"

bool vtr_module_range(const struct vtr_module_run *run,
                      const struct vtr_module_value *args, struct vtr_bytes *out)
{
    const int64_t offset = args[0].is.number;
    const int64_t size = args[1].is.number;

    if (offset < 0 || size < 0 || (uint64_t)offset >= run->data.len) {
        return false;
    }
    const size_t left = run->data.len - (size_t)offset;
    *out = (struct vtr_bytes){run->data.ptr + offset,
                              (uint64_t)size < left ? (size_t)size : left};
    return true;
}

bool vtr_module_subject(const struct vtr_module_run *run,
                        const struct vtr_module_value *args, struct vtr_bytes *out)
{
    if (args[0].kind != VTR_MODULE_TEXT) {
        return vtr_module_range(run, args, out);
    }
    *out = args[0].is.text;
    return true;
}
