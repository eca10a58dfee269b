/* SPDX-License-Identifier: Apache-2.0 */

/* The signature that Microsoft's linker leaves between the DOS stub and the PE header:
 * "DanS", three zeros, and a pair for each tool (its number and version, how many
 * objects it made), all XORed with a key that follows the word "Rich". */
#include "scan/module/pe.h"

#include "base/reader.h"
#include "base/writer.h"

#define RICH           0x68636952u /* "Rich" */
#define DANS           0x536E6144u /* "DanS" */
#define DOS_HEADER_LEN 64u
#define PREFIX_LEN     16u /* DanS and the zeros */
#define PAIR_LEN       8u

/* Goes backwards, four bytes a step, from `from` to the last word that is `wanted`
 * after XOR with `key`.  False when there is none behind the DOS header. */
static bool find_word(struct vtr_bytes data, uint64_t from, uint32_t key,
                      uint32_t wanted, uint64_t *out)
{
    uint32_t word;

    for (uint64_t at = from; at >= DOS_HEADER_LEN; at -= 4) {
        if (vtr_peek_u32(data, at, &word) && (word ^ key) == wanted) {
            *out = at;
            return true;
        }
    }
    return false;
}

/* Where the signature begins and ends, and its key. */
static bool find_signature(const struct vtr_pe_image *image, uint64_t *out_begin,
                           uint64_t *out_end, uint32_t *out_key)
{
    const struct vtr_bytes data = image->data;
    uint64_t begin;
    uint64_t end;
    uint32_t key;

    if (image->header_offset < DOS_HEADER_LEN + 4 ||
        !find_word(data, image->header_offset - 4, 0, RICH, &end) ||
        !vtr_peek_u32(data, end + 4, &key) || key == 0 ||
        !find_word(data, end - 4, key, DANS, &begin)) {
        return false;
    }
    *out_begin = begin;
    *out_end = end;
    *out_key = key;
    return true;
}

static struct vtr_bytes decoded(struct vtr_module_run *run, struct vtr_bytes raw,
                                uint32_t key)
{
    uint8_t *clear = vtr_module_alloc(run, raw.len);

    if (clear == NULL) {
        return (struct vtr_bytes){NULL, 0};
    }
    for (size_t i = 0; i + 4 <= raw.len; i += 4) {
        vtr_store_u32(clear + i, vtr_load_u32(raw.ptr + i) ^ key);
    }
    return (struct vtr_bytes){clear, raw.len};
}

/* Pairs of a signature that has its prefix. */
static uint32_t pair_count(struct vtr_bytes clear)
{
    return (uint32_t)((clear.len - PREFIX_LEN) / PAIR_LEN);
}

/* Pair `index`: the version and number of a tool, and how many objects it made. */
static void read_pair(struct vtr_bytes clear, uint32_t index, int64_t *out_version,
                      int64_t *out_tool, uint32_t *out_times)
{
    const uint8_t *pair = clear.ptr + PREFIX_LEN + (size_t)index * PAIR_LEN;

    *out_version = vtr_load_u16(pair);
    *out_tool = vtr_load_u16(pair + 2);
    *out_times = vtr_load_u32(pair + 4);
}

static void set_tools(struct vtr_module_run *run, struct vtr_bytes clear)
{
    struct vtr_module_store *store = &run->store;
    int64_t version;
    int64_t tool;
    uint32_t times;

    for (uint32_t i = 0; i < pair_count(clear); i++) {
        const uint32_t item = vtr_store_append(store, VTR_PE_RICH_SIGNATURE_TOOLS, 0);
        read_pair(clear, i, &version, &tool, &times);
        vtr_store_int(store, VTR_PE_RICH_SIGNATURE_TOOLS_VERSION, item, version);
        vtr_store_int(store, VTR_PE_RICH_SIGNATURE_TOOLS_TOOLID, item, tool);
        vtr_store_int(store, VTR_PE_RICH_SIGNATURE_TOOLS_TIMES, item, times);
    }
}

static void set_versions(struct vtr_module_run *run, struct vtr_bytes clear)
{
    const uint32_t count = pair_count(clear);
    uint8_t *versions = vtr_module_alloc(run, (size_t)count * 4 + 1);

    if (versions == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        vtr_store_u32(versions + (size_t)i * 4,
                      vtr_load_u32(clear.ptr + PREFIX_LEN + (size_t)i * PAIR_LEN));
    }
    vtr_store_text(&run->store, VTR_PE_RICH_SIGNATURE_VERSION_DATA, 0,
                   (struct vtr_bytes){versions, (size_t)count * 4});
}

void vtr_pe_rich(struct vtr_module_run *run)
{
    const struct vtr_pe_image *image = vtr_pe_image_of(run);
    uint64_t begin;
    uint64_t end;
    uint32_t key;
    struct vtr_bytes raw;

    if (image == NULL || !vtr_module_spend(run, image->header_offset / 8) ||
        !find_signature(image, &begin, &end, &key) ||
        !vtr_peek_slice(image->data, begin, end - begin, &raw)) {
        return;
    }
    vtr_store_int(&run->store, VTR_PE_RICH_SIGNATURE_OFFSET, 0, (int64_t)begin);
    vtr_store_int(&run->store, VTR_PE_RICH_SIGNATURE_LENGTH, 0, (int64_t)raw.len);
    vtr_store_int(&run->store, VTR_PE_RICH_SIGNATURE_KEY, 0, key);
    vtr_store_text(&run->store, VTR_PE_RICH_SIGNATURE_RAW_DATA, 0, raw);
    const struct vtr_bytes clear = decoded(run, raw, key);
    if (clear.ptr != NULL) {
        vtr_store_text(&run->store, VTR_PE_RICH_SIGNATURE_CLEAR_DATA, 0, clear);
    }
    if (clear.ptr != NULL && clear.len >= PREFIX_LEN) {
        set_versions(run, clear);
        set_tools(run, clear);
    }
}

/* version(version), version(version, tool), toolid(tool), toolid(tool, version). */
struct vtr_module_value vtr_pe_rich_version(struct vtr_module_run *run,
                                            const struct vtr_module_call *call)
{
    const bool is_tool_first = call->field == VTR_PE_RICH_SIGNATURE_TOOLID_I ||
                               call->field == VTR_PE_RICH_SIGNATURE_TOOLID_II;
    uint64_t objects = 0;
    int64_t version;
    int64_t tool;
    uint32_t times;

    vtr_module_ensure(run, vtr_pe_rich);
    const struct vtr_module_value clear =
        vtr_store_get(&run->store, VTR_PE_RICH_SIGNATURE_CLEAR_DATA, 0);
    if (clear.kind != VTR_MODULE_TEXT || clear.is.text.len < PREFIX_LEN) {
        return vtr_module_undefined();
    }
    for (uint32_t i = 0; i < pair_count(clear.is.text); i++) {
        read_pair(clear.is.text, i, &version, &tool, &times);
        const int64_t first = is_tool_first ? tool : version;
        const int64_t second = is_tool_first ? version : tool;
        if (call->args[0].is.number == first &&
            (call->arg_count < 2 || call->args[1].is.number == second)) {
            objects += times;
        }
    }
    return vtr_module_int((int64_t)objects);
}
