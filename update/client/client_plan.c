/* SPDX-License-Identifier: Apache-2.0 */

#include "update/client/client_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/whole_file.h"
#include "format/record/layout.h"

#define PERCENT_DEFAULT 40u

enum vtr_status vtr_client_find_database(const struct vtr_tuf_metadata *list,
                                         const char *name,
                                         const struct vtr_tuf_target **out,
                                         struct vtr_error *err)
{
    const struct vtr_tuf_target *found = NULL;

    for (size_t i = 0; i < list->target_count; i++) {
        const struct vtr_tuf_target *target = &list->targets[i];

        if (target->custom.kind != VTR_TUF_KIND_IMAGE ||
            (name != NULL &&
             !vtr_bytes_equal(target->custom.database, vtr_bytes_from_text(name)))) {
            continue;
        }
        if (found != NULL) {
            return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                                 "the repository has several databases, '%.*s' and "
                                 "'%.*s' among them: one must be named",
                                 (int)found->custom.database.len,
                                 (const char *)found->custom.database.ptr,
                                 (int)target->custom.database.len,
                                 (const char *)target->custom.database.ptr);
        }
        found = target;
    }
    if (found == NULL) {
        return vtr_error_set(err, VTR_ERROR_ARGUMENT,
                             "the repository has no database%s%s%s",
                             name == NULL ? "" : " '", name == NULL ? "" : name,
                             name == NULL ? "" : "'");
    }
    *out = found;
    return VTR_OK;
}

/* Where the way has come to, backwards. */
struct place {
    const struct vtr_tuf_metadata *list; /* of the release that is to be reached */
    struct vtr_tuf_custom to;            /* that release */
};

/* Whether a delta ends at a place and does not begin before what is here. */
static bool is_of_use(const struct vtr_tuf_target *target, const struct place *place,
                      const struct vtr_tuf_custom *from)
{
    const struct vtr_tuf_custom *custom = &target->custom;

    return custom->kind == VTR_TUF_KIND_DELTA && custom->layout == VTR_LAYOUT_VERSION &&
           custom->from_release >= from->release &&
           custom->from_serial < custom->serial && custom->serial == place->to.serial &&
           memcmp(custom->digest, place->to.digest, VTR_DIGEST_LEN) == 0 &&
           vtr_bytes_equal(custom->database, place->to.database);
}

static bool is_from(const struct vtr_tuf_custom *delta,
                    const struct vtr_tuf_custom *from)
{
    return memcmp(delta->from_digest, from->digest, VTR_DIGEST_LEN) == 0;
}

/* The delta that begins at what is here, or goes back farthest; NULL: none. */
static const struct vtr_tuf_target *choose(const struct place *place,
                                           const struct vtr_tuf_custom *from)
{
    const struct vtr_tuf_target *best = NULL;

    for (size_t i = 0; i < place->list->target_count; i++) {
        const struct vtr_tuf_target *target = &place->list->targets[i];

        if (!is_of_use(target, place, from)) {
            continue;
        }
        if (is_from(&target->custom, from)) {
            return target;
        }
        if (target->custom.history.len > 0 &&
            (best == NULL || target->custom.from_serial < best->custom.from_serial)) {
            best = target;
        }
    }
    return best;
}

/* The list of the release that a delta begins at, which its digest vouches for. */
static enum vtr_status fetch_history(struct vtr_client *client,
                                     const struct vtr_tuf_custom *delta,
                                     struct vtr_tuf_metadata *out,
                                     struct vtr_error *err)
{
    struct vtr_tuf_target target = {.path = delta->history, .len = delta->history_len};
    struct vtr_bytes text = {NULL, 0};
    struct vtr_fetched fetched;
    char *address = NULL;

    target.hashes.has_sha256 = true;
    memcpy(target.hashes.sha256, delta->history_sha256, VTR_TUF_SHA256_LEN);
    enum vtr_status status = vtr_client_target_path(client, &target, &address, err);
    if (status == VTR_OK && target.len > VTR_TUF_TARGETS_LIMIT) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT, "'%s' is too long", address);
    }
    if (status == VTR_OK) {
        status = vtr_client_fetch_text(client, address, target.len, "", &text, &fetched,
                                       err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_target_check(&target, text, err);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_history_read(out, text, err);
    }
    vtr_whole_file_free(&text);
    free(address);
    return status;
}

/* What deltas may cost beside the whole file. */
static uint64_t find_budget(const struct vtr_client *client, uint64_t whole_len)
{
    const unsigned asked = client->options->delta_percent;
    const uint64_t percent = asked == 0 ? PERCENT_DEFAULT : asked;

    return whole_len / 100 * percent + whole_len % 100 * percent / 100;
}

/* Adds a delta; false when the whole file would be cheaper, or memory is out. */
static bool add_hop(struct vtr_client_plan *plan, const struct vtr_tuf_target *delta,
                    uint64_t budget)
{
    const uint64_t list_len =
        delta->custom.history.len > 0 ? delta->custom.history_len : 0;
    struct vtr_tuf_target *hop = &plan->hops[plan->hop_count];

    if (plan->hop_count == VTR_CLIENT_HOPS_LIMIT || delta->len > budget ||
        list_len > budget || plan->len > budget - delta->len) {
        return false;
    }
    *hop = *delta;
    hop->path = vtr_arena_dup(&plan->arena, delta->path);
    plan->len += delta->len;
    plan->hop_count++;
    return hop->path.ptr != NULL;
}

/* The place becomes the release that a delta begins at; `list` holds its list, and is
 * the one of the place that is left, or empty. */
static enum vtr_status step_back(struct place *place, struct vtr_tuf_metadata *list,
                                 struct vtr_client *client,
                                 const struct vtr_tuf_custom *delta,
                                 struct vtr_error *err)
{
    const struct vtr_bytes database = place->to.database;
    struct vtr_tuf_metadata next = {0};
    const struct vtr_tuf_target *whole = NULL;
    char name[VTR_UPDATE_NAME_CAP];

    memcpy(name, database.ptr, database.len);
    name[database.len] = '\0';
    enum vtr_status status = fetch_history(client, delta, &next, err);
    if (status == VTR_OK) {
        status = vtr_client_find_database(&next, name, &whole, err);
    }
    if (status == VTR_OK &&
        memcmp(whole->custom.digest, delta->from_digest, VTR_DIGEST_LEN) != 0) {
        status = vtr_error_set(
            err, VTR_ERROR_MIXED,
            "a list of deltas is not of the release that it should be of");
    }
    if (status != VTR_OK) {
        vtr_tuf_metadata_deinit(&next);
        return status;
    }
    vtr_tuf_metadata_deinit(list);
    *list = next;
    *place = (struct place){list, whole->custom};
    return VTR_OK;
}

/* Goes back from the newest release; plan->hop_count 0: there is no way. */
static enum vtr_status walk(struct vtr_client_plan *plan, struct vtr_client *client,
                            struct place place, const struct vtr_tuf_custom *from,
                            uint64_t budget, struct vtr_error *err)
{
    struct vtr_tuf_metadata list = {0};
    enum vtr_status status = VTR_OK;

    while (status == VTR_OK) {
        const struct vtr_tuf_target *delta = choose(&place, from);

        if (delta == NULL || !add_hop(plan, delta, budget)) {
            plan->hop_count = 0;
            break;
        }
        if (is_from(&delta->custom, from)) {
            break;
        }
        plan->len += delta->custom.history_len;
        status = step_back(&place, &list, client, &delta->custom, err);
    }
    vtr_tuf_metadata_deinit(&list);
    return status;
}

enum vtr_status vtr_client_plan_make(struct vtr_client_plan *out,
                                     struct vtr_client *client,
                                     const struct vtr_tuf_target *target,
                                     const struct vtr_tuf_custom *from,
                                     struct vtr_error *err)
{
    const struct place newest = {vtr_tuf_trusted_get(client->trusted, VTR_TUF_TARGETS),
                                 target->custom};

    *out = (struct vtr_client_plan){0};
    const enum vtr_status status =
        walk(out, client, newest, from, find_budget(client, target->len), err);
    if (status != VTR_OK) {
        vtr_client_plan_deinit(out);
    }
    return status;
}

void vtr_client_plan_deinit(struct vtr_client_plan *plan)
{
    vtr_arena_deinit(&plan->arena);
    *plan = (struct vtr_client_plan){0};
}
