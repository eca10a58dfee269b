/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The client as TUF's conformance suite asks for it: any repository, targets through
 * delegations, no databases.
 *
 *     tuf_client --metadata-dir D init ROOT.json
 *     tuf_client --metadata-dir D --metadata-url URL refresh
 *     tuf_client --metadata-dir D --metadata-url URL --target-name PATH
 *                --target-base-url URL --target-dir DIR download
 *
 * 0: it was done; 1: it was not, and standard error says why.  SOURCE_DATE_EPOCH, where
 * it is set, is the time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/whole_file.h"
#include "cli/system/os_clock.h"
#include "cli/system/os_curl.h"
#include "update/client/client_trust.h"

#define TIMEOUT_SECONDS 300u
#define SLOW_BYTES      100u
#define PATH_CAP        4096
#define METADATA        "metadata/"

struct arguments {
    const char *metadata_dir;
    const char *metadata_url;
    const char *target_name;
    const char *target_url;
    const char *target_dir;
    const char *command;
    const char *root;
};

/* One address, and how much of a path is not part of it. */
struct place {
    struct vtr_curl_options options;
    struct vtr_curl *curl;
    size_t dropped;
};

static enum vtr_status fetch(void *context, const struct vtr_fetch *request,
                             struct vtr_fetched *out, struct vtr_error *err)
{
    const struct place *place = context;
    const struct vtr_transport transport = vtr_curl_transport(place->curl);
    struct vtr_fetch shorter = *request;

    shorter.path += place->dropped;
    return transport.fetch(transport.context, &shorter, out, err);
}

static enum vtr_status place_open(struct place *out, const char *const *url,
                                  size_t dropped, struct vtr_error *err)
{
    out->options = (struct vtr_curl_options){.urls = url,
                                             .url_count = 1,
                                             .timeout_seconds = TIMEOUT_SECONDS,
                                             .slow_bytes = SLOW_BYTES};
    out->dropped = dropped;
    return vtr_curl_new(&out->curl, &out->options, err);
}

/* Letters, digits and "-._~" as they are, and '/' where `has_folders`; the rest as %XX.
 * False when there is no room. */
static bool quote(struct vtr_bytes text, bool has_folders, char *out, size_t cap)
{
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        const char c = (char)text.ptr[i];

        if (len + 4 > cap) {
            return false;
        }
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~' ||
            (c == '/' && has_folders)) {
            out[len++] = c;
        } else {
            (void)snprintf(out + len, 4, "%%%02X", (unsigned)text.ptr[i]);
            len += 3;
        }
    }
    out[len] = '\0';
    return true;
}

/* Gives a search the role that it asks for: the one that is stored, or a new one. */
static enum vtr_status give_role(struct vtr_client *client,
                                 struct vtr_tuf_search *search, struct vtr_error *err)
{
    char name[PATH_CAP / 2];
    char stored[PATH_CAP];
    char address[PATH_CAP];
    struct vtr_bytes text = {NULL, 0};
    struct vtr_fetched fetched;

    if (!quote(search->role, false, name, sizeof(name))) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "a role's name is too long");
    }
    (void)snprintf(stored, sizeof(stored), "%s.json", name);
    if (search->wanted.has_version) {
        (void)snprintf(address, sizeof(address), METADATA "%llu.%s.json",
                       (unsigned long long)search->wanted.version, name);
    } else {
        (void)snprintf(address, sizeof(address), METADATA "%s.json", name);
    }
    enum vtr_status status = vtr_client_read(client->options->dir, stored,
                                             VTR_TUF_TARGETS_LIMIT, &text, err);
    if (status == VTR_OK && text.len > 0 &&
        vtr_tuf_search_give(search, text, NULL) == VTR_OK) {
        vtr_whole_file_free(&text);
        return VTR_OK;
    }
    vtr_whole_file_free(&text);
    if (status == VTR_OK) {
        status = vtr_client_fetch_text(client, address, search->wanted.limit_bytes, "",
                                       &text, &fetched, err);
    }
    if (status == VTR_OK && fetched.is_missing != 0) {
        status = vtr_error_set(err, VTR_ERROR_IO, "there is no '%.300s'", address);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_search_give(search, text, err);
    }
    if (status == VTR_OK) {
        status = vtr_client_write(client->options->dir, stored, text, err);
    }
    vtr_whole_file_free(&text);
    return status;
}

/* Goes through delegations; `search->target` stays NULL where nobody has the target. */
static enum vtr_status find_target(struct vtr_client *client,
                                   struct vtr_tuf_search *search, struct vtr_error *err)
{
    enum vtr_status status = vtr_tuf_search_next(search, err);

    while (status == VTR_OK && search->target == NULL && search->role.ptr != NULL) {
        status = give_role(client, search, err);
        if (status == VTR_OK) {
            status = vtr_tuf_search_next(search, err);
        }
    }
    if (status == VTR_OK && search->target == NULL) {
        status = vtr_error_set(err, VTR_ERROR_ARGUMENT, "there is no such target");
    }
    return status;
}

/* "folder/<digest>.name" where targets are found by digest, else "folder/name". */
static bool name_target(const struct vtr_client *client,
                        const struct vtr_tuf_target *target, char *out, size_t cap)
{
    const struct vtr_tuf_metadata *root =
        vtr_tuf_trusted_get(client->trusted, VTR_TUF_ROOT);
    const struct vtr_tuf_hashes *hashes = &target->hashes;
    char path[PATH_CAP / 2];
    char hex[2 * VTR_TUF_SHA512_LEN + 2] = "";

    if (!quote(target->path, true, path, sizeof(path))) {
        return false;
    }
    const char *slash = strrchr(path, '/');
    const size_t folder = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    if (root->is_consistent) {
        vtr_digest_hex(hashes->has_sha256
                           ? (struct vtr_bytes){hashes->sha256, VTR_TUF_SHA256_LEN}
                           : (struct vtr_bytes){hashes->sha512, VTR_TUF_SHA512_LEN},
                       hex);
    }
    const int len = snprintf(out, cap, "%.*s%s%s%s", (int)folder, path, hex,
                             root->is_consistent ? "." : "", path + folder);
    return len > 0 && (size_t)len < cap;
}

/* Brings a target, unless the folder has it. */
static enum vtr_status bring_target(struct vtr_client *client,
                                    const struct arguments *arguments,
                                    const struct vtr_tuf_target *target,
                                    struct vtr_error *err)
{
    char stored[PATH_CAP];
    char address[PATH_CAP];
    struct vtr_bytes bytes = {NULL, 0};
    struct vtr_fetched fetched;

    if (!quote(target->path, false, stored, sizeof(stored)) ||
        !name_target(client, target, address, sizeof(address))) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "the target's name is too long");
    }
    enum vtr_status status =
        vtr_client_read(arguments->target_dir, stored, SIZE_MAX / 2, &bytes, NULL);
    if (status == VTR_OK && bytes.ptr != NULL &&
        vtr_tuf_target_check(target, bytes, NULL) == VTR_OK) {
        vtr_whole_file_free(&bytes);
        return VTR_OK;
    }
    vtr_whole_file_free(&bytes);
    status =
        vtr_client_fetch_text(client, address, target->len, "", &bytes, &fetched, err);
    if (status == VTR_OK && fetched.is_missing != 0) {
        status = vtr_error_set(err, VTR_ERROR_IO, "there is no '%.300s'", address);
    }
    if (status == VTR_OK) {
        status = vtr_tuf_target_check(target, bytes, err);
    }
    if (status == VTR_OK) {
        status = vtr_client_write(arguments->target_dir, stored, bytes, err);
    }
    vtr_whole_file_free(&bytes);
    return status;
}

static enum vtr_status download(struct vtr_client *client,
                                const struct arguments *arguments,
                                struct vtr_error *err)
{
    const struct vtr_bytes path = {(const uint8_t *)arguments->target_name,
                                   strlen(arguments->target_name)};
    struct vtr_tuf_search search = {0};
    struct place targets = {0};
    const struct vtr_transport transport = {.fetch = fetch,
                                            .context = &targets,
                                            .mirror_count = 1};
    enum vtr_status status = place_open(&targets, &arguments->target_url, 0, err);

    if (status == VTR_OK) {
        status = vtr_tuf_search_begin(&search, client->trusted, path, err);
    }
    if (status == VTR_OK) {
        status = find_target(client, &search, err);
    }
    if (status == VTR_OK) {
        client->transport = &transport;
        status = bring_target(client, arguments, search.target, err);
    }
    vtr_tuf_search_deinit(&search);
    vtr_curl_free(targets.curl);
    return status;
}

static enum vtr_status follow(const struct arguments *arguments, struct vtr_error *err)
{
    struct vtr_update_options options = {.dir = arguments->metadata_dir};
    struct place metadata = {0};
    const struct vtr_transport transport = {.fetch = fetch,
                                            .context = &metadata,
                                            .mirror_count = 1};
    struct vtr_client client = {.options = &options,
                                .transport = &transport,
                                .metadata_folder = ""};
    enum vtr_status status = vtr_clock_now(0, &options.now, err);

    if (status == VTR_OK) {
        status =
            place_open(&metadata, &arguments->metadata_url, sizeof(METADATA) - 1, err);
    }
    if (status == VTR_OK) {
        status = vtr_client_refresh(&client, err);
    }
    if (status == VTR_OK && strcmp(arguments->command, "download") == 0) {
        status = download(&client, arguments, err);
    }
    vtr_tuf_trusted_free(client.trusted);
    vtr_curl_free(metadata.curl);
    return status;
}

static enum vtr_status init(const struct arguments *arguments, struct vtr_error *err)
{
    struct vtr_bytes root = {NULL, 0};
    enum vtr_status status =
        vtr_file_read(arguments->root, VTR_TUF_ROOT_LIMIT, &root, err);

    if (status == VTR_OK) {
        status = vtr_client_write(arguments->metadata_dir, "root.json", root, err);
    }
    vtr_whole_file_free(&root);
    return status;
}

/* Options anywhere, each with a value; false when something is missing. */
static bool parse(int argc, char **argv, struct arguments *out)
{
    const struct {
        const char *name;
        const char **value;
    } OPTIONS[] = {{"--metadata-dir", &out->metadata_dir},
                   {"--metadata-url", &out->metadata_url},
                   {"--target-name", &out->target_name},
                   {"--target-base-url", &out->target_url},
                   {"--target-dir", &out->target_dir}};

    for (int i = 1; i < argc; i++) {
        const char **value = out->command == NULL ? &out->command : &out->root;

        for (size_t k = 0; k < sizeof(OPTIONS) / sizeof(OPTIONS[0]) && i + 1 < argc;
             k++) {
            if (strcmp(argv[i], OPTIONS[k].name) == 0) {
                value = OPTIONS[k].value;
                i++;
                break;
            }
        }
        *value = argv[i];
    }
    if (out->command == NULL || out->metadata_dir == NULL) {
        return false;
    }
    if (strcmp(out->command, "init") == 0) {
        return out->root != NULL;
    }
    if (strcmp(out->command, "refresh") == 0) {
        return out->metadata_url != NULL;
    }
    return strcmp(out->command, "download") == 0 && out->metadata_url != NULL &&
           out->target_name != NULL && out->target_url != NULL &&
           out->target_dir != NULL;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    struct vtr_error err = {0};

    if (!parse(argc, argv, &arguments)) {
        (void)fputs("usage: see tests/tuf_client.c\n", stderr);
        return 1;
    }
    const enum vtr_status status = strcmp(arguments.command, "init") == 0
                                       ? init(&arguments, &err)
                                       : follow(&arguments, &err);
    if (status != VTR_OK) {
        (void)fprintf(stderr, "tuf_client: %s\n", err.message);
    }
    return status == VTR_OK ? 0 : 1;
}
