/* SPDX-License-Identifier: Apache-2.0 */

/*
 * All texts in them are names of files and databases, which are letters, digits, '-',
 * '_' and '.' alone (vtr_plain_name_is): neither JSON nor HTML has to escape them, and
 * a target with another name is left out.
 */
#include "update/repo/pages.h"

#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/plain_name.h"
#include "base/whole_file.h"
#include "base/writer.h"
#include "update/repo/repo_folder.h"
#include "verify/tuf/tuf_time.h"

static const char STYLE[] =
    "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse}td,th{text-align:left;padding:.2em 1em .2em 0}"
    "code{word-break:break-all}";

static void put(struct vtr_writer *w, const char *text)
{
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

static void put_number(struct vtr_writer *w, uint64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
    put(w, text);
}

static void put_hex(struct vtr_writer *w, const uint8_t *digest)
{
    char hex[2 * VTR_SHA256_LEN + 1];

    vtr_digest_hex((struct vtr_bytes){digest, VTR_SHA256_LEN}, hex);
    put(w, hex);
}

/* targets/<sha256>.NAME */
static void put_place(struct vtr_writer *w, const struct vtr_tuf_target *target)
{
    char name[VTR_REPO_NAME_CAP];

    vtr_repo_name_target(target->hashes.sha256, target->path, name);
    put(w, VTR_REPO_TARGETS "/");
    put(w, name);
}

/* A database or delta of this repository's own. */
static bool is_shown(const struct vtr_tuf_target *target)
{
    return target->custom.kind != VTR_TUF_KIND_OTHER &&
           vtr_plain_name_is(target->path) &&
           vtr_plain_name_is(target->custom.database) && target->hashes.has_sha256;
}

static void put_row(struct vtr_writer *w, const struct vtr_tuf_target *target)
{
    put(w, "<tr><td><a href=\"");
    put_place(w, target);
    put(w, "\">");
    vtr_writer_raw(w, target->path);
    put(w, "</a></td><td>");
    put_number(w, target->custom.release);
    put(w, "</td><td>");
    if (target->custom.kind == VTR_TUF_KIND_DELTA) {
        put_number(w, target->custom.from_release);
    }
    put(w, "</td><td>");
    put_number(w, target->len);
    put(w, "</td><td><a href=\"");
    put_place(w, target);
    put(w, ".minisig\">minisig</a></td><td><code>");
    put_hex(w, target->hashes.sha256);
    put(w, "</code></td></tr>\n");
}

static void put_html(struct vtr_writer *w, const struct vtr_tuf_metadata *targets)
{
    char expires[VTR_TUF_TIME_LEN + 1];

    vtr_tuf_time_format(targets->expires, expires);
    put(w, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<title>Databases</title><style>");
    put(w, STYLE);
    put(w, "</style></head><body>\n<h1>Databases</h1>\n<p>Version ");
    put_number(w, targets->version);
    put(w, ", approved until ");
    put(w, expires);
    put(w, ". This page is for people; <code>vitrine update</code> follows the signed "
           "<a href=\"metadata/timestamp.json\">metadata</a>, and programs may read "
           "<a href=\"releases.json\">releases.json</a>.</p>\n"
           "<table><tr><th>file</th><th>release</th><th>from</th><th>bytes</th>"
           "<th>signature</th><th>SHA-256</th></tr>\n");
    for (size_t i = 0; i < targets->target_count; i++) {
        if (is_shown(&targets->targets[i])) {
            put_row(w, &targets->targets[i]);
        }
    }
    put(w, "</table>\n</body></html>\n");
}

static void put_object(struct vtr_writer *w, const struct vtr_tuf_target *target)
{
    const bool is_delta = target->custom.kind == VTR_TUF_KIND_DELTA;

    put(w, is_delta ? "{\"kind\":\"delta\",\"database\":\""
                    : "{\"kind\":\"image\",\"database\":\"");
    vtr_writer_raw(w, target->custom.database);
    put(w, "\",\"release\":");
    put_number(w, target->custom.release);
    if (is_delta) {
        put(w, ",\"from_release\":");
        put_number(w, target->custom.from_release);
    }
    put(w, ",\"layout\":");
    put_number(w, target->custom.layout);
    put(w, ",\"digest\":\"");
    put_hex(w, target->custom.digest);
    put(w, "\",\"path\":\"");
    put_place(w, target);
    put(w, "\",\"length\":");
    put_number(w, target->len);
    put(w, ",\"sha256\":\"");
    put_hex(w, target->hashes.sha256);
    put(w, "\"}");
}

static void put_feed(struct vtr_writer *w, const struct vtr_tuf_metadata *targets)
{
    char expires[VTR_TUF_TIME_LEN + 1];
    bool is_first = true;

    vtr_tuf_time_format(targets->expires, expires);
    put(w, "{\"version\":");
    put_number(w, targets->version);
    put(w, ",\"expires\":\"");
    put(w, expires);
    put(w, "\",\"files\":[");
    for (size_t i = 0; i < targets->target_count; i++) {
        if (is_shown(&targets->targets[i])) {
            put(w, is_first ? "\n" : ",\n");
            put_object(w, &targets->targets[i]);
            is_first = false;
        }
    }
    put(w, "\n]}\n");
}

const char *const VTR_PAGES_NAMES[VTR_PAGES_COUNT] = {"index.html", "releases.json"};

static void put_page(struct vtr_writer *w, const char *name,
                     const struct vtr_tuf_metadata *targets)
{
    if (strcmp(name, VTR_PAGES_NAMES[0]) == 0) {
        put_html(w, targets);
    } else {
        put_feed(w, targets);
    }
}

bool vtr_pages_is_current(const char *dir, const char *name,
                          const struct vtr_tuf_metadata *targets)
{
    struct vtr_writer w = {0};
    struct vtr_bytes found = {NULL, 0};

    put_page(&w, name, targets);
    const bool is_current = vtr_writer_ok(&w) &&
                            vtr_repo_read(dir, NULL, name, vtr_writer_bytes(&w).len,
                                          &found, NULL) == VTR_OK &&
                            vtr_bytes_equal(found, vtr_writer_bytes(&w));
    vtr_whole_file_free(&found);
    vtr_writer_deinit(&w);
    return is_current;
}

enum vtr_status vtr_pages_write(const char *dir, const struct vtr_tuf_metadata *targets,
                                struct vtr_error *err)
{
    enum vtr_status status = VTR_OK;

    for (size_t i = 0; i < VTR_PAGES_COUNT && status == VTR_OK; i++) {
        struct vtr_writer w = {0};

        put_page(&w, VTR_PAGES_NAMES[i], targets);
        status = vtr_writer_ok(&w) ? vtr_repo_write(dir, NULL, VTR_PAGES_NAMES[i],
                                                    vtr_writer_bytes(&w), err)
                                   : vtr_error_set_memory(err);
        vtr_writer_deinit(&w);
    }
    return status;
}
