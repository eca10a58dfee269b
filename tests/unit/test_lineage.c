/* SPDX-License-Identifier: Apache-2.0 */

/* Releases backwards, through good and bad histories. */
#include "update/repo/lineage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/os_lock.h"
#include "base/os_path.h"
#include "tests/support/cmocka.h"
#include "update/repo/repo_folder.h"
#include "verify/tuf/tuf_write.h"

#define DIR      "test_lineage.dir"
#define RELEASES 40u

static const struct vtr_bytes DATABASE = {(const uint8_t *)"main", 4};

/* What targets metadata would list of each release, and its history as a file. */
struct chain {
    struct vtr_tuf_target targets[RELEASES + 1][8];
    size_t counts[RELEASES + 1];
    char names[RELEASES + 1][32];
    uint64_t lens[RELEASES + 1];
    uint8_t digests[RELEASES + 1][VTR_SHA256_LEN];
};

static struct vtr_tuf_metadata list_of(struct chain *c, unsigned serial)
{
    return (struct vtr_tuf_metadata){.type = VTR_TUF_TARGETS,
                                     .targets = c->targets[serial],
                                     .target_count = c->counts[serial]};
}

/* Writes a history under the name that its digest gives it. */
static void write_history(struct chain *c, unsigned serial, struct vtr_bytes text)
{
    char name[VTR_REPO_NAME_CAP];

    (void)snprintf(c->names[serial], sizeof(c->names[serial]), "main-%u.history.json",
                   serial);
    vtr_digest_sha256(text, c->digests[serial]);
    c->lens[serial] = text.len;
    vtr_repo_name_target(c->digests[serial], vtr_bytes_from_text(c->names[serial]),
                         name);
    assert_int_equal(vtr_repo_write(DIR, VTR_REPO_TARGETS, name, text, NULL), VTR_OK);
}

static void add_delta(struct chain *c, unsigned from, unsigned to)
{
    struct vtr_tuf_target *target = &c->targets[to][c->counts[to]++];

    *target = (struct vtr_tuf_target){.path = vtr_bytes_from_text("delta"), .len = 1};
    target->hashes.has_sha256 = true;
    target->custom = (struct vtr_tuf_custom){.kind = VTR_TUF_KIND_DELTA,
                                             .database = DATABASE,
                                             .release = to,
                                             .serial = to,
                                             .from_release = from,
                                             .from_serial = from};
    target->custom.history = vtr_bytes_from_text(c->names[from]);
    target->custom.history_len = c->lens[from];
    memcpy(target->custom.history_sha256, c->digests[from], VTR_SHA256_LEN);
}

static void add_image(struct chain *c, unsigned serial)
{
    struct vtr_tuf_target *target = &c->targets[serial][c->counts[serial]++];

    *target = (struct vtr_tuf_target){.path = vtr_bytes_from_text("image"), .len = 1};
    target->hashes.has_sha256 = true;
    target->custom = (struct vtr_tuf_custom){.kind = VTR_TUF_KIND_IMAGE,
                                             .database = DATABASE,
                                             .release = serial,
                                             .serial = serial};
}

static struct chain *make_chain(void)
{
    struct chain *c = calloc(1, sizeof(*c));

    assert_non_null(c);
    assert_int_equal(vtr_make_folders_for(DIR "/" VTR_REPO_TARGETS "/x", NULL), VTR_OK);
    for (unsigned serial = 1; serial <= RELEASES; serial++) {
        struct vtr_writer w = {0};

        add_image(c, serial);
        for (unsigned span = 1; span < serial && serial % span == 0; span *= 2) {
            /* Targets have names of their own: an object names none twice. */
            add_delta(c, serial - span, serial);
            static const char *const PATHS[] = {"d1", "d2", "d4", "d8", "d16", "d32"};
            unsigned place = 0;
            while (1u << place < span) {
                place++;
            }
            c->targets[serial][c->counts[serial] - 1].path =
                vtr_bytes_from_text(PATHS[place]);
        }
        const struct vtr_tuf_metadata list = list_of(c, serial);
        assert_int_equal(vtr_tuf_write_history(&w, &list, NULL), VTR_OK);
        write_history(c, serial, vtr_writer_bytes(&w));
        vtr_writer_deinit(&w);
    }
    return c;
}

static void every_release_is_found(void **state)
{
    struct chain *c = make_chain();
    (void)state;

    for (unsigned last = 1; last <= RELEASES; last++) {
        const struct vtr_tuf_metadata start = list_of(c, last);

        for (unsigned serial = 1; serial <= last; serial++) {
            struct vtr_lineage lineage;

            assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, serial,
                                              NULL),
                             VTR_OK);
            assert_int_equal(vtr_lineage_image(lineage.list, DATABASE)->custom.serial,
                             serial);
            assert_int_equal(lineage.list == &start, serial == last);
            vtr_lineage_deinit(&lineage);
        }
    }
    free(c);
}

static void release_or_database_that_never_was_is_not_found(void **state)
{
    struct chain *c = make_chain();
    const struct vtr_tuf_metadata start = list_of(c, 7);
    struct vtr_lineage lineage;
    (void)state;

    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, 0, NULL),
                     VTR_ERROR_ARGUMENT);
    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, 8, NULL),
                     VTR_ERROR_ARGUMENT);
    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start,
                                      vtr_bytes_from_text("other"), 1, NULL),
                     VTR_ERROR_ARGUMENT);
    free(c);
}

/* The status of going from 7 to 6 when that one's history is `text`. */
static enum vtr_status status_of_history(struct chain *c, struct vtr_bytes text)
{
    struct vtr_lineage lineage;
    struct vtr_tuf_metadata start;

    write_history(c, 6, text);
    c->counts[7] = 0;
    add_image(c, 7);
    add_delta(c, 6, 7);
    start = list_of(c, 7);
    const enum vtr_status status =
        vtr_lineage_find(&lineage, DIR, &start, DATABASE, 6, NULL);
    vtr_lineage_deinit(&lineage);
    return status;
}

static void bad_histories_are_refused(void **state)
{
    struct chain *c = make_chain();
    struct vtr_tuf_metadata list = list_of(c, 6);
    struct vtr_writer w = {0};
    (void)state;

    assert_int_equal(vtr_tuf_write_history(&w, &list, NULL), VTR_OK);
    assert_int_equal(status_of_history(c, vtr_writer_bytes(&w)), VTR_OK);
    vtr_writer_clear(&w);
    list = list_of(c, 5); /* of another release */
    assert_int_equal(vtr_tuf_write_history(&w, &list, NULL), VTR_OK);
    assert_int_equal(status_of_history(c, vtr_writer_bytes(&w)), VTR_ERROR_MIXED);
    assert_int_equal(status_of_history(c, vtr_bytes_from_text("{\"targets\":{}}")),
                     VTR_ERROR_MIXED);
    assert_int_equal(status_of_history(c, vtr_bytes_from_text("{")), VTR_ERROR_FORMAT);
    vtr_writer_deinit(&w);
    free(c);
}

static void history_with_other_bytes_or_a_bad_name_is_refused(void **state)
{
    struct chain *c = make_chain();
    struct vtr_tuf_metadata start = list_of(c, 7);
    struct vtr_tuf_custom *delta = &c->targets[7][1].custom;
    struct vtr_lineage lineage;
    char name[VTR_REPO_NAME_CAP];
    (void)state;

    delta->history = vtr_bytes_from_text("../../etc/passwd");
    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, 6, NULL),
                     VTR_ERROR_FORMAT);
    delta->history = vtr_bytes_from_text(c->names[6]);
    delta->history_len++;
    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, 6, NULL),
                     VTR_ERROR_MISMATCH);
    delta->history_len--;
    vtr_repo_name_target(c->digests[6], delta->history, name);
    assert_int_equal(vtr_repo_write(DIR, VTR_REPO_TARGETS, name,
                                    vtr_bytes_from_text("{}"), NULL),
                     VTR_OK);
    assert_int_equal(vtr_lineage_find(&lineage, DIR, &start, DATABASE, 6, NULL),
                     VTR_ERROR_MISMATCH);
    free(c);
}

static void lock_is_held_by_one(void **state)
{
    struct vtr_file_lock first = {0};
    struct vtr_file_lock second = {0};
    struct vtr_error err;
    (void)state;

    assert_int_equal(vtr_make_folders_for(DIR "/x", NULL), VTR_OK);
    assert_int_equal(vtr_file_lock_open(&first, DIR "/lock", &err), VTR_OK);
    assert_int_equal(vtr_file_lock_open(&second, DIR "/lock", &err), VTR_ERROR_IO);
    assert_non_null(strstr(err.message, "another is at work here"));
    vtr_file_lock_close(&second);
    vtr_file_lock_close(&first);
    assert_int_equal(vtr_file_lock_open(&second, DIR "/lock", &err), VTR_OK);
    vtr_file_lock_close(&second);
    assert_int_equal(vtr_file_lock_open(&first, DIR "/missing/lock", &err),
                     VTR_ERROR_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_release_is_found),
        cmocka_unit_test(release_or_database_that_never_was_is_not_found),
        cmocka_unit_test(bad_histories_are_refused),
        cmocka_unit_test(history_with_other_bytes_or_a_bad_name_is_refused),
        cmocka_unit_test(lock_is_held_by_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
