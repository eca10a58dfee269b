/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_clock.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

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

uint64_t vtr_stopwatch_ms(void)
{
    struct timespec now;

    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void vtr_wait_ms(uint64_t milliseconds)
{
    struct timespec left = {.tv_sec = (time_t)(milliseconds / 1000),
                            .tv_nsec = (long)(milliseconds % 1000) * 1000000};

    while (nanosleep(&left, &left) != 0) {
    }
}

void vtr_wait(uint64_t seconds, uint64_t more)
{
    uint64_t number = 0;

    if (more > 0 && getentropy(&number, sizeof(number)) == 0) {
        seconds += number % more;
    }
    vtr_wait_ms(seconds * 1000);
}
