/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_clock.h"

#include <stdlib.h>
#include <time.h>

#include "cli/system/failure.h"

/* Seconds as decimal digits, before the year 10000. */
static int parse(const char *text, uint64_t *out)
{
    uint64_t value = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || value > UINT64_C(253402300799)) {
            return 0;
        }
        value = value * 10 + (uint64_t)(*c - '0');
    }
    *out = value;
    return text[0] != '\0';
}

enum vtr_status vtr_clock_now(uint64_t given, uint64_t *out, struct vtr_error *err)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    struct timespec now;

    if (given != 0) {
        *out = given;
        return VTR_OK;
    }
    if (epoch != NULL && epoch[0] != '\0') {
        return parse(epoch, out)
                   ? VTR_OK
                   : vtr_fail(err, VTR_ERROR_ARGUMENT,
                              "SOURCE_DATE_EPOCH is not a number of seconds");
    }
    if (clock_gettime(CLOCK_REALTIME, &now) != 0 || now.tv_sec < 0) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT, "the clock cannot be read");
    }
    *out = (uint64_t)now.tv_sec;
    return VTR_OK;
}
