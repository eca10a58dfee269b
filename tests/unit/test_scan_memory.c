/* SPDX-License-Identifier: Apache-2.0 */

#include "vitrine/scan.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

#define SCRATCH "test_scan_memory.tmp.yar"

/* Memory of three ranges, the last of which cannot be read. */
static const uint8_t LOW[] = "marker one, mark";
static const uint8_t HIGH[] = "er and a marker";
static const struct vtr_memory_range RANGES[] = {{0x1000, 16},
                                                 {0x1010, 15},
                                                 {0x9000, 8}};

static size_t read_memory(void *context, uint64_t address, uint8_t *to, size_t len)
{
    const uint8_t *from = address < 0x1010 ? LOW : HIGH;
    const uint64_t base = address < 0x1010 ? 0x1000 : 0x1010;

    (void)context;
    if (address >= 0x9000) {
        return 0;
    }
    assert_true(address >= base &&
                len <= (base == 0x1000 ? 16 : 15) - (address - base));
    memcpy(to, from + (address - base), len);
    return len;
}

static const struct vtr_memory MEMORY = {RANGES, 3, read_memory, NULL};

struct transcript {
    char text[2048];
    size_t len;
};

static void put(struct transcript *t, const char *text)
{
    const int len = snprintf(t->text + t->len, sizeof(t->text) - t->len, "%s", text);

    assert_true(len >= 0 && (size_t)len < sizeof(t->text) - t->len);
    t->len += (size_t)len;
}

/* "rule $id@address'bytes' ...;" */
static int write_down(const struct vtr_detection *detection, void *context)
{
    struct transcript *t = context;
    char text[128];

    (void)snprintf(text, sizeof(text), "%.*s", (int)detection->name.len,
                   (const char *)detection->name.ptr);
    put(t, text);
    for (size_t i = 0; i < detection->string_count; i++) {
        const struct vtr_string_matches *string = &detection->strings[i];
        for (size_t n = 0; n < string->count; n++) {
            const struct vtr_bytes bytes = vtr_match_get_bytes(detection, string, n);
            (void)snprintf(text, sizeof(text), " %.*s@%" PRIx64 "'%.*s'",
                           (int)string->id.len, (const char *)string->id.ptr,
                           string->matches[n].offset, (int)bytes.len,
                           (const char *)bytes.ptr);
            put(t, text);
        }
    }
    put(t, ";");
    return 1;
}

static enum vtr_status scan(const char *rules, const struct vtr_memory *memory,
                            const struct vtr_scan_options *options,
                            unsigned *out_limits, struct transcript *out)
{
    const struct vtr_bytes image = vtr_test_compile(rules, SCRATCH);
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    struct vtr_bytes file = {LOW, 16};
    enum vtr_status status = VTR_OK;

    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, options, NULL), VTR_OK);
    /* What an earlier memory or file left behind must not matter. */
    for (int i = 0; i < 2 && status == VTR_OK; i++) {
        struct transcript of_file = {0};
        assert_int_equal(vtr_scan_bytes(scanner, file, write_down, &of_file, NULL,
                                        NULL),
                         VTR_OK);
        *out = (struct transcript){0};
        status = vtr_scan_memory(scanner, memory, write_down, out, out_limits, NULL);
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    return status;
}

static void finds(const char *rules, const char *expected)
{
    struct transcript found = {0};
    unsigned limits = 0;

    assert_int_equal(scan(rules, &MEMORY, NULL, &limits, &found), VTR_OK);
    assert_string_equal(found.text, expected);
    assert_int_equal(limits, 0);
}

static void matches_lie_in_one_range_and_have_addresses(void **state)
{
    (void)state;
    finds("rule r { strings: $a = \"marker\" condition: $a }",
          "r a@1000'marker' a@1019'marker';");
    finds("rule r { strings: $a = { 6d ?? 72 6b 65 [1-3] 6f } condition: $a }",
          "r a@1000'marker o';");
    finds("rule r { strings: $a = /mar[a-z]+/ condition: $a }",
          "r a@1000'marker' a@100c'mark' a@1019'marker';");
    finds("rule r { strings: $a = { 6d 61 72 6b [300-] 72 } condition: $a }", "");
    finds("rule r { strings: $a = \"mark\" fullword condition: $a }",
          "r a@100c'mark';");
}

static void conditions_see_addresses(void **state)
{
    (void)state;
    finds("rule r { strings: $a = \"marker\" condition: $a at 0x1019 }",
          "r a@1019'marker';");
    finds("rule r { strings: $a = \"marker\" condition: $a at 9 or $a at 0 }", "");
    finds("rule r { strings: $a = \"er\" condition: #a in (0x1010..0x1020) == 2 and "
          "@a[1] == 0x1004 }",
          "r a@1004'er' a@1010'er' a@101d'er';");
    finds("rule r { strings: $a = { 65 72 [201-300] 6d } condition: $a at 0x1010 }",
          "");
    finds("rule r { strings: $a = /er/ condition: $a at 0x1010 }", "r a@1010'er';");
}

static void numbers_are_read_where_the_memory_is(void **state)
{
    (void)state;
    finds("rule r { condition: uint32be(0x1000) == 0x6d61726b and "
          "uint8(0x100f) == 0x6b and uint8(0x101e) == 0x72 and uint16(0x1010) == "
          "0x7265 }",
          "r;");
    /* between ranges, across two, past the last, where nothing can be read */
    finds("rule r { condition: defined uint8(0xfff) or defined uint16(0x100f) or "
          "defined uint16(0x101e) or defined uint8(0x101f) or defined uint8(0x9000) or "
          "defined uint8(0x9008) or defined uint8(0) or defined uint8(-1) }",
          "");
}

static void a_memory_has_no_size_and_no_digest(void **state)
{
    (void)state;
    finds("rule r { condition: filesize >= 0 or filesize < 0 or defined filesize }",
          "");
    finds("rule r { condition: defined entrypoint }", "");
}

static void ranges_that_overlap_descend_or_are_empty_are_refused(void **state)
{
    static const struct vtr_memory_range BAD[][2] = {
        {{0x1000, 16}, {0x100f, 1}},
        {{0x1010, 15}, {0x1000, 16}},
        {{0x1000, 0}, {0x1010, 15}},
        {{0x1000, VTR_MEMORY_RANGE_LIMIT + 1}, {UINT64_MAX - 1, 1}},
        {{0x1000, 16}, {UINT64_MAX, 2}},
    };
    struct transcript found = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        const struct vtr_memory memory = {BAD[i], 2, read_memory, NULL};
        assert_int_equal(scan("rule r { condition: true }", &memory, NULL, NULL,
                              &found),
                         VTR_ERROR_ARGUMENT);
    }
    const struct vtr_memory none = {NULL, 0, read_memory, NULL};
    assert_int_equal(scan("rule r { condition: true }", &none, NULL, NULL, &found),
                     VTR_OK);
    assert_string_equal(found.text, "r;");
}

static void the_limit_of_matches_holds_for_all_ranges_together(void **state)
{
    const struct vtr_scan_options options = {.match_limit = 2};
    struct transcript found = {0};
    unsigned limits = 0;

    (void)state;
    assert_int_equal(scan("rule r { strings: $a = \"r\" condition: $a }", &MEMORY,
                          &options, &limits, &found),
                     VTR_OK);
    assert_string_equal(found.text, "r a@1002'r' a@1005'r';");
    assert_int_equal(limits, VTR_SCAN_LIMIT_MATCHES);
}

static size_t read_many(void *context, uint64_t address, uint8_t *to, size_t len)
{
    (void)context;
    (void)address;
    memset(to, 'x', len);
    return len;
}

static int look_at_first(const struct vtr_detection *detection, void *context)
{
    const struct vtr_string_matches *string = &detection->strings[0];

    assert_true(string->matches[0].offset == 0x4000);
    assert_int_equal(string->matches[0].length, 600);
    assert_int_equal(vtr_match_get_bytes(detection, string, 0).len, VTR_MATCH_COPY_LEN);
    assert_int_equal(vtr_match_get_bytes(detection, string, string->count).len, 0);
    *(bool *)context = true;
    return 1;
}

static void of_a_long_match_the_first_bytes_are_kept(void **state)
{
    static const struct vtr_memory_range RANGE = {0x4000, 700};
    const struct vtr_memory memory = {&RANGE, 1, read_many, NULL};
    const struct vtr_bytes image =
        vtr_test_compile("rule r { strings: $a = /x{600}/ condition: $a }", SCRATCH);
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    bool was_seen = false;

    (void)state;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, NULL, NULL), VTR_OK);
    assert_int_equal(vtr_scan_memory(scanner, &memory, look_at_first, &was_seen, NULL,
                                     NULL),
                     VTR_OK);
    assert_true(was_seen);
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_lie_in_one_range_and_have_addresses),
        cmocka_unit_test(conditions_see_addresses),
        cmocka_unit_test(numbers_are_read_where_the_memory_is),
        cmocka_unit_test(a_memory_has_no_size_and_no_digest),
        cmocka_unit_test(ranges_that_overlap_descend_or_are_empty_are_refused),
        cmocka_unit_test(the_limit_of_matches_holds_for_all_ranges_together),
        cmocka_unit_test(of_a_long_match_the_first_bytes_are_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
