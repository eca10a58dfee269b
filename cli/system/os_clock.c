/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/system/os_clock.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "cli/system/failure.h"

/* The last second that is written with four digits of the year. */
#define LAST_SECOND UINT64_C(253402300799)

/* Seconds as decimal digits. */
static bool parse(const char *text, uint64_t *out)
{
    uint64_t value = 0;

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < '0' || *c > '9' || value > LAST_SECOND) {
            return false;
        }
        value = value * 10 + (uint64_t)(*c - '0');
    }
    *out = value;
    return text[0] != '\0' && value <= LAST_SECOND;
}

enum vtr_status vtr_clock_now(uint64_t given, uint64_t *out, struct vtr_error *err)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    struct timespec now;

    if (given > LAST_SECOND) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT, "--now: past the year 9999");
    }
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

enum vtr_status vtr_clock_span(uint64_t *out_seconds, const char *option,
                               uint64_t count, uint64_t unit_seconds,
                               struct vtr_error *err)
{
    if (count > 36500 * VTR_DAY_SECONDS / unit_seconds) {
        return vtr_fail(err, VTR_ERROR_ARGUMENT, "%s: more than a hundred years",
                        option);
    }
    *out_seconds = count * unit_seconds;
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
