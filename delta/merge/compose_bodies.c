/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge/compose_bodies.h"

#include <string.h>

#include "base/error.h"
#include "base/sort.h"
#include "delta/coding/edit.h"
#include "delta/file/delta_header.h"

/* Pieces of edits of the first delta that are read for edits of other names: any number
 * of these may be of one body. */
#define SHARED_PIECES_MAX ((uint64_t)1 << 26)

/* Both lists of both deltas, each up to where it was read. */
struct composer {
    enum vtr_body_kind kind;
    const struct vtr_body_changes *first;
    const struct vtr_body_changes *second;
    struct vtr_body_changes *out;
    size_t removed_at[2];
    size_t put_at[2];
    uint64_t made_len; /* of all texts that were made */
    uint64_t shared_pieces;
};

/* What the two say of one name. */
struct sayings {
    struct vtr_body_name name;
    bool is_removed[2];
    const struct vtr_body_put *put[2];
};

static enum vtr_status refuse(const struct vtr_body_name *name, struct vtr_error *err)
{
    return vtr_error_set(
        err, VTR_ERROR_MISMATCH,
        "deltas do not follow each other: the later one does not go on "
        "from what the earlier one makes of '%.*s'",
        (int)name->name.len, (const char *)name->name.ptr);
}

static const struct vtr_body_changes *side(const struct composer *c, unsigned i)
{
    return i == 0 ? c->first : c->second;
}

static const struct vtr_body_name *next_removed(const struct composer *c, unsigned i)
{
    const struct vtr_vector *removed = &side(c, i)->removed;
    const struct vtr_body_name *names = removed->items;

    return c->removed_at[i] < removed->count ? &names[c->removed_at[i]] : NULL;
}

static const struct vtr_body_put *next_put(const struct composer *c, unsigned i)
{
    const struct vtr_vector *put = &side(c, i)->put;
    const struct vtr_body_put *puts = put->items;

    return c->put_at[i] < put->count ? &puts[c->put_at[i]] : NULL;
}

/* The lower of two names, either of which may be missing. */
static const struct vtr_body_name *lower(const struct vtr_body_name *a,
                                         const struct vtr_body_name *b)
{
    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    return vtr_body_name_compare(a, b) <= 0 ? a : b;
}

/* Collects what is said of the next name; false at the end. */
static bool next_sayings(struct composer *c, struct sayings *out)
{
    const struct vtr_body_name *name = NULL;

    *out = (struct sayings){0};
    for (unsigned i = 0; i < 2; i++) {
        const struct vtr_body_put *put = next_put(c, i);
        name = lower(name, next_removed(c, i));
        name = lower(name, put == NULL ? NULL : &put->name);
    }
    if (name == NULL) {
        return false;
    }
    out->name = *name;
    for (unsigned i = 0; i < 2; i++) {
        const struct vtr_body_name *removed = next_removed(c, i);
        const struct vtr_body_put *put = next_put(c, i);

        if (removed != NULL && vtr_body_name_compare(removed, &out->name) == 0) {
            out->is_removed[i] = true;
            c->removed_at[i]++;
        }
        if (put != NULL && vtr_body_name_compare(&put->name, &out->name) == 0) {
            out->put[i] = put;
            c->put_at[i]++;
        }
    }
    return true;
}

static enum vtr_status push_removed(struct composer *c,
                                    const struct vtr_body_name *name,
                                    struct vtr_error *err)
{
    struct vtr_body_name *room = vtr_vector_push(&c->out->removed);

    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    *room = *name;
    return VTR_OK;
}

static enum vtr_status push_put(struct composer *c, const struct vtr_body_put *put,
                                struct vtr_error *err)
{
    struct vtr_body_put *room = vtr_vector_push(&c->out->put);

    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    *room = *put;
    return VTR_OK;
}

static int compare_names(const void *a, const void *b, void *context)
{
    (void)context;
    return vtr_body_name_compare(a, b);
}

static int compare_puts(const void *a, const void *b, void *context)
{
    return compare_names(&((const struct vtr_body_put *)a)->name,
                         &((const struct vtr_body_put *)b)->name, context);
}

/* What the first delta says of a name: the two of `out` that are its own. */
static void find_first(const struct composer *c, const struct vtr_body_name *name,
                       struct sayings *out)
{
    const struct vtr_vector *puts = &c->first->put;
    const struct vtr_vector *removed = &c->first->removed;
    const struct vtr_body_put wanted = {.name = *name};
    const size_t at = vtr_sort_find(puts->items, puts->count, sizeof(wanted), &wanted,
                                    compare_puts, NULL);

    *out = (struct sayings){.name = *name};
    if (at < puts->count) {
        out->put[0] = (const struct vtr_body_put *)puts->items + at;
    } else {
        out->is_removed[0] =
            vtr_sort_find(removed->items, removed->count, sizeof(*name), name,
                          compare_names, NULL) < removed->count;
    }
}

/* Counts what is made: each of few bytes may copy all of another. */
static enum vtr_status count_made(struct composer *c, uint64_t len,
                                  struct vtr_error *err)
{
    if (len > VTR_DELTA_UNPACKED_MAX - c->made_len) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "records of the delta have more than %llu bytes: publish "
                             "the full database",
                             (unsigned long long)VTR_DELTA_UNPACKED_MAX);
    }
    c->made_len += len;
    return VTR_OK;
}

/* Spells the result of an edit that copies nothing, or copies from `base`. */
static enum vtr_status spell_result(struct composer *c, const struct vtr_edit *edit,
                                    const uint8_t *base, struct vtr_bytes *out,
                                    struct vtr_error *err)
{
    const enum vtr_status status = count_made(c, edit->len, err);

    if (status != VTR_OK) {
        return status;
    }
    uint8_t *room = vtr_arena_take(&c->out->memory, (size_t)edit->len + 1);
    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    vtr_edit_apply(edit, base, room);
    *out = (struct vtr_bytes){room, (size_t)edit->len};
    return VTR_OK;
}

static enum vtr_status spell_edit(struct composer *c, const struct vtr_edit *edit,
                                  struct vtr_bytes *out, struct vtr_error *err)
{
    const uint64_t given_len = vtr_edit_given_len(edit);
    enum vtr_status status = count_made(c, given_len, err);
    struct vtr_writer w = {0};

    if (status != VTR_OK) {
        return status;
    }
    vtr_edit_write(edit, &w);
    if (!vtr_writer_ok(&w)) {
        status = vtr_error_set_memory(err);
    }
    if (status == VTR_OK) {
        status = count_made(c, w.len - given_len, err);
    }
    if (status == VTR_OK) {
        *out = vtr_arena_dup(&c->out->memory, vtr_writer_bytes(&w));
        status = out->ptr == NULL ? vtr_error_set_memory(err) : VTR_OK;
    }
    vtr_writer_deinit(&w);
    return status;
}

/* Gives `put` the text of an edit of `base_name`, in the one form it has. */
static enum vtr_status set_edit(struct composer *c, const struct vtr_edit *edit,
                                struct vtr_body_put *put, bool *out_is_nothing,
                                struct vtr_error *err)
{
    if (vtr_edit_copies_nothing(edit)) {
        put->base = VTR_BASE_NONE;
        return spell_result(c, edit, NULL, &put->text, err);
    }
    put->base = vtr_body_name_compare(&put->name, &put->base_name) == 0
                    ? VTR_BASE_SELF
                    : VTR_BASE_OTHER;
    *out_is_nothing = put->base == VTR_BASE_SELF && vtr_edit_changes_nothing(edit);
    return spell_edit(c, edit, &put->text, err);
}

/* Composes the edit of `put`, whose base the first delta puts as `before`. */
static enum vtr_status compose_edits(struct composer *c,
                                     const struct vtr_body_put *before,
                                     struct vtr_body_put *put, bool *out_is_nothing,
                                     struct vtr_error *err)
{
    struct vtr_edit first = {0};
    struct vtr_edit second = {0};
    struct vtr_edit both = {0};
    enum vtr_status status = vtr_edit_read(put->text, put->base_len, &second, err);

    if (status == VTR_OK) {
        status = vtr_edit_read(before->text, before->base_len, &first, err);
    }
    c->shared_pieces += put->base == VTR_BASE_OTHER ? first.pieces.count : 0;
    if (status == VTR_OK && c->shared_pieces > SHARED_PIECES_MAX) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT,
                               "too many records are made of those that change in too "
                               "many places: publish the full database");
    }
    if (status == VTR_OK) {
        status = vtr_edit_compose(&first, &second, &both, err);
    }
    if (status == VTR_OK) {
        put->base_name = before->base_name;
        put->base_len = before->base_len;
        status = set_edit(c, &both, put, out_is_nothing, err);
    }
    vtr_edit_deinit(&first);
    vtr_edit_deinit(&second);
    vtr_edit_deinit(&both);
    return status;
}

/* Applies the edit of `put` to a body that the first delta gives whole. */
static enum vtr_status apply_to_given(struct composer *c, struct vtr_bytes given,
                                      struct vtr_body_put *put, struct vtr_error *err)
{
    struct vtr_edit edit;

    if (given.len != put->base_len) {
        return refuse(&put->name, err);
    }
    enum vtr_status status = vtr_edit_read(put->text, put->base_len, &edit, err);
    if (status == VTR_OK) {
        put->base = VTR_BASE_NONE;
        status = spell_result(c, &edit, given.ptr, &put->text, err);
        vtr_edit_deinit(&edit);
    }
    return status;
}

/* Leads what the second delta puts back to the old database. */
static enum vtr_status resolve(struct composer *c, struct vtr_body_put *put,
                               bool *out_is_nothing, struct vtr_error *err)
{
    struct sayings base;

    *out_is_nothing = false;
    if (put->base == VTR_BASE_NONE) {
        return VTR_OK;
    }
    find_first(c, &put->base_name, &base);
    if (base.is_removed[0]) {
        return refuse(&put->name, err);
    }
    if (base.put[0] == NULL) {
        return VTR_OK;
    }
    return base.put[0]->base == VTR_BASE_NONE
               ? apply_to_given(c, base.put[0]->text, put, err)
               : compose_edits(c, base.put[0], put, out_is_nothing, err);
}

/* Whether a body that is given whole has the name that it goes by. */
static bool is_named_so(const struct composer *c, const struct vtr_body_put *put)
{
    struct vtr_body_name name;

    return put->base != VTR_BASE_NONE ||
           (vtr_body_read_key(c->kind, put->text, &name.space, &name.name) &&
            vtr_body_name_compare(&name, &put->name) == 0);
}

/* What the second delta puts, after whatever the first did. */
static enum vtr_status compose_put(struct composer *c, const struct sayings *s,
                                   struct vtr_error *err)
{
    const bool is_there =
        s->put[0] != NULL || (!s->is_removed[0] && s->put[1]->is_change);
    struct vtr_body_put put = *s->put[1];
    bool is_nothing = false;

    if (put.is_change != is_there) {
        return refuse(&s->name, err);
    }
    if (s->put[0] != NULL) {
        put.is_change = s->put[0]->is_change;
    } else if (s->is_removed[0]) {
        put.is_change = true;
    }
    const enum vtr_status status = resolve(c, &put, &is_nothing, err);
    if (status != VTR_OK || is_nothing) {
        return status;
    }
    if ((put.base == VTR_BASE_SELF && !put.is_change) || !is_named_so(c, &put)) {
        return refuse(&s->name, err);
    }
    return push_put(c, &put, err);
}

static enum vtr_status compose_one(struct composer *c, const struct sayings *s,
                                   struct vtr_error *err)
{
    if (s->put[1] != NULL) {
        return compose_put(c, s, err);
    }
    if (s->is_removed[1]) {
        if (s->is_removed[0]) {
            return refuse(&s->name, err);
        }
        return s->put[0] != NULL && !s->put[0]->is_change
                   ? VTR_OK
                   : push_removed(c, &s->name, err);
    }
    return s->put[0] != NULL ? push_put(c, s->put[0], err)
                             : push_removed(c, &s->name, err);
}

enum vtr_status vtr_body_changes_compose(enum vtr_body_kind kind,
                                         const struct vtr_body_changes *first,
                                         const struct vtr_body_changes *second,
                                         struct vtr_body_changes *out,
                                         struct vtr_error *err)
{
    struct composer c = {.kind = kind, .first = first, .second = second, .out = out};
    struct sayings sayings;
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK && next_sayings(&c, &sayings)) {
        status = compose_one(&c, &sayings, err);
    }
    return status;
}
