/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/changes.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report/print_diagnostic.h"

static const char *name_of_kind(enum vtr_change_of of)
{
    switch (of) {
    case VTR_CHANGE_OF_RULE:
        return "rule";
    case VTR_CHANGE_OF_HASH:
        return "hash";
    case VTR_CHANGE_OF_EXTERNAL:
        return "external";
    case VTR_CHANGE_OF_HEADER:
        return "header";
    }
    return "record";
}

const char *vtr_change_word(enum vtr_change_kind kind)
{
    switch (kind) {
    case VTR_CHANGE_ADDED:
        return "added";
    case VTR_CHANGE_REMOVED:
        return "removed";
    case VTR_CHANGE_CHANGED:
        return "changed";
    }
    return "";
}

/* "default:Name", or "Name (digest)" of a hash record. */
static void print_subject(struct vtr_text *out, const struct vtr_change *change)
{
    if (change->of == VTR_CHANGE_OF_RULE) {
        vtr_text_safe(out, change->space);
        vtr_text_add(out, ":");
    }
    vtr_text_safe(out, change->name);
    if (change->of == VTR_CHANGE_OF_HASH) {
        vtr_text_add(out, " (");
        vtr_text_hex(out, change->digest);
        vtr_text_add(out, ")");
    }
}

void vtr_change_print(struct vtr_text *out, const char *word,
                      const struct vtr_change *change, const struct vtr_span *place)
{
    vtr_text_cell(out, word, 8);
    vtr_text_add(out, name_of_kind(change->of));
    vtr_text_add(out, " ");
    print_subject(out, change);
    if (change->detail.len > 0) {
        vtr_text_add(out, ": ");
        vtr_text_safe(out, change->detail);
    }
    if (vtr_has_place(place)) {
        vtr_text_add(out, "  at ");
        vtr_print_place(out, place);
    }
    vtr_text_add(out, "\n");
}

void vtr_change_to_json(struct vtr_json *json, const char *word,
                        const struct vtr_change *change, const struct vtr_span *place)
{
    vtr_json_begin_object(json, NULL);
    vtr_json_string(json, "change", word);
    vtr_json_string(json, "of", name_of_kind(change->of));
    if (change->of == VTR_CHANGE_OF_RULE) {
        vtr_json_bytes(json, "namespace", change->space);
    }
    vtr_json_bytes(json, "name", change->name);
    if (change->of == VTR_CHANGE_OF_HASH) {
        vtr_json_hex(json, "digest", change->digest);
    }
    if (change->detail.len > 0) {
        vtr_json_bytes(json, "detail", change->detail);
    }
    if (vtr_has_place(place)) {
        vtr_json_place(json, place);
    }
    vtr_json_end_object(json);
}

void vtr_change_list_deinit(struct vtr_change_list *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        free(changes->items[i].block);
    }
    free(changes->items);
    *changes = (struct vtr_change_list){0};
}

static bool make_room(struct vtr_change_list *changes)
{
    if (changes->count < changes->cap) {
        return true;
    }
    const size_t cap = changes->cap == 0 ? 64 : changes->cap * 2;
    struct vtr_kept_change *grown = cap > SIZE_MAX / 2 / sizeof(*grown)
                                        ? NULL
                                        : realloc(changes->items, cap * sizeof(*grown));
    if (grown == NULL) {
        return false;
    }
    changes->items = grown;
    changes->cap = cap;
    return true;
}

/* Copies bytes to `*end` and moves that on. */
static struct vtr_bytes copy(uint8_t **end, struct vtr_bytes bytes)
{
    const struct vtr_bytes copied = {*end, bytes.len};

    if (bytes.len > 0) {
        memcpy(*end, bytes.ptr, bytes.len);
        *end += bytes.len;
    }
    return copied;
}

void vtr_change_list_add(const struct vtr_change *change, void *context)
{
    struct vtr_change_list *changes = context;
    const size_t len =
        change->space.len + change->name.len + change->digest.len + change->detail.len;
    uint8_t *block = make_room(changes) ? malloc(len + 1) : NULL;

    if (block == NULL) {
        changes->has_failed = true;
        return;
    }
    uint8_t *end = block;
    changes->items[changes->count++] =
        (struct vtr_kept_change){.block = block,
                                 .change = {.kind = change->kind,
                                            .of = change->of,
                                            .space = copy(&end, change->space),
                                            .name = copy(&end, change->name),
                                            .digest = copy(&end, change->digest),
                                            .detail = copy(&end, change->detail)}};
}
