/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/console.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/writer.h"

#define NUMBER_LEN 400u /* "%f" of the greatest double has 309 digits and six more */

/* Bytes that a terminal would act upon are written as YARA does: \xNN. */
static void put_text(struct vtr_writer *line, struct vtr_bytes text)
{
    char escape[8];

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7F) {
            vtr_writer_u8(line, text.ptr[i]);
        } else {
            (void)snprintf(escape, sizeof(escape), "\\x%02x", text.ptr[i]);
            vtr_writer_raw(line, vtr_bytes_from_text(escape));
        }
    }
}

static void put_value(struct vtr_writer *line, const struct vtr_module_value *value,
                      bool is_hex)
{
    char number[NUMBER_LEN];

    if (value->kind == VTR_MODULE_TEXT) {
        put_text(line, value->is.text);
        return;
    }
    if (value->kind == VTR_MODULE_FLOAT) {
        (void)snprintf(number, sizeof(number), "%f", value->is.real);
    } else if (is_hex) {
        (void)snprintf(number, sizeof(number), "0x%" PRIx64,
                       (uint64_t)value->is.number);
    } else {
        (void)snprintf(number, sizeof(number), "%" PRId64, value->is.number);
    }
    vtr_writer_raw(line, vtr_bytes_from_text(number));
}

static struct vtr_module_value put_line(struct vtr_module_run *run,
                                        const struct vtr_module_call *call, bool is_hex)
{
    struct vtr_writer line = {0};

    for (unsigned i = 0; i < call->arg_count; i++) {
        put_value(&line, &call->args[i], is_hex);
    }
    if (vtr_writer_ok(&line)) {
        run->services->log(run->services->context, vtr_writer_bytes(&line));
    }
    vtr_writer_deinit(&line);
    return vtr_module_int(1);
}

struct vtr_module_value vtr_console_log(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    return put_line(run, call, false);
}

struct vtr_module_value vtr_console_hex(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    return put_line(run, call, true);
}
