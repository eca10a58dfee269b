/* SPDX-License-Identifier: Apache-2.0 */

#include "vitrine/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"

/* What was reported, a line each. */
struct report {
    char text[4096];
    size_t len;
};

static void say(struct report *report, struct vtr_bytes bytes)
{
    assert_true(bytes.len < sizeof(report->text) - report->len);
    if (bytes.len > 0) {
        memcpy(report->text + report->len, bytes.ptr, bytes.len);
    }
    report->len += bytes.len;
    report->text[report->len] = '\0';
}

static void collect(const struct vtr_change *change, void *context)
{
    static const char *const KINDS[] = {"", "added ", "removed ", "changed "};
    static const char *const WHAT[] = {"", "rule ", "hash ", "external ", "header "};
    struct report *report = context;

    say(report, vtr_bytes_from_text(KINDS[change->kind]));
    say(report, vtr_bytes_from_text(WHAT[change->of]));
    if (change->space.len > 0) {
        say(report, change->space);
        say(report, vtr_bytes_from_text(":"));
    }
    say(report, change->name);
    if (change->detail.len > 0) {
        say(report, vtr_bytes_from_text(" ("));
        say(report, change->detail);
        say(report, vtr_bytes_from_text(")"));
    }
    say(report, vtr_bytes_from_text("\n"));
}

/* Compares two samples, which it takes over, with what is expected. */
static void check(struct vtr_sample *a, struct vtr_sample *b, const char *expected)
{
    struct report report = {.len = 0};
    const struct vtr_bytes image_a = vtr_sample_build(a);
    const struct vtr_bytes image_b = vtr_sample_build(b);

    assert_int_equal(vtr_compare(image_a, image_b, collect, &report, NULL), VTR_OK);
    assert_string_equal(report.text, expected);
    free((void *)(uintptr_t)image_a.ptr);
    free((void *)(uintptr_t)image_b.ptr);
    vtr_sample_deinit(a);
    vtr_sample_deinit(b);
}

static const struct vtr_sample_rule RULE = {.space = "default",
                                            .name = "rule",
                                            .flags = VTR_RULE_NEEDS_PATTERN,
                                            .tag = "tag",
                                            .meta_key = "weight",
                                            .meta_value = 1,
                                            .pattern_id = "a",
                                            .text = "a text",
                                            .second_id = "b"};

/* The detail of a change from RULE to `other`. */
static void check_rule(const struct vtr_sample_rule *other, const char *expected)
{
    struct vtr_sample a;
    struct vtr_sample b;

    vtr_sample_init(&a, "sample", 1);
    vtr_sample_init(&b, "sample", 1);
    vtr_sample_add_rule(&a, &RULE);
    vtr_sample_add_rule(&b, other);
    check(&a, &b, expected);
}

static void equal_databases_have_no_changes(void **state)
{
    (void)state;
    check_rule(&RULE, "");
}

static void changed_rule_says_what_changed(void **state)
{
    struct vtr_sample_rule other = RULE;
    (void)state;

    other.is_negated = true;
    other.flags = 0;
    check_rule(&other, "changed rule default:rule (flags, condition)\n");
    other.flags = VTR_RULE_PRIVATE | VTR_RULE_GLOBAL;
    check_rule(&other, "changed rule default:rule (private added, global added, "
                       "flags, condition)\n");
    other = RULE;
    other.meta_value = 2;
    check_rule(&other, "changed rule default:rule (meta weight changed)\n");
    other.meta_key = "score";
    check_rule(&other,
               "changed rule default:rule (meta score added, meta weight removed)\n");
    other = RULE;
    other.tag = NULL;
    other.second_id = NULL;
    check_rule(&other,
               "changed rule default:rule (tag tag removed, string $b removed)\n");
    other = RULE;
    other.text = "another";
    check_rule(&other,
               "changed rule default:rule (string $a changed, string $b changed)\n");
    other = RULE;
    other.second_id = "c";
    check_rule(&other,
               "changed rule default:rule (string $b removed, string $c added)\n");
}

static void reordered_strings_are_told(void **state)
{
    struct vtr_sample_rule other = RULE;
    (void)state;

    other.pattern_id = "b";
    other.second_id = "a";
    check_rule(&other, "changed rule default:rule (order of strings)\n");
}

static void added_and_removed_records_come_in_order(void **state)
{
    const uint8_t digest[3][32] = {{1}, {2}, {3}};
    struct vtr_sample a;
    struct vtr_sample b;
    struct vtr_sample_rule rule = RULE;
    (void)state;

    vtr_sample_init(&a, "sample", 1);
    vtr_sample_init(&b, "renamed", 2);
    vtr_sample_add_hash(&a, VTR_HASH_SHA256, digest[0], 10, "Removed-1");
    vtr_sample_add_hash(&a, VTR_HASH_MD5, digest[2], 10, "Same-7-0");
    vtr_sample_add_hash(&b, VTR_HASH_MD5, digest[2], 10, "Same-7-0");
    vtr_sample_add_hash(&b, VTR_HASH_SHA256, digest[1], 10, "Added-2");
    vtr_sample_add_external(&a, "changed", 1);
    vtr_sample_add_external(&b, "changed", 2);
    vtr_sample_add_external(&b, "new", 2);
    vtr_sample_add_rule(&a, &rule);
    rule.name = "a_rule";
    vtr_sample_add_rule(&b, &rule);
    check(&a, &b,
          "changed header name (sample -> renamed)\n"
          "changed header release (1 -> 2)\n"
          "removed hash Removed-1\n"
          "added hash Added-2\n"
          "changed external changed (value)\n"
          "added external new\n"
          "added rule default:a_rule\n"
          "removed rule default:rule\n");
}

static void changed_hash_says_size_and_name(void **state)
{
    const uint8_t digest[32] = {9};
    struct vtr_sample a;
    struct vtr_sample b;
    (void)state;

    vtr_sample_init(&a, "sample", 1);
    vtr_sample_init(&b, "sample", 1);
    vtr_sample_add_hash(&a, VTR_HASH_SHA1, digest, 5, "Kept-1");
    vtr_sample_add_hash(&b, VTR_HASH_SHA1, digest, 5, "Kept-1");
    vtr_sample_add_hash(&a, VTR_HASH_SHA1, digest, 7, "Old-1");
    vtr_sample_add_hash(&b, VTR_HASH_SHA1, digest, VTR_SIZE_ANY, "Old-2");
    vtr_sample_add_hash(&b, VTR_HASH_SHA1, digest, VTR_SIZE_ANY, "Third");
    check(&a, &b,
          "changed hash Old-1 (size 7 -> any, name -> Old-2)\n"
          "added hash Third\n");
}

static void damaged_database_is_refused(void **state)
{
    struct report report = {.len = 0};
    struct vtr_sample sample;
    (void)state;

    vtr_sample_init(&sample, "sample", 1);
    vtr_sample_add_rule(&sample, &RULE);
    const struct vtr_bytes image = vtr_sample_build(&sample);
    uint8_t *damaged = malloc(image.len);
    assert_non_null(damaged);
    for (size_t i = 0; i < image.len; i++) { /* never a crash, whatever it answers */
        memcpy(damaged, image.ptr, image.len);
        damaged[i] ^= 0xFF;
        report.len = 0;
        (void)!vtr_compare(image, (struct vtr_bytes){damaged, image.len}, collect,
                           &report, NULL);
        assert_int_not_equal(vtr_compare(image, (struct vtr_bytes){damaged, i}, collect,
                                         &report, NULL),
                             VTR_OK);
    }
    free(damaged);
    free((void *)(uintptr_t)image.ptr);
    vtr_sample_deinit(&sample);
}

/* Swaps two names of equal length where the database keeps its names. */
static void stems_out_of_order_are_refused(void **state)
{
    static const uint8_t DIGEST[20] = {1};
    struct report report = {.len = 0};
    struct vtr_sample sample;
    struct vtr_error err;
    (void)state;

    vtr_sample_init(&sample, "sample", 1);
    vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 5, "Abc");
    vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 6, "Xyz");
    const struct vtr_bytes image = vtr_sample_build(&sample);
    uint8_t *bytes = (uint8_t *)(uintptr_t)image.ptr;
    size_t at = 0;
    while (memcmp(bytes + at, "AbcXyz", 6) != 0) {
        at++;
        assert_true(at + 6 < image.len);
    }
    memcpy(bytes + at, "XyzAbc", 6);
    assert_int_equal(vtr_compare(image, image, collect, &report, &err),
                     VTR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "stem 1 is out of order"));
    assert_int_equal(report.len, 0);
    free(bytes);
    vtr_sample_deinit(&sample);
}

static void count(const struct vtr_change *change, void *context)
{
    (void)change;
    ++*(unsigned *)context;
}

/* Each beside each would take minutes. */
static void many_names_of_one_digest_take_no_time(void **state)
{
    enum {
        NAMES = 200000
    };
    static const uint8_t DIGEST[20] = {1};
    struct vtr_bytes images[2];
    unsigned changes = 0;
    (void)state;

    for (unsigned k = 0; k < 2; k++) {
        struct vtr_sample sample;

        vtr_sample_init(&sample, "sample", 1);
        for (unsigned i = 0; i < NAMES; i++) {
            vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 2 * i + k + 1, "Name");
        }
        vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 3 * NAMES, "Both");
        images[k] = vtr_sample_build(&sample);
        vtr_sample_deinit(&sample);
    }
    assert_int_equal(vtr_compare(images[0], images[1], count, &changes, NULL), VTR_OK);
    assert_int_equal(changes, NAMES);
    free((void *)(uintptr_t)images[0].ptr);
    free((void *)(uintptr_t)images[1].ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_databases_have_no_changes),
        cmocka_unit_test(changed_rule_says_what_changed),
        cmocka_unit_test(reordered_strings_are_told),
        cmocka_unit_test(added_and_removed_records_come_in_order),
        cmocka_unit_test(changed_hash_says_size_and_name),
        cmocka_unit_test(damaged_database_is_refused),
        cmocka_unit_test(stems_out_of_order_are_refused),
        cmocka_unit_test(many_names_of_one_digest_take_no_time),
    };
    return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
