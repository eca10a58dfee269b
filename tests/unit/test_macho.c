/* SPDX-License-Identifier: Apache-2.0 */

/* What the macho module finds in files for several processors, of either word size and
 * byte order, by themselves and in a fat file.  The values are YARA's, but for `magic`,
 * which since YARA 4.5 reads as the bytes stand in the file. */
#include "scan/module/macho.h"

#include "base/bytes.h"
#include "base/reader.h"
#include "base/writer.h"
#include "scan/module/macho_image.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"
#include "tests/support/module_sample.h"

#define EXPECT(sample, ...)      VTR_SAMPLE_EXPECT("macho", sample, __VA_ARGS__)
#define EXPECT_NONE(sample, ...) VTR_SAMPLE_EXPECT_NONE("macho", sample, __VA_ARGS__)

#define CPU_X86    7
#define CPU_X86_64 0x01000007
#define CPU_SPARC  14
#define CPU_ARM    12

/* The load commands of good-x86: two segments' lengths and one that is not read. */
#define AT_SEGMENT 28u
#define AT_TEXT    (AT_SEGMENT + 56u + 16u)

static void segments_and_sections_are_read(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("macho/good-x86");

    (void)state;
    EXPECT(sample, "magic = 3472551422", "cputype = 7", "ncmds = 5", "flags = 2097285",
           "number_of_segments = 3", "segments = 3",
           "segments[0].segname = \"__PAGEZERO\"", "segments[1].nsects = 2",
           "segments[1].maxprot = 7", "segments[1].sections[0].sectname = \"__text\"",
           "segments[1].sections[0].segname = \"__TEXT\"",
           "segments[1].sections[0].addr = 4160",
           "segments[1].sections[1].sectname = \"__sixteen_bytes_\"",
           "segments[1].sections[1].reserved2 = 12", "entry_point = 100");
    EXPECT_NONE(sample, "reserved =", "segments[1].sections[0].reserved3", "stack_size",
                "fat_magic", "file =", "file[", "nfat_arch");
    vtr_sample_free(sample);
}

static void both_word_sizes_and_byte_orders_are_read(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-x86-64");

    (void)state;
    EXPECT(sample, "magic = 3489328638", "reserved = 0", "entry_point = 100",
           "stack_size = 524288", "segments[1].sections[0].reserved3 = 13");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-arm64-thread");
    EXPECT(sample, "cputype = 16777228", "entry_point = 100", "segments = 3");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-ppc");
    EXPECT(sample, "magic = 4277009102", "cputype = 18", "entry_point = 100",
           "segments[1].sections[0].addr = 4160");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-ppc64");
    EXPECT(sample, "magic = 4277009103", "cputype = 16777234", "entry_point = 100");
    vtr_sample_free(sample);
}

static void a_fat_file_has_the_files_in_it(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-fat");

    (void)state;
    EXPECT(sample, "fat_magic = 3405691582", "nfat_arch = 2", "fat_arch = 2",
           "fat_arch[0].cputype = 7", "fat_arch[0].offset = 48",
           "fat_arch[1].align = 12", "file = 2", "file[0].cputype = 7",
           "file[1].cputype = 16777223",
           "file[1].segments[1].sections[0].sectname = \"__text\"",
           "file[0].entry_point = 100");
    EXPECT_NONE(sample, "magic", "cputype", "segments", "number_of_segments");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-64");
    EXPECT(sample, "fat_magic = 3405691583", "fat_arch[0].offset = 72", "file = 2",
           "file[1].cputype = 18");
    vtr_sample_free(sample);
}

static void parts_that_are_not_there_keep_the_place_of_those_that_are(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("macho/good-fat-holes");

    (void)state;
    EXPECT(sample, "fat_arch = 3", "file = 3", "file[1].number_of_segments = 0",
           "file[2].cputype = 7", "file[2].segments[0].segname = \"__PAGEZERO\"");
    EXPECT_NONE(sample, "file[0].", "file[1].segments[", "file[1].entry_point");
    vtr_sample_free(sample);
}

static void assert_call(struct vtr_bytes sample, const char *path, int64_t type,
                        int64_t subtype, int64_t expected)
{
    struct vtr_test_modules test;

    vtr_test_modules_init(&test, sample);
    const struct vtr_module_value value = vtr_test_call(&test, path, type, subtype);
    assert_int_equal(value.kind, expected < 0 ? VTR_MODULE_UNDEFINED : VTR_MODULE_INT);
    if (expected >= 0) {
        assert_int_equal(value.is.number, expected);
    }
    vtr_test_modules_deinit(&test);
}

static void functions_find_the_file_for_a_processor(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-fat");

    (void)state;
    assert_call(sample, "macho.file_index_for_arch(i)", CPU_X86_64, 0, 1);
    assert_call(sample, "macho.file_index_for_arch(i)", CPU_ARM, 0, -1);
    assert_call(sample, "macho.file_index_for_arch(ii)", CPU_X86, 3, 0);
    assert_call(sample, "macho.file_index_for_arch(ii)", CPU_X86, 4, -1);
    assert_call(sample, "macho.entry_point_for_arch(i)", CPU_X86, 0, 148);
    assert_call(sample, "macho.entry_point_for_arch(ii)", CPU_X86_64, 3, 592);
    assert_call(sample, "macho.entry_point_for_arch(ii)", CPU_X86_64, 0, -1);
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-holes");
    assert_call(sample, "macho.file_index_for_arch(i)", CPU_SPARC, 0, -1);
    assert_call(sample, "macho.file_index_for_arch(i)", CPU_X86, 0, 2);
    assert_call(sample, "macho.entry_point_for_arch(i)", CPU_SPARC, 0, -1);
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-x86"); /* not fat */
    assert_call(sample, "macho.file_index_for_arch(i)", CPU_X86, 0, -1);
    assert_call(sample, "macho.entry_point_for_arch(i)", CPU_X86, 0, -1);
    vtr_sample_free(sample);
}

static void what_a_file_is_linked_with_is_read(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-linked");

    (void)state;
    EXPECT(sample, "dynamic_linker = \"/usr/lib/dyld\"", "dylibs = 4",
           "dylibs[0].name = \"libmine.dylib\"",
           "dylibs[0].current_version = \"1.2.3\"",
           "dylibs[1].compatibility_version = \"1.0.0\"", "dylibs[1].timestamp = 2",
           "rpaths = 2", "rpaths[0] = \"@loader_path/../lib\"",
           "uuid = \"00010203-0405-0607-0809-\"", "source_version = \"7.1.2.3.4\"",
           "min_version.device = 36", "min_version.version = \"10.12.1\"",
           "min_version.sdk = \"10.13.0\"", "build_version.platform = 1",
           "build_version.minos = \"11.0.0\"", "build_version.ntools = 2",
           "build_version.tools[0].version = \"681.1\"", "symtab.strsize = 4",
           "dyld_info.rebase_off = 0", "dyld_info.export_size = 9",
           "code_signature_data.dataoff = 16384");
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-linked");
    EXPECT(sample, "file[1].dylibs = 4", "file[1].rpaths[1] = \"/opt/lib\"");
    EXPECT_NONE(sample, "dylibs", "file[0].dylibs", "uuid");
    vtr_sample_free(sample);
}

static void libraries_and_paths_are_found_in_all_files_without_case(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-linked");

    (void)state;
    assert_int_equal(vtr_test_call_text(sample, "macho.has_dylib(s)", "LIBMINE.dylib"),
                     1);
    assert_int_equal(vtr_test_call_text(sample, "macho.has_dylib(s)", "LIBMINE.dyli"),
                     0);
    assert_int_equal(vtr_test_call_text(sample, "macho.has_rpath(s)", "/OPT/lib"), 1);
    assert_int_equal(vtr_test_call_text(sample, "macho.has_rpath(s)", ""), 0);
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-fat-linked");
    assert_int_equal(vtr_test_call_text(sample, "macho.has_dylib(s)", "libmine.dylib"),
                     1);
    assert_int_equal(vtr_test_call_text(sample, "macho.has_rpath(s)", "/opt/lib"), 1);
    vtr_sample_free(sample);
    assert_int_equal(vtr_test_call_text((struct vtr_bytes){NULL, 0},
                                        "macho.has_dylib(s)", "x"),
                     0);
}

static void the_hash_of_libraries_takes_each_name_once(void **state)
{
    static const char *const NAMES[] = {"macho/good-linked", "macho/good-fat-linked"};
    struct vtr_test_modules test;

    (void)state;
    for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
        const struct vtr_bytes sample = vtr_sample_read(NAMES[i]);
        vtr_test_modules_init(&test, sample);
        /* Of the fat one the first file has no libraries. */
        vtr_test_is_text(vtr_test_call(&test, "macho.dylib_hash()"),
                         i == 1 ? NULL : "fe51f486530d47dc093445ca61a4d0ae");
        vtr_test_modules_deinit(&test);
        vtr_sample_free(sample);
    }
}

static void a_command_that_is_cut_says_nothing(void **state)
{
    /* LC_UUID, LC_SYMTAB, LC_BUILD_VERSION with a tool too many, LC_LOAD_DYLIB. */
    uint8_t bytes[28 + 16 + 20 + 24 + 20] = {0xCE, 0xFA, 0xED, 0xFE};

    (void)state;
    vtr_store_u32(bytes + 16, 4);
    vtr_store_u32(bytes + 28, VTR_MACHO_COMMAND_UUID);
    vtr_store_u32(bytes + 32, 16);
    vtr_store_u32(bytes + 44, VTR_MACHO_COMMAND_SYMTAB);
    vtr_store_u32(bytes + 48, 20);
    vtr_store_u32(bytes + 64, VTR_MACHO_COMMAND_BUILD_VERSION);
    vtr_store_u32(bytes + 68, 24);
    vtr_store_u32(bytes + 84, 1);
    vtr_store_u32(bytes + 88, VTR_MACHO_COMMAND_LOAD_DYLIB);
    vtr_store_u32(bytes + 92, 20);
    EXPECT(((struct vtr_bytes){bytes, sizeof(bytes)}), "ncmds = 4");
    EXPECT_NONE(((struct vtr_bytes){bytes, sizeof(bytes)}), "uuid", "symtab",
                "build_version", "dylibs");
    vtr_store_u32(bytes + 84, 0);
    EXPECT(((struct vtr_bytes){bytes, sizeof(bytes)}), "build_version.ntools = 0");
}

static void commands_end_where_one_is_not_whole(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("macho/good-x86");
    uint8_t *bytes = (uint8_t *)(uintptr_t)sample.ptr;

    (void)state;
    EXPECT(((struct vtr_bytes){bytes, 32}), "cputype = 7", "number_of_segments = 0");
    EXPECT_NONE(((struct vtr_bytes){bytes, 31}), "magic", "number_of_segments");
    vtr_store_u32(bytes + AT_TEXT + 4, 7); /* shorter than a command can be */
    EXPECT(sample, "number_of_segments = 1");
    EXPECT_NONE(sample, "entry_point");
    vtr_store_u32(bytes + AT_TEXT + 4, (uint32_t)(sample.len - AT_TEXT + 1));
    EXPECT(sample, "number_of_segments = 1");
    vtr_store_u32(bytes + AT_TEXT + 4, (uint32_t)(sample.len - AT_TEXT));
    EXPECT(sample, "number_of_segments = 2", "segments[1].sections = 2");
    vtr_store_u32(bytes + AT_TEXT + 4, 56 + 68 + 67); /* its second section is cut */
    EXPECT(sample, "segments[1].nsects = 2", "segments[1].sections = 1");
    vtr_sample_free(sample);
}

static void a_segment_that_is_too_short_keeps_the_place_of_the_next(void **state)
{
    /* Two commands at the very end: LC_SEGMENT_64 with less than its 72 bytes, and
     * LC_SEGMENT with all of its 56. */
    uint8_t bytes[32 + 8 + 56] = {0xCE, 0xFA, 0xED, 0xFE};

    (void)state;
    vtr_store_u32(bytes + 16, 2); /* commands */
    vtr_store_u32(bytes + 28, VTR_MACHO_COMMAND_SEGMENT_64);
    vtr_store_u32(bytes + 32, 8);
    vtr_store_u32(bytes + 36, VTR_MACHO_COMMAND_SEGMENT);
    vtr_store_u32(bytes + 40, 56);
    bytes[44] = 'S';
    EXPECT(((struct vtr_bytes){bytes, 28 + 8 + 56}), "number_of_segments = 2",
           "segments = 2", "segments[1].segname = \"S\"");
    EXPECT_NONE(((struct vtr_bytes){bytes, 28 + 8 + 56}), "segments[0].");
}

static void work_that_is_not_allowed_leaves_values_undefined(void **state)
{
    const struct vtr_bytes sample = vtr_sample_read("macho/good-fat");
    struct vtr_test_modules test;

    (void)state;
    vtr_test_modules_init(&test, sample);
    test.units_left = 10;
    assert_int_equal(vtr_modules_count(&test.modules, VTR_MACHO_FILE, NULL, 0), 1);
    assert_int_equal(test.units_left, 2);
    vtr_test_modules_deinit(&test);
    vtr_sample_free(sample);
}

static void damaged_files_are_safe(void **state)
{
    struct vtr_bytes sample = vtr_sample_read("macho/good-fat");

    (void)state;
    vtr_sample_damage("macho", sample, 200);
    vtr_sample_free(sample);
    sample = vtr_sample_read("macho/good-linked");
    vtr_sample_damage("macho", sample, 300);
    vtr_sample_free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_and_sections_are_read),
        cmocka_unit_test(both_word_sizes_and_byte_orders_are_read),
        cmocka_unit_test(a_fat_file_has_the_files_in_it),
        cmocka_unit_test(parts_that_are_not_there_keep_the_place_of_those_that_are),
        cmocka_unit_test(functions_find_the_file_for_a_processor),
        cmocka_unit_test(what_a_file_is_linked_with_is_read),
        cmocka_unit_test(libraries_and_paths_are_found_in_all_files_without_case),
        cmocka_unit_test(the_hash_of_libraries_takes_each_name_once),
        cmocka_unit_test(a_command_that_is_cut_says_nothing),
        cmocka_unit_test(commands_end_where_one_is_not_whole),
        cmocka_unit_test(a_segment_that_is_too_short_keeps_the_place_of_the_next),
        cmocka_unit_test(work_that_is_not_allowed_leaves_values_undefined),
        cmocka_unit_test(damaged_files_are_safe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
