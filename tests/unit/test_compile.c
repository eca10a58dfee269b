/* SPDX-License-Identifier: Apache-2.0 */

/* Whole compiles: files, includes, namespaces, references, and that order and threads
 * do not matter. */
#include "vitrine/compile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "compiler/compilation.h"
#include "format/image/rule_check.h"
#include "format/materialise.h"
#include "format/record/rule.h"

#include "tests/support/cmocka.h"

static void write_file(const char *path, const char *text)
{
    struct vtr_replacement file = {0};

    assert_int_equal(vtr_replacement_begin(&file, path, 0600, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&file, vtr_bytes_from_text(text), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit(&file, NULL), VTR_OK);
    vtr_replacement_abort(&file);
}

static struct vtr_compilation *compile(const char *const *sources, size_t count,
                                       enum vtr_namespace_mode mode, unsigned workers)
{
    static const char *const DEFINES[] = {"used=1", "unused=2"};
    const struct vtr_compile_options options = {
        .sources = sources,
        .source_count = count,
        .defines = DEFINES,
        .define_count = 2,
        .namespaces = mode,
        .workers = workers,
    };
    struct vtr_compilation *compilation = NULL;
    const enum vtr_status status = vtr_compile(&compilation, &options, NULL);

    assert_true(status == VTR_OK || status == VTR_ERROR_RULES);
    return compilation;
}

static void assert_code(const struct vtr_compilation *c, size_t index, const char *code)
{
    assert_true(index < c->report_count);
    assert_string_equal(c->reports[index].code, code);
}

static bool is_same(const struct vtr_compilation *a, const struct vtr_compilation *b)
{
    const struct vtr_records *left = vtr_compilation_records(a);
    const struct vtr_records *right = vtr_compilation_records(b);

    if (left->rule_count != right->rule_count || a->report_count != b->report_count) {
        return false;
    }
    for (size_t i = 0; i < left->rule_count; i++) {
        if (!vtr_bytes_equal(left->rules[i], right->rules[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < a->report_count; i++) {
        if (strcmp(a->reports[i].message, b->reports[i].message) != 0) {
            return false;
        }
    }
    return memcmp(a->stats.source_digest, b->stats.source_digest, VTR_DIGEST_LEN) == 0;
}

static void order_and_threads_change_nothing(void **state)
{
    (void)state;
    const char *const forth[] = {"c_one.yar", "c_two.yar", "c_bad.yar"};
    const char *const back[] = {"c_bad.yar", "./c_two.yar", "c_one.yar", "c_two.yar"};

    write_file("c_one.yar", "rule one { condition: two or used == 1 }");
    write_file("c_two.yar", "rule two { condition: any of (on*) or true }\n"
                            "rule three { strings: $a = \"abc\" condition: $a }");
    write_file("c_bad.yar", "rule bad { condition: nothing }");
    struct vtr_compilation *a = compile(forth, 3, VTR_NAMESPACE_SHARED, 1);
    struct vtr_compilation *b = compile(back, 4, VTR_NAMESPACE_SHARED, 3);
    assert_true(is_same(a, b));
    vtr_compilation_free(a);
    vtr_compilation_free(b);
}

static void references_in_a_circle_are_refused(void **state)
{
    (void)state;
    const char *const sources[] = {"c_x.yar", "c_y.yar"};

    write_file("c_x.yar", "rule x { condition: y }");
    write_file("c_y.yar", "rule y { condition: x } rule z { condition: y }\n"
                          "rule good { condition: true }");
    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_SHARED, 1);
    assert_int_equal(c->stats.rules, 1);
    assert_int_equal(c->stats.bad, 3);
    assert_int_equal(c->report_count, 2);
    assert_code(c, 0, "E028");
    assert_code(c, 1, "E027"); /* z, which is in no circle */
    vtr_compilation_free(c);
}

static void of_a_circle_one_rule_is_reported(void **state)
{
    (void)state;
    const char *const sources[] = {"c_p.yar", "c_q.yar", "c_r.yar", "c_s.yar"};

    write_file("c_p.yar", "rule before { condition: true }\n"
                          "rule p { condition: before and q }");
    write_file("c_q.yar", "rule q { condition: r or s }");
    write_file("c_r.yar", "rule r { condition: p } rule after { condition: r }");
    write_file("c_s.yar", "rule s { condition: q } rule leads { condition: p }");
    struct vtr_compilation *c = compile(sources, 4, VTR_NAMESPACE_SHARED, 1);
    assert_int_equal(c->stats.rules, 1); /* before */
    assert_int_equal(c->stats.bad, 6);
    assert_int_equal(c->report_count, 4);
    assert_code(c, 0, "E028"); /* r, which p is behind */
    assert_code(c, 1, "E027"); /* after */
    assert_code(c, 2, "E028"); /* s, which q is behind */
    assert_code(c, 3, "E027"); /* leads */
    vtr_compilation_free(c);
}

static void a_rule_of_the_same_file_must_be_earlier(void **state)
{
    (void)state;
    const char *const sources[] = {"c_late.yar"};

    write_file("c_late.yar", "rule a { condition: b }\nrule b { condition: true }\n"
                             "rule c { condition: b and any of (b*, c_*) }\n"
                             "rule d { condition: b and all of (b, c*) }\n");
    struct vtr_compilation *c = compile(sources, 1, VTR_NAMESPACE_SHARED, 1);
    assert_code(c, 0, "E029");
    assert_code(c, 1, "E026");
    assert_code(c, 2, "E027");
    assert_int_equal(c->report_count, 3);
    assert_int_equal(c->stats.rules, 1);
    vtr_compilation_free(c);
}

static void a_rule_may_name_itself_and_no_later_rule_joins_its_set(void **state)
{
    (void)state;
    const char *const sources[] = {"c_self.yar"};

    write_file("c_self.yar", "rule a1 { condition: not a1 }\n"
                             "rule a2 { condition: all of (a*) }\n"
                             "rule b1 { condition: any of (b*) }\n"
                             "rule b2 { condition: b1 }\n");
    struct vtr_compilation *c = compile(sources, 1, VTR_NAMESPACE_SHARED, 1);
    assert_code(c, 0, "W080");
    assert_code(c, 1, "E029");
    assert_code(c, 2, "E027");
    assert_int_equal(c->report_count, 3);
    assert_int_equal(c->stats.rules, 2);
    vtr_compilation_free(c);
    write_file("c_self.yar", "rule a1 { condition: not a1 }\n"
                             "rule b1 { condition: any of (b*) }\n");
    c = compile(sources, 1, VTR_NAMESPACE_SHARED, 1);
    assert_code(c, 0, "W080");
    assert_int_equal(c->report_count, 1);
    assert_int_equal(c->stats.rules, 2);
    vtr_compilation_free(c);
}

static void an_import_serves_other_sources_whichever_is_read_first(void **state)
{
    (void)state;
    const char *const sources[] = {"c_user.yar", "c_import.yar", "c_late.yar"};

    write_file("c_user.yar", "rule user { condition: math.abs(1) == 1 }");
    write_file("c_import.yar", "import \"math\"\nrule x { condition: true }");
    write_file("c_late.yar",
               "rule late { condition: math.abs(2) == 2 }\nimport \"math\"");
    struct vtr_compilation *c = compile(sources, 3, VTR_NAMESPACE_FILE, 2);
    assert_int_equal(c->report_count, 0);
    assert_int_equal(c->stats.rules, 3);
    vtr_compilation_free(c);
    c = compile(sources + 2, 1, VTR_NAMESPACE_FILE, 2);
    assert_int_equal(c->report_count, 1);
    assert_string_equal(c->reports[0].code, "E043");
    vtr_compilation_free(c);
}

static void included_files_count_once_in_the_shared_namespace(void **state)
{
    (void)state;
    const char *const sources[] = {"c_root.yar", "c_part.yar"};

    write_file("c_part.yar", "rule part { condition: true }");
    write_file("c_root.yar", "include \"c_part.yar\"\ninclude \"./c_part.yar\"\n"
                             "rule root { condition: part }");
    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_SHARED, 2);
    assert_int_equal(c->report_count, 0);
    assert_int_equal(c->stats.rules, 2);
    assert_int_equal(c->stats.files, 2);
    vtr_compilation_free(c);
    c = compile(sources, 1, VTR_NAMESPACE_SHARED, 1);
    assert_int_equal(c->stats.rules, 2);
    vtr_compilation_free(c);
}

static void each_file_has_its_namespace_and_what_it_includes(void **state)
{
    (void)state;
    const char *const sources[] = {"c_root.yar", "c_part.yar"};
    const struct vtr_bytes space = vtr_bytes_from_text("c_root");
    struct vtr_span span;

    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_FILE, 2);
    assert_int_equal(c->report_count, 0);
    assert_int_equal(c->stats.rules, 3);
    vtr_compilation_find(c, &space, vtr_bytes_from_text("part"), &span);
    assert_string_equal(span.path, "c_part.yar");
    assert_int_equal(span.line, 1);
    assert_int_equal(span.column, 6);
    vtr_compilation_find(c, &space, vtr_bytes_from_text("none"), &span);
    assert_null(span.path);
    vtr_compilation_free(c);
}

static uint8_t *keep_memory(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    (void)err;
    *out = calloc(1, len);
    return *out;
}

/* Every rule in two namespaces, one of them with a wildcard that each fills its way. */
static void records_with_and_without_places_make_the_same_image(void **state)
{
    (void)state;
    const char *const sources[] = {"d_one.yar", "d_two.yar"};
    uint8_t *images[2] = {NULL, NULL};
    size_t lens[2] = {0, 0};

    write_file(
        "d_part.yar",
        "rule p_a : tag { meta: m = \"x\" strings: $a = \"abcd\" wide ascii\n"
        " $b = { 01 02 ( 03 | 04 05 ) [2-300] 06 } condition: $a or #b > 2 }\n"
        "global rule p_b { condition: filesize < 10 }\n"
        "rule whole { strings: $r = /ab+c/ condition: $r at 3 and any of (p_*) }");
    write_file("d_one.yar", "include \"d_part.yar\"");
    write_file("d_two.yar", "include \"d_part.yar\" rule p_c { condition: true }");
    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_FILE, 1);
    struct vtr_records records = *vtr_compilation_records(c);
    assert_int_equal(records.rule_count, 7);
    for (size_t i = 0; i < records.rule_count; i++) {
        assert_true(vtr_rule_is_placed(records.rules[i], &records.places[i]));
        const struct vtr_rule_place wrong = {records.places[i].patterns + 1,
                                             records.places[i].pattern_count};
        assert_false(vtr_rule_is_placed(records.rules[i], &wrong));
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(vtr_materialise(&records, keep_memory, &images[i], &lens[i],
                                         NULL),
                         VTR_OK);
        records.places = NULL; /* as if the records came from outside */
    }
    assert_int_equal(lens[0], lens[1]);
    assert_memory_equal(images[0], images[1], lens[0]);
    free(images[0]);
    free(images[1]);
    vtr_compilation_free(c);
}

static void includes_that_fail_are_said_at_their_place(void **state)
{
    (void)state;
    const char *const sources[] = {"c_loop.yar", "c_gone.yar"};

    write_file("c_loop.yar", "include \"c_loop.yar\"\nrule a { condition: true }");
    write_file("c_gone.yar",
               "\n include \"c_missing.yar\"\nrule b { condition: true }");
    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_SHARED, 1);
    assert_int_equal(c->report_count, 2);
    assert_code(c, 0, "E004");
    assert_int_equal(c->reports[0].span.line, 2);
    assert_int_equal(c->reports[0].span.column, 2);
    assert_code(c, 1, "E005");
    assert_int_equal(c->stats.rules, 2);
    vtr_compilation_free(c);
}

static void missing_sources_do_not_hide_other_problems(void **state)
{
    (void)state;
    const char *const sources[] = {"c_nowhere.yar", "c_bad.yar"};

    write_file("c_bad.yar", "rule bad { condition: nothing }");
    struct vtr_compilation *c = compile(sources, 2, VTR_NAMESPACE_SHARED, 1);
    assert_int_equal(c->report_count, 2);
    assert_code(c, 0, "E026");
    assert_code(c, 1, "E001");
    vtr_compilation_free(c);
}

/* A name of a file's kind is not believed: what is in the folder is found, once. */
static void a_folder_may_be_named_as_files_are(void **state)
{
    (void)state;
    const char *const sources[] = {"c_folder.yar", "c_folder.yar/sub/two.yar",
                                   "c_nowhere.yara"};
    const struct vtr_bytes space = vtr_bytes_from_text("sub/two");
    struct vtr_span span;

    assert_int_equal(vtr_make_folders_for("c_folder.yar/sub/two.yar", NULL), VTR_OK);
    write_file("c_folder.yar/one.yar",
               "include \"sub/two.yar\" rule one { condition: true }");
    write_file("c_folder.yar/sub/two.yar", "rule two { condition: true }");
    for (size_t count = 1; count <= 2; count++) {
        struct vtr_compilation *c = compile(sources, count, VTR_NAMESPACE_FILE, 2);
        assert_int_equal(c->report_count, 0);
        assert_int_equal(c->stats.files, 2);
        assert_int_equal(c->stats.rules, 3);
        vtr_compilation_find(c, &space, vtr_bytes_from_text("two"), &span);
        assert_string_equal(span.path, "c_folder.yar/sub/two.yar");
        vtr_compilation_free(c);
    }
    struct vtr_compilation *c = compile(sources, 3, VTR_NAMESPACE_FILE, 1);
    assert_int_equal(c->report_count, 1);
    assert_code(c, 0, "E001");
    assert_string_equal(c->reports[0].message, "there is no such file or folder");
    vtr_compilation_free(c);
}

static void only_externals_that_are_asked_for_are_records(void **state)
{
    (void)state;
    const char *const sources[] = {"c_ext.yar"};
    struct vtr_external_view view;

    write_file("c_ext.yar", "rule a { condition: used == 1 }");
    struct vtr_compilation *c = compile(sources, 1, VTR_NAMESPACE_SHARED, 1);
    const struct vtr_records *records = vtr_compilation_records(c);
    assert_int_equal(records->external_count, 1);
    assert_true(vtr_external_read(records->externals[0], &view));
    assert_true(vtr_bytes_equal(view.name, vtr_bytes_from_text("used")));
    assert_int_equal(view.number, 1);
    vtr_compilation_free(c);
}

static uint8_t flags_of(const char *condition)
{
    const struct vtr_compile_options options = {0};
    struct vtr_compilation *c = NULL;
    struct vtr_rule_view view;
    char text[512];

    (void)
        snprintf(text, sizeof(text),
                 "rule a { strings: $a = \"abc\" $b = \"def\" condition: (%s) and (any "
                 "of them or true) }",
                 condition);
    assert_int_equal(vtr_compile_text(&c, "t.yar", vtr_bytes_from_text(text), &options,
                                      NULL),
                     VTR_OK);
    assert_true(vtr_rule_read(vtr_compilation_records(c)->rules[0], &view));
    vtr_compilation_free(c);
    return view.flags;
}

/* A source and what refers to other rules keep as many each. */
static void no_more_problems_are_shown_than_are_asked_for(void **state)
{
    static const char TEXT[] = "rule a { condition: 1 + true }\n"
                               "rule b { condition: x or y or z }\n"
                               "rule c { condition: $a and $b }\n";
    const struct vtr_compile_options options = {.diagnostic_limit = 3};
    struct vtr_compilation *c = NULL;

    (void)state;
    assert_int_equal(vtr_compile_text(&c, "test.yar", vtr_bytes_from_text(TEXT),
                                      &options, NULL),
                     VTR_ERROR_RULES);
    assert_int_equal(c->stats.errors, 6);
    assert_int_equal(c->report_count, 3);
    assert_code(c, 0, "E014");
    assert_code(c, 1, "E026");
    assert_code(c, 2, "E026");
    assert_int_equal(c->reports[2].span.column, 26);
    vtr_compilation_free(c);
}

/* Each would be on the stack, were it alone. */
static void lists_in_each_other_have_room(void **state)
{
    const struct vtr_compile_options options = {0};
    struct vtr_compilation *c = NULL;
    char text[4096];
    size_t len = (size_t)snprintf(text, sizeof(text), "rule a { condition: ");

    (void)state;
    for (unsigned depth = 0; depth < 10; depth++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "for any v%u in (filesize", depth);
        for (unsigned i = 0; i < 40; i++) {
            len += (size_t)snprintf(text + len, sizeof(text) - len, ",%u", i);
        }
        len += (size_t)snprintf(text + len, sizeof(text) - len, ") : (");
    }
    (void)snprintf(text + len, sizeof(text) - len, "v0 == v9)))))))))) }");
    assert_int_equal(vtr_compile_text(&c, "test.yar", vtr_bytes_from_text(text),
                                      &options, NULL),
                     VTR_OK);
    vtr_compilation_free(c);
}

static void a_rule_needs_a_pattern_only_when_that_is_certain(void **state)
{
    (void)state;
    static const char *const NEEDING[] = {"$a",
                                          "all of them",
                                          "1 of them",
                                          "50% of them",
                                          "#a > 0",
                                          "@a == 5",
                                          "$a or $b",
                                          "filesize < 5 and $a",
                                          "for any of them : ($)",
                                          "not none of them and $a",
                                          "for any i in (1..3) : ($a at i)",
                                          "$a in (1..5)",
                                          "#a & 1 == 1",
                                          "!a[1] == 3",
                                          "not (not $a)",
                                          "@a < 1.5",
                                          "not (@a > 1.5)",
                                          "defined @a"};
    static const char *const FREE[] = {"true",
                                       "not $a",
                                       "#a == 0",
                                       "$a or true",
                                       "none of them",
                                       "0 of them",
                                       "filesize < 5",
                                       "not defined @a",
                                       "#a < 5",
                                       "for none of them : ($)",
                                       "not (@a == 1 and true)",
                                       "not (@a == 1 or @b == 1)",
                                       "defined (@a == 1 or @b == 1)",
                                       "not defined ($a at @a)",
                                       "$a or filesize > 1",
                                       "filesize of them",
                                       "not (($a at @b) and true)",
                                       "not (@a < 1.5)",
                                       "defined (1.5 < !a)",
                                       "for all i in (1..#a) : ($a at i)"};

    for (size_t i = 0; i < sizeof(NEEDING) / sizeof(NEEDING[0]); i++) {
        assert_int_equal(flags_of(NEEDING[i]) & VTR_RULE_NEEDS_PATTERN,
                         VTR_RULE_NEEDS_PATTERN);
    }
    for (size_t i = 0; i < sizeof(FREE) / sizeof(FREE[0]); i++) {
        assert_int_equal(flags_of(FREE[i]) & VTR_RULE_NEEDS_PATTERN, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(order_and_threads_change_nothing),
        cmocka_unit_test(references_in_a_circle_are_refused),
        cmocka_unit_test(of_a_circle_one_rule_is_reported),
        cmocka_unit_test(a_rule_of_the_same_file_must_be_earlier),
        cmocka_unit_test(a_rule_may_name_itself_and_no_later_rule_joins_its_set),
        cmocka_unit_test(an_import_serves_other_sources_whichever_is_read_first),
        cmocka_unit_test(included_files_count_once_in_the_shared_namespace),
        cmocka_unit_test(each_file_has_its_namespace_and_what_it_includes),
        cmocka_unit_test(records_with_and_without_places_make_the_same_image),
        cmocka_unit_test(includes_that_fail_are_said_at_their_place),
        cmocka_unit_test(missing_sources_do_not_hide_other_problems),
        cmocka_unit_test(a_folder_may_be_named_as_files_are),
        cmocka_unit_test(only_externals_that_are_asked_for_are_records),
        cmocka_unit_test(lists_in_each_other_have_room),
        cmocka_unit_test(no_more_problems_are_shown_than_are_asked_for),
        cmocka_unit_test(a_rule_needs_a_pattern_only_when_that_is_certain),
    };
    return cmocka_run_group_tests_name("compile", tests, NULL, NULL);
}
