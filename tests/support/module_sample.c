/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/module_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/dump_module.h"

#define SAMPLE_LIMIT ((size_t)1 << 16)
#define PATH_LIMIT   4096u

struct vtr_bytes vtr_sample_read(const char *name)
{
    char path[PATH_LIMIT];
    uint8_t *bytes = malloc(SAMPLE_LIMIT);
    size_t len = 0;

    (void)snprintf(path, sizeof(path), "%s/corpus/%s", VTR_TESTS_FOLDER, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(bytes);
    assert_non_null(file);
    len = fread(bytes, 1, SAMPLE_LIMIT, file);
    (void)fclose(file);
    assert_in_range(len, 1, SAMPLE_LIMIT - 1);
    return (struct vtr_bytes){bytes, len};
}

void vtr_sample_free(struct vtr_bytes sample)
{
    free((void *)(uintptr_t)sample.ptr);
}

/* What the module finds, NUL-terminated, with a line end before and after each line. */
static void dump(const char *module, struct vtr_bytes data, struct vtr_writer *out)
{
    struct vtr_modules *modules = calloc(1, sizeof(*modules));
    const uint32_t number = vtr_module_find(vtr_bytes_from_text(module));

    assert_non_null(modules);
    assert_int_not_equal(number, VTR_MODULE_COUNT);
    vtr_modules_init(modules, &VTR_DUMP_SERVICES);
    vtr_modules_begin(modules, data);
    vtr_writer_u8(out, '\n');
    vtr_dump_module(modules, number, out);
    vtr_writer_u8(out, 0);
    assert_true(vtr_writer_ok(out));
    vtr_modules_deinit(modules);
    free(modules);
}

/* The dump, where a line that begins with `text` begins; NULL: there is none. */
static const char *find_line(const struct vtr_writer *dumped, const char *text)
{
    const char *all = (const char *)vtr_writer_bytes(dumped).ptr;
    const char *at = strstr(all, text);

    while (at != NULL && at[-1] != '\n') {
        at = strstr(at + 1, text);
    }
    return at;
}

void vtr_sample_expect(const char *module, struct vtr_bytes sample,
                       const char *const *expected, size_t count)
{
    struct vtr_writer dumped = {0};

    dump(module, sample, &dumped);
    for (size_t i = 0; i < count; i++) {
        const char *line = find_line(&dumped, expected[i]);
        if (line == NULL || line[strlen(expected[i])] != '\n') {
            fail_msg("'%s' is not in:%s", expected[i], vtr_writer_bytes(&dumped).ptr);
        }
    }
    vtr_writer_deinit(&dumped);
}

void vtr_sample_expect_none(const char *module, struct vtr_bytes sample,
                            const char *const *begins, size_t count)
{
    struct vtr_writer dumped = {0};

    dump(module, sample, &dumped);
    for (size_t i = 0; i < count; i++) {
        if (find_line(&dumped, begins[i]) != NULL) {
            fail_msg("'%s' is in:%s", begins[i], vtr_writer_bytes(&dumped).ptr);
        }
    }
    vtr_writer_deinit(&dumped);
}

static void dump_and_forget(const char *module, struct vtr_bytes data)
{
    struct vtr_writer dumped = {0};

    dump(module, data, &dumped);
    vtr_writer_deinit(&dumped);
}

void vtr_sample_damage(const char *module, struct vtr_bytes sample, size_t header_len)
{
    static const uint8_t CHANGES[] = {0x01, 0x80, 0xFF};

    for (size_t len = 0; len < sample.len; len++) {
        uint8_t *copy = malloc(len == 0 ? 1 : len);
        assert_non_null(copy);
        memcpy(copy, sample.ptr, len);
        dump_and_forget(module, (struct vtr_bytes){copy, len});
        free(copy);
    }
    uint8_t *copy = malloc(sample.len == 0 ? 1 : sample.len);
    assert_non_null(copy);
    memcpy(copy, sample.ptr, sample.len);
    for (size_t at = 0; at < header_len && at < sample.len; at++) {
        for (size_t i = 0; i < sizeof(CHANGES); i++) {
            copy[at] ^= CHANGES[i];
            dump_and_forget(module, (struct vtr_bytes){copy, sample.len});
            copy[at] ^= CHANGES[i];
        }
    }
    free(copy);
}
