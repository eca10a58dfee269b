/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_replace.h"
#include "vitrine/delta.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/os_map.h"
#include "delta/create.h"
#include "delta/rebuild_image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"
#include "verify/key/key.h"

#define RESULT "test_delta.result.vdb"

/* Everything that may be in a database of the property tests; a step puts some of it in
 * and takes some out. */
enum {
    CANDIDATES = 240,
    RULES = 12,
    EXTERNALS = 5,
    STEPS = 4,
    ROUNDS = 60
};

struct world {
    uint64_t random;
    unsigned
        digests; /* how many different ones: few, so that several records share one */
    bool has_hash[CANDIDATES];
    unsigned rules[RULES]; /* 0: not there; else which form of it */
    unsigned externals[EXTERNALS];
};

static unsigned pick(struct world *world, unsigned limit)
{
    return (unsigned)(vtr_sample_random(&world->random) % limit);
}

/* Names with a number, with two, and without. */
static void spell_name(char *out, size_t len, unsigned i)
{
    const unsigned number = i / 2 * 37;

    switch (i % 5) {
    case 0:
        (void)snprintf(out, len, "Win.Trojan.Agent-%u-0", number);
        break;
    case 1:
        (void)snprintf(out, len, "Win.Worm.Klez-%u", number);
        break;
    case 2:
        (void)snprintf(out, len, "Eicar-Test-Signature");
        break;
    case 3:
        (void)snprintf(out, len, "Doc.Macro-%u-17", number);
        break;
    default:
        (void)snprintf(out, len, "Family%u", number);
        break;
    }
}

/* Candidate `i` is the same record in every database. */
static void add_candidate(const struct world *world, struct vtr_sample *sample,
                          unsigned i)
{
    uint64_t seed = i % world->digests + 1;
    uint8_t digest[32];
    char name[48];

    for (size_t at = 0; at < sizeof(digest); at++) {
        digest[at] = (uint8_t)vtr_sample_random(&seed);
    }
    if (i % 7 == 0) {
        memset(digest, 0xAB, 8); /* the first 64 bits alone tell nothing */
    }
    spell_name(name, sizeof(name), i);
    vtr_sample_add_hash(sample, (enum vtr_hash_kind)(i % 3), digest,
                        i % 4 == 0 ? VTR_SIZE_ANY : (uint64_t)i * i * i, name);
}

static void add_rule(struct vtr_sample *sample, unsigned i, unsigned form)
{
    char name[16];
    const struct vtr_sample_rule rule = {
        .space = i % 2 == 0 ? "default" : "other",
        .name = name,
        .flags = VTR_RULE_NEEDS_PATTERN,
        .tag = i % 3 == 0 ? "tag" : NULL,
        .meta_key = "form",
        .meta_value = form,
        .pattern_id = "a",
        .text = form % 2 == 0 ? "first form of the text" : "second form",
    };

    (void)snprintf(name, sizeof(name), "rule_%u", i);
    vtr_sample_add_rule(sample, &rule);
}

static struct vtr_bytes build(const struct world *world, uint64_t release)
{
    struct vtr_sample sample;

    vtr_sample_init(&sample, "sample", release);
    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (world->has_hash[i]) {
            add_candidate(world, &sample, i);
        }
    }
    for (unsigned i = 0; i < RULES; i++) {
        if (world->rules[i] != 0) {
            add_rule(&sample, i, world->rules[i]);
        }
    }
    for (unsigned i = 0; i < EXTERNALS; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "external_%u", i);
        if (world->externals[i] != 0) {
            vtr_sample_add_external(&sample, name, world->externals[i]);
        }
    }
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

/* Changes about one in `rarity` of everything. */
static void change(struct world *world, unsigned rarity)
{
    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (pick(world, rarity) == 0) {
            world->has_hash[i] = !world->has_hash[i];
        }
    }
    for (unsigned i = 0; i < RULES; i++) {
        if (pick(world, rarity) == 0) {
            world->rules[i] = pick(world, 4);
        }
    }
    for (unsigned i = 0; i < EXTERNALS; i++) {
        if (pick(world, rarity) == 0) {
            world->externals[i] = pick(world, 3);
        }
    }
}

static uint8_t *alloc_memory(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = calloc(len, 1);

    (void)err;
    *(struct vtr_bytes *)context = (struct vtr_bytes){memory, len};
    return memory;
}

static void free_bytes(struct vtr_bytes bytes)
{
    free((void *)(uintptr_t)bytes.ptr);
}

/* Applies in memory; the caller frees `*out`, also after a failure. */
static enum vtr_status apply(struct vtr_bytes from, struct vtr_bytes delta,
                             const struct vtr_public_key *key, struct vtr_bytes *out,
                             struct vtr_error *err)
{
    struct vtr_delta opened;
    struct vtr_image basis;
    enum vtr_status status = vtr_delta_open(&opened, delta, key, key != NULL, err);

    *out = (struct vtr_bytes){NULL, 0};
    if (status != VTR_OK) {
        return status;
    }
    status = vtr_delta_open_basis(&basis, from, &opened, err);
    if (status == VTR_OK) {
        status = vtr_delta_rebuild(&opened, &basis, alloc_memory, out, err);
    }
    if (status == VTR_OK) {
        status = vtr_delta_check_result(*out, &opened, err);
    }
    vtr_delta_deinit(&opened);
    return status;
}

static void check_step(struct vtr_bytes from, struct vtr_bytes to)
{
    struct vtr_writer delta = {0};
    struct vtr_bytes result = {NULL, 0};
    struct vtr_error err = {0};

    if (vtr_delta_build(&delta, from, to, NULL, &err) != VTR_OK ||
        apply(from, vtr_writer_bytes(&delta), NULL, &result, &err) != VTR_OK) {
        print_error("%s\n", err.message);
        fail();
    }
    assert_true(vtr_bytes_equal(result, to));
    free_bytes(result);
    vtr_writer_deinit(&delta);
}

static void apply_gives_what_the_records_give(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct world world = {.random = seed};
        print_message("seed %u\n", (unsigned)seed);
        world.digests = 1 + pick(&world, CANDIDATES);
        change(&world, 1 + pick(&world, 3));
        struct vtr_bytes old = build(&world, 1);
        for (unsigned step = 2; step < 2 + STEPS; step++) {
            change(&world, 1 + pick(&world, 30));
            const struct vtr_bytes next = build(&world, step);
            check_step(old, next);
            check_step(next, old); /* a release may be taken back */
            free_bytes(old);
            old = next;
        }
        free_bytes(old);
    }
}

/* A database of many hashes, of which about one in `rarity` is not there. */
static struct vtr_bytes build_many(unsigned count, unsigned rarity, uint64_t *random)
{
    struct vtr_sample sample;

    vtr_sample_init(&sample, "sample", count);
    for (unsigned i = 0; i < count; i++) {
        const unsigned number = i % 11 == 0 ? i / 2 : i; /* some share a digest */
        uint64_t seed = number + 1;
        uint8_t digest[32];
        char name[48];

        for (size_t at = 0; at < sizeof(digest); at++) {
            digest[at] = (uint8_t)vtr_sample_random(&seed);
        }
        (void)snprintf(name, sizeof(name), "Win.Family%u-%u", i % 97, i);
        if (vtr_sample_random(random) % rarity != 0) {
            vtr_sample_add_hash(&sample, VTR_HASH_SHA256, digest, i, name);
        }
    }
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

/* Counts at which the tables' blocks end and their prefixes grow. */
static void tables_of_all_shapes_lead_to_each_other(void **state)
{
    static const unsigned COUNTS[] = {256, 257, 600, 2047, 2048, 2100, 5000};
    uint64_t random = 17;
    struct vtr_bytes old = build_many(255, 50, &random);
    (void)state;

    for (size_t i = 0; i < sizeof(COUNTS) / sizeof(COUNTS[0]); i++) {
        const struct vtr_bytes next =
            build_many(COUNTS[i], i % 2 == 0 ? 300 : 40, &random);
        check_step(old, next);
        check_step(next, old);
        free_bytes(old);
        old = next;
    }
    free_bytes(old);
}

static void empty_databases_are_fine(void **state)
{
    struct world world = {.random = 5, .digests = 50};
    const struct vtr_bytes empty = build(&world, 1);
    const struct vtr_bytes later = build(&world, 2);
    change(&world, 2);
    const struct vtr_bytes full = build(&world, 3);
    (void)state;

    check_step(empty, later);
    check_step(later, full);
    check_step(full, empty);
    free_bytes(empty);
    free_bytes(later);
    free_bytes(full);
}

static void equal_databases_give_an_empty_delta(void **state)
{
    struct world world = {.random = 6, .digests = 50};
    struct vtr_writer delta = {0};
    struct vtr_delta_info info;
    (void)state;

    change(&world, 2);
    const struct vtr_bytes image = build(&world, 1);
    check_step(image, image);
    assert_int_equal(vtr_delta_build(&delta, image, image, NULL, NULL), VTR_OK);
    assert_int_equal(vtr_delta_get_info(vtr_writer_bytes(&delta), &info, NULL), VTR_OK);
    assert_int_equal(info.hashes[0].added + info.hashes[0].removed +
                         info.hashes[1].added + info.hashes[2].removed +
                         info.rules_put + info.rules_removed + info.externals_put +
                         info.externals_removed,
                     0);
    assert_int_equal(info.raw_len, 0);
    assert_in_range(delta.len, 1, 160);
    vtr_writer_deinit(&delta);
    free_bytes(image);
}

/* Two releases that differ in a little of everything, and the signed delta. */
struct fixture {
    struct vtr_bytes from;
    struct vtr_bytes to;
    struct vtr_writer delta;
    struct vtr_secret_key *key;
    struct vtr_public_key public_key;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct world world = {.random = 7, .digests = 30};

    if (f == NULL) {
        return -1;
    }
    f->key = vtr_secret_key_new();
    if (f->key == NULL) {
        return -1;
    }
    vtr_secret_key_randomise(f->key);
    vtr_secret_key_get_public(f->key, &f->public_key);
    for (unsigned i = 0; i < 12; i++) {
        world.has_hash[i] = i < 8;
    }
    world.rules[0] = 1;
    world.rules[1] = 1;
    world.externals[0] = 1;
    f->from = build(&world, 1);
    for (unsigned i = 0; i < 12; i++) {
        world.has_hash[i] = i >= 3;
    }
    world.rules[0] = 2;
    world.rules[1] = 0;
    world.rules[2] = 3;
    world.externals[0] = 2;
    f->to = build(&world, 2);
    *state = f;
    return vtr_delta_build(&f->delta, f->from, f->to, f->key, NULL) == VTR_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    free_bytes(f->from);
    free_bytes(f->to);
    vtr_writer_deinit(&f->delta);
    vtr_secret_key_free(f->key);
    free(f);
    (void)remove(RESULT);
    return 0;
}

static void info_counts_what_changes(void **state)
{
    const struct fixture *f = *state;
    struct vtr_delta_info info;

    assert_int_equal(vtr_delta_get_info(vtr_writer_bytes(&f->delta), &info, NULL),
                     VTR_OK);
    assert_true(vtr_bytes_equal(info.name, vtr_bytes_from_text("sample")));
    assert_int_equal(info.from_release, 1);
    assert_int_equal(info.to_release, 2);
    assert_int_equal(info.to_len, f->to.len);
    assert_int_equal(info.hashes[0].removed + info.hashes[1].removed +
                         info.hashes[2].removed,
                     3);
    assert_int_equal(info.hashes[0].added + info.hashes[1].added + info.hashes[2].added,
                     4);
    assert_int_equal(info.rules_removed, 1);
    assert_int_equal(info.rules_put, 2);
    assert_int_equal(info.externals_removed, 0);
    assert_int_equal(info.externals_put, 1);
    assert_int_equal(info.layout, VTR_LAYOUT_VERSION);
    assert_int_equal(info.signature_count, 1);
    assert_memory_equal(info.key_ids[0], f->public_key.id, VTR_KEY_ID_LEN);
}

/* The bytes of a file that is there. */
static void check_file(const char *path, struct vtr_bytes expected)
{
    struct vtr_mapping file = {0};

    assert_int_equal(vtr_mapping_open(&file, path, NULL), VTR_OK);
    assert_true(vtr_bytes_equal(file.bytes, expected));
    vtr_mapping_close(&file);
}

static void applied_file_is_the_new_release(void **state)
{
    const struct fixture *f = *state;
    struct vtr_error err = {0};

    assert_int_equal(vtr_delta_apply(f->from, vtr_writer_bytes(&f->delta),
                                     &f->public_key, 1, RESULT, &err),
                     VTR_OK);
    check_file(RESULT, f->to);
}

static void refused_delta_leaves_the_file_as_it_was(void **state)
{
    const struct fixture *f = *state;
    struct vtr_replacement old = {0};
    struct vtr_writer changed = {0};

    assert_int_equal(vtr_replacement_begin(&old, RESULT, 0644, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_write(&old, f->from, NULL), VTR_OK);
    assert_int_equal(vtr_replacement_commit(&old, NULL), VTR_OK);
    vtr_writer_raw(&changed, vtr_writer_bytes(&f->delta));
    changed.ptr[changed.len - 1] ^= 1;
    assert_int_not_equal(vtr_delta_apply(f->from, vtr_writer_bytes(&changed),
                                         &f->public_key, 1, RESULT, NULL),
                         VTR_OK);
    check_file(RESULT, f->from);
    vtr_writer_deinit(&changed);
}

static void every_truncation_is_refused(void **state)
{
    const struct fixture *f = *state;

    for (size_t len = 0; len < f->delta.len; len++) {
        const struct vtr_bytes cut = {f->delta.ptr, len};
        struct vtr_bytes result;
        assert_int_not_equal(apply(f->from, cut, &f->public_key, &result, NULL),
                             VTR_OK);
        free_bytes(result);
        assert_int_not_equal(apply(f->from, cut, NULL, &result, NULL), VTR_OK);
        free_bytes(result);
    }
}

static void every_flipped_bit_is_refused(void **state)
{
    const struct fixture *f = *state;

    for (size_t bit = 0; bit < f->delta.len * 8; bit++) {
        struct vtr_bytes result;
        uint8_t *byte = &f->delta.ptr[bit / 8];

        *byte = (uint8_t)(*byte ^ 1u << bit % 8);
        assert_int_not_equal(apply(f->from, vtr_writer_bytes(&f->delta), &f->public_key,
                                   &result, NULL),
                             VTR_OK);
        free_bytes(result);
        *byte = (uint8_t)(*byte ^ 1u << bit % 8);
    }
}

static void other_database_is_told_apart(void **state)
{
    const struct fixture *f = *state;
    struct vtr_bytes result;
    struct vtr_error err = {0};

    assert_int_equal(apply(f->to, vtr_writer_bytes(&f->delta), &f->public_key, &result,
                           &err),
                     VTR_ERROR_MISMATCH);
    assert_non_null(strstr(err.message, "release 1"));
    free_bytes(result);
}

static void damaged_database_is_not_a_basis(void **state)
{
    const struct fixture *f = *state;
    struct vtr_bytes result;
    uint8_t *damaged = malloc(f->from.len);

    assert_non_null(damaged);
    memcpy(damaged, f->from.ptr, f->from.len);
    damaged[f->from.len - 1] ^= 1;
    assert_int_equal(apply((struct vtr_bytes){damaged, f->from.len},
                           vtr_writer_bytes(&f->delta), &f->public_key, &result, NULL),
                     VTR_ERROR_MISMATCH);
    free_bytes(result);
    struct vtr_writer delta = {0};
    assert_int_equal(vtr_delta_build(&delta, (struct vtr_bytes){damaged, f->from.len},
                                     f->to, NULL, NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_delta_build(&delta, f->to,
                                     (struct vtr_bytes){damaged, f->from.len}, NULL,
                                     NULL),
                     VTR_ERROR_MISMATCH);
    vtr_writer_deinit(&delta);
    free(damaged);
}

/* The table of a digest's two records ends behind the first of them, so that a search
 * for it finds one and a neighbour that is the same. */
static void digest_in_two_places_is_refused(void **state)
{
    static const uint8_t DIGEST[20] = {1};
    struct vtr_sample sample;
    struct vtr_image image;
    struct vtr_error err;
    struct vtr_writer delta = {0};
    (void)state;

    vtr_sample_init(&sample, "sample", 1);
    const struct vtr_bytes to = vtr_sample_build(&sample);
    vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 5, "Abc");
    vtr_sample_add_hash(&sample, VTR_HASH_SHA1, DIGEST, 6, "Xyz");
    const struct vtr_bytes from = vtr_sample_build(&sample);
    uint8_t *bytes = (uint8_t *)(uintptr_t)from.ptr;
    assert_int_equal(vtr_image_open(&image, from, NULL), VTR_OK);
    const size_t fanout =
        (size_t)image.sections[VTR_SECTION_HASH_FANOUT(VTR_HASH_SHA1)].offset;
    vtr_store_u32(bytes + fanout + 12, 1); /* of 2: 8 bytes header, 0, 2 */
    memset(bytes + VTR_AT_CONTENT_DIGEST, 0, VTR_DIGEST_LEN);
    uint8_t digest[VTR_DIGEST_LEN];
    vtr_digest_blake2b(from, digest);
    memcpy(bytes + VTR_AT_CONTENT_DIGEST, digest, sizeof(digest));
    assert_int_equal(vtr_delta_build(&delta, from, to, NULL, &err), VTR_ERROR_FORMAT);
    assert_non_null(strstr(err.message, "in two places"));
    vtr_writer_deinit(&delta);
    vtr_sample_deinit(&sample);
    free_bytes(from);
    free_bytes(to);
}

static void databases_of_other_names_have_no_delta(void **state)
{
    const struct fixture *f = *state;
    struct vtr_sample sample;
    struct vtr_writer delta = {0};

    vtr_sample_init(&sample, "another", 1);
    const struct vtr_bytes other = vtr_sample_build(&sample);
    assert_int_equal(vtr_delta_build(&delta, f->from, other, NULL, NULL),
                     VTR_ERROR_ARGUMENT);
    vtr_writer_deinit(&delta);
    vtr_sample_deinit(&sample);
    free_bytes(other);
}

/* Changes a delta's header as its signer might, and makes its file again. */
static enum vtr_status apply_changed(const struct fixture *f,
                                     void (*change_header)(struct vtr_delta_header *),
                                     struct vtr_error *err)
{
    struct vtr_delta_front front;
    struct vtr_delta_header header;
    struct vtr_writer file = {0};
    struct vtr_bytes result;

    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&f->delta), &front, NULL),
                     VTR_OK);
    assert_int_equal(vtr_delta_header_read(&front, &header, NULL), VTR_OK);
    change_header(&header);
    assert_int_equal(vtr_delta_file_write(&file, &header, f->key, NULL), VTR_OK);
    const enum vtr_status status =
        apply(f->from, vtr_writer_bytes(&file), &f->public_key, &result, err);
    free_bytes(result);
    vtr_writer_deinit(&file);
    return status;
}

static void change_layout(struct vtr_delta_header *header)
{
    header->layout++;
}

static void change_to_len(struct vtr_delta_header *header)
{
    header->to_len++;
}

static void change_to_release(struct vtr_delta_header *header)
{
    header->to_release++;
}

static void change_from_release(struct vtr_delta_header *header)
{
    header->from_release++;
}

static void drop_removals(struct vtr_delta_header *header)
{
    for (unsigned kind = 0; kind < VTR_HASH_KINDS; kind++) {
        header->sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED)].count =
            0;
        header->sections[VTR_DELTA_HASH_SECTION(kind, VTR_DELTA_HASH_REMOVED)].packed =
            (struct vtr_bytes){NULL, 0};
    }
}

static void drop_put_rules(struct vtr_delta_header *header)
{
    header->sections[VTR_DELTA_RULES_PUT] = (struct vtr_delta_section){.count = 0};
}

static void drop_removed_rules(struct vtr_delta_header *header)
{
    header->sections[VTR_DELTA_RULES_REMOVED] = (struct vtr_delta_section){.count = 0};
}

static void drop_uses(struct vtr_delta_header *header)
{
    header->sections[VTR_DELTA_STEM_USES] = (struct vtr_delta_section){.count = 0};
}

static void drop_names(struct vtr_delta_header *header)
{
    header->sections[VTR_DELTA_HASH_SECTION(VTR_HASH_MD5, VTR_DELTA_HASH_NAMES)] =
        (struct vtr_delta_section){.count = 0};
}

static void signed_nonsense_is_refused(void **state)
{
    const struct fixture *f = *state;
    struct vtr_error err = {0};

    assert_int_equal(apply_changed(f, change_layout, &err), VTR_ERROR_VERSION);
    assert_non_null(strstr(err.message, "take the full database"));
    assert_int_equal(apply_changed(f, change_to_len, &err), VTR_ERROR_MISMATCH);
    assert_int_equal(apply_changed(f, change_to_len, NULL), VTR_ERROR_MISMATCH);
    assert_int_equal(apply_changed(f, change_to_release, &err), VTR_ERROR_MISMATCH);
    assert_int_equal(apply_changed(f, change_from_release, &err), VTR_ERROR_MISMATCH);
    assert_int_not_equal(apply_changed(f, drop_removals, &err), VTR_OK);
    assert_int_not_equal(apply_changed(f, drop_put_rules, &err), VTR_OK);
    assert_int_equal(apply_changed(f, drop_removed_rules, &err), VTR_ERROR_MISMATCH);
    assert_int_equal(apply_changed(f, drop_uses, &err), VTR_ERROR_FORMAT);
    assert_int_equal(apply_changed(f, drop_names, &err), VTR_ERROR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(apply_gives_what_the_records_give),
        cmocka_unit_test(tables_of_all_shapes_lead_to_each_other),
        cmocka_unit_test(empty_databases_are_fine),
        cmocka_unit_test(equal_databases_give_an_empty_delta),
        cmocka_unit_test_setup_teardown(info_counts_what_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(applied_file_is_the_new_release, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(refused_delta_leaves_the_file_as_it_was, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_truncation_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_flipped_bit_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(other_database_is_told_apart, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(damaged_database_is_not_a_basis, set_up,
                                        tear_down),
        cmocka_unit_test(digest_in_two_places_is_refused),
        cmocka_unit_test_setup_teardown(databases_of_other_names_have_no_delta, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(signed_nonsense_is_refused, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("delta", tests, NULL, NULL);
}
