/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Deltas in a row become one, without the databases.  They are opened and checked one
 * after the other.  Since it does not matter which are composed first, runs of as many
 * deltas are: a change is copied as often as the logarithm of the row says, and not
 * once for every delta after its own.
 */
#include "delta/merge_deltas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "delta/file/delta_file.h"
#include "delta/merge/compose.h"

/* What deltas in a row come to. */
struct run {
    struct vtr_changes changes;
    size_t first; /* index of a delta */
    size_t count; /* of deltas */
};

/* The deltas, and what was composed of them. */
struct row {
    struct vtr_delta *deltas;
    size_t opened_count;
    struct run *runs; /* each follows the one before it and is of fewer deltas */
    size_t run_count;
    struct vtr_vector spent; /* struct vtr_changes: texts that runs borrow */
};

static void row_deinit(struct row *row)
{
    struct vtr_changes *spent = row->spent.items;

    for (size_t i = 0; i < row->run_count; i++) {
        vtr_changes_deinit(&row->runs[i].changes);
    }
    for (size_t i = 0; i < row->spent.count; i++) {
        vtr_changes_deinit(&spent[i]);
    }
    for (size_t i = 0; i < row->opened_count; i++) {
        vtr_delta_deinit(&row->deltas[i]);
    }
    vtr_vector_deinit(&row->spent);
    free(row->runs);
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

/* Which of several deltas cannot be taken, or follow what is before them. */
static void say_which(struct vtr_error *err, size_t first, size_t count, size_t of)
{
    char message[sizeof(err->message)];

    if (err == NULL || of == 1) {
        return;
    }
    memcpy(message, err->message, sizeof(message));
    if (count == 1) {
        (void)snprintf(err->message, sizeof(err->message), "delta %zu of %zu: %.430s",
                       first + 1, of, message);
    } else {
        (void)snprintf(err->message, sizeof(err->message),
                       "deltas %zu to %zu of %zu: %.430s", first + 1, first + count, of,
                       message);
    }
}

/* Keeps what others borrow from a run that was composed; there is room. */
static void spend(struct row *row, struct run *run)
{
    struct vtr_changes *spent = vtr_vector_push(&row->spent);

    vtr_changes_keep_texts(&run->changes);
    *spent = run->changes;
}

/* Composes the last two runs. */
static enum vtr_status compose_last(struct row *row, size_t delta_count,
                                    struct vtr_error *err)
{
    struct run *first = &row->runs[row->run_count - 2];
    struct run *second = first + 1;
    struct vtr_changes both;

    if (!vtr_vector_reserve(&row->spent, row->spent.count + 2)) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status =
        vtr_changes_compose(&first->changes, &second->changes, &both, err);
    if (status != VTR_OK) {
        say_which(err, second->first, second->count, delta_count);
        return status;
    }
    spend(row, first);
    spend(row, second);
    first->changes = both;
    first->count += second->count;
    row->run_count--;
    return VTR_OK;
}

/* Opens the next delta and makes it a run. */
static enum vtr_status open_delta(struct row *row, struct vtr_bytes bytes,
                                  const struct vtr_delta_signing *signing,
                                  struct vtr_error *err)
{
    const size_t i = row->opened_count;
    struct vtr_delta *delta = &row->deltas[i];
    struct run *run = &row->runs[row->run_count];
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
        status = vtr_changes_read(delta, &run->changes, err);
    }
    if (status == VTR_OK) {
        run->first = i;
        run->count = 1;
        row->run_count++;
    }
    return status;
}

/* Opens all deltas, composing runs of one length as they come, and then what is left.
 */
static enum vtr_status compose_all(struct row *row, const struct vtr_bytes *deltas,
                                   size_t count,
                                   const struct vtr_delta_signing *signing,
                                   struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < count; i++) {
        status = open_delta(row, deltas[i], signing, err);
        if (status != VTR_OK) {
            say_which(err, i, 1, count);
        }
        while (status == VTR_OK && row->run_count > 1 &&
               row->runs[row->run_count - 1].count ==
                   row->runs[row->run_count - 2].count) {
            status = compose_last(row, count, err);
        }
    }
    while (status == VTR_OK && row->run_count > 1) {
        status = compose_last(row, count, err);
    }
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

    return vtr_delta_spell(w, &header, &row->runs[0].changes, key, err);
}

enum vtr_status vtr_delta_merge_build(struct vtr_writer *w,
                                      const struct vtr_bytes *deltas, size_t count,
                                      const struct vtr_delta_signing *signing,
                                      struct vtr_error *err)
{
    struct row row = {.deltas = calloc(count + 1, sizeof(*row.deltas)),
                      .runs = calloc(count + 1, sizeof(*row.runs))};
    enum vtr_status status = VTR_OK;

    vtr_vector_init(&row.spent, sizeof(struct vtr_changes));
    if (row.deltas == NULL || row.runs == NULL) {
        status = vtr_error_set_memory(err);
    } else if (count == 0) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "no deltas");
    }
    if (status == VTR_OK) {
        status = compose_all(&row, deltas, count, signing, err);
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
