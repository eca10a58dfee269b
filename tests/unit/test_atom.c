/* SPDX-License-Identifier: Apache-2.0 */

#include "format/atom/atom.h"

#include <string.h>

#include "base/bytes.h"
#include "format/record/pattern_read.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define NUMBER 7u

/* Chooses for one pattern that is given by its payload. */
static enum vtr_status choose(struct vtr_atom_choice *choice,
                              enum vtr_pattern_type type, uint32_t flags,
                              const struct vtr_writer *payload)
{
    struct vtr_pattern_view pattern = {.type = type, .flags = flags, .xor_max = 2};

    vtr_reader_init(&pattern.payload, vtr_writer_bytes(payload), 0);
    return vtr_atom_choose(choice, &pattern, NUMBER, NULL);
}

static const struct vtr_atom_entry *entry_at(const struct vtr_atom_choice *choice,
                                             size_t index)
{
    assert_true(index < choice->entries.count);
    return (const struct vtr_atom_entry *)choice->entries.items + index;
}

/* The bytes of an entry's atom. */
static void assert_atom(const struct vtr_atom_entry *entry, const char *bytes,
                        size_t len)
{
    assert_int_equal(entry->len, len);
    assert_true(entry->lead + len <= entry->context_len);
    assert_memory_equal(entry->context + entry->lead, bytes, len);
}

static void put_text(struct vtr_writer *payload, const char *text, size_t len)
{
    vtr_writer_varint(payload, 1);
    vtr_writer_masked(payload, (struct vtr_bytes){(const uint8_t *)text, len});
}

static void texts_are_cut_to_the_lengths_of_the_tiers_and_folded(void **state)
{
    (void)state;
    static const uint8_t LENS[] = {0, 1, 2, 3, 4, 4, 4, 7, 8, 8};

    for (size_t len = 1; len < sizeof(LENS); len++) {
        struct vtr_atom_choice choice;
        struct vtr_writer payload = {0};

        vtr_atom_choice_init(&choice);
        put_text(&payload, "QzX!Q%#Q%", len);
        assert_int_equal(choose(&choice, VTR_PATTERN_TEXT, VTR_PATTERN_ASCII, &payload),
                         VTR_OK);
        assert_int_equal(choice.entries.count, 1);
        const struct vtr_atom_entry *entry = entry_at(&choice, 0);
        assert_int_equal(entry->len, LENS[len]);
        assert_int_equal(entry->context_len, len);
        assert_memory_equal(entry->context, "qzx!q%#q%", len);
        assert_int_equal(entry->pattern, NUMBER);
        assert_int_equal(entry->back_min, entry->lead);
        assert_int_equal(entry->back_max, entry->lead);
        vtr_writer_deinit(&payload);
        vtr_atom_choice_deinit(&choice);
    }
}

static void a_context_is_what_is_around_the_atom(void **state)
{
    (void)state;
    for (size_t before = 0; before < 20; before++) {
        for (size_t behind = 0; behind < 20; behind++) {
            static const char ATOM[] = "qjZ~#Qj!";
            struct vtr_atom_choice choice;
            struct vtr_writer payload = {0};
            char text[64];

            memset(text, 0, sizeof(text));
            memcpy(text + before, ATOM, 8);
            vtr_atom_choice_init(&choice);
            put_text(&payload, text, before + 8 + behind);
            assert_int_equal(choose(&choice, VTR_PATTERN_TEXT, VTR_PATTERN_ASCII,
                                    &payload),
                             VTR_OK);
            const struct vtr_atom_entry *entry = entry_at(&choice, 0);
            const size_t len = before + 8 + behind;
            assert_atom(entry, "qjz~#qj!", 8);
            assert_int_equal(entry->back_min, before);
            assert_int_equal(entry->context_len, len < 16 ? len : 16);
            assert_int_equal(entry->lead, behind >= 8           ? 0
                                          : before < 8 - behind ? before
                                                                : 8 - behind);
            vtr_writer_deinit(&payload);
            vtr_atom_choice_deinit(&choice);
        }
    }
}

static void the_rarest_window_is_taken_and_runs_are_not(void **state)
{
    (void)state;
    static const char TEXT[] = "\0\0\0\0\x90\x90\x90\x90    qjZ~\xff\xff\xff\xff";
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    put_text(&payload, TEXT, sizeof(TEXT) - 1);
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT, VTR_PATTERN_ASCII, &payload),
                     VTR_OK);
    assert_atom(entry_at(&choice, 0), "   qjz~\xff", 8);
    assert_int_equal(entry_at(&choice, 0)->back_min, 9);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void wide_text_is_interleaved_and_marked(void **state)
{
    (void)state;
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    put_text(&payload, "Q~", 2);
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT,
                            VTR_PATTERN_ASCII | VTR_PATTERN_WIDE, &payload),
                     VTR_OK);
    assert_int_equal(choice.entries.count, 2);
    assert_atom(entry_at(&choice, 0), "q\0~\0", 4);
    assert_int_equal(entry_at(&choice, 0)->flags, VTR_ATOM_WIDE);
    assert_atom(entry_at(&choice, 1), "q~", 2);
    assert_int_equal(entry_at(&choice, 1)->flags, 0);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void each_xor_key_has_an_entry_folded_after_the_key(void **state)
{
    (void)state;
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    put_text(&payload, "B@", 2); /* under keys 0, 1, 2: b@ cA @B */
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT,
                            VTR_PATTERN_ASCII | VTR_PATTERN_XOR, &payload),
                     VTR_OK);
    assert_int_equal(choice.entries.count, 3);
    assert_atom(entry_at(&choice, 0), "@b", 2);
    assert_atom(entry_at(&choice, 1), "b@", 2);
    assert_atom(entry_at(&choice, 2), "ca", 2);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void equal_entries_are_kept_once(void **state)
{
    (void)state;
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    vtr_writer_varint(&payload, 1);
    vtr_writer_u8(&payload, VTR_PROGRAM_NOCASE);
    vtr_writer_masked(&payload, vtr_bytes_from_text("abcd"));
    vtr_writer_varint(&payload, 2);
    for (unsigned i = 0; i < 2; i++) {
        vtr_writer_masked(&payload, vtr_bytes_from_text(i == 0 ? "abcd" : "ABCD"));
        vtr_writer_varint(&payload, 0);
        vtr_writer_varint(&payload, 1);
    }
    assert_int_equal(choose(&choice, VTR_PATTERN_REGEX, 0, &payload), VTR_OK);
    assert_int_equal(choice.entries.count, 1);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void a_window_is_looked_for_in_the_first_sixty_thousand_bytes(void **state)
{
    (void)state;
    static char text[70000];
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    memset(text, 0, sizeof(text));
    memcpy(text + 60001, "qjz~a#%", 7);
    put_text(&payload, text, sizeof(text));
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT, VTR_PATTERN_ASCII, &payload),
                     VTR_OK);
    assert_int_equal(entry_at(&choice, 0)->back_min, 59997);
    assert_atom(entry_at(&choice, 0), "\0\0\0\0qjz~", 8);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void distances_of_programs_are_shifted_and_widened(void **state)
{
    (void)state;
    static const struct {
        uint64_t min;
        uint64_t bound; /* back_max + 1, 0: none */
        uint16_t back_min;
        uint16_t back_max;
    } CASES[] = {
        {3, 6, 5, 7},
        {3, 0, 5, VTR_BACK_UNBOUNDED},
        {0, 65533, 2, 65534},
        {0, 65534, 2, VTR_BACK_UNBOUNDED},
        {70000, 0, 65534, VTR_BACK_UNBOUNDED},
        {UINT64_MAX - 1, 0, 65534, VTR_BACK_UNBOUNDED},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct vtr_atom_choice choice;
        struct vtr_writer payload = {0};

        vtr_atom_choice_init(&choice);
        vtr_writer_varint(&payload, 1);
        vtr_writer_u8(&payload, VTR_PROGRAM_WIDE);
        vtr_writer_masked(&payload, vtr_bytes_from_text("x"));
        vtr_writer_varint(&payload, 1);
        vtr_writer_masked(&payload, vtr_bytes_from_text("eeqjz~"));
        vtr_writer_varint(&payload, CASES[i].min);
        vtr_writer_varint(&payload, CASES[i].bound);
        assert_int_equal(choose(&choice, VTR_PATTERN_REGEX, 0, &payload), VTR_OK);
        assert_int_equal(entry_at(&choice, 0)->back_min, CASES[i].back_min);
        assert_int_equal(entry_at(&choice, 0)->back_max, CASES[i].back_max);
        assert_int_equal(entry_at(&choice, 0)->flags, VTR_ATOM_WIDE);
        vtr_writer_deinit(&payload);
        vtr_atom_choice_deinit(&choice);
    }
}

static void a_part_without_fixed_bytes_leaves_the_pattern_without_atoms(void **state)
{
    (void)state;
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    vtr_writer_varint(&payload, 2);
    vtr_writer_string(&payload, (struct vtr_bytes){(const uint8_t *)"\x04\x03", 2});
    vtr_writer_varint(&payload, 300);
    vtr_writer_varint(&payload, 0);
    vtr_writer_string(&payload, (struct vtr_bytes){(const uint8_t *)"\x01\x02zz", 4});
    assert_int_equal(choose(&choice, VTR_PATTERN_HEX, 0, &payload), VTR_OK);
    assert_int_equal(choice.entries.count, 0);
    vtr_writer_clear(&payload);
    vtr_writer_varint(&payload, 1);
    vtr_writer_u8(&payload, 0);
    vtr_writer_masked(&payload, vtr_bytes_from_text(".*"));
    vtr_writer_varint(&payload, 0);
    assert_int_equal(choose(&choice, VTR_PATTERN_REGEX, 0, &payload), VTR_OK);
    assert_int_equal(choice.entries.count, 0);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

static void more_entries_than_the_limit_are_refused(void **state)
{
    (void)state;
    struct vtr_atom_choice choice;
    struct vtr_writer payload = {0};

    vtr_atom_choice_init(&choice);
    vtr_writer_varint(&payload, 40000);
    for (unsigned i = 0; i < 40000; i++) {
        vtr_writer_masked(&payload, vtr_bytes_from_text("text"));
    }
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT, VTR_PATTERN_ASCII, &payload),
                     VTR_OK);
    assert_int_equal(choice.entries.count, 40000);
    assert_int_equal(choose(&choice, VTR_PATTERN_TEXT,
                            VTR_PATTERN_ASCII | VTR_PATTERN_WIDE, &payload),
                     VTR_ERROR_LIMIT);
    vtr_writer_deinit(&payload);
    vtr_atom_choice_deinit(&choice);
}

/* Appends a random run of bytes that the tokens match. */
static void spell_tokens(uint64_t *random, struct vtr_reader tokens,
                         struct vtr_writer *w)
{
    struct vtr_hex_token token;

    while (vtr_hex_next_token(&tokens, &token)) {
        uint64_t wild = 0;

        if (token.type == VTR_TOKEN_BYTES) {
            for (size_t i = 0; i < token.masked.len; i++) {
                vtr_writer_u8(w, (uint8_t)(token.masked.ptr[i] ^ vtr_mask(i)));
            }
        } else if (token.type == VTR_TOKEN_ALT) {
            struct vtr_reader branch = {0};

            for (uint64_t left = 1 + vtr_test_below(random, token.branch_count);
                 left > 0; left--) {
                assert_true(vtr_hex_next_branch(&token.branches, &branch));
            }
            spell_tokens(random, branch, w);
        } else {
            wild = token.min + vtr_test_below(random, token.max - token.min + 1);
        }
        for (; wild > 0; wild--) {
            vtr_writer_u8(w, (uint8_t)vtr_test_random(random));
        }
    }
}

static bool holds_atom(struct vtr_bytes match, const struct vtr_atom_entry *entry)
{
    for (size_t at = entry->back_min; at + entry->len <= match.len; at++) {
        bool is_equal = true;

        if (entry->back_max != VTR_BACK_UNBOUNDED && at > entry->back_max) {
            return false;
        }
        for (unsigned i = 0; i < entry->context_len; i++) {
            const size_t place = at + i - entry->lead;

            is_equal = is_equal && place < match.len &&
                       vtr_fold(match.ptr[place]) == entry->context[i];
        }
        if (is_equal) {
            return true;
        }
    }
    return false;
}

/* Every match of every fragment holds an atom of that fragment where it says. */
static void check_hex(uint64_t *random, const struct vtr_atom_choice *choice,
                      struct vtr_reader payload)
{
    uint64_t count;

    assert_true(vtr_payload_count(&payload, &count));
    for (uint64_t i = 0; i < count; i++) {
        struct vtr_hex_fragment fragment;
        struct vtr_writer match = {0};
        bool is_held = false;

        assert_true(vtr_hex_next_fragment(&payload, i == 0, &fragment));
        spell_tokens(random, fragment.tokens, &match);
        for (size_t j = 0; j < choice->entries.count; j++) {
            const struct vtr_atom_entry *entry = entry_at(choice, j);

            is_held = is_held || (entry->fragment == i &&
                                  holds_atom(vtr_writer_bytes(&match), entry));
        }
        assert_true(is_held || choice->entries.count == 0);
        vtr_writer_deinit(&match);
    }
}

static void every_match_of_a_random_hex_string_holds_an_atom(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.rules = 200};
    struct vtr_test_records set;
    struct vtr_atom_choice choice;
    uint64_t random = 99;
    size_t seen = 0;

    vtr_test_records_init(&set, 99, &counts);
    vtr_atom_choice_init(&choice);
    for (size_t i = 0; i < set.records.rule_count; i++) {
        struct vtr_rule_view rule;
        struct vtr_pattern_view pattern;

        assert_true(vtr_rule_read(set.records.rules[i], &rule));
        while (vtr_rule_next_pattern(&rule.patterns, &pattern)) {
            assert_int_equal(vtr_atom_choose(&choice, &pattern, NUMBER, NULL), VTR_OK);
            for (unsigned j = 0; pattern.type == VTR_PATTERN_HEX && j < 20; j++) {
                check_hex(&random, &choice, pattern.payload);
                seen += choice.entries.count > 0;
            }
        }
    }
    assert_true(seen > 1000);
    vtr_atom_choice_deinit(&choice);
    vtr_test_records_deinit(&set);
}

static void folding_touches_ascii_capitals_alone(void **state)
{
    (void)state;
    for (unsigned byte = 0; byte < 256; byte++) {
        const unsigned folded = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;

        assert_int_equal(vtr_fold((uint8_t)byte), folded);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_cut_to_the_lengths_of_the_tiers_and_folded),
        cmocka_unit_test(a_context_is_what_is_around_the_atom),
        cmocka_unit_test(the_rarest_window_is_taken_and_runs_are_not),
        cmocka_unit_test(wide_text_is_interleaved_and_marked),
        cmocka_unit_test(each_xor_key_has_an_entry_folded_after_the_key),
        cmocka_unit_test(equal_entries_are_kept_once),
        cmocka_unit_test(a_window_is_looked_for_in_the_first_sixty_thousand_bytes),
        cmocka_unit_test(distances_of_programs_are_shifted_and_widened),
        cmocka_unit_test(a_part_without_fixed_bytes_leaves_the_pattern_without_atoms),
        cmocka_unit_test(more_entries_than_the_limit_are_refused),
        cmocka_unit_test(every_match_of_a_random_hex_string_holds_an_atom),
        cmocka_unit_test(folding_touches_ascii_capitals_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
