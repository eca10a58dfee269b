/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/tuf/tuf_path.h"

#include <string.h>

#include "base/digest.h"

/* Whether the set that begins after a '[' holds `c`; `*end` is behind its ']'.  False
 * and `*end` 0 when it has no end: the '[' then stands for itself. */
static bool set_holds(struct vtr_bytes pattern, size_t start, uint8_t c, size_t *end)
{
    size_t i = start;
    bool is_in = false;
    const bool is_negated = i < pattern.len && pattern.ptr[i] == '!';

    i += is_negated;
    const size_t first = i;
    *end = 0;
    while (i < pattern.len && (pattern.ptr[i] != ']' || i == first)) {
        if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' &&
            pattern.ptr[i + 2] != ']') {
            is_in = is_in || (c >= pattern.ptr[i] && c <= pattern.ptr[i + 2]);
            i += 3;
        } else {
            is_in = is_in || c == pattern.ptr[i];
            i++;
        }
    }
    if (i == pattern.len) {
        return false;
    }
    *end = i + 1;
    return is_in != is_negated;
}

/* Whether one character of the pattern, or a set, stands for `c`; `*next` is behind it.
 */
static bool matches_one(struct vtr_bytes pattern, size_t at, uint8_t c, size_t *next)
{
    const uint8_t p = pattern.ptr[at];

    *next = at + 1;
    if (p == '?') {
        return c != '/';
    }
    if (p == '[' && c != '/') {
        size_t end;
        const bool is_in = set_holds(pattern, at + 1, c, &end);
        if (end != 0) {
            *next = end;
            return is_in;
        }
    }
    return p == c;
}

bool vtr_tuf_path_matches(struct vtr_bytes pattern, struct vtr_bytes path)
{
    size_t p = 0;
    size_t i = 0;
    size_t star = SIZE_MAX; /* behind the last '*', and the path where it stopped */
    size_t star_path = 0;

    while (i < path.len) {
        size_t next = 0;

        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = ++p;
            star_path = i;
        } else if (p < pattern.len && matches_one(pattern, p, path.ptr[i], &next)) {
            p = next;
            i++;
        } else if (star != SIZE_MAX && path.ptr[star_path] != '/') {
            p = star;
            i = ++star_path;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*') {
        p++;
    }
    return p == pattern.len;
}

bool vtr_tuf_role_covers(const struct vtr_tuf_role *role, struct vtr_bytes path)
{
    uint8_t digest[VTR_SHA256_LEN];
    char hex[2 * VTR_SHA256_LEN + 1];

    vtr_digest_sha256(path, digest);
    vtr_digest_hex((struct vtr_bytes){digest, sizeof(digest)}, hex);
    for (size_t i = 0; i < role->pattern_count; i++) {
        const struct vtr_bytes pattern = role->patterns[i];
        const bool is_covered = role->is_by_digest
                                    ? pattern.len <= 2 * VTR_SHA256_LEN &&
                                          memcmp(pattern.ptr, hex, pattern.len) == 0
                                    : vtr_tuf_path_matches(pattern, path);
        if (is_covered) {
            return true;
        }
    }
    return false;
}
