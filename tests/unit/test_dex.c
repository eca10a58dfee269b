/* SPDX-License-Identifier: Apache-2.0 */

/* What the dex module finds: the values are those that YARA 4.2.3 gives. */
#include "scan/module/dex.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"
#include "scan/module/dex_image.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("dex", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("dex", sample, __VA_ARGS__)

/* Where the header has what tests change. */
#define AT_STRINGS_COUNT 56u
#define AT_TYPES_COUNT   64u
#define AT_METHODS_COUNT 88u
#define AT_CLASSES_COUNT 96u
#define AT_FIRST_STRING  112u
#define AT_FIRST_CLASS   252u
#define DATA_OFFSET_AT   24u /* in a class */

static void header_and_tables_are_read(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("dex/good-classes");

    (void)state;
    EXPECT(sample, "DEX_FILE_MAGIC_035 = \"dex\\x0a035\\x00\"",
           "header.magic = \"dex\\x0a035\\x00\"", "header.file_size = 700",
           "header.header_size = 112", "header.endian_tag = 305419896",
           "header.string_ids_size = 12", "header.string_ids_offset = 112",
           "header.data_offset = 348", "string_ids[4].value = \"Lorg/example/Main;\"",
           "string_ids[4].size = 18", "type_ids[2].descriptor_idx = 4",
           "proto_ids[1].shorty_idx = 7", "proto_ids[1].return_type_idx = 4",
           "field_ids[1].name_idx = 10", "method_ids[2].class_idx = 3",
           "method_ids[2].name_idx = 1", "map_list.size = 4",
           "map_list.map_item[3].type = 4096", "map_list.map_item[1].size = 12",
           "class_defs = 3", "class_defs[1].class_data_offset = 0",
           "class_defs[0].super_class_idx = 4294967295");
    vtr_sample_free(sample);
    sample = vtr_sample_read("dex/good-version-39");
    EXPECT(sample, "header.magic = \"dex\\x0a039\\x00\"", "number_of_methods = 3");
    vtr_sample_free(sample);
}

static void fields_and_methods_of_all_classes_have_names(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");

    (void)state;
    EXPECT(sample, "class_data_item = 2", "number_of_fields = 3", "field = 3",
           "field[1].name = \"name\"", "field[1].class_name = \"Lorg/example/Main;\"",
           "field[1].proto = \"I\"", "field[1].field_idx_diff = 1",
           "field[1].static = 0", "field[0].static = 1",
           "field[2].access_flags = 16384", "number_of_methods = 3", "method = 3",
           "method[1].name = \"main\"", "method[1].proto = \"VI\"",
           "method[1].virtual = 1", "method[1].code_off = 0",
           "method[2].class_name = \"Lorg/example/Other;\"", "method[2].direct = 1",
           "method[2].access_flags = 65537", "method[0].code_off = 348",
           "method[0].code_item.registers_size = 2",
           "method[0].code_item.insns_size = 3",
           "method[0].code_item.debug_info_off = 77",
           "method[0].code_item.insns = \"\\x12\\x00\\x0e\\x00\\x00\\x00\"");
    EXPECT_NONE(sample, "method[1].code_item", "method[0].code_item.padding");
    vtr_sample_free(sample);
}

static void a_long_string_begins_with_the_second_byte_of_its_length(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    struct vtr_dex_image image;
    struct vtr_bytes text;

    (void)state;
    assert_true(vtr_dex_image_init(&image, sample));
    assert_true(vtr_dex_image_text(&image, 11, &text));
    assert_int_equal(text.len, 130);
    assert_int_equal(text.ptr[0], 1);
    assert_int_equal(text.ptr[1], 'x');
    assert_int_equal(text.ptr[129], 'x');
    assert_false(vtr_dex_image_text(&image, 12, &text));
    vtr_sample_free(sample);
}

static void numbers_in_leb128_have_five_bytes_at_most(void **state)
{
    static uint8_t bytes[] = {0x80, 0x80, 0x80, 0x80, 0xFF, 0x7F, 0x81};
    const struct vtr_dex_image image = {.data = {bytes, sizeof(bytes)}};
    uint64_t at = 0;
    uint32_t number = 9;

    (void)state;
    assert_true(vtr_dex_image_leb128(&image, &at, &number));
    assert_int_equal(number, 0xF0000000);
    assert_int_equal(at, 5);
    assert_true(vtr_dex_image_leb128(&image, &at, &number));
    assert_int_equal(number, 0x7F);
    assert_false(vtr_dex_image_leb128(&image, &at, &number));
    assert_int_equal(number, 0x7F);
    assert_int_equal(at, 6);
}

static void a_table_that_is_cut_ends_what_is_read(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;

    (void)state;
    vtr_store_u32(bytes + AT_CLASSES_COUNT, 15); /* to the end of the file, but one */
    EXPECT_NONE(sample, "class_defs", "method =", "number_of_methods");
    EXPECT(sample, "map_list.size = 4");
    vtr_store_u32(bytes + AT_CLASSES_COUNT, 3);
    vtr_store_u32(bytes + AT_METHODS_COUNT, 1000);
    EXPECT(sample, "field_ids = 3", "header.method_ids_size = 1000");
    EXPECT_NONE(sample, "method_ids", "map_list", "class_defs");
    vtr_store_u32(bytes + AT_TYPES_COUNT, UINT32_MAX);
    EXPECT(sample, "string_ids = 12");
    EXPECT_NONE(sample, "type_ids", "proto_ids");
    vtr_store_u32(bytes + AT_STRINGS_COUNT, UINT32_MAX);
    EXPECT_NONE(sample, "string_ids");
    EXPECT_NONE(((struct vtr_bytes){bytes, 111}), "header");
    vtr_sample_free(sample);
}

static void a_string_that_is_not_there_keeps_the_place_of_the_next(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;

    (void)state;
    vtr_store_u32(bytes + AT_FIRST_STRING, 700 - 3);
    EXPECT(sample, "string_ids = 12", "string_ids[1].value = \"<init>\"",
           "number_of_methods = 3");
    EXPECT_NONE(sample, "string_ids[0].", "method[0].name");
    vtr_store_u32(bytes + AT_FIRST_STRING, 700 - 4); /* just there */
    bytes[700 - 4] = 3;
    EXPECT(sample, "string_ids[0].offset = 696");
    vtr_sample_free(sample);
}

static void maps_are_read_as_far_as_yara_reads_them(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("dex/bad-map-too-long");

    (void)state;
    EXPECT(sample, "map_list.size = 6", "map_list.map_item = 4");
    EXPECT_NONE(sample, "class_defs", "number_of_methods");
    vtr_sample_free(sample);
    sample = vtr_sample_read("dex/bad-map-past-file");
    EXPECT(sample, "map_list.size = 1000");
    EXPECT_NONE(sample, "map_list.map_item", "class_defs");
    vtr_sample_free(sample);
}

static void class_data_that_is_not_there_leaves_the_counts_undefined(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;

    (void)state;
    vtr_store_u32(bytes + AT_FIRST_CLASS + DATA_OFFSET_AT, 700 - 15);
    EXPECT(sample, "class_defs = 1");
    EXPECT_NONE(sample, "number_of_methods", "number_of_fields", "class_data_item",
                "method =");
    vtr_sample_free(sample);
}

static void a_field_without_a_name_is_written_over(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/bad-lost-field");

    (void)state;
    EXPECT(sample, "number_of_fields = 2", "class_data_item[0].static_fields_size = 2",
           "field[0].name = \"count\"", "field[1].name = \"count\"",
           "field[1].class_name = \"Lorg/example/Other;\"");
    vtr_sample_free(sample);
}

static int64_t call(struct vtr_bytes sample, const char *path, const char *first,
                    const char *second)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, sample);
    const struct vtr_module_value value = vtr_test_call(&test, path, first, second);
    vtr_test_modules_deinit(&test);
    return value.kind == VTR_MODULE_INT ? value.is.number : -1;
}

static void classes_and_methods_are_looked_up_by_name(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    const char *main_class = "Lorg/example/Main;";

    (void)state;
    assert_int_equal(call(sample, "dex.has_class(s)", main_class, NULL), 1);
    assert_int_equal(call(sample, "dex.has_class(s)", "Lorg/example/Main", NULL), 0);
    assert_int_equal(call(sample, "dex.has_class(s)", "Lorg/example/Empty;", NULL), 0);
    assert_int_equal(call(sample, "dex.has_class(r)", "example/O", NULL), 1);
    assert_int_equal(call(sample, "dex.has_method(s)", "main", NULL), 1);
    assert_int_equal(call(sample, "dex.has_method(s)", "mai", NULL), 0);
    assert_int_equal(call(sample, "dex.has_method(ss)", main_class, "main"), 1);
    assert_int_equal(call(sample, "dex.has_method(ss)", main_class, "<init>"), 0);
    assert_int_equal(call(sample, "dex.has_method(r)", "init>", NULL), 1);
    assert_int_equal(call(sample, "dex.has_method(rr)", "Other", "init"), 1);
    assert_int_equal(call(sample, "dex.has_method(rr)", "Other", "main"), 0);
    assert_int_equal(call((struct vtr_bytes){sample.ptr, 600}, "dex.has_class(s)",
                          main_class, NULL),
                     -1);
    vtr_sample_free(sample);
}

static void a_method_whose_class_has_no_name_is_of_every_class(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;

    (void)state;
    vtr_store_u32(bytes + AT_FIRST_STRING + 4 * 5, 700); /* Lorg/example/Other; */
    assert_int_equal(call(sample, "dex.has_method(ss)", "L;", "<init>"), 1);
    assert_int_equal(call(sample, "dex.has_method(ss)", "L;", "main"), 0);
    vtr_sample_free(sample);
}

static void work_that_is_not_allowed_leaves_values_undefined(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    test.units_left = 60;
    assert_int_equal(vtr_test_call(&test, "dex.has_method(s)", "main").kind,
                     VTR_MODULE_UNDEFINED);
    assert_int_equal(
        vtr_modules_get(&test.modules, VTR_DEX_NUMBER_OF_METHODS, NULL, 0).kind,
        VTR_MODULE_UNDEFINED);
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static uint64_t units_of_lookup(struct vtr_bytes sample)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, sample);
    (void)vtr_test_call(&test, "dex.has_method(s)", "no such method");
    const uint64_t units = test.units_spent;
    vtr_test_modules_deinit(&test);
    return units;
}

static void long_names_of_methods_are_paid_for(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;
    const uint32_t count = vtr_load_u32(bytes + 56);
    const uint32_t table = vtr_load_u32(bytes + 60);
    const uint64_t before = units_of_lookup(sample);

    (void)state;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t offset = vtr_load_u32(bytes + table + (size_t)i * 4);
        bytes[offset] = offset + 100 < sample.len ? 99 : bytes[offset];
    }
    assert_true(units_of_lookup(sample) > before);
    vtr_sample_free(sample);
}

static int64_t contains(struct vtr_bytes sample, const char *path, const char *text)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, sample);
    const struct vtr_module_value value = vtr_test_call(&test, path, text);
    vtr_test_modules_deinit(&test);
    return value.kind == VTR_MODULE_INT ? value.is.number : -1;
}

static void texts_methods_and_classes_are_found_in_the_tables(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    char text[132]; /* the longest text, whose length takes two bytes */

    (void)state;
    memset(text, 'x', 130);
    text[130] = '\0';
    assert_int_equal(contains(sample, "dex.contains_string(s)", text), 1);
    text[130] = 'x';
    text[131] = '\0';
    assert_int_equal(contains(sample, "dex.contains_string(s)", text), 0);
    assert_int_equal(contains(sample, "dex.contains_string(s)", "count"), 1);
    assert_int_equal(contains(sample, "dex.contains_string(s)", "coun"), 0);
    assert_int_equal(contains(sample, "dex.contains_method(s)", "main"), 1);
    assert_int_equal(contains(sample, "dex.contains_method(s)", "count"), 0);
    assert_int_equal(contains(sample, "dex.contains_class(s)", "Lorg/example/Empty;"),
                     1);
    assert_int_equal(contains(sample, "dex.contains_class(s)", "main"), 0);
    assert_int_equal(contains((struct vtr_bytes){NULL, 0}, "dex.contains_string(s)",
                              "x"),
                     -1);
    vtr_sample_free(sample);
}

/* Many strings that share a text without an end, which is as long as the file. */
static void a_text_without_an_end_is_paid_for_each_time(void **state)
{
    enum {
        STRINGS = 100,
        TEXT_AT = AT_FIRST_STRING + 4 * STRINGS,
        LEN = TEXT_AT + (1 << 16)
    };
    uint8_t *bytes = calloc(1, LEN);
    struct vtr_test_modules test;

    (void)state;
    assert_non_null(bytes);
    memcpy(bytes, "dex\n035", 8);
    vtr_store_u32(bytes + AT_STRINGS_COUNT, STRINGS);
    vtr_store_u32(bytes + AT_STRINGS_COUNT + 4, AT_FIRST_STRING);
    for (size_t i = 0; i < STRINGS; i++) {
        vtr_store_u32(bytes + AT_FIRST_STRING + 4 * i, TEXT_AT);
    }
    memset(bytes + TEXT_AT, 0x7F, LEN - TEXT_AT);
    memset(bytes + TEXT_AT, 0xFF, 2);
    vtr_test_modules_init(&test, (struct vtr_bytes){bytes, LEN});
    const struct vtr_module_value value =
        vtr_test_call(&test, "dex.contains_string(s)", "x");
    assert_int_equal(value.kind, VTR_MODULE_INT);
    assert_int_equal(value.is.number, 0);
    assert_in_range(test.units_spent, STRINGS * ((1 << 16) / 32), UINT64_MAX);
    vtr_test_modules_deinit(&test);
    free(bytes);
}

static void the_checksum_and_the_signature_are_computed(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    const struct vtr_module_value checksum = vtr_test_call(&test, "dex.checksum()");
    assert_int_equal(checksum.is.number, 0x7867973E);
    vtr_test_is_text(vtr_test_call(&test, "dex.signature()"),
                     "75d6919b7853df0c94124e1a2387736605892f91");
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void every_file_says_whether_it_is_one(void **state)
{
    static const uint8_t OTHER[] = "MZ";
    const struct vtr_bytes sample = vtr_sample_read("dex/good-version-39");

    (void)state;
    EXPECT(sample, "is_dex = 1", "header.version = 39");
    EXPECT(((struct vtr_bytes){OTHER, 2}), "is_dex = 0");
    EXPECT_NONE(((struct vtr_bytes){OTHER, 2}), "header.");
    vtr_sample_free(sample);
}

static void damaged_files_are_safe(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dex/good-classes");

    (void)state;
    vtr_sample_damage("dex", sample, sample.len);
    vtr_sample_free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_and_tables_are_read),
        cmocka_unit_test(fields_and_methods_of_all_classes_have_names),
        cmocka_unit_test(a_long_string_begins_with_the_second_byte_of_its_length),
        cmocka_unit_test(numbers_in_leb128_have_five_bytes_at_most),
        cmocka_unit_test(a_table_that_is_cut_ends_what_is_read),
        cmocka_unit_test(a_string_that_is_not_there_keeps_the_place_of_the_next),
        cmocka_unit_test(maps_are_read_as_far_as_yara_reads_them),
        cmocka_unit_test(class_data_that_is_not_there_leaves_the_counts_undefined),
        cmocka_unit_test(a_field_without_a_name_is_written_over),
        cmocka_unit_test(classes_and_methods_are_looked_up_by_name),
        cmocka_unit_test(a_method_whose_class_has_no_name_is_of_every_class),
        cmocka_unit_test(work_that_is_not_allowed_leaves_values_undefined),
        cmocka_unit_test(long_names_of_methods_are_paid_for),
        cmocka_unit_test(texts_methods_and_classes_are_found_in_the_tables),
        cmocka_unit_test(a_text_without_an_end_is_paid_for_each_time),
        cmocka_unit_test(the_checksum_and_the_signature_are_computed),
        cmocka_unit_test(every_file_says_whether_it_is_one),
        cmocka_unit_test(damaged_files_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
