/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/test_folder.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/os_file.h"
#include "tests/support/cmocka.h"

static char folder[64];

int vtr_test_folder_make(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/vitrine-test-XXXXXX");
    return mkdtemp(folder) == NULL;
}

int vtr_test_folder_remove(void **state)
{
    (void)state;
    char command[96];
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

const char *vtr_test_folder(void)
{
    return folder;
}

const char *vtr_test_path(const char *name)
{
    static char path[128];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

void vtr_test_put(const char *name, const char *text)
{
    FILE *file = fopen(vtr_test_path(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void vtr_test_holds(const char *name, const char *text)
{
    struct vtr_bytes bytes;
    assert_int_equal(vtr_file_read(vtr_test_path(name), 1000, &bytes, NULL), VTR_OK);
    assert_string_equal((const char *)bytes.ptr, text);
    free((void *)(uintptr_t)bytes.ptr);
}
