/* SPDX-License-Identifier: Apache-2.0 */

/* A repository as its clients and its operator see it: does it hold, and until when. */
#include "vitrine/repository.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/whole_file.h"
#include "update/repo/artefact.h"
#include "update/repo/delta_proof.h"
#include "update/repo/lineage.h"
#include "update/repo/pages.h"
#include "verify/key/minisign.h"
#include "verify/tuf/tuf_time.h"

/* Releases that are looked at, backwards. */
#define RELEASES_LIMIT 100000u

struct check {
    const char *dir;
    const struct vtr_check_options *options;
    vtr_repository_note_fn note;
    void *context;
    struct vtr_tuf_trusted *set;
    uint64_t file_count;
    uint64_t delta_count;
    uint64_t proof_count;
};

static void say(const struct check *check, enum vtr_repository_note kind,
                const char *subject, const char *message)
{
    char text[1200];

    (void)snprintf(text, sizeof(text), "%s%s%s", subject,
                   subject[0] == '\0' ? "" : ": ", message);
    check->note(kind, text, check->context);
}

/* The timestamp lives for hours and a timer renews it: that it will expire soon is how
 * it should be, and that it has expired is a problem by itself. */
static bool is_soon_over(const struct check *check, enum vtr_tuf_type type,
                         uint64_t expires)
{
    return type != VTR_TUF_TIMESTAMP &&
           expires <= check->options->now + check->options->warn_seconds;
}

static void say_expiry(const struct check *check, enum vtr_tuf_type type)
{
    const struct vtr_tuf_metadata *m = vtr_tuf_trusted_get(check->set, type);
    char time[VTR_TUF_TIME_LEN + 1];
    char text[80];

    if (m == NULL) {
        return;
    }
    vtr_tuf_time_format(m->expires, time);
    (void)snprintf(text, sizeof(text), "version %llu, expires at %s",
                   (unsigned long long)m->version, time);
    say(check,
        is_soon_over(check, type, m->expires) ? VTR_REPOSITORY_WARNING
                                              : VTR_REPOSITORY_FACT,
        vtr_tuf_type_name(type), text);
}

/* Whether one of a root's keys made this signature. */
static bool is_signed_under(const struct vtr_tuf_metadata *root,
                            struct vtr_bytes signature, struct vtr_bytes file)
{
    for (size_t i = 0; i < root->key_count; i++) {
        struct vtr_public_key key = {{0}, {0}};

        memcpy(key.key, root->keys[i].key, sizeof(key.key));
        if (root->keys[i].is_usable &&
            vtr_minisign_check(signature, &key, file, NULL) == VTR_OK) {
            return true;
        }
    }
    return false;
}

/* The same of the roots before, the last one first: their signatures vouch for each
 * other, which was checked on the way to the present one. */
static bool is_signed_before(const struct check *check, struct vtr_bytes signature,
                             struct vtr_bytes file)
{
    uint64_t version = vtr_tuf_trusted_get(check->set, VTR_TUF_ROOT)->version;
    bool is_signed = false;

    while (!is_signed && --version > 0) {
        char name[VTR_REPO_NAME_CAP];
        struct vtr_bytes text = {NULL, 0};
        struct vtr_tuf_metadata root = {0};

        vtr_repo_name_metadata(VTR_TUF_ROOT, version, name);
        is_signed = vtr_repo_read(check->dir, VTR_REPO_METADATA, name,
                                  VTR_TUF_ROOT_LIMIT, &text, NULL) == VTR_OK &&
                    vtr_tuf_metadata_read(&root, VTR_TUF_ROOT, text, NULL) == VTR_OK &&
                    is_signed_under(&root, signature, file);
        vtr_tuf_metadata_deinit(&root);
        vtr_whole_file_free(&text);
    }
    return is_signed;
}

/* NAME.minisig; of an older release it may be a key's that has gone since. */
static void check_signature(const struct check *check,
                            const struct vtr_tuf_target *target, struct vtr_bytes file,
                            bool is_older)
{
    char name[VTR_REPO_NAME_CAP];
    char signature_name[VTR_REPO_NAME_CAP + 16];
    struct vtr_bytes text = {NULL, 0};
    struct vtr_error err = {0};

    vtr_repo_name_target(target->hashes.sha256, target->path, name);
    (void)snprintf(signature_name, sizeof(signature_name), "%s.minisig", name);
    if (vtr_repo_read(check->dir, VTR_REPO_TARGETS, signature_name, 16384, &text,
                      &err) != VTR_OK) {
        say(check, VTR_REPOSITORY_PROBLEM, "", err.message);
    } else if (!is_signed_under(vtr_tuf_trusted_get(check->set, VTR_TUF_ROOT), text,
                                file) &&
               !(is_older && is_signed_before(check, text, file))) {
        /* A warning: Vitrine's clients do not ask for it. */
        say(check, VTR_REPOSITORY_WARNING, signature_name,
            is_older ? "by none of the keys that any root has or had"
                     : "by none of the keys that the root has now");
    }
    vtr_whole_file_free(&text);
}

/* Applies a delta where both databases are there, and looks at its history. */
static void check_delta(struct check *check, const struct vtr_tuf_metadata *list,
                        const struct vtr_tuf_target *target, struct vtr_bytes bytes,
                        bool is_older)
{
    const char *path = (const char *)target->path.ptr;
    struct vtr_tuf_metadata history = {0};
    struct vtr_error err = {0};
    enum vtr_status status =
        target->custom.history.len == 0
            ? VTR_OK
            : vtr_lineage_read(&history, check->dir, &target->custom, &err);

    vtr_tuf_metadata_deinit(&history);
    if (status != VTR_OK) {
        say(check,
            is_older && vtr_lineage_is_gone(status, &err) ? VTR_REPOSITORY_FACT
                                                          : VTR_REPOSITORY_PROBLEM,
            path, err.message);
        return;
    }
    if (check->options->is_quick != 0) {
        return;
    }
    status = vtr_delta_proof_check(check->dir, list, target, bytes, &err);
    check->proof_count += status == VTR_OK;
    /* A database that has gone, or a way to it, leaves nothing to hold a delta against.
     */
    if (status != VTR_OK && !vtr_lineage_is_gone(status, &err)) {
        say(check, VTR_REPOSITORY_PROBLEM, path, err.message);
    }
}

/* A client that has none takes this one, and holds it against its records. */
static void check_image(const struct check *check, const struct vtr_tuf_target *target,
                        struct vtr_bytes bytes)
{
    struct vtr_error err = {0};

    if (check->options->is_quick == 0 && target->custom.layout == VTR_LAYOUT_VERSION &&
        vtr_artefact_check_image(target, bytes, &err) != VTR_OK) {
        say(check, VTR_REPOSITORY_PROBLEM, (const char *)target->path.ptr, err.message);
    }
}

/* A file of an older release may be missing: its clients take the whole database. */
static void check_target(struct check *check, const struct vtr_tuf_metadata *list,
                         const struct vtr_tuf_target *target, bool is_older)
{
    struct vtr_mapping file = {0};
    struct vtr_error err = {0};

    check->file_count++;
    if (vtr_artefact_open(&file, check->dir, target, &err) != VTR_OK) {
        say(check,
            is_older && vtr_lineage_is_gone(err.status, &err) ? VTR_REPOSITORY_FACT
                                                              : VTR_REPOSITORY_PROBLEM,
            (const char *)target->path.ptr, err.message);
        return;
    }
    check_signature(check, target, file.bytes, is_older);
    if (target->custom.kind == VTR_TUF_KIND_DELTA) {
        check_delta(check, list, target, file.bytes, is_older);
    } else if (target->custom.kind == VTR_TUF_KIND_IMAGE && !is_older) {
        check_image(check, target, file.bytes);
    }
    vtr_mapping_close(&file);
}

/* The database of an older release: kept for clients that are slow and for deltas to
 * come, or gone. */
static bool is_there(const struct check *check, const struct vtr_tuf_target *target)
{
    char name[VTR_REPO_NAME_CAP];

    vtr_repo_name_target(target->hashes.sha256, target->path, name);
    return vtr_repo_has(check->dir, VTR_REPO_TARGETS, name);
}

/* The releases before, step by step, as far as there are files of them.  What is
 * missing was removed: clients of then take the whole database. */
static void check_lineage(struct check *check, const struct vtr_tuf_metadata *targets,
                          const struct vtr_tuf_target *image)
{
    const struct vtr_bytes database = image->custom.database;
    uint64_t serial = image->custom.serial;

    for (unsigned i = 0; i < RELEASES_LIMIT && serial > 1; i++) {
        struct vtr_lineage lineage = {0};
        struct vtr_error err = {0};
        const enum vtr_status status =
            vtr_lineage_find(&lineage, check->dir, targets, database, --serial, &err);

        if (status != VTR_OK) {
            if (!vtr_lineage_is_gone(status, &err)) {
                say(check, VTR_REPOSITORY_PROBLEM, "", err.message);
            }
            return;
        }
        for (size_t t = 0; t < lineage.list->target_count; t++) {
            const struct vtr_tuf_target *target = &lineage.list->targets[t];
            const bool is_delta = target->custom.kind == VTR_TUF_KIND_DELTA;

            if (is_delta || is_there(check, target)) {
                check->delta_count += is_delta;
                check_target(check, lineage.list, target, true);
            }
        }
        vtr_lineage_deinit(&lineage);
    }
}

static void check_targets(struct check *check)
{
    const struct vtr_tuf_metadata *targets =
        vtr_tuf_trusted_get(check->set, VTR_TUF_TARGETS);
    char text[120];

    for (size_t i = 0; i < targets->target_count; i++) {
        check_target(check, targets, &targets->targets[i], false);
    }
    for (size_t i = 0; i < targets->target_count; i++) {
        if (targets->targets[i].custom.kind == VTR_TUF_KIND_IMAGE) {
            check_lineage(check, targets, &targets->targets[i]);
        }
    }
    for (size_t i = 0; i < VTR_PAGES_COUNT; i++) {
        if (!vtr_pages_is_current(check->dir, VTR_PAGES_NAMES[i], targets)) {
            /* A publisher was killed, or is at work: no client reads them. */
            say(check, VTR_REPOSITORY_FACT, VTR_PAGES_NAMES[i],
                "not the page of this release; the next publication writes it");
        }
    }
    (void)snprintf(text, sizeof(text),
                   "files: %llu, older deltas among them: %llu, deltas applied: %llu",
                   (unsigned long long)check->file_count,
                   (unsigned long long)check->delta_count,
                   (unsigned long long)check->proof_count);
    say(check, VTR_REPOSITORY_FACT, "", text);
}

enum vtr_status vtr_repository_check(const char *dir,
                                     const struct vtr_check_options *options,
                                     vtr_repository_note_fn note, void *context,
                                     struct vtr_error *err)
{
    struct check check = {.dir = dir,
                          .options = options,
                          .note = note,
                          .context = context};
    struct vtr_error refusal = {0};
    bool has_release = false;
    const enum vtr_status status =
        vtr_repo_follow(dir, options->now, &check.set, &has_release, &refusal);

    if (status == VTR_ERROR_MEMORY) {
        vtr_tuf_trusted_free(check.set);
        return vtr_error_set_memory(err);
    }
    if (check.set == NULL && status == VTR_OK) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "'%s' has no root", dir);
    }
    if (status != VTR_OK) {
        say(&check, VTR_REPOSITORY_PROBLEM, "", refusal.message);
    }
    for (unsigned type = 0; check.set != NULL && type < VTR_TUF_TYPES; type++) {
        say_expiry(&check, (enum vtr_tuf_type)type);
    }
    if (has_release) {
        check_targets(&check);
    } else if (status == VTR_OK) {
        say(&check, VTR_REPOSITORY_WARNING, "", "there is no release yet");
    }
    vtr_tuf_trusted_free(check.set);
    return VTR_OK;
}
