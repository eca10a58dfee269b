/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Release after release of rules that change at random, each compiled, proposed,
 * approved and published, and endpoints that follow: one every release, one now and
 * then, one that goes back at times, one whose files are spoilt.  After each update the
 * database must be, byte for byte, what compiling that release anew gave.
 *
 *     update_history DIR RELEASES SEED
 *
 * DIR is made and must not be there.  0: all were equal; 1: standard error says which
 * release and which endpoint were not, and the seed repeats it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/os_file.h"
#include "base/os_map.h"
#include "base/os_path.h"
#include "base/os_replace.h"
#include "tests/support/random_records.h"
#include "tests/support/tuf_sample.h"
#include "vitrine/compile.h"
#include "vitrine/repository.h"
#include "vitrine/update.h"

#define RULES_MAX     160u
#define HASHES_MAX    400u
#define ENDPOINTS     4u
#define PATH_CAP      4096
#define HOUR          UINT64_C(3600)
#define START         UINT64_C(2000000000) /* after the times of all files */
#define GC_EVERY      250u
#define RENEW_SECONDS (UINT64_C(400) * 86400)

/* Keys by number, as tests/support/tuf_sample.h makes them. */
enum key_number {
    VENDOR = 1,
    LAB = 2,
    ONLINE = 3,
    KEY_COUNT = 4
};

struct history {
    const char *dir;
    uint64_t seed;
    uint64_t random;
    uint64_t release;
    uint64_t now;
    struct vtr_secret_key *keys[KEY_COUNT];
    /* What the sources say: 0 is a rule that is not there, else its revision. */
    uint32_t rules[RULES_MAX];
    uint32_t hashes[HASHES_MAX];
    uint32_t external;
    /* How far each endpoint is; 0: nowhere. */
    uint64_t at[ENDPOINTS];
    uint64_t oldest; /* whose fresh build is kept */
    uint64_t updates;
    uint64_t by_deltas;
    uint64_t deltas;
    uint64_t whole;
    uint64_t failed_deltas;
};

static void die(const struct history *h, const char *what, const struct vtr_error *err)
{
    (void)fprintf(stderr, "seed %" PRIu64 ", release %" PRIu64 ": %s%s%s\n", h->seed,
                  h->release, what, err == NULL ? "" : ": ",
                  err == NULL ? "" : err->message);
    exit(1);
}

static void must(const struct history *h, enum vtr_status status, const char *what,
                 const struct vtr_error *err)
{
    if (status != VTR_OK) {
        die(h, what, err);
    }
}

static uint64_t below(struct history *h, uint64_t limit)
{
    return vtr_test_below(&h->random, limit);
}

/* DIR/NAME, or DIR/NAME-NUMBER for a number other than 0. */
static const char *path_of(const struct history *h, const char *name, uint64_t number,
                           char out[PATH_CAP])
{
    if (number == 0) {
        (void)snprintf(out, PATH_CAP, "%s/%s", h->dir, name);
    } else {
        (void)snprintf(out, PATH_CAP, "%s/%s-%" PRIu64, h->dir, name, number);
    }
    return out;
}

static void write_text(const struct history *h, const char *path,
                       const struct vtr_writer *w)
{
    struct vtr_replacement file = {0};
    struct vtr_error err = {0};

    must(h, vtr_replacement_begin(&file, path, 0644, &err), "cannot write", &err);
    must(h, vtr_replacement_write(&file, vtr_writer_bytes(w), &err), "cannot write",
         &err);
    must(h, vtr_replacement_commit(&file, &err), "cannot write", &err);
    vtr_replacement_abort(&file);
}

/* --- Sources -----------------------------------------------------------------------
 */

static void put_format(struct vtr_writer *w, const char *format, uint64_t a, uint64_t b)
{
    char text[256];

    (void)snprintf(text, sizeof(text), format, a, b);
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

/* A rule whose number and revision say all of it. */
static void put_rule(struct vtr_writer *w, uint64_t number, uint64_t revision)
{
    uint64_t random = number * 1000003 + revision;
    const uint64_t digits = vtr_test_random(&random);

    put_format(w, "rule r%" PRIu64 " : t%" PRIu64, number, digits % 5);
    put_format(w,
               " {\n  meta: revision = %" PRIu64 " author = \"a%" PRIu64
               "\"\n  strings:\n",
               revision, digits % 7);
    for (uint64_t i = 0; i <= digits % 3; i++) {
        put_format(w, "    $s%" PRIu64 " = \"%016" PRIx64 "\"\n", i,
                   vtr_test_random(&random));
    }
    if (digits % 4 == 0) {
        put_format(w, "    $h = { %02" PRIx64 " 5A ?? [2-%" PRIu64 "] 41 42 43 44 }\n",
                   digits % 256, 3 + digits % 9);
    }
    if (digits % 5 == 0) {
        put_format(w, "    $x = /k%" PRIx64 "[a-f]{2,%" PRIu64 "}z/\n", digits >> 40,
                   2 + digits % 6);
    }
    put_format(w,
               "  condition: any of them and filesize > %" PRIu64
               " and limit != %" PRIu64 "\n}\n",
               digits % 100, digits % 17);
}

static void put_hash(struct vtr_writer *w, uint64_t number, uint64_t revision)
{
    uint64_t random = number << 20 | revision;

    for (unsigned i = 0; i < 4; i++) {
        put_format(w, "%016" PRIx64, vtr_test_random(&random), 0);
    }
    put_format(w, ":%" PRIu64 ":Win.Family%" PRIu64, 1 + random % 1000000, number % 40);
    put_format(w, "-%" PRIu64 "-0\n", number * 16 + revision, 0);
}

static void write_sources(const struct history *h)
{
    struct vtr_writer rules = {0};
    struct vtr_writer hashes = {0};
    char path[PATH_CAP];

    for (uint64_t i = 0; i < RULES_MAX; i++) {
        if (h->rules[i] != 0) {
            put_rule(&rules, i, h->rules[i]);
        }
    }
    for (uint64_t i = 0; i < HASHES_MAX; i++) {
        if (h->hashes[i] != 0) {
            put_hash(&hashes, i, h->hashes[i]);
        }
    }
    write_text(h, path_of(h, "rules.yar", 0, path), &rules);
    write_text(h, path_of(h, "hashes.hsb", 0, path), &hashes);
    vtr_writer_deinit(&rules);
    vtr_writer_deinit(&hashes);
}

/* Some of so many items come, go or change: mostly few, seldom all. */
static void change(struct history *h, uint32_t *items, uint64_t count)
{
    const uint64_t kind = below(h, 100);
    uint64_t changes = kind < 60 ? below(h, 4) : kind < 95 ? below(h, 30) : count;

    if (kind == 99) { /* everything goes */
        memset(items, 0, count * sizeof(*items));
        return;
    }
    for (; changes > 0; changes--) {
        uint32_t *item = &items[below(h, count)];

        *item = below(h, 4) == 0 ? 0 : *item % 15 + 1;
    }
}

/* Compiles the sources as they are now to DIR/db-RELEASE. */
static void compile(const struct history *h)
{
    char rules[PATH_CAP];
    char hashes[PATH_CAP];
    char path[PATH_CAP];
    char define[64];
    const char *const sources[] = {path_of(h, "rules.yar", 0, rules),
                                   path_of(h, "hashes.hsb", 0, hashes)};
    const char *const defines[] = {define};
    const struct vtr_compile_options options = {.sources = sources,
                                                .source_count = 2,
                                                .defines = defines,
                                                .define_count = 1,
                                                .name = "main",
                                                .release = h->release,
                                                .allow = vtr_warning_set("warnings")};
    struct vtr_compilation *compilation = NULL;
    struct vtr_error err = {0};
    uint64_t len;

    (void)snprintf(define, sizeof(define), "limit=%" PRIu32, h->external);
    must(h, vtr_compile(&compilation, &options, &err), "does not compile", &err);
    must(h,
         vtr_compilation_write(compilation, path_of(h, "db", h->release, path), &len,
                               NULL, &err),
         "cannot be written", &err);
    vtr_compilation_free(compilation);
}

/* --- Publishing --------------------------------------------------------------------
 */

static void approve(const struct history *h, const char *path)
{
    struct vtr_error err = {0};

    for (unsigned i = VENDOR; i <= LAB; i++) {
        struct vtr_proposal *proposal = NULL;

        must(h, vtr_proposal_open(&proposal, path, &err), "no proposal", &err);
        must(h, vtr_proposal_approve(proposal, h->keys[i], path, &err), "not approved",
             &err);
        vtr_proposal_free(proposal);
    }
}

static void publish(const struct history *h, const char *proposal)
{
    char repo[PATH_CAP];
    const struct vtr_secret_key *const keys[] = {h->keys[ONLINE]};
    const struct vtr_online_options options = {.keys = keys,
                                               .key_count = 1,
                                               .now = h->now};
    struct vtr_error err = {0};

    approve(h, proposal);
    must(h,
         vtr_repository_publish(path_of(h, "repository", 0, repo), &proposal, 1,
                                &options, &err),
         "not published", &err);
}

static void begin_repository(struct history *h)
{
    struct vtr_repository_key added[3] = {
        {.uses = VTR_KEY_USE_ROOT | VTR_KEY_USE_RELEASE, .party = "vendor"},
        {.uses = VTR_KEY_USE_ROOT | VTR_KEY_USE_RELEASE, .party = "lab"},
        {.uses = VTR_KEY_USE_ONLINE}};
    const struct vtr_root_change change = {.added = added,
                                           .added_count = 3,
                                           .root_threshold = 2,
                                           .release_threshold = 2,
                                           .expires = UINT64_C(4000000000)};
    char repo[PATH_CAP];
    char proposal[PATH_CAP];
    struct vtr_error err = {0};

    for (unsigned i = VENDOR; i < KEY_COUNT; i++) {
        h->keys[i] = tuf_sample_key(i);
        vtr_secret_key_get_public(h->keys[i], &added[i - 1].key);
    }
    must(h, vtr_make_folders_for(path_of(h, "repository/x", 0, repo), &err),
         "no folder", &err);
    must(h,
         vtr_repository_init(path_of(h, "repository", 0, repo), &change,
                             path_of(h, "proposal", 0, proposal), &err),
         "no repository", &err);
    publish(h, proposal);
}

static void collect(enum vtr_repository_note kind, const char *text, void *context)
{
    if (kind == VTR_REPOSITORY_PROBLEM) {
        die(context, text, NULL);
    }
}

/* The next release of changed sources. */
static void release_next(struct history *h)
{
    char repo[PATH_CAP];
    char path[PATH_CAP];
    char proposal[PATH_CAP];
    struct vtr_mapping database = {0};
    struct vtr_error err = {0};
    const struct vtr_release_options options = {.key = h->keys[ONLINE],
                                                .expires = h->now + RENEW_SECONDS};

    h->release++;
    h->now += HOUR;
    change(h, h->rules, RULES_MAX);
    change(h, h->hashes, HASHES_MAX);
    h->external = below(h, 20) == 0 ? (uint32_t)below(h, 1000) : h->external;
    write_sources(h);
    compile(h);
    must(h, vtr_mapping_open(&database, path_of(h, "db", h->release, path), &err),
         "no database", &err);
    must(h,
         vtr_repository_propose(path_of(h, "repository", 0, repo), database.bytes,
                                &options, path_of(h, "proposal", 0, proposal), &err),
         "not proposed", &err);
    vtr_mapping_close(&database);
    publish(h, proposal);
    if (h->release % GC_EVERY == 0) {
        const struct vtr_gc_options gc = {.keep_versions = 8, .keep_releases = 64};

        must(h, vtr_repository_gc(repo, &gc, collect, h, &err), "no gc", &err);
    }
}

/* --- Following ---------------------------------------------------------------------
 */

/* A transport of a product: files of a folder. */
static enum vtr_status fetch(void *context, const struct vtr_fetch *request,
                             struct vtr_fetched *out, struct vtr_error *err)
{
    char path[PATH_CAP];
    struct vtr_mapping file = {0};
    enum vtr_status status = VTR_OK;

    (void)snprintf(path, sizeof(path), "%s/%s", (const char *)context, request->path);
    if (vtr_path_kind(path) != VTR_PATH_FILE) {
        out->is_missing = 1;
        return VTR_OK;
    }
    status = vtr_mapping_open(&file, path, err);
    if (status == VTR_OK && file.bytes.len > request->limit_bytes) {
        status = vtr_error_set(err, VTR_ERROR_LIMIT, "'%s' is too long", path);
    }
    if (status == VTR_OK && request->offset <= file.bytes.len) {
        const struct vtr_bytes rest = {file.bytes.ptr + request->offset,
                                       file.bytes.len - request->offset};

        if (!request->take(request->sink, request->offset, rest)) {
            status = vtr_error_set(err, VTR_ERROR_IO, "not wanted");
        }
    }
    vtr_mapping_close(&file);
    return status;
}

/* The endpoint's database must be the fresh build of the release. */
static void compare(const struct history *h, unsigned endpoint, uint64_t release)
{
    char path[PATH_CAP];
    char name[64];
    struct vtr_mapping fresh = {0};
    struct vtr_mapping installed = {0};
    struct vtr_error err = {0};

    must(h, vtr_mapping_open(&fresh, path_of(h, "db", release, path), &err), "gone",
         &err);
    (void)snprintf(name, sizeof(name), "endpoint-%u/main.vdb", endpoint);
    must(h, vtr_mapping_open(&installed, path_of(h, name, 0, path), &err), "gone",
         &err);
    if (!vtr_bytes_equal(fresh.bytes, installed.bytes)) {
        (void)fprintf(stderr, "endpoint %u, release %" PRIu64 "\n", endpoint, release);
        die(h, "the updated database is not the fresh build", NULL);
    }
    vtr_mapping_close(&fresh);
    vtr_mapping_close(&installed);
}

static void follow(struct history *h, unsigned endpoint)
{
    char repo[PATH_CAP];
    char dir[PATH_CAP];
    char root_path[PATH_CAP];
    char name[64];
    struct vtr_bytes root = {NULL, 0};
    struct vtr_update_result result = {0};
    struct vtr_error err = {0};
    const struct vtr_transport transport = {.fetch = fetch,
                                            .context = (void *)(uintptr_t)
                                                path_of(h, "repository", 0, repo),
                                            .mirror_count = 1};
    struct vtr_update_options options = {.now = h->now};

    (void)snprintf(name, sizeof(name), "endpoint-%u", endpoint);
    options.dir = path_of(h, name, 0, dir);
    options.delta_percent = endpoint == 1 ? 100 : 0;
    path_of(h, "repository/metadata/1.root.json", 0, root_path);
    must(h, vtr_file_read(root_path, 1 << 20, &root, &err), "no root", &err);
    options.root = root;
    must(h, vtr_update(&options, &transport, &result, &err), "no update", &err);
    free((void *)(uintptr_t)root.ptr);
    if (result.outcome != VTR_UPDATE_BY_DELTAS &&
        result.outcome != VTR_UPDATE_BY_DATABASE) {
        die(h, "an update that brings nothing", NULL);
    }
    h->updates++;
    h->by_deltas += result.outcome == VTR_UPDATE_BY_DELTAS;
    h->whole += result.outcome == VTR_UPDATE_BY_DATABASE;
    h->deltas += result.delta_count;
    h->failed_deltas += result.failed_deltas;
    compare(h, endpoint, h->release);
    h->at[endpoint] = h->release;
}

/* Endpoint 2 goes back to what it had before, and on from there. */
static void go_back(struct history *h, uint64_t before)
{
    char dir[PATH_CAP];
    struct vtr_update_result result = {0};
    struct vtr_error err = {0};

    must(h, vtr_update_roll_back(path_of(h, "endpoint-2", 0, dir), &result, &err),
         "no way back", &err);
    compare(h, 2, before);
}

/* Endpoint 3 loses a byte of its database, or the folder's state. */
static void spoil(struct history *h)
{
    char path[PATH_CAP];
    const char *const victims[] = {"endpoint-3/main.vdb", "endpoint-3/state",
                                   "endpoint-3/metadata/targets.json"};
    const char *victim = path_of(h, victims[below(h, 3)], 0, path);
    struct vtr_writer w = {0};

    vtr_writer_raw(&w, vtr_bytes_from_text("spoilt"));
    write_text(h, victim, &w);
    vtr_writer_deinit(&w);
}

static void everybody_follows(struct history *h)
{
    static const unsigned SELDOM[ENDPOINTS] = {1, 10, 25, 20};

    for (unsigned i = 0; i < ENDPOINTS; i++) {
        const uint64_t before = h->at[i];

        if (below(h, SELDOM[i]) != 0) {
            continue;
        }
        if (i == 3 && before != 0 && below(h, 2) == 0) {
            spoil(h);
        }
        follow(h, i);
        if (i == 2 && before != 0 && below(h, 2) == 0) {
            go_back(h, before);
            h->at[2] = before;
        }
    }
}

/* Fresh builds that nobody may go back to any more. */
static void forget(struct history *h)
{
    char path[PATH_CAP];

    for (; h->oldest + 2000 < h->release; h->oldest++) {
        struct vtr_error err = {0};

        must(h, vtr_file_remove(path_of(h, "db", h->oldest, path), &err), "stays",
             &err);
    }
}

int main(int argc, char **argv)
{
    struct history h = {0};
    uint64_t releases;
    char *end = NULL;

    if (argc != 4) {
        (void)fputs("usage: update_history DIR RELEASES SEED\n", stderr);
        return 1;
    }
    releases = strtoull(argv[2], &end, 10);
    h.dir = argv[1];
    h.seed = h.random = strtoull(argv[3], &end, 10);
    h.now = START;
    h.oldest = 1;
    begin_repository(&h);
    for (uint64_t i = 0; i < releases; i++) {
        release_next(&h);
        everybody_follows(&h);
        forget(&h);
    }
    (void)printf("%" PRIu64 " releases, %" PRIu64 " updates: %" PRIu64 " by %" PRIu64
                 " deltas, %" PRIu64 " whole, %" PRIu64 " tries with deltas failed; "
                 "all equal the fresh build\n",
                 h.release, h.updates, h.by_deltas, h.deltas, h.whole, h.failed_deltas);
    for (unsigned i = VENDOR; i < KEY_COUNT; i++) {
        vtr_secret_key_free(h.keys[i]);
    }
    return 0;
}
