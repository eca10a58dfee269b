/* SPDX-License-Identifier: Apache-2.0 */

/* Samples that the metadata of rules name by digest, looked for in a folder. */
#include "testing/suite_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/file_digest.h"
#include "base/os_file.h"
#include "base/os_walk.h"
#include "testing/suite_digests.h"

/* The folder of samples that metadata name. */
struct collection {
    struct vtr_test_run *run;
    struct vtr_vector digests; /* struct vtr_suite_digest */
    enum vtr_status status;
    struct vtr_error *err;
};

/* NAME of a rule in the shared namespace, NAMESPACE:NAME of another. */
static struct vtr_bytes full_name(struct collection *c,
                                  const struct vtr_compiled_rule *rule)
{
    if (vtr_bytes_equal(rule->space, vtr_bytes_from_text("default"))) {
        return rule->name;
    }
    return vtr_bytes_from_text(
        vtr_diagnostics_text(&c->run->files->diagnostics, "%.*s:%.*s",
                             (int)rule->space.len, (const char *)rule->space.ptr,
                             (int)rule->name.len, (const char *)rule->name.ptr));
}

/* An expectation of each rule that names the file by this digest. */
static void expect_rules(struct collection *c, struct vtr_bytes digest,
                         struct vtr_suite_expectation ***last)
{
    const struct vtr_suite_digest *end =
        (const struct vtr_suite_digest *)c->digests.items + c->digests.count;
    struct vtr_suite_digest *d = vtr_suite_digest_find(&c->digests, digest);

    for (; d != NULL && d < end && d->len == digest.len &&
           memcmp(d->bytes, digest.ptr, digest.len) == 0;
         d++) {
        const struct vtr_compiled_rule *rule = &c->run->compilation->rules[d->rule];
        struct vtr_suite_expectation *e = vtr_arena_alloc(&c->run->arena, sizeof(*e));
        d->is_present = true;
        if (e == NULL) {
            c->status = vtr_error_set_memory(c->err);
            return;
        }
        e->kind = VTR_SUITE_MATCHES;
        e->rule = full_name(c, rule);
        e->place =
            (struct vtr_place){rule->source, rule->offset, (uint32_t)rule->name.len};
        **last = e;
        *last = &e->next;
    }
}

static void try_bytes(struct collection *c, const char *path, struct vtr_bytes bytes)
{
    uint8_t sha256[VTR_SHA256_LEN];
    uint8_t sha1[VTR_SHA1_LEN];
    uint8_t md5[VTR_MD5_LEN];
    struct vtr_suite_expectation *list = NULL;
    struct vtr_suite_expectation **last = &list;
    struct vtr_suite_found found;

    if (vtr_file_digest_sha256(bytes, sha256) != VTR_OK ||
        vtr_file_digest_sha1(bytes, sha1) != VTR_OK ||
        vtr_file_digest_md5(bytes, md5) != VTR_OK) {
        c->status = vtr_error_set_memory(c->err);
        return;
    }
    expect_rules(c, (struct vtr_bytes){sha256, sizeof(sha256)}, &last);
    expect_rules(c, (struct vtr_bytes){sha1, sizeof(sha1)}, &last);
    expect_rules(c, (struct vtr_bytes){md5, sizeof(md5)}, &last);
    if (list == NULL || c->status != VTR_OK) {
        return;
    }
    c->status = vtr_suite_scan(&c->run->scanner, bytes, list, &found, c->err);
    for (const struct vtr_suite_expectation *e = list;
         e != NULL && c->status == VTR_OK && !c->run->is_stopped; e = e->next) {
        vtr_suite_tell(c->run, path, e, &found);
    }
    c->run->summary.samples++;
}

static bool try_path(const char *path, enum vtr_status status,
                     const struct vtr_error *err, void *context)
{
    struct collection *c = context;
    struct vtr_error reason = {0};
    struct vtr_bytes bytes = {0};

    if (status == VTR_OK) {
        status = vtr_file_read_regular(path, VTR_SUITE_SAMPLE_MAX, &bytes, &reason);
        err = &reason;
    }
    if (status != VTR_OK) {
        (void)vtr_diagnostics_add(&c->run->files->diagnostics, VTR_CODE_UNREADABLE,
                                  (struct vtr_place){0}, "%s", err->message);
        return true;
    }
    try_bytes(c, vtr_suite_text(c->run, vtr_bytes_from_text(path)), bytes);
    free((void *)(uintptr_t)bytes.ptr);
    return c->status == VTR_OK && !c->run->is_stopped;
}

enum vtr_status vtr_suite_try_collection(struct vtr_test_run *run, const char *folder,
                                         struct vtr_error *err)
{
    struct collection c = {.run = run, .err = err};
    enum vtr_status status;

    vtr_vector_init(&c.digests, sizeof(struct vtr_suite_digest));
    status = vtr_suite_digests_collect(&run->rules, &c.digests);
    if (status != VTR_OK) {
        status = vtr_error_set_memory(err);
    } else {
        status = vtr_walk(folder, try_path, &c, err);
        status = c.status != VTR_OK ? c.status : status;
    }
    run->summary.digests = c.digests.count;
    for (size_t i = 0; i < c.digests.count; i++) {
        const struct vtr_suite_digest *d = c.digests.items;
        run->summary.absent += d[i].is_present ? 0 : 1;
    }
    vtr_vector_deinit(&c.digests);
    return status;
}
