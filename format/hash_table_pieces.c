/* SPDX-License-Identifier: Apache-2.0 */

#include "format/hash_table_pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/os_thread.h"
#include "format/hash_stretch.h"
#include "format/image/hash_table.h"

/* How many records ahead the filter of sizes is asked for. */
#define EXPECTED_AHEAD 12u

/* More threads than this only wait for the one that walks. */
#define WRITERS_LIMIT 4u

/* What a thread has in hand. */
struct piece {
    struct vtr_hash_record
        *records;     /* owned, VTR_HASH_PIECE_RECORDS or all there are */
    uint8_t *digests; /* owned, of the records */
    uint8_t *sizes;   /* owned, a filter of sizes; NULL: the table's own */
    struct vtr_writer spelled;
    uint64_t first;
    size_t count;
    uint64_t last_prefix; /* of the record before the first */
};

/* What the threads share. */
struct table {
    const struct vtr_hash_plan *plan;
    const struct vtr_hash_output *output;
    struct vtr_hash_walk *walk; /* of who takes a piece, and so is what follows */
    uint64_t index;             /* of the next record */
    uint64_t last_prefix;       /* of the record before it */
    uint64_t paused_at;
    struct vtr_error *err;

    uint8_t *leaves; /* owned: digests, in order */
    struct piece pieces[WRITERS_LIMIT];
    unsigned writers;
    size_t piece_records;
};

static size_t leaf_count(const struct vtr_hash_plan *plan)
{
    return (size_t)((plan->extent.count + VTR_LEAF_HASHES - 1) / VTR_LEAF_HASHES);
}

static void table_deinit(struct table *t)
{
    for (unsigned i = 0; i < WRITERS_LIMIT; i++) {
        free(t->pieces[i].records);
        free(t->pieces[i].digests);
        free(t->pieces[i].sizes);
        vtr_writer_deinit(&t->pieces[i].spelled);
    }
    free(t->leaves);
}

static size_t sizes_len(const struct vtr_hash_plan *plan)
{
    return (size_t)(plan->fanout_len - vtr_hash_fanout_len(plan->prefix_bits, 0));
}

/* The first writer notes sizes in the table itself, the others each in a filter. */
static bool piece_init(struct table *t, unsigned writer)
{
    struct piece *piece = &t->pieces[writer];
    const size_t len = sizes_len(t->plan);

    piece->records = calloc(t->piece_records, sizeof(*piece->records));
    piece->digests = calloc(t->piece_records, vtr_hash_len(t->plan->kind));
    piece->sizes = writer == 0 ? NULL : calloc(len + 1, 1);
    return piece->records != NULL && piece->digests != NULL &&
           (writer == 0 || piece->sizes != NULL);
}

static enum vtr_status table_init(struct table *t, struct vtr_error *err)
{
    const uint64_t count = t->plan->extent.count;
    const uint64_t pieces =
        (count + VTR_HASH_PIECE_RECORDS - 1) / VTR_HASH_PIECE_RECORDS;
    const uint64_t wanted = t->output->workers > 1 ? t->output->workers : 1;
    bool is_complete;

    t->piece_records =
        count < VTR_HASH_PIECE_RECORDS ? (size_t)count : VTR_HASH_PIECE_RECORDS;
    t->writers = (unsigned)(wanted < pieces ? wanted : pieces);
    t->writers = t->writers > WRITERS_LIMIT ? WRITERS_LIMIT : t->writers;
    t->leaves = calloc(leaf_count(t->plan), VTR_DIGEST_LEN);
    is_complete = t->leaves != NULL;
    for (unsigned i = 0; i < t->writers && is_complete; i++) {
        is_complete = piece_init(t, i);
    }
    return is_complete ? VTR_OK : vtr_error_set_memory(err);
}

/* The next records, checked and copied. */
static enum vtr_status take_piece(unsigned worker, bool *out_has, void *context)
{
    struct table *t = context;
    struct piece *piece = &t->pieces[worker];
    const size_t digest_len = vtr_hash_len(t->plan->kind);
    enum vtr_status status = VTR_OK;
    bool has_record = true;

    piece->first = t->index;
    piece->last_prefix = t->last_prefix;
    piece->count = 0;
    while (piece->count < t->piece_records) {
        struct vtr_hash_record *record = &piece->records[piece->count];

        status = vtr_hash_walk_next(t->walk, record, &has_record, t->err);
        if (status != VTR_OK || !has_record ||
            !vtr_hash_plan_fits(t->plan, &t->walk->extent)) {
            break;
        }
        uint8_t *digest = piece->digests + piece->count * digest_len;
        memcpy(digest, record->digest, digest_len);
        record->digest = digest;
        piece->count++;
    }
    /* One that is neither full nor the last is of records that are not the plan's. */
    *out_has =
        piece->count > 0 && (piece->count == t->piece_records ||
                             piece->first + piece->count == t->plan->extent.count);
    if (*out_has) {
        t->last_prefix =
            vtr_hash_prefix_of(piece->digests + (piece->count - 1) * digest_len,
                               t->plan->prefix_bits);
        t->index += piece->count;
    }
    vtr_hash_output_pause(t->output, t->index, &t->paused_at);
    return status;
}

static enum vtr_status write_piece(unsigned worker, void *context)
{
    struct table *t = context;
    struct piece *piece = &t->pieces[worker];
    struct vtr_hash_stretch rows;

    vtr_hash_stretch_init(&rows, t->plan, t->output, piece->first, piece->count);
    rows.last_prefix = piece->last_prefix;
    rows.sizes = piece->sizes != NULL ? piece->sizes : rows.sizes;
    for (size_t i = 0; i < piece->count; i++) {
        if (i + EXPECTED_AHEAD < piece->count) {
            vtr_hash_stretch_expect(&rows, piece->records[i + EXPECTED_AHEAD].size);
        }
        vtr_hash_stretch_put(&rows, piece->first + i, &piece->records[i]);
    }
    uint8_t *leaves =
        t->leaves + (size_t)(piece->first / VTR_LEAF_HASHES) * VTR_DIGEST_LEN;
    return vtr_record_leaf_digests(t->plan->kind, piece->records, piece->count,
                                   t->walk->stems->stems, &piece->spelled, leaves)
               ? VTR_OK
               : VTR_ERROR_MEMORY;
}

/* Unites the filters of sizes. */
static void gather_sizes(struct table *t)
{
    const size_t len = sizes_len(t->plan);
    uint8_t *sizes = t->output->fanout + vtr_hash_fanout_len(t->plan->prefix_bits, 0);

    for (unsigned i = 1; i < t->writers; i++) {
        for (size_t at = 0; at < len; at++) {
            sizes[at] |= t->pieces[i].sizes[at];
        }
    }
}

enum vtr_status vtr_hash_table_write_pieces(const struct vtr_hash_plan *plan,
                                            struct vtr_hash_walk *walk,
                                            const struct vtr_hash_output *output,
                                            struct vtr_root_builder *root,
                                            uint64_t *out_last_prefix,
                                            struct vtr_error *err)
{
    struct vtr_error found = {0};
    struct table t = {.plan = plan, .output = output, .walk = walk, .err = &found};
    enum vtr_status status = table_init(&t, err);

    if (status == VTR_OK) {
        const struct vtr_piecework work = {take_piece, write_piece, &t};

        status = vtr_run_pieces(t.writers, &work);
        if (status == VTR_ERROR_MEMORY) {
            status = vtr_error_set_memory(err);
        } else if (status != VTR_OK && err != NULL) {
            *err = found;
        }
    }
    if (status == VTR_OK && t.index == plan->extent.count) {
        gather_sizes(&t);
        vtr_root_builder_add_leaves(root, t.leaves, leaf_count(plan));
    }
    *out_last_prefix = t.last_prefix;
    table_deinit(&t);
    return status;
}
