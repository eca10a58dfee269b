/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A delta is made by comparing records, and it leaves this file only after it has been
 * applied and has led to the right bytes.
 */
#include "delta/create.h"

#include "base/bytes.h"
#include "base/error.h"
#include "delta/file/delta_file.h"
#include "delta/rebuild_chain.h"
#include "delta/rebuild_image.h"
#include "format/image/image_records.h"

/* The two databases and their records. */
struct releases {
    struct vtr_image from;
    struct vtr_image to;
    struct vtr_image_records from_records;
    struct vtr_image_records to_records;
};

static enum vtr_status open_releases(struct releases *out, struct vtr_bytes from,
                                     struct vtr_bytes to, struct vtr_error *err)
{
    enum vtr_status status = vtr_delta_open_image(&out->from, from, err);

    if (status == VTR_OK) {
        status = vtr_delta_open_image(&out->to, to, err);
    }
    if (status == VTR_OK && !vtr_bytes_equal(out->from.name, out->to.name)) {
        status =
            vtr_error_set(err, VTR_ERROR_ARGUMENT,
                          "'%.*s' and '%.*s' are different databases",
                          (int)out->from.name.len, (const char *)out->from.name.ptr,
                          (int)out->to.name.len, (const char *)out->to.name.ptr);
    }
    if (status == VTR_OK) {
        status = vtr_image_records_init(&out->from_records, &out->from, err);
    }
    if (status == VTR_OK) {
        status = vtr_image_records_init(&out->to_records, &out->to, err);
    }
    return status;
}

static void close_releases(struct releases *releases)
{
    vtr_image_records_deinit(&releases->from_records);
    vtr_image_records_deinit(&releases->to_records);
}

/* Difference, sections, header, signature. */
static enum vtr_status encode(struct vtr_writer *w, const struct releases *releases,
                              const struct vtr_secret_key *key, struct vtr_error *err)
{
    const struct vtr_records *from = &releases->from_records.records;
    const struct vtr_records *to = &releases->to_records.records;
    struct vtr_delta_header header = {
        .layout = VTR_LAYOUT_VERSION,
        .name = releases->to.name,
        .from_release = releases->from.release,
        .to_release = releases->to.release,
        .from_digest = releases->from.content_digest,
        .to_digest = releases->to.content_digest,
        .to_root = releases->to.record_root,
        .to_len = releases->to.bytes.len,
    };
    struct vtr_changes changes;
    enum vtr_status status = vtr_changes_find(&changes, &releases->from, from, to, err);

    if (status == VTR_OK) {
        status = vtr_delta_spell(w, &header, &changes, key, err);
        vtr_changes_deinit(&changes);
    }
    return status;
}

/* Applies what was made and compares every byte. */
static enum vtr_status prove(struct vtr_bytes made, const struct releases *releases,
                             struct vtr_error *err)
{
    struct vtr_delta delta;
    bool is_same = false;
    enum vtr_status status = vtr_delta_open(&delta, made, NULL, 0, err);

    if (status != VTR_OK) {
        return status;
    }
    status =
        vtr_delta_prove(&delta, &releases->from, releases->to.bytes, &is_same, err);
    if (status == VTR_OK && !is_same) {
        status = vtr_error_set(err, VTR_ERROR_MISMATCH,
                               "new database is not what its records give: was it made "
                               "by another version?");
    }
    vtr_delta_deinit(&delta);
    return status;
}

enum vtr_status vtr_delta_build(struct vtr_writer *w, struct vtr_bytes from,
                                struct vtr_bytes to, const struct vtr_secret_key *key,
                                struct vtr_error *err)
{
    struct releases releases = {0};
    enum vtr_status status = open_releases(&releases, from, to, err);

    if (status == VTR_OK) {
        status = encode(w, &releases, key, err);
    }
    if (status == VTR_OK) {
        status = prove(vtr_writer_bytes(w), &releases, err);
    }
    close_releases(&releases);
    return status;
}

enum vtr_status vtr_delta_create(struct vtr_bytes from, struct vtr_bytes to,
                                 const struct vtr_secret_key *key, const char *path,
                                 uint64_t *out_len, struct vtr_error *err)
{
    struct vtr_writer delta = {0};
    enum vtr_status status = vtr_delta_build(&delta, from, to, key, err);

    if (status == VTR_OK) {
        status = vtr_delta_save(vtr_writer_bytes(&delta), path, out_len, err);
    }
    vtr_writer_deinit(&delta);
    return status;
}
