/* SPDX-License-Identifier: Apache-2.0 */

/* Targets found through delegations, and what hostile delegations can do. */
#include "verify/tuf/tuf_trusted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "tests/support/cmocka.h"
#include "tests/support/tuf_sample.h"

#define NOW       1000u
#define ROLES_MAX 40

/* A delegated role of the server: whom it delegates to itself, and its target. */
struct role_sample {
    const char *name;
    const char *target; /* its path; NULL: none */
    unsigned signer;
    struct vtr_tuf_role delegations[ROLES_MAX];
    size_t delegation_count;
    unsigned keys[TUF_SAMPLE_KEYS]; /* that it names */
    struct vtr_bytes text;          /* owned */
};

struct world {
    struct vtr_arena arena; /* of the delegations */
    struct role_sample roles[ROLES_MAX];
    size_t role_count;
    struct vtr_tuf_trusted *client;
    char asked[2000]; /* the roles whose files were wanted, "a b c " */
};

/* "to": patterns "*", key `key`. */
static void delegate(struct world *w, struct role_sample *from, const char *to,
                     unsigned key, bool is_terminating)
{
    struct vtr_tuf_role *role = &from->delegations[from->delegation_count++];
    struct vtr_tuf_metadata owner = {.arena = w->arena};

    assert_true(from->delegation_count <= ROLES_MAX);
    *role = (struct vtr_tuf_role){.is_terminating = is_terminating};
    tuf_sample_put_role(&owner, role, (const unsigned[]){key, 0}, 1);
    role->name = tuf_sample_text(&owner, to);
    role->patterns = vtr_arena_array(&owner.arena, 1, sizeof(*role->patterns));
    assert_non_null(role->patterns);
    role->patterns[0] = tuf_sample_text(&owner, "*");
    role->pattern_count = 1;
    w->arena = owner.arena;
    for (size_t i = 0; i < TUF_SAMPLE_KEYS; i++) {
        if (from->keys[i] == key) {
            return;
        }
        if (from->keys[i] == 0) {
            from->keys[i] = key;
            return;
        }
    }
}

static struct role_sample *add_role(struct world *w, const char *name,
                                    const char *target, unsigned signer)
{
    struct role_sample *role = &w->roles[w->role_count++];

    assert_true(w->role_count <= ROLES_MAX);
    *role = (struct role_sample){.name = name, .target = target, .signer = signer};
    return role;
}

static void write_role(struct role_sample *role)
{
    struct vtr_tuf_metadata m = {.type = VTR_TUF_TARGETS,
                                 .version = 1,
                                 .expires = 2000};
    struct vtr_tuf_target target = {0};
    struct vtr_writer w = {0};
    const struct vtr_bytes content = vtr_bytes_from_text(role->name);

    if (role->target != NULL) {
        target.path = vtr_bytes_from_text(role->target);
        target.len = content.len;
        target.hashes.has_sha256 = true;
        vtr_digest_sha256(content, target.hashes.sha256);
        m.targets = &target;
        m.target_count = 1;
    }
    m.delegations = role->delegations;
    m.delegation_count = role->delegation_count;
    tuf_sample_put_keys(&m, role->keys);
    tuf_sample_finish(&m, (const unsigned[]){role->signer, 0}, &w);
    role->text = vtr_writer_bytes(&w);
    vtr_tuf_metadata_deinit(&m);
}

/* Signs all of it; the client takes what is at the top.  Roles 0 is "targets". */
static void publish(struct world *w)
{
    struct tuf_sample server;
    struct vtr_tuf_metadata snapshot = {.type = VTR_TUF_SNAPSHOT,
                                        .version = 1,
                                        .expires = 2000};
    struct vtr_tuf_file files[ROLES_MAX] = {0};
    struct vtr_writer text = {0};
    bool is_new;

    tuf_sample_init(&server);
    server.has_no_pins = true;
    server.roles[VTR_TUF_TARGETS] =
        (struct tuf_sample_role){{4}, 1, {w->roles[0].signer}, 1, 2000};
    tuf_sample_build(&server);
    for (size_t i = 0; i < w->role_count; i++) {
        char name[64];

        write_role(&w->roles[i]);
        (void)snprintf(name, sizeof(name), "%s.json", w->roles[i].name);
        files[i].name = tuf_sample_text(&snapshot, name);
        files[i].version = 1;
    }
    snapshot.files = files;
    snapshot.file_count = w->role_count;
    tuf_sample_finish(&snapshot, (const unsigned[]){7, 0}, &text);
    assert_int_equal(vtr_tuf_trusted_new(&w->client, server.texts[VTR_TUF_ROOT], NOW,
                                         NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_trusted_finish_roots(w->client, NULL), VTR_OK);
    assert_int_equal(vtr_tuf_trusted_update_timestamp(w->client,
                                                      server.texts[VTR_TUF_TIMESTAMP],
                                                      &is_new, NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_trusted_update_snapshot(w->client, vtr_writer_bytes(&text),
                                                     NULL),
                     VTR_OK);
    assert_int_equal(vtr_tuf_trusted_update_targets(w->client, w->roles[0].text, NULL),
                     VTR_OK);
    vtr_writer_deinit(&text);
    vtr_tuf_metadata_deinit(&snapshot);
    tuf_sample_deinit(&server);
}

static void end(struct world *w)
{
    vtr_tuf_trusted_free(w->client);
    for (size_t i = 0; i < w->role_count; i++) {
        free((void *)(uintptr_t)w->roles[i].text.ptr);
    }
    vtr_arena_deinit(&w->arena);
}

/* Gives the file of the role that the search wants. */
static enum vtr_status give(struct world *w, struct vtr_tuf_search *search)
{
    for (size_t i = 0; i < w->role_count; i++) {
        if (vtr_bytes_equal(vtr_bytes_from_text(w->roles[i].name), search->role)) {
            const size_t len = strlen(w->asked);
            (void)snprintf(w->asked + len, sizeof(w->asked) - len, "%s ",
                           w->roles[i].name);
            return vtr_tuf_search_give(search, w->roles[i].text, NULL);
        }
    }
    return VTR_ERROR_IO;
}

/* Searches a path to the end.  `*content`: the name of the role that has it, or "". */
static enum vtr_status search_for(struct world *w, const char *path,
                                  const char **content)
{
    struct vtr_tuf_search search = {0};
    enum vtr_status status =
        vtr_tuf_search_begin(&search, w->client, vtr_bytes_from_text(path), NULL);

    w->asked[0] = '\0';
    *content = "";
    while (status == VTR_OK) {
        status = vtr_tuf_search_next(&search, NULL);
        if (status != VTR_OK || search.role.ptr == NULL) {
            break;
        }
        status = give(w, &search);
    }
    for (size_t i = 0; status == VTR_OK && search.target != NULL && i < w->role_count;
         i++) {
        if (vtr_tuf_target_check(search.target, vtr_bytes_from_text(w->roles[i].name),
                                 NULL) == VTR_OK) {
            *content = w->roles[i].name;
        }
    }
    vtr_tuf_search_deinit(&search);
    return status;
}

static void search_is_preorder(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    struct role_sample *a = add_role(&w, "a", NULL, 9);
    struct role_sample *b = add_role(&w, "b", "file", 10);
    (void)add_role(&w, "c", "file", 11);
    (void)add_role(&w, "d", NULL, 12);
    delegate(&w, top, "a", 9, false);
    delegate(&w, top, "b", 10, false);
    delegate(&w, a, "d", 12, false);
    delegate(&w, b, "c", 11, false);
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_OK);
    assert_string_equal(content, "b");
    assert_string_equal(w.asked, "a d b ");
    assert_int_equal(search_for(&w, "none", &content), VTR_OK);
    assert_string_equal(content, "");
    assert_string_equal(w.asked, "c "); /* the others are there already */
    end(&w);
}

static void terminating_role_is_the_last_that_is_asked(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    struct role_sample *a = add_role(&w, "a", NULL, 9);
    (void)add_role(&w, "b", "file", 10);
    (void)add_role(&w, "c", NULL, 11);
    delegate(&w, top, "a", 9, true);
    delegate(&w, top, "b", 10, false);
    delegate(&w, a, "c", 11, false);
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_OK);
    assert_string_equal(content, "");
    assert_string_equal(w.asked, "a c ");
    end(&w);
}

static void cycles_end(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    struct role_sample *a = add_role(&w, "a", NULL, 9);
    struct role_sample *b = add_role(&w, "b", NULL, 9);
    delegate(&w, top, "a", 9, false);
    delegate(&w, a, "b", 9, false);
    delegate(&w, b, "a", 9, false);
    delegate(&w, b, "b", 9, false);
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_OK);
    assert_string_equal(content, "");
    assert_string_equal(w.asked, "a b ");
    end(&w);
}

static void delegated_keys_are_needed(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    (void)add_role(&w, "a", "file", 10); /* signed by a key of nobody */
    delegate(&w, top, "a", 9, false);
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_ERROR_SIGNATURE);
    end(&w);
}

/* Of two who delegate to one role by different keys, the second one's are asked too,
 * though the role has been read for the first. */
static void role_is_not_taken_over_from_another_delegator(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    struct role_sample *a = add_role(&w, "a", NULL, 9);
    struct role_sample *b = add_role(&w, "b", NULL, 9);
    (void)add_role(&w, "shared", "file", 10);
    delegate(&w, top, "a", 9, false);
    delegate(&w, top, "b", 9, false);
    delegate(&w, a, "shared", 10, false);
    delegate(&w, b, "shared", 11, false);
    a->delegations[0].patterns[0] = vtr_bytes_from_text("f*");
    b->delegations[0].patterns[0] = vtr_bytes_from_text("g*");
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_OK);
    assert_string_equal(content, "shared");
    assert_int_equal(search_for(&w, "good", &content), VTR_ERROR_SIGNATURE);
    end(&w);
}

static void delegations_have_a_limit(void **state)
{
    static const unsigned COUNTS[] = {VTR_TUF_DELEGATIONS_LIMIT,
                                      VTR_TUF_DELEGATIONS_LIMIT + 1};
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct world w = {0};
        static char names[ROLES_MAX][16];
        const char *content;

        struct role_sample *top = add_role(&w, "targets", NULL, 4);
        for (unsigned r = 0; r < COUNTS[i]; r++) {
            (void)snprintf(names[r], sizeof(names[r]), "r%u", r);
            (void)add_role(&w, names[r], NULL, 9);
            delegate(&w, top, names[r], 9, false);
        }
        publish(&w);
        assert_int_equal(search_for(&w, "file", &content),
                         i == 0 ? VTR_OK : VTR_ERROR_LIMIT);
        end(&w);
    }
}

static void digests_of_paths_choose_the_role(void **state)
{
    struct world w = {0};
    uint8_t digest[VTR_SHA256_LEN];
    char hex[2 * VTR_SHA256_LEN + 1];
    const char *content;
    (void)state;

    vtr_digest_sha256(vtr_bytes_from_text("file"), digest);
    vtr_digest_hex((struct vtr_bytes){digest, sizeof(digest)}, hex);
    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    (void)add_role(&w, "other", "file", 9);
    (void)add_role(&w, "right", "file", 9);
    delegate(&w, top, "other", 9, false);
    delegate(&w, top, "right", 9, false);
    top->delegations[0].is_by_digest = true;
    top->delegations[0].patterns[0] = vtr_bytes_from_text(hex[0] == '0' ? "1" : "0");
    top->delegations[1].is_by_digest = true;
    top->delegations[1].patterns[0] = (struct vtr_bytes){(const uint8_t *)hex, 2};
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_OK);
    assert_string_equal(content, "right");
    assert_string_equal(w.asked, "right ");
    end(&w);
}

static void role_that_the_snapshot_does_not_list_is_refused(void **state)
{
    struct world w = {0};
    const char *content;
    (void)state;

    struct role_sample *top = add_role(&w, "targets", NULL, 4);
    delegate(&w, top, "unlisted", 9, false);
    publish(&w);
    assert_int_equal(search_for(&w, "file", &content), VTR_ERROR_MIXED);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(search_is_preorder),
        cmocka_unit_test(terminating_role_is_the_last_that_is_asked),
        cmocka_unit_test(cycles_end),
        cmocka_unit_test(delegated_keys_are_needed),
        cmocka_unit_test(role_is_not_taken_over_from_another_delegator),
        cmocka_unit_test(delegations_have_a_limit),
        cmocka_unit_test(digests_of_paths_choose_the_role),
        cmocka_unit_test(role_that_the_snapshot_does_not_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
