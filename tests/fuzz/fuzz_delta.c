/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The delta reader on hostile bytes, without signatures, against a small database.
 *
 * A digest in front of each section would stop a fuzzer at once, so the input's first
 * byte chooses: 0: the rest is a delta file as it is; otherwise the rest is sections
 * (u8 id, u8 codec, varint count, varint raw length, string packed bytes), which are
 * made a file with the right digests.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"
#include "delta/file/delta_file.h"
#include "delta/merge/compose.h"
#include "delta/merge/merge.h"
#include "delta/rebuild_image.h"
#include "format/image/image_records.h"
#include "format/materialise.h"
#include "tests/support/sample_database.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vtr_bytes build_basis(void)
{
    static const char *const NAMES[] = {"Win.Trojan.Agent-100-0",
                                        "Win.Trojan.Agent-107-0", "Eicar-Test",
                                        "Doc.Macro-9"};
    const struct vtr_sample_rule rule = {.space = "default",
                                         .name = "rule",
                                         .pattern_id = "a",
                                         .text = "a text"};
    struct vtr_sample sample;
    uint64_t random = 1;

    vtr_sample_init(&sample, "sample", 1);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t digest[32];
        for (size_t at = 0; at < sizeof(digest); at++) {
            digest[at] = (uint8_t)vtr_sample_random(&random);
        }
        vtr_sample_add_hash(&sample, (enum vtr_hash_kind)(i % 3), digest, 100 + i,
                            NAMES[i % 4]);
    }
    vtr_sample_add_rule(&sample, &rule);
    vtr_sample_add_external(&sample, "external", 1);
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

/* Makes a delta of the sections that the input describes. */
static void assemble(struct vtr_writer *w, struct vtr_bytes input,
                     const struct vtr_image *basis)
{
    struct vtr_delta_header header = {.layout = VTR_LAYOUT_VERSION,
                                      .name = basis->name,
                                      .from_release = basis->release,
                                      .to_release = basis->release + 1,
                                      .from_digest = basis->content_digest,
                                      .to_digest = basis->content_digest,
                                      .to_root = basis->record_root,
                                      .to_len = 1 << 20};
    struct vtr_delta_section section = {.count = 0};
    struct vtr_reader r;
    uint8_t id;
    uint8_t codec;

    vtr_reader_init(&r, input, 0);
    while (vtr_reader_u8(&r, &id) && vtr_reader_u8(&r, &codec) &&
           vtr_reader_varint(&r, &section.count) &&
           vtr_reader_varint(&r, &section.raw_len) &&
           vtr_reader_string(&r, &section.packed)) {
        section.codec = (codec & 1) == 0 ? VTR_DELTA_STORED : VTR_DELTA_DEFLATED;
        header.sections[id % VTR_DELTA_SECTION_LIMIT] = section;
    }
    for (id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        if (header.sections[id].count == 0) { /* would be bytes without a row */
            header.sections[id].packed = (struct vtr_bytes){NULL, 0};
        }
    }
    (void)!vtr_delta_file_write(w, &header, NULL, NULL);
}

static uint8_t *alloc_memory(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = calloc(len, 1);

    (void)err;
    *(uint8_t **)context = memory;
    return memory;
}

/* Merges and materialises, whatever digest comes of it. */
static void apply(struct vtr_delta *delta, const struct vtr_image *basis)
{
    struct vtr_image_records old = {0};
    struct vtr_merge merge = {0};
    uint8_t *memory = NULL;
    size_t len = 0;

    if (vtr_image_records_init(&old, basis, NULL) == VTR_OK &&
        vtr_merge_init(&merge, delta, &old.records, NULL) == VTR_OK &&
        vtr_materialise(&merge.records, alloc_memory, &memory, &len, NULL) == VTR_OK) {
        struct vtr_image result; /* what materialise makes is a good image */
        const struct vtr_bytes bytes = {memory, len};
        const enum vtr_status status = vtr_delta_open_image(&result, bytes, NULL);
        assert(status == VTR_OK);
        (void)status;
    }
    free(memory);
    vtr_merge_deinit(&merge);
    vtr_image_records_deinit(&old);
}

/* Its changes, spelled again, are a delta; and are composed with themselves, which
 * mostly does not fit. */
static void compose(const struct vtr_delta *delta)
{
    struct vtr_delta_header header = delta->header;
    struct vtr_changes changes;
    struct vtr_changes twice;
    struct vtr_writer w = {0};

    if (vtr_changes_read(delta, &changes, NULL) != VTR_OK) {
        return;
    }
    for (unsigned id = 0; id < VTR_DELTA_SECTION_LIMIT; id++) {
        header.sections[id] = (struct vtr_delta_section){.count = 0};
    }
    if (vtr_changes_settle_stems(&changes, NULL) == VTR_OK &&
        vtr_delta_spell(&w, &header, &changes, NULL, NULL) == VTR_OK) {
        struct vtr_delta again;
        const enum vtr_status status =
            vtr_delta_open(&again, vtr_writer_bytes(&w), NULL, 0, NULL);
        assert(status == VTR_OK);
        if (status == VTR_OK) {
            vtr_delta_deinit(&again);
        }
    }
    if (vtr_changes_compose(&changes, &changes, &twice, NULL) == VTR_OK) {
        vtr_changes_deinit(&twice);
    }
    vtr_writer_deinit(&w);
    vtr_changes_deinit(&changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct vtr_bytes basis_bytes = build_basis();
    struct vtr_writer file = {0};
    struct vtr_image basis;
    struct vtr_delta delta;
    const enum vtr_status opened = vtr_image_open(&basis, basis_bytes, NULL);

    assert(opened == VTR_OK);
    if (opened == VTR_OK && size > 0) {
        const struct vtr_bytes rest = {data + 1, size - 1};
        if (data[0] == 0) {
            vtr_writer_raw(&file, rest);
        } else {
            assemble(&file, rest, &basis);
        }
        if (vtr_delta_open(&delta, vtr_writer_bytes(&file), NULL, 0, NULL) == VTR_OK) {
            apply(&delta, &basis);
            compose(&delta);
            vtr_delta_deinit(&delta);
        }
    }
    vtr_writer_deinit(&file);
    free((void *)(uintptr_t)basis_bytes.ptr);
    return 0;
}
