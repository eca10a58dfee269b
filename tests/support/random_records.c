/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/random_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sort.h"
#include "format/bytecode/bytecode.h"
#include "format/materialise.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"

uint64_t vtr_test_random(uint64_t *state)
{
    *state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

uint64_t vtr_test_below(uint64_t *state, uint64_t limit)
{
    return vtr_test_random(state) % limit;
}

static struct vtr_bytes random_bytes(uint64_t *state, uint8_t *room, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        room[i] = (uint8_t)vtr_test_random(state);
    }
    return (struct vtr_bytes){room, len};
}

/* A name of any of the forms that split differently. */
static size_t random_name(uint64_t *state, char *room, size_t size)
{
    static const char *const FAMILIES[] = {"Win.Trojan.Agent", "Unix.Worm", "a-7", "x",
                                           ""};
    const char *family = FAMILIES[vtr_test_below(state, 5)];
    const unsigned number = (unsigned)vtr_test_below(state, 3000);
    int len = 0;

    switch (vtr_test_below(state, 5)) {
    case 0:
        len = snprintf(room, size, "%s-%u-%u", family, number, number % 3);
        break;
    case 1:
        len = snprintf(room, size, "%s-%u", family, number);
        break;
    case 2:
        len = snprintf(room, size, "%s-0%u", family, number);
        break;
    case 3:
        len = snprintf(room, size, "%s-%u-1234567890", family, number * 300000u);
        break;
    default:
        len = snprintf(room, size, "%s.%u", family, number % 7);
        break;
    }
    return (size_t)len;
}

/* A name of a record before its stem has an index. */
struct naming {
    struct vtr_bytes stem;
    struct vtr_test_hash *hash;
};

static int compare_namings(const void *a, const void *b, void *context)
{
    const struct naming *left = a;
    const struct naming *right = b;

    (void)context;
    return vtr_bytes_compare(left->stem, right->stem);
}

struct comparison {
    const struct vtr_bytes *stems;
    size_t digest_len;
};

static int compare_hashes(const void *a, const void *b, void *context)
{
    const struct vtr_test_hash *left = a;
    const struct vtr_test_hash *right = b;
    const struct comparison *comparison = context;
    int order = memcmp(left->digest, right->digest, comparison->digest_len);

    if (order == 0) {
        order = (left->size > right->size) - (left->size < right->size);
    }
    if (order == 0) {
        struct vtr_writer names[2] = {{0}, {0}};

        vtr_name_join(comparison->stems[left->stem], left->number, &names[0]);
        vtr_name_join(comparison->stems[right->stem], right->number, &names[1]);
        order =
            vtr_bytes_compare(vtr_writer_bytes(&names[0]), vtr_writer_bytes(&names[1]));
        vtr_writer_deinit(&names[0]);
        vtr_writer_deinit(&names[1]);
    }
    return order;
}

static void source_rewind(void *context)
{
    struct vtr_test_source *source = context;

    source->next = 0;
}

static bool source_next(void *context, struct vtr_hash_record *out)
{
    struct vtr_test_source *source = context;

    if (source->next >= source->count) {
        return false;
    }
    const struct vtr_test_hash *hash = &source->items[source->next];
    source->next++;
    *out = (struct vtr_hash_record){hash->digest, hash->size, hash->stem, hash->number};
    return true;
}

static void random_hash(uint64_t *state, struct vtr_test_hash *out,
                        const struct vtr_test_hash *previous)
{
    if (previous != NULL && vtr_test_below(state, 8) == 0) {
        memcpy(out->digest, previous->digest, sizeof(out->digest));
    } else {
        (void)random_bytes(state, out->digest, sizeof(out->digest));
    }
    out->size =
        vtr_test_below(state, 4) == 0 ? VTR_SIZE_ANY : vtr_test_below(state, 5000000);
}

/* Gives each stem its index, in order, and the records theirs. */
static void number_stems(struct vtr_test_records *out, struct naming *namings,
                         size_t count)
{
    struct vtr_bytes *stems = vtr_arena_array(&out->arena, count + 1, sizeof(stems[0]));
    size_t stem_count = 0;

    assert_non_null(stems);
    assert_int_equal(vtr_sort(namings, count, sizeof(namings[0]), compare_namings,
                              NULL),
                     VTR_OK);
    for (size_t i = 0; i < count; i++) {
        if (stem_count == 0 ||
            !vtr_bytes_equal(stems[stem_count - 1], namings[i].stem)) {
            stems[stem_count] = namings[i].stem;
            stem_count++;
        }
        namings[i].hash->stem = (uint32_t)(stem_count - 1);
    }
    out->records.stems = stems;
    out->records.stem_count = stem_count;
}

static void sort_source(struct vtr_test_records *out, size_t kind)
{
    struct vtr_test_source *source = &out->sources[kind];
    struct comparison comparison = {
        .stems = out->records.stems,
        .digest_len = vtr_hash_len((enum vtr_hash_kind)kind),
    };
    size_t kept = 0;

    assert_int_equal(vtr_sort(source->items, source->count, sizeof(source->items[0]),
                              compare_hashes, &comparison),
                     VTR_OK);
    for (size_t i = 0; i < source->count; i++) {
        if (kept == 0 || compare_hashes(&source->items[kept - 1], &source->items[i],
                                        &comparison) != 0) {
            source->items[kept] = source->items[i];
            kept++;
        }
    }
    source->count = kept;
    out->records.hashes[kind] = (struct vtr_hash_source){.count = kept,
                                                         .rewind = source_rewind,
                                                         .next = source_next,
                                                         .context = source};
}

static void make_hashes(struct vtr_test_records *out, uint64_t *state,
                        const struct vtr_test_counts *counts)
{
    const size_t total = counts->hashes[0] + counts->hashes[1] + counts->hashes[2];
    struct naming *namings =
        vtr_arena_array(&out->arena, total + 1, sizeof(namings[0]));
    size_t named = 0;

    assert_non_null(namings);
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        struct vtr_test_source *source = &out->sources[kind];

        source->count = counts->hashes[kind];
        source->items =
            vtr_arena_array(&out->arena, source->count + 1, sizeof(source->items[0]));
        assert_non_null(source->items);
        for (size_t i = 0; i < source->count; i++) {
            struct vtr_writer stem = {0};
            char name[64];

            random_hash(state, &source->items[i],
                        i == 0 ? NULL : &source->items[i - 1]);
            const size_t len = random_name(state, name, sizeof(name));
            source->items[i].number =
                vtr_name_split((struct vtr_bytes){(const uint8_t *)name, len}, &stem);
            namings[named].stem = vtr_arena_dup(&out->arena, vtr_writer_bytes(&stem));
            namings[named].hash = &source->items[i];
            named++;
            vtr_writer_deinit(&stem);
        }
    }
    number_stems(out, namings, total);
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        sort_source(out, kind);
    }
}

void vtr_test_put_pattern(struct vtr_writer *w, uint8_t type, uint32_t flags,
                          const struct vtr_writer *payload)
{
    struct vtr_writer pattern = {0};

    vtr_writer_string(&pattern, vtr_bytes_from_text("p"));
    vtr_writer_u8(&pattern, type);
    vtr_writer_varint(&pattern, flags);
    if ((flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        vtr_writer_varint(&pattern, 4096);
    }
    if ((flags & VTR_PATTERN_XOR) != 0) {
        vtr_writer_u8(&pattern, 1);
        vtr_writer_u8(&pattern, 20);
    }
    vtr_writer_raw(&pattern, vtr_writer_bytes(payload));
    vtr_writer_string(w, vtr_writer_bytes(&pattern));
    vtr_writer_deinit(&pattern);
}

static void put_random_text(uint64_t *state, struct vtr_writer *w)
{
    static const uint32_t FLAGS[] = {
        VTR_PATTERN_ASCII,
        VTR_PATTERN_WIDE | VTR_PATTERN_NOCASE,
        VTR_PATTERN_ASCII | VTR_PATTERN_WIDE | VTR_PATTERN_XOR,
        VTR_PATTERN_ASCII | VTR_PATTERN_FULLWORD | VTR_PATTERN_FIXED_OFFSET,
    };
    struct vtr_writer payload = {0};
    uint8_t room[32];
    const size_t count = 1 + vtr_test_below(state, 3);

    vtr_writer_varint(&payload, count);
    for (size_t i = 0; i < count; i++) {
        vtr_writer_masked(&payload,
                          random_bytes(state, room, 1 + vtr_test_below(state, 31)));
    }
    vtr_test_put_pattern(w, VTR_PATTERN_TEXT, FLAGS[vtr_test_below(state, 4)],
                         &payload);
    vtr_writer_deinit(&payload);
}

static void put_bytes_token(uint64_t *state, struct vtr_writer *w, size_t len)
{
    uint8_t room[16];

    vtr_writer_u8(w, VTR_TOKEN_BYTES);
    vtr_writer_masked(w, random_bytes(state, room, len));
}

static void put_random_token(uint64_t *state, struct vtr_writer *w)
{
    struct vtr_writer branch = {0};
    const uint64_t choice = vtr_test_below(state, 8);

    switch (choice) {
    case 0:
    case 1:
        vtr_writer_u8(w, choice == 0 ? VTR_TOKEN_MASKED : VTR_TOKEN_NOT);
        vtr_writer_u8(w, 0x40);
        vtr_writer_u8(w, 0xF0);
        break;
    case 2:
        vtr_writer_u8(w, VTR_TOKEN_ANY);
        vtr_writer_varint(w, 1 + vtr_test_below(state, 5));
        break;
    case 3:
        vtr_writer_u8(w, VTR_TOKEN_JUMP);
        vtr_writer_varint(w, vtr_test_below(state, 9));
        vtr_writer_varint(w, 9 + vtr_test_below(state, 192));
        break;
    case 4:
        vtr_writer_u8(w, VTR_TOKEN_ALT);
        vtr_writer_varint(w, 2);
        put_bytes_token(state, &branch, 1 + vtr_test_below(state, 6));
        vtr_writer_string(w, vtr_writer_bytes(&branch));
        vtr_writer_string(w, vtr_writer_bytes(&branch));
        break;
    default:
        put_bytes_token(state, w, 1 + vtr_test_below(state, 9));
        break;
    }
    vtr_writer_deinit(&branch);
}

static void put_random_hex(uint64_t *state, struct vtr_writer *w)
{
    struct vtr_writer payload = {0};
    const size_t count = 1 + vtr_test_below(state, 3);

    vtr_writer_varint(&payload, count);
    for (size_t i = 0; i < count; i++) {
        struct vtr_writer tokens = {0};

        if (i > 0) {
            vtr_writer_varint(&payload, 201);
            vtr_writer_varint(&payload, vtr_test_below(state, 2) * 500);
        }
        for (size_t j = 1 + vtr_test_below(state, 5); j > 0; j--) {
            put_random_token(state, &tokens);
        }
        vtr_writer_string(&payload, vtr_writer_bytes(&tokens));
        vtr_writer_deinit(&tokens);
    }
    vtr_test_put_pattern(w, VTR_PATTERN_HEX, 0, &payload);
    vtr_writer_deinit(&payload);
}

static void put_random_regex(uint64_t *state, struct vtr_writer *w)
{
    struct vtr_writer payload = {0};
    uint8_t room[16];
    const size_t atom_count = vtr_test_below(state, 4);

    vtr_writer_varint(&payload, 1);
    vtr_writer_u8(&payload, VTR_PROGRAM_DOTALL);
    vtr_writer_masked(&payload, vtr_bytes_from_text("ab+c"));
    vtr_writer_varint(&payload, atom_count);
    for (size_t i = 0; i < atom_count; i++) {
        vtr_writer_masked(&payload,
                          random_bytes(state, room, 1 + vtr_test_below(state, 8)));
        vtr_writer_varint(&payload, i * 40000);
        vtr_writer_varint(&payload, vtr_test_below(state, 2) * (i * 40000 + 9));
    }
    vtr_test_put_pattern(w, VTR_PATTERN_REGEX, VTR_PATTERN_GREEDY, &payload);
    vtr_writer_deinit(&payload);
}

void vtr_test_put_rule(struct vtr_writer *w, uint8_t flags, struct vtr_bytes name,
                       struct vtr_bytes patterns, size_t count,
                       struct vtr_bytes condition)
{
    vtr_writer_u8(w, flags);
    vtr_writer_string(w, vtr_bytes_from_text("default"));
    vtr_writer_string(w, name);
    vtr_writer_varint(w, 1);
    vtr_writer_string(w, vtr_bytes_from_text("tag"));
    vtr_writer_varint(w, 2);
    vtr_writer_string(w, vtr_bytes_from_text("author"));
    vtr_writer_u8(w, VTR_META_TEXT);
    vtr_writer_masked(w, vtr_bytes_from_text("somebody"));
    vtr_writer_string(w, vtr_bytes_from_text("score"));
    vtr_writer_u8(w, VTR_META_INT);
    vtr_writer_zigzag(w, -300);
    vtr_writer_varint(w, count);
    vtr_writer_raw(w, patterns);
    vtr_writer_string(w, condition);
}

static struct vtr_bytes random_rule(struct vtr_test_records *out, uint64_t *state,
                                    size_t index)
{
    struct vtr_writer patterns = {0};
    struct vtr_writer body = {0};
    struct vtr_writer condition = {0};
    char name[32];
    const size_t count = vtr_test_below(state, 5);

    for (size_t i = 0; i < count; i++) {
        const uint64_t type = vtr_test_below(state, 3);

        if (type == 0) {
            put_random_text(state, &patterns);
        } else if (type == 1) {
            put_random_hex(state, &patterns);
        } else {
            put_random_regex(state, &patterns);
        }
    }
    if (count > 0) {
        vtr_writer_u8(&condition, VTR_OP_OF);
        vtr_writer_u8(&condition, VTR_QUANTIFIER_ALL);
        vtr_writer_varint(&condition, 1);
        vtr_writer_varint(&condition, count - 1);
    } else {
        vtr_writer_u8(&condition, VTR_OP_FILESIZE);
    }
    (void)snprintf(name, sizeof(name), "rule_%07zu", index);
    vtr_test_put_rule(&body, (uint8_t)vtr_test_below(state, 8),
                      vtr_bytes_from_text(name), vtr_writer_bytes(&patterns), count,
                      vtr_writer_bytes(&condition));
    const struct vtr_bytes kept = vtr_arena_dup(&out->arena, vtr_writer_bytes(&body));
    vtr_writer_deinit(&patterns);
    vtr_writer_deinit(&condition);
    vtr_writer_deinit(&body);
    return kept;
}

static struct vtr_bytes random_external(struct vtr_test_records *out, uint64_t *state,
                                        size_t index)
{
    struct vtr_external_view external = {.number = (int64_t)vtr_test_below(state, 2),
                                         .exponent = -3};
    struct vtr_writer body = {0};
    char name[32];

    (void)snprintf(name, sizeof(name), "external_%07zu", index);
    external.name = vtr_bytes_from_text(name);
    external.type = (enum vtr_external_type)(1 + vtr_test_below(state, 4));
    vtr_external_write(&body, &external, vtr_bytes_from_text("some text"));
    const struct vtr_bytes kept = vtr_arena_dup(&out->arena, vtr_writer_bytes(&body));
    vtr_writer_deinit(&body);
    return kept;
}

void vtr_test_records_init(struct vtr_test_records *out, uint64_t seed,
                           const struct vtr_test_counts *counts)
{
    uint64_t state = seed;

    *out = (struct vtr_test_records){0};
    struct vtr_bytes *rules =
        vtr_arena_array(&out->arena, counts->rules + 1, sizeof(rules[0]));
    struct vtr_bytes *externals =
        vtr_arena_array(&out->arena, counts->externals + 1, sizeof(externals[0]));
    assert_non_null(rules);
    assert_non_null(externals);
    out->records.name = vtr_bytes_from_text("random");
    out->records.release = seed;
    make_hashes(out, &state, counts);
    for (size_t i = 0; i < counts->rules; i++) {
        rules[i] = random_rule(out, &state, i);
    }
    for (size_t i = 0; i < counts->externals; i++) {
        externals[i] = random_external(out, &state, i);
    }
    out->records.rules = rules;
    out->records.rule_count = counts->rules;
    out->records.externals = externals;
    out->records.external_count = counts->externals;
}

void vtr_test_records_deinit(struct vtr_test_records *records)
{
    vtr_arena_deinit(&records->arena);
}

static uint8_t *alloc_image(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    (void)err;
    *out = calloc(len, 1);
    return *out;
}

struct vtr_bytes vtr_test_materialise(const struct vtr_records *records)
{
    uint8_t *image = NULL;
    size_t len = 0;
    struct vtr_error err = {0};

    if (vtr_materialise(records, alloc_image, &image, &len, &err) != VTR_OK) {
        fail_msg("%s", err.message);
    }
    return (struct vtr_bytes){image, len};
}
