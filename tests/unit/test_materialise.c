/* SPDX-License-Identifier: Apache-2.0 */

#include "format/materialise.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/hash_table_pieces.h"
#include "format/image/image.h"
#include "format/image/image_records.h"
#include "format/image_check.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/plain_root.h"
#include "tests/support/random_records.h"

#define SEED_COUNT 60u

static void free_image(struct vtr_bytes image)
{
    free((void *)(uintptr_t)image.ptr);
}

static const uint8_t *digest_of(const struct vtr_test_records *set, size_t kind,
                                size_t i)
{
    return set->sources[kind].items[i].digest;
}

/* Every record of the set is found under its digest, with its size and its name. */
static void check_hashes(const struct vtr_test_records *set,
                         const struct vtr_image *image)
{
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        const struct vtr_test_source *source = &set->sources[kind];

        assert_int_equal(image->hashes[kind].count, source->count);
        for (size_t i = 0; i < source->count; i++) {
            struct vtr_hash_record record;
            uint8_t room[32];
            uint64_t first = 0;
            const uint64_t count = vtr_hash_table_find(&image->hashes[kind],
                                                       digest_of(set, kind, i), &first);

            assert_true(first <= i && i < first + count);
            assert_true(vtr_hash_table_get(&image->hashes[kind], i, room, &record));
            assert_memory_equal(record.digest, digest_of(set, kind, i),
                                vtr_hash_len((enum vtr_hash_kind)kind));
            assert_true(record.size == source->items[i].size);
            assert_int_equal(record.number, source->items[i].number);
            assert_true(vtr_bytes_equal(vtr_image_stem(image, record.stem),
                                        set->records.stems[source->items[i].stem]));
        }
    }
}

static void check_absent(const struct vtr_test_records *set,
                         const struct vtr_image *image, uint64_t *state)
{
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        uint8_t digest[32] = {0};
        uint64_t first;

        assert_int_equal(vtr_hash_table_find(&image->hashes[kind], digest, &first), 0);
        memset(digest, 0xFF, sizeof(digest));
        assert_int_equal(vtr_hash_table_find(&image->hashes[kind], digest, &first), 0);
        if (set->sources[kind].count == 0) {
            continue;
        }
        memcpy(digest,
               digest_of(set, kind, vtr_test_below(state, set->sources[kind].count)),
               32);
        digest[vtr_hash_len((enum vtr_hash_kind)kind) - 1] ^= 1;
        assert_int_equal(vtr_hash_table_find(&image->hashes[kind], digest, &first), 0);
    }
}

static void check_rules(const struct vtr_test_records *set,
                        const struct vtr_image *image)
{
    assert_int_equal(image->rule_count, set->records.rule_count);
    for (size_t i = 0; i < set->records.rule_count; i++) {
        struct vtr_bytes space;
        struct vtr_bytes name;

        assert_true(vtr_bytes_equal(vtr_image_rule(image, i), set->records.rules[i]));
        assert_true(vtr_rule_read_key(set->records.rules[i], &space, &name));
        assert_int_equal(vtr_image_find_rule(image, space, name), i);
        assert_true(vtr_image_find_rule(image, name, space) == UINT64_MAX);
    }
    for (size_t i = 0; i < set->records.external_count; i++) {
        assert_true(
            vtr_bytes_equal(vtr_image_external(image, i), set->records.externals[i]));
    }
    assert_int_equal(vtr_image_external(image, set->records.external_count).len, 0);
}

static void check_round_trip(uint64_t seed, const struct vtr_test_counts *counts)
{
    struct vtr_test_records set;
    struct vtr_image image;
    struct vtr_image_records records;
    struct vtr_error err = {0};
    uint8_t root[VTR_DIGEST_LEN];
    uint64_t state = seed;

    print_message("seed %llu\n", (unsigned long long)seed);
    vtr_test_records_init(&set, seed, counts);
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    assert_int_equal(vtr_image_open(&image, bytes, &err), VTR_OK);
    check_hashes(&set, &image);
    check_absent(&set, &image, &state);
    check_rules(&set, &image);
    vtr_test_plain_root(&set.records, root);
    assert_memory_equal(root, image.record_root, sizeof(root));
    assert_int_equal(vtr_image_records_init(&records, &image, &err), VTR_OK);
    const struct vtr_bytes again = vtr_test_materialise(&records.records);
    assert_true(vtr_bytes_equal(bytes, again));
    assert_int_equal(vtr_image_check(&image, &err), VTR_OK);
    vtr_image_records_deinit(&records);
    free_image(again);
    free_image(bytes);
    vtr_test_records_deinit(&set);
}

static void random_records_survive_the_way_through_an_image(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEED_COUNT; seed++) {
        uint64_t random = seed;
        const struct vtr_test_counts counts = {
            .hashes = {vtr_test_below(&random, 300), vtr_test_below(&random, 3) * 40,
                       vtr_test_below(&random, 200)},
            .rules = vtr_test_below(&random, 40),
            .externals = vtr_test_below(&random, 6),
        };
        check_round_trip(seed, &counts);
    }
}

static void each_kind_alone_and_nothing_survive(void **state)
{
    (void)state;
    const struct vtr_test_counts alone[] = {
        {.rules = 0},          {.hashes = {1, 0, 0}}, {.hashes = {0, 1, 0}},
        {.hashes = {0, 0, 1}}, {.rules = 1},          {.externals = 1},
    };
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        check_round_trip(1000 + i, &alone[i]);
    }
}

static void tables_of_every_width_of_prefix_survive(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {6000, 0, 600000}};
    check_round_trip(7, &counts);
}

static void an_image_without_records_is_a_header(void **state)
{
    (void)state;
    const struct vtr_records none = {.release = 9};
    const struct vtr_bytes bytes = vtr_test_materialise(&none);
    struct vtr_image image;

    assert_int_equal(bytes.len, VTR_HEADER_LEN);
    assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
    assert_int_equal(image.release, 9);
    assert_int_equal(image.record_count, 0);
    assert_int_equal(vtr_image_check(&image, NULL), VTR_OK);
    free_image(bytes);
}

static uint8_t *refuse_alloc(void *context, size_t len, struct vtr_error *err)
{
    (void)context;
    (void)len;
    (void)err;
    fail_msg("bad records must be refused before memory is asked for");
    return NULL;
}

static enum vtr_status try(const struct vtr_records *records)
{
    struct vtr_error err = {0};
    size_t len;
    const enum vtr_status status =
        vtr_materialise(records, refuse_alloc, NULL, &len, &err);

    assert_string_equal(err.section, ""); /* a record has no place in a file yet */
    return status;
}

static void disorder_and_duplicates_are_refused(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {20, 20, 20},
                                           .rules = 3,
                                           .externals = 3};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 5, &counts);
    struct vtr_test_source *source = &set.sources[1];
    const struct vtr_test_hash kept = source->items[3];
    source->items[3] = source->items[2];
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    source->items[3] = source->items[1];
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    source->items[3] = kept;

    struct vtr_records wrong = set.records;
    const struct vtr_bytes twice[] = {wrong.rules[0], wrong.rules[0]};
    const struct vtr_bytes swapped[] = {wrong.rules[1], wrong.rules[0]};
    wrong.rule_count = 2;
    wrong.rules = twice;
    assert_int_equal(try(&wrong), VTR_ERROR_FORMAT);
    wrong.rules = swapped;
    assert_int_equal(try(&wrong), VTR_ERROR_FORMAT);
    wrong = set.records;
    const struct vtr_bytes externals[] = {wrong.externals[1], wrong.externals[0]};
    wrong.external_count = 2;
    wrong.externals = externals;
    assert_int_equal(try(&wrong), VTR_ERROR_FORMAT);
    vtr_test_records_deinit(&set);
}

static void stems_must_be_used_ordered_and_canonical(void **state)
{
    (void)state;
    static const uint8_t NUMBERED[] = {'a', '-', 0};
    static const uint8_t TWO[] = {'a', '-', '7', '-', 0};
    const struct vtr_bytes unused[] = {vtr_bytes_from_text("a"),
                                       vtr_bytes_from_text("b")};
    const struct vtr_bytes bad[] = {vtr_bytes_from_text("a-7")};
    const struct vtr_bytes good[] = {{NUMBERED, 3}};
    const struct vtr_bytes other[] = {{TWO, 5}};
    const struct vtr_test_counts counts = {.hashes = {1, 0, 0}};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 5, &counts);
    set.sources[0].items[0].stem = 0;
    set.sources[0].items[0].number = 0;
    set.records.stems = unused;
    set.records.stem_count = 2;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.stem_count = 1;
    set.records.stems = bad;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.stems = other;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.stems = unused;
    set.sources[0].items[0].number = 1;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.stems = good;
    free_image(vtr_test_materialise(&set.records));
    set.sources[0].items[0].number = 1000000000;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.sources[0].items[0].number = 999999999;
    set.sources[0].items[0].size = (uint64_t)INT64_MAX + 1;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.sources[0].items[0].size = INT64_MAX;
    free_image(vtr_test_materialise(&set.records));
    set.sources[0].items[0].stem = 1;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    vtr_test_records_deinit(&set);
}

static void a_stem_past_its_limit_is_refused(void **state)
{
    (void)state;
    static uint8_t text[65537];
    struct vtr_bytes stem = {text, sizeof(text)};
    const struct vtr_test_counts counts = {.hashes = {1, 0, 0}};
    struct vtr_test_records set;

    memset(text, 'x', sizeof(text));
    vtr_test_records_init(&set, 5, &counts);
    set.sources[0].items[0].stem = 0;
    set.sources[0].items[0].number = 0;
    set.records.stems = &stem;
    set.records.stem_count = 1;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    stem.len--;
    free_image(vtr_test_materialise(&set.records));
    vtr_test_records_deinit(&set);
}

static void a_source_that_says_less_or_more_than_it_announced_is_refused(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {0, 0, 30}};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 5, &counts);
    set.records.hashes[2].count += 1;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.hashes[2].count -= 2;
    assert_int_equal(try(&set.records), VTR_ERROR_FORMAT);
    set.records.hashes[2].count = (uint64_t)UINT32_MAX + 1;
    assert_int_equal(try(&set.records), VTR_ERROR_LIMIT);
    vtr_test_records_deinit(&set);
}

/* Counts the readings of a source and says something else in the second. */
struct fickle {
    struct vtr_test_source *source;
    struct vtr_hash_source inner;
    unsigned readings;
    void (*change)(struct vtr_test_source *source);
};

static void fickle_rewind(void *context)
{
    struct fickle *fickle = context;

    fickle->readings++;
    if (fickle->readings == 2) {
        fickle->change(fickle->source);
    }
    fickle->inner.rewind(fickle->inner.context);
}

static bool fickle_next(void *context, struct vtr_hash_record *out)
{
    struct fickle *fickle = context;

    return fickle->inner.next(fickle->inner.context, out);
}

static void drop_last(struct vtr_test_source *source)
{
    source->count--;
}

static void grow_size(struct vtr_test_source *source)
{
    source->items[0].size = INT64_MAX;
}

static void shrink_sizes(struct vtr_test_source *source)
{
    for (size_t i = 0; i < source->count; i++) {
        source->items[i].size = i; /* shared digests stay in order */
    }
}

static uint8_t *alloc_any(void *context, size_t len, struct vtr_error *err)
{
    uint8_t **out = context;

    (void)err;
    *out = calloc(len, 1);
    return *out;
}

static void a_source_that_changes_between_readings_is_refused(void **state)
{
    (void)state;
    void (*const changes[])(struct vtr_test_source *) = {drop_last, grow_size,
                                                         shrink_sizes};
    const struct vtr_test_counts counts = {.hashes = {0, 0, 30}};

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct vtr_test_records set;
        uint8_t *image = NULL;
        size_t len;

        vtr_test_records_init(&set, 5, &counts);
        struct fickle fickle = {&set.sources[2], set.records.hashes[2], 0, changes[i]};
        set.records.hashes[2] = (struct vtr_hash_source){.count = fickle.inner.count,
                                                         .rewind = fickle_rewind,
                                                         .next = fickle_next,
                                                         .context = &fickle};
        assert_int_equal(vtr_materialise(&set.records, alloc_any, &image, &len, NULL),
                         VTR_ERROR_FORMAT);
        assert_non_null(image);
        free(image);
        vtr_test_records_deinit(&set);
    }
}

static void count_pause(void *context)
{
    ++*(unsigned *)context;
}

static void pauses_change_nothing(void **state)
{
    const struct vtr_test_counts counts = {.rules = 3, .hashes = {5, 0, 600}};
    unsigned pauses = 0;
    const struct vtr_image_pause pause = {count_pause, &pauses};
    struct vtr_test_records set;
    uint8_t *images[2] = {NULL, NULL};
    size_t lens[2];

    (void)state;
    vtr_test_records_init(&set, 5, &counts);
    assert_int_equal(vtr_materialise(&set.records, alloc_any, &images[0], &lens[0],
                                     NULL),
                     VTR_OK);
    set.records.pause = &pause;
    assert_int_equal(vtr_materialise(&set.records, alloc_any, &images[1], &lens[1],
                                     NULL),
                     VTR_OK);
    assert_int_equal(lens[0], lens[1]);
    assert_memory_equal(images[0], images[1], lens[0]);
    assert_true(pauses > 0);
    free(images[0]);
    free(images[1]);
    vtr_test_records_deinit(&set);
}

static void any_number_of_threads_writes_the_same_bytes(void **state)
{
    const struct vtr_test_counts counts = {.hashes = {VTR_HASH_PIECE_RECORDS - 1,
                                                      3 * VTR_HASH_PIECE_RECORDS + 1,
                                                      VTR_HASH_PIECE_RECORDS},
                                           .rules = 3};
    static const unsigned WORKERS[] = {1, 2, 3, 9};
    struct vtr_test_records set;

    (void)state;
    vtr_test_records_init(&set, 5, &counts);
    const struct vtr_bytes alone = vtr_test_materialise(&set.records);
    for (size_t i = 0; i < sizeof(WORKERS) / sizeof(WORKERS[0]); i++) {
        set.records.workers = WORKERS[i];
        const struct vtr_bytes image = vtr_test_materialise(&set.records);
        assert_true(vtr_bytes_equal(image, alone));
        free_image(image);
    }
    free_image(alone);
    vtr_test_records_deinit(&set);
}

/* Where an image with one byte changed is found to differ from its records. */
static uint64_t find_change(const struct vtr_records *records, struct vtr_bytes image,
                            size_t at)
{
    uint8_t *copy = malloc(image.len);
    uint64_t found = 0;

    assert_non_null(copy);
    memcpy(copy, image.ptr, image.len);
    copy[at] ^= 0x20;
    assert_int_equal(vtr_materialise_compare(records,
                                             (struct vtr_bytes){copy, image.len},
                                             &found, NULL),
                     VTR_OK);
    free(copy);
    return found;
}

/* Records of a source and those of an image of it, which come by blocks. */
static void check_comparison(struct vtr_records *records, struct vtr_bytes image)
{
    struct vtr_image opened;
    uint64_t at = 0;
    uint64_t random = 1;

    assert_int_equal(vtr_image_open(&opened, image, NULL), VTR_OK);
    records->content_digest = opened.content_digest;
    assert_int_equal(vtr_materialise_compare(records, image, &at, NULL), VTR_OK);
    assert_true(at == UINT64_MAX);
    for (size_t i = 0; i < 200; i++) {
        const size_t changed =
            i < 2 ? i * (image.len - 1) : (size_t)vtr_test_below(&random, image.len);

        assert_int_equal(find_change(records, image, changed), changed);
    }
    const struct vtr_bytes shorter = {image.ptr, image.len - 1};
    assert_int_equal(vtr_materialise_compare(records, shorter, &at, NULL), VTR_OK);
    assert_true(at != UINT64_MAX);
}

static void an_image_is_compared_with_records_without_another_image(void **state)
{
    const struct vtr_test_counts counts[] = {
        {.hashes = {4095, 4096, 4097}, .rules = 5, .externals = 2},
        {.hashes = {0, 1, 9001}, .rules = 1},
        {.hashes = {3, 0, 0}},
        {.rules = 4},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct vtr_test_records set;
        struct vtr_image image;
        struct vtr_image_records records;

        vtr_test_records_init(&set, 30 + i, &counts[i]);
        const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
        check_comparison(&set.records, bytes);
        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        assert_int_equal(vtr_image_records_init(&records, &image, NULL), VTR_OK);
        check_comparison(&records.records, bytes);
        records.records.root = image.record_root; /* blocks are copied as they stand */
        check_comparison(&records.records, bytes);
        vtr_image_records_deinit(&records);
        free_image(bytes);
        vtr_test_records_deinit(&set);
    }
}

/* What the records of a kind need, as a walk finds it. */
static struct vtr_hash_extent extent_of(const struct vtr_test_source *source)
{
    struct vtr_hash_extent extent = {0};

    for (size_t i = 0; i < source->count; i++) {
        vtr_hash_extent_widen(&extent, source->items[i].size, source->items[i].number);
    }
    return extent;
}

static void what_records_need_may_be_known_and_must_be_right(void **state)
{
    const struct vtr_test_counts counts = {.hashes = {0, 0, 500}};
    struct vtr_test_records set;
    uint8_t *refused = NULL;
    size_t len;

    (void)state;
    vtr_test_records_init(&set, 5, &counts);
    const struct vtr_bytes walked = vtr_test_materialise(&set.records);
    const struct vtr_hash_extent right = extent_of(&set.sources[2]);
    struct vtr_hash_extent known = right;
    set.records.hashes[2].extent = &known;
    const struct vtr_bytes image = vtr_test_materialise(&set.records);
    assert_true(vtr_bytes_equal(image, walked));
    for (unsigned wrong = 0; wrong < 7; wrong++) {
        known = right;
        known.count += wrong == 0 ? 1 : wrong == 1 ? -(uint64_t)1 : 0;
        known.size_code_max += wrong == 2 ? 1 : wrong == 3 ? -(uint64_t)1 : 0;
        known.number_max += wrong == 4 ? 1u : wrong == 5 ? UINT32_MAX : 0;
        known.has_any_size = wrong == 6 ? !right.has_any_size : right.has_any_size;
        assert_int_equal(vtr_materialise(&set.records, alloc_any, &refused, &len, NULL),
                         VTR_ERROR_FORMAT);
        free(refused);
    }
    free_image(walked);
    free_image(image);
    vtr_test_records_deinit(&set);
}

static void bodies_that_are_cut_or_flipped_never_harm(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.rules = 12};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 11, &counts);
    for (size_t i = 0; i < set.records.rule_count; i++) {
        const struct vtr_bytes body = set.records.rules[i];
        struct vtr_records one = {.rule_count = 1};
        uint8_t *copy = malloc(body.len);

        assert_non_null(copy);
        for (size_t len = 0; len < body.len; len++) {
            const struct vtr_bytes cut = {body.ptr, len};
            one.rules = &cut;
            assert_int_equal(try(&one), VTR_ERROR_FORMAT);
        }
        for (size_t bit = 0; bit < body.len * 8; bit++) {
            const struct vtr_bytes flipped = {copy, body.len};
            uint8_t *image = NULL;
            size_t len;

            memcpy(copy, body.ptr, body.len);
            copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
            one.rules = &flipped;
            const enum vtr_status status =
                vtr_materialise(&one, alloc_any, &image, &len, NULL);
            assert_true(status == VTR_OK || status == VTR_ERROR_FORMAT);
            free(image);
        }
        free(copy);
    }
    vtr_test_records_deinit(&set);
}

static void a_name_past_the_limit_or_with_a_zero_byte_is_refused(void **state)
{
    (void)state;
    uint8_t name[VTR_NAME_LIMIT + 1];
    memset(name, 'n', sizeof(name));
    struct vtr_records records = {.name = {name, VTR_NAME_LIMIT}};

    free_image(vtr_test_materialise(&records));
    records.name.len++;
    assert_int_equal(try(&records), VTR_ERROR_LIMIT);
    name[2] = 0;
    records.name.len = 3;
    assert_int_equal(try(&records), VTR_ERROR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_records_survive_the_way_through_an_image),
        cmocka_unit_test(each_kind_alone_and_nothing_survive),
        cmocka_unit_test(tables_of_every_width_of_prefix_survive),
        cmocka_unit_test(an_image_without_records_is_a_header),
        cmocka_unit_test(disorder_and_duplicates_are_refused),
        cmocka_unit_test(stems_must_be_used_ordered_and_canonical),
        cmocka_unit_test(a_stem_past_its_limit_is_refused),
        cmocka_unit_test(a_source_that_says_less_or_more_than_it_announced_is_refused),
        cmocka_unit_test(a_source_that_changes_between_readings_is_refused),
        cmocka_unit_test(pauses_change_nothing),
        cmocka_unit_test(any_number_of_threads_writes_the_same_bytes),
        cmocka_unit_test(an_image_is_compared_with_records_without_another_image),
        cmocka_unit_test(what_records_need_may_be_known_and_must_be_right),
        cmocka_unit_test(bodies_that_are_cut_or_flipped_never_harm),
        cmocka_unit_test(a_name_past_the_limit_or_with_a_zero_byte_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
