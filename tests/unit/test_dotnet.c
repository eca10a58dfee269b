/* SPDX-License-Identifier: Apache-2.0 */

/* What the dotnet module finds.  Values but those of classes are what YARA 4.2.3 gives;
 * classes are held against mono's monodis. */
#include "scan/module/dotnet.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"
#include "scan/module/dotnet_metadata.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("dotnet", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("dotnet", sample, __VA_ARGS__)

static void streams_and_tables_are_found(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dotnet/good-classes");

    (void)state;
    EXPECT(sample, "is_dotnet = 1", "version = \"v4.0.30319\"",
           "module_name = \"sample.exe\"", "number_of_streams = 5",
           "streams[0].name = \"#~\"", "streams[4].name = \"#Blob\"",
           "number_of_guids = 1", "assembly.name = \"sample\"",
           "assembly.version.major = 1", "assembly.version.minor = 2",
           "assembly.version.build_number = 3", "assembly.version.revision_number = 4",
           "number_of_assembly_refs = 1", "assembly_refs[0].name = \"mscorlib\"",
           "assembly_refs[0].public_key_or_token = \"\\xb7z\\V\\x194\\xe0\\x89\"",
           "number_of_modulerefs = 1", "modulerefs[0] = \"native.so\"",
           "number_of_resources = 1", "resources[0].name = \"words.txt\"",
           "resources[0].length = 11", "number_of_constants = 1",
           "number_of_field_offsets = 1", "number_of_user_strings = 2",
           "user_strings[1] = \"h\\x00e\\x00l\\x00l\\x00o\\x00\"",
           "typelib = \"12345678-9abc-def0-1234-56789abcdef0\"");
    EXPECT_NONE(sample, "assembly.culture");
    vtr_sample_free(sample);
}

static void classes_and_their_methods_are_found(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dotnet/good-classes");

    (void)state;
    EXPECT(sample, "number_of_classes = 7", "classes[0].type = \"interface\"",
           "classes[0].fullname = \"Outer.Space.IPair\"",
           "classes[0].generic_parameters[1] = \"B\"", "classes[1].abstract = 1",
           "classes[1].name = \"Base\"", "classes[1].namespace = \"Outer.Space\"",
           "classes[1].number_of_base_types = 2",
           "classes[1].base_types[1] = \"Outer.Space.IPair<T,string>\"",
           "classes[3].fullname = \"Outer.Space.Base.Inner.Deep\"",
           "classes[3].namespace = \"Outer.Space.Base.Inner\"",
           "classes[4].base_types[0] = \"Outer.Space.Base<object>\"",
           "classes[1].methods[2].visibility = \"protected internal\"",
           "classes[1].methods[2].number_of_parameters = 3",
           "classes[1].methods[2].parameters[0].type = \"int[,]\"",
           "classes[1].methods[2].parameters[1].type = \"ref string\"",
           "classes[1].methods[2].parameters[2].type = "
           "\"System.Collections.Generic.List<System.Collections.Generic.Dictionary<"
           "string,T[]>>\"",
           "classes[2].methods[1].name = \"Make\"", "classes[2].methods[1].static = 1",
           "classes[2].methods[1].generic_parameters[1] = \"V\"",
           "classes[2].methods[1].return_type = \"K\"",
           "classes[2].methods[1].parameters[1].type = \"V[]\"",
           "classes[2].methods[1].parameters[2].type = \"T\"",
           "classes[3].methods[1].visibility = \"private protected\"",
           "classes[4].methods[1].parameters[0].type = \"Ptr<int>\"",
           "classes[4].methods[2].virtual = 1", "classes[6].visibility = \"private\"");
    /* Constructors have no result. */
    EXPECT_NONE(sample, "classes[1].methods[0].return_type",
                "classes[1].methods[3].return_type");
    vtr_sample_free(sample);
}

static void rare_types_are_spelled(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("dotnet/good-shapes");

    (void)state;
    EXPECT(sample, "assembly.culture = \"de\"", "assembly.version.major = 65535",
           "classes[0].methods[0].return_type = \"int[2...5,7]\"",
           "classes[0].methods[0].parameters[1].type = \"double[,,]\"",
           "classes[0].methods[0].parameters[2].type = \"sbyte[1...4]\"",
           "classes[0].methods[1].parameters[0].type = \"FnPtr<int(string, object)>\"",
           "classes[0].methods[2].parameters[0].type = \"TypedReference\"",
           "classes[0].methods[2].parameters[1].type = \"UIntPtr\"",
           "classes[0].methods[2].parameters[2].type = \"int\"",
           "classes[0].methods[2].parameters[3].type = \"Ptr<void>\"",
           "classes[6].fullname = \"Shapes.N1.N2.N3.N4.N5.N6\"",
           "classes[1].visibility = \"private\"", "classes[2].visibility = \"public\"",
           "classes[3].visibility = \"protected\"",
           "classes[4].visibility = \"internal\"",
           "classes[5].visibility = \"private protected\"",
           "classes[6].visibility = \"protected internal\"");
    vtr_sample_free(sample);
}

/* Where in the sample the head of its metadata, and so much behind it, is. */
static uint8_t *find_metadata(uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i + 4 <= len; i++) {
        if (memcmp(bytes + i, "BSJB", 4) == 0) {
            return bytes + i;
        }
    }
    fail_msg("no metadata");
    return NULL;
}

static struct vtr_bytes copy_of(const char *name, uint8_t **out_bytes)
{
    const struct vtr_bytes sample = vtr_sample_read(name);

    *out_bytes = (uint8_t *)(uintptr_t)sample.ptr;
    return sample;
}

static void other_files_are_not_dotnet(void **state)
{
    static const uint8_t TEXT[] = "MZ, but no more";
    uint8_t *bytes;
    const struct vtr_bytes sample = copy_of("dotnet/good-shapes", &bytes);
    uint8_t *metadata = find_metadata(bytes, sample.len);

    (void)state;
    EXPECT_NONE(((struct vtr_bytes){TEXT, sizeof(TEXT)}), "is_dotnet");
    EXPECT_NONE(((struct vtr_bytes){TEXT, 0}), "is_dotnet");
    metadata[0] ^= 1;
    EXPECT(sample, "is_dotnet = 0");
    EXPECT_NONE(sample, "version", "number_of_", "classes");
    vtr_sample_free(sample);
}

/* The version: not empty, up to 255 bytes, a multiple of four. */
static void a_version_of_a_wrong_length_is_damage(void **state)
{
    static const uint32_t LENGTHS[] = {0, 1, 11, 13, 256, UINT32_MAX};
    uint8_t *bytes;
    const struct vtr_bytes sample = copy_of("dotnet/good-shapes", &bytes);
    uint8_t *metadata = find_metadata(bytes, sample.len);

    (void)state;
    for (size_t i = 0; i < sizeof(LENGTHS) / sizeof(LENGTHS[0]); i++) {
        vtr_store_u32(metadata + 12, LENGTHS[i]);
        EXPECT(sample, "is_dotnet = 0");
    }
    vtr_sample_free(sample);
}

/* The table stream of good-shapes: "#~" at the offset that its head says. */
static uint8_t *find_tables(uint8_t *metadata)
{
    const uint32_t head = 16u + vtr_load_u32(metadata + 12) + 4u;

    return metadata + vtr_load_u32(metadata + head);
}

static void a_table_of_too_many_rows_hides_those_behind_it(void **state)
{
    uint8_t *bytes;
    const struct vtr_bytes sample = copy_of("dotnet/good-shapes", &bytes);
    uint8_t *tables = find_tables(find_metadata(bytes, sample.len));

    (void)state;
    /* Of Module, the first: one row more than there are is no damage by itself. */
    vtr_store_u32(tables + 24, VTR_NET_ROW_LIMIT + 1);
    EXPECT(sample, "is_dotnet = 1", "number_of_streams = 5");
    EXPECT_NONE(sample, "module_name", "assembly.name", "number_of_classes");
    vtr_store_u32(tables + 24, VTR_NET_ROW_LIMIT);
    EXPECT(sample, "module_name = \"shapes.dll\"");
    vtr_sample_free(sample);
}

static void an_unknown_table_hides_the_classes(void **state)
{
    uint8_t *bytes;
    const struct vtr_bytes sample = copy_of("dotnet/good-shapes", &bytes);
    uint8_t *tables = find_tables(find_metadata(bytes, sample.len));
    const uint64_t valid = vtr_load_u64(tables + 8);

    (void)state;
    EXPECT(sample, "number_of_classes = 7");
    vtr_store_u64(tables + 8, valid | UINT64_C(1) << 63);
    EXPECT_NONE(sample, "number_of_classes", "classes");
    vtr_sample_free(sample);
}

static uint8_t row_len(const uint8_t *stream, size_t len, enum vtr_net_table_id id)
{
    struct vtr_net_tables tables;

    vtr_net_tables_find(&tables, (struct vtr_bytes){stream, len}, 0);
    assert_true(tables.at[id].is_present);
    return tables.at[id].row_len;
}

/* A stream of TypeRef and MemberRef alone, with that many rows of TypeRef. */
static void put_stream(uint8_t stream[32], uint8_t heaps, uint32_t rows)
{
    memset(stream, 0, 32);
    stream[6] = heaps;
    vtr_store_u64(stream + 8,
                  UINT64_C(1) << VTR_NET_TYPEREF | UINT64_C(1) << VTR_NET_MEMBERREF);
    vtr_store_u32(stream + 24, rows);
    vtr_store_u32(stream + 28, 1);
}

static void columns_widen_with_heaps_and_tables(void **state)
{
    uint8_t stream[32];

    (void)state;
    put_stream(stream, 0, 8191);
    assert_int_equal(row_len(stream, sizeof(stream), VTR_NET_MEMBERREF), 2 + 2 + 2);
    put_stream(stream, 0, 8192);
    assert_int_equal(row_len(stream, sizeof(stream), VTR_NET_MEMBERREF), 4 + 2 + 2);
    put_stream(stream, 1, 1);
    assert_int_equal(row_len(stream, sizeof(stream), VTR_NET_MEMBERREF), 2 + 4 + 2);
    put_stream(stream, 4, 1);
    assert_int_equal(row_len(stream, sizeof(stream), VTR_NET_MEMBERREF), 2 + 2 + 4);
    put_stream(stream, 2, 1);
    assert_int_equal(row_len(stream, sizeof(stream), VTR_NET_MEMBERREF), 2 + 2 + 2);
}

static void compressed_numbers_take_one_two_or_four_bytes(void **state)
{
    static const struct {
        uint8_t bytes[4];
        size_t len;
        unsigned taken;
        uint32_t number;
    } CASES[] = {
        {{0}, 0, 0, 9},
        {{0x00}, 1, 1, 0},
        {{0x7F}, 1, 1, 0x7F},
        {{0x80}, 1, 0, 9},
        {{0x80, 0x80}, 2, 2, 0x80},
        {{0xBF, 0xFF}, 2, 2, 0x3FFF},
        {{0xC0, 0, 0x40}, 3, 0, 9},
        {{0xC0, 0, 0x40, 0}, 4, 4, 0x4000},
        {{0xDF, 0xFF, 0xFF, 0xFF}, 4, 4, 0x1FFFFFFF},
        {{0xE0, 0, 0, 0}, 4, 0, 9},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        uint32_t number = 9;
        const struct vtr_bytes bytes = {CASES[i].bytes, CASES[i].len};
        assert_int_equal(vtr_net_compressed(bytes, &number), CASES[i].taken);
        assert_int_equal(number, CASES[i].number);
    }
}

/* A file without sections, where addresses are offsets: headers, and metadata of ROWS
 * types and ROWS methods, where every second type has all methods, with room for ROWS
 * generic parameters. */
#define ROWS        3000u
#define CLI_AT      0x200u
#define ROOT_AT     0x300u
#define TABLES_AT   0x400u
#define ROWS_AT     (TABLES_AT + 24u + 3u * 4u)
#define ROW_LEN     14u /* of both tables */
#define GENERICS_AT (ROWS_AT + 2u * ROWS * ROW_LEN)
#define GENERIC_LEN 8u
#define STRINGS_AT  (GENERICS_AT + ROWS * GENERIC_LEN)
#define BLOBS_AT    (STRINGS_AT + 16u)
#define CROWDED_LEN (BLOBS_AT + 64u)

static void put_stream_head(uint8_t **at, uint32_t offset, uint32_t len,
                            const char *name, size_t padded_len)
{
    vtr_store_u32(*at, offset - ROOT_AT);
    vtr_store_u32(*at + 4, len);
    memcpy(*at + 8, name, strlen(name));
    *at += 8 + padded_len;
}

static void put_headers(uint8_t *bytes)
{
    uint8_t *pe = bytes + 64;
    uint8_t *at = bytes + ROOT_AT + 24;

    memcpy(bytes, "MZ", 2);
    vtr_store_u32(bytes + 60, 64);
    memcpy(pe, "PE\0\0\x4c\x01", 6);
    vtr_store_u16(pe + 20, 224);
    vtr_store_u16(pe + 24, 0x10B);
    vtr_store_u32(pe + 24 + 96 + VTR_PE_DIRECTORY_COM * 8, CLI_AT);
    vtr_store_u32(bytes + CLI_AT, 72);
    vtr_store_u32(bytes + CLI_AT + 8, ROOT_AT);
    memcpy(bytes + ROOT_AT, "BSJB", 4);
    vtr_store_u32(bytes + ROOT_AT + 12, 4);
    bytes[ROOT_AT + 22] = 3; /* streams */
    put_stream_head(&at, TABLES_AT, STRINGS_AT - TABLES_AT, "#~", 4);
    put_stream_head(&at, STRINGS_AT, 16, "#Strings", 12);
    put_stream_head(&at, BLOBS_AT, 16, "#Blob", 8);
}

static void put_rows(uint8_t *bytes)
{
    uint8_t *types = bytes + ROWS_AT;
    uint8_t *methods = types + (size_t)ROWS * ROW_LEN;

    vtr_store_u64(bytes + TABLES_AT + 8, UINT64_C(1) << VTR_NET_TYPEDEF |
                                             UINT64_C(1) << VTR_NET_METHODDEF |
                                             UINT64_C(1) << VTR_NET_GENERICPARAM);
    vtr_store_u32(bytes + TABLES_AT + 24, ROWS);
    vtr_store_u32(bytes + TABLES_AT + 28, ROWS);
    memcpy(bytes + STRINGS_AT, "\0name", 6);
    memcpy(bytes + BLOBS_AT, "\0\3\0\0\1", 5); /* no parameters, no result */
    for (uint32_t i = 0; i < ROWS; i++) {
        vtr_store_u16(types + (size_t)i * ROW_LEN + 4, 1);
        vtr_store_u16(types + (size_t)i * ROW_LEN + 12,
                      (uint16_t)(i % 2 == 0 ? 1 : ROWS + 1));
        vtr_store_u16(methods + (size_t)i * ROW_LEN + 8, 1);
        vtr_store_u16(methods + (size_t)i * ROW_LEN + 10, 1);
    }
}

/* From malloc. */
static uint8_t *crowded_new(void)
{
    uint8_t *bytes = calloc(1, CROWDED_LEN);

    assert_non_null(bytes);
    put_headers(bytes);
    put_rows(bytes);
    return bytes;
}

static void methods_that_many_types_have_end_at_a_limit(void **state)
{
    struct vtr_test_modules *test = calloc(1, sizeof(*test));
    uint8_t *bytes = crowded_new();

    (void)state;
    assert_non_null(test);
    vtr_test_modules_init(test, (struct vtr_bytes){bytes, CROWDED_LEN});
    const int64_t first[] = {0};
    assert_int_equal(vtr_modules_count(&test->modules, VTR_DOTNET_CLASS_METHODS, first,
                                       1),
                     ROWS);
    assert_true(vtr_modules_is_limited(&test->modules));
    /* Some tens of units for each of the million methods that there may be. */
    assert_in_range(test->units_spent, 1u << 20, 100u << 20);
    vtr_test_modules_deinit(test);
    free(test);
    free(bytes);
}

/* Every second type has the first method alone, whose parameters are all that there
 * are; the last has no name, so that nothing is kept of them. */
static void parameters_of_a_method_that_many_types_have_are_paid_for(void **state)
{
    struct vtr_test_modules *test = calloc(1, sizeof(*test));
    uint8_t *bytes = crowded_new();

    (void)state;
    assert_non_null(test);
    vtr_store_u32(bytes + TABLES_AT + 32, ROWS);
    for (uint32_t i = 0; i < ROWS; i++) {
        uint8_t *generic = bytes + GENERICS_AT + (size_t)i * GENERIC_LEN;
        vtr_store_u16(bytes + ROWS_AT + (size_t)i * ROW_LEN + 12,
                      (uint16_t)(1 + i % 2));
        vtr_store_u16(generic + 4, 1 << 1 | 1); /* of the first method */
        vtr_store_u16(generic + 6, i + 1 < ROWS);
    }
    vtr_test_modules_init(test, (struct vtr_bytes){bytes, CROWDED_LEN});
    assert_int_equal(vtr_modules_count(&test->modules, VTR_DOTNET_CLASSES, NULL, 0),
                     ROWS);
    assert_in_range(test->units_spent, ROWS / 2 * ROWS, UINT64_MAX);
    vtr_test_modules_deinit(test);
    free(test);
    free(bytes);
}

static void every_cut_and_every_changed_byte_is_survived(void **state)
{
    const struct vtr_bytes shapes = vtr_sample_read("dotnet/good-shapes");
    const struct vtr_bytes classes = vtr_sample_read("dotnet/good-classes");

    (void)state;
    vtr_sample_damage("dotnet", shapes, shapes.len);
    vtr_sample_damage("dotnet", classes, 0);
    vtr_sample_free(shapes);
    vtr_sample_free(classes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_and_tables_are_found),
        cmocka_unit_test(classes_and_their_methods_are_found),
        cmocka_unit_test(rare_types_are_spelled),
        cmocka_unit_test(other_files_are_not_dotnet),
        cmocka_unit_test(a_version_of_a_wrong_length_is_damage),
        cmocka_unit_test(a_table_of_too_many_rows_hides_those_behind_it),
        cmocka_unit_test(an_unknown_table_hides_the_classes),
        cmocka_unit_test(columns_widen_with_heaps_and_tables),
        cmocka_unit_test(compressed_numbers_take_one_two_or_four_bytes),
        cmocka_unit_test(methods_that_many_types_have_end_at_a_limit),
        cmocka_unit_test(parameters_of_a_method_that_many_types_have_are_paid_for),
        cmocka_unit_test(every_cut_and_every_changed_byte_is_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
