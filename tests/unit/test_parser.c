/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/syntax/parser.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#include "tests/support/cmocka.h"

struct fixture {
    struct vtr_source source;
    struct vtr_arena arena;
    struct vtr_arena scratch;
    struct vtr_diagnostics diagnostics;
    struct vtr_ast ast;
};

static void begin_bytes(struct fixture *f, struct vtr_bytes bytes)
{
    memset(f, 0, sizeof(*f));
    f->source.bytes = bytes;
    vtr_diagnostics_init(&f->diagnostics, &f->arena, 100);
    assert_int_equal(vtr_parse(&f->ast, &f->source, &f->arena, &f->scratch,
                               &f->diagnostics),
                     VTR_OK);
}

static void begin(struct fixture *f, const char *text)
{
    begin_bytes(f, vtr_bytes_from_text(text));
}

static void end(struct fixture *f)
{
    vtr_diagnostics_deinit(&f->diagnostics);
    vtr_arena_deinit(&f->arena);
    vtr_arena_deinit(&f->scratch);
}

static void a_rule_has_all_its_parts(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "private global rule r : t1 t2 {\n"
              " meta: a = \"x\" b = -5 c = true a = 1KB\n"
              " strings: $s = \"abc\" wide ascii $h = { 61 ?? } $r = /ab+/i\n"
              " condition: all of them }");
    assert_int_equal(f.diagnostics.errors, 0);
    const struct vtr_ast_rule *rule = f.ast.rules;
    assert_int_equal(rule->flags, VTR_RULE_PRIVATE | VTR_RULE_GLOBAL);
    assert_int_equal(rule->tag_count, 2);
    assert_int_equal(rule->meta_count, 4);
    assert_int_equal(rule->metas->next->number, -5);
    assert_int_equal(rule->string_count, 3);
    assert_int_equal(rule->strings->next->type, VTR_PATTERN_HEX);
    assert_int_equal(rule->condition->kind, VTR_NODE_OF);
    assert_int_equal(rule->line, 1);
    assert_int_equal(rule->column, 21);
    end(&f);
}

static void operators_bind_as_in_yara(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "rule r { condition: 1 + 2 * 3 - 4 == 3 and not 1 | 2 == 3 or false }");
    assert_int_equal(f.diagnostics.errors, 0);
    const struct vtr_node *either = f.ast.rules->condition;
    assert_int_equal(either->children->next->joint, VTR_OP_OR);
    const struct vtr_node *both = either->children;
    assert_int_equal(both->children->next->joint, VTR_OP_AND);
    const struct vtr_node *equal = both->children;
    assert_int_equal(equal->children->next->joint, VTR_OP_EQ);
    const struct vtr_node *sum = equal->children;
    assert_int_equal(sum->children->next->joint, VTR_OP_ADD);
    assert_int_equal(sum->children->next->kind, VTR_NODE_CHAIN);
    assert_int_equal(sum->children->next->next->joint, VTR_OP_SUB);
    const struct vtr_node *negated = both->children->next;
    assert_int_equal(negated->op, VTR_OP_NOT);
    assert_int_equal(negated->children->children->next->joint, VTR_OP_EQ);
    end(&f);
}

static void one_bad_rule_does_not_change_the_next(void **state)
{
    (void)state;
    static const char *const BAD[] = {
        "rule bad { condition: }",
        "rule bad { condition: true",
        "rule bad { strings: $a = \"abc condition: $a }",
        "rule bad { strings: $a = { 61 zz } condition: $a }",
        "rule bad { strings: $a = { 61 condition: $a }",
        "rule bad { meta: condition: true }",
        "rule bad { condition: $a and and $b }",
        "rule bad condition: true }",
        "rule bad { }",
        "rule bad : { condition: true }",
        "rule { condition: true }",
        "rule 1bad { condition: true }",
        "} } {",
        "rule bad { condition: /abc }",
        "import pe",
        "rule bad { strings: $a = \"\\q\" condition: $a }",
    };

    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        char text[256] = "";
        struct fixture f;
        size_t good = 0;
        memcpy(text, BAD[i], strlen(BAD[i]));
        memcpy(text + strlen(text), "\nprivate rule good { condition: true }\n", 39);
        begin(&f, text);
        assert_true(f.diagnostics.errors > 0);
        for (struct vtr_ast_rule *r = f.ast.rules; r != NULL; r = r->next) {
            if (!r->is_bad) {
                good++;
                assert_true(vtr_bytes_equal(r->name, vtr_bytes_from_text("good")));
                assert_int_equal(r->flags, VTR_RULE_PRIVATE);
            }
        }
        assert_int_equal(good, 1);
        end(&f);
    }
}

static void commented_out_rules_stay_out_after_an_error(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "rule bad { condition: }\n/*\nrule out { condition: true }\n*/\n"
              "rule good { condition: true }");
    assert_int_equal(f.ast.rule_count, 2);
    assert_int_equal(f.diagnostics.errors, 1);
    end(&f);
}

/* `open` n times, "true", `close` n times, in a rule. */
static char *nest(const char *open, const char *close, size_t count)
{
    const size_t room = 64 + count * (strlen(open) + strlen(close));
    char *text = malloc(room);
    size_t len = 0;

    assert_non_null(text);
    memcpy(text, "rule r { condition: ", 20);
    len = 20;
    for (size_t i = 0; i < count; i++, len += strlen(open)) {
        memcpy(text + len, open, strlen(open));
    }
    memcpy(text + len, "true ", 5);
    len += 5;
    for (size_t i = 0; i < count; i++, len += strlen(close)) {
        memcpy(text + len, close, strlen(close));
    }
    memcpy(text + len, " }", 3);
    return text;
}

static void assert_errors(char *text, uint64_t errors)
{
    struct fixture f;

    begin(&f, text);
    assert_int_equal(f.diagnostics.errors, errors);
    end(&f);
    free(text);
}

static void nesting_is_limited_and_chains_are_not(void **state)
{
    (void)state;
    assert_errors(nest("(", ")", 90), 0);
    assert_errors(nest("(", ")", 100000), 1);
    assert_errors(nest("not ", "", 150), 0);
    assert_errors(nest("not ", "", 100000), 1);
    assert_errors(nest("true or ", "", 100000), 0);
    assert_errors(nest("", " and true", 100000), 0);
}

static void binary_data_is_one_error(void **state)
{
    (void)state;
    static const uint8_t BYTES[] = "\x7f"
                                   "ELF\0\0\0rule \xff\xfe";
    struct fixture f;

    begin_bytes(&f, (struct vtr_bytes){BYTES, sizeof(BYTES)});
    assert_int_equal(f.diagnostics.errors, 1);
    assert_int_equal(f.ast.rule_count, 0);
    end(&f);
}

static void an_empty_source_is_a_warning(void **state)
{
    (void)state;
    struct fixture f;

    begin(&f, "");
    assert_int_equal(f.diagnostics.errors, 0);
    assert_int_equal(f.diagnostics.warnings, 1);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_rule_has_all_its_parts),
        cmocka_unit_test(operators_bind_as_in_yara),
        cmocka_unit_test(one_bad_rule_does_not_change_the_next),
        cmocka_unit_test(commented_out_rules_stay_out_after_an_error),
        cmocka_unit_test(nesting_is_limited_and_chains_are_not),
        cmocka_unit_test(binary_data_is_one_error),
        cmocka_unit_test(an_empty_source_is_a_warning),
    };
    return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
