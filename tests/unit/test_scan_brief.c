/* SPDX-License-Identifier: Apache-2.0 */

/* A scan that looks for no more than conditions ask for says the same of a file. */
#include "vitrine/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/random_records.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})

static const char RULES[] =
    "import \"console\" import \"pe\"\n"
    "rule a_occurs { strings: $a = \"abcd\" $b = /x[0-9]+y/ condition: any of them }\n"
    "rule b_counts { strings: $a = \"abcd\" condition: #a == 3 }\n"
    "rule c_small { strings: $a = \"abcd\" condition: $a and filesize < 8 }\n"
    "rule d_entry { strings: $a = \"abcd\" $r = /[a-z]b/ condition:\n"
    "    for any of them : ($ at pe.entry_point) }\n"
    "rule e_asks { condition: c_small and filesize > 1 }\n"
    "rule f_says { strings: $a = \"abcd\" condition:\n"
    "    console.log(\"seen\") and filesize < 8 and $a }\n"
    "rule g_everywhere { strings: $a = /[a-c]{2,}/ condition: $a }\n"
    "rule h_undefined { strings: $a = \"abcd\" condition: uint32(1000000) == 0 or $a "
    "}\n"
    "rule i_undefined { strings: $a = \"abcd\" condition: uint32(1000000) == 0 and $a "
    "}\n"
    "rule j_end { condition: uint8(0) == 0x61 and filesize == 4 }\n";

struct transcript {
    char text[1024];
    size_t len;
    size_t matches;
};

static void append(struct transcript *t, struct vtr_bytes name)
{
    assert_true(t->len + name.len + 1 < sizeof(t->text));
    memcpy(t->text + t->len, name.ptr, name.len);
    t->len += name.len;
    t->text[t->len++] = ' ';
}

static int hear(const struct vtr_detection *detection, void *context)
{
    struct transcript *t = context;

    append(t, detection->name);
    for (size_t i = 0; i < detection->string_count; i++) {
        t->matches += detection->strings[i].count;
    }
    return 1;
}

static void hear_line(struct vtr_bytes line, void *context)
{
    append(context, line);
}

static void scan(const struct vtr_database *database, int is_brief,
                 struct vtr_bytes data, struct transcript *out)
{
    const struct vtr_scan_options options = {.is_brief = is_brief,
                                             .log = hear_line,
                                             .log_context = out};
    struct vtr_scanner *scanner = NULL;

    assert_int_equal(vtr_scanner_new(&scanner, database, &options, NULL), VTR_OK);
    /* What is kept from the file before changes nothing. */
    *out = (struct transcript){.len = 0};
    assert_int_equal(vtr_scan_bytes(scanner, BYTES("abcd"), hear, out, NULL, NULL),
                     VTR_OK);
    *out = (struct transcript){.len = 0};
    assert_int_equal(vtr_scan_bytes(scanner, data, hear, out, NULL, NULL), VTR_OK);
    vtr_scanner_free(scanner);
}

static void expect(struct vtr_bytes data, const char *expected)
{
    const struct vtr_bytes image = vtr_test_compile(RULES, "test_scan_brief.tmp.yar");
    struct vtr_database *database = NULL;
    struct transcript full;
    struct transcript brief;

    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    scan(database, 0, data, &full);
    scan(database, 1, data, &brief);
    assert_string_equal(full.text, expected);
    assert_string_equal(brief.text, expected);
    assert_true(brief.matches <= full.matches);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

static void verdicts_are_the_same_brief_or_not(void **state)
{
    (void)state;
    expect(BYTES("abcd abcd x12y"), "seen a_occurs g_everywhere h_undefined ");
    expect(BYTES("abcd abcd abcd"), "seen a_occurs b_counts g_everywhere h_undefined ");
    expect(BYTES("abcd"), "seen a_occurs c_small e_asks f_says g_everywhere "
                          "h_undefined j_end ");
    expect(BYTES("abc"), "seen g_everywhere ");
    expect(BYTES(""), "seen ");
}

static void a_brief_scan_keeps_fewer_matches(void **state)
{
    const struct vtr_bytes image = vtr_test_compile(
        "rule r { strings: $a = \"abcd\" $b = /x[a-z]/ condition: any of them }",
        "test_scan_brief.tmp.yar");
    struct vtr_database *database = NULL;
    struct transcript full;
    struct transcript brief;

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    scan(database, 0, BYTES("abcd abcd xa xb xc"), &full);
    scan(database, 1, BYTES("abcd abcd xa xb xc"), &brief);
    assert_int_equal(full.matches, 5);
    assert_int_equal(brief.matches, 2);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

/* What a file has told enough of is looked for in the next one all the same. */
static void files_in_a_row_have_the_same_verdicts_brief_or_not(void **state)
{
    const struct vtr_bytes image = vtr_test_compile(
        "rule place { strings: $a = \"abca\" condition: $a at 7 }\n"
        "rule first { strings: $a = { 61 62 ( 61 | 62 ) 62 61 } condition: $a at 0 }\n"
        "rule vague { strings: $a = /b{1,3}[ac]{2}ab/ condition: $a at 3 }\n"
        "rule small { strings: $a = \"bcab\" condition: $a and filesize < 30 }\n"
        "rule both { strings: $a = \"cabc\" ascii wide $b = \"cccc\" condition: all of "
        "them "
        "}\n"
        "rule twice { strings: $a = \"acab\" condition: #a == 2 }\n",
        "test_scan_brief.tmp.yar");
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanners[2] = {NULL, NULL};
    uint64_t random = 5;
    size_t told = 0;

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    for (int i = 0; i < 2; i++) {
        const struct vtr_scan_options options = {.is_brief = i};

        assert_int_equal(vtr_scanner_new(&scanners[i], database, &options, NULL),
                         VTR_OK);
    }
    for (unsigned file = 0; file < 3000; file++) {
        uint8_t bytes[64];
        const size_t len = (size_t)vtr_test_below(&random, sizeof(bytes));
        struct transcript heard[2] = {{.len = 0}, {.len = 0}};

        for (size_t i = 0; i < len; i++) {
            bytes[i] = (uint8_t)('a' + vtr_test_below(&random, 3));
        }
        for (int i = 0; i < 2; i++) {
            const struct vtr_bytes data = {bytes, len};

            assert_int_equal(vtr_scan_bytes(scanners[i], data, hear, &heard[i], NULL,
                                            NULL),
                             VTR_OK);
        }
        assert_string_equal(heard[0].text, heard[1].text);
        told += heard[0].len;
    }
    assert_true(told > 3000);
    vtr_scanner_free(scanners[0]);
    vtr_scanner_free(scanners[1]);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdicts_are_the_same_brief_or_not),
        cmocka_unit_test(a_brief_scan_keeps_fewer_matches),
        cmocka_unit_test(files_in_a_row_have_the_same_verdicts_brief_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
