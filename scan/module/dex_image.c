/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dex_image.h"

#include <string.h>

#include "base/reader.h"

#define HEADER_LEN     112u
#define AT_MAP         52u
#define AT_TABLES      56u /* size and offset of each */
#define MAP_ITEM_LEN   12u
#define TEXT_ROOM      4u /* that must follow where a text begins */
#define LEB128_LEN_MAX 5u

const char VTR_DEX_MAGICS[VTR_DEX_MAGIC_COUNT][VTR_DEX_MAGIC_LEN + 1] = {
    "dex\n035", "dex\n036", "dex\n037", "dex\n038", "dex\n039"};

static const unsigned RECORD_LEN[VTR_DEX_TABLE_COUNT] = {4, 4, 12, 8, 8, 32};

static bool is_dex(struct vtr_bytes data)
{
    bool is_known = false;

    for (size_t i = 0; i < VTR_DEX_MAGIC_COUNT && data.len >= HEADER_LEN; i++) {
        is_known =
            is_known || memcmp(data.ptr, VTR_DEX_MAGICS[i], VTR_DEX_MAGIC_LEN) == 0;
    }
    return is_known;
}

/* A number of the header, which is there. */
static uint32_t header_number(const struct vtr_dex_image *image, unsigned at)
{
    uint32_t value = 0;

    return vtr_peek_u32(image->data, at, &value) ? value : 0;
}

static bool find_table(struct vtr_dex_image *image, enum vtr_dex_table table)
{
    const unsigned at = AT_TABLES + (unsigned)table * 8;

    return vtr_peek_slice(image->data, header_number(image, at + 4),
                          (uint64_t)header_number(image, at) * RECORD_LEN[table],
                          &image->tables[table]);
}

/* False when the map is there, but not whole: nothing is read after it.  A map that is
 * not larger than the file, but too far behind in it, is read up to the end. */
static bool find_map(struct vtr_dex_image *image)
{
    const uint64_t offset = header_number(image, AT_MAP);
    const uint64_t begin = offset + sizeof(image->map_size);

    if (offset == 0 || !vtr_peek_u32(image->data, offset, &image->map_size)) {
        return true;
    }
    image->has_map = true;
    const uint64_t len = (uint64_t)image->map_size * MAP_ITEM_LEN;
    if (len + sizeof(image->map_size) > image->data.len) {
        return false;
    }
    const uint64_t room = (image->data.len - begin) / MAP_ITEM_LEN * MAP_ITEM_LEN;
    return vtr_peek_slice(image->data, begin, len < room ? len : room, &image->map) &&
           len <= room;
}

bool vtr_dex_image_init(struct vtr_dex_image *image, struct vtr_bytes data)
{
    if (!is_dex(data)) {
        return false;
    }
    *image = (struct vtr_dex_image){.data = data};
    for (unsigned table = 0; table < VTR_DEX_TABLE_COUNT; table++) {
        if ((table == VTR_DEX_TABLE_CLASSES && !find_map(image)) ||
            !find_table(image, (enum vtr_dex_table)table)) {
            break;
        }
    }
    return true;
}

uint32_t vtr_dex_image_count(const struct vtr_dex_image *image,
                             enum vtr_dex_table table)
{
    return (uint32_t)(image->tables[table].len / RECORD_LEN[table]);
}

bool vtr_dex_image_number(const struct vtr_dex_image *image, enum vtr_dex_table table,
                          uint64_t index, unsigned at, unsigned width, uint32_t *out)
{
    struct vtr_reader reader;
    struct vtr_bytes bytes;
    uint64_t value;

    if (!vtr_peek_slice(image->tables[table], index * RECORD_LEN[table] + at, width,
                        &bytes)) {
        return false;
    }
    vtr_reader_init(&reader, bytes, 0);
    if (!vtr_reader_uint(&reader, &value, width, false)) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

bool vtr_dex_image_leb128(const struct vtr_dex_image *image, uint64_t *at,
                          uint32_t *out)
{
    uint32_t value = 0;
    uint8_t byte = 0x80;
    unsigned len = 0;

    for (; byte > 0x7F && len < LEB128_LEN_MAX; len++) {
        if (!vtr_peek_u8(image->data, *at + len, &byte)) {
            return false;
        }
        value |= (uint32_t)(byte & 0x7Fu) << (7 * len);
    }
    *at += len;
    *out = value;
    return true;
}

bool vtr_dex_image_text(const struct vtr_dex_image *image, uint64_t index,
                        struct vtr_bytes *out)
{
    struct vtr_bytes room;
    uint32_t offset;
    uint32_t len;

    if (!vtr_dex_image_number(image, VTR_DEX_TABLE_STRINGS, index, 0, 4, &offset) ||
        !vtr_peek_slice(image->data, offset, TEXT_ROOM, &room)) {
        return false;
    }
    uint64_t at = offset;
    /* The length counts units of UTF-16, and may take several bytes: YARA takes as many
     * bytes as it says, from the second one on. */
    return vtr_dex_image_leb128(image, &at, &len) &&
           vtr_peek_slice(image->data, (uint64_t)offset + 1, len, out);
}
