/* SPDX-License-Identifier: Apache-2.0 */

/* Types in signatures of hostile .NET files: odd spellings, and depth and work that
 * end. */
#include "scan/module/dotnet_signature.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "tests/support/cmocka.h"
#include "tests/support/module_call.h"

/* A file of one TypeSpec row, whose blob the test writes. */
#define BLOB_AT  16u
#define FILE_LEN 4096u

struct fixture {
    uint8_t file[FILE_LEN];
    struct vtr_test_modules modules;
    struct vtr_module_run run;
    struct vtr_net_metadata metadata;
    struct vtr_net_names names;
    struct vtr_net_speller speller;
};

static struct fixture *set_up(void)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    vtr_test_modules_init(&fixture->modules, (struct vtr_bytes){NULL, 0});
    fixture->run.services = &fixture->modules.services;
    fixture->metadata.file = (struct vtr_bytes){fixture->file, FILE_LEN};
    fixture->metadata.tables.file = fixture->metadata.file;
    fixture->metadata.tables.at[VTR_NET_TYPESPEC] = (struct vtr_net_table){
        .is_present = true, .row_count = 1, .row_len = 2, .column_offsets = {0, 2}};
    fixture->metadata.streams[VTR_NET_STREAM_BLOBS].offset = BLOB_AT;
    assert_true(vtr_net_names_init(&fixture->names, &fixture->run, &fixture->metadata));
    fixture->speller.names = &fixture->names;
    return fixture;
}

static void tear_down(struct fixture *fixture)
{
    vtr_net_speller_deinit(&fixture->speller);
    vtr_arena_deinit(&fixture->run.arena);
    vtr_test_modules_deinit(&fixture->modules);
    free(fixture);
}

static struct vtr_bytes spell(struct fixture *fixture, const uint8_t *bytes, size_t len)
{
    static const struct vtr_bytes NAMES[] = {{(const uint8_t *)"T", 1}};
    const struct vtr_net_scope scope = {.of_class = {NAMES, 1}};
    struct vtr_reader signature;

    vtr_reader_init(&signature, (struct vtr_bytes){bytes, len}, 0);
    return vtr_net_spell_type(&fixture->speller, &signature, &scope);
}

static void odd_spellings_are_yaras(void **state)
{
    static const struct {
        uint8_t bytes[16];
        size_t len;
        const char *text; /* NULL: no type */
    } CASES[] = {
        {{0}, 0, NULL},
        {{0x00}, 1, NULL},
        {{0x08}, 1, "int"},
        {{0x17}, 1, NULL},
        {{0x1D}, 1, NULL},
        {{0x1D, 0x1D, 0x0E}, 3, "string[][]"},
        {{0x10, 0x0F, 0x01}, 3, "ref Ptr<void>"},
        /* Variables: of the class, past its last, of a method that has none. */
        {{0x13, 0x00}, 2, "T"},
        {{0x13, 0x01}, 2, NULL},
        {{0x1E, 0x00}, 2, NULL},
        /* Arrays: type, rank, sizes, lower bounds. */
        {{0x14, 0x08, 0x01, 0x00, 0x00}, 5, "int[]"},
        {{0x14, 0x08, 0x03, 0x00, 0x00}, 5, "int[,,]"},
        {{0x14, 0x08, 0x00}, 3, NULL},
        {{0x14, 0x08, 0x33, 0x00, 0x00}, 5, NULL},
        {{0x14, 0x08, 0x01, 0x02, 0x01, 0x01, 0x00}, 7, NULL},
        {{0x14, 0x08, 0x02, 0x01, 0x00, 0x00}, 6, "int[0,]"},
        {{0x14, 0x08, 0x01, 0x01, 0x05, 0x01, 0x7B}, 7, "int[-3...1]"},
        {{0x14, 0x08, 0x01, 0x00, 0x01, 0x80, 0x81}, 7, "int[-8128...]"},
        {{0x14, 0x08, 0x01, 0x00, 0x01, 0xC0, 0x00, 0x00, 0x01},
         9,
         "int[-268435456...]"},
        {{0x14, 0x08, 0x01}, 3, "int[]"},
        /* Arguments that are no types are left out, but for the comma of the second. */
        {{0x15, 0x0E, 0x02, 0x00, 0x08}, 5, "string<,int>"},
        {{0x15, 0x0E, 0x02, 0x08, 0x00}, 5, "string<int>"},
        {{0x15, 0x0E, 0x83, 0xE9}, 4, NULL},
        {{0x1B, 0x00, 0x02, 0x01, 0x08, 0x0E}, 6, "FnPtr<void(int, string)>"},
        {{0x1B}, 1, NULL},
        /* Modifiers are passed over. */
        {{0x20, 0x05, 0x1F, 0x09, 0x0D}, 5, "double"},
        /* A class of an index that leads nowhere. */
        {{0x12, 0x00}, 2, NULL},
        {{0x12, 0x04}, 2, NULL},
        {{0x12, 0x07}, 2, NULL},
    };
    struct fixture *fixture = set_up();

    (void)state;
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        const struct vtr_bytes text = spell(fixture, CASES[i].bytes, CASES[i].len);
        if (CASES[i].text == NULL) {
            assert_null(text.ptr);
        } else if (!vtr_bytes_equal(text, vtr_bytes_from_text(CASES[i].text))) {
            fail_msg("%zu: '%.*s', not '%s'", i, (int)text.len, (const char *)text.ptr,
                     CASES[i].text);
        }
    }
    assert_false(fixture->run.is_limited);
    tear_down(fixture);
}

static void sixteen_types_stand_in_each_other_and_seventeen_do_not(void **state)
{
    uint8_t bytes[18];
    struct fixture *fixture = set_up();

    (void)state;
    memset(bytes, 0x1D, sizeof(bytes));
    bytes[16] = 0x08;
    assert_int_equal(spell(fixture, bytes, 17).len, 3 + 16 * 2);
    bytes[16] = 0x1D;
    bytes[17] = 0x08;
    assert_null(spell(fixture, bytes, 18).ptr);
    tear_down(fixture);
}

/* A thousand times itself, sixteen deep. */
static void a_type_of_itself_ends(void **state)
{
    static const uint8_t CLASS[] = {0x12, 0x06}; /* row 1 of TypeSpec */
    struct fixture *fixture = set_up();
    uint8_t *blob = fixture->file + BLOB_AT;
    const size_t count = 1000;

    (void)state;
    /* Row 1, which is at offset 0, is a blob at index 0: a generic type. */
    const size_t len = 4 + count * sizeof(CLASS);
    *blob++ = (uint8_t)(0x80 | len >> 8);
    *blob++ = (uint8_t)len;
    memcpy(blob, "\x15\x0E\x83\xE8", 4);
    for (size_t i = 0; i < count; i++) {
        memcpy(blob + 4 + i * sizeof(CLASS), CLASS, sizeof(CLASS));
    }
    (void)spell(fixture, CLASS, sizeof(CLASS));
    assert_true(fixture->run.is_limited);
    assert_true(fixture->speller.node_count <= (UINT64_C(1) << 20) + 1);
    tear_down(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_spellings_are_yaras),
        cmocka_unit_test(sixteen_types_stand_in_each_other_and_seventeen_do_not),
        cmocka_unit_test(a_type_of_itself_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
