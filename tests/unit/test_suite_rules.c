/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_rules.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "testing/suite_digests.h"
#include "tests/support/cmocka.h"

struct fixture {
    struct vtr_compilation *compilation;
    struct vtr_suite_rules rules;
    struct vtr_arena arena;
};

static void begin(struct fixture *f, const char *text)
{
    const struct vtr_compile_options options = {0};

    memset(f, 0, sizeof(*f));
    assert_int_equal(vtr_compile_text(&f->compilation, "a.yar",
                                      vtr_bytes_from_text(text), &options, NULL),
                     VTR_OK);
    assert_int_equal(vtr_suite_rules_init(&f->rules, f->compilation, &f->arena),
                     VTR_OK);
}

static void end(struct fixture *f)
{
    vtr_compilation_free(f->compilation);
    vtr_arena_deinit(&f->arena);
}

/* Digests that a rule with this line of metadata names. */
static size_t count_digests(const char *meta)
{
    struct vtr_vector digests;
    struct fixture f;
    char text[512];

    (void)snprintf(text, sizeof(text), "rule a { meta: %s condition: true }", meta);
    begin(&f, text);
    vtr_vector_init(&digests, sizeof(struct vtr_suite_digest));
    assert_int_equal(vtr_suite_digests_collect(&f.rules, &digests), VTR_OK);
    const size_t count = digests.count;
    vtr_vector_deinit(&digests);
    end(&f);
    return count;
}

#define MD5    "0123456789abcdef0123456789ABCDEF"
#define SHA1   MD5 "01234567"
#define SHA256 MD5 MD5

static void digests_are_found_under_the_keys_that_authors_use(void **state)
{
    (void)state;
    static const char *const KEYS[] = {
        "hash",   "Hash",    "hash1",   "hash_12",
        "hashes", "md5",     "MD5",     "md5_2",
        "sha1",   "SHA1",    "sha256",  "sha256_3",
        "sample", "sample2", "Samples", "original_sample_sha1",
    };
    static const char *const OTHERS[] = {
        "fingerprint", "imphash", "hashing", "reference", "rehash", "author", "h",
    };
    char meta[256];

    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) {
        (void)snprintf(meta, sizeof(meta), "%s = \"" MD5 "\"", KEYS[i]);
        assert_int_equal(count_digests(meta), 1);
    }
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++) {
        (void)snprintf(meta, sizeof(meta), "%s = \"" MD5 "\"", OTHERS[i]);
        assert_int_equal(count_digests(meta), 0);
    }
}

static void digests_have_one_of_three_lengths(void **state)
{
    (void)state;
    assert_int_equal(count_digests("hash = \"" SHA1 "\""), 1);
    assert_int_equal(count_digests("hash = \"" SHA256 "\""), 1);
    assert_int_equal(count_digests("hash = \"" SHA256 "0\""), 0);
    assert_int_equal(count_digests("hash = \"" MD5 "ab\""), 0);
    assert_int_equal(count_digests("hash = \"g123456789abcdef0123456789ABCDEF\""), 0);
    assert_int_equal(count_digests("hash = \"\""), 0);
    assert_int_equal(count_digests("hash = 5"), 0);
    assert_int_equal(count_digests("hash = \"" MD5 ", " SHA1 ";" SHA256 "\""), 3);
    assert_int_equal(count_digests("hash = \"" MD5 "\" md5 = \"" MD5 "\""), 1);
}

static void private_rules_name_no_samples(void **state)
{
    (void)state;
    struct vtr_vector digests;
    struct fixture f;

    begin(&f, "private rule a { meta: hash = \"" MD5 "\" condition: true }\n"
              "rule b { meta: hash = \"" MD5 "\" condition: true }\n"
              "rule c { meta: hash = \"" MD5 "\" condition: true }");
    vtr_vector_init(&digests, sizeof(struct vtr_suite_digest));
    assert_int_equal(vtr_suite_digests_collect(&f.rules, &digests), VTR_OK);
    assert_int_equal(digests.count, 2);
    static const uint8_t BYTES[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF,
                                    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF};
    struct vtr_suite_digest *found =
        vtr_suite_digest_find(&digests, (struct vtr_bytes){BYTES, sizeof(BYTES)});
    assert_ptr_equal(found, digests.items);
    assert_int_equal(found[0].rule, 1);
    assert_int_equal(found[1].rule, 2);
    assert_null(vtr_suite_digest_find(&digests, (struct vtr_bytes){BYTES, 15}));
    vtr_vector_deinit(&digests);
    end(&f);
}

static void rules_are_found_by_name_with_and_without_namespace(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "rule alpha { strings: $x = \"x\" condition: $x }\n"
              "private rule beta { condition: true }");
    const struct vtr_compiled_rule *alpha =
        vtr_suite_rules_find(&f.rules, vtr_bytes_from_text("alpha"));
    assert_non_null(alpha);
    assert_ptr_equal(vtr_suite_rules_find(&f.rules,
                                          vtr_bytes_from_text("default:alpha")),
                     alpha);
    assert_null(vtr_suite_rules_find(&f.rules, vtr_bytes_from_text("other:alpha")));
    assert_null(vtr_suite_rules_find(&f.rules, vtr_bytes_from_text("alph")));
    assert_true(
        vtr_bytes_equal(vtr_suite_rules_nearest(&f.rules, vtr_bytes_from_text("alph")),
                        alpha->name));
    assert_null(vtr_suite_rules_nearest(&f.rules, vtr_bytes_from_text("omega")).ptr);
    assert_true(vtr_suite_rule_has_string(alpha, vtr_bytes_from_text("x")));
    assert_false(vtr_suite_rule_has_string(alpha, vtr_bytes_from_text("y")));
    assert_false(vtr_suite_rule_is_private(alpha));
    assert_true(vtr_suite_rule_is_private(
        vtr_suite_rules_find(&f.rules, vtr_bytes_from_text("beta"))));
    end(&f);
}

static void names_hold_in_every_namespace_unless_one_is_said(void **state)
{
    (void)state;
    const struct vtr_bytes space = vtr_bytes_from_text("a/b");
    const struct vtr_bytes name = vtr_bytes_from_text("rule");

    assert_true(vtr_suite_is_named(vtr_bytes_from_text("rule"), space, name));
    assert_true(vtr_suite_is_named(vtr_bytes_from_text("a/b:rule"), space, name));
    assert_false(vtr_suite_is_named(vtr_bytes_from_text("a:rule"), space, name));
    assert_false(vtr_suite_is_named(vtr_bytes_from_text("rules"), space, name));
    assert_false(vtr_suite_is_named(vtr_bytes_from_text(":rule"), space, name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_found_under_the_keys_that_authors_use),
        cmocka_unit_test(digests_have_one_of_three_lengths),
        cmocka_unit_test(private_rules_name_no_samples),
        cmocka_unit_test(rules_are_found_by_name_with_and_without_namespace),
        cmocka_unit_test(names_hold_in_every_namespace_unless_one_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
