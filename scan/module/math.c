/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/math.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"

/* Room for 64 bits in octal, a sign and a NUL. */
#define NUMBER_LEN 30u

/* Work of a call that writes a text, in units of vtr_module_spend. */
#define TEXT_UNITS 64u

/* The arguments of min and max are unsigned to YARA. */
static uint64_t unsigned_arg(const struct vtr_module_call *call, unsigned index)
{
    return (uint64_t)call->args[index].is.number;
}

struct vtr_module_value vtr_math_abs(struct vtr_module_run *run,
                                     const struct vtr_module_call *call)
{
    const int64_t number = call->args[0].is.number;

    (void)run;
    return vtr_module_int(number < 0 && number != INT64_MIN ? -number : number);
}

struct vtr_module_value vtr_math_in_range(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    const double test = call->args[0].is.real;

    (void)run;
    return vtr_module_int(call->args[1].is.real <= test &&
                          test <= call->args[2].is.real);
}

struct vtr_module_value vtr_math_max(struct vtr_module_run *run,
                                     const struct vtr_module_call *call)
{
    (void)run;
    return call->args[unsigned_arg(call, 0) > unsigned_arg(call, 1) ? 0 : 1];
}

struct vtr_module_value vtr_math_min(struct vtr_module_run *run,
                                     const struct vtr_module_call *call)
{
    (void)run;
    return call->args[unsigned_arg(call, 0) < unsigned_arg(call, 1) ? 0 : 1];
}

struct vtr_module_value vtr_math_to_number(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    (void)run;
    return vtr_module_int(call->args[0].is.number != 0);
}

struct vtr_module_value vtr_math_to_string(struct vtr_module_run *run,
                                           const struct vtr_module_call *call)
{
    const int64_t number = call->args[0].is.number;
    char *text =
        vtr_module_spend(run, TEXT_UNITS) ? vtr_module_alloc(run, NUMBER_LEN) : NULL;

    if (text == NULL) {
        return vtr_module_undefined();
    }
    switch (call->arg_count > 1 ? call->args[1].is.number : 10) {
    case 8:
        (void)snprintf(text, NUMBER_LEN, "%" PRIo64, (uint64_t)number);
        break;
    case 10:
        (void)snprintf(text, NUMBER_LEN, "%" PRId64, number);
        break;
    case 16:
        (void)snprintf(text, NUMBER_LEN, "%" PRIx64, (uint64_t)number);
        break;
    default:
        return vtr_module_undefined();
    }
    return vtr_module_text(vtr_bytes_from_text(text));
}
