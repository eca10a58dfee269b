/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/change/body_changes.h"

#include <string.h>

#include "base/error.h"
#include "base/reader.h"
#include "format/record/plain_body.h"
#include "format/record/rule.h"

#define FORM_CHANGE     1u
#define FORM_BASE_SHIFT 1u

void vtr_body_changes_init(struct vtr_body_changes *changes)
{
    *changes = (struct vtr_body_changes){0};
    vtr_vector_init(&changes->removed, sizeof(struct vtr_body_name));
    vtr_vector_init(&changes->put, sizeof(struct vtr_body_put));
}

void vtr_body_changes_deinit(struct vtr_body_changes *changes)
{
    if (changes != NULL) {
        vtr_body_changes_keep_texts(changes);
        vtr_arena_deinit(&changes->memory);
    }
}

void vtr_body_changes_keep_texts(struct vtr_body_changes *changes)
{
    vtr_vector_deinit(&changes->removed);
    vtr_vector_deinit(&changes->put);
}

int vtr_body_name_compare(const struct vtr_body_name *a, const struct vtr_body_name *b)
{
    return vtr_rule_compare_key(a->space, a->name, b->space, b->name);
}

bool vtr_body_flip_masks(enum vtr_body_kind kind, uint8_t *body, size_t len)
{
    return kind == VTR_BODY_RULE ? vtr_rule_flip_masks(body, len)
                                 : vtr_external_flip_masks(body, len);
}

enum vtr_status vtr_body_dup_plain(struct vtr_arena *arena, enum vtr_body_kind kind,
                                   struct vtr_bytes body, struct vtr_bytes *out,
                                   struct vtr_error *err)
{
    uint8_t *copy = vtr_arena_take(arena, body.len + 1);

    if (copy == NULL) {
        return vtr_error_set_memory(err);
    }
    if (body.len > 0) {
        memcpy(copy, body.ptr, body.len);
    }
    if (!vtr_body_flip_masks(kind, copy, body.len)) {
        return vtr_error_set_format(err, "database", 0, "a record is damaged");
    }
    *out = (struct vtr_bytes){copy, body.len};
    return VTR_OK;
}

static void write_name(struct vtr_writer *w, const struct vtr_body_name *name)
{
    vtr_writer_string(w, name->space);
    vtr_writer_string(w, name->name);
}

void vtr_body_removed_write(const struct vtr_body_changes *changes,
                            struct vtr_writer *w)
{
    const struct vtr_body_name *names = changes->removed.items;

    for (size_t i = 0; i < changes->removed.count; i++) {
        write_name(w, &names[i]);
    }
}

void vtr_body_put_write(const struct vtr_body_changes *changes, struct vtr_writer *w)
{
    const struct vtr_body_put *puts = changes->put.items;

    for (size_t i = 0; i < changes->put.count; i++) {
        const struct vtr_body_put *put = &puts[i];

        vtr_writer_u8(w, (uint8_t)((put->is_change ? FORM_CHANGE : 0) |
                                   (unsigned)put->base << FORM_BASE_SHIFT));
        if (put->base != VTR_BASE_NONE) {
            write_name(w, &put->name);
            vtr_writer_varint(w, put->base_len);
        }
        if (put->base == VTR_BASE_OTHER) {
            write_name(w, &put->base_name);
        }
        vtr_writer_string(w, put->text);
    }
}

static bool read_name(struct vtr_reader *r, struct vtr_body_name *out)
{
    return vtr_reader_string(r, &out->space) && vtr_reader_string(r, &out->name);
}

bool vtr_body_removed_read(struct vtr_bytes bytes, size_t count,
                           struct vtr_body_changes *out, const char **out_fault)
{
    struct vtr_body_name last = {{NULL, 0}, {NULL, 0}};
    struct vtr_body_name name;
    struct vtr_reader r;

    vtr_reader_init(&r, bytes, 0);
    for (size_t i = 0; i < count; i++) {
        if (!read_name(&r, &name)) {
            *out_fault = "a name is cut short";
            return false;
        }
        if (i > 0 && vtr_body_name_compare(&last, &name) >= 0) {
            *out_fault = "its names are out of order";
            return false;
        }
        struct vtr_body_name *room = vtr_vector_push(&out->removed);
        if (room == NULL) {
            *out_fault = NULL;
            return false;
        }
        *room = name;
        last = name;
    }
    *out_fault = "it goes on after its last name";
    return vtr_reader_left(&r) == 0;
}

/* Reads one body or edit; whether an edit fits its base is seen when it is applied. */
static bool read_put(enum vtr_body_kind kind, struct vtr_reader *r,
                     struct vtr_body_put *out)
{
    uint8_t form;

    *out = (struct vtr_body_put){0};
    if (!vtr_reader_u8(r, &form)) {
        return false;
    }
    out->is_change = (form & FORM_CHANGE) != 0;
    switch (form >> FORM_BASE_SHIFT) {
    case VTR_BASE_NONE:
        return vtr_reader_string(r, &out->text) &&
               vtr_body_read_key(kind, out->text, &out->name.space, &out->name.name);
    case VTR_BASE_SELF:
        out->base = VTR_BASE_SELF;
        if (!out->is_change || !read_name(r, &out->name) ||
            !vtr_reader_varint(r, &out->base_len)) {
            return false;
        }
        out->base_name = out->name;
        break;
    case VTR_BASE_OTHER:
        out->base = VTR_BASE_OTHER;
        if (!read_name(r, &out->name) || !vtr_reader_varint(r, &out->base_len) ||
            !read_name(r, &out->base_name) ||
            vtr_body_name_compare(&out->name, &out->base_name) == 0) {
            return false;
        }
        break;
    default:
        return false;
    }
    return vtr_reader_string(r, &out->text);
}

bool vtr_body_put_read(enum vtr_body_kind kind, struct vtr_bytes bytes, size_t count,
                       struct vtr_body_changes *out, const char **out_fault)
{
    struct vtr_body_name last = {{NULL, 0}, {NULL, 0}};
    struct vtr_reader r;

    vtr_reader_init(&r, bytes, 0);
    for (size_t i = 0; i < count; i++) {
        struct vtr_body_put *put = vtr_vector_push(&out->put);

        if (put == NULL) {
            *out_fault = NULL;
            return false;
        }
        if (!read_put(kind, &r, put)) {
            *out_fault = "a record is damaged";
            return false;
        }
        if (i > 0 && vtr_body_name_compare(&last, &put->name) >= 0) {
            *out_fault = "its records are out of order";
            return false;
        }
        last = put->name;
    }
    *out_fault = "it goes on after its last record";
    return vtr_reader_left(&r) == 0;
}
