/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/command/repo_summary.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli/report/text.h"
#include "cli/system/os_places.h"
#include "vitrine/repository.h"

/* The deltas that lead to a database: none means that every client fetches it whole. */
static void put_deltas(struct vtr_text *out, const struct vtr_proposal *proposal,
                       size_t target_count, struct vtr_bytes database)
{
    const char *before = ", deltas from ";

    for (size_t i = 0; i < target_count; i++) {
        struct vtr_proposal_target target;

        vtr_proposal_get_target(proposal, i, &target);
        if (target.is_delta && target.database.len == database.len &&
            memcmp(target.database.ptr, database.ptr, database.len) == 0) {
            vtr_text_add(out, before);
            vtr_text_number(out, target.from_release);
            before = ", ";
        }
    }
}

static void put_databases(struct vtr_text *out, const struct vtr_proposal *proposal,
                          size_t target_count)
{
    const char *before = "";

    for (size_t i = 0; i < target_count; i++) {
        struct vtr_proposal_target target;

        vtr_proposal_get_target(proposal, i, &target);
        if (target.is_database) {
            vtr_text_add(out, before);
            vtr_text_safe(out, target.database);
            vtr_text_add(out, " release ");
            vtr_text_number(out, target.release);
            put_deltas(out, proposal, target_count, target.database);
            before = "; ";
        }
    }
}

static void put_proposal(struct vtr_text *out, const struct vtr_proposal *proposal,
                         const struct vtr_proposal_info *info)
{
    if (info->is_root) {
        vtr_text_add(out, "root version ");
        vtr_text_number(out, info->version);
    } else {
        put_databases(out, proposal, info->target_count);
    }
    vtr_text_add(out, "; good until ");
    vtr_text_add(out, info->expires);
}

void vtr_repo_say_proposed(const char *path)
{
    struct vtr_proposal *proposal = NULL;
    struct vtr_proposal_info info;
    struct vtr_text out = {0};

    if (!vtr_is_file(path) || vtr_proposal_open(&proposal, path, NULL) != VTR_OK) {
        return;
    }
    vtr_proposal_get_info(proposal, &info);
    vtr_text_safe(&out, vtr_text_view(path));
    vtr_text_add(&out, ": ");
    put_proposal(&out, proposal, &info);
    vtr_text_add(&out, "; to be approved\n");
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
    vtr_proposal_free(proposal);
}

void vtr_repo_say_published(const char *const *paths, size_t count)
{
    bool is_said[2] = {false, false}; /* of a release, of a root */
    struct vtr_text out = {0};

    for (size_t i = 0; i < count; i++) {
        struct vtr_proposal *proposal = NULL;
        struct vtr_proposal_info info;

        if (!vtr_is_file(paths[i]) ||
            vtr_proposal_open(&proposal, paths[i], NULL) != VTR_OK) {
            continue;
        }
        vtr_proposal_get_info(proposal, &info);
        if (!is_said[info.is_root != 0]) {
            is_said[info.is_root != 0] = true;
            vtr_text_add(&out, "published: ");
            put_proposal(&out, proposal, &info);
            vtr_text_add(&out, "\n");
        }
        vtr_proposal_free(proposal);
    }
    (void)vtr_text_print(&out, stderr);
    vtr_text_deinit(&out);
}
