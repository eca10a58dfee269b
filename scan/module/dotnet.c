/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/module/dotnet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/reader.h"
#include "scan/module/dotnet_state.h"

#define GUID_LEN       16u
#define GUID_LIMIT     16u
#define GUID_TEXT_SIZE 37u

static void store_streams(struct vtr_module_run *run,
                          const struct vtr_net_metadata *metadata)
{
    uint64_t offset = metadata->stream_heads;
    struct vtr_net_stream stream;
    enum vtr_net_stream_id id;
    unsigned count = 0;

    while (count < metadata->stream_count &&
           vtr_net_stream_next(metadata, &offset, &stream, &id)) {
        const uint32_t item = vtr_store_append(&run->store, VTR_DOTNET_STREAMS, 0);
        vtr_store_text(&run->store, VTR_DOTNET_STREAM_NAME, item, stream.name);
        vtr_store_int(&run->store, VTR_DOTNET_STREAM_OFFSET, item,
                      (int64_t)stream.offset);
        vtr_store_int(&run->store, VTR_DOTNET_STREAM_SIZE, item, stream.len);
        count++;
    }
    if (metadata->stream_heads != 0) {
        vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_STREAMS, 0, count);
    }
}

void vtr_dotnet_header(struct vtr_module_run *run)
{
    struct vtr_pe_image pe;
    struct vtr_net_metadata *metadata;

    if (!vtr_pe_image_init(&pe, run->data)) {
        return;
    }
    metadata = vtr_module_alloc(run, sizeof(*metadata));
    if (metadata == NULL) {
        return;
    }
    metadata->pe = pe;
    const bool is_dotnet = vtr_net_metadata_open(metadata);
    vtr_store_int(&run->store, VTR_DOTNET_IS_DOTNET, 0, is_dotnet);
    if (!is_dotnet) {
        return;
    }
    run->state = metadata;
    if (metadata->version.ptr != NULL) {
        vtr_store_text(&run->store, VTR_DOTNET_VERSION, 0, metadata->version);
    }
    store_streams(run, metadata);
}

const struct vtr_net_metadata *vtr_dotnet_metadata(struct vtr_module_run *run)
{
    vtr_module_ensure(run, vtr_dotnet_header);
    return run->state;
}

void vtr_dotnet_store_string(struct vtr_module_run *run, uint32_t field, uint32_t item,
                             uint32_t index)
{
    struct vtr_bytes text;

    if (vtr_net_string(run->state, index, &text)) {
        vtr_store_text(&run->store, field, item, text);
    }
}

static void store_guid(struct vtr_module_run *run, struct vtr_bytes guid)
{
    const uint8_t *p = guid.ptr;
    char text[GUID_TEXT_SIZE];
    const uint32_t item = vtr_store_append(&run->store, VTR_DOTNET_GUIDS, 0);

    (void)snprintf(text, sizeof(text),
                   "%08" PRIx32 "-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                   vtr_load_u32(p), (unsigned)vtr_load_u16(p + 4),
                   (unsigned)vtr_load_u16(p + 6), p[8], p[9], p[10], p[11], p[12],
                   p[13], p[14], p[15]);
    vtr_store_text_copy(&run->store, VTR_DOTNET_GUID, item, vtr_bytes_from_text(text));
}

void vtr_dotnet_guids(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = vtr_dotnet_metadata(run);
    const struct vtr_net_stream *heap;
    struct vtr_bytes guid;
    uint32_t count = 0;

    if (metadata == NULL || !metadata->streams[VTR_NET_STREAM_GUIDS].is_present) {
        return;
    }
    heap = &metadata->streams[VTR_NET_STREAM_GUIDS];
    while (count < heap->len / GUID_LEN && count < GUID_LIMIT &&
           vtr_peek_slice(metadata->file, heap->offset + (uint64_t)count * GUID_LEN,
                          GUID_LEN, &guid)) {
        store_guid(run, guid);
        count++;
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_GUIDS, 0, count);
}

/* The texts of the heap: blobs, each with a byte at its end that is not part of the
 * text. The first blob of a valid heap is empty; so is the padding at its end. */
void vtr_dotnet_user_strings(struct vtr_module_run *run)
{
    const struct vtr_net_metadata *metadata = vtr_dotnet_metadata(run);
    const struct vtr_net_stream *heap;
    struct vtr_bytes bytes;
    struct vtr_bytes text;
    uint32_t count = 0;

    if (metadata == NULL ||
        !metadata->streams[VTR_NET_STREAM_USER_STRINGS].is_present) {
        return;
    }
    heap = &metadata->streams[VTR_NET_STREAM_USER_STRINGS];
    if (heap->len == 0 ||
        !vtr_peek_slice(metadata->file, heap->offset, heap->len, &bytes) ||
        bytes.ptr[0] != 0) {
        return;
    }
    uint64_t at = heap->offset + 1;
    while (at < heap->offset + heap->len && vtr_module_spend(run, 1) &&
           vtr_net_blob_at(metadata, at, &text)) {
        at = (uint64_t)(text.ptr - metadata->file.ptr);
        if (text.len > 1) {
            const uint32_t item =
                vtr_store_append(&run->store, VTR_DOTNET_USER_STRINGS, 0);
            text.len--;
            vtr_store_text(&run->store, VTR_DOTNET_USER_STRING, item, text);
            at += text.len;
            count++;
        }
    }
    vtr_store_int(&run->store, VTR_DOTNET_NUMBER_OF_USER_STRINGS, 0, count);
}
