/* SPDX-License-Identifier: Apache-2.0 */

/* What the pe module finds in a 32-bit and a 64-bit file; the values are those that
 * YARA 4.2.3 gives for these files, and 4.5's source says of what 4.2.3 does not have.
 */
#include "scan/module/pe.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("pe", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("pe", sample, __VA_ARGS__)

#define PE_AT       0xE0u
#define OPTIONAL_AT (PE_AT + 24u)
#define ARG(number) ((int64_t)(number))

/* A copy to be changed. */
static uint8_t *changeable(struct vtr_bytes sample)
{
    return (uint8_t *)(uintptr_t)sample.ptr;
}

/* Expects a function to give a number; UNDEFINED: to be undefined. */
#define UNDEFINED INT64_MIN
#define EXPECT_CALL(sample, expected, ...)                                       \
 do {                                                                            \
  struct vtr_test_modules test_;                                                 \
  vtr_test_modules_init(&test_, sample);                                         \
  const struct vtr_module_value value_ = vtr_test_call(&test_, __VA_ARGS__);     \
  assert_int_equal(value_.kind == VTR_MODULE_INT ? value_.is.number : UNDEFINED, \
                   expected);                                                    \
  vtr_test_modules_deinit(&test_);                                               \
 } while (0)

static void headers_are_read_of_both_word_sizes(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT(sample, "is_pe = 1", "machine = 332", "number_of_sections = 2",
           "timestamp = 1560281088", "pointer_to_symbol_table = 3072",
           "number_of_symbols = 0", "size_of_optional_header = 224",
           "characteristics = 8450", "entry_point = 1024", "entry_point_raw = 4096",
           "image_base = 4194304", "opthdr_magic = 267", "linker_version.major = 14",
           "linker_version.minor = 29", "size_of_code = 512", "base_of_code = 4096",
           "size_of_initialized_data = 3072", "base_of_data = 8192",
           "section_alignment = 4096", "file_alignment = 512", "os_version.major = 6",
           "os_version.minor = 1", "image_version.major = 2", "image_version.minor = 3",
           "subsystem_version.major = 5", "subsystem_version.minor = 2",
           "size_of_image = 16384", "size_of_headers = 1024", "checksum = 4660",
           "subsystem = 3", "dll_characteristics = 33120",
           "size_of_stack_reserve = 1048576", "size_of_stack_commit = 4096",
           "size_of_heap_reserve = 2097152", "size_of_heap_commit = 8192",
           "loader_flags = 0", "number_of_rva_and_sizes = 16", "data_directories = 16",
           "data_directories[13].size = 64");
    vtr_sample_free(sample);
    sample = vtr_sample_read("pe/good-64");
    EXPECT(sample, "machine = 34404", "image_base = 6442450944", "opthdr_magic = 523",
           "size_of_heap_commit = 8192", "number_of_rva_and_sizes = 16",
           "data_directories[1].size = 100");
    EXPECT_NONE(sample, "base_of_data");
    vtr_sample_free(sample);
}

static void directories_are_as_many_as_the_header_says(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");
    uint8_t *count = changeable(sample) + OPTIONAL_AT + 92;

    (void)state;
    vtr_store_u32(count, 1);
    EXPECT(sample, "data_directories = 1", "number_of_imports = 3");
    vtr_store_u32(count, 17);
    EXPECT(sample, "data_directories = 16");
    vtr_store_u32(count, 0xFFFFFFFF);
    EXPECT(sample, "data_directories = 16");
    vtr_store_u32(count, 0);
    EXPECT_NONE(sample, "data_directories");
    EXPECT(sample, "number_of_exports = 3", "number_of_resources = 3");
    vtr_sample_free(sample);
}

static void a_file_of_another_kind_is_none(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    changeable(sample)[PE_AT] = 'p';
    EXPECT(sample, "is_pe = 0");
    EXPECT_NONE(sample, "machine", "sections", "overlay", "number_of");
    EXPECT_CALL(sample, UNDEFINED, "pe.is_dll()");
    EXPECT_CALL(sample, UNDEFINED, "pe.is_32bit()");
    EXPECT_CALL(sample, UNDEFINED, "pe.is_64bit()");
    EXPECT_CALL(sample, UNDEFINED, "pe.imphash()");
    EXPECT_CALL(sample, UNDEFINED, "pe.calculate_checksum()");
    EXPECT_CALL(sample, UNDEFINED, "pe.exports(s)", "Alpha");
    EXPECT_CALL(sample, UNDEFINED, "pe.exports_index(i)", ARG(1));
    EXPECT_CALL(sample, UNDEFINED, "pe.imports(s)", "kernel32.dll");
    EXPECT_CALL(sample, UNDEFINED, "pe.import_rva(si)", "kernel32.dll", ARG(1));
    EXPECT_CALL(sample, UNDEFINED, "pe.section_index(s)", ".text");
    EXPECT_CALL(sample, UNDEFINED, "pe.locale(i)", ARG(0));
    EXPECT_CALL(sample, UNDEFINED, "pe.rva_to_offset(i)", ARG(0));
    EXPECT_CALL(sample, UNDEFINED, "pe.rich_signature.toolid(i)", ARG(0));
    vtr_sample_free(sample);
}

static void sections_have_two_names_and_what_is_behind_them_is_overlay(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-64");

    (void)state;
    EXPECT(sample, "sections = 2", "sections[0].name = \".text\"",
           "sections[0].full_name = \".text\"", "sections[1].name = \"/4\"",
           "sections[1].full_name = \".longer_name\"",
           "sections[1].virtual_address = 8192", "sections[1].raw_data_offset = 1536",
           "sections[1].pointer_to_relocations = 1",
           "sections[1].pointer_to_line_numbers = 2",
           "sections[1].number_of_relocations = 3",
           "sections[1].number_of_line_numbers = 4",
           "sections[1].characteristics = 1073741888", "overlay.offset = 3072",
           "overlay.size = 26");
    EXPECT_CALL(sample, 1, "pe.section_index(s)", "/4");
    EXPECT_CALL(sample, UNDEFINED, "pe.section_index(s)", "/");
    EXPECT_CALL(sample, 0, "pe.section_index(i)", ARG(0x5FF));
    EXPECT_CALL(sample, 1, "pe.section_index(i)", ARG(0x600));
    EXPECT_CALL(sample, UNDEFINED, "pe.section_index(i)", ARG(0x3FF));
    EXPECT_CALL(sample, 0x601, "pe.rva_to_offset(i)", ARG(0x2001));
    EXPECT_CALL(sample, UNDEFINED, "pe.rva_to_offset(i)", ARG(-1));
    /* Nothing behind the last section. */
    EXPECT(((struct vtr_bytes){sample.ptr, 3072}), "overlay.offset = 0",
           "overlay.size = 0");
    /* The long name is not all there, or is not text. */
    EXPECT_NONE(((struct vtr_bytes){sample.ptr, sample.len - 10}),
                "sections[1].full_name");
    changeable(sample)[3072 + 6] = 0x80;
    EXPECT_NONE(sample, "sections[1].full_name");
    vtr_sample_free(sample);
}

static void the_rich_signature_counts_what_each_tool_made(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT(sample, "rich_signature.offset = 128", "rich_signature.length = 40",
           "rich_signature.key = 1277139751", "rich_signature.tools = 3",
           "rich_signature.tools[1].toolid = 171",
           "rich_signature.tools[1].version = 40219",
           "rich_signature.tools[2].times = 40",
           "rich_signature.version_data = "
           "\"\\x09x\\x93\\x00\\x1b\\x9d\\xab\\x00\\x00\\x00\\x01\\x00\"");
    EXPECT_CALL(sample, 12, "pe.rich_signature.version(i)", ARG(40219));
    EXPECT_CALL(sample, 12, "pe.rich_signature.version(ii)", ARG(40219), ARG(171));
    EXPECT_CALL(sample, 0, "pe.rich_signature.version(ii)", ARG(171), ARG(40219));
    EXPECT_CALL(sample, 12, "pe.rich_signature.toolid(ii)", ARG(171), ARG(40219));
    EXPECT_CALL(sample, 3, "pe.rich_signature.toolid(i)", ARG(147));
    changeable(sample)[128] ^= 1;
    EXPECT_NONE(sample, "rich_signature");
    EXPECT_CALL(sample, UNDEFINED, "pe.rich_signature.toolid(i)", ARG(147));
    vtr_sample_free(sample);
}

static void imports_are_found_by_name_and_ordinal(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT(sample, "number_of_imports = 3", "number_of_imported_functions = 6",
           "import_details = 3", "import_details[0].library_name = \"KERNEL32.dll\"",
           "import_details[0].number_of_functions = 2",
           "import_details[0].functions[1].name = \"Sleep\"",
           "import_details[1].functions[0].name = \"accept\"",
           "import_details[1].functions[0].ordinal = 1",
           "import_details[1].functions[2].name = \"ord999\"",
           "import_details[2].functions[0].name = \"SysAllocString\"");
    EXPECT_NONE(sample, "import_details[0].functions[0].ordinal",
                "import_details[0].functions[2]", "import_details[3]");
    EXPECT_CALL(sample, 1, "pe.imports(ss)", "kernel32.DLL", "sleep");
    EXPECT_CALL(sample, 0, "pe.imports(ss)", "kernel32", "sleep");
    EXPECT_CALL(sample, 1, "pe.imports(si)", "ws2_32.dll", ARG(23));
    EXPECT_CALL(sample, 0, "pe.imports(si)", "ws2_32.dll", ARG(24));
    EXPECT_CALL(sample, 3, "pe.imports(s)", "ws2_32.dll");
    EXPECT_CALL(sample, 0, "pe.imports(is)", ARG(2), "ws2_32.dll");
    EXPECT_CALL(sample, 3, "pe.imports(is)", ARG(-1), "ws2_32.dll");
    vtr_sample_free(sample);
}

static void an_imported_function_knows_where_its_address_is_put(void **state)
{
    static const char *const NAMES[] = {"pe/good-32", "pe/good-64"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        const int64_t entry_len = i == 0 ? 4 : 8;
        struct vtr_test_modules test;
        vtr_test_modules_init(&test, sample);
        const int64_t first =
            vtr_test_call(&test, "pe.import_rva(ss)", "KERNEL32.dll", "exitprocess")
                .is.number;
        assert_true(first > 0x2000 && first < 0x3000);
        /* One of the names between them is of no function. */
        assert_int_equal(vtr_test_call(&test, "pe.import_rva(ss)", "KERNEL32.dll",
                                       "Sleep")
                             .is.number,
                         first + 2 * entry_len);
        assert_int_equal(
            vtr_test_call(&test, "pe.import_rva(si)", "ws2_32.dll", ARG(9)).kind,
            VTR_MODULE_UNDEFINED);
        vtr_test_modules_deinit(&test);
        vtr_sample_free(sample);
    }
}

static void imphash_is_of_lower_case_names_without_extensions(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-64");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    struct vtr_module_value value = vtr_test_call(&test, "pe.imphash()");
    assert_int_equal(value.kind, VTR_MODULE_TEXT);
    assert_true(
        vtr_bytes_equal(value.is.text,
                        vtr_bytes_from_text("50434e2ea33cb8eb90f8608fa317f278")));
    vtr_store_u32(changeable(sample) + OPTIONAL_AT + 112 + 8, 0); /* no imports */
    vtr_modules_begin(&test.modules, sample);
    value = vtr_test_call(&test, "pe.imphash()");
    assert_true(
        vtr_bytes_equal(value.is.text,
                        vtr_bytes_from_text("d41d8cd98f00b204e9800998ecf8427e")));
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void delayed_imports_are_of_addresses_old_and_new(void **state)
{
    static const char *const NAMES[] = {"pe/good-32", "pe/good-64"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        EXPECT(sample, "number_of_delayed_imports = 1",
               "number_of_delayed_imported_functions = 2",
               "delayed_import_details[0].library_name = \"delayed.dll\"",
               "delayed_import_details[0].number_of_functions = 2",
               "delayed_import_details[0].functions[0].name = \"LateBinding\"",
               "delayed_import_details[0].functions[1].name = \"ord7\"",
               "delayed_import_details[0].functions[1].ordinal = 7");
        EXPECT_CALL(sample, 1, "pe.imports(iss)", ARG(2), "DELAYED.dll", "latebinding");
        EXPECT_CALL(sample, 0, "pe.imports(iss)", ARG(1), "DELAYED.dll", "latebinding");
        EXPECT_CALL(sample, 1, "pe.imports(isi)", ARG(3), "delayed.dll", ARG(7));
        EXPECT_CALL(sample, 0, "pe.imports(ss)", "delayed.dll", "LateBinding");
        EXPECT_CALL(sample, UNDEFINED, "pe.import_rva(si)", "delayed.dll", ARG(7));
        vtr_sample_free(sample);
    }
}

static void exports_have_names_ordinals_or_another_library(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-64");

    (void)state;
    EXPECT(sample, "number_of_exports = 3", "dll_name = \"sample.dll\"",
           "export_timestamp = 1543503872", "export_details[0].name = \"Alpha\"",
           "export_details[0].offset = 1024", "export_details[0].rva = 4096",
           "export_details[0].ordinal = 5", "export_details[1].offset = 1028",
           "export_details[2].forward_name = \"NTDLL.RtlBeta\"",
           "export_details[2].name = \"Beta\"");
    EXPECT_NONE(sample, "export_details[1].name", "export_details[2].offset",
                "export_details[0].forward_name");
    EXPECT_CALL(sample, 1, "pe.exports(s)", "ALPHA");
    EXPECT_CALL(sample, 0, "pe.exports(s)", "Alph");
    EXPECT_CALL(sample, 2, "pe.exports_index(s)", "beta");
    EXPECT_CALL(sample, UNDEFINED, "pe.exports_index(s)", "gamma");
    EXPECT_CALL(sample, 0, "pe.exports(i)", ARG(5)); /* more than there are exports */
    vtr_sample_free(sample);
}

static void resources_have_numbers_or_names(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT(sample, "number_of_resources = 3", "resource_timestamp = 1526726656",
           "resource_version.major = 4", "resource_version.minor = 2",
           "resources[0].type_string = \"C\\x00U\\x00S\\x00T\\x00O\\x00M\\x00\"",
           "resources[0].length = 8", "resources[1].type = 3", "resources[1].id = 1",
           "resources[1].language = 1033", "resources[1].offset = 2336",
           "resources[2].type = 16");
    EXPECT_NONE(sample, "resources[0].type =", "resources[0].id",
                "resources[0].language =", "resources[1].type_string");
    EXPECT_CALL(sample, 1, "pe.locale(i)", ARG(0x409));
    EXPECT_CALL(sample, 0, "pe.locale(i)", ARG(9));
    EXPECT_CALL(sample, 1, "pe.language(i)", ARG(9));
    EXPECT_CALL(sample, 0, "pe.language(i)", ARG(0x409));
    vtr_sample_free(sample);
}

static void the_version_resource_is_a_dictionary_and_a_list(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT(sample, "number_of_version_infos = 4", "version_info = 3",
           "version_info[\"CompanyName\"] = \"Vitrine\"",
           "version_info[\"ProductName\"] = \"Other\"",
           "version_info[\"Empty\"] = \"\"",
           "version_info_list[1].key = \"ProductName\"",
           "version_info_list[1].value = \"Sample\"");
    vtr_sample_free(sample);
}

/* The root has itself for a directory, twice, and another one, which has the root for a
 * directory and a leaf. */
static void a_directory_of_resources_is_not_gone_into_through_itself(void **state)
{
    enum {
        OTHER = 40,
        LEAF = 80,
        FILE_LEN = 0x600 + 512
    };
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");
    static uint8_t bytes[FILE_LEN];

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, sample.ptr, 0x600);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 40 + 16, FILE_LEN - 0x600);
    vtr_store_u32(bytes + OPTIONAL_AT + 96 + 16, 0x2000);
    uint8_t *root = bytes + 0x600;
    vtr_store_u16(root + 14, 3);
    vtr_store_u32(root + 20, 0x80000000);
    vtr_store_u32(root + 28, 0x80000000 | OTHER);
    vtr_store_u32(root + 36, 0x80000000);
    vtr_store_u16(root + OTHER + 14, 2);
    vtr_store_u32(root + OTHER + 20, 0x80000000);
    vtr_store_u32(root + OTHER + 28, LEAF);
    vtr_store_u32(root + LEAF + 4, 1); /* its size */
    EXPECT(((struct vtr_bytes){bytes, FILE_LEN}), "number_of_resources = 1");
    vtr_sample_free(sample);
}

/* 100 entries on each of three levels, all of a level to one directory: a million
 * leaves. */
static void resources_that_share_directories_come_to_an_end(void **state)
{
    enum {
        COUNT = 100,
        DIRECTORY_LEN = 16 + COUNT * 8,
        FILE_LEN = 0x600 + 3 * 1024
    };
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");
    static uint8_t bytes[FILE_LEN];
    struct vtr_test_modules test;

    (void)state;
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, sample.ptr, 0x600);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 40 + 16, FILE_LEN - 0x600);
    vtr_store_u32(bytes + OPTIONAL_AT + 96 + 16, 0x2000);
    for (uint32_t level = 0; level < 3; level++) {
        uint8_t *directory = bytes + 0x600 + level * DIRECTORY_LEN;
        vtr_store_u16(directory + 14, COUNT);
        for (uint32_t i = 0; i < COUNT; i++) {
            vtr_store_u32(directory + 16 + i * 8, i);
            vtr_store_u32(directory + 20 + i * 8,
                          (level < 2 ? 0x80000000 : 0) | (level + 1) * DIRECTORY_LEN);
        }
    }
    vtr_store_u32(bytes + 0x600 + 3 * DIRECTORY_LEN + 4, 1); /* the leaf's size */
    EXPECT(((struct vtr_bytes){bytes, FILE_LEN}), "number_of_resources = 65536");
    /* Leaves of no bytes are none, and the walk ends all the same. */
    vtr_store_u32(bytes + 0x600 + 3 * DIRECTORY_LEN + 4, 0);
    vtr_test_modules_init(&test, (struct vtr_bytes){bytes, FILE_LEN});
    assert_int_equal(
        vtr_modules_get(&test.modules, VTR_PE_NUMBER_OF_RESOURCES, NULL, 0).is.number,
        0);
    assert_false(vtr_modules_is_limited(&test.modules));
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void the_debug_directory_leads_to_the_symbols(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-64");
    const uint32_t address = vtr_load_u32(sample.ptr + OPTIONAL_AT + 112 + 48);
    uint8_t *entry = changeable(sample) + address - 0x2000 + 0x600;

    (void)state;
    EXPECT(sample, "pdb_path = \"c:\\build\\sample.pdb\"");
    vtr_store_u32(entry + 20, 0xFFFFFFF0); /* the address is nowhere: by its offset */
    EXPECT(sample, "pdb_path = \"c:\\build\\sample.pdb\"");
    const uint32_t path = vtr_load_u32(entry + 24) + 24;
    changeable(sample)[path] = 0;
    EXPECT(sample, "pdb_path = \"\"");
    vtr_store_u32(entry + 24, 0);
    EXPECT_NONE(sample, "pdb_path");
    vtr_sample_free(sample);
}

static void the_checksum_leaves_its_own_place_out(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    EXPECT_CALL(sample, 66278, "pe.calculate_checksum()");
    vtr_store_u32(changeable(sample) + OPTIONAL_AT + 64, 66278);
    EXPECT_CALL(sample, 66278, "pe.calculate_checksum()");
    EXPECT_CALL(sample, 0x2000, "pe.is_dll()");
    EXPECT_CALL(sample, 1, "pe.is_32bit()");
    EXPECT_CALL(sample, 0, "pe.is_64bit()");
    vtr_sample_free(sample);
}

static void headers_alone_cost_no_work(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("pe/good-64");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    test.units_left = 0;
    assert_int_equal(vtr_modules_get(&test.modules, VTR_PE_MACHINE, NULL, 0).is.number,
                     34404);
    assert_int_equal(test.modules.runs[VTR_MODULE_PE].loaded_count, 1);
    assert_int_equal(vtr_modules_count(&test.modules, VTR_PE_IMPORT_DETAILS, NULL, 0),
                     -1);
    assert_int_equal(vtr_test_call(&test, "pe.calculate_checksum()").kind,
                     VTR_MODULE_UNDEFINED);
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

/* A table, and a name, may be those of thousands of descriptors, so that a small file
 * would have its reader look at terabytes. */
static void imports_that_lead_nowhere_come_to_an_end(void **state)
{
    enum {
        NAME = 0x800,
        DESCRIPTORS = 0x900,
        COUNT = 300,
        TABLE = 0x4000,
        ENTRIES = 16000,
        FILE_LEN = 0x20000
    };
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");
    static uint8_t bytes[FILE_LEN];
    struct vtr_test_modules test;

    (void)state;
    /* What is before the first section is where it stands in the file. */
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, sample.ptr, NAME);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 12, 0x100000);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 40 + 12, 0x200000);
    memcpy(bytes + NAME, "k.dll", 6);
    for (uint32_t i = 0; i < COUNT; i++) {
        vtr_store_u32(bytes + DESCRIPTORS + (size_t)i * 20, TABLE);
        vtr_store_u32(bytes + DESCRIPTORS + (size_t)i * 20 + 12, NAME);
    }
    for (uint32_t i = 0; i < ENTRIES; i++) {
        vtr_store_u32(bytes + TABLE + (size_t)i * 4, 0x70000000);
    }
    vtr_store_u32(bytes + OPTIONAL_AT + 96 + 1 * 8, DESCRIPTORS);
    vtr_test_modules_init(&test, (struct vtr_bytes){bytes, FILE_LEN});
    assert_int_equal(
        vtr_modules_get(&test.modules, VTR_PE_NUMBER_OF_IMPORTS, NULL, 0).is.number, 0);
    assert_true(vtr_modules_is_limited(&test.modules));
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void the_search_for_the_end_of_a_name_is_paid_for(void **state)
{
    enum {
        DESCRIPTOR = 0x800,
        NAME = 0x900,
        FILE_LEN = 0x10000
    };
    const struct vtr_bytes sample = vtr_sample_read("pe/good-32");
    static uint8_t bytes[FILE_LEN];
    struct vtr_test_modules test;

    (void)state;
    memset(bytes, 'd', sizeof(bytes));
    memcpy(bytes, sample.ptr, DESCRIPTOR);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 12, 0x100000);
    vtr_store_u32(bytes + OPTIONAL_AT + 224 + 40 + 12, 0x200000);
    memset(bytes + DESCRIPTOR, 0, NAME - DESCRIPTOR);
    vtr_store_u32(bytes + DESCRIPTOR, 1);
    vtr_store_u32(bytes + DESCRIPTOR + 4, NAME);
    vtr_store_u32(bytes + DESCRIPTOR + 12, DESCRIPTOR);
    vtr_store_u32(bytes + DESCRIPTOR + 16, DESCRIPTOR);
    vtr_store_u32(bytes + OPTIONAL_AT + 96 + 13 * 8, DESCRIPTOR);
    vtr_test_modules_init(&test, (struct vtr_bytes){bytes, FILE_LEN});
    assert_int_equal(vtr_modules_get(&test.modules, VTR_PE_NUMBER_OF_DELAYED_IMPORTS,
                                     NULL, 0)
                         .is.number,
                     0);
    assert_true(test.units_spent >= (FILE_LEN - NAME) / 16);
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void damaged_files_are_safe(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("pe/good-32");

    (void)state;
    vtr_sample_damage("pe", sample, 0x240);
    vtr_sample_free(sample);
    sample = vtr_sample_read("pe/good-64");
    vtr_sample_damage("pe", sample, 0x240);
    vtr_sample_free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_are_read_of_both_word_sizes),
        cmocka_unit_test(directories_are_as_many_as_the_header_says),
        cmocka_unit_test(a_file_of_another_kind_is_none),
        cmocka_unit_test(sections_have_two_names_and_what_is_behind_them_is_overlay),
        cmocka_unit_test(the_rich_signature_counts_what_each_tool_made),
        cmocka_unit_test(imports_are_found_by_name_and_ordinal),
        cmocka_unit_test(an_imported_function_knows_where_its_address_is_put),
        cmocka_unit_test(imphash_is_of_lower_case_names_without_extensions),
        cmocka_unit_test(delayed_imports_are_of_addresses_old_and_new),
        cmocka_unit_test(exports_have_names_ordinals_or_another_library),
        cmocka_unit_test(resources_have_numbers_or_names),
        cmocka_unit_test(the_version_resource_is_a_dictionary_and_a_list),
        cmocka_unit_test(a_directory_of_resources_is_not_gone_into_through_itself),
        cmocka_unit_test(resources_that_share_directories_come_to_an_end),
        cmocka_unit_test(the_debug_directory_leads_to_the_symbols),
        cmocka_unit_test(the_checksum_leaves_its_own_place_out),
        cmocka_unit_test(headers_alone_cost_no_work),
        cmocka_unit_test(imports_that_lead_nowhere_come_to_an_end),
        cmocka_unit_test(the_search_for_the_end_of_a_name_is_paid_for),
        cmocka_unit_test(damaged_files_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
