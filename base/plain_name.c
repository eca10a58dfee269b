/* SPDX-License-Identifier: Apache-2.0 */

#include "base/plain_name.h"

#include "base/bytes.h"
#include "base/error.h"

#define SHOWN_LIMIT 100u

bool vtr_plain_name_is(struct vtr_bytes text)
{
    if (text.len == 0 || text.len > VTR_PLAIN_NAME_LIMIT || text.ptr[0] == '.') {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = vtr_ascii_lower(text.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
            c != '_' && c != '.') {
            return false;
        }
    }
    return true;
}

enum vtr_status vtr_plain_name_check(struct vtr_bytes text, struct vtr_error *err)
{
    if (vtr_plain_name_is(text)) {
        return VTR_OK;
    }
    return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                         "'%.*s' cannot be a name: letters, digits, '-', '_' and '.' "
                         "can, a '.' not as the first",
                         (int)(text.len < SHOWN_LIMIT ? text.len : SHOWN_LIMIT),
                         (const char *)text.ptr);
}
