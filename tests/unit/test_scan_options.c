/* SPDX-License-Identifier: Apache-2.0 */

/* What a scanner is told besides the database: external variables, which rules to tell
 * of. */
#include "vitrine/scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "vitrine/compile.h"

#define BYTES(text) ((struct vtr_bytes){(const uint8_t *)(text), sizeof(text) - 1})
#define SCRATCH     "test_scan_options.tmp.yar"

static const char *const DEFINES[] = {"en=1", "et=one", "eb=false", "ef=1.5"};

/* A database of `rules`, in which the four variables are declared. */
static struct vtr_bytes compile(const char *rules)
{
    const char *const sources[] = {SCRATCH};
    const struct vtr_compile_options options = {.sources = sources,
                                                .source_count = 1,
                                                .defines = DEFINES,
                                                .define_count = 4};
    struct vtr_compilation *compilation = NULL;
    uint8_t *image = NULL;
    size_t len = 0;
    FILE *file = fopen(SCRATCH, "wb");

    assert_non_null(file);
    assert_true(fputs(rules, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(vtr_compile(&compilation, &options, NULL), VTR_OK);
    assert_int_equal(vtr_compilation_build(compilation, &image, &len, NULL), VTR_OK);
    vtr_compilation_free(compilation);
    (void)remove(SCRATCH);
    return (struct vtr_bytes){image, len};
}

struct transcript {
    char text[512];
    size_t len;
    size_t limit; /* of detections; 0: none */
};

/* "+a -b " */
static int write_down(const struct vtr_detection *detection, void *context)
{
    struct transcript *t = context;
    const int len =
        snprintf(t->text + t->len, sizeof(t->text) - t->len, "%c%.*s ",
                 detection->is_satisfied ? '+' : '-', (int)detection->name.len,
                 (const char *)detection->name.ptr);

    assert_true(len > 0 && (size_t)len < sizeof(t->text) - t->len);
    t->len += (size_t)len;
    return --t->limit != 0;
}

static enum vtr_status scan(const char *rules, const struct vtr_scan_options *options,
                            struct vtr_bytes data, struct transcript *out,
                            struct vtr_error *err)
{
    const struct vtr_bytes image = compile(rules);
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;

    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    const enum vtr_status status = vtr_scanner_new(&scanner, database, options, err);
    if (status == VTR_OK) {
        assert_int_equal(vtr_scan_bytes(scanner, data, write_down, out, NULL, NULL),
                         VTR_OK);
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    return status;
}

static const char VARIABLES[] = "rule b { condition: eb }"
                                "rule f { condition: ef > 2.25 and ef < 2.75 }"
                                "rule n { condition: en == -7 }"
                                "rule t { condition: et == \"seven=7\" }";

static void finds_with(const char *const *defines, size_t count, const char *expected)
{
    const struct vtr_scan_options options = {.externals = defines,
                                             .external_count = count};
    struct transcript found = {0};

    assert_int_equal(scan(VARIABLES, &options, BYTES("x"), &found, NULL), VTR_OK);
    assert_string_equal(found.text, expected);
}

static void refuses_all(const char *const *defines, size_t count, const char *reason)
{
    const struct vtr_scan_options options = {.externals = defines,
                                             .external_count = count};
    struct transcript found = {0};
    struct vtr_error err = {0};

    assert_int_equal(scan(VARIABLES, &options, BYTES("x"), &found, &err),
                     VTR_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, reason));
}

static void refuses(const char *define, const char *reason)
{
    refuses_all(&define, 1, reason);
}

static void a_scanner_has_its_own_values_of_external_variables(void **state)
{
    const char *const all[] = {"en=-7", "et=seven=7", "eb=true", "ef=2.5"};
    const char *const some[] = {"en=7", "et=seven=7"};

    (void)state;
    finds_with(NULL, 0, "");
    finds_with(all, 4, "+b +f +n +t ");
    finds_with(all, 1, "+n ");
    finds_with(some, 2, "+t ");
}

static void a_variable_that_is_given_twice_is_refused(void **state)
{
    const char *const two[] = {"en=8", "et=x", "en=7"};
    const char *const same[] = {"en=7", "en=7"};

    (void)state;
    refuses_all(two, 3, "external variable 'en' is defined twice");
    refuses_all(same, 2, "external variable 'en' is defined twice");
}

static void a_value_that_its_variable_cannot_have_is_refused(void **state)
{
    (void)state;
    refuses("en=1.0", "'en' is an integer in the rules, and '1.0' is not");
    refuses("en=", "an integer");
    refuses("en=-", "an integer");
    refuses("en=9223372036854775808", "an integer");
    refuses("eb=1", "'eb' is true or false in the rules, and '1' is not");
    refuses("eb=True", "true or false");
    refuses("ef=true", "'ef' is a float in the rules");
    refuses("ef=.5", "a float");
    refuses("m=1",
            "no external variable 'm'; they have eb (true or false), ef (float), "
            "en (integer), et (text)");
    refuses("en", "NAME=VALUE");
    refuses("=1", "NAME=VALUE");
    refuses("", "NAME=VALUE");
}

static void rules_that_do_not_hold_are_told_of_when_asked_for(void **state)
{
    static const char RULES[] =
        "private rule a { condition: false } private rule b { condition: true }"
        "rule c { strings: $a = \"absent\" condition: $a }"
        "rule d { strings: $a = \"there\" condition: $a and not b }"
        "rule e { condition: filesize == 5 }"
        "rule f { strings: $a = \"there\" condition: $a }"
        "rule g { condition: filesize == 6 }";
    const struct vtr_scan_options options = {.has_unsatisfied = 1};
    struct transcript found = {0};
    struct transcript first = {.limit = 3};
    struct transcript usual = {0};

    (void)state;
    assert_int_equal(scan(RULES, &options, BYTES("there"), &found, NULL), VTR_OK);
    assert_string_equal(found.text, "-c -d +e +f -g ");
    assert_int_equal(scan(RULES, &options, BYTES("there"), &first, NULL), VTR_OK);
    assert_string_equal(first.text, "-c -d +e ");
    assert_int_equal(scan(RULES, NULL, BYTES("there"), &usual, NULL), VTR_OK);
    assert_string_equal(usual.text, "+e +f ");
}

static void a_false_global_rule_makes_all_of_its_namespace_not_hold(void **state)
{
    const struct vtr_scan_options options = {.has_unsatisfied = 1};
    struct transcript found = {0};

    (void)state;
    assert_int_equal(scan("global rule a { condition: filesize > 9 }"
                          "rule b { condition: true }",
                          &options, BYTES("there"), &found, NULL),
                     VTR_OK);
    assert_string_equal(found.text, "-a -b ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scanner_has_its_own_values_of_external_variables),
        cmocka_unit_test(a_variable_that_is_given_twice_is_refused),
        cmocka_unit_test(a_value_that_its_variable_cannot_have_is_refused),
        cmocka_unit_test(rules_that_do_not_hold_are_told_of_when_asked_for),
        cmocka_unit_test(a_false_global_rule_makes_all_of_its_namespace_not_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
