/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dotnet_metadata.h"

#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"

/* The CLI header, ECMA-335 II.25.3.3. */
#define CLI_HEADER_LEN      72u
#define CLI_METADATA_RVA    8u
#define CLI_RESOURCES_RVA   24u
#define DIRECTORY_COUNT_64  108u /* in the optional header */
#define METADATA_MAGIC      0x424A5342u
#define METADATA_HEAD_LEN   16u /* magic, versions, reserved, length of the version */
#define METADATA_VERSION    12u /* where that length is */
#define VERSION_LEN_MAX     255u
#define STREAM_HEAD_LEN     8u
#define STREAM_NAME_LEN_MAX 32u
#define STRING_LEN_MAX      1024u

/* Where the CLI header is; false when there is none of the right size. */
static bool find_cli_header(const struct vtr_net_metadata *metadata,
                            struct vtr_bytes *out)
{
    struct vtr_pe_directory directory;
    uint64_t offset;

    return vtr_pe_image_directory(&metadata->pe, VTR_PE_DIRECTORY_COM, &directory) &&
           vtr_pe_image_offset(&metadata->pe, directory.address, &offset) &&
           vtr_peek_slice(metadata->file, offset, CLI_HEADER_LEN, out) &&
           vtr_load_u32(out->ptr) == CLI_HEADER_LEN;
}

static void read_version(struct vtr_net_metadata *metadata, struct vtr_bytes version)
{
    const uint8_t *end = memchr(version.ptr, 0, version.len);

    if (end != NULL) {
        metadata->version =
            (struct vtr_bytes){version.ptr, (size_t)(end - version.ptr)};
    }
}

static enum vtr_net_stream_id stream_id(struct vtr_bytes name)
{
    static const struct {
        const char *prefix;
        enum vtr_net_stream_id id;
    } PREFIXES[] = {
        {"#~", VTR_NET_STREAM_TABLES},   {"#-", VTR_NET_STREAM_TABLES},
        {"#GUID", VTR_NET_STREAM_GUIDS}, {"#Strings", VTR_NET_STREAM_STRINGS},
        {"#Blob", VTR_NET_STREAM_BLOBS}, {"#US", VTR_NET_STREAM_USER_STRINGS},
    };

    for (size_t i = 0; i < sizeof(PREFIXES) / sizeof(PREFIXES[0]); i++) {
        const struct vtr_bytes prefix = vtr_bytes_from_text(PREFIXES[i].prefix);
        if (name.len >= prefix.len && memcmp(name.ptr, prefix.ptr, prefix.len) == 0) {
            return PREFIXES[i].id;
        }
    }
    return VTR_NET_STREAM_OTHER;
}

bool vtr_net_stream_next(const struct vtr_net_metadata *metadata, uint64_t *offset,
                         struct vtr_net_stream *out, enum vtr_net_stream_id *out_id)
{
    struct vtr_bytes head;
    const uint8_t *end;

    if (!vtr_peek_slice(metadata->file, *offset, STREAM_HEAD_LEN + STREAM_NAME_LEN_MAX,
                        &head)) {
        return false;
    }
    end = memchr(head.ptr + STREAM_HEAD_LEN, 0, STREAM_NAME_LEN_MAX);
    if (end == NULL) {
        return false;
    }
    *out = (struct vtr_net_stream){
        .is_present = true,
        .name = {head.ptr + STREAM_HEAD_LEN,
                 (size_t)(end - head.ptr) - STREAM_HEAD_LEN},
        .offset = metadata->root + vtr_load_u32(head.ptr),
        .len = vtr_load_u32(head.ptr + 4),
    };
    *out_id = stream_id(out->name);
    /* The name and its NUL fill a multiple of four bytes. */
    *offset += STREAM_HEAD_LEN + out->name.len + 4 - out->name.len % 4;
    return true;
}

static void find_streams(struct vtr_net_metadata *metadata)
{
    uint64_t offset = metadata->stream_heads;
    struct vtr_net_stream stream;
    enum vtr_net_stream_id id;

    for (unsigned i = 0; i < metadata->stream_count; i++) {
        if (!vtr_net_stream_next(metadata, &offset, &stream, &id)) {
            return;
        }
        if (id != VTR_NET_STREAM_OTHER &&
            (id == VTR_NET_STREAM_GUIDS || !metadata->streams[id].is_present)) {
            metadata->streams[id] = stream;
        }
    }
}

/* The metadata's own head: its version, then two bytes of flags, and how many streams
 * there are, of which YARA reads the low byte. */
static bool read_head(struct vtr_net_metadata *metadata)
{
    struct vtr_bytes head;
    struct vtr_bytes version;
    struct vtr_bytes count;
    uint32_t version_len;

    if (!vtr_peek_slice(metadata->file, metadata->root, METADATA_HEAD_LEN, &head) ||
        vtr_load_u32(head.ptr) != METADATA_MAGIC) {
        return false;
    }
    version_len = vtr_load_u32(head.ptr + METADATA_VERSION);
    if (version_len == 0 || version_len > VERSION_LEN_MAX || version_len % 4 != 0 ||
        !vtr_peek_slice(metadata->file, metadata->root + METADATA_HEAD_LEN, version_len,
                        &version)) {
        return false;
    }
    read_version(metadata, version);
    const uint64_t count_at = metadata->root + METADATA_HEAD_LEN + version_len + 2;
    if (vtr_peek_slice(metadata->file, count_at, 2, &count)) {
        metadata->stream_heads = count_at + 2;
        metadata->stream_count = count.ptr[0];
    }
    return true;
}

/* YARA looks at the count of directories in images of 64 bits alone. */
static bool has_cli_directory(const struct vtr_pe_image *pe)
{
    uint32_t count;

    return !pe->is_64bit ||
           (vtr_peek_u32(pe->data, pe->optional_offset + DIRECTORY_COUNT_64, &count) &&
            count >= VTR_PE_DIRECTORY_COM);
}

bool vtr_net_metadata_open(struct vtr_net_metadata *metadata)
{
    struct vtr_bytes header;

    metadata->file = metadata->pe.data;
    if (!find_cli_header(metadata, &header) ||
        !vtr_pe_image_offset(&metadata->pe, vtr_load_u32(header.ptr + CLI_METADATA_RVA),
                             &metadata->root) ||
        !read_head(metadata) || !has_cli_directory(&metadata->pe)) {
        return false;
    }
    if (!vtr_pe_image_offset(&metadata->pe,
                             vtr_load_u32(header.ptr + CLI_RESOURCES_RVA),
                             &metadata->resources)) {
        metadata->resources = UINT64_MAX;
    }
    find_streams(metadata);
    if (metadata->streams[VTR_NET_STREAM_TABLES].is_present &&
        metadata->streams[VTR_NET_STREAM_STRINGS].is_present &&
        metadata->streams[VTR_NET_STREAM_BLOBS].is_present) {
        vtr_net_tables_find(&metadata->tables, metadata->file,
                            metadata->streams[VTR_NET_STREAM_TABLES].offset);
    }
    return true;
}

bool vtr_net_string(const struct vtr_net_metadata *metadata, uint32_t index,
                    struct vtr_bytes *out)
{
    const struct vtr_net_stream *heap = &metadata->streams[VTR_NET_STREAM_STRINGS];
    const uint64_t offset = heap->offset + index;
    struct vtr_bytes text;
    const uint8_t *end;
    uint64_t len;

    if (index >= heap->len || offset >= metadata->file.len) {
        return false;
    }
    len = metadata->file.len - offset;
    if (len > STRING_LEN_MAX + 1) {
        len = STRING_LEN_MAX + 1;
    }
    if (!vtr_peek_slice(metadata->file, offset, len, &text)) {
        return false;
    }
    end = memchr(text.ptr, 0, text.len);
    if (end == NULL) {
        return false;
    }
    *out = (struct vtr_bytes){text.ptr, (size_t)(end - text.ptr)};
    return true;
}

unsigned vtr_net_compressed(struct vtr_bytes bytes, uint32_t *out)
{
    const uint8_t *p = bytes.ptr;

    if (bytes.len >= 1 && (p[0] & 0x80u) == 0) {
        *out = p[0];
        return 1;
    }
    if (bytes.len >= 2 && (p[0] & 0xC0u) == 0x80) {
        *out = vtr_load_u16_be(p) & 0x3FFFu;
        return 2;
    }
    if (bytes.len >= 4 && (p[0] & 0xE0u) == 0xC0) {
        *out = vtr_load_u32_be(p) & 0x1FFFFFFFu;
        return 4;
    }
    return 0;
}

bool vtr_net_blob_at(const struct vtr_net_metadata *metadata, uint64_t offset,
                     struct vtr_bytes *out)
{
    const struct vtr_bytes file = metadata->file;
    struct vtr_bytes rest;
    uint32_t len;

    /* Where the length takes four bytes YARA asks for a fifth. */
    if (offset >= file.len || !vtr_peek_slice(file, offset, file.len - offset, &rest) ||
        (rest.ptr[0] >= 0xC0 && rest.len < 5)) {
        return false;
    }
    const unsigned head_len = vtr_net_compressed(rest, &len);
    return head_len != 0 && vtr_peek_slice(rest, head_len, len, out);
}

bool vtr_net_blob(const struct vtr_net_metadata *metadata, uint32_t index,
                  struct vtr_bytes *out)
{
    return vtr_net_blob_at(metadata,
                           metadata->streams[VTR_NET_STREAM_BLOBS].offset + index, out);
}

bool vtr_net_has_byte_after(const struct vtr_net_metadata *metadata,
                            struct vtr_bytes bytes)
{
    return bytes.ptr + bytes.len < metadata->file.ptr + metadata->file.len;
}
