/* SPDX-License-Identifier: Apache-2.0 */

/* What the macho module finds of a file's symbols and of its signature.  The values and
 * digests are those of YARA-X, but for `dysymtab`. */
#include "scan/module/macho.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("macho", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("macho", sample, __VA_ARGS__)

static void what_the_dynamic_linker_is_told_names_exports_and_imports(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-signed");

    (void)state;
    EXPECT(sample, "exports = 3", "exports[0] = \"_other\"", "exports[1] = \"_main\"",
           "exports[2] = \"_main2\"", "imports = 4", "imports[0] = \"_printf\"",
           "imports[1] = \"_exit\"", "imports[2] = \"_Puts\"",
           "imports[3] = \"__Znwm\"", "dysymtab.ilocalsym = 0",
           "dysymtab.nundefsym = 5", "dysymtab.nlocrel = 17");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-signed");
    EXPECT(sample, "file[0].exports = 3", "file[0].imports[3] = \"__Znwm\"");
    EXPECT_NONE(sample, "exports", "imports", "file[1].imports", "symtab");
    vtr_sample_free(sample);
}

static void chained_fixups_name_imports_in_three_forms(void **state)
{
    static const char *const NAMES[] = {"macho/good-fixups", "macho/good-fixups-2",
                                        "macho/good-fixups-3"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        EXPECT(sample, "imports = 2", "imports[0] = \"_one\"", "imports[1] = \"_two\"");
        if (i == 0) {
            EXPECT(sample, "exports = 3", "exports[2] = \"_main2\"");
        } else { /* no tree */
            EXPECT(sample, "exports = 1", "exports[0] = \"_main\"");
        }
        vtr_sample_free(sample);
    }
}

static void the_table_of_symbols_says_it_where_the_linker_is_told_nothing(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("macho/good-object");

    (void)state;
    EXPECT(sample, "exports = 1", "exports[0] = \"_main\"", "imports = 3",
           "imports[0] = \"_printf\"", "imports[1] = \"_Local\"",
           "imports[2] = \"_common\"", "symtab.entries = 8", "symtab.nlists = 8",
           "symtab.entries[6] = \"_prebound\"", "symtab.nlists[6].n_type = 13",
           "symtab.nlists[4].n_sect = 1", "symtab.nlists[4].n_value = 4096",
           "symtab.nlists[0].n_desc = 256", "symtab.nlists[0].n_strx = 2",
           "linker_options = 2", "linker_options[0] = \"-framework\"",
           "linker_options[1] = \"Cocoa\"");
    vtr_sample_free(sample);
}

static void a_signature_has_entitlements_and_certificates(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-signed");

    (void)state;
    EXPECT(sample, "entitlements = 5",
           "entitlements[0] = \"com.apple.security.app-sandbox\"",
           "entitlements[1] = \"R&D\"", "entitlements[2] = \"groups\"",
           "entitlements[3] = \"ABCDE.group\"", "entitlements[4] = \"<two>\"",
           "certificates = 3", "certificates[0].is_self_signed = 1",
           "certificates[1].issuer = \"C=CH, O=Example Root, CN=Root\"",
           "certificates[1].subject = \"C=CH, O=Example, CN=Intermediate CA\"",
           "certificates[2].is_self_signed = 0");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-signed");
    EXPECT(sample, "file[0].entitlements = 5", "file[0].certificates = 3");
    EXPECT_NONE(sample, "entitlements", "certificates", "file[1].entitlements");
    vtr_sample_free(sample);
}

static void names_are_found_in_all_files_without_case(void **state)
{
    static const char *const NAMES[] = {"macho/good-signed", "macho/good-fat-signed"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_import(s)", "_PUTS"), 1);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_import(s)", "_main"), 0);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_export(s)", "_Main2"),
                         1);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_export(s)", "_mainloop"),
                         0);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_entitlement(s)", "r&d"),
                         1);
        assert_int_equal(vtr_test_call_text(sample, "macho.has_entitlement(s)",
                                            "not.this"),
                         0);
        vtr_sample_free(sample);
    }
    assert_int_equal(vtr_test_call_text((struct vtr_bytes){NULL, 0},
                                        "macho.has_import(s)", "x"),
                     0);
}

/* `expected` NULL: undefined. */
static void assert_digest(struct vtr_bytes sample, const char *path,
                          const char *expected)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, sample);
    vtr_test_is_text(vtr_test_call(&test, path), expected);
    vtr_test_modules_deinit(&test);
}

static void digests_are_of_the_first_files_names(void **state)
{
    static const char *const NAMES[] = {"macho/good-signed", "macho/good-fat-signed"};
    struct vtr_bytes sample;

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        sample = vtr_sample_read(NAMES[i]);
        assert_digest(sample, "macho.import_hash()",
                      "a2775f55015ce4483958ba09c6b5a0cc");
        assert_digest(sample, "macho.export_hash()",
                      "77df8fe3f98595890f13e53205c91b28");
        assert_digest(sample, "macho.entitlement_hash()",
                      "eab4414893bc61ecc456f801d752e5ee");
        assert_digest(sample, "macho.symhash()", "221c06f4b66692449b203011cbdbe574");
        vtr_sample_free(sample);
    }
    sample = vtr_sample_read("macho/good-x86"); /* it has no such names */
    assert_digest(sample, "macho.import_hash()", NULL);
    assert_digest(sample, "macho.export_hash()", NULL);
    assert_digest(sample, "macho.entitlement_hash()", NULL);
    assert_digest(sample, "macho.symhash()", NULL);
    vtr_sample_free(sample);
}

#define TREE_AT 0x30u

/* A file of 32 bits with a tree of exports at TREE_AT. */
static struct vtr_bytes file_with_tree(const uint8_t *tree, size_t len)
{
    uint8_t *bytes = calloc(1, TREE_AT + len);

    assert_non_null(bytes);
    vtr_store_u32(bytes, 0xFEEDFACE);
    vtr_store_u32(bytes + 16, 1); /* commands */
    vtr_store_u32(bytes + 28, 0x80000033);
    vtr_store_u32(bytes + 32, 16);
    vtr_store_u32(bytes + 36, TREE_AT);
    vtr_store_u32(bytes + 40, (uint32_t)len);
    memcpy(bytes + TREE_AT, tree, len);
    return (struct vtr_bytes){bytes, TREE_AT + len};
}

/* Exports of a file with that tree; `out_is_limited`: whether a limit was met. */
static int64_t count_exports(struct vtr_bytes file, bool *out_is_limited)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, file);
    const int64_t count = vtr_modules_count(&test.modules, VTR_MACHO_EXPORTS, NULL, 0);
    *out_is_limited = vtr_modules_is_limited(&test.modules);
    vtr_test_modules_deinit(&test);
    return count < 0 ? 0 : count; /* -1: the array is not there */
}

static void a_tree_that_is_damaged_ends_there(void **state)
{
    /* The root has two edges: to a node that is an export, and past the end. */
    static const uint8_t TREE[] = {0, 2, 'a', 0, 8, 'b', 0, 99, 1, 0, 0};
    bool is_limited;

    (void)state;
    for (size_t len = 0; len <= sizeof(TREE); len++) {
        const struct vtr_bytes file = file_with_tree(TREE, len);
        assert_int_equal(count_exports(file, &is_limited), len == sizeof(TREE) ? 1 : 0);
        assert_false(is_limited);
        vtr_sample_free(file);
    }
}

static void a_name_longer_than_the_limit_is_left_out(void **state)
{
    enum {
        LIMIT = 64 << 10,
        LEN = LIMIT + 16
    };
    uint8_t *tree = calloc(1, LEN);
    bool is_limited;

    (void)state;
    assert_non_null(tree);
    for (unsigned longer = 0; longer < 2; longer++) {
        const size_t end = 2 + LIMIT + longer; /* where its NUL is */
        memset(tree, 0, LEN);
        tree[1] = 1;
        memset(tree + 2, 'n', LIMIT + longer);
        tree[end + 1] = (uint8_t)((end + 4) & 0x7F) | 0x80;
        tree[end + 2] = (uint8_t)((end + 4) >> 7 & 0x7F) | 0x80;
        tree[end + 3] = (uint8_t)((end + 4) >> 14);
        tree[end + 4] = 1; /* the node: a byte that says that it is an export */
        const struct vtr_bytes file = file_with_tree(tree, LEN);
        assert_int_equal(count_exports(file, &is_limited), 1 - longer);
        assert_int_equal(is_limited, longer == 1);
        vtr_sample_free(file);
    }
    free(tree);
}

enum {
    FAT_AT = 81920,
    BINDING_AT = 76, /* of a part: a header of 28 bytes, a command of 48 */
    BINDING_LEN = 65536,
    FAT_LEN = FAT_AT + BINDING_AT + BINDING_LEN
};

/* A fat file, all parts of which are one file, whose binding is zeros; from calloc. */
static struct vtr_bytes fat_file(unsigned parts)
{
    uint8_t *bytes = calloc(1, FAT_LEN);

    assert_non_null(bytes);
    assert_true(8 + 20 * parts <= FAT_AT);
    vtr_store_u32(bytes, 0xBEBAFECA);
    bytes[6] = (uint8_t)(parts >> 8);
    bytes[7] = (uint8_t)parts;
    for (size_t i = 0; i < parts; i++) {
        uint8_t *arch = bytes + 8 + 20 * i;
        arch[9] = FAT_AT >> 16;
        arch[10] = FAT_AT >> 8 & 0xFF;
        arch[13] = (BINDING_AT + BINDING_LEN) >> 16;
        arch[15] = BINDING_AT;
    }
    uint8_t *file = bytes + FAT_AT;
    vtr_store_u32(file, 0xFEEDFACE);
    vtr_store_u32(file + 16, 1); /* commands */
    vtr_store_u32(file + 28, 0x80000022);
    vtr_store_u32(file + 32, 48);
    vtr_store_u32(file + 44, BINDING_AT);
    vtr_store_u32(file + 48, BINDING_LEN);
    return (struct vtr_bytes){bytes, FAT_LEN};
}

static void expect_spent(unsigned parts, uint64_t least, uint64_t most, bool is_limited)
{
    struct vtr_bytes file = fat_file(parts);
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, file);
    (void)vtr_modules_count(&test.modules, VTR_MACHO_FILE_IMPORTS, &(int64_t){0}, 1);
    assert_true(test.units_spent >= least && test.units_spent <= most);
    assert_int_equal(vtr_modules_is_limited(&test.modules), is_limited);
    vtr_test_modules_deinit(&test);
    free((void *)(uintptr_t)file.ptr);
}

static void bytes_that_many_parts_name_are_paid_for(void **state)
{
    (void)state;
    expect_spent(50, 50 * BINDING_LEN / 4, UINT64_MAX, false);
}

/* 65 million units, of a file of which 51 million are taken. */
static void what_a_file_may_cost_depends_on_its_length(void **state)
{
    (void)state;
    expect_spent(4000, 45000000, 51000000, true);
}

static void damaged_files_are_safe(void **state)
{
    static const char *const NAMES[] = {"macho/good-signed",   "macho/good-fixups",
                                        "macho/good-fixups-2", "macho/good-fixups-3",
                                        "macho/good-object",   "macho/good-fat-signed"};

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        vtr_sample_damage("macho", sample, sample.len);
        vtr_sample_free(sample);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_dynamic_linker_is_told_names_exports_and_imports),
        cmocka_unit_test(chained_fixups_name_imports_in_three_forms),
        cmocka_unit_test(the_table_of_symbols_says_it_where_the_linker_is_told_nothing),
        cmocka_unit_test(a_signature_has_entitlements_and_certificates),
        cmocka_unit_test(names_are_found_in_all_files_without_case),
        cmocka_unit_test(digests_are_of_the_first_files_names),
        cmocka_unit_test(a_tree_that_is_damaged_ends_there),
        cmocka_unit_test(a_name_longer_than_the_limit_is_left_out),
        cmocka_unit_test(bytes_that_many_parts_name_are_paid_for),
        cmocka_unit_test(what_a_file_may_cost_depends_on_its_length),
        cmocka_unit_test(damaged_files_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
