/* SPDX-License-Identifier: Apache-2.0 */

/* A stranger's program: compiles one rule, opens the database, scans a buffer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vitrine/compile.h>
#include <vitrine/scan.h>

static int found(const struct vtr_detection *detection, void *context)
{
    ++*(int *)context;
    printf("%.*s\n", (int)detection->name.len, (const char *)detection->name.ptr);
    return 1;
}

int main(int argc, char **argv)
{
    static const char text[] = "the glass case is open";
    const struct vtr_bytes data = {(const uint8_t *)text, sizeof(text) - 1};
    const char *sources[1];
    struct vtr_compile_options options;
    struct vtr_compilation *compilation = NULL;
    struct vtr_database *database = NULL;
    struct vtr_scanner *scanner = NULL;
    struct vtr_error err;
    struct vtr_bytes image;
    uint8_t *memory = NULL;
    int count = 0;

    memset(&options, 0, sizeof(options));
    sources[0] = argc > 1 ? argv[1] : "glass.yar";
    options.sources = sources;
    options.source_count = 1;
    if (vtr_compile(&compilation, &options, &err) != VTR_OK ||
        vtr_compilation_build(compilation, &memory, &image.len, &err) != VTR_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    image.ptr = memory;
    if (vtr_database_open_bytes(&database, image, &err) != VTR_OK ||
        vtr_scanner_new(&scanner, database, NULL, &err) != VTR_OK ||
        vtr_scan_bytes(scanner, data, found, &count, NULL, &err) != VTR_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 2;
    }
    vtr_scanner_free(scanner);
    vtr_database_free(database);
    vtr_compilation_free(compilation);
    free(memory);
    return count == 1 ? 0 : 1;
}
