/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/time.h"

#include <time.h>

struct vtr_module_value vtr_time_now(struct vtr_module_run *run,
                                     const struct vtr_module_call *call)
{
    (void)run;
    (void)call;
    return vtr_module_int((int64_t)time(NULL));
}
