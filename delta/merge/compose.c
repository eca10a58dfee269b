/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/merge/compose.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/sort.h"
#include "delta/merge/compose_bodies.h"

static enum vtr_status refuse(struct vtr_error *err)
{
    return vtr_error_set(
        err, VTR_ERROR_MISMATCH,
        "deltas do not follow each other: what the later one takes for "
        "granted, the earlier one does not leave");
}

/* A digest that is taken out costs a delta two bits, and 36 bytes here. */
static enum vtr_status check_removed(uint64_t count, struct vtr_error *err)
{
    return count <= VTR_COMPOSED_REMOVED_MAX
               ? VTR_OK
               : vtr_error_set(err, VTR_ERROR_LIMIT,
                               "more than %llu digests of a kind are removed: publish "
                               "the full database",
                               (unsigned long long)VTR_COMPOSED_REMOVED_MAX);
}

static enum vtr_status read_removed(const struct vtr_delta *delta, unsigned section,
                                    struct vtr_vector *out, struct vtr_error *err)
{
    const enum vtr_status status =
        check_removed(delta->header.sections[section].count, err);
    struct vtr_rice_reader r;

    if (status != VTR_OK) {
        return status;
    }
    for (size_t i = 0; i < delta->lists[section].count; i++) {
        if (!vtr_delta_open_list(&r, delta, section, i)) {
            return vtr_error_set_format(err, vtr_delta_section_name(section), 0,
                                        "a list is none");
        }
        for (const uint8_t *key = vtr_rice_next(&r); key != NULL;
             key = vtr_rice_next(&r)) {
            struct vtr_removed_hash *removed = vtr_vector_push(out);
            if (removed == NULL) {
                return vtr_error_set_memory(err);
            }
            memcpy(removed->key.bytes, key, sizeof(removed->key.bytes));
            removed->bits = r.bits;
        }
    }
    return VTR_OK;
}

static enum vtr_status read_added(const struct vtr_delta *delta,
                                  enum vtr_hash_kind kind, struct vtr_vector *out,
                                  struct vtr_error *err)
{
    struct vtr_added_reader r;
    struct vtr_added_hash added;

    if (!vtr_added_reader_open(&r, delta, kind)) {
        return VTR_OK; /* there are none */
    }
    while (vtr_added_reader_next(&r, &added)) {
        struct vtr_added_hash *room = vtr_vector_push(out);
        if (room == NULL) {
            return vtr_error_set_memory(err);
        }
        *room = added;
        room->stem = delta->ranked[added.stem];
    }
    return VTR_OK;
}

static enum vtr_status read_stems(const struct vtr_delta *delta, struct vtr_vector *out,
                                  struct vtr_error *err)
{
    for (size_t i = 0; i < delta->stem_count; i++) {
        const struct vtr_delta_stem *stem = &delta->stems[i];
        struct vtr_stem_name *name = vtr_vector_push(out);

        if (name == NULL) {
            return vtr_error_set_memory(err);
        }
        *name = (struct vtr_stem_name){.bits = stem->bits,
                                       .key = stem->key,
                                       .text = stem->text,
                                       .uses = delta->uses[i]};
    }
    return VTR_OK;
}

static enum vtr_status copy_vector(const struct vtr_vector *from, struct vtr_vector *to,
                                   struct vtr_error *err)
{
    const uint8_t *items = from->items;

    for (size_t i = 0; i < from->count; i++) {
        void *room = vtr_vector_push(to);
        if (room == NULL) {
            return vtr_error_set_memory(err);
        }
        memcpy(room, items + i * from->size, from->size);
    }
    return VTR_OK;
}

static enum vtr_status copy_bodies(const struct vtr_body_changes *from,
                                   struct vtr_body_changes *to, struct vtr_error *err)
{
    const enum vtr_status status = copy_vector(&from->removed, &to->removed, err);

    return status == VTR_OK ? copy_vector(&from->put, &to->put, err) : status;
}

enum vtr_status vtr_changes_read(const struct vtr_delta *delta, struct vtr_changes *out,
                                 struct vtr_error *err)
{
    struct vtr_changes changes;

    vtr_changes_init(&changes);
    enum vtr_status status = read_stems(delta, &changes.stems, err);
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        struct vtr_hash_changes *hashes = &changes.hashes[kind];

        status =
            read_removed(delta, VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED),
                         &hashes->removed, err);
        if (status == VTR_OK) {
            status = read_added(delta, (enum vtr_hash_kind)kind, &hashes->added, err);
        }
    }
    if (status == VTR_OK) {
        status = copy_bodies(&delta->rules, &changes.rules, err);
    }
    if (status == VTR_OK) {
        status = copy_bodies(&delta->externals, &changes.externals, err);
    }
    if (status != VTR_OK) {
        vtr_changes_deinit(&changes);
        return status;
    }
    *out = changes;
    return VTR_OK;
}

/* Index of a key of `bits` bits among the removed, or their count. */
static size_t find_removed(const struct vtr_vector *removed, const uint8_t *digest,
                           unsigned bits)
{
    struct vtr_removed_hash wanted = {.bits = bits};

    memcpy(wanted.key.bytes, digest, sizeof(wanted.key.bytes));
    vtr_delta_key_cut(&wanted.key, bits);
    return vtr_sort_find(removed->items, removed->count, sizeof(wanted), &wanted,
                         vtr_removed_hash_compare, NULL);
}

/* The lengths that keys of a list have: a bit for each. */
struct lengths {
    bool has[8 * VTR_SHA256_LEN + 1];
};

/* The longest key that a digest begins with, or the count. */
static size_t find_longest(const struct vtr_vector *removed,
                           const struct lengths *lengths, const uint8_t *digest)
{
    for (unsigned bits = 8 * VTR_SHA256_LEN; bits > 0; bits--) {
        if (lengths->has[bits]) {
            const size_t at = find_removed(removed, digest, bits);
            if (at < removed->count) {
                return at;
            }
        }
    }
    return removed->count;
}

/* What becomes of one kind of hash. */
struct hash_composer {
    const struct vtr_hash_changes *first;
    const struct vtr_hash_changes *second;
    uint32_t stem_shift; /* of the second's stems */
    bool *is_spent;      /* of the second's keys: it takes out what the first adds */
    struct vtr_hash_changes *out;
};

static enum vtr_status push_added(struct hash_composer *c,
                                  const struct vtr_added_hash *added, uint32_t shift,
                                  struct vtr_error *err)
{
    struct vtr_added_hash *room = vtr_vector_push(&c->out->added);

    if (room == NULL) {
        return vtr_error_set_memory(err);
    }
    *room = *added;
    room->stem += shift;
    return VTR_OK;
}

/* Appends the second's additions below a digest (NULL: all) from `*at` on. */
static enum vtr_status push_second(struct hash_composer *c, size_t *at,
                                   const uint8_t *digest, struct vtr_error *err)
{
    const struct vtr_added_hash *added = c->second->added.items;
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK && *at < c->second->added.count) {
        const int order = digest == NULL ? -1
                                         : memcmp(added[*at].digest, digest,
                                                  sizeof(added[*at].digest));
        if (order == 0) {
            return refuse(err);
        }
        if (order > 0) {
            break;
        }
        status = push_added(c, &added[(*at)++], c->stem_shift, err);
    }
    return status;
}

/* The first's additions that the second leaves, and the second's, in their order. */
static enum vtr_status compose_added(struct hash_composer *c, struct vtr_error *err)
{
    const struct vtr_added_hash *added = c->first->added.items;
    const struct vtr_removed_hash *removed = c->second->removed.items;
    const size_t none = c->second->removed.count;
    struct lengths lengths = {{false}};
    size_t spent = none;
    size_t next = 0;
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < none; i++) {
        lengths.has[removed[i].bits] = true;
    }
    for (size_t i = 0; status == VTR_OK && i < c->first->added.count; i++) {
        const bool is_again = i > 0 && memcmp(added[i - 1].digest, added[i].digest,
                                              sizeof(added[i].digest)) == 0;
        if (!is_again) {
            spent = find_longest(&c->second->removed, &lengths, added[i].digest);
            if (spent < none && c->is_spent[spent]) {
                return refuse(err); /* one key for two digests */
            }
        }
        if (spent < none) {
            c->is_spent[spent] = true;
            continue;
        }
        status = push_second(c, &next, added[i].digest, err);
        if (status == VTR_OK) {
            status = push_added(c, &added[i], 0, err);
        }
    }
    return status == VTR_OK ? push_second(c, &next, NULL, err) : status;
}

/* The first's removals and those of the second that are not spent, in their order. */
static enum vtr_status compose_removed(struct hash_composer *c, struct vtr_error *err)
{
    const struct vtr_removed_hash *second = c->second->removed.items;
    enum vtr_status status =
        check_removed(c->first->removed.count + c->second->removed.count, err);

    if (status == VTR_OK) {
        status = copy_vector(&c->first->removed, &c->out->removed, err);
    }
    for (size_t i = 0; status == VTR_OK && i < c->second->removed.count; i++) {
        if (c->is_spent[i]) {
            continue;
        }
        struct vtr_removed_hash *room = vtr_vector_push(&c->out->removed);
        if (room == NULL) {
            return vtr_error_set_memory(err);
        }
        *room = second[i];
    }
    struct vtr_removed_hash *all = c->out->removed.items;
    if (status == VTR_OK && vtr_sort(all, c->out->removed.count, sizeof(*all),
                                     vtr_removed_hash_compare, NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    for (size_t i = 1; status == VTR_OK && i < c->out->removed.count; i++) {
        if (vtr_removed_hash_compare(&all[i - 1], &all[i], NULL) == 0) {
            return refuse(err);
        }
    }
    return status;
}

static enum vtr_status compose_hashes(const struct vtr_hash_changes *first,
                                      const struct vtr_hash_changes *second,
                                      uint32_t stem_shift, struct vtr_hash_changes *out,
                                      struct vtr_error *err)
{
    struct hash_composer c = {
        .first = first,
        .second = second,
        .stem_shift = stem_shift,
        .is_spent = calloc(second->removed.count + 1, sizeof(*c.is_spent)),
        .out = out,
    };
    if (c.is_spent == NULL) {
        return vtr_error_set_memory(err);
    }
    enum vtr_status status = compose_added(&c, err);
    if (status == VTR_OK) {
        status = compose_removed(&c, err);
    }
    free(c.is_spent);
    return status;
}

/* A stem that the first delta gives by its text, by its hash. */
struct hashed_stem {
    struct vtr_delta_key key;
    struct vtr_bytes text;
};

static int compare_hashed(const void *a, const void *b, void *context)
{
    (void)context;
    return memcmp(((const struct hashed_stem *)a)->key.bytes,
                  ((const struct hashed_stem *)b)->key.bytes, VTR_SHA256_LEN);
}

static enum vtr_status hash_texts(const struct vtr_vector *stems,
                                  struct vtr_vector *out, struct vtr_error *err)
{
    const struct vtr_stem_name *items = stems->items;

    for (size_t i = 0; i < stems->count; i++) {
        if (items[i].bits != 0) {
            continue;
        }
        struct hashed_stem *stem = vtr_vector_push(out);
        if (stem == NULL) {
            return vtr_error_set_memory(err);
        }
        vtr_delta_key_set(&stem->key, vtr_digest_xxh3(items[i].text));
        stem->text = items[i].text;
    }
    return vtr_sort(out->items, out->count, out->size, compare_hashed, NULL) == VTR_OK
               ? VTR_OK
               : vtr_error_set_memory(err);
}

/* Gives a stem its text if the first delta has it. */
static enum vtr_status resolve_stem(struct vtr_stem_name *stem,
                                    const struct vtr_vector *texts,
                                    struct vtr_error *err)
{
    const struct hashed_stem *items = texts->items;
    const struct hashed_stem wanted = {.key = stem->key};
    const size_t first = vtr_sort_find_first(items, texts->count, sizeof(wanted),
                                             &wanted, compare_hashed, NULL);
    size_t found = 0;

    for (size_t i = first; i < texts->count; i++, found++) {
        struct vtr_delta_key key = items[i].key;

        vtr_delta_key_cut(&key, stem->bits);
        if (memcmp(key.bytes, stem->key.bytes, VTR_SHA256_LEN) != 0) {
            break;
        }
    }
    if (found > 1) {
        return refuse(err);
    }
    if (found == 1) {
        *stem = (struct vtr_stem_name){.text = items[first].text};
    }
    return VTR_OK;
}

/* The stems of both, the second's behind the first's. */
static enum vtr_status compose_stems(const struct vtr_changes *first,
                                     const struct vtr_changes *second,
                                     struct vtr_changes *out, struct vtr_error *err)
{
    const struct vtr_stem_name *items = second->stems.items;
    struct vtr_vector texts;
    enum vtr_status status = copy_vector(&first->stems, &out->stems, err);

    vtr_vector_init(&texts, sizeof(struct hashed_stem));
    if (status == VTR_OK) {
        status = hash_texts(&first->stems, &texts, err);
    }
    for (size_t i = 0; status == VTR_OK && i < second->stems.count; i++) {
        struct vtr_stem_name *stem = vtr_vector_push(&out->stems);
        if (stem == NULL) {
            status = vtr_error_set_memory(err);
            break;
        }
        *stem = items[i];
        if (stem->bits != 0) {
            status = resolve_stem(stem, &texts, err);
        }
    }
    vtr_vector_deinit(&texts);
    return status;
}

enum vtr_status vtr_changes_compose(const struct vtr_changes *first,
                                    const struct vtr_changes *second,
                                    struct vtr_changes *out, struct vtr_error *err)
{
    struct vtr_changes changes;

    vtr_changes_init(&changes);
    enum vtr_status status = compose_stems(first, second, &changes, err);
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        status =
            compose_hashes(&first->hashes[kind], &second->hashes[kind],
                           (uint32_t)first->stems.count, &changes.hashes[kind], err);
    }
    if (status == VTR_OK) {
        status = vtr_changes_settle_stems(&changes, err);
    }
    if (status == VTR_OK) {
        status = vtr_body_changes_compose(VTR_BODY_RULE, &first->rules, &second->rules,
                                          &changes.rules, err);
    }
    if (status == VTR_OK) {
        status = vtr_body_changes_compose(VTR_BODY_EXTERNAL, &first->externals,
                                          &second->externals, &changes.externals, err);
    }
    if (status != VTR_OK) {
        vtr_changes_deinit(&changes);
        return status;
    }
    *out = changes;
    return VTR_OK;
}
