/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/change/body_diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"
#include "delta/coding/text_diff.h"

/* Bodies that go are looked through in blocks of this many bytes. */
#define BLOCK_LEN 16u

/* A body that goes, for those that may have become another. */
struct gone_body {
    struct vtr_body_name name;
    struct vtr_bytes plain;
    uint32_t votes; /* blocks that a new body shares with it */
};

struct block {
    uint64_t hash;
    uint32_t gone;
};

struct differ {
    enum vtr_body_kind kind;
    struct vtr_body_changes *out;
    struct vtr_vector gone;     /* struct gone_body */
    struct vtr_vector blocks;   /* struct block, sorted by hash */
    struct vtr_vector voted;    /* uint32_t: those of `gone` that have votes */
    struct vtr_writer edit;     /* of one body */
    struct vtr_arena plain_old; /* bodies that go */
};

static uint64_t hash_block(const uint8_t *at)
{
    return vtr_digest_xxh3((struct vtr_bytes){at, BLOCK_LEN});
}

static enum vtr_status note_gone(struct differ *d, const struct vtr_body_pair *pair,
                                 struct vtr_error *err)
{
    struct vtr_body_name *removed = vtr_vector_push(&d->out->removed);
    struct gone_body *gone = vtr_vector_push(&d->gone);
    const uint32_t index = (uint32_t)(d->gone.count - 1);

    if (removed == NULL || gone == NULL) {
        return vtr_error_set_memory(err);
    }
    *removed = (struct vtr_body_name){pair->space, pair->name};
    gone->name = *removed;
    const enum vtr_status status =
        vtr_body_dup_plain(&d->plain_old, d->kind, pair->a, &gone->plain, err);
    for (size_t at = 0; status == VTR_OK && at + BLOCK_LEN <= gone->plain.len;
         at += BLOCK_LEN) {
        struct block *block = vtr_vector_push(&d->blocks);
        if (block == NULL) {
            return vtr_error_set_memory(err);
        }
        *block = (struct block){hash_block(gone->plain.ptr + at), index};
    }
    return status;
}

/* What is put in is noted whole first: an edit is looked for once all that goes is
 * known. */
static enum vtr_status note_put(struct differ *d, const struct vtr_body_pair *pair,
                                struct vtr_error *err)
{
    struct vtr_body_put *put = vtr_vector_push(&d->out->put);

    if (put == NULL) {
        return vtr_error_set_memory(err);
    }
    *put = (struct vtr_body_put){.name = {pair->space, pair->name},
                                 .is_change = pair->a.ptr != NULL};
    return vtr_body_dup_plain(&d->out->memory, d->kind, pair->b, &put->text, err);
}

/* Spells the edit of `put` from `base`; none where they differ in more places than an
 * edit may have. */
static enum vtr_status spell_edit(struct differ *d, const struct vtr_body_put *put,
                                  struct vtr_bytes base, bool *out_is_edit,
                                  struct vtr_error *err)
{
    struct vtr_error why = {0};
    struct vtr_edit edit;
    const enum vtr_status status = vtr_text_diff(base, put->text, &edit, &why);

    *out_is_edit = false;
    if (status == VTR_ERROR_LIMIT) {
        return VTR_OK;
    }
    if (status != VTR_OK) {
        if (err != NULL) {
            *err = why;
        }
        return status;
    }
    vtr_writer_clear(&d->edit);
    vtr_edit_write(&edit, &d->edit);
    *out_is_edit = !vtr_edit_copies_nothing(&edit);
    vtr_edit_deinit(&edit);
    return vtr_writer_ok(&d->edit) ? VTR_OK : vtr_error_set_memory(err);
}

/* Keeps the edit of `put` from `base` if it is shorter than the body. */
static enum vtr_status try_base(struct differ *d, struct vtr_body_put *put,
                                struct vtr_bytes base, const struct vtr_body_name *name,
                                struct vtr_error *err)
{
    bool is_edit = false;
    const enum vtr_status status = spell_edit(d, put, base, &is_edit, err);

    if (status != VTR_OK) {
        return status;
    }
    const size_t names_len =
        name->space.len + name->name.len + put->name.space.len + put->name.name.len;
    if (!is_edit || d->edit.len + names_len >= put->text.len) {
        return VTR_OK;
    }
    const struct vtr_bytes text =
        vtr_arena_dup(&d->out->memory, vtr_writer_bytes(&d->edit));
    if (text.ptr == NULL) {
        return vtr_error_set_memory(err);
    }
    put->base =
        vtr_body_name_compare(&put->name, name) == 0 ? VTR_BASE_SELF : VTR_BASE_OTHER;
    put->base_name = *name;
    put->base_len = base.len;
    put->text = text;
    return VTR_OK;
}

static enum vtr_status body_differs(const struct vtr_body_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct differ *d = context;

    if (pair->b.ptr == NULL) {
        return note_gone(d, pair, err);
    }
    enum vtr_status status = note_put(d, pair, err);
    if (status == VTR_OK && pair->a.ptr != NULL) {
        const struct vtr_body_name name = {pair->space, pair->name};
        struct vtr_arena memory = {0};
        struct vtr_bytes base;
        struct vtr_body_put *puts = d->out->put.items;

        status = vtr_body_dup_plain(&memory, d->kind, pair->a, &base, err);
        if (status == VTR_OK) {
            status = try_base(d, &puts[d->out->put.count - 1], base, &name, err);
        }
        vtr_arena_deinit(&memory);
    }
    return status;
}

static int compare_blocks(const void *a, const void *b, void *context)
{
    const struct block *left = a;
    const struct block *right = b;

    (void)context;
    if (left->hash != right->hash) {
        return left->hash < right->hash ? -1 : 1;
    }
    return (left->gone > right->gone) - (left->gone < right->gone);
}

/* First block whose hash is not below. */
static size_t find_block(const struct vtr_vector *blocks, uint64_t hash)
{
    const struct block wanted = {.hash = hash}; /* of the first body that goes */

    return vtr_sort_find_first(blocks->items, blocks->count, sizeof(wanted), &wanted,
                               compare_blocks, NULL);
}

/* Counts a block that a new body shares with one that goes. */
static enum vtr_status vote(struct differ *d, uint32_t index, struct vtr_error *err)
{
    struct gone_body *gone = d->gone.items;

    if (gone[index].votes++ == 0) {
        uint32_t *voted = vtr_vector_push(&d->voted);
        if (voted == NULL) {
            return vtr_error_set_memory(err);
        }
        *voted = index;
    }
    return VTR_OK;
}

/* Counts the blocks of a new body.  Those that many bodies have say little and are
 * skipped. */
static enum vtr_status vote_all(struct differ *d, struct vtr_bytes text,
                                struct vtr_error *err)
{
    const struct block *blocks = d->blocks.items;
    enum vtr_status status = VTR_OK;

    for (size_t at = 0; status == VTR_OK && at + BLOCK_LEN <= text.len; at++) {
        const uint64_t hash = hash_block(text.ptr + at);
        const size_t first = find_block(&d->blocks, hash);
        size_t end = first;

        while (end < d->blocks.count && blocks[end].hash == hash && end - first < 8) {
            end++;
        }
        for (size_t i = first; status == VTR_OK && i < end && end - first < 8; i++) {
            status = vote(d, blocks[i].gone, err);
        }
    }
    return status;
}

/* The body that goes with which a new one shares most, the first of equals; NULL:
 * none. */
static enum vtr_status find_origin(struct differ *d, struct vtr_bytes text,
                                   const struct gone_body **out, struct vtr_error *err)
{
    struct gone_body *gone = d->gone.items;
    const struct gone_body *best = NULL;
    const size_t votes_least = text.len / (4 * BLOCK_LEN) + 1;
    const enum vtr_status status = vote_all(d, text, err);
    const uint32_t *voted = d->voted.items;

    for (size_t i = 0; i < d->voted.count; i++) {
        const struct gone_body *other = &gone[voted[i]];

        if (other->votes >= votes_least &&
            (best == NULL || other->votes > best->votes ||
             (other->votes == best->votes && other < best))) {
            best = other;
        }
    }
    *out = best;
    return status;
}

/* Takes all votes back. */
static void clear_votes(struct differ *d)
{
    struct gone_body *gone = d->gone.items;
    const uint32_t *voted = d->voted.items;

    for (size_t i = 0; i < d->voted.count; i++) {
        gone[voted[i]].votes = 0;
    }
    d->voted.count = 0;
}

/* Makes edits of new bodies that come from those that go. */
static enum vtr_status find_origins(struct differ *d, struct vtr_error *err)
{
    struct vtr_body_put *puts = d->out->put.items;
    enum vtr_status status = VTR_OK;

    if (d->blocks.count == 0) {
        return VTR_OK;
    }
    if (vtr_sort(d->blocks.items, d->blocks.count, d->blocks.size, compare_blocks,
                 NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 0; status == VTR_OK && i < d->out->put.count; i++) {
        if (puts[i].is_change) {
            continue;
        }
        const struct gone_body *origin = NULL;
        status = find_origin(d, puts[i].text, &origin, err);
        clear_votes(d);
        if (status == VTR_OK && origin != NULL) {
            status = try_base(d, &puts[i], origin->plain, &origin->name, err);
        }
    }
    return status;
}

enum vtr_status vtr_body_diff(enum vtr_body_kind kind, const struct vtr_records *from,
                              const struct vtr_records *to,
                              struct vtr_body_changes *out, struct vtr_error *err)
{
    struct vtr_body_changes changes;
    struct differ d = {.kind = kind, .out = &changes};

    vtr_body_changes_init(&changes);
    vtr_vector_init(&d.gone, sizeof(struct gone_body));
    vtr_vector_init(&d.blocks, sizeof(struct block));
    vtr_vector_init(&d.voted, sizeof(uint32_t));
    enum vtr_status status = vtr_pair_bodies(kind, from, to, body_differs, &d, err);
    if (status == VTR_OK) {
        status = find_origins(&d, err);
    }
    vtr_writer_deinit(&d.edit);
    vtr_vector_deinit(&d.gone);
    vtr_vector_deinit(&d.blocks);
    vtr_vector_deinit(&d.voted);
    vtr_arena_deinit(&d.plain_old);
    if (status != VTR_OK) {
        vtr_body_changes_deinit(&changes);
        return status;
    }
    *out = changes;
    return VTR_OK;
}
