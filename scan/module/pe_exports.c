/* SPDX-License-Identifier: Apache-2.0 */

/* The functions that a PE file exports, and the functions that look through them. */
#include "scan/module/pe.h"

#include "base/bytes.h"
#include "base/reader.h"

#define DIRECTORY_LEN  40u
#define EXPORT_LIMIT   16384u /* more than YARA looks at */
#define NAME_LEN_LIMIT 512u

/* The export directory: what it says, and where its tables are. */
struct export_directory {
    uint64_t begin; /* in the file; names of other libraries' functions are in it */
    uint64_t end;
    uint32_t ordinal_base;
    uint32_t count;
    uint32_t name_count;        /* names that are looked at, <= count */
    struct vtr_bytes functions; /* count addresses */
    struct vtr_bytes ordinals;  /* count indices of functions, of a name each */
    struct vtr_bytes names;     /* name_count addresses */
    uint32_t *names_of;         /* by function: index of its name + 1, or 0 */
};

/* Table of `count` entries of `size` bytes at an address. */
static bool find_table(const struct vtr_pe_image *image, uint32_t address,
                       uint64_t count, uint32_t size, struct vtr_bytes *out)
{
    uint64_t offset;

    return vtr_pe_image_offset(image, address, &offset) &&
           vtr_peek_slice(image->data, offset, count * size, out);
}

/* Sets what the directory says of the library.  False: its tables are not looked at. */
static bool load_directory(struct vtr_module_run *run, const struct vtr_pe_image *image,
                           struct vtr_bytes directory, struct export_directory *out)
{
    const uint32_t count = vtr_load_u32(directory.ptr + 20);
    const uint32_t name_count = vtr_load_u32(directory.ptr + 24);
    uint64_t left = image->data.len;
    uint64_t offset;

    out->ordinal_base = vtr_load_u32(directory.ptr + 16);
    out->count = count < EXPORT_LIMIT ? count : EXPORT_LIMIT;
    out->name_count = name_count < out->count ? name_count : out->count;
    vtr_store_int(&run->store, VTR_PE_EXPORT_TIMESTAMP, 0,
                  vtr_load_u32(directory.ptr + 4));
    if (vtr_pe_image_offset(image, vtr_load_u32(directory.ptr + 12), &offset) &&
        offset > 0) {
        vtr_store_text(&run->store, VTR_PE_DLL_NAME, 0,
                       vtr_pe_image_text(image, offset, SIZE_MAX));
        left -= offset;
    }
    return (uint64_t)out->count * 4 <= left &&
           (name_count == 0 || find_table(image, vtr_load_u32(directory.ptr + 32),
                                          name_count, 4, &out->names)) &&
           find_table(image, vtr_load_u32(directory.ptr + 36), out->count, 2,
                      &out->ordinals) &&
           find_table(image, vtr_load_u32(directory.ptr + 28), out->count, 4,
                      &out->functions);
}

/* By function, its first name.  False when memory is out. */
static bool index_names(struct vtr_module_run *run, struct export_directory *exports)
{
    exports->names_of =
        vtr_module_alloc(run, ((size_t)exports->count + 1) * sizeof(uint32_t));
    if (exports->names_of == NULL) {
        return false;
    }
    for (uint32_t i = exports->name_count; i > 0; i--) {
        const uint16_t function =
            vtr_load_u16(exports->ordinals.ptr + (size_t)(i - 1) * 2);
        if (function < exports->count) {
            exports->names_of[function] = i;
        }
    }
    return true;
}

static void load_export(struct vtr_module_run *run, const struct vtr_pe_image *image,
                        const struct export_directory *exports, uint32_t index)
{
    struct vtr_module_store *store = &run->store;
    const uint32_t item = vtr_store_append(store, VTR_PE_EXPORT_DETAILS, 0);
    const uint32_t address = vtr_table_u32(exports->functions, index);
    const uint32_t name = exports->names_of[index];
    uint64_t offset;

    vtr_store_int(store, VTR_PE_EXPORT_DETAILS_ORDINAL, item,
                  (uint32_t)(exports->ordinal_base + index));
    vtr_store_int(store, VTR_PE_EXPORT_DETAILS_RVA, item, address);
    if (vtr_pe_image_offset(image, address, &offset)) {
        if (offset > exports->begin && offset < exports->end) {
            vtr_store_text(store, VTR_PE_EXPORT_DETAILS_FORWARD_NAME, item,
                           vtr_pe_image_text(image, offset, NAME_LEN_LIMIT));
        } else {
            vtr_store_int(store, VTR_PE_EXPORT_DETAILS_OFFSET, item, (int64_t)offset);
        }
    }
    if (name > 0 &&
        vtr_pe_image_offset(image, vtr_table_u32(exports->names, name - 1), &offset) &&
        offset > 0) {
        vtr_store_text(store, VTR_PE_EXPORT_DETAILS_NAME, item,
                       vtr_pe_image_text(image, offset, NAME_LEN_LIMIT));
    }
}

void vtr_pe_exports(struct vtr_module_run *run)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    struct export_directory exports = {0};
    struct vtr_pe_directory entry;
    struct vtr_bytes directory;

    if (image == NULL) {
        return;
    }
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_EXPORTS, 0, 0);
    if (!vtr_pe_image_directory(image, VTR_PE_DIRECTORY_EXPORT, &entry) ||
        entry.address == 0 ||
        !vtr_pe_image_offset(image, entry.address, &exports.begin) ||
        !vtr_peek_slice(image->data, exports.begin, DIRECTORY_LEN, &directory)) {
        return;
    }
    exports.end = exports.begin + entry.size;
    if (!load_directory(run, image, directory, &exports) ||
        !vtr_module_spend(run, (uint64_t)exports.count * 16) ||
        !index_names(run, &exports)) {
        return;
    }
    for (uint32_t i = 0; i < exports.count; i++) {
        load_export(run, image, &exports, i);
    }
    vtr_store_int(&run->store, VTR_PE_NUMBER_OF_EXPORTS, 0, exports.count);
}

static bool is_export(struct vtr_module_run *run, uint32_t item,
                      const struct vtr_module_value *wanted)
{
    if (wanted->kind == VTR_MODULE_INT) {
        return vtr_store_get(&run->store, VTR_PE_EXPORT_DETAILS_ORDINAL, item)
                   .is.number == wanted->is.number;
    }
    const struct vtr_module_value name =
        vtr_store_get(&run->store, VTR_PE_EXPORT_DETAILS_NAME, item);
    if (name.kind != VTR_MODULE_TEXT || !vtr_module_spend(run, 1)) {
        return false;
    }
    return wanted->kind == VTR_MODULE_REGEX
               ? vtr_module_matches(run, wanted, name.is.text)
               : vtr_bytes_equal_nocase(name.is.text, wanted->is.text);
}

/* Index of the first export that is wanted, or -1.  Ordinals beyond the count of
 * exports are not looked for, wherever they begin: so YARA has it. */
static int64_t find_export(struct vtr_module_run *run,
                           const struct vtr_module_value *wanted)
{
    const uint32_t count = vtr_store_count(&run->store, VTR_PE_EXPORT_DETAILS, 0);

    if (wanted->kind == VTR_MODULE_INT &&
        (wanted->is.number == 0 || wanted->is.number > count)) {
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t item = vtr_store_item(&run->store, VTR_PE_EXPORT_DETAILS, 0, i);
        if (is_export(run, item, wanted)) {
            return i;
        }
    }
    return -1;
}

struct vtr_module_value vtr_pe_has_export(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    vtr_module_ensure(run, vtr_pe_exports);
    if (vtr_pe_image_of(run) == NULL) {
        return vtr_module_undefined();
    }
    return vtr_module_int(find_export(run, &call->args[0]) >= 0);
}

struct vtr_module_value vtr_pe_exports_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    vtr_module_ensure(run, vtr_pe_exports);
    const int64_t index = find_export(run, &call->args[0]);
    return index < 0 ? vtr_module_undefined() : vtr_module_int(index);
}
