/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records -> image, in steps: measure, lay out, allocate, fill, seal.
 *
 * The records are read more than once and checked every time; what is measured decides
 * the room of each section, and no writer leaves its room.
 */
#include "format/materialise.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "format/atom_index_write.h"
#include "format/image_plan.h"
#include "format/record/record_root.h"

/* Bytes of an image that are digested between two pauses. */
#define PAUSE_LEN ((size_t)16 << 20)

/* Where a section is in the image; NULL when it has no bytes. */
static uint8_t *section_at(const struct vtr_image_plan *plan, uint8_t *image,
                           unsigned id)
{
    const struct vtr_section_plan *section = &plan->sections[id];

    return section->len == 0 || section->place == VTR_NO_PLACE ? NULL
                                                               : image + section->place;
}

static struct vtr_room room_at(const struct vtr_image_plan *plan, uint8_t *image,
                               unsigned id)
{
    const struct vtr_room room = {.ptr = section_at(plan, image, id),
                                  .len = (size_t)plan->sections[id].len};
    return room;
}

static enum vtr_status fill_stems(const struct vtr_image_plan *plan, uint8_t *image,
                                  struct vtr_error *err)
{
    struct vtr_room offsets = room_at(plan, image, VTR_SECTION_STEM_OFFSETS);
    struct vtr_room data = room_at(plan, image, VTR_SECTION_STEM_DATA);
    bool is_written = plan->stems.count == 0 || vtr_room_u32(&offsets, 0);

    for (size_t i = 0; i < plan->stems.count && is_written; i++) {
        is_written = vtr_room_bytes(&data, plan->stems.stems[i]) &&
                     vtr_room_u32(&offsets, data.pos);
    }
    if (!is_written || data.pos != data.len) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "stems changed between two readings");
    }
    return VTR_OK;
}

static enum vtr_status fill_hashes(struct vtr_image_plan *plan, uint8_t *image,
                                   struct vtr_root_builder *root, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < VTR_HASH_KINDS && status == VTR_OK; i++) {
        const struct vtr_hash_output output = {
            .fanout = section_at(plan, image, VTR_SECTION_HASH_FANOUT(i)),
            .tails = section_at(plan, image, VTR_SECTION_HASH_TAILS(i)),
            .attrs = section_at(plan, image, VTR_SECTION_HASH_ATTRS(i)),
            .pause = plan->records->pause,
            .workers = plan->records->workers,
            .same = plan->is_compared ? &plan->same[i] : NULL,
        };
        status = vtr_hash_table_write(&plan->hashes[i], &plan->records->hashes[i],
                                      &plan->stems, &output, root, err);
    }
    return status == VTR_OK ? vtr_stem_set_check_used(&plan->stems, err) : status;
}

static enum vtr_status fill_rules(const struct vtr_image_plan *plan, uint8_t *image,
                                  struct vtr_root_builder *root, struct vtr_error *err)
{
    struct vtr_rule_output output = {
        .offsets = room_at(plan, image, VTR_SECTION_RULE_OFFSETS),
        .data = room_at(plan, image, VTR_SECTION_RULE_DATA),
        .global = room_at(plan, image, VTR_SECTION_RULE_GLOBAL),
        .patterns = room_at(plan, image, VTR_SECTION_PATTERNS),
        .externals = room_at(plan, image, VTR_SECTION_EXTERNALS),
    };
    return vtr_rule_table_write(plan->records, &output, root, err);
}

static enum vtr_status fill_atoms(const struct vtr_image_plan *plan, uint8_t *image,
                                  struct vtr_error *err)
{
    const struct vtr_atom_output output = {
        .params = section_at(plan, image, VTR_SECTION_ATOM_PARAMS),
        .filter = section_at(plan, image, VTR_SECTION_ATOM_FILTER),
        .slots = section_at(plan, image, VTR_SECTION_ATOM_SLOTS),
        .rows = section_at(plan, image, VTR_SECTION_ATOM_ROWS),
        .unindexed = section_at(plan, image, VTR_SECTION_UNINDEXED),
    };
    return vtr_atom_index_write(&plan->atoms, plan->records, &output, err);
}

static enum vtr_status fill(struct vtr_image_plan *plan, uint8_t *image,
                            uint8_t *record_root, struct vtr_error *err)
{
    struct vtr_root_builder builder = {0};
    struct vtr_root_builder *root = plan->records->root == NULL ? &builder : NULL;
    enum vtr_status status = fill_stems(plan, image, err);

    if (status == VTR_OK) {
        status = fill_hashes(plan, image, root, err);
    }
    if (status == VTR_OK) {
        status = fill_rules(plan, image, root, err);
    }
    if (status == VTR_OK && root != NULL) {
        status = vtr_root_builder_finish(root, record_root, err);
    } else if (status == VTR_OK) {
        memcpy(record_root, plan->records->root, VTR_DIGEST_LEN);
    }
    vtr_always_table_write(&plan->always,
                           section_at(plan, image, VTR_SECTION_RULE_ALWAYS),
                           section_at(plan, image, VTR_SECTION_RULE_GROUPS),
                           section_at(plan, image, VTR_SECTION_RULE_KEYS));
    if (status == VTR_OK) {
        status = fill_atoms(plan, image, err);
    }
    vtr_root_builder_deinit(&builder);
    return status;
}

static void write_toc(const struct vtr_image_plan *plan, uint8_t *image)
{
    uint8_t *row = image + VTR_HEADER_LEN;

    for (uint32_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        const struct vtr_section_plan *section = &plan->sections[id];

        if (section->len > 0) {
            vtr_store_u32(row + VTR_TOC_AT_ID, id);
            vtr_store_u64(row + VTR_TOC_AT_OFFSET, section->offset);
            vtr_store_u64(row + VTR_TOC_AT_LEN, section->len);
            vtr_store_u64(row + VTR_TOC_AT_COUNT, section->count);
            row += VTR_TOC_ROW_LEN;
        }
    }
}

/* The digest over the image, with pauses. */
static void digest_image(const struct vtr_image_plan *plan, const uint8_t *image,
                         uint8_t *digest)
{
    const struct vtr_image_pause *pause = plan->records->pause;
    struct vtr_digest_stream *stream = pause == NULL ? NULL : vtr_digest_stream_new();
    const size_t len = (size_t)plan->file_len;

    if (stream == NULL) {
        vtr_digest_blake2b((struct vtr_bytes){image, len}, digest);
        return;
    }
    for (size_t at = 0; at < len; at += PAUSE_LEN) {
        const size_t left = len - at;
        const struct vtr_bytes part = {image + at, left < PAUSE_LEN ? left : PAUSE_LEN};
        vtr_digest_stream_add(stream, part);
        pause->run(pause->context);
    }
    vtr_digest_stream_finish(stream, digest);
    vtr_digest_stream_free(stream);
}

/* Header, table of contents, and last the digest over everything. */
static void seal(const struct vtr_image_plan *plan, uint8_t *image,
                 const uint8_t *record_root)
{
    const struct vtr_bytes name = plan->records->name;
    uint8_t digest[VTR_DIGEST_LEN];

    for (size_t i = 0; i < VTR_MAGIC_LEN; i++) {
        image[i] = (uint8_t)VTR_MAGIC[i];
    }
    vtr_store_u32(image + VTR_AT_LAYOUT, VTR_LAYOUT_VERSION);
    vtr_store_u32(image + VTR_AT_ENGINE, VTR_ENGINE_VERSION);
    vtr_store_u64(image + VTR_AT_RELEASE, plan->records->release);
    vtr_store_u64(image + VTR_AT_FILE_LEN, plan->file_len);
    vtr_store_u64(image + VTR_AT_RECORD_COUNT, plan->record_count);
    vtr_store_u32(image + VTR_AT_SECTION_COUNT, plan->section_count);
    vtr_store_u32(image + VTR_AT_NAME_LEN, (uint32_t)name.len);
    memcpy(image + VTR_AT_RECORD_ROOT, record_root, VTR_DIGEST_LEN);
    if (name.len > 0) {
        memcpy(image + VTR_AT_NAME, name.ptr, name.len);
    }
    write_toc(plan, image);
    if (plan->records->content_digest == NULL) {
        digest_image(plan, image, digest);
    } else {
        memcpy(digest, plan->records->content_digest, sizeof(digest));
    }
    memcpy(image + VTR_AT_CONTENT_DIGEST, digest, sizeof(digest));
}

/* Asks for the memory of the image; why there is none is known also where nobody wants
 * the words. */
static enum vtr_status allocate(const struct vtr_image_plan *plan,
                                vtr_image_alloc_fn alloc, void *context, uint8_t **out,
                                struct vtr_error *err)
{
    struct vtr_error found = {0};

    *out = alloc(context, (size_t)plan->file_len, &found);
    if (*out != NULL) {
        return VTR_OK;
    }
    if (found.status == VTR_OK) {
        return vtr_error_set_memory(err);
    }
    if (err != NULL) {
        *err = found;
    }
    return found.status;
}

enum vtr_status vtr_materialise(const struct vtr_records *records,
                                vtr_image_alloc_fn alloc, void *context,
                                size_t *out_len, struct vtr_error *err)
{
    struct vtr_image_plan plan = {0};
    uint8_t record_root[VTR_DIGEST_LEN];
    uint8_t *image = NULL;
    enum vtr_status status = vtr_image_plan_make(&plan, records, err);

    if (status != VTR_OK) {
        goto out;
    }
    status = allocate(&plan, alloc, context, &image, err);
    if (status != VTR_OK) {
        goto out;
    }
    status = fill(&plan, image, record_root, err);
    if (status == VTR_OK) {
        seal(&plan, image, record_root);
        *out_len = (size_t)plan.file_len;
    }
out:
    vtr_image_plan_deinit(&plan);
    return status;
}

static bool is_of_rows(unsigned id)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        if (id == VTR_SECTION_HASH_TAILS(kind) || id == VTR_SECTION_HASH_ATTRS(kind)) {
            return true;
        }
    }
    return false;
}

static size_t toc_end(const struct vtr_image_plan *plan)
{
    return VTR_HEADER_LEN + (size_t)plan->section_count * VTR_TOC_ROW_LEN;
}

/* Places in memory for all but the rows of hash tables; the bytes that it takes. */
static size_t lay_out_scratch(struct vtr_image_plan *plan)
{
    uint64_t len = toc_end(plan);

    for (unsigned id = 0; id < VTR_SECTION_LIMIT; id++) {
        struct vtr_section_plan *section = &plan->sections[id];

        section->place = is_of_rows(id) ? VTR_NO_PLACE : len;
        len += is_of_rows(id) ? 0 : section->len;
    }
    return (size_t)len;
}

/* Where the rows of an image of the plan's length are. */
static void point_to_rows(struct vtr_image_plan *plan, struct vtr_bytes image)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        plan->same[kind] = (struct vtr_hash_same){
            .tails = image.ptr + plan->sections[VTR_SECTION_HASH_TAILS(kind)].offset,
            .attrs = image.ptr + plan->sections[VTR_SECTION_HASH_ATTRS(kind)].offset,
            .tails_difference = SIZE_MAX,
            .attrs_difference = SIZE_MAX};
    }
    plan->is_compared = true;
}

/* The first index from `at` on where two differ, or `end`. */
static size_t differ_at(const uint8_t *a, const uint8_t *b, size_t at, size_t end)
{
    while (at < end && a[at] == b[at]) {
        at++;
    }
    return at;
}

/* The first byte of a section that differs, in the section; its length: none. */
static uint64_t compare_section(const struct vtr_image_plan *plan, unsigned id,
                                const uint8_t *scratch, const uint8_t *image)
{
    const struct vtr_section_plan *section = &plan->sections[id];

    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_hash_same *same = &plan->same[kind];
        const size_t at = id == VTR_SECTION_HASH_TAILS(kind)   ? same->tails_difference
                          : id == VTR_SECTION_HASH_ATTRS(kind) ? same->attrs_difference
                                                               : SIZE_MAX;
        if (at != SIZE_MAX) {
            return at;
        }
    }
    return section->place == VTR_NO_PLACE
               ? section->len
               : differ_at(scratch + section->place, image + section->offset, 0,
                           (size_t)section->len);
}

/* Sections in their order, and the zeros between them. */
static uint64_t compare_sections(const struct vtr_image_plan *plan,
                                 const uint8_t *scratch, const uint8_t *image)
{
    uint64_t end = toc_end(plan);

    for (unsigned id = 0; id < VTR_SECTION_LIMIT; id++) {
        const struct vtr_section_plan *section = &plan->sections[id];

        if (section->len == 0) {
            continue;
        }
        for (; end < section->offset; end++) {
            if (image[end] != 0) {
                return end;
            }
        }
        const uint64_t at = compare_section(plan, id, scratch, image);
        if (at < section->len) {
            return section->offset + at;
        }
        end = section->offset + section->len;
    }
    return UINT64_MAX;
}

/* See vtr_materialise_compare.  `scratch` holds header, table of contents and sections.
 */
static uint64_t compare_image(const struct vtr_image_plan *plan, const uint8_t *scratch,
                              const uint8_t *image)
{
    size_t at = differ_at(scratch, image, 0, VTR_AT_RECORD_ROOT);

    if (at < VTR_AT_RECORD_ROOT) {
        return at;
    }
    at = differ_at(scratch, image, VTR_AT_NAME, toc_end(plan));
    if (at < toc_end(plan)) {
        return at;
    }
    const uint64_t in_sections = compare_sections(plan, scratch, image);
    if (in_sections != UINT64_MAX) {
        return in_sections;
    }
    at = differ_at(scratch, image, VTR_AT_RECORD_ROOT, VTR_AT_NAME);
    return at < VTR_AT_NAME ? at : UINT64_MAX;
}

/* Of images of other lengths the tables of contents differ; or else the lengths. */
static uint64_t compare_contents(const struct vtr_image_plan *plan, uint8_t *scratch,
                                 struct vtr_bytes image)
{
    const size_t end = toc_end(plan) < image.len ? toc_end(plan) : image.len;

    write_toc(plan, scratch);
    const size_t at = differ_at(scratch, image.ptr, VTR_HEADER_LEN, end);
    return at < end ? at : VTR_AT_FILE_LEN;
}

enum vtr_status vtr_materialise_compare(const struct vtr_records *records,
                                        struct vtr_bytes image, uint64_t *out_at,
                                        struct vtr_error *err)
{
    struct vtr_image_plan plan = {0};
    uint8_t record_root[VTR_DIGEST_LEN];
    uint8_t *scratch = NULL;
    enum vtr_status status = vtr_image_plan_make(&plan, records, err);

    assert(records->content_digest != NULL);
    if (status == VTR_OK) {
        scratch = calloc(lay_out_scratch(&plan), 1);
        status = scratch == NULL ? vtr_error_set_memory(err) : VTR_OK;
    }
    if (status == VTR_OK && plan.file_len != image.len) {
        *out_at = compare_contents(&plan, scratch, image);
    } else if (status == VTR_OK) {
        point_to_rows(&plan, image);
        status = fill(&plan, scratch, record_root, err);
        if (status == VTR_OK) {
            seal(&plan, scratch, record_root);
            *out_at = compare_image(&plan, scratch, image.ptr);
        }
    }
    free(scratch);
    vtr_image_plan_deinit(&plan);
    return status;
}
