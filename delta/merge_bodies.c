/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "delta/merge_parts.h"
#include "format/rule.h"

/* The keys that are taken out, and whether each was found. */
struct removed_keys {
    struct vtr_delta_key *keys; /* sorted */
    bool *is_found;
    size_t count;
};

static void removed_keys_deinit(struct removed_keys *removed)
{
    free(removed->keys);
    free(removed->is_found);
}

static enum vtr_status read_removed(struct removed_keys *out,
                                    const struct vtr_delta *delta, unsigned section,
                                    struct vtr_error *err)
{
    struct vtr_rice_reader r;
    struct removed_keys removed = {.count =
                                       (size_t)delta->header.sections[section].count};

    removed.keys = calloc(removed.count + 1, sizeof(*removed.keys));
    removed.is_found = calloc(removed.count + 1, sizeof(*removed.is_found));
    if (removed.keys == NULL || removed.is_found == NULL) {
        removed_keys_deinit(&removed);
        return vtr_error_set_memory(err);
    }
    if (vtr_removed_reader_open(&r, delta, section)) {
        for (size_t i = 0; i < removed.count; i++) {
            const uint8_t *key = vtr_rice_next(&r);
            if (key != NULL) { /* always, once the delta is validated */
                memcpy(removed.keys[i].bytes, key, sizeof(removed.keys[i].bytes));
            }
        }
    }
    *out = removed;
    return VTR_OK;
}

/* Index of a key, or `count`. */
static size_t find_key(const struct removed_keys *removed,
                       const struct vtr_delta_key *key)
{
    size_t low = 0;
    size_t high = removed->count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order =
            memcmp(removed->keys[middle].bytes, key->bytes, sizeof(key->bytes));
        if (order == 0) {
            return middle;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return removed->count;
}

/* The lists that become one. */
struct body_merge {
    enum vtr_body_kind kind;
    const struct vtr_delta *delta;
    unsigned section; /* of the removed keys; the added bodies are in the next */
    const struct vtr_bytes *old;
    size_t old_count;
    const struct vtr_bytes *added;
    size_t added_count;
    struct vtr_bytes *out;
    size_t count;
};

static enum vtr_status refuse(const struct body_merge *merge, unsigned section,
                              const char *what, struct vtr_error *err)
{
    return vtr_error_set_format(err, vtr_delta_section_name(section),
                                merge->delta->header.sections[section].offset, "%s",
                                what);
}

/* Whether an old body is taken out. */
static enum vtr_status test_removed(const struct body_merge *merge,
                                    struct removed_keys *removed,
                                    struct vtr_bytes space, struct vtr_bytes name,
                                    bool *out, struct vtr_error *err)
{
    struct vtr_delta_key key;
    uint64_t hash = 0;
    const enum vtr_status status = vtr_body_key(space, name, &hash, err);

    if (status != VTR_OK) {
        return status;
    }
    vtr_delta_key_set(&key, hash);
    const size_t at = find_key(removed, &key);
    *out = at < removed->count;
    if (*out && removed->is_found[at]) {
        return refuse(merge, merge->section,
                      "delta removes one record by a key that two have", err);
    }
    if (*out) {
        removed->is_found[at] = true;
    }
    return VTR_OK;
}

/* Appends the added bodies that sort before a key; `*at` is the next of them. */
static enum vtr_status append_below(struct body_merge *merge, size_t *at,
                                    struct vtr_bytes space, struct vtr_bytes name,
                                    struct vtr_error *err)
{
    struct vtr_bytes added_space;
    struct vtr_bytes added_name;

    while (*at < merge->added_count) {
        if (!vtr_body_read_key(merge->kind, merge->added[*at], &added_space,
                               &added_name)) {
            return refuse(merge, merge->section + 1, "a record is damaged", err);
        }
        const int order = vtr_rule_compare_key(added_space, added_name, space, name);
        if (order == 0) {
            return refuse(merge, merge->section + 1,
                          "delta adds a record that the database has", err);
        }
        if (order > 0) {
            break;
        }
        merge->out[merge->count++] = merge->added[(*at)++];
    }
    return VTR_OK;
}

static enum vtr_status run(struct body_merge *merge, struct removed_keys *removed,
                           struct vtr_error *err)
{
    size_t next_added = 0;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; status == VTR_OK && i < merge->old_count; i++) {
        struct vtr_bytes space;
        struct vtr_bytes name;
        bool is_removed = false;

        if (!vtr_body_read_key(merge->kind, merge->old[i], &space, &name)) {
            return vtr_error_set_format(err, "database", i, "record %zu is damaged", i);
        }
        status = test_removed(merge, removed, space, name, &is_removed, err);
        if (status == VTR_OK && !is_removed) {
            status = append_below(merge, &next_added, space, name, err);
            merge->out[merge->count++] = merge->old[i];
        }
    }
    while (status == VTR_OK && next_added < merge->added_count) {
        merge->out[merge->count++] = merge->added[next_added++];
    }
    for (size_t i = 0; status == VTR_OK && i < removed->count; i++) {
        if (!removed->is_found[i]) {
            status =
                refuse(merge, merge->section,
                       "delta removes a record that the database does not have", err);
        }
    }
    return status;
}

enum vtr_status vtr_merge_bodies(enum vtr_body_kind kind, const struct vtr_delta *delta,
                                 const struct vtr_records *from, struct vtr_bytes **out,
                                 size_t *out_count, struct vtr_error *err)
{
    const bool is_rule = kind == VTR_BODY_RULE;
    struct body_merge merge = {
        .kind = kind,
        .delta = delta,
        .section = is_rule ? VTR_DELTA_RULES_REMOVED : VTR_DELTA_EXTERNALS_REMOVED,
        .old = is_rule ? from->rules : from->externals,
        .old_count = is_rule ? from->rule_count : from->external_count,
        .added = is_rule ? delta->rules : delta->externals,
    };
    struct removed_keys removed = {0};

    merge.added_count = (size_t)delta->header.sections[merge.section + 1].count;
    if (delta->header.sections[merge.section].count > merge.old_count) {
        return refuse(&merge, merge.section,
                      "delta removes more records than the database has", err);
    }
    enum vtr_status status = read_removed(&removed, delta, merge.section, err);
    if (status != VTR_OK) {
        return status;
    }
    merge.out = calloc(merge.old_count + merge.added_count + 1, sizeof(*merge.out));
    if (merge.out == NULL) {
        status = vtr_error_set_memory(err);
    } else {
        status = run(&merge, &removed, err);
    }
    removed_keys_deinit(&removed);
    if (status != VTR_OK) {
        free(merge.out);
        return status;
    }
    *out = merge.out;
    *out_count = merge.count;
    return VTR_OK;
}
