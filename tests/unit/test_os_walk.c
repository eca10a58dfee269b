/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_walk.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka.h"
#include "tests/support/test_folder.h"

static bool append_name(const char *path, enum vtr_status status,
                        const struct vtr_error *err, void *context)
{
    (void)err;
    char *names = context;
    assert_int_equal(status, VTR_OK);
    (void)strncat(names, path + strlen(vtr_test_folder()), 200 - strlen(names));
    return true;
}

static void a_walk_is_sorted_and_follows_no_links(void **state)
{
    (void)state;
    char names[256] = "";
    char root[128];

    (void)snprintf(root, sizeof(root), "%s/w", vtr_test_folder());
    assert_int_equal(mkdir(root, 0755), 0);
    assert_int_equal(mkdir(vtr_test_path("w/m"), 0755), 0);
    vtr_test_put("w/z", "");
    vtr_test_put("w/m/1", "");
    vtr_test_put("w/B", "");
    assert_int_equal(symlink("/", vtr_test_path("w/link")), 0);
    assert_int_equal(vtr_walk(root, append_name, names, NULL), VTR_OK);
    assert_string_equal(names, "/w/B/w/m/1/w/z");
}

static void append_passed(const char *path, void *context)
{
    char *names = context;

    (void)strncat(names, strrchr(path, '/'), 100);
}

static bool pass(const char *path, enum vtr_status status, const struct vtr_error *err,
                 void *context)
{
    (void)path;
    (void)err;
    (void)context;
    return status == VTR_OK;
}

static void a_walk_tells_what_it_passes_over(void **state)
{
    (void)state;
    char names[256] = "";
    char root[128];

    (void)snprintf(root, sizeof(root), "%s/p", vtr_test_folder());
    assert_int_equal(mkdir(root, 0755), 0);
    vtr_test_put("p/file", "");
    assert_int_equal(mkfifo(vtr_test_path("p/pipe"), 0600), 0);
    assert_int_equal(symlink("nowhere", vtr_test_path("p/link")), 0);
    assert_int_equal(vtr_walk_telling(root, pass, append_passed, names, NULL), VTR_OK);
    assert_string_equal(names, "/link/pipe");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_walk_is_sorted_and_follows_no_links),
        cmocka_unit_test(a_walk_tells_what_it_passes_over),
    };
    return cmocka_run_group_tests_name("os_walk", tests, vtr_test_folder_make,
                                       vtr_test_folder_remove);
}
