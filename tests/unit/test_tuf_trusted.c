/* SPDX-License-Identifier: Apache-2.0 */

/* Every attack that TUF is to stop, tried on the trusted set. */
#include "verify/tuf/tuf_trusted.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/tuf_sample.h"

#define NOW 1000u

/* A server, and a client that began with its first root. */
struct world {
    struct tuf_sample server;
    struct vtr_bytes first_root;
    struct vtr_tuf_trusted *client;
};

static struct vtr_bytes copy_of(struct vtr_bytes text)
{
    uint8_t *copy = malloc(text.len);

    assert_non_null(copy);
    memcpy(copy, text.ptr, text.len);
    return (struct vtr_bytes){copy, text.len};
}

static void free_text(struct vtr_bytes text)
{
    free((void *)(uintptr_t)text.ptr);
}

static void begin(struct world *w)
{
    *w = (struct world){0};
    tuf_sample_init(&w->server);
    tuf_sample_build(&w->server);
    w->first_root = copy_of(w->server.texts[VTR_TUF_ROOT]);
    assert_int_equal(vtr_tuf_trusted_new(&w->client, w->first_root, NOW, NULL), VTR_OK);
}

static void end(struct world *w)
{
    vtr_tuf_trusted_free(w->client);
    free_text(w->first_root);
    tuf_sample_deinit(&w->server);
}

/* A client that starts again from the first root. */
static void restart(struct world *w)
{
    vtr_tuf_trusted_free(w->client);
    w->client = NULL;
    assert_int_equal(vtr_tuf_trusted_new(&w->client, w->first_root, NOW, NULL), VTR_OK);
}

static enum vtr_status give_timestamp(struct world *w)
{
    bool is_new;

    return vtr_tuf_trusted_update_timestamp(w->client,
                                            w->server.texts[VTR_TUF_TIMESTAMP], &is_new,
                                            NULL);
}

static enum vtr_status give_snapshot(struct world *w)
{
    return vtr_tuf_trusted_update_snapshot(w->client, w->server.texts[VTR_TUF_SNAPSHOT],
                                           NULL);
}

static enum vtr_status give_targets(struct world *w)
{
    return vtr_tuf_trusted_update_targets(w->client, w->server.texts[VTR_TUF_TARGETS],
                                          NULL);
}

static void finish_roots(struct world *w)
{
    assert_int_equal(vtr_tuf_trusted_finish_roots(w->client, NULL), VTR_OK);
}

/* Everything after the roots; the first refusal. */
static enum vtr_status refresh(struct world *w)
{
    enum vtr_status status = vtr_tuf_trusted_finish_roots(w->client, NULL);

    status = status == VTR_OK ? give_timestamp(w) : status;
    status = status == VTR_OK ? give_snapshot(w) : status;
    return status == VTR_OK ? give_targets(w) : status;
}

/* A second round of a client that kept what the server says now. */
static void refresh_and_keep(struct world *w)
{
    restart(w);
    finish_roots(w);
    assert_int_equal(vtr_tuf_trusted_load_timestamp(w->client,
                                                    w->server.texts[VTR_TUF_TIMESTAMP],
                                                    NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_trusted_load_snapshot(w->client,
                                                   w->server.texts[VTR_TUF_SNAPSHOT],
                                                   NULL),
                     VTR_OK);
}

static void good_repository_is_followed(void **state)
{
    struct world w;
    struct vtr_tuf_search search;
    const struct vtr_bytes content = vtr_bytes_from_text("content");
    (void)state;

    begin(&w);
    assert_int_equal(refresh(&w), VTR_OK);
    assert_int_equal(vtr_tuf_search_begin(&search, w.client,
                                          vtr_bytes_from_text("file.bin"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_search_next(&search, NULL), VTR_OK);
    assert_non_null(search.target);
    assert_int_equal(vtr_tuf_target_check(search.target, content, NULL), VTR_OK);
    vtr_tuf_search_deinit(&search);
    assert_int_equal(vtr_tuf_search_begin(&search, w.client,
                                          vtr_bytes_from_text("other"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_search_next(&search, NULL), VTR_OK);
    assert_null(search.target);
    assert_null(search.role.ptr);
    vtr_tuf_search_deinit(&search);
    end(&w);
}

static void wanted_files_have_versions_and_limits(void **state)
{
    struct world w;
    struct vtr_tuf_wanted wanted;
    (void)state;

    begin(&w);
    assert_int_equal(vtr_tuf_trusted_want(w.client, VTR_TUF_ROOT, &wanted, NULL),
                     VTR_OK);
    assert_int_equal(wanted.version, 2);
    assert_int_equal(wanted.limit_bytes, VTR_TUF_ROOT_LIMIT);
    assert_int_equal(vtr_tuf_trusted_want(w.client, VTR_TUF_SNAPSHOT, &wanted, NULL),
                     VTR_ERROR_ARGUMENT);
    assert_int_equal(refresh(&w), VTR_OK);
    assert_int_equal(vtr_tuf_trusted_want(w.client, VTR_TUF_TARGETS, &wanted, NULL),
                     VTR_OK);
    assert_true(wanted.has_version);
    assert_int_equal(wanted.version, 1);
    assert_int_equal(wanted.limit_bytes, w.server.texts[VTR_TUF_TARGETS].len);
    end(&w);
}

static void files_out_of_turn_are_refused(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    assert_int_equal(give_timestamp(&w), VTR_ERROR_ARGUMENT);
    assert_int_equal(give_snapshot(&w), VTR_ERROR_ARGUMENT);
    assert_int_equal(give_targets(&w), VTR_ERROR_ARGUMENT);
    finish_roots(&w);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_ERROR_ARGUMENT);
    assert_int_equal(give_targets(&w), VTR_ERROR_ARGUMENT);
    end(&w);
}

static void first_root_must_vouch_for_itself(void **state)
{
    struct tuf_sample sample;
    struct vtr_tuf_trusted *client = NULL;
    (void)state;

    tuf_sample_init(&sample);
    sample.roles[VTR_TUF_ROOT].signers[1] = 0;
    tuf_sample_build(&sample);
    assert_int_equal(vtr_tuf_trusted_new(&client, sample.texts[VTR_TUF_ROOT], NOW,
                                         NULL),
                     VTR_ERROR_SIGNATURE);
    assert_null(client);
    tuf_sample_deinit(&sample);
}

/* Signers of one kind that the client has to refuse. */
static void refuse_signers(enum vtr_tuf_type type, const unsigned *signers)
{
    struct world w;

    begin(&w);
    memset(w.server.roles[type].signers, 0, sizeof(w.server.roles[type].signers));
    for (size_t i = 0; signers[i] != 0; i++) {
        w.server.roles[type].signers[i] = signers[i];
    }
    tuf_sample_build(&w.server);
    assert_int_equal(refresh(&w), VTR_ERROR_SIGNATURE);
    end(&w);
}

static void arbitrary_software_needs_the_threshold(void **state)
{
    (void)state;

    refuse_signers(VTR_TUF_TARGETS, (const unsigned[]){4, 0});
    refuse_signers(VTR_TUF_TARGETS, (const unsigned[]){0});
    refuse_signers(VTR_TUF_TARGETS, (const unsigned[]){4, 1, 7, 8, 0});
    refuse_signers(VTR_TUF_SNAPSHOT, (const unsigned[]){8, 4, 5, 0});
    refuse_signers(VTR_TUF_TIMESTAMP, (const unsigned[]){7, 1, 2, 0});
}

static void rotated_root_is_followed(void **state)
{
    struct world w;
    struct tuf_sample_role *root;
    (void)state;

    begin(&w);
    root = &w.server.roles[VTR_TUF_ROOT];
    root->version = 2;
    *root = (struct tuf_sample_role){{9, 10, 3}, 2, {1, 2, 9, 10}, 2, 2000};
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_OK);
    assert_false(vtr_tuf_trusted_has_new_keys(w.client));
    assert_int_equal(vtr_tuf_trusted_get(w.client, VTR_TUF_ROOT)->version, 2);
    assert_int_equal(refresh(&w), VTR_OK);
    end(&w);
}

static enum vtr_status status_of_root(struct tuf_sample_role role)
{
    struct world w;

    begin(&w);
    w.server.roles[VTR_TUF_ROOT] = role;
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    const enum vtr_status status =
        vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT], NULL);
    assert_int_equal(vtr_tuf_trusted_get(w.client, VTR_TUF_ROOT)->version,
                     status == VTR_OK ? role.version : 1);
    end(&w);
    return status;
}

static void root_needs_both_the_old_and_the_new_keys(void **state)
{
    (void)state;

    assert_int_equal(status_of_root(
                         (struct tuf_sample_role){{9, 10}, 2, {9, 10, 1}, 2, 2000}),
                     VTR_ERROR_SIGNATURE);
    assert_int_equal(status_of_root(
                         (struct tuf_sample_role){{9, 10}, 2, {1, 2, 9}, 2, 2000}),
                     VTR_ERROR_SIGNATURE);
    assert_int_equal(status_of_root(
                         (struct tuf_sample_role){{9, 10}, 2, {1, 2, 9, 10}, 2, 2000}),
                     VTR_OK);
}

static void roots_come_one_by_one(void **state)
{
    struct tuf_sample_role role = {{1, 2, 3}, 2, {1, 2}, 3, 2000};
    (void)state;

    assert_int_equal(status_of_root(role), VTR_ERROR_GAP);
    role.version = 1;
    assert_int_equal(status_of_root(role), VTR_ERROR_ROLLBACK);
    role.version = 2;
    assert_int_equal(status_of_root(role), VTR_OK);
}

static void rotations_have_a_limit(void **state)
{
    struct world w;
    struct tuf_sample_role *root;
    (void)state;

    begin(&w);
    root = &w.server.roles[VTR_TUF_ROOT];
    for (unsigned i = 0; i < VTR_TUF_ROTATIONS_LIMIT; i++) {
        root->version++;
        tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
        assert_int_equal(vtr_tuf_trusted_update_root(w.client,
                                                     w.server.texts[VTR_TUF_ROOT],
                                                     NULL),
                         VTR_OK);
    }
    root->version++;
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_ERROR_LIMIT);
    end(&w);
}

static void expired_root_may_lead_to_a_good_one_only(void **state)
{
    struct world w;
    struct tuf_sample_role *root;
    (void)state;

    begin(&w);
    root = &w.server.roles[VTR_TUF_ROOT];
    root->version = 2;
    root->expires = NOW;
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_OK);
    root->version = 3;
    root->expires = NOW + 1;
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_OK);
    finish_roots(&w);
    end(&w);

    begin(&w);
    w.server.roles[VTR_TUF_ROOT].version = 2;
    w.server.roles[VTR_TUF_ROOT].expires = NOW;
    tuf_sample_build_one(&w.server, VTR_TUF_ROOT);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_OK);
    assert_int_equal(refresh(&w), VTR_ERROR_EXPIRED);
    end(&w);
}

static void frozen_repository_expires(void **state)
{
    (void)state;

    for (unsigned type = VTR_TUF_TIMESTAMP; type <= VTR_TUF_TARGETS; type++) {
        struct world w;

        begin(&w);
        w.server.roles[type].expires = NOW;
        tuf_sample_build(&w.server);
        assert_int_equal(refresh(&w), VTR_ERROR_EXPIRED);
        w.server.roles[type].expires = NOW + 1;
        tuf_sample_build(&w.server);
        restart(&w);
        assert_int_equal(refresh(&w), VTR_OK);
        end(&w);
    }
}

static void frozen_timestamp_of_the_same_version_expires_too(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].expires = NOW;
    tuf_sample_build(&w.server);
    finish_roots(&w);
    assert_int_equal(vtr_tuf_trusted_load_timestamp(w.client,
                                                    w.server.texts[VTR_TUF_TIMESTAMP],
                                                    NULL),
                     VTR_OK);
    assert_int_equal(give_timestamp(&w), VTR_ERROR_EXPIRED);
    end(&w);
}

static void same_timestamp_is_not_new(void **state)
{
    struct world w;
    bool is_new = true;
    (void)state;

    begin(&w);
    refresh_and_keep(&w);
    assert_int_equal(vtr_tuf_trusted_update_timestamp(w.client,
                                                      w.server.texts[VTR_TUF_TIMESTAMP],
                                                      &is_new, NULL),
                     VTR_OK);
    assert_false(is_new);
    assert_int_equal(give_snapshot(&w), VTR_OK);
    assert_int_equal(give_targets(&w), VTR_OK);
    end(&w);
}

static void rolled_back_timestamp_is_refused(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].version = 5;
    tuf_sample_build(&w.server);
    refresh_and_keep(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].version = 4;
    tuf_sample_build(&w.server);
    assert_int_equal(give_timestamp(&w), VTR_ERROR_ROLLBACK);
    assert_int_equal(vtr_tuf_trusted_get(w.client, VTR_TUF_TIMESTAMP)->version, 5);
    end(&w);
}

static void timestamp_with_a_rolled_back_snapshot_is_refused(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.roles[VTR_TUF_SNAPSHOT].version = 5;
    tuf_sample_build(&w.server);
    refresh_and_keep(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].version = 2;
    w.server.roles[VTR_TUF_SNAPSHOT].version = 4;
    tuf_sample_build(&w.server);
    assert_int_equal(give_timestamp(&w), VTR_ERROR_ROLLBACK);
    end(&w);
}

static void snapshot_with_rolled_back_targets_is_refused(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.roles[VTR_TUF_TARGETS].version = 5;
    tuf_sample_build(&w.server);
    refresh_and_keep(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].version = 2;
    w.server.roles[VTR_TUF_SNAPSHOT].version = 2;
    w.server.roles[VTR_TUF_TARGETS].version = 4;
    tuf_sample_build(&w.server);
    assert_int_equal(give_timestamp(&w), VTR_OK);
    assert_int_equal(give_snapshot(&w), VTR_ERROR_ROLLBACK);
    end(&w);
}

static void file_that_vanishes_from_the_snapshot_is_a_rollback(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.more_files = "role.json";
    tuf_sample_build(&w.server);
    refresh_and_keep(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].version = 2;
    w.server.roles[VTR_TUF_SNAPSHOT].version = 2;
    w.server.more_files = NULL;
    tuf_sample_build(&w.server);
    assert_int_equal(give_timestamp(&w), VTR_OK);
    assert_int_equal(give_snapshot(&w), VTR_ERROR_ROLLBACK);
    end(&w);
}

/* A server whose pins are versions alone, with one kind of another version. */
static enum vtr_status status_of_mixed(enum vtr_tuf_type type)
{
    struct world w;

    begin(&w);
    w.server.has_no_pins = true;
    tuf_sample_build(&w.server);
    w.server.roles[type].version = 2;
    tuf_sample_build_one(&w.server, type);
    const enum vtr_status status = refresh(&w);
    end(&w);
    return status;
}

static void mixed_versions_are_refused(void **state)
{
    (void)state;

    assert_int_equal(status_of_mixed(VTR_TUF_SNAPSHOT), VTR_ERROR_MIXED);
    assert_int_equal(status_of_mixed(VTR_TUF_TARGETS), VTR_ERROR_MIXED);
}

static void other_bytes_than_pinned_are_refused(void **state)
{
    (void)state;

    for (unsigned type = VTR_TUF_SNAPSHOT; type <= VTR_TUF_TARGETS; type++) {
        struct world w;

        begin(&w);
        w.server.roles[type].expires = 2001; /* same version and length */
        tuf_sample_build_one(&w.server, (enum vtr_tuf_type)type);
        assert_int_equal(refresh(&w), VTR_ERROR_MISMATCH);
        w.server.roles[type].signers[1] = type == VTR_TUF_TARGETS ? 6 : 1;
        w.server.roles[type].signers[2] = 2;
        tuf_sample_build_one(&w.server, (enum vtr_tuf_type)type);
        restart(&w);
        assert_int_equal(refresh(&w), VTR_ERROR_MISMATCH); /* another length */
        end(&w);
    }
}

static void target_of_another_length_or_content_is_refused(void **state)
{
    struct world w;
    const struct vtr_tuf_target *target;
    (void)state;

    begin(&w);
    assert_int_equal(refresh(&w), VTR_OK);
    target = vtr_tuf_find_target(vtr_tuf_trusted_get(w.client, VTR_TUF_TARGETS),
                                 vtr_bytes_from_text("file.bin"));
    assert_non_null(target);
    assert_int_equal(vtr_tuf_target_check(target, vtr_bytes_from_text("conten"), NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_tuf_target_check(target, vtr_bytes_from_text("content!"),
                                          NULL),
                     VTR_ERROR_MISMATCH);
    assert_int_equal(vtr_tuf_target_check(target, vtr_bytes_from_text("Content"), NULL),
                     VTR_ERROR_MISMATCH);
    end(&w);
}

/* Versions that a thief of online keys drove up are forgotten with the keys. */
static void change_of_keys_recovers_from_fast_forward(void **state)
{
    static const enum vtr_tuf_type STOLEN[] = {VTR_TUF_TIMESTAMP, VTR_TUF_SNAPSHOT};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct world w;
        struct tuf_sample_role *role;

        begin(&w);
        role = &w.server.roles[STOLEN[i]];
        w.server.roles[VTR_TUF_TIMESTAMP].version = 1000000;
        w.server.roles[VTR_TUF_SNAPSHOT].version = 1000000;
        tuf_sample_build(&w.server);
        struct vtr_bytes timestamp = copy_of(w.server.texts[VTR_TUF_TIMESTAMP]);
        struct vtr_bytes snapshot = copy_of(w.server.texts[VTR_TUF_SNAPSHOT]);

        role->keys[0] = 9;
        role->signers[0] = 9;
        w.server.roles[VTR_TUF_ROOT].version = 2;
        w.server.roles[VTR_TUF_TIMESTAMP].version = 2;
        w.server.roles[VTR_TUF_SNAPSHOT].version = 2;
        tuf_sample_build(&w.server);
        assert_int_equal(vtr_tuf_trusted_update_root(w.client,
                                                     w.server.texts[VTR_TUF_ROOT],
                                                     NULL),
                         VTR_OK);
        assert_true(vtr_tuf_trusted_has_new_keys(w.client));
        finish_roots(&w);
        assert_int_equal(vtr_tuf_trusted_load_timestamp(w.client, timestamp, NULL),
                         VTR_ERROR_SIGNATURE);
        assert_int_equal(vtr_tuf_trusted_load_snapshot(w.client, snapshot, NULL),
                         VTR_ERROR_SIGNATURE);
        assert_int_equal(give_timestamp(&w), VTR_OK);
        assert_int_equal(give_snapshot(&w), VTR_OK);
        assert_int_equal(give_targets(&w), VTR_OK);
        free_text(timestamp);
        free_text(snapshot);
        end(&w);
    }
}

static void key_that_is_added_forgets_nothing(void **state)
{
    struct world w;
    (void)state;

    begin(&w);
    w.server.roles[VTR_TUF_TIMESTAMP].keys[1] = 9;
    w.server.roles[VTR_TUF_ROOT].version = 2;
    tuf_sample_build(&w.server);
    assert_int_equal(vtr_tuf_trusted_update_root(w.client, w.server.texts[VTR_TUF_ROOT],
                                                 NULL),
                     VTR_OK);
    assert_false(vtr_tuf_trusted_has_new_keys(w.client));
    end(&w);
}

static void endless_metadata_is_not_parsed(void **state)
{
    struct world w;
    const size_t len = VTR_TUF_TIMESTAMP_LIMIT + 1;
    char *text = malloc(len);
    bool is_new;
    (void)state;

    assert_non_null(text);
    begin(&w);
    memset(text, ' ', len);
    assert_true(w.server.texts[VTR_TUF_TIMESTAMP].len < len);
    memcpy(text, w.server.texts[VTR_TUF_TIMESTAMP].ptr,
           w.server.texts[VTR_TUF_TIMESTAMP].len);
    finish_roots(&w);
    assert_int_equal(vtr_tuf_trusted_update_timestamp(
                         w.client, (struct vtr_bytes){(const uint8_t *)text, len},
                         &is_new, NULL),
                     VTR_ERROR_LIMIT);
    assert_int_equal(vtr_tuf_trusted_update_timestamp(
                         w.client, (struct vtr_bytes){(const uint8_t *)text, len - 1},
                         &is_new, NULL),
                     VTR_OK);
    end(&w);
    free(text);
}

/* Where the value of "signed" begins. */
static size_t signed_start(struct vtr_bytes text)
{
    static const char NAME[] = "\"signed\":";
    const size_t len = sizeof(NAME) - 1;
    size_t at = 0;

    while (at + len < text.len && memcmp(text.ptr + at, NAME, len) != 0) {
        at++;
    }
    assert_true(at + len < text.len);
    return at + len;
}

/* Whatever bit of whatever file is turned: refused, or nothing that is signed. */
static void turned_bits_are_refused(void **state)
{
    (void)state;

    for (unsigned type = VTR_TUF_TIMESTAMP; type <= VTR_TUF_TARGETS; type++) {
        struct world w;

        begin(&w);
        w.server.has_no_pins = true; /* signatures alone */
        tuf_sample_build(&w.server);
        struct vtr_bytes *text = &w.server.texts[type];
        uint8_t *bytes = (uint8_t *)(uintptr_t)text->ptr;
        const size_t start = signed_start(*text);
        for (size_t bit = start * 8; bit < (text->len - 2) * 8; bit += 13) {
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
            restart(&w);
            assert_int_not_equal(refresh(&w), VTR_OK);
            bytes[bit / 8] = (uint8_t)(bytes[bit / 8] ^ 1u << bit % 8);
        }
        restart(&w);
        assert_int_equal(refresh(&w), VTR_OK);
        end(&w);
    }
}

/* Releases come and go; a client that keeps what it took never goes back, whichever
 * older state it is shown. */
static void any_older_state_is_refused(void **state)
{
    struct vtr_bytes timestamps[6];
    struct vtr_bytes snapshots[6];
    struct vtr_bytes targets[6];
    struct world w;
    (void)state;

    begin(&w);
    for (unsigned i = 0; i < 6; i++) {
        w.server.roles[VTR_TUF_TARGETS].version = i + 1;
        w.server.roles[VTR_TUF_SNAPSHOT].version = i + 1;
        w.server.roles[VTR_TUF_TIMESTAMP].version = i + 1;
        tuf_sample_build(&w.server);
        timestamps[i] = copy_of(w.server.texts[VTR_TUF_TIMESTAMP]);
        snapshots[i] = copy_of(w.server.texts[VTR_TUF_SNAPSHOT]);
        targets[i] = copy_of(w.server.texts[VTR_TUF_TARGETS]);
    }
    for (unsigned seen = 0; seen < 6; seen++) {
        for (unsigned shown = 0; shown < 6 * 6 * 6; shown++) {
            const unsigned t = shown % 6;
            const unsigned s = shown / 6 % 6;
            const unsigned g = shown / 36;
            bool is_new;

            restart(&w);
            finish_roots(&w);
            assert_int_equal(vtr_tuf_trusted_load_timestamp(w.client, timestamps[seen],
                                                            NULL),
                             VTR_OK);
            assert_int_equal(vtr_tuf_trusted_load_snapshot(w.client, snapshots[seen],
                                                           NULL),
                             VTR_OK);
            const bool is_good =
                vtr_tuf_trusted_update_timestamp(w.client, timestamps[t], &is_new,
                                                 NULL) == VTR_OK &&
                vtr_tuf_trusted_update_snapshot(w.client, snapshots[s], NULL) ==
                    VTR_OK &&
                vtr_tuf_trusted_update_targets(w.client, targets[g], NULL) == VTR_OK;
            assert_int_equal(is_good, t == s && s == g && t >= seen);
        }
    }
    for (unsigned i = 0; i < 6; i++) {
        free_text(timestamps[i]);
        free_text(snapshots[i]);
        free_text(targets[i]);
    }
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_repository_is_followed),
        cmocka_unit_test(wanted_files_have_versions_and_limits),
        cmocka_unit_test(files_out_of_turn_are_refused),
        cmocka_unit_test(first_root_must_vouch_for_itself),
        cmocka_unit_test(arbitrary_software_needs_the_threshold),
        cmocka_unit_test(rotated_root_is_followed),
        cmocka_unit_test(root_needs_both_the_old_and_the_new_keys),
        cmocka_unit_test(roots_come_one_by_one),
        cmocka_unit_test(rotations_have_a_limit),
        cmocka_unit_test(expired_root_may_lead_to_a_good_one_only),
        cmocka_unit_test(frozen_repository_expires),
        cmocka_unit_test(frozen_timestamp_of_the_same_version_expires_too),
        cmocka_unit_test(same_timestamp_is_not_new),
        cmocka_unit_test(rolled_back_timestamp_is_refused),
        cmocka_unit_test(timestamp_with_a_rolled_back_snapshot_is_refused),
        cmocka_unit_test(snapshot_with_rolled_back_targets_is_refused),
        cmocka_unit_test(file_that_vanishes_from_the_snapshot_is_a_rollback),
        cmocka_unit_test(mixed_versions_are_refused),
        cmocka_unit_test(other_bytes_than_pinned_are_refused),
        cmocka_unit_test(target_of_another_length_or_content_is_refused),
        cmocka_unit_test(change_of_keys_recovers_from_fast_forward),
        cmocka_unit_test(key_that_is_added_forgets_nothing),
        cmocka_unit_test(endless_metadata_is_not_parsed),
        cmocka_unit_test(turned_bits_are_refused),
        cmocka_unit_test(any_older_state_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
