/* SPDX-License-Identifier: Apache-2.0 */

/* The functions of the pe module that look at headers and sections. */
#include "scan/module/pe.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

#define CHARACTERISTIC_DLL 0x2000
#define CHECKSUM_AT        64u /* in the optional header */

struct vtr_module_value vtr_pe_is_dll(struct vtr_module_run *run,
                                      const struct vtr_module_call *call)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);

    (void)call;
    return image == NULL ? vtr_module_undefined()
                         : vtr_module_int(image->characteristics & CHARACTERISTIC_DLL);
}

struct vtr_module_value vtr_pe_is_32bit(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);

    (void)call;
    return image == NULL ? vtr_module_undefined() : vtr_module_int(!image->is_64bit);
}

struct vtr_module_value vtr_pe_is_64bit(struct vtr_module_run *run,
                                        const struct vtr_module_call *call)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);

    (void)call;
    return image == NULL ? vtr_module_undefined() : vtr_module_int(image->is_64bit);
}

struct vtr_module_value vtr_pe_rva_to_offset(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    uint64_t offset;

    return image != NULL &&
                   vtr_pe_image_offset(image, (uint64_t)call->args[0].is.number,
                                       &offset)
               ? vtr_module_int((int64_t)offset)
               : vtr_module_undefined();
}

/* Names are compared up to their first zero, as YARA does. */
static bool is_name(struct vtr_bytes name, struct vtr_bytes wanted)
{
    const size_t name_len = name.len;
    const size_t wanted_len = wanted.len;
    size_t i = 0;

    while (i < name_len && i < wanted_len && name.ptr[i] == wanted.ptr[i] &&
           name.ptr[i] != 0) {
        i++;
    }
    return (i == name_len || name.ptr[i] == 0) &&
           (i == wanted_len || wanted.ptr[i] == 0);
}

static bool is_section(const struct vtr_module_store *store, uint32_t item,
                       const struct vtr_module_value *wanted)
{
    if (wanted->kind == VTR_MODULE_TEXT) {
        return is_name(vtr_store_get(store, VTR_PE_SECTIONS_NAME, item).is.text,
                       wanted->is.text);
    }
    const int64_t begin =
        vtr_store_get(store, VTR_PE_SECTIONS_RAW_DATA_OFFSET, item).is.number;
    const int64_t len =
        vtr_store_get(store, VTR_PE_SECTIONS_RAW_DATA_SIZE, item).is.number;
    return wanted->is.number >= begin && wanted->is.number < begin + len;
}

/* section_index(name), section_index(offset in the file). */
struct vtr_module_value vtr_pe_section_index(struct vtr_module_run *run,
                                             const struct vtr_module_call *call)
{
    vtr_module_ensure(run, vtr_pe_sections);
    for (uint32_t i = 0; i < vtr_store_count(&run->store, VTR_PE_SECTIONS, 0); i++) {
        const uint32_t item = vtr_store_item(&run->store, VTR_PE_SECTIONS, 0, i);
        if (is_section(&run->store, item, &call->args[0])) {
            return vtr_module_int(i);
        }
    }
    return vtr_module_undefined();
}

/* The sum of all words, least significant byte first, a last one filled up with zeros;
 * the checksum's own place counts as zero when it is a word. */
static uint64_t sum_words(struct vtr_bytes data, uint64_t checksum_at)
{
    uint8_t last[4] = {0};
    const size_t whole = data.len & ~(size_t)3;
    uint64_t sum = 0;

    /* 2^32 words of 32 bits fit 64. */
    for (size_t i = 0; i < whole; i += 4) {
        sum += vtr_load_u32(data.ptr + i);
    }
    memcpy(last, data.ptr + whole, data.len - whole);
    sum += vtr_load_u32(last);
    if (checksum_at % 4 == 0 && checksum_at < whole) {
        sum -= vtr_load_u32(data.ptr + checksum_at);
    }
    return sum;
}

/* The algorithm of CheckSumMappedFile: ones' complement, sixteen bits, and the length.
 */
struct vtr_module_value vtr_pe_calculate_checksum(struct vtr_module_run *run,
                                                  const struct vtr_module_call *call)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);

    (void)call;
    if (image == NULL || !vtr_module_spend(run, image->data.len / 16)) {
        return vtr_module_undefined();
    }
    uint64_t sum = sum_words(image->data, image->optional_offset + CHECKSUM_AT);
    while (sum > UINT32_MAX) {
        sum = (sum & UINT32_MAX) + (sum >> 32);
    }
    sum = (sum & 0xFFFF) + (sum >> 16);
    sum += sum >> 16;
    return vtr_module_int((int64_t)((sum & 0xFFFF) + image->data.len));
}
