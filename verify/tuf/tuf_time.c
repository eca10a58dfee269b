/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_time.h"

#include <stdio.h>

#define DAY_SECONDS UINT64_C(86400)

static bool is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of_month(unsigned year, unsigned month)
{
    static const uint8_t DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return DAYS[month - 1] + (month == 2 && is_leap(year) ? 1u : 0u);
}

/* Days from the first of January of the year 1 to that of `year`. */
static uint64_t days_before_year(unsigned year)
{
    const uint64_t full = year - 1;

    return full * 365 + full / 4 - full / 100 + full / 400;
}

/* `count` digits at `text`; false when there is anything else. */
static bool read_digits(const uint8_t *text, unsigned count, unsigned *out)
{
    unsigned value = 0;

    for (unsigned i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    *out = value;
    return true;
}

bool vtr_tuf_time_parse(struct vtr_bytes text, uint64_t *out)
{
    unsigned year;
    unsigned month;
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second;
    const uint8_t *c = text.ptr;

    if (text.len != VTR_TUF_TIME_LEN || c[4] != '-' || c[7] != '-' || c[10] != 'T' ||
        c[13] != ':' || c[16] != ':' || c[19] != 'Z' || !read_digits(c, 4, &year) ||
        !read_digits(c + 5, 2, &month) || !read_digits(c + 8, 2, &day) ||
        !read_digits(c + 11, 2, &hour) || !read_digits(c + 14, 2, &minute) ||
        !read_digits(c + 17, 2, &second)) {
        return false;
    }
    if (year < 1970 || month < 1 || month > 12 || day < 1 ||
        day > days_of_month(year, month) || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    uint64_t days = days_before_year(year) - days_before_year(1970) + day - 1;
    for (unsigned i = 1; i < month; i++) {
        days += days_of_month(year, i);
    }
    *out = days * DAY_SECONDS + hour * UINT64_C(3600) + minute * UINT64_C(60) + second;
    return true;
}

void vtr_tuf_time_format(uint64_t seconds, char out[VTR_TUF_TIME_LEN + 1])
{
    const uint64_t kept = seconds > VTR_TUF_TIME_MAX ? VTR_TUF_TIME_MAX : seconds;
    uint64_t days = kept / DAY_SECONDS + days_before_year(1970);
    const unsigned rest = (unsigned)(kept % DAY_SECONDS);
    unsigned year = (unsigned)(days / 366) + 1; /* not past the year; near it */
    unsigned month = 1;

    while (days_before_year(year + 1) <= days) {
        year++;
    }
    days -= days_before_year(year);
    while (days >= days_of_month(year, month)) {
        days -= days_of_month(year, month);
        month++;
    }
    (void)snprintf(out, VTR_TUF_TIME_LEN + 1, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                   year % 10000, month % 100, ((unsigned)days + 1) % 100,
                   rest / 3600 % 100, rest / 60 % 60, rest % 60);
}
