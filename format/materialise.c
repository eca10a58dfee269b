/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Records -> image, in steps: measure, lay out, allocate, fill, seal.
 *
 * The records are read more than once and checked every time; what is measured decides
 * the room of each section, and no writer leaves its room.
 */
#include "format/materialise.h"

#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "format/atom_index_write.h"
#include "format/hash_table_write.h"
#include "format/image/always_table.h"
#include "format/image/hash_walk.h"
#include "format/image/rule_table.h"
#include "format/record/record_root.h"

static const enum vtr_hash_kind KINDS[VTR_HASH_KINDS] = {VTR_HASH_MD5, VTR_HASH_SHA1,
                                                         VTR_HASH_SHA256};

/* Bytes of an image that are digested between two pauses. */
#define PAUSE_LEN ((size_t)16 << 20)

struct section_plan {
    uint64_t len; /* 0: the section has no row */
    uint64_t count;
    uint64_t offset;
};

struct plan {
    const struct vtr_records *records;
    struct vtr_stem_set stems;
    struct vtr_hash_plan hashes[VTR_HASH_KINDS];
    struct vtr_rule_plan rules;
    struct vtr_always_plan always;
    struct vtr_atom_plan atoms;
    struct section_plan sections[VTR_SECTION_LIMIT];
    uint32_t section_count;
    uint64_t record_count;
    uint64_t file_len;
};

/* That all stems are used is seen where all records are walked. */
static enum vtr_status measure_hashes(struct plan *plan, struct vtr_error *err)
{
    bool are_walked = true;
    enum vtr_status status = vtr_stem_set_init(&plan->stems, plan->records, err);

    for (size_t i = 0; i < VTR_HASH_KINDS && status == VTR_OK; i++) {
        status = vtr_hash_plan_make(&plan->hashes[i], KINDS[i],
                                    &plan->records->hashes[i], &plan->stems, err);
        plan->record_count += plan->hashes[i].extent.count;
        are_walked = are_walked && plan->records->hashes[i].extent == NULL;
    }
    return status == VTR_OK && are_walked ? vtr_stem_set_check_used(&plan->stems, err)
                                          : status;
}

static enum vtr_status check_name(struct vtr_bytes name, struct vtr_error *err)
{
    if (name.len > VTR_NAME_LIMIT) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "the database's name is longer than %u bytes",
                             VTR_NAME_LIMIT);
    }
    if (name.len > 0 && memchr(name.ptr, 0, name.len) != NULL) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "the database's name has a zero byte");
    }
    return VTR_OK;
}

static enum vtr_status measure(struct plan *plan, struct vtr_error *err)
{
    enum vtr_status status = check_name(plan->records->name, err);

    if (status == VTR_OK) {
        status = measure_hashes(plan, err);
    }
    if (status == VTR_OK) {
        status = vtr_rule_plan_make(&plan->rules, plan->records, err);
    }
    if (status == VTR_OK) {
        status = vtr_always_plan_make(&plan->always, plan->records, err);
    }
    if (status == VTR_OK) {
        status = vtr_atom_plan_make(&plan->atoms, plan->records, err);
    }
    plan->record_count += plan->rules.rule_count + plan->rules.external_count;
    return status;
}

static void set_section(struct plan *plan, unsigned id, uint64_t len, uint64_t count)
{
    plan->sections[id] = (struct section_plan){.len = len, .count = count};
}

static void size_hash_sections(struct plan *plan)
{
    for (size_t i = 0; i < VTR_HASH_KINDS; i++) {
        const struct vtr_hash_plan *hash = &plan->hashes[i];
        const uint64_t count = hash->extent.count;

        set_section(plan, VTR_SECTION_HASH_FANOUT(i), hash->fanout_len, count);
        set_section(plan, VTR_SECTION_HASH_TAILS(i), hash->tails_len, count);
        set_section(plan, VTR_SECTION_HASH_ATTRS(i), hash->attrs_len, count);
    }
}

static void size_atom_sections(struct plan *plan)
{
    const struct vtr_atom_plan *atoms = &plan->atoms;

    set_section(plan, VTR_SECTION_UNINDEXED, 4 * atoms->unindexed_count,
                atoms->unindexed_count);
    if (atoms->entry_count == 0) {
        return;
    }
    set_section(plan, VTR_SECTION_ATOM_PARAMS, VTR_ATOM_PARAMS_LEN, 1);
    set_section(plan, VTR_SECTION_ATOM_FILTER, atoms->filter_len, atoms->filter_len);
    set_section(plan, VTR_SECTION_ATOM_SLOTS, atoms->slots_len, atoms->slots_len / 4);
    set_section(plan, VTR_SECTION_ATOM_ROWS, VTR_ATOM_UNIT_LEN * atoms->unit_count,
                atoms->unit_count);
}

static void size_always_sections(struct plan *plan)
{
    const struct vtr_always_plan *always = &plan->always;
    const uint64_t count = always->items.count;

    set_section(plan, VTR_SECTION_RULE_ALWAYS, 4 * count, count);
    set_section(plan, VTR_SECTION_RULE_GROUPS, 4 * always->group_count,
                always->group_count);
    set_section(plan, VTR_SECTION_RULE_KEYS, 8 * always->key_count, always->key_count);
}

static void size_sections(struct plan *plan)
{
    const struct vtr_rule_plan *rules = &plan->rules;
    const uint64_t stem_count = plan->stems.count;

    if (stem_count > 0) {
        set_section(plan, VTR_SECTION_STEM_OFFSETS, 4 * (stem_count + 1), stem_count);
        set_section(plan, VTR_SECTION_STEM_DATA, plan->stems.total_len, stem_count);
    }
    set_section(plan, VTR_SECTION_EXTERNALS, rules->externals_len,
                rules->external_count);
    if (rules->rule_count > 0) {
        set_section(plan, VTR_SECTION_RULE_OFFSETS, 4 * (rules->rule_count + 1),
                    rules->rule_count);
        set_section(plan, VTR_SECTION_RULE_DATA, rules->data_len, rules->rule_count);
    }
    set_section(plan, VTR_SECTION_RULE_GLOBAL, 4 * rules->global_count,
                rules->global_count);
    set_section(plan, VTR_SECTION_PATTERNS, VTR_PATTERN_ROW_LEN * rules->pattern_count,
                rules->pattern_count);
    size_always_sections(plan);
    size_atom_sections(plan);
    size_hash_sections(plan);
}

/* Every length is below 2^38, so that no sum of 32 of them overflows. */
static enum vtr_status lay_out(struct plan *plan, struct vtr_error *err)
{
    const uint64_t align = VTR_SECTION_ALIGN;

    size_sections(plan);
    for (size_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        plan->section_count += plan->sections[id].len > 0;
    }
    plan->file_len = VTR_HEADER_LEN + (uint64_t)plan->section_count * VTR_TOC_ROW_LEN;
    for (size_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        struct section_plan *section = &plan->sections[id];

        if (section->len > 0) {
            section->offset = (plan->file_len + align - 1) / align * align;
            plan->file_len = section->offset + section->len;
        }
    }
    if (plan->file_len > SIZE_MAX / 2) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "the database would have %llu bytes",
                             (unsigned long long)plan->file_len);
    }
    return VTR_OK;
}

/* Where a section is in the image; NULL when it has no bytes. */
static uint8_t *section_at(const struct plan *plan, uint8_t *image, unsigned id)
{
    const struct section_plan *section = &plan->sections[id];

    return section->len == 0 ? NULL : image + section->offset;
}

static struct vtr_room room_at(const struct plan *plan, uint8_t *image, unsigned id)
{
    const struct vtr_room room = {.ptr = section_at(plan, image, id),
                                  .len = (size_t)plan->sections[id].len};
    return room;
}

static enum vtr_status fill_stems(const struct plan *plan, uint8_t *image,
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
        return vtr_error_set_format(err, "stems", 0,
                                    "stems changed between two readings");
    }
    return VTR_OK;
}

static enum vtr_status fill_hashes(struct plan *plan, uint8_t *image,
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
        };
        status = vtr_hash_table_write(&plan->hashes[i], &plan->records->hashes[i],
                                      &plan->stems, &output, root, err);
    }
    return status == VTR_OK ? vtr_stem_set_check_used(&plan->stems, err) : status;
}

static enum vtr_status fill_rules(const struct plan *plan, uint8_t *image,
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

static enum vtr_status fill_atoms(const struct plan *plan, uint8_t *image,
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

static enum vtr_status fill(struct plan *plan, uint8_t *image, uint8_t *record_root,
                            struct vtr_error *err)
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

static void write_toc(const struct plan *plan, uint8_t *image)
{
    uint8_t *row = image + VTR_HEADER_LEN;

    for (uint32_t id = 0; id < VTR_SECTION_LIMIT; id++) {
        const struct section_plan *section = &plan->sections[id];

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
static void digest_image(const struct plan *plan, const uint8_t *image, uint8_t *digest)
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
static void seal(const struct plan *plan, uint8_t *image, const uint8_t *record_root)
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

enum vtr_status vtr_materialise(const struct vtr_records *records,
                                vtr_image_alloc_fn alloc, void *context,
                                size_t *out_len, struct vtr_error *err)
{
    struct plan plan = {.records = records};
    uint8_t record_root[VTR_DIGEST_LEN];
    uint8_t *image = NULL;
    enum vtr_status status = measure(&plan, err);

    if (status == VTR_OK) {
        status = lay_out(&plan, err);
    }
    if (status != VTR_OK) {
        goto out;
    }
    image = alloc(context, (size_t)plan.file_len, err);
    if (image == NULL) {
        status = err != NULL && err->status != VTR_OK ? err->status : VTR_ERROR_MEMORY;
        goto out;
    }
    status = fill(&plan, image, record_root, err);
    if (status == VTR_OK) {
        seal(&plan, image, record_root);
        *out_len = (size_t)plan.file_len;
    }
out:
    vtr_atom_plan_deinit(&plan.atoms);
    vtr_always_plan_deinit(&plan.always);
    vtr_stem_set_deinit(&plan.stems);
    return status;
}

/* Adds the hash records of a kind to the tree. */
static enum vtr_status add_hashes(struct vtr_root_builder *root,
                                  enum vtr_hash_kind kind,
                                  const struct vtr_hash_source *source,
                                  struct vtr_stem_set *stems, struct vtr_error *err)
{
    struct vtr_hash_walk walk;
    struct vtr_hash_record record;
    enum vtr_status status;
    bool has_record = false;

    vtr_hash_walk_init(&walk, kind, source, stems);
    for (;;) {
        status = vtr_hash_walk_next(&walk, &record, &has_record, err);
        if (status != VTR_OK || !has_record) {
            break;
        }
        vtr_root_builder_add_hash(root, kind, &record, stems->stems[record.stem]);
    }
    vtr_root_builder_end_kind(root);
    vtr_hash_walk_deinit(&walk);
    return status;
}

enum vtr_status vtr_record_root(const struct vtr_records *records, uint8_t *out,
                                struct vtr_error *err)
{
    struct vtr_root_builder root = {0};
    struct vtr_stem_set stems = {0};
    struct vtr_rule_plan rules;
    enum vtr_status status = vtr_rule_plan_make(&rules, records, err);

    if (status == VTR_OK) {
        status = vtr_stem_set_init(&stems, records, err);
    }
    for (size_t i = 0; i < VTR_HASH_KINDS && status == VTR_OK; i++) {
        status = add_hashes(&root, KINDS[i], &records->hashes[i], &stems, err);
    }
    if (status == VTR_OK) {
        status = vtr_stem_set_check_used(&stems, err);
    }
    if (status == VTR_OK) {
        vtr_root_builder_add_bodies(&root, VTR_RECORD_EXTERNAL, records->externals,
                                    records->external_count);
        vtr_root_builder_add_bodies(&root, VTR_RECORD_RULE, records->rules,
                                    records->rule_count);
        status = vtr_root_builder_finish(&root, out, err);
    }
    vtr_root_builder_deinit(&root);
    vtr_stem_set_deinit(&stems);
    return status;
}
