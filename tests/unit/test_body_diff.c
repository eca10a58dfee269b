/* SPDX-License-Identifier: Apache-2.0 */

/* Rules that all go and come back under another name: each is found again, and in time
 * that grows with their number and not by its square. */
#include "delta/change/body_diff.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"

enum {
    RULES = 150000,
    TEXT_LEN = 48,
    SECONDS_LIMIT = 25
};

/* All rules of a namespace, one after the other. */
struct rule_list {
    struct vtr_writer text;
    struct vtr_bytes *bodies;
    struct vtr_records records;
};

/* A rule whose condition is its number again and again. */
static void write_rule(struct vtr_writer *w, const char *space, unsigned number)
{
    char name[16];
    char text[TEXT_LEN];

    (void)snprintf(name, sizeof(name), "r%06u", number);
    for (unsigned i = 0; i < TEXT_LEN; i += 6) {
        (void)snprintf(text + i, sizeof(text) - i, "%05x", number * 7 + i);
    }
    vtr_writer_u8(w, 0);
    vtr_writer_string(w, vtr_bytes_from_text(space));
    vtr_writer_string(w, vtr_bytes_from_text(name));
    vtr_writer_zeros(w, 3); /* no tags, metas, patterns */
    vtr_writer_string(w, (struct vtr_bytes){(const uint8_t *)text, sizeof(text)});
}

static void begin(struct rule_list *list, const char *space)
{
    size_t *starts = calloc(RULES + 1, sizeof(*starts));

    *list = (struct rule_list){.bodies = calloc(RULES, sizeof(*list->bodies))};
    assert_non_null(starts);
    assert_non_null(list->bodies);
    for (unsigned i = 0; i < RULES; i++) {
        write_rule(&list->text, space, i);
        starts[i + 1] = list->text.len;
    }
    for (unsigned i = 0; i < RULES; i++) {
        list->bodies[i] =
            (struct vtr_bytes){list->text.ptr + starts[i], starts[i + 1] - starts[i]};
    }
    list->records = (struct vtr_records){.rules = list->bodies, .rule_count = RULES};
    free(starts);
}

static void end(struct rule_list *list)
{
    free(list->bodies);
    vtr_writer_deinit(&list->text);
}

static void rules_under_another_name_are_found_again(void **state)
{
    struct vtr_body_changes changes;
    struct rule_list from;
    struct rule_list to;
    (void)state;

    begin(&from, "old");
    begin(&to, "new");
    const clock_t start = clock();
    assert_int_equal(vtr_body_diff(VTR_BODY_RULE, &from.records, &to.records, &changes,
                                   NULL),
                     VTR_OK);
    assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, SECONDS_LIMIT);
    const struct vtr_body_put *puts = changes.put.items;
    assert_int_equal(changes.put.count, RULES);
    for (size_t i = 0; i < changes.put.count; i++) {
        assert_int_equal(puts[i].base, VTR_BASE_OTHER);
        assert_true(vtr_bytes_equal(puts[i].base_name.name, puts[i].name.name));
    }
    vtr_body_changes_deinit(&changes);
    end(&from);
    end(&to);
}

/* A rule of a million differences is put whole, and the delta is made. */
static void rule_that_changes_in_too_many_places_is_put_whole(void **state)
{
    enum {
        CELLS = 600000,
        CELL_LEN = 6
    };
    struct vtr_writer rules[2] = {{0}};
    struct vtr_bytes bodies[2];
    struct vtr_records records[2];
    struct vtr_body_changes changes;
    (void)state;

    for (unsigned i = 0; i < 2; i++) {
        vtr_writer_u8(&rules[i], 0);
        vtr_writer_string(&rules[i], vtr_bytes_from_text("space"));
        vtr_writer_string(&rules[i], vtr_bytes_from_text("rule"));
        vtr_writer_zeros(&rules[i], 3); /* no tags, metas, patterns */
        vtr_writer_varint(&rules[i], CELLS * CELL_LEN);
        for (unsigned at = 0; at < CELLS; at++) {
            vtr_writer_raw(&rules[i],
                           vtr_bytes_from_text(i == 0 ? "abcdeA" : "abcdeB"));
        }
        bodies[i] = vtr_writer_bytes(&rules[i]);
        records[i] = (struct vtr_records){.rules = &bodies[i], .rule_count = 1};
    }
    assert_int_equal(vtr_body_diff(VTR_BODY_RULE, &records[0], &records[1], &changes,
                                   NULL),
                     VTR_OK);
    const struct vtr_body_put *puts = changes.put.items;
    assert_int_equal(changes.put.count, 1);
    assert_int_equal(puts[0].base, VTR_BASE_NONE);
    assert_true(puts[0].is_change);
    assert_int_equal(puts[0].text.len, bodies[1].len);
    vtr_body_changes_deinit(&changes);
    vtr_writer_deinit(&rules[0]);
    vtr_writer_deinit(&rules[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_under_another_name_are_found_again),
        cmocka_unit_test(rule_that_changes_in_too_many_places_is_put_whole),
    };
    return cmocka_run_group_tests_name("body diff", tests, NULL, NULL);
}
