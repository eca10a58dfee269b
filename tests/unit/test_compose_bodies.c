/* SPDX-License-Identifier: Apache-2.0 */

/* What composing may cost: deltas of few bytes that copy much, again and again. */
#include "delta/merge/compose_bodies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "delta/coding/edit.h"
#include "delta/file/delta_header.h"
#include "tests/support/cmocka.h"

enum {
    LONG_LEN = 1 << 20,
    COPIES = 257 /* of so many bytes: more than all records of a delta may have */
};

/* Two deltas, and memory that they borrow. */
struct fixture {
    struct vtr_body_changes first;
    struct vtr_body_changes second;
    struct vtr_body_changes out;
};

static void begin(struct fixture *f)
{
    vtr_body_changes_init(&f->first);
    vtr_body_changes_init(&f->second);
    vtr_body_changes_init(&f->out);
}

static void end(struct fixture *f)
{
    vtr_body_changes_deinit(&f->first);
    vtr_body_changes_deinit(&f->second);
    vtr_body_changes_deinit(&f->out);
}

static struct vtr_body_name name_of(struct vtr_body_changes *changes, const char *name)
{
    return (struct vtr_body_name){{NULL, 0},
                                  vtr_arena_dup(&changes->memory,
                                                vtr_bytes_from_text(name))};
}

/* Puts a body of a name, or an edit of another one. */
static void put(struct vtr_body_changes *changes, const char *name,
                enum vtr_body_base base, const char *base_name, uint64_t base_len,
                struct vtr_bytes text)
{
    struct vtr_body_put *room = vtr_vector_push(&changes->put);

    assert_non_null(room);
    *room = (struct vtr_body_put){.name = name_of(changes, name),
                                  .is_change = base == VTR_BASE_SELF,
                                  .base = base,
                                  .base_name = name_of(changes, base_name),
                                  .base_len = base_len,
                                  .text = vtr_arena_dup(&changes->memory, text)};
    assert_non_null(room->text.ptr);
}

/* Puts an edit that copies the first bytes of its base so many times. */
static void put_copies(struct vtr_body_changes *changes, const char *name,
                       uint64_t base_len, uint64_t len, unsigned count)
{
    struct vtr_edit edit;
    struct vtr_writer w = {0};

    vtr_edit_init(&edit, base_len);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(vtr_edit_copy(&edit, 0, len, NULL), VTR_OK);
    }
    vtr_edit_write(&edit, &w);
    put(changes, name, VTR_BASE_OTHER, "a", base_len, vtr_writer_bytes(&w));
    vtr_writer_deinit(&w);
    vtr_edit_deinit(&edit);
}

static enum vtr_status compose(struct fixture *f)
{
    return vtr_body_changes_compose(VTR_BODY_RULE, &f->first, &f->second, &f->out,
                                    NULL);
}

/* A rule of the name, with as many bytes behind it as make it so long. */
static struct vtr_bytes spell_rule(struct vtr_writer *w, const char *name, size_t len)
{
    vtr_writer_u8(w, 0);
    vtr_writer_varint(w, 0);
    vtr_writer_string(w, vtr_bytes_from_text(name));
    vtr_writer_zeros(w, len - w->len);
    return vtr_writer_bytes(w);
}

/* However much was made before in the memory of the result. */
static void copies_of_what_is_given_have_a_limit(void **state)
{
    struct vtr_writer rule = {0};
    struct fixture f;
    (void)state;

    begin(&f);
    put(&f.first, "a", VTR_BASE_NONE, "", 0, spell_rule(&rule, "a", LONG_LEN));
    put_copies(&f.second, "b", LONG_LEN, LONG_LEN, COPIES);
    f.out.memory.used_bytes = (size_t)VTR_DELTA_UNPACKED_MAX + 1;
    assert_int_equal(compose(&f), VTR_ERROR_LIMIT);
    vtr_writer_deinit(&rule);
    end(&f);
}

static void edits_that_give_the_same_bytes_again_have_a_limit(void **state)
{
    struct vtr_writer given = {0};
    struct vtr_writer text = {0};
    struct vtr_edit edit;
    struct fixture f;
    (void)state;

    begin(&f);
    vtr_writer_zeros(&given, LONG_LEN);
    vtr_edit_init(&edit, 10);
    assert_int_equal(vtr_edit_give(&edit, vtr_writer_bytes(&given), NULL), VTR_OK);
    assert_int_equal(vtr_edit_copy(&edit, 0, 1, NULL), VTR_OK);
    vtr_edit_write(&edit, &text);
    put(&f.first, "a", VTR_BASE_SELF, "a", 10, vtr_writer_bytes(&text));
    put_copies(&f.second, "b", LONG_LEN + 1, LONG_LEN + 1, COPIES);
    assert_int_equal(compose(&f), VTR_ERROR_LIMIT);
    vtr_edit_deinit(&edit);
    vtr_writer_deinit(&given);
    vtr_writer_deinit(&text);
    end(&f);
}

/* Of one edit of a million places many others are made, each of a few bytes. */
static void edits_of_many_places_are_not_read_again_and_again(void **state)
{
    enum {
        PLACES = 1 << 20,
        EDITS = 65
    };
    struct vtr_writer text = {0};
    struct vtr_edit edit;
    struct fixture f;
    char name[8];
    (void)state;

    begin(&f);
    vtr_edit_init(&edit, 10);
    for (unsigned i = 0; i < PLACES; i++) {
        assert_int_equal(vtr_edit_copy(&edit, i % 2 * 2, 1, NULL), VTR_OK);
    }
    vtr_edit_write(&edit, &text);
    put(&f.first, "a", VTR_BASE_SELF, "a", 10, vtr_writer_bytes(&text));
    for (unsigned i = 0; i < EDITS; i++) {
        (void)snprintf(name, sizeof(name), "b%02u", i);
        put_copies(&f.second, name, edit.len, 1, 1);
    }
    assert_int_equal(compose(&f), VTR_ERROR_LIMIT);
    vtr_edit_deinit(&edit);
    vtr_writer_deinit(&text);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_of_what_is_given_have_a_limit),
        cmocka_unit_test(edits_that_give_the_same_bytes_again_have_a_limit),
        cmocka_unit_test(edits_of_many_places_are_not_read_again_and_again),
    };
    return cmocka_run_group_tests_name("compose bodies", tests, NULL, NULL);
}
