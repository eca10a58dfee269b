/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/os_replace.h"
#include "format/image/image.h"
#include "tests/support/cmocka.h"
#include "vitrine/compile.h"
#include "vitrine/verify.h"

#define SOURCE "test_rebuild.yar"

static const char RULES[] = "rule first { strings: $a = \"a needle\" condition: $a }\n"
                            "rule second { condition: filesize > 10 }\n";

static void write_source(const char *text)
{
    struct vtr_replacement file = {0};

    assert_int_equal(vtr_replacement_begin(&file, SOURCE, 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&file, vtr_bytes_from_text(text), NULL),
                     VTR_OK);
    assert_int_equal(vtr_replacement_commit(&file, NULL), VTR_OK);
}

static const char *const SOURCES[] = {SOURCE};
static const struct vtr_compile_options OPTIONS = {.sources = SOURCES,
                                                   .source_count = 1};

/* The database of `text`, named and numbered; the caller frees. */
static struct vtr_bytes compile(const char *text)
{
    struct vtr_compile_options options = OPTIONS;
    struct vtr_compilation *compilation = NULL;
    uint8_t *memory = NULL;
    size_t len = 0;

    options.name = "audited";
    options.release = 42;
    write_source(text);
    assert_int_equal(vtr_compile(&compilation, &options, NULL), VTR_OK);
    assert_int_equal(vtr_compilation_build(compilation, &memory, &len, NULL), VTR_OK);
    vtr_compilation_free(compilation);
    return (struct vtr_bytes){memory, len};
}

/* The last change, and how many there were. */
struct last_change {
    unsigned count;
    enum vtr_change_kind kind;
    char name[32];
    char detail[64];
};

static void note(const struct vtr_change *change, void *context)
{
    struct last_change *last = context;

    last->count++;
    last->kind = change->kind;
    (void)snprintf(last->name, sizeof(last->name), "%.*s", (int)change->name.len,
                   (const char *)change->name.ptr);
    (void)snprintf(last->detail, sizeof(last->detail), "%.*s", (int)change->detail.len,
                   change->detail.len == 0 ? "" : (const char *)change->detail.ptr);
}

static enum vtr_verdict rebuild(struct vtr_bytes database, struct last_change *last)
{
    enum vtr_verdict verdict = VTR_VERDICT_UNVERIFIABLE;
    struct vtr_error err = {0};

    *last = (struct last_change){.count = 0};
    if (vtr_rebuild(database, &OPTIONS, &verdict, note, last, NULL, NULL, &err) !=
        VTR_OK) {
        print_error("%s\n", err.message);
        fail();
    }
    return verdict;
}

static int remove_source(void **state)
{
    (void)state;
    (void)remove(SOURCE);
    return 0;
}

static void own_sources_match_whatever_name_and_release(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    struct vtr_compilation *compilation = NULL;
    struct last_change last;
    struct vtr_image image;
    struct vtr_span span;
    enum vtr_verdict verdict = VTR_VERDICT_UNVERIFIABLE;
    uint8_t digest[VTR_DIGEST_LEN] = {0};
    const struct vtr_bytes space = vtr_bytes_from_text("default");
    (void)state;

    assert_int_equal(rebuild(database, &last), VTR_VERDICT_MATCH);
    assert_int_equal(last.count, 0);
    assert_int_equal(vtr_rebuild(database, &OPTIONS, &verdict, note, &last,
                                 &compilation, digest, NULL),
                     VTR_OK);
    assert_int_equal(vtr_image_open(&image, database, NULL), VTR_OK);
    assert_memory_equal(digest, image.content_digest, VTR_DIGEST_LEN);
    vtr_compilation_find(compilation, &space, vtr_bytes_from_text("second"), &span);
    assert_int_equal(span.line, 2);
    vtr_compilation_free(compilation);
    free((void *)(uintptr_t)database.ptr);
}

static void changed_source_is_explained(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    struct last_change last;
    (void)state;

    write_source("rule first { strings: $a = \"a noodle\" condition: $a }\n"
                 "rule second { condition: filesize > 10 }\n");
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_EXPLAINED);
    assert_int_equal(last.count, 1);
    assert_int_equal(last.kind, VTR_CHANGE_CHANGED);
    assert_string_equal(last.name, "first");
    assert_string_equal(last.detail, "string $a changed");
    free((void *)(uintptr_t)database.ptr);
}

/* A rule is changed for all to see, and the index has lost the atoms of another. */
static void changed_source_does_not_explain_a_changed_index(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    uint8_t *bytes = (uint8_t *)(uintptr_t)database.ptr;
    struct last_change last;
    struct vtr_image image;
    (void)state;

    assert_int_equal(vtr_image_open(&image, database, NULL), VTR_OK);
    const struct vtr_image_section *slots = &image.sections[VTR_SECTION_ATOM_SLOTS];
    memset(bytes + slots->offset, 0, slots->bytes.len);
    memset(bytes + VTR_AT_CONTENT_DIGEST, 0, VTR_DIGEST_LEN);
    uint8_t digest[VTR_DIGEST_LEN];
    vtr_digest_blake2b(database, digest);
    memcpy(bytes + VTR_AT_CONTENT_DIGEST, digest, sizeof(digest));
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_UNEXPLAINED);
    assert_int_equal(last.count, 0);
    write_source("rule first { strings: $a = \"a needle\" condition: $a }\n"
                 "rule second { condition: filesize > 11 }\n");
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_UNEXPLAINED);
    assert_int_equal(last.count, 1);
    assert_string_equal(last.name, "second");
    free(bytes);
}

static void rule_that_the_database_lacks_is_added(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    struct last_change last;
    (void)state;

    write_source("rule first { strings: $a = \"a needle\" condition: $a }\n"
                 "rule second { condition: filesize > 10 }\n"
                 "rule third { condition: filesize > 11 }\n");
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_EXPLAINED);
    assert_int_equal(last.count, 1);
    assert_int_equal(last.kind, VTR_CHANGE_ADDED);
    assert_string_equal(last.name, "third");
    free((void *)(uintptr_t)database.ptr);
}

static void every_changed_byte_is_noticed(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    uint8_t *changed = malloc(database.len);
    (void)state;

    assert_non_null(changed);
    for (size_t i = 0; i < database.len; i++) {
        enum vtr_verdict verdict = VTR_VERDICT_MATCH;
        memcpy(changed, database.ptr, database.len);
        changed[i] ^= 1;
        const enum vtr_status status =
            vtr_rebuild((struct vtr_bytes){changed, database.len}, &OPTIONS, &verdict,
                        NULL, NULL, NULL, NULL, NULL);
        assert_true(status != VTR_OK || verdict != VTR_VERDICT_MATCH);
    }
    free(changed);
    free((void *)(uintptr_t)database.ptr);
}

static void sources_with_errors_verify_nothing(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    struct last_change last;
    (void)state;

    write_source("rule first { condition: }\n");
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_UNVERIFIABLE);
    free((void *)(uintptr_t)database.ptr);
}

static void database_of_the_good_rules_matches_when_asked_to(void **state)
{
    const struct vtr_bytes database = compile("rule good { condition: true }\n");
    struct vtr_compile_options options = OPTIONS;
    enum vtr_verdict verdict = VTR_VERDICT_UNVERIFIABLE;
    const char *const unreadable[] = {SOURCE, "test_rebuild_missing.yar"};
    (void)state;

    write_source("rule good { condition: true }\nrule bad { condition: $a }\n");
    options.keep_going = 1;
    assert_int_equal(vtr_rebuild(database, &options, &verdict, NULL, NULL, NULL, NULL,
                                 NULL),
                     VTR_OK);
    assert_int_equal(verdict, VTR_VERDICT_MATCH);
    options.sources = unreadable;
    options.source_count = 2;
    assert_int_equal(vtr_rebuild(database, &options, &verdict, NULL, NULL, NULL, NULL,
                                 NULL),
                     VTR_OK);
    assert_int_equal(verdict, VTR_VERDICT_UNVERIFIABLE);
    free((void *)(uintptr_t)database.ptr);
}

static void other_layout_is_not_verifiable(void **state)
{
    const struct vtr_bytes database = compile(RULES);
    struct last_change last;
    uint8_t *bytes = (uint8_t *)(uintptr_t)database.ptr;
    (void)state;

    bytes[VTR_AT_LAYOUT]++;
    assert_int_equal(rebuild(database, &last), VTR_VERDICT_UNVERIFIABLE);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(own_sources_match_whatever_name_and_release,
                                  remove_source),
        cmocka_unit_test_teardown(changed_source_is_explained, remove_source),
        cmocka_unit_test_teardown(changed_source_does_not_explain_a_changed_index,
                                  remove_source),
        cmocka_unit_test_teardown(rule_that_the_database_lacks_is_added, remove_source),
        cmocka_unit_test_teardown(every_changed_byte_is_noticed, remove_source),
        cmocka_unit_test_teardown(sources_with_errors_verify_nothing, remove_source),
        cmocka_unit_test_teardown(database_of_the_good_rules_matches_when_asked_to,
                                  remove_source),
        cmocka_unit_test_teardown(other_layout_is_not_verifiable, remove_source),
    };
    return cmocka_run_group_tests_name("rebuild", tests, NULL, NULL);
}
