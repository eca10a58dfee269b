/* SPDX-License-Identifier: Apache-2.0 */

#include "testing/suite_file.h"

#include <string.h>

#include "base/bytes.h"
#include "compiler/syntax/source.h"
#include "testing/suite_content.h"
#include "tests/support/cmocka.h"

struct fixture {
    struct vtr_source source;
    struct vtr_arena arena;
    struct vtr_diagnostics diagnostics;
    struct vtr_suite_sample *samples;
};

static void parse(struct fixture *f, const char *text)
{
    memset(f, 0, sizeof(*f));
    f->source.path = vtr_bytes_from_text("folder/a.test");
    f->source.bytes = vtr_bytes_from_text(text);
    vtr_diagnostics_init(&f->diagnostics, &f->arena, 100);
    assert_int_equal(vtr_suite_file_parse(&f->samples, &f->source, &f->arena,
                                          &f->diagnostics),
                     VTR_OK);
}

static void end(struct fixture *f)
{
    vtr_diagnostics_deinit(&f->diagnostics);
    vtr_arena_deinit(&f->arena);
}

static void assert_text(struct vtr_bytes bytes, const char *text)
{
    assert_int_equal(bytes.len, strlen(text));
    assert_memory_equal(bytes.ptr, text, bytes.len);
}

/* The only problem of `text`, and where it begins. */
static void assert_problem(const char *text, const char *code, uint32_t offset)
{
    struct fixture f;

    parse(&f, text);
    const struct vtr_problem *problem = f.diagnostics.problems.items;
    assert_int_equal(f.diagnostics.problems.count, 1);
    assert_string_equal(problem->code, code);
    assert_int_equal(problem->place.offset, offset);
    if (f.samples != NULL) {
        assert_true(f.samples->is_bad);
    }
    end(&f);
}

static void content_is_put_together_from_its_pieces(void **state)
{
    (void)state;
    struct fixture f;

    parse(&f, "\xEF\xBB\xBF# head\r\n"
              "sample  a name \r\n"
              "  hex 7F45 4c\r\n"
              "zeros 0x10\r\n"
              "\ttext \"a\\n\\\" # \\x00\"\r\n"
              "  |  two blanks, one kept \r\n"
              "  |\r\n"
              "  base64 TVo= \r\n"
              "  file sub/../x.bin\r\n"
              "  clean\r\n");
    assert_int_equal(f.diagnostics.errors, 0);
    assert_text(f.samples->name, "a name");
    const struct vtr_suite_part *part = f.samples->parts;
    assert_text(part->bytes, "\x7F\x45\x4C");
    part = part->next;
    assert_int_equal(part->kind, VTR_SUITE_ZEROS);
    assert_int_equal(part->zeros, 16);
    part = part->next;
    assert_int_equal(part->bytes.len, 7);
    assert_memory_equal(part->bytes.ptr, "a\n\" # \0", 7);
    part = part->next;
    assert_text(part->bytes, " two blanks, one kept \n");
    part = part->next;
    assert_text(part->bytes, "\n");
    part = part->next;
    assert_text(part->bytes, "MZ");
    part = part->next;
    assert_int_equal(part->kind, VTR_SUITE_FILE);
    assert_text(part->bytes, "folder/x.bin");
    assert_null(part->next);
    assert_int_equal(f.samples->expectations->kind, VTR_SUITE_CLEAN);
    end(&f);
}

static void expectations_are_one_each(void **state)
{
    (void)state;
    struct fixture f;

    parse(&f, "sample s\nmatches only A ns:B\nmisses C D\nmatches E\n"
              "$x at 0x1F length 3\n$y count 0\nsample t\nclean");
    assert_int_equal(f.diagnostics.errors, 0);
    static const struct {
        enum vtr_suite_kind kind;
        const char *rule;
    } WANTED[] = {
        {VTR_SUITE_ONLY, ""},    {VTR_SUITE_MATCHES, "A"}, {VTR_SUITE_MATCHES, "ns:B"},
        {VTR_SUITE_MISSES, "C"}, {VTR_SUITE_MISSES, "D"},  {VTR_SUITE_MATCHES, "E"},
    };
    const struct vtr_suite_expectation *e = f.samples->expectations;
    const struct vtr_suite_expectation *last = e;
    for (size_t i = 0; i < sizeof(WANTED) / sizeof(WANTED[0]); i++) {
        assert_int_equal(e->kind, WANTED[i].kind);
        assert_text(e->rule, WANTED[i].rule);
        last = e;
        e = e->next;
    }
    assert_null(e);
    assert_text(last->strings->id, "x");
    assert_true(last->strings->has_offset && last->strings->has_length);
    assert_false(last->strings->has_count);
    assert_int_equal(last->strings->offset, 31);
    assert_int_equal(last->strings->length, 3);
    assert_true(last->strings->next->has_count);
    assert_int_equal(last->strings->next->count, 0);
    assert_text(f.samples->next->name, "t");
    assert_null(f.samples->next->next);
    end(&f);
}

static void what_is_wrong_is_said_at_its_place(void **state)
{
    (void)state;
    assert_problem("clean", "E501", 0);
    assert_problem("sample\nclean", "E501", 0);
    assert_problem("sample a\nclean all", "E501", 15);
    assert_problem("sample a\nfrobnicate\nclean", "E501", 9);
    assert_problem("sample a\ntext \"x\nclean", "E501", 14);
    assert_problem("sample a\ntext \"\nclean", "E501", 14);
    assert_problem("sample a\ntext \"a\"b\"\nclean", "E501", 16);
    assert_problem("sample a\ntext \"a\\q\"\nclean", "E301", 16);
    assert_problem("sample a\nzeros\nclean", "E501", 14);
    assert_problem("sample a\nzeros 1x\nclean", "E501", 15);
    assert_problem("sample a\nzeros 18446744073709551616\nclean", "E501", 15);
    assert_problem("sample a\nzeros 268435457\nclean", "E501", 15);
    assert_problem("sample a\nfile\nclean", "E501", 9);
    assert_problem("sample a\nmatches", "E501", 9);
    assert_problem("sample a\nmatches only", "E501", 9);
    assert_problem("sample a\nclean\n$a", "E501", 15);
    assert_problem("sample a\nmatches A B\n$a", "E501", 21);
    assert_problem("sample a\nmatches A\n$a by 3", "E501", 22);
    assert_problem("sample a\nmatches A\n$a at", "E501", 24);
    assert_problem("sample a\nhex 4\nclean", "E502", 14);
    assert_problem("sample a\nbase64 A\nclean", "E503", 17);
    assert_problem("sample a\ntext \"x\"", "E504", 7);
}

static void one_bad_sample_spoils_no_other(void **state)
{
    (void)state;
    struct fixture f;

    parse(&f, "sample a\nhex 4\nclean\nsample b\nclean");
    assert_int_equal(f.diagnostics.errors, 1);
    assert_true(f.samples->is_bad);
    assert_false(f.samples->next->is_bad);
    end(&f);
    parse(&f, "");
    assert_null(f.samples);
    assert_int_equal(f.diagnostics.errors, 0);
    end(&f);
}

static void zeros_end_at_their_limit(void **state)
{
    (void)state;
    struct fixture f;

    parse(&f, "sample a\nzeros 268435456\nclean");
    assert_int_equal(f.diagnostics.errors, 0);
    assert_int_equal(f.samples->parts->zeros, 268435456);
    end(&f);
}

static void base64_has_one_spelling_of_its_bits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes; /* NULL: refused */
    } CASES[] = {
        {"", ""},
        {"TQ==", "M"},
        {"TQ", "M"},
        {"TVo=", "MZ"},
        {"T V o", "MZ"},
        {"TVqQ", "MZ\x90"},
        {"+/+/", "\xFB\xFF\xBF"},
        {"T", NULL},
        {"TR==", NULL},
        {"TVp=", NULL},
        {"TV*=", NULL},
        {"TQ==TQ", NULL},
        {"TVqQT", NULL},
    };

    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_arena arena = {0};
        const struct vtr_suite_decoded decoded =
            vtr_suite_decode_base64(&arena, vtr_bytes_from_text(CASES[i].text));
        assert_int_equal(decoded.reason == NULL, CASES[i].bytes != NULL);
        if (CASES[i].bytes != NULL) {
            assert_text(decoded.bytes, CASES[i].bytes);
        }
        vtr_arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_is_put_together_from_its_pieces),
        cmocka_unit_test(expectations_are_one_each),
        cmocka_unit_test(what_is_wrong_is_said_at_its_place),
        cmocka_unit_test(one_bad_sample_spoils_no_other),
        cmocka_unit_test(zeros_end_at_their_limit),
        cmocka_unit_test(base64_has_one_spelling_of_its_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
