/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "delta/coding/edit.h"
#include "delta/merge/merge_parts.h"

/* The lists that become one. */
struct body_merge {
    enum vtr_body_kind kind;
    const struct vtr_delta *delta;
    unsigned section; /* of the removed names; what is put is in the next */
    const struct vtr_bytes *old;
    size_t old_count;
    const struct vtr_body_name *removed; /* what is left of it */
    size_t removed_left;
    const struct vtr_body_put *put; /* what is left of it */
    size_t put_left;
    struct vtr_arena *memory;
    uint64_t edited_len;           /* of all that edits have led to */
    struct vtr_bytes *plain;       /* old bodies without masks, once an edit was of
                                      them; owned */
    struct vtr_arena plain_memory; /* of these */
    struct vtr_bytes *out;
    size_t count;
};

static enum vtr_status refuse(const struct body_merge *m, unsigned section,
                              const char *what, struct vtr_error *err)
{
    return vtr_error_set_format(err, vtr_delta_section_name(section),
                                m->delta->header.sections[section].offset, "%s", what);
}

static enum vtr_status refuse_put(const struct body_merge *m, const char *what,
                                  struct vtr_error *err)
{
    return refuse(m, m->section + 1, what, err);
}

static enum vtr_status read_old(const struct body_merge *m, size_t index,
                                struct vtr_body_name *out, struct vtr_error *err)
{
    return vtr_body_read_key(m->kind, m->old[index], &out->space, &out->name)
               ? VTR_OK
               : vtr_error_set_format(err, "database", index, "record %zu is damaged",
                                      index);
}

/* The index of the old body of a name; their number when there is none. */
static enum vtr_status find_old(const struct body_merge *m,
                                const struct vtr_body_name *name, size_t *out,
                                struct vtr_error *err)
{
    struct vtr_body_name other;
    size_t low = 0;
    size_t high = m->old_count;

    *out = m->old_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const enum vtr_status status = read_old(m, middle, &other, err);
        if (status != VTR_OK) {
            return status;
        }
        const int order = vtr_body_name_compare(&other, name);
        if (order == 0) {
            *out = middle;
            return VTR_OK;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return VTR_OK;
}

/* The base of an edit, without masks, which are taken off once: any number of edits may
 * be of one long body. */
static enum vtr_status find_base(struct body_merge *m, const struct vtr_body_put *put,
                                 struct vtr_bytes *out, struct vtr_error *err)
{
    size_t at = 0;
    enum vtr_status status = find_old(m, &put->base_name, &at, err);

    if (status != VTR_OK) {
        return status;
    }
    if (at == m->old_count || m->old[at].len != put->base_len) {
        return refuse_put(m, "delta changes a record that the database does not have",
                          err);
    }
    if (m->plain == NULL) {
        m->plain = calloc(m->old_count, sizeof(*m->plain));
    }
    if (m->plain == NULL) {
        return vtr_error_set_memory(err);
    }
    if (m->plain[at].ptr == NULL) {
        status = vtr_body_dup_plain(&m->plain_memory, m->kind, m->old[at],
                                    &m->plain[at], err);
    }
    *out = m->plain[at];
    return status;
}

/* Makes room for what an edit leads to: all edits together have a limit, since a copy
 * of a few bytes may be of all of its base. */
static enum vtr_status make_room(struct body_merge *m, const struct vtr_edit *edit,
                                 uint8_t **out, struct vtr_error *err)
{
    if (edit->len > VTR_DELTA_UNPACKED_MAX - m->edited_len) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "edits of the delta lead to more than %llu bytes: take "
                             "the full database",
                             (unsigned long long)VTR_DELTA_UNPACKED_MAX);
    }
    m->edited_len += edit->len;
    *out = vtr_arena_take(m->memory, (size_t)edit->len + 1);
    return *out == NULL ? vtr_error_set_memory(err) : VTR_OK;
}

/* The text that an edit makes of its base, without masks. */
static enum vtr_status apply_edit(struct body_merge *m, const struct vtr_body_put *put,
                                  struct vtr_bytes *out, struct vtr_error *err)
{
    struct vtr_bytes base = {NULL, 0};
    struct vtr_edit edit = {0};
    uint8_t *room = NULL;
    enum vtr_status status = find_base(m, put, &base, err);

    if (status == VTR_OK) {
        status = vtr_edit_read(put->text, base.len, &edit, err);
    }
    if (status == VTR_OK) {
        status = make_room(m, &edit, &room, err);
    }
    if (status == VTR_OK) {
        vtr_edit_apply(&edit, base.ptr, room);
        *out = (struct vtr_bytes){room, (size_t)edit.len};
    }
    vtr_edit_deinit(&edit);
    return status;
}

/* Appends the next body that is put. */
static enum vtr_status append_put(struct body_merge *m, struct vtr_error *err)
{
    const struct vtr_body_put *put = m->put;
    struct vtr_bytes body = {NULL, 0};
    struct vtr_body_name name;
    enum vtr_status status = VTR_OK;

    if (put->base == VTR_BASE_NONE) {
        uint8_t *copy = vtr_arena_take(m->memory, put->text.len + 1);
        if (copy == NULL) {
            return vtr_error_set_memory(err);
        }
        memcpy(copy, put->text.ptr, put->text.len);
        body = (struct vtr_bytes){copy, put->text.len};
    } else {
        status = apply_edit(m, put, &body, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    if (!vtr_body_flip_masks(m->kind, (uint8_t *)(uintptr_t)body.ptr, body.len) ||
        !vtr_body_read_key(m->kind, body, &name.space, &name.name) ||
        vtr_body_name_compare(&name, &put->name) != 0) {
        return refuse_put(m, "a record is damaged, or another than its name says", err);
    }
    m->out[m->count++] = body;
    m->put++;
    m->put_left--;
    return VTR_OK;
}

/* Appends what is put before `name` (NULL: all). */
static enum vtr_status append_below(struct body_merge *m,
                                    const struct vtr_body_name *name,
                                    struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK && m->put_left > 0 &&
           (name == NULL || vtr_body_name_compare(&m->put->name, name) < 0)) {
        status =
            m->put->is_change
                ? refuse_put(m,
                             "delta changes a record that the database does not have",
                             err)
                : append_put(m, err);
    }
    return status;
}

/* Takes an old body over, leaves it out, or replaces it. */
static enum vtr_status pass_old(struct body_merge *m, size_t index,
                                struct vtr_error *err)
{
    struct vtr_body_name name;
    enum vtr_status status = read_old(m, index, &name, err);

    if (status == VTR_OK) {
        status = append_below(m, &name, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    if (m->put_left > 0 && vtr_body_name_compare(&m->put->name, &name) == 0) {
        return m->put->is_change
                   ? append_put(m, err)
                   : refuse_put(m, "delta adds a record that the database has", err);
    }
    const int order =
        m->removed_left == 0 ? 1 : vtr_body_name_compare(m->removed, &name);
    if (order < 0) {
        return refuse(m, m->section,
                      "delta removes a record that the database does not have", err);
    }
    if (order == 0) {
        m->removed++;
        m->removed_left--;
    } else {
        m->out[m->count++] = m->old[index];
    }
    return VTR_OK;
}

static enum vtr_status run(struct body_merge *m, struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < m->old_count; i++) {
        status = pass_old(m, i, err);
    }
    if (status == VTR_OK) {
        status = append_below(m, NULL, err);
    }
    if (status == VTR_OK && m->removed_left > 0) {
        status = refuse(m, m->section,
                        "delta removes a record that the database does not have", err);
    }
    return status;
}

enum vtr_status vtr_merge_bodies(struct vtr_merge *merge, enum vtr_body_kind kind,
                                 const struct vtr_delta *delta,
                                 const struct vtr_records *from, struct vtr_error *err)
{
    const bool is_rule = kind == VTR_BODY_RULE;
    const struct vtr_body_changes *changes =
        is_rule ? &delta->rules : &delta->externals;
    struct body_merge m = {
        .kind = kind,
        .delta = delta,
        .section = is_rule ? VTR_DELTA_RULES_REMOVED : VTR_DELTA_EXTERNALS_REMOVED,
        .old = is_rule ? from->rules : from->externals,
        .old_count = is_rule ? from->rule_count : from->external_count,
        .removed = changes->removed.items,
        .removed_left = changes->removed.count,
        .put = changes->put.items,
        .put_left = changes->put.count,
        .memory = &merge->bodies,
    };

    m.out = calloc(m.old_count + m.put_left + 1, sizeof(*m.out));
    if (m.out == NULL) {
        return vtr_error_set_memory(err);
    }
    const enum vtr_status status = run(&m, err);
    free(m.plain);
    vtr_arena_deinit(&m.plain_memory);
    *(is_rule ? &merge->rules : &merge->externals) = m.out; /* freed with the merge */
    *(is_rule ? &merge->records.rule_count : &merge->records.external_count) = m.count;
    return status;
}
