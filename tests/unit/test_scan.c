/* SPDX-License-Identifier: Apache-2.0 */

#include "vitrine/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/sample_database.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})

/* What was found, as "rule $id@offset+length ...;". */
struct transcript {
    char text[4096];
    size_t len;
};

/* Moves the end past what was printed, which must have fitted. */
static void grow(struct transcript *t, int len)
{
    assert_true(len >= 0 && (size_t)len < sizeof(t->text) - t->len);
    t->len += (size_t)len;
}

static int write_down(const struct vtr_detection *detection, void *context)
{
    struct transcript *t = context;

    grow(t, snprintf(t->text + t->len, sizeof(t->text) - t->len, "%.*s",
                     (int)detection->name.len, (const char *)detection->name.ptr));
    for (size_t i = 0; i < detection->string_count; i++) {
        const struct vtr_string_matches *string = &detection->strings[i];
        for (size_t n = 0; n < string->count; n++) {
            grow(t, snprintf(t->text + t->len, sizeof(t->text) - t->len,
                             " %.*s@%" PRIu64 "+%" PRIu64, (int)string->id.len,
                             (const char *)string->id.ptr, string->matches[n].offset,
                             string->matches[n].length));
        }
    }
    grow(t, snprintf(t->text + t->len, sizeof(t->text) - t->len, ";"));
    return 1;
}

static unsigned scan_image(struct vtr_bytes image, struct vtr_bytes data,
                           const struct vtr_scan_options *options,
                           struct transcript *out)
{
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;

    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    assert_int_equal(vtr_scanner_new(&scanner, database, options, NULL), VTR_OK);
    /* What an earlier file left behind must not matter. */
    for (int i = 0; i < 2; i++) {
        *out = (struct transcript){0};
        assert_int_equal(vtr_scan_bytes(scanner, data, write_down, out, &limits, NULL),
                         VTR_OK);
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    return limits;
}

static void finds(const char *rules, struct vtr_bytes data, const char *expected)
{
    struct vtr_bytes image = vtr_test_compile(rules, "test_scan.tmp.yar");
    struct transcript found;

    assert_int_equal(scan_image(image, data, NULL, &found), 0);
    assert_string_equal(found.text, expected);
    free((void *)(uintptr_t)image.ptr);
}

static void every_occurrence_counts_overlapping_too(void **state)
{
    (void)state;
    finds("rule r { strings: $a = \"aa\" condition: $a }", BYTES("aaaa"),
          "r a@0+2 a@1+2 a@2+2;");
    finds("rule r { strings: $a = { 61 [0-3] 62 } condition: $a }", BYTES("aa.b.b"),
          "r a@0+4 a@1+3;");
    finds("rule r { strings: $a = /a+/ condition: $a }", BYTES("aaa"),
          "r a@0+3 a@1+2 a@2+1;");
}

static void an_empty_file_is_scanned(void **state)
{
    (void)state;
    finds("rule r { condition: filesize == 0 }", (struct vtr_bytes){0}, "r;");
    finds("rule r { strings: $a = \"a\" $b = /./ condition: $a or $b }",
          (struct vtr_bytes){0}, "");
}

static void modifiers_mean_what_they_mean_in_yara(void **state)
{
    (void)state;
    finds("rule r { strings: $a = \"ab\" wide fullword condition: $a }",
          BYTES("a\0b\0 xa\0b\0y\0 z\0a\0b\0"), "r a@0+4;");
    finds("rule r { strings: $a = \"ab\" ascii wide nocase condition: $a }",
          BYTES("Ab a\0B\0"), "r a@0+2 a@3+4;");
    finds("rule r { strings: $a = \"abc\" xor(1-2) condition: $a }",
          BYTES("abc `cb c`a bad"), "r a@4+3 a@8+3;");
    finds("rule r { strings: $a = \"a\" ascii wide condition: $a }", BYTES("a\0"),
          "r a@0+1;");
}

static void long_gaps_join_fragments(void **state)
{
    (void)state;
    uint8_t data[1000];
    const struct vtr_bytes bytes = {data, sizeof(data)};

    memset(data, '.', sizeof(data));
    memcpy(data + 10, "head", 4);
    memcpy(data + 20, "head", 4);
    memcpy(data + 500, "tail", 4);
    memcpy(data + 600, "tail", 4);
    finds("rule r { strings: $a = { 68 65 61 64 [300-] 74 61 69 6C } condition: $a }",
          bytes, "r a@10+494 a@20+484;");
    finds(
        "rule r { strings: $a = { 68 65 61 64 [476-480] 74 61 69 6C } condition: $a }",
        bytes, "r a@20+484;");
}

static void rules_refer_to_rules_in_long_chains(void **state)
{
    (void)state;
    struct vtr_writer w = {0};
    char line[80];

    /* Names in the reverse order: each rule is met before the one that it needs. */
    for (unsigned i = 999; i > 0; i--) {
        const int len =
            i == 999
                ? snprintf(line, sizeof(line),
                           "private rule r%03u { condition: true }\n", i)
                : snprintf(line, sizeof(line), "%s rule r%03u { condition: r%03u }\n",
                           i == 1 ? "" : "private", i, i + 1);
        vtr_writer_raw(&w, (struct vtr_bytes){(const uint8_t *)line, (size_t)len});
    }
    vtr_writer_u8(&w, 0);
    finds((const char *)w.ptr, BYTES("x"), "r001;");
    vtr_writer_deinit(&w);
}

static void a_false_global_rule_silences_its_namespace(void **state)
{
    (void)state;
    finds("global rule g { condition: filesize > 3 } rule r { condition: true }",
          BYTES("abc"), "");
    finds("global rule g { condition: filesize > 3 } rule r { condition: true }",
          BYTES("abcd"), "g;r;");
    finds("global private rule g { condition: true } rule r { condition: g }",
          BYTES("abcd"), "r;");
}

static void matches_past_the_limit_are_said_to_be_missing(void **state)
{
    (void)state;
    const struct vtr_scan_options options = {.match_limit = 3};
    struct vtr_bytes image =
        vtr_test_compile("rule r { strings: $a = \"a\" condition: $a }",
                         "test_scan.tmp.yar");
    struct transcript found;

    assert_int_equal(scan_image(image, BYTES("aaa"), &options, &found), 0);
    assert_string_equal(found.text, "r a@0+1 a@1+1 a@2+1;");
    assert_int_equal(scan_image(image, BYTES("aaaa"), &options, &found),
                     VTR_SCAN_LIMIT_MATCHES);
    assert_string_equal(found.text, "r a@0+1 a@1+1 a@2+1;");
    free((void *)(uintptr_t)image.ptr);
}

static void a_costly_expression_reaches_its_limit(void **state)
{
    (void)state;
    const struct vtr_scan_options options = {.regex_match_limit = 100};
    struct vtr_bytes image =
        vtr_test_compile("rule r { strings: $a = /start(a|aa)*c\\B/ condition: $a }",
                         "test_scan.tmp.yar");
    struct transcript found;
    char data[200];

    memset(data, 'a', sizeof(data));
    memcpy(data, "start", 5);
    data[sizeof(data) - 1] = 'c'; /* which ends the word */
    assert_int_equal(scan_image(image,
                                (struct vtr_bytes){(uint8_t *)data, sizeof(data)},
                                &options, &found),
                     VTR_SCAN_LIMIT_REGEX);
    free((void *)(uintptr_t)image.ptr);
}

/* PCRE2 10.42 with JIT passes some of these matches when it looks for where they begin.
 */
static void what_may_begin_with_nothing_is_found(void **state)
{
    (void)state;
    struct vtr_bytes image = vtr_test_compile(
        "rule a { condition: \"ab\" matches /(a|)c*a[bc]/ }\n"
        "rule b { condition: \"aa\" matches /(a|)[^b]*.{2,}/ }\n"
        "rule c { condition: \"caac\" matches /[ab](a|)[^c]*?[ab]c$/ }\n"
        "rule d { condition: \"ac\" matches /(a|)c*a[bx]/ }\n"
        "rule e { strings: $a = /(a|)c*a[bc]$/ condition: $a }\n"
        "rule f { condition: \"cc\" matches /(.|)[^b]+?[^b]/ }",
        "test_scan.tmp.yar");
    struct transcript found;

    assert_int_equal(scan_image(image, BYTES("ab"), NULL, &found), 0);
    assert_string_equal(found.text, "a;b;c;e a@0+2;f;");
    free((void *)(uintptr_t)image.ptr);
}

static void a_timeout_of_any_length_is_kept(void **state)
{
    (void)state;
    static const uint64_t LONG_MS[] = {60000, UINT64_MAX / 1000000, UINT64_MAX};
    struct vtr_bytes image = vtr_test_compile(
        "rule r { condition: for all i in (0..filesize * 1000000) : (i >= 0) }",
        "test_scan.tmp.yar");
    struct transcript found;

    for (size_t i = 0; i < sizeof(LONG_MS) / sizeof(LONG_MS[0]); i++) {
        const struct vtr_scan_options options = {.timeout_ms = LONG_MS[i]};
        assert_int_equal(scan_image(image, BYTES(""), &options, &found), 0);
    }
    const struct vtr_scan_options options = {.timeout_ms = 1};
    assert_true(scan_image(image, BYTES("123456789"), &options, &found) &
                VTR_SCAN_LIMIT_TIME);
    free((void *)(uintptr_t)image.ptr);
}

static void hashes_are_found_with_their_size_only(void **state)
{
    (void)state;
    /* SHA-256 of "abc". */
    static const uint8_t DIGEST[32] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea,
                                       0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
                                       0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c,
                                       0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
    struct vtr_sample sample;
    struct transcript found;

    vtr_sample_init(&sample, "hashes", 1);
    vtr_sample_add_hash(&sample, VTR_HASH_SHA256, DIGEST, VTR_SIZE_ANY, "Any.Size-7");
    vtr_sample_add_hash(&sample, VTR_HASH_SHA256, DIGEST, 3, "Right.Size");
    vtr_sample_add_hash(&sample, VTR_HASH_SHA256, DIGEST, 4, "Wrong.Size");
    struct vtr_bytes image = vtr_sample_build(&sample);
    assert_int_equal(scan_image(image, BYTES("abc"), NULL, &found), 0);
    assert_true(strstr(found.text, "Any.Size-7;") != NULL);
    assert_true(strstr(found.text, "Right.Size;") != NULL);
    assert_true(strstr(found.text, "Wrong") == NULL);
    assert_int_equal(scan_image(image, BYTES("abd"), NULL, &found), 0);
    assert_string_equal(found.text, "");
    free((void *)(uintptr_t)image.ptr);
    vtr_sample_deinit(&sample);
}

/* Every byte of a database turned, one at a time: refused, or scanned without harm. */
static void damaged_databases_are_safe(void **state)
{
    (void)state;
    const struct vtr_scan_options options = {.match_limit = 1000,
                                             .regex_match_limit = 1000,
                                             .timeout_ms = 2000};
    struct vtr_bytes image = vtr_test_compile(
        "rule a : t { meta: m = \"x\" strings: $a = \"foobar\" nocase wide ascii "
        "$b = { 66 6F ( 6F | 78 ?? ) [1-4] 62 [300-] 61 } $c = /fo+b?/ "
        "condition: any of them or for any i in (0..filesize) : (uint8(i) == 9)}"
        "rule b { condition: a and \"x\" matches /x/ }",
        "test_scan.tmp.yar");
    uint8_t *damaged = malloc(image.len);
    struct transcript found;

    assert_non_null(damaged);
    for (size_t at = 0; at < image.len; at++) {
        struct vtr_database *database = NULL;
        struct vtr_scanner *scanner = NULL;
        memcpy(damaged, image.ptr, image.len);
        damaged[at] ^= (uint8_t)(1u << (at % 8));
        if (vtr_database_open_bytes(&database, (struct vtr_bytes){damaged, image.len},
                                    NULL) != VTR_OK) {
            continue;
        }
        assert_int_equal(vtr_scanner_new(&scanner, database, &options, NULL), VTR_OK);
        found = (struct transcript){0};
        assert_int_equal(vtr_scan_bytes(scanner, BYTES("FOOBAR foobar fooo f\0o\0o\0"),
                                        write_down, &found, NULL, NULL),
                         VTR_OK);
        vtr_scanner_free(scanner);
        vtr_database_free(database);
    }
    free(damaged);
    free((void *)(uintptr_t)image.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_occurrence_counts_overlapping_too),
        cmocka_unit_test(an_empty_file_is_scanned),
        cmocka_unit_test(modifiers_mean_what_they_mean_in_yara),
        cmocka_unit_test(long_gaps_join_fragments),
        cmocka_unit_test(rules_refer_to_rules_in_long_chains),
        cmocka_unit_test(a_false_global_rule_silences_its_namespace),
        cmocka_unit_test(matches_past_the_limit_are_said_to_be_missing),
        cmocka_unit_test(a_costly_expression_reaches_its_limit),
        cmocka_unit_test(what_may_begin_with_nothing_is_found),
        cmocka_unit_test(a_timeout_of_any_length_is_kept),
        cmocka_unit_test(hashes_are_found_with_their_size_only),
        cmocka_unit_test(damaged_databases_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
