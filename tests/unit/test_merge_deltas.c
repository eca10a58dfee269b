/* SPDX-License-Identifier: Apache-2.0 */

/* Deltas merged without databases lead where they lead one after the other, and it does
 * not matter which are merged first. */
#include "delta/merge_deltas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/bytes.h"
#include "delta/create.h"
#include "delta/file/delta_file.h"
#include "delta/merge/compose.h"
#include "delta/rebuild_image.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/sample_database.h"
#include "verify/key/key.h"

enum {
    RELEASES = 5,
    ROUNDS = 40,
    CANDIDATES = 160,
    RULES = 12,
    EXTERNALS = 4,
    TEXT_LEN = 160
};

/* Few digests share many first bits, and stems come and go. */
struct world {
    uint64_t random;
    bool has_hash[CANDIDATES];
    unsigned hash_forms[CANDIDATES]; /* which of the records with this digest */
    char texts[RULES][TEXT_LEN + 1]; /* "": no such rule */
    unsigned externals[EXTERNALS];
};

struct history {
    struct vtr_bytes images[RELEASES];
    struct vtr_writer deltas[RELEASES]; /* [i] leads from i - 1 to i */
};

static unsigned pick(struct world *w, unsigned limit)
{
    return (unsigned)(vtr_sample_random(&w->random) % limit);
}

static void change_text(struct world *w, char *text)
{
    const size_t len = strlen(text);
    const size_t at = len == 0 ? 0 : pick(w, (unsigned)len);

    switch (pick(w, 6)) {
    case 0:
        text[0] = '\0';
        break;
    case 1: /* a rule of another name */
        (void)memmove(text, w->texts[pick(w, RULES)], TEXT_LEN + 1);
        break;
    case 2:
        text[at] = '\0';
        break;
    case 3:
        if (len > 0) {
            text[at] = (char)('A' + pick(w, 26));
        }
        break;
    default:
        for (size_t i = len; i < TEXT_LEN && pick(w, 50) != 0; i++) {
            text[i] = (char)('a' + pick(w, 26));
            text[i + 1] = '\0';
        }
        break;
    }
}

static void change(struct world *w)
{
    const unsigned rarity = 2 + pick(w, 10);

    for (unsigned i = 0; i < CANDIDATES; i++) {
        if (pick(w, rarity) == 0) {
            w->has_hash[i] = !w->has_hash[i];
            w->hash_forms[i] = pick(w, 3);
        }
    }
    for (unsigned i = 0; i < RULES; i++) {
        if (pick(w, 3) == 0) {
            change_text(w, w->texts[i]);
        }
    }
    for (unsigned i = 0; i < EXTERNALS; i++) {
        if (pick(w, rarity) == 0) {
            w->externals[i] = pick(w, 3);
        }
    }
}

static struct vtr_bytes build(const struct world *w, uint64_t release)
{
    struct vtr_sample sample;
    char name[48];

    vtr_sample_init(&sample, "sample", release);
    for (unsigned i = 0; i < CANDIDATES; i++) {
        uint8_t digest[32] = {(uint8_t)(i % 5), (uint8_t)(i % 3), (uint8_t)(i * 7),
                              (uint8_t)i};

        (void)snprintf(name, sizeof(name), "Win.Family%u-%u", i % 40,
                       i + w->hash_forms[i]);
        if (w->has_hash[i]) {
            vtr_sample_add_hash(&sample, (enum vtr_hash_kind)(i % 3), digest,
                                i % 4 == 0 ? VTR_SIZE_ANY : i, name);
        }
    }
    for (unsigned i = 0; i < RULES; i++) {
        const struct vtr_sample_rule rule = {.space = i % 2 == 0 ? "default" : "other",
                                             .name = name,
                                             .flags = VTR_RULE_NEEDS_PATTERN,
                                             .pattern_id = "a",
                                             .text = w->texts[i]};

        (void)snprintf(name, 16, "rule_%u", i);
        if (w->texts[i][0] != '\0') {
            vtr_sample_add_rule(&sample, &rule);
        }
    }
    for (unsigned i = 0; i < EXTERNALS; i++) {
        (void)snprintf(name, 16, "external_%u", i);
        if (w->externals[i] != 0) {
            vtr_sample_add_external(&sample, name, w->externals[i]);
        }
    }
    const struct vtr_bytes image = vtr_sample_build(&sample);
    vtr_sample_deinit(&sample);
    return image;
}

static void begin(struct history *h, uint64_t seed)
{
    struct world w = {.random = seed};

    *h = (struct history){0};
    for (unsigned release = 0; release < RELEASES; release++) {
        struct vtr_error err = {0};

        change(&w);
        h->images[release] = build(&w, release + 1);
        if (release > 0 && vtr_delta_build(&h->deltas[release], h->images[release - 1],
                                           h->images[release], NULL, &err) != VTR_OK) {
            print_error("seed %u: %s\n", (unsigned)seed, err.message);
            fail();
        }
    }
}

static void free_bytes(struct vtr_bytes bytes)
{
    free((void *)(uintptr_t)bytes.ptr);
}

static void end(struct history *h)
{
    for (unsigned i = 0; i < RELEASES; i++) {
        free_bytes(h->images[i]);
        vtr_writer_deinit(&h->deltas[i]);
    }
}

static uint8_t *alloc_memory(void *context, size_t len, struct vtr_error *err)
{
    uint8_t *memory = calloc(1, len);

    (void)err;
    *(struct vtr_bytes *)context = (struct vtr_bytes){memory, len};
    return memory;
}

static void check_applied(struct vtr_bytes from, struct vtr_bytes delta,
                          struct vtr_bytes expected)
{
    struct vtr_delta opened;
    struct vtr_image basis;
    struct vtr_bytes result = {NULL, 0};
    struct vtr_error err = {0};

    enum vtr_status status = vtr_delta_open(&opened, delta, NULL, 0, &err);
    if (status == VTR_OK) {
        status = vtr_delta_open_basis(&basis, from, &opened, &err);
        if (status == VTR_OK) {
            status = vtr_delta_rebuild(&opened, &basis, alloc_memory, &result, &err);
        }
        vtr_delta_deinit(&opened);
    }
    if (status != VTR_OK) {
        print_error("%s: %s\n", err.section, err.message);
    }
    assert_int_equal(status, VTR_OK);
    assert_true(vtr_bytes_equal(result, expected));
    free_bytes(result);
}

static const struct vtr_delta_signing NOBODY = {NULL, 0, NULL};

/* Merges two; the caller deinits. */
static struct vtr_writer merge_two(struct vtr_bytes a, struct vtr_bytes b)
{
    const struct vtr_bytes both[] = {a, b};
    struct vtr_writer w = {0};
    struct vtr_error err = {0};

    if (vtr_delta_merge_build(&w, both, 2, &NOBODY, &err) != VTR_OK) {
        print_error("%s\n", err.message);
        fail();
    }
    return w;
}

/* Merges the deltas to the releases `low` + 1 .. `high`, in an order that `random`
 * chooses. */
static struct vtr_writer merge_somehow(const struct history *h, unsigned low,
                                       unsigned high, uint64_t *random)
{
    struct vtr_writer copy = {0};

    if (high - low == 1) {
        vtr_writer_raw(&copy, vtr_writer_bytes(&h->deltas[high]));
        return copy;
    }
    const unsigned middle =
        low + 1 + (unsigned)(vtr_sample_random(random) % (high - low - 1));
    struct vtr_writer a = merge_somehow(h, low, middle, random);
    struct vtr_writer b = merge_somehow(h, middle, high, random);
    copy = merge_two(vtr_writer_bytes(&a), vtr_writer_bytes(&b));
    vtr_writer_deinit(&a);
    vtr_writer_deinit(&b);
    return copy;
}

static void check_run(const struct history *h, unsigned low, unsigned high,
                      uint64_t *random)
{
    struct vtr_bytes steps[RELEASES];
    struct vtr_writer at_once = {0};

    for (unsigned i = low; i < high; i++) {
        steps[i - low] = vtr_writer_bytes(&h->deltas[i + 1]);
    }
    assert_int_equal(vtr_delta_merge_build(&at_once, steps, high - low, &NOBODY, NULL),
                     VTR_OK);
    check_applied(h->images[low], vtr_writer_bytes(&at_once), h->images[high]);
    for (unsigned i = 0; i < 3; i++) {
        struct vtr_writer other = merge_somehow(h, low, high, random);
        assert_true(
            vtr_bytes_equal(vtr_writer_bytes(&at_once), vtr_writer_bytes(&other)));
        vtr_writer_deinit(&other);
    }
    vtr_writer_deinit(&at_once);
}

static void merged_deltas_lead_where_they_lead_in_turn_in_any_grouping(void **state)
{
    uint64_t random = 1;
    (void)state;

    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct history h;

        begin(&h, seed);
        for (unsigned low = 0; low < RELEASES; low++) {
            for (unsigned high = low + 1; high < RELEASES; high++) {
                check_run(&h, low, high, &random);
            }
        }
        end(&h);
    }
}

static void delta_and_its_way_back_remove_and_add_nothing_new(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 110; seed++) {
        struct history h;
        struct vtr_writer back = {0};

        begin(&h, seed);
        assert_int_equal(vtr_delta_build(&back, h.images[1], h.images[0], NULL, NULL),
                         VTR_OK);
        struct vtr_writer both =
            merge_two(vtr_writer_bytes(&h.deltas[1]), vtr_writer_bytes(&back));
        check_applied(h.images[0], vtr_writer_bytes(&both), h.images[0]);
        vtr_writer_deinit(&both);
        vtr_writer_deinit(&back);
        end(&h);
    }
}

static void deltas_that_do_not_follow_are_refused(void **state)
{
    struct history h;
    struct vtr_writer w = {0};
    (void)state;

    begin(&h, 7);
    const struct vtr_bytes twice[] = {vtr_writer_bytes(&h.deltas[1]),
                                      vtr_writer_bytes(&h.deltas[1])};
    const struct vtr_bytes gap[] = {vtr_writer_bytes(&h.deltas[1]),
                                    vtr_writer_bytes(&h.deltas[3])};
    const struct vtr_bytes wrong[] = {vtr_writer_bytes(&h.deltas[2]),
                                      vtr_writer_bytes(&h.deltas[1])};
    const struct vtr_bytes image[] = {vtr_writer_bytes(&h.deltas[1]), h.images[1]};

    assert_int_equal(vtr_delta_merge_build(&w, twice, 2, &NOBODY, NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_delta_merge_build(&w, gap, 2, &NOBODY, NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_delta_merge_build(&w, wrong, 2, &NOBODY, NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_delta_merge_build(&w, image, 2, &NOBODY, NULL),
                     VTR_ERROR_FORMAT);
    assert_int_equal(vtr_delta_merge_build(&w, NULL, 0, &NOBODY, NULL),
                     VTR_ERROR_ARGUMENT);
    assert_int_equal(w.len, 0);
    vtr_writer_deinit(&w);
    end(&h);
}

/* A delta between two made-up databases, `i` and the next. */
static void spell_step(struct vtr_writer *w, unsigned i, const struct vtr_changes *c)
{
    const uint8_t digests[][VTR_DIGEST_LEN] = {{(uint8_t)i, (uint8_t)(i >> 8)},
                                               {(uint8_t)(i + 1),
                                                (uint8_t)((i + 1) >> 8)}};
    struct vtr_delta_header header = {.layout = VTR_LAYOUT_VERSION,
                                      .name = vtr_bytes_from_text("sample"),
                                      .from_release = i,
                                      .to_release = i + 1,
                                      .from_digest = digests[0],
                                      .to_digest = digests[1],
                                      .to_root = digests[1],
                                      .to_len = 1};

    assert_int_equal(vtr_delta_spell(w, &header, c, NULL, NULL), VTR_OK);
}

/* Years of releases, each with a few new hashes. */
static void long_row_costs_what_it_holds(void **state)
{
    enum {
        COUNT = 2000,
        ADDED = 100,
        SECONDS_LIMIT = 15
    };
    struct vtr_writer *steps = calloc(COUNT, sizeof(*steps));
    struct vtr_bytes *bytes = calloc(COUNT, sizeof(*bytes));
    struct vtr_writer w = {0};
    struct vtr_delta_info info;
    (void)state;

    assert_non_null(steps);
    assert_non_null(bytes);
    for (unsigned i = 0; i < COUNT; i++) {
        struct vtr_changes changes = {0};

        vtr_changes_init(&changes);
        struct vtr_stem_name *stem = vtr_vector_push(&changes.stems);
        assert_non_null(stem);
        stem->text = vtr_bytes_from_text("Family");
        for (unsigned k = 0; k < ADDED; k++) {
            struct vtr_added_hash *added = vtr_vector_push(&changes.hashes[0].added);
            assert_non_null(added);
            added->digest[0] = (uint8_t)k;
            added->digest[1] = (uint8_t)(i * 7 % 256);
            added->digest[2] = (uint8_t)(i / 256);
        }
        assert_int_equal(vtr_changes_settle_stems(&changes, NULL), VTR_OK);
        spell_step(&steps[i], i, &changes);
        bytes[i] = vtr_writer_bytes(&steps[i]);
        vtr_changes_deinit(&changes);
    }
    const clock_t start = clock();
    assert_int_equal(vtr_delta_merge_build(&w, bytes, COUNT, &NOBODY, NULL), VTR_OK);
    assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, SECONDS_LIMIT);
    assert_int_equal(vtr_delta_get_info(vtr_writer_bytes(&w), &info, NULL), VTR_OK);
    assert_int_equal(info.hashes[0].added, COUNT * ADDED);
    assert_int_equal(info.to_release, COUNT);
    vtr_writer_deinit(&w);
    for (unsigned i = 0; i < COUNT; i++) {
        vtr_writer_deinit(&steps[i]);
    }
    free(steps);
    free(bytes);
}

/* The one that does not follow is named, whichever it is composed with first. */
static void run_that_does_not_follow_is_named(void **state)
{
    const uint8_t digests[] = {1, 2, 1};
    struct vtr_writer steps[5] = {{0}};
    struct vtr_bytes bytes[5];
    struct vtr_writer w = {0};
    struct vtr_error err = {0};
    (void)state;

    for (unsigned i = 0; i < 5; i++) {
        struct vtr_changes changes = {0};

        vtr_changes_init(&changes);
        if (i < 3) { /* the third adds what the first has added */
            struct vtr_stem_name *stem = vtr_vector_push(&changes.stems);
            struct vtr_added_hash *added = vtr_vector_push(&changes.hashes[0].added);
            assert_non_null(stem);
            assert_non_null(added);
            stem->text = vtr_bytes_from_text("Family");
            added->digest[0] = digests[i];
            assert_int_equal(vtr_changes_settle_stems(&changes, NULL), VTR_OK);
        }
        spell_step(&steps[i], i, &changes);
        bytes[i] = vtr_writer_bytes(&steps[i]);
        vtr_changes_deinit(&changes);
    }
    assert_int_equal(vtr_delta_merge_build(&w, bytes, 3, &NOBODY, &err),
                     VTR_ERROR_MISMATCH);
    assert_non_null(strstr(err.message, "delta 3 of 3: deltas do not follow"));
    assert_int_equal(vtr_delta_merge_build(&w, bytes, 5, &NOBODY, &err),
                     VTR_ERROR_MISMATCH);
    assert_non_null(strstr(err.message, "deltas 3 to 4 of 5: deltas do not follow"));
    vtr_writer_deinit(&w);
    for (unsigned i = 0; i < 5; i++) {
        vtr_writer_deinit(&steps[i]);
    }
}

/* Two bits each in a delta are many bytes in memory. */
static void too_many_removals_are_not_composed(void **state)
{
    struct vtr_delta delta = {.stems = NULL};
    struct vtr_changes changes = {0};
    const unsigned id = VTR_DELTA_HASH_SECTION(0, VTR_DELTA_HASH_REMOVED);
    (void)state;

    delta.header.sections[id].count = VTR_COMPOSED_REMOVED_MAX;
    assert_int_equal(vtr_changes_read(&delta, &changes, NULL), VTR_OK);
    vtr_changes_deinit(&changes);
    delta.header.sections[id].count++;
    assert_int_equal(vtr_changes_read(&delta, &changes, NULL), VTR_ERROR_LIMIT);
}

static void one_delta_merged_is_itself(void **state)
{
    (void)state;
    for (uint64_t seed = 200; seed < 210; seed++) {
        struct history h;

        begin(&h, seed);
        for (unsigned i = 1; i < RELEASES; i++) {
            const struct vtr_bytes one = vtr_writer_bytes(&h.deltas[i]);
            struct vtr_writer w = {0};

            assert_int_equal(vtr_delta_merge_build(&w, &one, 1, &NOBODY, NULL), VTR_OK);
            assert_true(vtr_bytes_equal(vtr_writer_bytes(&w), one));
            vtr_writer_deinit(&w);
        }
        end(&h);
    }
}

static void trust_is_asked_of_each_and_not_handed_on(void **state)
{
    struct vtr_secret_key *key = vtr_secret_key_new();
    struct vtr_public_key public_key;
    struct vtr_writer signed_step = {0};
    struct vtr_writer w = {0};
    struct vtr_delta_front front;
    struct history h;
    (void)state;

    begin(&h, 9);
    assert_non_null(key);
    vtr_secret_key_randomise(key);
    vtr_secret_key_get_public(key, &public_key);
    assert_int_equal(vtr_delta_build(&signed_step, h.images[1], h.images[2], key, NULL),
                     VTR_OK);
    const struct vtr_bytes steps[] = {vtr_writer_bytes(&signed_step),
                                      vtr_writer_bytes(&h.deltas[3])};
    const struct vtr_delta_signing strict = {&public_key, 1, NULL};
    const struct vtr_delta_signing signing = {NULL, 0, key};

    assert_int_equal(vtr_delta_merge_build(&w, steps, 2, &strict, NULL),
                     VTR_ERROR_SIGNATURE);
    assert_int_equal(vtr_delta_merge_build(&w, steps, 1, &strict, NULL), VTR_OK);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&w), &front, NULL), VTR_OK);
    assert_int_equal(front.signature_count, 0);
    vtr_writer_deinit(&w);
    w = (struct vtr_writer){0};
    assert_int_equal(vtr_delta_merge_build(&w, steps, 2, &signing, NULL), VTR_OK);
    assert_int_equal(vtr_delta_front_read(vtr_writer_bytes(&w), &front, NULL), VTR_OK);
    assert_int_equal(vtr_delta_check_trust(&front, &public_key, 1, NULL), VTR_OK);
    vtr_writer_deinit(&w);
    vtr_writer_deinit(&signed_step);
    vtr_secret_key_free(key);
    end(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(merged_deltas_lead_where_they_lead_in_turn_in_any_grouping),
        cmocka_unit_test(delta_and_its_way_back_remove_and_add_nothing_new),
        cmocka_unit_test(deltas_that_do_not_follow_are_refused),
        cmocka_unit_test(long_row_costs_what_it_holds),
        cmocka_unit_test(run_that_does_not_follow_is_named),
        cmocka_unit_test(too_many_removals_are_not_composed),
        cmocka_unit_test(one_delta_merged_is_itself),
        cmocka_unit_test(trust_is_asked_of_each_and_not_handed_on),
    };
    return cmocka_run_group_tests_name("merge deltas", tests, NULL, NULL);
}
