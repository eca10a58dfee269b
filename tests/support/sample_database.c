/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/sample_database.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "format/bytecode/bytecode.h"
#include "format/materialise.h"
#include "format/record/rule.h"

static void require(bool is_good, const char *what)
{
    if (!is_good) {
        (void)fprintf(stderr, "sample database: %s\n", what);
        abort();
    }
}

uint64_t vtr_sample_random(uint64_t *state)
{
    *state += 0x9E3779B97F4A7C15u; /* splitmix64 */
    uint64_t z = *state;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

void vtr_sample_init(struct vtr_sample *sample, const char *name, uint64_t release)
{
    *sample = (struct vtr_sample){.name = name, .release = release};
    vtr_vector_init(&sample->hashes, sizeof(struct vtr_sample_hash));
    vtr_vector_init(&sample->rules, sizeof(struct vtr_sample_body));
    vtr_vector_init(&sample->externals, sizeof(struct vtr_sample_body));
}

static void deinit_bodies(struct vtr_vector *bodies)
{
    struct vtr_sample_body *items = bodies->items;

    for (size_t i = 0; i < bodies->count; i++) {
        vtr_writer_deinit(&items[i].body);
    }
    vtr_vector_deinit(bodies);
}

void vtr_sample_deinit(struct vtr_sample *sample)
{
    vtr_vector_deinit(&sample->hashes);
    deinit_bodies(&sample->rules);
    deinit_bodies(&sample->externals);
}

void vtr_sample_add_hash(struct vtr_sample *sample, enum vtr_hash_kind kind,
                         const uint8_t *digest, uint64_t size, const char *name)
{
    struct vtr_sample_hash *hash = vtr_vector_push(&sample->hashes);

    require(hash != NULL, "out of memory");
    hash->kind = kind;
    memcpy(hash->digest, digest, vtr_hash_len(kind));
    hash->size = size;
    (void)snprintf(hash->name, sizeof(hash->name), "%s", name);
}

static void put_text(struct vtr_writer *w, const char *text)
{
    vtr_writer_string(w, vtr_bytes_from_text(text));
}

static void put_pattern(struct vtr_writer *w, const char *id, const char *text)
{
    struct vtr_writer pattern = {0};

    put_text(&pattern, id);
    vtr_writer_u8(&pattern, VTR_PATTERN_TEXT);
    vtr_writer_varint(&pattern, VTR_PATTERN_ASCII);
    vtr_writer_varint(&pattern, 1);
    vtr_writer_masked(&pattern, vtr_bytes_from_text(text));
    vtr_writer_string(w, vtr_writer_bytes(&pattern));
    vtr_writer_deinit(&pattern);
}

static void put_condition(struct vtr_writer *w, const struct vtr_sample_rule *rule)
{
    struct vtr_writer condition = {0};

    if (rule->pattern_id == NULL) {
        vtr_writer_u8(&condition, VTR_OP_FILESIZE);
    } else {
        vtr_writer_u8(&condition, VTR_OP_MATCH);
        vtr_writer_varint(&condition, 1);
    }
    if (rule->is_negated) {
        vtr_writer_u8(&condition, VTR_OP_NOT);
    }
    vtr_writer_string(w, vtr_writer_bytes(&condition));
    vtr_writer_deinit(&condition);
}

static struct vtr_sample_body *add_body(struct vtr_vector *bodies, const char *space,
                                        const char *name)
{
    struct vtr_sample_body *body = vtr_vector_push(bodies);

    require(body != NULL, "out of memory");
    (void)snprintf(body->space, sizeof(body->space), "%s", space);
    (void)snprintf(body->name, sizeof(body->name), "%s", name);
    return body;
}

void vtr_sample_add_rule(struct vtr_sample *sample, const struct vtr_sample_rule *rule)
{
    struct vtr_writer *w = &add_body(&sample->rules, rule->space, rule->name)->body;

    vtr_writer_u8(w, (uint8_t)rule->flags);
    put_text(w, rule->space);
    put_text(w, rule->name);
    vtr_writer_varint(w, rule->tag != NULL);
    if (rule->tag != NULL) {
        put_text(w, rule->tag);
    }
    vtr_writer_varint(w, rule->meta_key != NULL);
    if (rule->meta_key != NULL) {
        put_text(w, rule->meta_key);
        vtr_writer_u8(w, VTR_META_INT);
        vtr_writer_zigzag(w, rule->meta_value);
    }
    vtr_writer_varint(w, (rule->pattern_id != NULL ? 1u : 0u) +
                             (rule->second_id != NULL ? 1u : 0u));
    if (rule->pattern_id != NULL) {
        put_pattern(w, rule->pattern_id, rule->text);
    }
    if (rule->second_id != NULL) {
        put_pattern(w, rule->second_id, rule->text);
    }
    put_condition(w, rule);
    require(vtr_writer_ok(w), "out of memory");
}

void vtr_sample_add_external(struct vtr_sample *sample, const char *name, int64_t value)
{
    const struct vtr_external_view view = {.name = vtr_bytes_from_text(name),
                                           .type = VTR_EXTERNAL_INT,
                                           .number = value};
    struct vtr_writer *w = &add_body(&sample->externals, "", name)->body;

    vtr_external_write(w, &view, (struct vtr_bytes){NULL, 0});
    require(vtr_writer_ok(w), "out of memory");
}

static int compare_hashes(const void *a, const void *b, void *context)
{
    const struct vtr_sample_hash *left = a;
    const struct vtr_sample_hash *right = b;
    int order = (int)left->kind - (int)right->kind;

    (void)context;
    if (order == 0) {
        order = memcmp(left->digest, right->digest, sizeof(left->digest));
    }
    if (order == 0) {
        order = (left->size > right->size) - (left->size < right->size);
    }
    return order == 0 ? strcmp(left->name, right->name) : order;
}

static int compare_bodies(const void *a, const void *b, void *context)
{
    const struct vtr_sample_body *left = a;
    const struct vtr_sample_body *right = b;
    const int order = strcmp(left->space, right->space);

    (void)context;
    return order == 0 ? strcmp(left->name, right->name) : order;
}

/* A sorted copy without repetitions; the caller frees. */
static void *sorted(const struct vtr_vector *v, vtr_compare_fn compare,
                    size_t *out_count)
{
    char *items = calloc(v->count + 1, v->size);
    size_t kept = 0;

    require(items != NULL, "out of memory");
    if (v->count > 0) {
        memcpy(items, v->items, v->count * v->size);
    }
    require(vtr_sort(items, v->count, v->size, compare, NULL) == VTR_OK, "cannot sort");
    for (size_t i = 0; i < v->count; i++) {
        if (i == 0 ||
            compare(items + (kept - 1) * v->size, items + i * v->size, NULL)) {
            memmove(items + kept++ * v->size, items + i * v->size, v->size);
        }
    }
    *out_count = kept;
    return items;
}

/* The records of one kind as a source. */
struct list_source {
    const struct vtr_sample_hash *hashes;
    const struct vtr_hash_record *records;
    size_t count;
    size_t next;
};

static void list_rewind(void *context)
{
    ((struct list_source *)context)->next = 0;
}

static bool list_next(void *context, struct vtr_hash_record *out)
{
    struct list_source *list = context;

    if (list->next == list->count) {
        return false;
    }
    *out = list->records[list->next];
    out->digest = list->hashes[list->next++].digest;
    return true;
}

/* Hash records with their stems: what a compiler does for a hash list. */
struct hash_lists {
    struct vtr_sample_hash *hashes;
    size_t count;
    struct vtr_hash_record *records;
    struct vtr_vector stems; /* sorted, without repetitions */
    struct list_source sources[VTR_HASH_KINDS];
};

static uint32_t find_stem(const struct hash_lists *lists, struct vtr_bytes stem)
{
    const struct vtr_bytes *stems = lists->stems.items;
    uint32_t at = 0;

    while (!vtr_bytes_equal(stems[at], stem)) {
        at++;
    }
    return at;
}

/* All stems of the names, then those alone that are different. */
static void list_stems(struct hash_lists *lists)
{
    struct vtr_writer stem = {0};
    size_t kept = 0;

    vtr_vector_init(&lists->stems, sizeof(struct vtr_bytes));
    for (size_t i = 0; i < lists->count; i++) {
        struct vtr_bytes *copy = vtr_vector_push(&lists->stems);
        vtr_writer_clear(&stem);
        (void)vtr_name_split(vtr_bytes_from_text(lists->hashes[i].name), &stem);
        uint8_t *text = malloc(stem.len + 1);
        require(copy != NULL && text != NULL && vtr_writer_ok(&stem), "out of memory");
        if (stem.len > 0) {
            memcpy(text, stem.ptr, stem.len);
        }
        *copy = (struct vtr_bytes){text, stem.len};
    }
    vtr_writer_deinit(&stem);
    struct vtr_bytes *stems = lists->stems.items;
    require(vtr_sort(stems, lists->stems.count, sizeof(*stems), vtr_bytes_compare_items,
                     NULL) == VTR_OK,
            "cannot sort");
    for (size_t i = 0; i < lists->stems.count; i++) {
        if (i > 0 && vtr_bytes_equal(stems[kept - 1], stems[i])) {
            free((void *)(uintptr_t)stems[i].ptr);
        } else {
            stems[kept++] = stems[i];
        }
    }
    lists->stems.count = kept;
}

static void hash_lists_init(struct hash_lists *lists, const struct vtr_sample *sample,
                            struct vtr_records *records)
{
    struct vtr_writer stem = {0};

    *lists = (struct hash_lists){0};
    lists->hashes = sorted(&sample->hashes, compare_hashes, &lists->count);
    lists->records = calloc(lists->count + 1, sizeof(*lists->records));
    require(lists->records != NULL, "out of memory");
    list_stems(lists);
    size_t first = 0;
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        struct list_source *source = &lists->sources[kind];
        size_t end = first;
        for (; end < lists->count && lists->hashes[end].kind == kind; end++) {
            vtr_writer_clear(&stem);
            lists->records[end].size = lists->hashes[end].size;
            lists->records[end].number =
                vtr_name_split(vtr_bytes_from_text(lists->hashes[end].name), &stem);
            lists->records[end].stem = find_stem(lists, vtr_writer_bytes(&stem));
        }
        *source = (struct list_source){lists->hashes + first, lists->records + first,
                                       end - first, 0};
        records->hashes[kind] = (struct vtr_hash_source){.count = end - first,
                                                         .rewind = list_rewind,
                                                         .next = list_next,
                                                         .context = source};
        first = end;
    }
    vtr_writer_deinit(&stem);
    records->stems = lists->stems.items;
    records->stem_count = lists->stems.count;
}

static void hash_lists_deinit(struct hash_lists *lists)
{
    const struct vtr_bytes *stems = lists->stems.items;

    for (size_t i = 0; i < lists->stems.count; i++) {
        free((void *)(uintptr_t)stems[i].ptr);
    }
    vtr_vector_deinit(&lists->stems);
    free(lists->hashes);
    free(lists->records);
}

/* The bodies in their order; the caller frees. */
static struct vtr_bytes *list_bodies(const struct vtr_vector *bodies, size_t *out_count)
{
    struct vtr_sample_body *items = sorted(bodies, compare_bodies, out_count);
    struct vtr_bytes *list = calloc(*out_count + 1, sizeof(*list));

    require(list != NULL, "out of memory");
    for (size_t i = 0; i < *out_count; i++) {
        list[i] = vtr_writer_bytes(&items[i].body);
    }
    free(items);
    return list;
}

static uint8_t *alloc_image(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = calloc(len, 1);

    (void)err;
    *(struct vtr_bytes *)context = (struct vtr_bytes){memory, len};
    return memory;
}

struct vtr_bytes vtr_sample_build(const struct vtr_sample *sample)
{
    struct vtr_records records = {.name = vtr_bytes_from_text(sample->name),
                                  .release = sample->release};
    struct vtr_bytes image = {NULL, 0};
    struct vtr_error err = {0};
    struct hash_lists lists;
    size_t len = 0;

    hash_lists_init(&lists, sample, &records);
    struct vtr_bytes *rules = list_bodies(&sample->rules, &records.rule_count);
    struct vtr_bytes *externals =
        list_bodies(&sample->externals, &records.external_count);
    records.rules = rules;
    records.externals = externals;
    require(vtr_materialise(&records, alloc_image, &image, &len, &err) == VTR_OK,
            err.message);
    require(len == image.len, "another length");
    free(rules);
    free(externals);
    hash_lists_deinit(&lists);
    return image;
}
