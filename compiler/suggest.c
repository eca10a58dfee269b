/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/suggest.h"

#include "base/bytes.h"

#define LENGTH_MAX 64u

/* Levenshtein distance of names of at most LENGTH_MAX bytes. */
static unsigned distance(struct vtr_bytes a, struct vtr_bytes b)
{
    unsigned row[LENGTH_MAX + 1];

    for (unsigned j = 0; j <= b.len; j++) {
        row[j] = j;
    }
    for (size_t i = 0; i < a.len; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < b.len; j++) {
            const unsigned changed = diagonal + (a.ptr[i] != b.ptr[j] ? 1u : 0u);
            const unsigned skipped = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = changed < skipped ? changed : skipped;
        }
    }
    return row[b.len];
}

bool vtr_names_are_close(struct vtr_bytes a, struct vtr_bytes b)
{
    const size_t longer = a.len > b.len ? a.len : b.len;
    const size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;

    if (longer > LENGTH_MAX || longer < 2 || gap > 2 || gap * 3 > longer) {
        return false;
    }
    const unsigned apart = distance(a, b);
    return apart <= 2 && (apart * 3 <= longer || (longer < 3 && apart == 1));
}

bool vtr_is_module_name(struct vtr_bytes name)
{
    static const char *const MODULES[] = {"androguard", "console", "cuckoo", "dex",
                                          "dotnet",     "elf",     "hash",   "macho",
                                          "magic",      "math",    "pe",     "string",
                                          "time",       "vt",      "lnk",    "crx"};

    for (size_t i = 0; i < sizeof(MODULES) / sizeof(MODULES[0]); i++) {
        if (vtr_bytes_equal(name, vtr_bytes_from_text(MODULES[i]))) {
            return true;
        }
    }
    return false;
}
