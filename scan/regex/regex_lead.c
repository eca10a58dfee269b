/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Backward matching with a word of bits (Navarro and Raffinot's): bit i says that the
 * bytes looked at so far may be those from the i-th set on.
 */
#include "scan/regex/regex_lead.h"

/* A place for which so many times more bytes were looked at than it is passed by is
 * left to whoever asks: no data makes this much slower than to go on byte by byte. */
#define EFFORT_LIMIT 8u

/* Behind the last place below `limit` that has `len` bytes. */
static size_t end_of_places(size_t len, size_t data_len, size_t limit)
{
    const size_t count = data_len < len ? 0 : data_len - len + 1;

    return count < limit ? count : limit;
}

/* Passes places whose last byte is of no set. */
static size_t pass_strangers(const struct vtr_regex_lead *lead, const uint8_t *bytes,
                             size_t at, size_t end)
{
    const size_t len = lead->len;

    while (at < end && lead->rows[bytes[at + len - 1]] == 0) {
        at += len;
    }
    return at;
}

size_t vtr_regex_lead_find(const struct vtr_regex_lead *lead, struct vtr_bytes data,
                           size_t at, size_t limit)
{
    const size_t len = lead->len;
    const size_t end = end_of_places(len, data.len, limit);

    for (;;) {
        at = pass_strangers(lead, data.ptr, at, end);
        if (at >= end) {
            return limit;
        }
        const uint8_t *bytes = data.ptr + at;
        uint64_t may_be = UINT64_MAX;
        size_t shift = len; /* to the next place whose first bytes are at hand */
        size_t left = len;

        while (may_be > 1 && left > 0) {
            left--;
            may_be = may_be >> 1 & lead->rows[bytes[left]];
            if ((may_be & 1) != 0 && left > 0) {
                shift = left;
            }
        }
        if ((may_be & 1) != 0 && left == 0) {
            return at;
        }
        if (len - left > EFFORT_LIMIT * shift) {
            return at;
        }
        at += shift;
    }
}
