/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Backward matching with a word of bits (Navarro and Raffinot's): bit i says that the
 * bytes looked at so far may be those from the i-th set on.
 */
#include "scan/regex/regex_lead.h"

/* A place for which so many times more bytes were looked at than it is passed by is
 * left to whoever asks: no data makes this much slower than to go on byte by byte. */
#define EFFORT_LIMIT 8u

size_t vtr_regex_lead_find(const struct vtr_regex_lead *lead, struct vtr_bytes data,
                           size_t at, size_t limit)
{
    const size_t len = lead->len;

    while (at < limit && data.len - at >= len) {
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
    return limit;
}
