/* SPDX-License-Identifier: Apache-2.0 */

#include "tests/support/compile_text.h"

#include <stdio.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "vitrine/compile.h"

struct vtr_bytes vtr_test_compile(const char *text, const char *scratch)
{
    const char *const sources[] = {scratch};
    const struct vtr_compile_options options = {.sources = sources, .source_count = 1};
    struct vtr_compilation *compilation = NULL;
    uint8_t *image = NULL;
    size_t len = 0;
    FILE *file = fopen(scratch, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
    assert_int_equal(vtr_compile(&compilation, &options, NULL), VTR_OK);
    assert_int_equal(vtr_compilation_build(compilation, &image, &len, NULL), VTR_OK);
    vtr_compilation_free(compilation);
    (void)remove(scratch);
    return (struct vtr_bytes){image, len};
}
