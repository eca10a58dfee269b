/* SPDX-License-Identifier: Apache-2.0 */

#include "format/image/always_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/image/image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"

/* Rules 0 to 8, in the order of their names. */
static const char RULES[] =
    "import \"hash\" import \"pe\"\n"
    "rule a { condition: filesize == 7 and hash.md5(0, filesize) == \"x\" }\n"
    "rule b { condition: hash.md5(0, filesize) == \"y\" }\n"
    "rule c { condition: 9 == filesize and hash.md5(0, filesize) == \"x\" }\n"
    "rule d { condition: hash.md5(0, filesize) == \"x\" or\n"
    "    hash.md5(0, filesize) == \"y\" }\n"
    "rule e { condition: filesize > 1 }\n"
    "rule f { strings: $a = \"abcd\" condition: $a }\n"
    "rule g { condition: filesize == 7 and filesize == 8 }\n"
    "rule h { condition: uint8(0) == 1 and pe.imphash() == \"x\" }\n"
    "rule i { condition: filesize > 1 }\n";

struct fixture {
    struct vtr_bytes bytes;
    struct vtr_image image;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    assert_non_null(f);
    f->bytes = vtr_test_compile(RULES, "test_always_table.tmp");
    assert_int_equal(vtr_image_open(&f->image, f->bytes, NULL), VTR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    free((void *)(uintptr_t)f->bytes.ptr);
    free(f);
    return 0;
}

/* The rules of the places first..end-1 as letters, sorted by place. */
static const char *letters(const struct vtr_image *image, size_t first, size_t end)
{
    static char text[32];
    size_t len = 0;

    for (size_t i = first; i < end && len + 1 < sizeof(text); i++) {
        text[len++] = (char)('a' + vtr_always_rule(image, i));
    }
    text[len] = '\0';
    return text;
}

/* The group that has the rule at one of its places. */
static struct vtr_always_group group_of(const struct vtr_image *image, char letter)
{
    struct vtr_always_group group = {0};

    for (size_t i = 0; i < vtr_always_group_count(image); i++) {
        assert_true(vtr_always_group_get(image, i, &group));
        if (strchr(letters(image, group.first, group.end), letter) != NULL) {
            return group;
        }
    }
    fail();
    return group;
}

static const char *find(const struct vtr_image *image, char letter, uint64_t size,
                        const char *text)
{
    const struct vtr_always_group group = group_of(image, letter);
    const struct vtr_bytes bytes = {(const uint8_t *)text, strlen(text)};
    const uint64_t key = (uint64_t)vtr_always_size_key(size) << 32 |
                         (bytes.len == 0 ? 0 : vtr_always_text_key(bytes));
    size_t first;
    size_t end;

    assert_true(group.has_keys);
    vtr_always_find(image, &group, key, bytes.len == 0 ? UINT64_MAX << 32 : UINT64_MAX,
                    &first, &end);
    assert_true(first >= group.first && first <= end && end <= group.end);
    return letters(image, first, end);
}

static void rules_that_ask_for_the_same_are_one_group(void **state)
{
    const struct fixture *f = *state;
    const struct vtr_always_group with_size = group_of(&f->image, 'a');
    const struct vtr_always_group without = group_of(&f->image, 'b');
    const struct vtr_always_group plain = group_of(&f->image, 'e');

    assert_int_equal(vtr_always_group_count(&f->image), 5);
    assert_string_equal(letters(&f->image, with_size.first, with_size.end), "ac");
    assert_int_equal(without.end - without.first, 3); /* d has two texts */
    assert_string_equal(letters(&f->image, plain.first, plain.end), "ei");
    assert_true(with_size.has_keys && without.has_keys);
    assert_false(plain.has_keys);
    assert_int_equal(plain.end,
                     f->image.sections[VTR_SECTION_RULE_ALWAYS].bytes.len / 4);
}

static void rules_are_found_by_size_and_text(void **state)
{
    const struct fixture *f = *state;

    assert_string_equal(find(&f->image, 'a', 7, "x"), "a");
    assert_string_equal(find(&f->image, 'a', 9, "x"), "c");
    assert_string_equal(find(&f->image, 'a', 8, "x"), "");
    assert_string_equal(find(&f->image, 'a', 7, "y"), "");
    assert_string_equal(find(&f->image, 'a', 7, ""), "a");
    assert_string_equal(find(&f->image, 'a', 9, ""), "c");
    assert_string_equal(find(&f->image, 'a', 0, ""), "");
    assert_string_equal(find(&f->image, 'a', UINT64_MAX, ""), "");
    assert_string_equal(find(&f->image, 'b', 0, "x"), "d");
    assert_string_equal(find(&f->image, 'b', 0, "y"), "bd");
    assert_string_equal(find(&f->image, 'b', 0, "z"), "");
    assert_string_equal(find(&f->image, 'g', 7, ""), "g");
    assert_string_equal(find(&f->image, 'g', 8, ""), "");
}

static void keys_have_known_values(void **state)
{
    (void)state;
    assert_int_equal(vtr_always_size_key(7), 7);
    assert_int_equal(vtr_always_size_key(UINT64_C(0x500000007)), 2);
    assert_int_equal(vtr_always_text_key((struct vtr_bytes){NULL, 0}), 0x811C9DC5);
    assert_int_equal(vtr_always_text_key(
                         (struct vtr_bytes){(const uint8_t *)"foobar", 6}),
                     0xBF9CF968);
}

static void a_second_size_stays_a_guard(void **state)
{
    const struct fixture *f = *state;
    struct vtr_rule_view rule;
    struct vtr_always_form form;

    assert_true(vtr_rule_read(vtr_image_rule(&f->image, 6), &rule));
    vtr_always_form_read(rule.condition, &form);
    assert_true(form.has_size && form.size == 7 && !form.has_text);
    assert_int_equal(form.guard_count, 1);
    vtr_always_form_read((struct vtr_bytes){NULL, 0}, &form);
    assert_true(!form.has_size && !form.has_text && form.guard_count == 0);
}

/* Whatever the sections hold, a group lies inside them. */
static void groups_of_any_bytes_lie_inside_the_sections(void **state)
{
    struct fixture *f = *state;
    static const uint32_t STARTS[] = {0, 1, 2, 8, 9, 10, 11, UINT32_MAX};
    const struct vtr_bytes rules = f->image.sections[VTR_SECTION_RULE_ALWAYS].bytes;
    uint8_t room[8];

    f->image.sections[VTR_SECTION_RULE_GROUPS].bytes = (struct vtr_bytes){room, 8};
    for (size_t a = 0; a < sizeof(STARTS) / sizeof(STARTS[0]); a++) {
        for (size_t b = 0; b < sizeof(STARTS) / sizeof(STARTS[0]); b++) {
            vtr_store_u32(room, STARTS[a]);
            vtr_store_u32(room + 4, STARTS[b]);
            for (size_t i = 0; i < 3; i++) {
                struct vtr_always_group group;
                if (vtr_always_group_get(&f->image, i, &group)) {
                    assert_true(i < 2 && group.first < group.end);
                    assert_true(group.end <= rules.len / 4);
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(rules_that_ask_for_the_same_are_one_group,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules_are_found_by_size_and_text, set_up,
                                        tear_down),
        cmocka_unit_test(keys_have_known_values),
        cmocka_unit_test_setup_teardown(a_second_size_stays_a_guard, set_up, tear_down),
        cmocka_unit_test_setup_teardown(groups_of_any_bytes_lie_inside_the_sections,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
