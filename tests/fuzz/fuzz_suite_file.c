/* SPDX-License-Identifier: Apache-2.0 */

/* Test files of arbitrary bytes: what comes out is whole, and what is wrong has a place
 * in the file. */
#include <stdlib.h>

#include "compiler/syntax/source.h"
#include "testing/suite_file.h"

static void check(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_place(const struct vtr_place *place, size_t size)
{
    check(place->source != NULL && place->offset <= size);
    check(place->length >= 1 && place->length <= size);
}

static void check_sample(const struct vtr_suite_sample *sample, size_t size)
{
    check(sample->name.ptr != NULL);
    check_place(&sample->place, size);
    check(sample->is_bad || sample->expectations != NULL);
    for (const struct vtr_suite_part *p = sample->parts; p != NULL; p = p->next) {
        check(sample->is_bad || p->kind == VTR_SUITE_ZEROS || p->bytes.ptr != NULL);
    }
    for (const struct vtr_suite_expectation *e = sample->expectations; e != NULL;
         e = e->next) {
        check_place(&e->place, size);
        check((e->rule.len > 0) ==
              (e->kind == VTR_SUITE_MATCHES || e->kind == VTR_SUITE_MISSES));
        for (const struct vtr_suite_string *s = e->strings; s != NULL; s = s->next) {
            check_place(&s->place, size);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char PATH[] = "folder/fuzz.test";
    const struct vtr_source source = {
        .path = {(const uint8_t *)PATH, sizeof(PATH) - 1},
        .bytes = {data, size},
    };
    struct vtr_arena arena = {0};
    struct vtr_diagnostics diagnostics;
    struct vtr_suite_sample *samples = NULL;

    vtr_diagnostics_init(&diagnostics, &arena, 100);
    check(vtr_suite_file_parse(&samples, &source, &arena, &diagnostics) == VTR_OK);
    bool has_bad = false;
    for (const struct vtr_suite_sample *s = samples; s != NULL; s = s->next) {
        check_sample(s, size);
        has_bad |= s->is_bad;
    }
    check(!has_bad || diagnostics.errors > 0);
    const struct vtr_problem *problems = diagnostics.problems.items;
    for (size_t i = 0; i < diagnostics.problems.count; i++) {
        check(problems[i].place.offset <= size);
    }
    vtr_diagnostics_deinit(&diagnostics);
    vtr_arena_deinit(&arena);
    return 0;
}
