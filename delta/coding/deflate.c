/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/coding/deflate.h"

#include <stdlib.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/error.h"

#define WINDOW_BITS  (-15) /* raw, 32 KiB */
#define MEMORY_LEVEL 9

/* Packs with one strategy to memory from malloc that the caller frees. */
static bool pack_with(struct vtr_bytes raw, int strategy, uint8_t **out,
                      size_t *out_len)
{
    z_stream stream = {0};
    bool is_packed = false;

    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, WINDOW_BITS, MEMORY_LEVEL,
                     strategy) != Z_OK) {
        return false;
    }
    const uLong bound = deflateBound(&stream, (uLong)raw.len);
    uint8_t *packed = bound > UINT32_MAX ? NULL : malloc(bound);
    if (packed != NULL) {
        stream.next_in = raw.ptr;
        stream.avail_in = (uInt)raw.len;
        stream.next_out = packed;
        stream.avail_out = (uInt)bound;
        is_packed = deflate(&stream, Z_FINISH) == Z_STREAM_END;
        *out_len = (size_t)(bound - stream.avail_out);
    }
    (void)deflateEnd(&stream);
    if (!is_packed) {
        free(packed);
        return false;
    }
    *out = packed;
    return true;
}

enum vtr_status vtr_deflate_pack(struct vtr_writer *w, struct vtr_bytes raw,
                                 struct vtr_error *err)
{
    /* Columns of classes hold no repeats worth their distance codes, bodies do. */
    static const int STRATEGIES[] = {Z_DEFAULT_STRATEGY, Z_HUFFMAN_ONLY, Z_RLE};
    uint8_t *best = NULL;
    size_t best_len = 0;

    if (raw.len > VTR_SECTION_LEN_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "section of %zu bytes is too long",
                             raw.len);
    }
    for (size_t i = 0; i < sizeof(STRATEGIES) / sizeof(STRATEGIES[0]); i++) {
        uint8_t *packed = NULL;
        size_t len = 0;

        if (!pack_with(raw, STRATEGIES[i], &packed, &len)) {
            free(best);
            return vtr_error_set_memory(err);
        }
        if (best == NULL || len < best_len) {
            free(best);
            best = packed;
            best_len = len;
        } else {
            free(packed);
        }
    }
    vtr_writer_raw(w, (struct vtr_bytes){best, best_len});
    free(best);
    return VTR_OK;
}

enum vtr_status vtr_deflate_unpack(struct vtr_bytes packed, uint8_t *out,
                                   size_t raw_len)
{
    z_stream stream = {0};

    if (packed.len > VTR_SECTION_LEN_MAX || raw_len > VTR_SECTION_LEN_MAX) {
        return VTR_ERROR_FORMAT;
    }
    if (inflateInit2(&stream, WINDOW_BITS) != Z_OK) {
        return VTR_ERROR_MEMORY;
    }
    stream.next_in = packed.ptr;
    stream.avail_in = (uInt)packed.len;
    stream.next_out = out;
    stream.avail_out = (uInt)raw_len;
    const int code = inflate(&stream, Z_FINISH);
    const bool is_exact =
        code == Z_STREAM_END && stream.avail_in == 0 && stream.avail_out == 0;
    (void)inflateEnd(&stream);
    if (code == Z_MEM_ERROR) {
        return VTR_ERROR_MEMORY;
    }
    return is_exact ? VTR_OK : VTR_ERROR_FORMAT;
}
