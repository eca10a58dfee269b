/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Runs a fuzz target over the files of its corpus, without a fuzzer: each file as it
 * is, and each of its prefixes where it is short.  A folder that is missing is an empty
 * corpus; the empty input is always tried.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/os_file.h"
#include "base/os_path.h"
#include "base/os_walk.h"

/* Files up to this long are tried cut off at every byte. */
#define PREFIX_LIMIT 512

#define FILE_LIMIT ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Exactly `len` bytes of their own, so that a sanitizer sees the first one past them.
 */
static void run(const uint8_t *bytes, size_t len)
{
    uint8_t *copy = malloc(len == 0 ? 1 : len);

    if (copy == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < len; i++) {
        copy[i] = bytes[i];
    }
    (void)LLVMFuzzerTestOneInput(copy, len);
    free(copy);
}

static bool run_file(const char *path, enum vtr_status status,
                     const struct vtr_error *err, void *context)
{
    size_t *count = context;
    struct vtr_bytes bytes;
    struct vtr_error read_err = {0};

    if (status == VTR_OK) {
        status = vtr_file_read(path, FILE_LIMIT, &bytes, &read_err);
        err = &read_err;
    }
    if (status != VTR_OK) {
        (void)fprintf(stderr, "%s\n", err->message);
        exit(EXIT_FAILURE);
    }
    run(bytes.ptr, bytes.len);
    for (size_t len = 0; bytes.len <= PREFIX_LIMIT && len < bytes.len; len++) {
        run(bytes.ptr, len);
    }
    free((void *)(uintptr_t)bytes.ptr);
    (*count)++;
    return true;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    run(NULL, 0);
    for (int i = 1; i < argc; i++) {
        struct vtr_error err = {0};

        if (vtr_path_kind(argv[i]) != VTR_PATH_MISSING &&
            vtr_walk(argv[i], run_file, &count, &err) != VTR_OK) {
            (void)fprintf(stderr, "%s\n", err.message);
            return EXIT_FAILURE;
        }
    }
    (void)printf("%zu files\n", count);
    return EXIT_SUCCESS;
}
