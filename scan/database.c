/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/database.h"

#include <stdlib.h>

#include "base/error.h"
#include "format/image_check.h"
#include "format/record/section.h"
#include "vitrine/scan.h"

static enum vtr_status open_views(struct vtr_database *database, struct vtr_bytes bytes,
                                  struct vtr_error *err)
{
    const enum vtr_status status = vtr_image_open(&database->image, bytes, err);

    return status != VTR_OK
               ? status
               : vtr_atom_index_open(&database->atoms, &database->image, err);
}

enum vtr_status vtr_database_open(struct vtr_database **out, const char *path,
                                  struct vtr_error *err)
{
    struct vtr_database *database = calloc(1, sizeof(*database));

    if (database == NULL) {
        return vtr_error_set_memory(err);
    }
    enum vtr_status status = vtr_mapping_open(&database->mapping, path, err);
    if (status == VTR_OK) {
        status = open_views(database, database->mapping.bytes, err);
        if (status != VTR_OK) {
            vtr_error_name_file(err, path);
        }
    }
    if (status != VTR_OK) {
        vtr_database_free(database);
        return status;
    }
    *out = database;
    return VTR_OK;
}

enum vtr_status vtr_database_open_bytes(struct vtr_database **out,
                                        struct vtr_bytes bytes, struct vtr_error *err)
{
    struct vtr_database *database = calloc(1, sizeof(*database));

    if (database == NULL) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status = open_views(database, bytes, err);
    if (status != VTR_OK) {
        vtr_database_free(database);
        return status;
    }
    *out = database;
    return VTR_OK;
}

void vtr_database_free(struct vtr_database *database)
{
    if (database != NULL) {
        vtr_mapping_close(&database->mapping);
        free(database);
    }
}

void vtr_database_get_info(const struct vtr_database *database,
                           struct vtr_database_info *out)
{
    const struct vtr_image *image = &database->image;

    *out = (struct vtr_database_info){
        .name = image->name,
        .release = image->release,
        .file_len = image->bytes.len,
        .record_count = image->record_count,
        .rules = image->rule_count,
        .patterns = image->pattern_count,
        .externals = image->external_count,
        .layout = VTR_LAYOUT_VERSION,
        .record_root = image->record_root,
        .content_digest = image->content_digest,
    };
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        out->hashes[kind] = image->hashes[kind].count;
    }
}

/* The id of the section that begins `index`-th in the file; VTR_SECTION_LIMIT when
 * there are not so many. */
static size_t nth_section(const struct vtr_image *image, size_t index)
{
    uint64_t after = 0;

    for (size_t n = 0;; n++) {
        size_t nearest = VTR_SECTION_LIMIT;
        for (size_t id = 0; id < VTR_SECTION_LIMIT; id++) {
            const struct vtr_image_section *section = &image->sections[id];
            if (section->offset > after &&
                (nearest == VTR_SECTION_LIMIT ||
                 section->offset < image->sections[nearest].offset)) {
                nearest = id;
            }
        }
        if (nearest == VTR_SECTION_LIMIT || n == index) {
            return nearest;
        }
        after = image->sections[nearest].offset;
    }
}

int vtr_database_get_section(const struct vtr_database *database, size_t index,
                             struct vtr_section_info *out)
{
    const size_t id = nth_section(&database->image, index);

    if (id == VTR_SECTION_LIMIT) {
        return 0;
    }
    const struct vtr_image_section *section = &database->image.sections[id];
    *out = (struct vtr_section_info){
        .id = (uint32_t)id,
        .name = vtr_section_name(id),
        .offset = section->offset,
        .len = section->bytes.len,
        .count = section->count,
    };
    return 1;
}

enum vtr_status vtr_database_check(const struct vtr_database *database,
                                   struct vtr_error *err)
{
    return vtr_image_check(&database->image, err);
}
