/* SPDX-License-Identifier: Apache-2.0 */

#include "delta/file/decode_stems.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/writer.h"
#include "delta/file/stem_ranks.h"
#include "tests/support/cmocka.h"

/* A stem as the section of new stems spells it. */
struct spelled {
    uint64_t shared;
    const char *rest;
};

/* Reads a dictionary of new stems alone, each used once, with `uses_first` for the
 * first. */
static enum vtr_status read_stems(const struct spelled *list, size_t count,
                                  uint64_t uses_first, struct vtr_delta *out)
{
    struct vtr_writer texts = {0};
    struct vtr_writer uses = {0};
    struct vtr_column column = {0};
    struct vtr_range_encoder encoder;

    vtr_range_encoder_init(&encoder, &uses);
    for (size_t i = 0; i < count; i++) {
        vtr_writer_varint(&texts, list[i].shared);
        vtr_writer_string(&texts, vtr_bytes_from_text(list[i].rest));
        vtr_column_put(&column, &encoder, i == 0 ? uses_first : 1);
    }
    vtr_range_encoder_finish(&encoder);
    *out = (struct vtr_delta){.header = {.to_len = 1000}};
    out->header.sections[VTR_DELTA_STEMS_NEW].count = count;
    out->header.sections[VTR_DELTA_STEM_USES].count = count;
    out->raw[VTR_DELTA_STEMS_NEW] = vtr_writer_bytes(&texts);
    out->raw[VTR_DELTA_STEM_USES] = vtr_writer_bytes(&uses);
    const enum vtr_status status = vtr_delta_read_stems(out, NULL);
    vtr_writer_deinit(&texts);
    vtr_writer_deinit(&uses);
    return status;
}

static void check_refused(const struct spelled *list, size_t count, uint64_t uses_first)
{
    struct vtr_delta delta;

    assert_int_equal(read_stems(list, count, uses_first, &delta), VTR_ERROR_FORMAT);
    vtr_delta_deinit(&delta);
}

static void front_coded_stems_are_spelled_out(void **state)
{
    const struct spelled list[] = {
        {0, "Doc"}, {0, "Win.A"}, {4, "B"}, {5, "C"}, {0, "X"}};
    const char *const texts[] = {"Doc", "Win.A", "Win.B", "Win.BC", "X"};
    struct vtr_delta delta;
    (void)state;

    assert_int_equal(read_stems(list, 5, 3, &delta), VTR_OK);
    assert_int_equal(delta.stem_count, 5);
    for (size_t i = 0; i < 5; i++) {
        assert_true(
            vtr_bytes_equal(delta.stems[i].text, vtr_bytes_from_text(texts[i])));
    }
    vtr_delta_deinit(&delta);
}

static void most_used_stem_has_the_first_rank(void **state)
{
    const struct spelled list[] = {{0, "a"}, {0, "b"}, {0, "c"}};
    struct vtr_delta delta;
    (void)state;

    assert_int_equal(read_stems(list, 3, 9, &delta), VTR_OK);
    assert_int_equal(delta.ranked[0], 0);
    assert_int_equal(delta.ranked[1], 1);
    assert_int_equal(delta.ranked[2], 2);
    vtr_delta_deinit(&delta);
}

static void impossible_stems_are_refused(void **state)
{
    const struct spelled disorder[] = {{0, "b"}, {0, "a"}};
    const struct spelled twice[] = {{0, "b"}, {1, ""}};
    const struct spelled shares_less[] = {{0, "aa"}, {0, "ab"}};
    const struct spelled shares_more[] = {{0, "a"}, {2, "b"}};
    const struct spelled first_shares[] = {{1, "a"}};
    const struct spelled good[] = {{0, "a"}};
    (void)state;

    check_refused(disorder, 2, 1);
    check_refused(twice, 2, 1);
    check_refused(shares_less, 2, 1);
    check_refused(shares_more, 2, 1);
    check_refused(first_shares, 1, 1);
    check_refused(good, 1, 0);
    check_refused(good, 1, (uint64_t)UINT32_MAX + 1);
}

static void few_bytes_do_not_unfold_to_many(void **state)
{
    char text[257] = {0};
    struct spelled list[2] = {{0, text}, {VTR_STEM_SHARED_MAX, "y"}};
    struct vtr_delta delta;
    (void)state;

    memset(text, 'x', 256);
    assert_int_equal(read_stems(list, 2, 1, &delta), VTR_OK);
    assert_int_equal(delta.stems[1].text.len, VTR_STEM_SHARED_MAX + 1);
    vtr_delta_deinit(&delta);
    list[1].shared++;
    check_refused(list, 2, 1);
    list[1].shared = VTR_STEM_SHARED_MAX; /* and shares one more than it may say */
    list[1].rest = "xy";
    assert_int_equal(read_stems(list, 2, 1, &delta), VTR_OK);
    vtr_delta_deinit(&delta);
    list[1].shared = VTR_STEM_SHARED_MAX - 1;
    check_refused(list, 2, 1);
}

/* Stems of 257 bytes each for five in the delta. */
static void stems_that_unfold_to_too_much_are_refused(void **state)
{
    enum {
        COUNT = (1 << 28) / 257 + 2
    };
    struct spelled *list = calloc(COUNT, sizeof(*list));
    char(*rests)[3] = calloc(COUNT, sizeof(*rests));
    char first[256] = {0};
    struct vtr_delta delta;
    (void)state;

    assert_non_null(list);
    assert_non_null(rests);
    memset(first, 'x', VTR_STEM_SHARED_MAX);
    list[0] = (struct spelled){0, first};
    for (unsigned i = 1; i < COUNT; i++) { /* more than two bytes can tell apart */
        rests[i][0] = (char)(1 + i / 127 % 127);
        rests[i][1] = (char)(1 + i % 127);
        list[i] = (struct spelled){VTR_STEM_SHARED_MAX, rests[i]};
    }
    assert_int_equal(read_stems(list, COUNT, 1, &delta), VTR_ERROR_LIMIT);
    vtr_delta_deinit(&delta);
    free(list);
    free(rests);
}

static void no_stems_are_fine(void **state)
{
    struct vtr_delta delta;
    (void)state;

    assert_int_equal(read_stems(NULL, 0, 0, &delta), VTR_OK);
    assert_int_equal(delta.stem_count, 0);
    vtr_delta_deinit(&delta);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(front_coded_stems_are_spelled_out),
        cmocka_unit_test(most_used_stem_has_the_first_rank),
        cmocka_unit_test(impossible_stems_are_refused),
        cmocka_unit_test(few_bytes_do_not_unfold_to_many),
        cmocka_unit_test(stems_that_unfold_to_too_much_are_refused),
        cmocka_unit_test(no_stems_are_fine),
    };
    return cmocka_run_group_tests_name("decode stems", tests, NULL, NULL);
}
