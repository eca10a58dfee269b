/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The functions of the dex module that YARA-X has: what the header should say, and
 * whether a text, a method or a class stands in the file's tables.
 */
#include <string.h>

#include <zlib.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/file_digest.h"
#include "base/reader.h"
#include "scan/module/dex.h"
#include "scan/module/dex_state.h"

/* What a name counts for, vtr_module_spend, and bytes that count for one unit more. */
#define RECORD_UNITS 4u
#define UNIT_LEN     16u

/* What the checksum is of begins here, and what the signature is of. */
#define CHECKED_AT 12u
#define SIGNED_AT  32u

/* Bytes that a unit of UTF-16 takes at most. */
#define UNIT_LEN_MAX 3u

#define VERSION_AT 4u

void vtr_dex_version(struct vtr_module_run *run)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    int64_t version = 0;
    uint8_t digit;

    vtr_store_int(&run->store, VTR_DEX_IS_DEX, 0, dex != NULL);
    for (unsigned i = 0;
         dex != NULL && i < 3 && vtr_peek_u8(dex->data, VERSION_AT + i, &digit); i++) {
        version = 10 * version + (digit - '0');
    }
    if (dex != NULL) {
        vtr_store_int(&run->store, VTR_DEX_HEADER_VERSION, 0, version);
    }
}

/* The file from `at` on; false when it is no DEX file, or when work is out. */
static bool rest_of_file(struct vtr_module_run *run, uint64_t at, struct vtr_bytes *out)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);

    return dex != NULL && at <= dex->data.len &&
           vtr_peek_slice(dex->data, at, dex->data.len - at, out) &&
           vtr_module_spend(run, out->len / UNIT_LEN);
}

struct vtr_module_value vtr_dex_checksum(struct vtr_module_run *run,
                                         const struct vtr_module_call *call)
{
    struct vtr_bytes rest;

    (void)call;
    return rest_of_file(run, CHECKED_AT, &rest)
               ? vtr_module_int(
                     (int64_t)adler32_z(adler32(0, NULL, 0), rest.ptr, rest.len))
               : vtr_module_undefined();
}

struct vtr_module_value vtr_dex_signature(struct vtr_module_run *run,
                                          const struct vtr_module_call *call)
{
    uint8_t digest[VTR_SHA1_LEN];
    char text[2 * VTR_SHA1_LEN + 1];
    struct vtr_bytes rest;

    (void)call;
    if (!rest_of_file(run, SIGNED_AT, &rest) ||
        vtr_file_digest_sha1(rest, digest) != VTR_OK) {
        return vtr_module_undefined();
    }
    vtr_digest_hex((struct vtr_bytes){digest, sizeof(digest)}, text);
    const struct vtr_bytes copy = vtr_arena_dup(&run->arena, vtr_bytes_from_text(text));
    return copy.ptr == NULL ? vtr_module_undefined() : vtr_module_text(copy);
}

/* Text `index` as it stands in the file, whatever its length: string_ids have it as
 * YARA takes it.  When it has no end *out is what was looked through. */
static bool whole_text(const struct vtr_dex_image *dex, uint64_t index,
                       struct vtr_bytes *out)
{
    uint32_t offset;
    uint32_t unit_count;

    if (!vtr_dex_image_number(dex, VTR_DEX_TABLE_STRINGS, index, 0, 4, &offset)) {
        return false;
    }
    uint64_t at = offset;
    if (!vtr_dex_image_leb128(dex, &at, &unit_count) || at > dex->data.len) {
        return false;
    }
    const uint64_t most = (uint64_t)unit_count * UNIT_LEN_MAX + 1;
    const uint64_t left = dex->data.len - at;
    if (!vtr_peek_slice(dex->data, at, most < left ? most : left, out) ||
        out->len == 0) {
        return false;
    }
    const uint8_t *end = memchr(out->ptr, 0, out->len);
    out->len = end == NULL ? out->len : (size_t)(end - out->ptr);
    return end != NULL;
}

/* The number of the text of record `index`: of a method its name, of a class that of
 * its type. */
static bool text_of_record(const struct vtr_dex_image *dex, enum vtr_dex_table table,
                           uint32_t index, uint32_t *out)
{
    if (table == VTR_DEX_TABLE_METHOD_IDS) {
        return vtr_dex_image_number(dex, table, index, 4, 4, out);
    }
    if (table == VTR_DEX_TABLE_CLASSES) {
        return vtr_dex_image_number(dex, table, index, 0, 4, out) &&
               vtr_dex_image_number(dex, VTR_DEX_TABLE_TYPES, *out, 0, 4, out);
    }
    *out = index;
    return true;
}

static struct vtr_module_value contains(struct vtr_module_run *run,
                                        enum vtr_dex_table table,
                                        struct vtr_bytes wanted)
{
    const struct vtr_dex_image *dex = vtr_dex_get_image(run);
    uint32_t index;

    if (dex == NULL) {
        return vtr_module_undefined();
    }
    const uint32_t count = vtr_dex_image_count(dex, table);
    for (uint32_t i = 0; i < count; i++) {
        struct vtr_bytes text = {NULL, 0};
        if (!text_of_record(dex, table, i, &index) || !whole_text(dex, index, &text)) {
            index = VTR_NO_ITEM;
        }
        /* Records may share a text, and one without an end is as long as the file. */
        if (!vtr_module_spend(run, RECORD_UNITS + text.len / UNIT_LEN)) {
            return vtr_module_undefined();
        }
        if (index != VTR_NO_ITEM && vtr_bytes_equal(text, wanted)) {
            return vtr_module_int(1);
        }
    }
    return vtr_module_int(0);
}

struct vtr_module_value vtr_dex_contains_string(struct vtr_module_run *run,
                                                const struct vtr_module_call *call)
{
    return contains(run, VTR_DEX_TABLE_STRINGS, call->args[0].is.text);
}

struct vtr_module_value vtr_dex_contains_method(struct vtr_module_run *run,
                                                const struct vtr_module_call *call)
{
    return contains(run, VTR_DEX_TABLE_METHOD_IDS, call->args[0].is.text);
}

struct vtr_module_value vtr_dex_contains_class(struct vtr_module_run *run,
                                               const struct vtr_module_call *call)
{
    return contains(run, VTR_DEX_TABLE_CLASSES, call->args[0].is.text);
}
