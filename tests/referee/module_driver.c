/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes what a module finds in files: module_driver MODULE FILE...
 *
 * Each file begins with a line "= PATH"; see tests/support/dump_module.h for the rest.
 * For tests/referee/module_referee.py, and for whoever writes a module.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/dump_module.h"

#define FIRST_CAP ((size_t)1 << 16)

/* All of a file, from malloc; ptr NULL: it cannot be read. */
static struct vtr_bytes read_all(const char *path)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;
    size_t cap = FIRST_CAP;
    size_t len = 0;

    while (file != NULL) {
        uint8_t *larger = realloc(bytes, cap);
        if (larger == NULL) {
            break;
        }
        bytes = larger;
        len += fread(bytes + len, 1, cap - len, file);
        if (len < cap) {
            break;
        }
        cap *= 2;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (struct vtr_bytes){bytes, len};
}

static bool dump_file(struct vtr_modules *modules, uint32_t module, const char *path)
{
    const struct vtr_bytes data = read_all(path);
    struct vtr_writer out = {0};
    bool is_written = data.ptr != NULL;

    if (is_written) {
        vtr_modules_begin(modules, data);
        vtr_dump_module(modules, module, &out);
        const struct vtr_bytes text = vtr_writer_bytes(&out);
        is_written = vtr_writer_ok(&out) && printf("= %s\n", path) > 0 &&
                     fwrite(text.ptr, 1, text.len, stdout) == text.len;
    }
    vtr_writer_deinit(&out);
    free((void *)(uintptr_t)data.ptr);
    return is_written;
}

int main(int argc, char **argv)
{
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    const uint32_t module = argc < 2 ? (uint32_t)VTR_MODULE_COUNT
                                     : vtr_module_find(vtr_bytes_from_text(argv[1]));
    int status = 0;

    if (module == VTR_MODULE_COUNT || modules == NULL) {
        (void)fprintf(stderr, "usage: module_driver MODULE FILE...\n");
        free(modules);
        return 2;
    }
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    for (int i = 2; i < argc; i++) {
        if (!dump_file(modules, module, argv[i])) {
            (void)fprintf(stderr, "%s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    }
    vtr_modules_deinit(modules);
    free(modules);
    return status;
}
