/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Deltas in a row become one, without the databases.  They are opened and checked one
 * after the other; what was composed so far borrows from all of them.
 */
#include "delta/merge_deltas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "delta/file/delta_file.h"
#include "delta/merge/compose.h"

/* The deltas, and what was composed of them: [i] of the first i + 1. */
struct row {
    struct vtr_delta *deltas;
    struct vtr_changes *changes;
    size_t opened_count;
    size_t composed_count;
};

static void row_deinit(struct row *row)
{
    for (size_t i = 0; i < row->composed_count; i++) {
        vtr_changes_deinit(&row->changes[i]);
    }
    for (size_t i = 0; i < row->opened_count; i++) {
        vtr_delta_deinit(&row->deltas[i]);
    }
    free(row->changes);
    free(row->deltas);
}

/* Whether a delta begins where the one before it ends. */
static enum vtr_status check_link(const struct vtr_delta_header *before,
                                  const struct vtr_delta_header *header,
                                  struct vtr_error *err)
{
    if (!vtr_bytes_equal(before->name, header->name)) {
        return vtr_error_set(err, VTR_ERROR_MISMATCH,
                             "deltas are for different databases, '%.*s' and '%.*s'",
                             (int)before->name.len, (const char *)before->name.ptr,
                             (int)header->name.len, (const char *)header->name.ptr);
    }
    if (before->to_release != header->from_release ||
        memcmp(before->to_digest, header->from_digest, VTR_DIGEST_LEN) != 0) {
        return vtr_error_set(
            err, VTR_ERROR_MISMATCH,
            "delta from release %llu to %llu does not continue the one "
            "before it, which leads to release %llu%s",
            (unsigned long long)header->from_release,
            (unsigned long long)header->to_release,
            (unsigned long long)before->to_release,
            before->to_release == header->from_release ? " with other content" : "");
    }
    return VTR_OK;
}

/* Opens the next delta and composes it with what there is. */
static enum vtr_status add_delta(struct row *row, struct vtr_bytes bytes,
                                 const struct vtr_delta_signing *signing,
                                 struct vtr_error *err)
{
    const size_t i = row->opened_count;
    struct vtr_delta *delta = &row->deltas[i];
    struct vtr_changes step = {0};
    enum vtr_status status =
        vtr_delta_open(delta, bytes, signing->trusted, signing->trusted_count, err);

    if (status != VTR_OK) {
        return status;
    }
    row->opened_count++;
    if (i > 0) {
        status = check_link(&row->deltas[i - 1].header, &delta->header, err);
    }
    if (status == VTR_OK) {
        status = vtr_changes_read(delta, &step, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    if (i == 0) {
        row->changes[row->composed_count++] = step;
        return VTR_OK;
    }
    status = vtr_changes_compose(&row->changes[i - 1], &step, &row->changes[i], err);
    row->composed_count += status == VTR_OK;
    vtr_changes_deinit(&step);
    return status;
}

static enum vtr_status spell(struct vtr_writer *w, const struct row *row,
                             const struct vtr_secret_key *key, struct vtr_error *err)
{
    const struct vtr_delta_header *first = &row->deltas[0].header;
    const struct vtr_delta_header *last = &row->deltas[row->opened_count - 1].header;
    struct vtr_delta_header header = {
        .layout = last->layout,
        .name = last->name,
        .from_release = first->from_release,
        .to_release = last->to_release,
        .from_digest = first->from_digest,
        .to_digest = last->to_digest,
        .to_root = last->to_root,
        .to_len = last->to_len,
    };

    return vtr_delta_spell(w, &header, &row->changes[row->composed_count - 1], key,
                           err);
}

/* Of several deltas, which one it is that cannot be taken. */
static void say_which(struct vtr_error *err, size_t number, size_t count)
{
    char message[sizeof(err->message)];

    if (err != NULL && count > 1) {
        memcpy(message, err->message, sizeof(message));
        (void)snprintf(err->message, sizeof(err->message), "delta %zu of %zu: %.450s",
                       number, count, message);
    }
}

enum vtr_status vtr_delta_merge_build(struct vtr_writer *w,
                                      const struct vtr_bytes *deltas, size_t count,
                                      const struct vtr_delta_signing *signing,
                                      struct vtr_error *err)
{
    struct row row = {.deltas = calloc(count + 1, sizeof(*row.deltas)),
                      .changes = calloc(count + 1, sizeof(*row.changes))};
    enum vtr_status status = VTR_OK;

    if (row.deltas == NULL || row.changes == NULL) {
        status = vtr_error_set_memory(err);
    } else if (count == 0) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "no deltas");
    }
    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = add_delta(&row, deltas[i], signing, err);
        if (status != VTR_OK) {
            say_which(err, i + 1, count);
        }
    }
    if (status == VTR_OK) {
        status = spell(w, &row, signing->key, err);
    }
    row_deinit(&row);
    return status;
}

enum vtr_status vtr_delta_merge(const struct vtr_bytes *deltas, size_t count,
                                const struct vtr_delta_signing *signing,
                                const char *path, uint64_t *out_len,
                                struct vtr_error *err)
{
    struct vtr_writer delta = {0};
    enum vtr_status status = vtr_delta_merge_build(&delta, deltas, count, signing, err);

    if (status == VTR_OK) {
        status = vtr_delta_save(vtr_writer_bytes(&delta), path, out_len, err);
    }
    vtr_writer_deinit(&delta);
    return status;
}
