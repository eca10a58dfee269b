/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A product that follows a repository by a transport of its own: here, files of a
 * folder. Built and run by tests/install/consumer.sh; docs/update.md, "For products".
 *
 *     cc follow.c $(pkg-config --cflags --libs vitrine)
 *     ./a.out REPOSITORY FOLDER
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <vitrine/update.h>

/* What the product needs to fetch with; a connection, say. */
struct product {
    const char *repository;
};

static enum vtr_status say(struct vtr_error *err, enum vtr_status status,
                           const char *what, const char *path)
{
    memset(err, 0, sizeof(*err));
    err->status = status;
    snprintf(err->message, sizeof(err->message), "%s '%.300s'", what, path);
    return status;
}

/* Brings one file, or says that there is none.  Nothing has to be checked here:
 * whatever is handed over is held against signatures and digests. */
static enum vtr_status fetch(void *context, const struct vtr_fetch *request,
                             struct vtr_fetched *out, struct vtr_error *err)
{
    const struct product *product = context;
    enum vtr_status status = VTR_OK;
    uint64_t offset = request->offset;
    uint8_t buffer[16384];
    char path[4096];
    FILE *file;
    size_t got;

    snprintf(path, sizeof(path), "%s/%s", product->repository, request->path);
    file = fopen(path, "rb");
    if (file == NULL) {
        out->is_missing = 1; /* the next root, mostly: no failure */
        return VTR_OK;
    }
    /* A download that was cut goes on at `offset`; one that cannot begins again from 0.
     */
    if (fseek(file, (long)offset, SEEK_SET) != 0) {
        offset = 0;
        rewind(file);
    }
    while (status == VTR_OK && (got = fread(buffer, 1, sizeof(buffer), file)) > 0) {
        const struct vtr_bytes bytes = {buffer, got};

        if (got > request->limit_bytes - offset) {
            status = say(err, VTR_ERROR_LIMIT, "too long:", path);
        } else if (!request->take(request->sink, offset, bytes)) {
            status = say(err, VTR_ERROR_IO, "not wanted any more:", path);
        }
        offset += got;
    }
    if (status == VTR_OK && ferror(file)) {
        status = say(err, VTR_ERROR_IO, "cannot read", path);
    }
    fclose(file);
    return status;
}

/* The first root comes with the product; here it is taken from the repository once. */
static uint8_t *read_root(const char *repository, size_t *out_len)
{
    static const size_t LIMIT = 512000;
    uint8_t *text = malloc(LIMIT);
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/metadata/1.root.json", repository);
    file = fopen(path, "rb");
    *out_len = text == NULL || file == NULL ? 0 : fread(text, 1, LIMIT, file);
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

int main(int argc, char **argv)
{
    struct product product;
    struct vtr_transport transport;
    struct vtr_update_options options;
    struct vtr_update_result result;
    struct vtr_error err;
    enum vtr_status status;
    uint8_t *root;

    if (argc != 3) {
        fprintf(stderr, "usage: follow REPOSITORY FOLDER\n");
        return 2;
    }
    product.repository = argv[1];
    memset(&transport, 0, sizeof(transport));
    transport.fetch = fetch;
    transport.context = &product;
    transport.mirror_count = 1;

    memset(&options, 0, sizeof(options));
    options.dir = argv[2];
    options.now = (uint64_t)time(NULL);
    root = read_root(argv[1], &options.root.len);
    options.root.ptr = root;

    memset(&err, 0, sizeof(err));
    status = vtr_update(&options, &transport, &result, &err);
    free(root);
    if (status != VTR_OK) {
        fprintf(stderr, "%s\n", err.message); /* the database is what it was */
        return 1;
    }
    printf("%s/%s.vdb: release %llu\n", argv[2], result.database,
           (unsigned long long)result.release);
    return 0;
}
