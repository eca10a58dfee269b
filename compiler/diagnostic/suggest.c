/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/diagnostic/suggest.h"

#include "base/bytes.h"
#include "format/modules/module_table.h"

#define LENGTH_MAX   64u
#define DISTANCE_MAX 2u

/* One more than the least of three. */
static unsigned after_least(unsigned a, unsigned b, unsigned c)
{
    const unsigned ab = a < b ? a : b;

    return (ab < c ? ab : c) + 1;
}

/* How many letters are to be changed, added, left out or swapped with their neighbour
 * to make one name of the other, or any number past DISTANCE_MAX; both have at most
 * LENGTH_MAX bytes. */
static unsigned distance(struct vtr_bytes a, struct vtr_bytes b)
{
    unsigned rows[3][LENGTH_MAX + 1]; /* of the table: this one and the two before */
    unsigned last_least = 0;

    for (unsigned j = 0; j <= b.len; j++) {
        rows[0][j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        const unsigned *before = rows[(i + 1) % 3];
        const unsigned *last = rows[(i + 2) % 3];
        unsigned *row = rows[i % 3];
        unsigned least = (unsigned)i;
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            const bool is_same = a.ptr[i - 1] == b.ptr[j - 1];
            row[j] =
                is_same ? last[j - 1] : after_least(last[j - 1], last[j], row[j - 1]);
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] &&
                a.ptr[i - 2] == b.ptr[j - 1] && before[j - 2] + 1 < row[j]) {
                row[j] = before[j - 2] + 1;
            }
            least = row[j] < least ? row[j] : least;
        }
        if (least > DISTANCE_MAX && last_least > DISTANCE_MAX) {
            return least; /* what follows is made of these two rows */
        }
        last_least = least;
    }
    return rows[a.len % 3][b.len];
}

bool vtr_names_are_close(struct vtr_bytes a, struct vtr_bytes b)
{
    const size_t longer = a.len > b.len ? a.len : b.len;
    const size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;

    if (a.len > 0 && vtr_bytes_equal_nocase(a, b)) {
        return true;
    }
    if (longer > LENGTH_MAX || longer < 2 || gap > DISTANCE_MAX || gap * 3 > longer) {
        return false;
    }
    const unsigned apart = distance(a, b);
    return apart <= DISTANCE_MAX && (apart * 3 <= longer || (longer < 3 && apart == 1));
}

bool vtr_is_module_name(struct vtr_bytes name)
{
    static const char *const OTHERS[] = {"androguard", "crx", "lnk", "vt"};

    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        if (vtr_bytes_equal(name, vtr_bytes_from_text(OTHERS[i]))) {
            return true;
        }
    }
    return vtr_module_find(name) != VTR_MODULE_COUNT;
}
