/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An update, step by step: metadata, the newest database, the way there, the new file
 * in place.  A mirror that fails or is refused leaves its turn to the next; what was
 * taken from it stays taken.
 */
#include "vitrine/update.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "format/record/layout.h"
#include "update/client/client_install.h"
#include "update/client/client_trust.h"

#define DATABASE_LIMIT_DEFAULT ((uint64_t)8 << 30)
#define DELTA_TRIES            2u

/* How long a scheduled update waits after failures: a minute, doubled by each, up to
 * four hours; an hour at least when even the whole file was no good. */
#define WAIT_SECONDS       60u
#define WAIT_SECONDS_MAX   14400u
#define WAIT_SECONDS_WHOLE 3600u

/* Whether this machine lacks what any way to a database takes. */
static bool is_without_means(enum vtr_status status, const struct vtr_error *err)
{
    return status == VTR_ERROR_MEMORY || (status == VTR_ERROR_IO && err->os_errno != 0);
}

/* Whether other mirrors would not help. */
static bool is_local(enum vtr_status status, const struct vtr_error *err)
{
    return is_without_means(status, err) || status == VTR_ERROR_ARGUMENT ||
           status == VTR_ERROR_VERSION;
}

/* Whether a database of a repository may be put in place here at all. */
static enum vtr_status check_offer(const struct vtr_client *client,
                                   const struct vtr_tuf_target *target,
                                   struct vtr_error *err)
{
    const struct vtr_tuf_custom *custom = &target->custom;
    const uint64_t asked = client->options->database_limit_bytes;
    const uint64_t limit = asked == 0 ? DATABASE_LIMIT_DEFAULT : asked;

    if (!vtr_plain_name_is(custom->database) ||
        custom->database.len >= VTR_UPDATE_NAME_CAP) {
        return vtr_error_set(err, VTR_ERROR_FORMAT,
                             "the database's name cannot be a file's name");
    }
    if (custom->layout != VTR_LAYOUT_VERSION) {
        return vtr_error_set(err, VTR_ERROR_VERSION,
                             "the database has layout %llu: this version of Vitrine "
                             "reads layout %u",
                             (unsigned long long)custom->layout,
                             (unsigned)VTR_LAYOUT_VERSION);
    }
    if (target->len > limit || target->len > SIZE_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT,
                             "the database has %llu bytes, more than the limit of %llu",
                             (unsigned long long)target->len,
                             (unsigned long long)limit);
    }
    return VTR_OK;
}

static bool is_digest(const uint8_t *a, const uint8_t *b)
{
    return memcmp(a, b, VTR_DIGEST_LEN) == 0;
}

/* Whether the state is of this database, and not of another that the folder has. */
static bool is_told_of(const struct vtr_client_state *state, struct vtr_bytes database)
{
    return vtr_bytes_equal(vtr_bytes_from_text(state->told.database), database);
}

/* Releases only go forward, whatever the versions of metadata do. */
static enum vtr_status check_release(const struct vtr_client *client,
                                     const struct vtr_tuf_custom *custom,
                                     const struct vtr_client_installed *installed,
                                     struct vtr_error *err)
{
    uint64_t newest =
        is_told_of(&client->state, custom->database) ? client->state.release_max : 0;

    if (installed->is_there && installed->image.release > newest) {
        newest = installed->image.release;
    }
    if (custom->release < newest) {
        return vtr_error_set(err, VTR_ERROR_ROLLBACK,
                             "the repository offers release %llu, after release %llu",
                             (unsigned long long)custom->release,
                             (unsigned long long)newest);
    }
    return VTR_OK;
}

/* Deltas where there are any that are worth it; twice, and then the whole file. */
static enum vtr_status install(struct vtr_client *client,
                               const struct vtr_tuf_target *target,
                               const struct vtr_client_installed *installed,
                               struct vtr_update_result *result, struct vtr_error *err)
{
    struct vtr_tuf_custom from = {0};
    unsigned tries = installed->is_there ? 0 : DELTA_TRIES;
    enum vtr_status status = VTR_OK;

    for (; tries < DELTA_TRIES; tries++) {
        struct vtr_client_plan plan = {0};

        from.release = installed->image.release;
        memcpy(from.digest, installed->image.content_digest, VTR_DIGEST_LEN);
        status = vtr_client_plan_make(&plan, client, target, &from, err);
        const size_t hop_count = plan.hop_count;
        if (status == VTR_OK && hop_count > 0) {
            status = vtr_client_install_deltas(client, &plan, target, installed, err);
        }
        vtr_client_plan_deinit(&plan);
        if (status == VTR_OK && hop_count > 0) {
            result->outcome = VTR_UPDATE_BY_DELTAS;
            result->delta_count = hop_count;
            return VTR_OK;
        }
        if (status == VTR_OK) {
            break;
        }
        if (is_without_means(status, err)) {
            return status;
        }
        result->failed_deltas++;
    }
    status = vtr_client_install_whole(client, target, installed, err);
    if (status == VTR_OK) {
        result->outcome = VTR_UPDATE_BY_DATABASE;
    }
    return status;
}

static void describe(struct vtr_update_result *result,
                     const struct vtr_tuf_target *target,
                     const struct vtr_client_installed *installed)
{
    const struct vtr_bytes name = target->custom.database;

    memcpy(result->database, name.ptr, name.len);
    result->database[name.len] = '\0';
    result->had_database = installed->is_there;
    result->replaced_damaged = installed->is_damaged;
    result->from_release = installed->is_there ? installed->image.release : 0;
    result->release = target->custom.release;
    result->database_len = target->len;
}

/* What is in place becomes what the repository offers. */
static enum vtr_status follow(struct vtr_client *client,
                              const struct vtr_tuf_target *target,
                              struct vtr_update_result *result, struct vtr_error *err)
{
    const struct vtr_tuf_custom *custom = &target->custom;
    const struct vtr_client_state *state = &client->state;
    struct vtr_client_installed installed = {0};
    char name[VTR_UPDATE_NAME_CAP];

    memcpy(name, custom->database.ptr, custom->database.len);
    name[custom->database.len] = '\0';
    enum vtr_status status =
        vtr_client_installed_open(&installed, client->options->dir, name, err);
    if (status != VTR_OK) {
        return status;
    }
    describe(result, target, &installed);
    if (installed.is_there &&
        is_digest(installed.image.content_digest, custom->digest)) {
        result->outcome = VTR_UPDATE_CURRENT;
    } else if (installed.is_there && state->told.is_held != 0 &&
               is_digest(state->held, custom->digest)) {
        result->outcome = VTR_UPDATE_HELD;
        result->release = installed.image.release;
        result->database_len = installed.mapping.bytes.len;
    } else {
        status = check_release(client, custom, &installed, err);
        if (status == VTR_OK) {
            status = install(client, target, &installed, result, err);
        }
    }
    vtr_client_installed_close(&installed);
    return status;
}

/* Which database is followed: the one that is named, or that of the last update, so
 * that a second one in the repository is nothing to those who follow the first.  NULL:
 * the only one. */
static const char *wanted_database(const struct vtr_client *client)
{
    const char *last = client->state.told.database;

    return client->options->database != NULL ? client->options->database
           : last[0] != '\0'                 ? last
                                             : NULL;
}

/* One mirror, from its metadata to its database. */
static enum vtr_status try_mirror(struct vtr_client *client,
                                  struct vtr_update_result *result,
                                  struct vtr_error *err)
{
    const struct vtr_tuf_target *target = NULL;
    enum vtr_status status = vtr_client_refresh(client, err);

    if (status == VTR_OK) {
        status = vtr_client_find_database(vtr_tuf_trusted_get(client->trusted,
                                                              VTR_TUF_TARGETS),
                                          wanted_database(client), &target, err);
    }
    if (status == VTR_OK) {
        status = check_offer(client, target, err);
    }
    if (status == VTR_OK) {
        status = follow(client, target, result, err);
    }
    if (status == VTR_OK) {
        result->expires =
            vtr_tuf_trusted_get(client->trusted, VTR_TUF_TIMESTAMP)->expires;
    }
    return status;
}

/* The first failure is told: those of other mirrors are mostly about the mirrors. */
static enum vtr_status try_mirrors(struct vtr_client *client,
                                   struct vtr_update_result *result,
                                   struct vtr_error *err)
{
    enum vtr_status first = VTR_OK;

    for (unsigned i = 0; i < client->transport->mirror_count; i++) {
        struct vtr_error later = {0};
        struct vtr_error *told = i == 0 ? err : &later;

        client->mirror = i;
        const enum vtr_status status = try_mirror(client, result, told);
        if (status == VTR_OK) {
            return VTR_OK;
        }
        if (i == 0 || is_local(status, told)) {
            first = status;
            *err = *told;
        }
        if (is_local(status, told)) {
            break;
        }
    }
    return first;
}

static void remember_success(struct vtr_client *client,
                             const struct vtr_update_result *result)
{
    struct vtr_client_state *state = &client->state;
    struct vtr_update_state *told = &state->told;
    const bool is_installed = result->outcome == VTR_UPDATE_BY_DELTAS ||
                              result->outcome == VTR_UPDATE_BY_DATABASE;

    if (!is_told_of(state, vtr_bytes_from_text(result->database))) {
        state->release_max = 0;
    }
    memcpy(told->database, result->database, sizeof(told->database));
    told->release = result->release;
    told->checked_at = client->options->now;
    told->expires = result->expires;
    told->failure_count = 0;
    told->retry_at = 0;
    told->last_error[0] = '\0';
    if (result->release > state->release_max) {
        state->release_max = result->release;
    }
    if (is_installed) {
        told->updated_at = client->options->now;
        told->is_held = 0;
    }
    if (result->outcome == VTR_UPDATE_BY_DELTAS &&
        client->fetched_bytes < result->database_len) {
        told->saved_bytes += result->database_len - client->fetched_bytes;
    }
}

static void remember_failure(struct vtr_client *client, bool is_whole_bad,
                             const struct vtr_error *err)
{
    struct vtr_update_state *told = &client->state.told;
    uint64_t wait = WAIT_SECONDS;

    for (uint64_t i = 0; i < told->failure_count && wait < WAIT_SECONDS_MAX; i++) {
        wait *= 2;
    }
    wait = wait > WAIT_SECONDS_MAX ? WAIT_SECONDS_MAX : wait;
    wait = is_whole_bad && wait < WAIT_SECONDS_WHOLE ? WAIT_SECONDS_WHOLE : wait;
    wait = client->retry_after_seconds > wait ? client->retry_after_seconds : wait;
    told->failure_count++;
    told->retry_at = client->options->now + wait;
    (void)snprintf(told->last_error, sizeof(told->last_error), "%.*s",
                   (int)sizeof(told->last_error) - 1, err->message);
}

/* A state that cannot be written is worth a complaint only where nothing else is. */
static enum vtr_status remember(struct vtr_client *client, enum vtr_status status,
                                const struct vtr_update_result *result,
                                struct vtr_error *err)
{
    const bool is_whole_bad = client->phase == VTR_UPDATE_FETCH_DATABASE ||
                              client->phase == VTR_UPDATE_INSTALL;
    const char *dir = client->options->dir;

    client->state.told.fetched_bytes += client->fetched_bytes;
    if (status == VTR_OK) {
        remember_success(client, result);
        return vtr_client_state_write(&client->state, dir, err);
    }
    remember_failure(client, is_whole_bad, err);
    const enum vtr_status written = vtr_client_state_write(&client->state, dir, NULL);
    (void)written;
    return status;
}

/* With the lock held. */
static enum vtr_status run(struct vtr_client *client, struct vtr_update_result *result,
                           struct vtr_error *err)
{
    const struct vtr_update_options *options = client->options;
    struct vtr_update_state *told = &client->state.told;
    enum vtr_status status = vtr_client_state_read(&client->state, options->dir, err);

    if (status != VTR_OK) {
        return status;
    }
    if (options->is_scheduled != 0 && options->now < told->retry_at) {
        result->outcome = VTR_UPDATE_WAITING;
        result->retry_at = told->retry_at;
        return VTR_OK;
    }
    status = try_mirrors(client, result, err);
    if (status == VTR_OK) {
        vtr_client_sweep_partials(options->dir, NULL, 0);
    }
    result->fetched_bytes = client->fetched_bytes;
    return remember(client, status, result, err);
}

enum vtr_status vtr_update(const struct vtr_update_options *options,
                           const struct vtr_transport *transport,
                           struct vtr_update_result *out, struct vtr_error *err)
{
    struct vtr_client client = {.options = options,
                                .transport = transport,
                                .metadata_folder = VTR_CLIENT_METADATA};
    struct vtr_update_result result = {0};
    struct vtr_file_lock lock = {0};
    struct vtr_error own = {0};

    if (options->dir == NULL || transport->mirror_count == 0) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT, "no folder or no repository");
    }
    enum vtr_status status = vtr_client_lock(&lock, options->dir, &own);
    if (status == VTR_OK) {
        status = run(&client, &result, &own);
    }
    vtr_tuf_trusted_free(client.trusted);
    vtr_file_lock_close(&lock);
    if (status == VTR_OK) {
        *out = result;
    } else if (err != NULL) {
        *err = own;
    }
    return status;
}
