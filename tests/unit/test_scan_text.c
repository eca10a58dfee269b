/* SPDX-License-Identifier: Apache-2.0 */

/* Texts, masked and plain: both say the same. */
#include "scan/condition/scan_text.h"

#include <string.h>

#include "base/bytes.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"

/* Every pair of spellings of the two texts. */
static void expect_contains(const char *text, const char *part, bool plain, bool folded)
{
    uint8_t masked[2][32];
    struct vtr_scan_text texts[2] = {{vtr_bytes_from_text(text), false}, {{0}, true}};
    struct vtr_scan_text parts[2] = {{vtr_bytes_from_text(part), false}, {{0}, true}};

    vtr_unmask(texts[0].bytes, masked[0]); /* the mask undoes itself */
    vtr_unmask(parts[0].bytes, masked[1]);
    texts[1].bytes = (struct vtr_bytes){masked[0], texts[0].bytes.len};
    parts[1].bytes = (struct vtr_bytes){masked[1], parts[0].bytes.len};
    for (unsigned i = 0; i < 4; i++) {
        const struct vtr_scan_text a = texts[i & 1];
        const struct vtr_scan_text b = parts[i >> 1];
        assert_int_equal(vtr_scan_text_contains(a, b, false), plain);
        assert_int_equal(vtr_scan_text_contains(a, b, true), folded);
    }
}

static void parts_are_found_wherever_they_stand(void **state)
{
    (void)state;
    expect_contains("mississippi", "issi", true, true);
    expect_contains("mississippi", "mississippi", true, true);
    expect_contains("mississippi", "ippi", true, true);
    expect_contains("mississippi", "ippix", false, false);
    expect_contains("mississippi", "ISS", false, true);
    expect_contains("iiiiiiiiiij", "ij", true, true);
    expect_contains("iiiiiiiiii", "ij", false, false);
    expect_contains("i", "ii", false, false);
    expect_contains("abc", "", true, true);
    expect_contains("", "", true, true);
    expect_contains("", "a", false, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_found_wherever_they_stand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
