/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/random_regex.h"

#include <stdbool.h>
#include <stdio.h>

#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define PICK(list, random) \
 ((list)[vtr_test_below((random), sizeof(list) / sizeof((list)[0]))])

void vtr_test_random_regex(char out[VTR_TEST_REGEX_CAP], uint64_t *random)
{
    static const char *const ITEMS[] = {"a",         "b",         "c",     "[ab]",
                                        "[^b]",      ".",         "\\x20", "(?:a|bc)",
                                        "(?:ab|c|)", "(?:a[bc])", "(?=a)", "(?<!b)",
                                        "(?:\\A|b)", "(?:c|\\z)"};
    static const char *const COUNTS[] = {"",    "",      "",     "*",  "+",     "?",
                                         "{2}", "{1,3}", "{2,}", "*?", "{0,2}?"};
    const unsigned count = 1 + (unsigned)vtr_test_below(random, 5);
    size_t len = 0;

    for (unsigned i = 0; i < count; i++) {
        const char *bar = i > 0 && vtr_test_below(random, 6) == 0 ? "|" : "";
        const char *item = PICK(ITEMS, random);
        const char *times = PICK(COUNTS, random);
        const bool is_look = item[0] == '(' && item[2] != ':';
        const int added = snprintf(out + len, VTR_TEST_REGEX_CAP - len, "%s%s%s", bar,
                                   item, is_look ? "" : times);
        assert_true(added > 0 && (size_t)added < VTR_TEST_REGEX_CAP - len);
        len += (size_t)added;
    }
}

uint8_t vtr_test_random_flags(uint64_t *random)
{
    static const uint8_t FLAGS[] = {0, VTR_PROGRAM_NOCASE, VTR_PROGRAM_DOTALL,
                                    VTR_PROGRAM_NOCASE | VTR_PROGRAM_DOTALL};

    return PICK(FLAGS, random);
}

size_t vtr_test_random_subject(uint8_t *out, size_t cap, uint64_t *random)
{
    static const char ALPHABET[] = {'a', 'a', 'b', 'b', 'c', 'c', 'A', 'B', ' ', '\n'};
    const size_t len = (size_t)vtr_test_below(random, cap);

    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)PICK(ALPHABET, random);
    }
    return len;
}
