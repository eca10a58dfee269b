/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The metadata of a .NET image (ECMA-335 II.24): from the CLI header of a PE file to
 * its streams, heaps and tables.
 *
 * What counts as present, and what is let pass, is YARA's: a text ends at the first NUL
 * of the file, not of its heap; a blob may run past its heap.
 */
#ifndef VTR_SCAN_MODULE_DOTNET_METADATA_H
#define VTR_SCAN_MODULE_DOTNET_METADATA_H

#include "scan/module/dotnet_tables.h"
#include "scan/module/pe_image.h"

/* Streams that are used; the first of a name counts, but of GUID the last. */
enum vtr_net_stream_id {
    VTR_NET_STREAM_TABLES,
    VTR_NET_STREAM_STRINGS,
    VTR_NET_STREAM_BLOBS,
    VTR_NET_STREAM_USER_STRINGS,
    VTR_NET_STREAM_GUIDS,
    VTR_NET_STREAM_COUNT,
    VTR_NET_STREAM_OTHER = VTR_NET_STREAM_COUNT
};

struct vtr_net_stream {
    bool is_present;
    struct vtr_bytes name;
    uint64_t offset; /* in the file */
    uint32_t len;
};

struct vtr_net_metadata {
    struct vtr_bytes file;
    struct vtr_pe_image pe;
    uint64_t root;            /* offset of the metadata in the file */
    struct vtr_bytes version; /* ptr NULL: not terminated */
    uint64_t resources;       /* offset in the file, or all ones for -1, as in YARA */
    uint64_t stream_heads;    /* offset; 0: the file ends before */
    unsigned stream_count;
    struct vtr_net_stream streams[VTR_NET_STREAM_COUNT];
    struct vtr_net_tables tables;
};

/* Finds the metadata; metadata->pe is open.  False when this is no .NET image. */
VTR_MUST_CHECK bool vtr_net_metadata_open(struct vtr_net_metadata *metadata);

/* The stream whose head is at *offset, which moves to the next one; which of those
 * above it is by its name.  False when the file ends before. */
VTR_MUST_CHECK bool vtr_net_stream_next(const struct vtr_net_metadata *metadata,
                                        uint64_t *offset, struct vtr_net_stream *out,
                                        enum vtr_net_stream_id *out_id);

/* The text at an index of #Strings, without its NUL. */
VTR_MUST_CHECK bool vtr_net_string(const struct vtr_net_metadata *metadata,
                                   uint32_t index, struct vtr_bytes *out);

/* The number that `bytes` begin with, ECMA-335 II.23.2: how many bytes it takes, or 0.
 */
unsigned vtr_net_compressed(struct vtr_bytes bytes, uint32_t *out);

/* The bytes behind the length at an offset of the file. */
VTR_MUST_CHECK bool vtr_net_blob_at(const struct vtr_net_metadata *metadata,
                                    uint64_t offset, struct vtr_bytes *out);

/* The same at an index of #Blob. */
VTR_MUST_CHECK bool vtr_net_blob(const struct vtr_net_metadata *metadata,
                                 uint32_t index, struct vtr_bytes *out);

/* Whether the byte behind `bytes` is in the file: YARA skips some blobs where not. */
bool vtr_net_has_byte_after(const struct vtr_net_metadata *metadata,
                            struct vtr_bytes bytes);

#endif
