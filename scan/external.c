/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/external.h"

#include "base/bytes.h"
#include "format/image.h"
#include "format/rule.h"

struct vtr_value vtr_external_value(const struct vtr_image *image,
                                    struct vtr_bytes name)
{
    struct vtr_external_view view;
    struct vtr_bytes body;
    struct vtr_reader r;

    vtr_reader_init(&r, image->sections[VTR_SECTION_EXTERNALS].bytes, 0);
    while (vtr_reader_string(&r, &body) && vtr_external_read(body, &view)) {
        if (!vtr_bytes_equal(view.name, name)) {
            continue;
        }
        switch (view.type) {
        case VTR_EXTERNAL_TEXT:
            return vtr_value_text(view.masked_text);
        case VTR_EXTERNAL_INT:
        case VTR_EXTERNAL_BOOL:
            return vtr_value_int(view.number);
        case VTR_EXTERNAL_FLOAT:
            return vtr_value_decimal(view.number, view.exponent);
        }
    }
    return (struct vtr_value){0};
}
