/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What a Mach-O file is linked with, and how it was built: fields that YARA-X has, read
 * as there.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/bytes.h"
#include "scan/module/macho.h"
#include "scan/module/macho_image.h"

#define RECORD_UNITS 4u
#define TEXT_LEN     96u
#define OPTIONS_AT   12u

/* Rows of numbers of four bytes that follow each other in a command. */
#define NUMBER_COUNT_MAX 18u
struct number_rows {
    uint32_t rows[NUMBER_COUNT_MAX];
    unsigned count;
};

/* Rows of a file: of one by itself, and of those in a fat one. */
struct linkage_rows {
    uint32_t dynamic_linker, source_version, uuid;
    uint32_t dylibs, dylib_name, dylib_timestamp, dylib_compatible, dylib_current;
    uint32_t rpaths, rpath;
    uint32_t platform, oldest, sdk, tool_count, tools, tool, tool_version;
    uint32_t device, device_oldest, device_sdk, options, option;
    struct number_rows symtab, symbol_groups, dyld_info, code_signature;
};

#define LINKAGE_ROWS(P)                                                              \
 {                                                                                   \
  .dynamic_linker = P##_DYNAMIC_LINKER, .source_version = P##_SOURCE_VERSION,        \
  .uuid = P##_UUID, .dylibs = P##_DYLIBS, .dylib_name = P##_DYLIBS_NAME,             \
  .dylib_timestamp = P##_DYLIBS_TIMESTAMP,                                           \
  .dylib_compatible = P##_DYLIBS_COMPATIBILITY_VERSION,                              \
  .dylib_current = P##_DYLIBS_CURRENT_VERSION, .rpaths = P##_RPATHS,                 \
  .rpath = P##_RPATHS_ITEM, .platform = P##_BUILD_VERSION_PLATFORM,                  \
  .oldest = P##_BUILD_VERSION_MINOS, .sdk = P##_BUILD_VERSION_SDK,                   \
  .tool_count = P##_BUILD_VERSION_NTOOLS, .tools = P##_BUILD_VERSION_TOOLS,          \
  .tool = P##_BUILD_VERSION_TOOLS_TOOL,                                              \
  .tool_version = P##_BUILD_VERSION_TOOLS_VERSION, .device = P##_MIN_VERSION_DEVICE, \
  .device_oldest = P##_MIN_VERSION_VERSION, .device_sdk = P##_MIN_VERSION_SDK,       \
  .options = P##_LINKER_OPTIONS, .option = P##_LINKER_OPTIONS_ITEM,                  \
  .symtab = {{P##_SYMTAB_SYMOFF, P##_SYMTAB_NSYMS, P##_SYMTAB_STROFF,                \
              P##_SYMTAB_STRSIZE},                                                   \
             4},                                                                     \
  .symbol_groups = {{P##_DYSYMTAB_ILOCALSYM, P##_DYSYMTAB_NLOCALSYM,                 \
                     P##_DYSYMTAB_IEXTDEFSYM, P##_DYSYMTAB_NEXTDEFSYM,               \
                     P##_DYSYMTAB_IUNDEFSYM, P##_DYSYMTAB_NUNDEFSYM,                 \
                     P##_DYSYMTAB_TOCOFF, P##_DYSYMTAB_NTOC, P##_DYSYMTAB_MODTABOFF, \
                     P##_DYSYMTAB_NMODTAB, P##_DYSYMTAB_EXTREFSYMOFF,                \
                     P##_DYSYMTAB_NEXTREFSYMS, P##_DYSYMTAB_INDIRECTSYMOFF,          \
                     P##_DYSYMTAB_NINDIRECTSYMS, P##_DYSYMTAB_EXTRELOFF,             \
                     P##_DYSYMTAB_NEXTREL, P##_DYSYMTAB_LOCRELOFF,                   \
                     P##_DYSYMTAB_NLOCREL},                                          \
                    18},                                                             \
  .dyld_info = {{P##_DYLD_INFO_REBASE_OFF, P##_DYLD_INFO_REBASE_SIZE,                \
                 P##_DYLD_INFO_BIND_OFF, P##_DYLD_INFO_BIND_SIZE,                    \
                 P##_DYLD_INFO_WEAK_BIND_OFF, P##_DYLD_INFO_WEAK_BIND_SIZE,          \
                 P##_DYLD_INFO_LAZY_BIND_OFF, P##_DYLD_INFO_LAZY_BIND_SIZE,          \
                 P##_DYLD_INFO_EXPORT_OFF, P##_DYLD_INFO_EXPORT_SIZE},               \
                10},                                                                 \
  .code_signature = {{P##_CODE_SIGNATURE_DATA_DATAOFF,                               \
                      P##_CODE_SIGNATURE_DATA_DATASIZE},                             \
                     2},                                                             \
 }

static const struct linkage_rows THIN_ROWS = LINKAGE_ROWS(VTR_MACHO);
static const struct linkage_rows PART_ROWS = LINKAGE_ROWS(VTR_MACHO_FILE);

/* A command that is being loaded, of the file that is item `item` of its rows. */
struct load {
    struct vtr_module_run *run;
    const struct linkage_rows *rows;
    const struct vtr_macho_image *image;
    const struct vtr_macho_command *command;
    uint32_t item;
};

/* The number of four bytes at `at` of the command; false when it ends before. */
static bool number_at(const struct load *load, uint64_t at, uint32_t *out)
{
    uint64_t number;

    if (!vtr_macho_command_number(load->image, load->command, at, 4, &number)) {
        return false;
    }
    *out = (uint32_t)number;
    return true;
}

static void put(const struct load *load, uint32_t row, uint32_t item, uint32_t number)
{
    vtr_store_int(&load->run->store, row, item, number);
}

static void put_text(const struct load *load, uint32_t row, uint32_t item,
                     const char *text)
{
    vtr_store_text_copy(&load->run->store, row, item, vtr_bytes_from_text(text));
}

/* "1.2.3" */
static void put_version(const struct load *load, uint32_t row, uint32_t item,
                        uint32_t version)
{
    char text[TEXT_LEN];

    (void)snprintf(text, sizeof(text), "%" PRIu32 ".%" PRIu32 ".%" PRIu32,
                   version >> 16, version >> 8 & 0xFF, version & 0xFF);
    put_text(load, row, item, text);
}

/* What stands from `at` on to the end of the command. */
static void put_rest(const struct load *load, uint32_t row, uint32_t item, uint64_t at)
{
    struct vtr_bytes text;

    if (vtr_macho_command_text(load->command, at, &text)) {
        vtr_store_text(&load->run->store, row, item, text);
    }
}

static void load_numbers(const struct load *load, const struct number_rows *rows)
{
    uint32_t number;

    if (!number_at(load, 4 + (uint64_t)4 * rows->count, &number)) {
        return; /* the last one is not there */
    }
    for (unsigned i = 0;
         i < rows->count && number_at(load, 8 + (uint64_t)4 * i, &number); i++) {
        put(load, rows->rows[i], load->item, number);
    }
}

static void load_dylib(const struct load *load)
{
    uint32_t timestamp;
    uint32_t current;
    uint32_t compatible;

    if (number_at(load, 12, &timestamp) && number_at(load, 16, &current) &&
        number_at(load, 20, &compatible)) {
        const uint32_t item =
            vtr_store_append(&load->run->store, load->rows->dylibs, load->item);
        put_rest(load, load->rows->dylib_name, item, 24);
        put(load, load->rows->dylib_timestamp, item, timestamp);
        put_version(load, load->rows->dylib_current, item, current);
        put_version(load, load->rows->dylib_compatible, item, compatible);
    }
}

static void load_source_version(const struct load *load)
{
    char text[TEXT_LEN];
    uint64_t version;

    if (vtr_macho_command_number(load->image, load->command, 8, 8, &version)) {
        (void)snprintf(text, sizeof(text),
                       "%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".%" PRIu64 ".%" PRIu64,
                       version >> 40, version >> 30 & 0x3F, version >> 20 & 0x3F,
                       version >> 10 & 0x3F, version & 0x3F);
        put_text(load, load->rows->source_version, load->item, text);
    }
}

/* Sixteen bytes; zeros at the end are left out, as in YARA-X. */
static void load_uuid(const struct load *load)
{
    struct vtr_bytes uuid;
    char text[TEXT_LEN] = "";
    size_t len = 0;
    uint32_t last;

    if (!number_at(load, 20, &last) ||
        !vtr_macho_command_text(load->command, 8, &uuid)) {
        return;
    }
    for (size_t i = 0; i < uuid.len && i < 16; i++) {
        const bool is_end = i == 3 || i == 5 || i == 7 || i == 9;
        (void)snprintf(text + len, sizeof(text) - len, "%02X%s", uuid.ptr[i],
                       is_end ? "-" : "");
        len += is_end ? 3 : 2;
    }
    put_text(load, load->rows->uuid, load->item, text);
}

static void load_build_version(const struct load *load)
{
    const struct linkage_rows *rows = load->rows;
    char text[TEXT_LEN];
    uint32_t numbers[4]; /* platform, oldest system, SDK, tools */
    uint32_t tool;
    uint32_t version;

    for (unsigned i = 0; i < 4; i++) {
        if (!number_at(load, 8 + (uint64_t)4 * i, &numbers[i])) {
            return;
        }
    }
    if (numbers[3] > (load->command->len - 24) / 8) {
        return; /* they are not all there */
    }
    put(load, rows->platform, load->item, numbers[0]);
    put_version(load, rows->oldest, load->item, numbers[1]);
    put_version(load, rows->sdk, load->item, numbers[2]);
    put(load, rows->tool_count, load->item, numbers[3]);
    for (uint32_t i = 0;
         i < numbers[3] && number_at(load, 24 + (uint64_t)8 * i, &tool) &&
         number_at(load, 28 + (uint64_t)8 * i, &version) &&
         vtr_module_spend(load->run, RECORD_UNITS);
         i++) {
        const uint32_t item =
            vtr_store_append(&load->run->store, rows->tools, load->item);
        (void)snprintf(text, sizeof(text), "%" PRIu32 ".%" PRIu32, version >> 16,
                       version >> 8 & 0xFF);
        put(load, rows->tool, item, tool);
        put_text(load, rows->tool_version, item, text);
    }
}

static void load_min_version(const struct load *load)
{
    uint32_t oldest;
    uint32_t sdk;

    if (number_at(load, 8, &oldest) && number_at(load, 12, &sdk)) {
        put(load, load->rows->device, load->item, load->command->type);
        put_version(load, load->rows->device_oldest, load->item, oldest);
        put_version(load, load->rows->device_sdk, load->item, sdk);
    }
}

static void load_rpath(const struct load *load)
{
    const uint32_t item =
        vtr_store_append(&load->run->store, load->rows->rpaths, load->item);

    put_rest(load, load->rows->rpath, item, 12);
}

/* Texts that each end with a NUL; all or nothing of a command, as in YARA-X. */
static void load_options(const struct load *load)
{
    struct vtr_reader texts;
    struct vtr_bytes body;
    struct vtr_bytes text;
    uint32_t count;
    uint32_t i = 0;

    if (!number_at(load, 8, &count) ||
        !vtr_peek_slice(load->command->rest, OPTIONS_AT,
                        load->command->len - OPTIONS_AT, &body)) {
        return;
    }
    for (vtr_reader_init(&texts, body, 0); i < count && vtr_macho_text(&texts, &text);
         i++) {
    }
    if (i < count || !vtr_module_spend(load->run, body.len)) {
        return;
    }
    vtr_reader_init(&texts, body, 0);
    for (i = 0; i < count && vtr_macho_text(&texts, &text); i++) {
        const uint32_t item =
            vtr_store_append(&load->run->store, load->rows->options, load->item);
        vtr_store_text(&load->run->store, load->rows->option, item, text);
    }
}

static void load_command(const struct load *load)
{
    switch (load->command->type) {
    case VTR_MACHO_COMMAND_LOAD_DYLIB:
    case VTR_MACHO_COMMAND_ID_DYLIB:
    case VTR_MACHO_COMMAND_LOAD_WEAK_DYLIB:
    case VTR_MACHO_COMMAND_REEXPORT_DYLIB:
        load_dylib(load);
        break;
    case VTR_MACHO_COMMAND_RPATH:
        load_rpath(load);
        break;
    case VTR_MACHO_COMMAND_LOAD_DYLINKER:
    case VTR_MACHO_COMMAND_ID_DYLINKER:
    case VTR_MACHO_COMMAND_DYLD_ENVIRONMENT:
        put_rest(load, load->rows->dynamic_linker, load->item, 12);
        break;
    case VTR_MACHO_COMMAND_SOURCE_VERSION:
        load_source_version(load);
        break;
    case VTR_MACHO_COMMAND_UUID:
        load_uuid(load);
        break;
    case VTR_MACHO_COMMAND_SYMTAB:
        load_numbers(load, &load->rows->symtab);
        break;
    case VTR_MACHO_COMMAND_DYSYMTAB:
        load_numbers(load, &load->rows->symbol_groups);
        break;
    case VTR_MACHO_COMMAND_LINKER_OPTION:
        load_options(load);
        break;
    case VTR_MACHO_COMMAND_DYLD_INFO:
    case VTR_MACHO_COMMAND_DYLD_INFO_ONLY:
        load_numbers(load, &load->rows->dyld_info);
        break;
    case VTR_MACHO_COMMAND_CODE_SIGNATURE:
        load_numbers(load, &load->rows->code_signature);
        break;
    case VTR_MACHO_COMMAND_BUILD_VERSION:
        load_build_version(load);
        break;
    case VTR_MACHO_COMMAND_MIN_MACOSX:
    case VTR_MACHO_COMMAND_MIN_IPHONEOS:
    case VTR_MACHO_COMMAND_MIN_TVOS:
    case VTR_MACHO_COMMAND_MIN_WATCHOS:
        load_min_version(load);
        break;
    default:
        break;
    }
}

static void load_file(struct vtr_module_run *run, uint32_t item, struct vtr_bytes data,
                      const void *rows)
{
    struct vtr_macho_commands commands;
    struct vtr_macho_command command;
    struct vtr_macho_image image;
    const struct load load = {run, rows, &image, &command, item};

    if (!vtr_macho_image_init(&image, data)) {
        return;
    }
    vtr_macho_commands_init(&commands, &image);
    while (vtr_macho_commands_next(&commands, &image, &command) &&
           vtr_module_spend(run, RECORD_UNITS) && !run->store.is_full) {
        load_command(&load);
    }
}

void vtr_macho_linkage(struct vtr_module_run *run)
{
    vtr_macho_load_thin(run, load_file, &THIN_ROWS);
}

void vtr_macho_files_linkage(struct vtr_module_run *run)
{
    vtr_macho_load_parts(run, load_file, &PART_ROWS);
}
