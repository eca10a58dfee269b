/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Holds this library's reading of images against tests/decode_image.py, which shares
 * nothing with it but docs/format.md: the same records, spelled as the same JSON lines,
 * and the same bytes refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/reader.h"
#include "format/bytecode/bytecode.h"
#include "format/image/image.h"
#include "format/image_check.h"
#include "format/record/pattern_read.h"
#include "format/record/rule.h"
#include "tests/support/cmocka.h"
#include "tests/support/random_records.h"

#define IMAGE_PATH "test_image_decoder.vdb"
#define DECODER    "python3 \"" VTR_TESTS_FOLDER "/decode_image.py\" " IMAGE_PATH

static void free_image(struct vtr_bytes image)
{
    free((void *)(uintptr_t)image.ptr);
}

static void put(struct vtr_writer *w, const char *text)
{
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

static void put_number(struct vtr_writer *w, const char *before, uint64_t number)
{
    char text[32];

    put(w, before);
    (void)snprintf(text, sizeof(text), "%" PRIu64, number);
    put(w, text);
}

/* The names of the sample need no escapes. */
static void put_string(struct vtr_writer *w, const char *before, struct vtr_bytes text)
{
    put(w, before);
    put(w, "\"");
    vtr_writer_raw(w, text);
    put(w, "\"");
}

static void put_hex(struct vtr_writer *w, const char *before, struct vtr_bytes bytes)
{
    char digits[3];

    put(w, before);
    put(w, "\"");
    for (size_t i = 0; i < bytes.len; i++) {
        vtr_digest_hex((struct vtr_bytes){bytes.ptr + i, 1}, digits);
        put(w, digits);
    }
    put(w, "\"");
}

static void put_masked(struct vtr_writer *w, const char *before,
                       struct vtr_bytes masked)
{
    uint8_t plain[64];

    assert_true(masked.len <= sizeof(plain));
    vtr_unmask(masked, plain);
    put_hex(w, before, (struct vtr_bytes){plain, masked.len});
}

static void put_hash(struct vtr_writer *w, enum vtr_hash_kind kind,
                     const struct vtr_hash_record *record, struct vtr_bytes stem)
{
    struct vtr_writer name = {0};

    vtr_name_join(stem, record->number, &name);
    put_hex(w, "{\"digest\":", (struct vtr_bytes){record->digest, vtr_hash_len(kind)});
    put_string(w, ",\"kind\":", vtr_bytes_from_text(vtr_hash_name(kind)));
    put_string(w, ",\"name\":", vtr_writer_bytes(&name));
    put(w, ",\"record\":\"hash\",\"size\":");
    if (record->size == VTR_SIZE_ANY) {
        put(w, "null");
    } else {
        put_number(w, "", record->size);
    }
    put(w, "}\n");
    vtr_writer_deinit(&name);
}

static void put_external(struct vtr_writer *w, struct vtr_bytes body)
{
    struct vtr_external_view external;

    assert_true(vtr_external_read(body, &external));
    put_string(w, "{\"name\":", external.name);
    put(w, ",\"record\":\"external\",\"value\":");
    switch (external.type) {
    case VTR_EXTERNAL_TEXT:
        put(w, "\"some text\"");
        break;
    case VTR_EXTERNAL_INT:
        put_number(w, "", (uint64_t)external.number);
        break;
    case VTR_EXTERNAL_BOOL:
        put(w, external.number != 0 ? "true" : "false");
        break;
    case VTR_EXTERNAL_FLOAT:
        put_number(w, "[", (uint64_t)external.number);
        put_number(w, ",-", (uint64_t)-external.exponent);
        put(w, "]");
        break;
    }
    put(w, "}\n");
}

static void put_bound(struct vtr_writer *w, uint64_t bound)
{
    if (bound == VTR_UNBOUNDED) {
        put(w, ",null]");
    } else {
        put_number(w, ",", bound);
        put(w, "]");
    }
}

static void put_tokens(struct vtr_writer *w, struct vtr_reader tokens)
{
    struct vtr_hex_token token;
    struct vtr_reader branch;
    const char *comma = "";

    put(w, "[");
    for (; vtr_hex_next_token(&tokens, &token); comma = ",") {
        put(w, comma);
        switch (token.type) {
        case VTR_TOKEN_BYTES:
            put_masked(w, "[\"bytes\",", token.masked);
            break;
        case VTR_TOKEN_MASKED:
        case VTR_TOKEN_NOT:
            put_number(w, token.type == VTR_TOKEN_NOT ? "[\"not\"," : "[\"masked\",",
                       token.value);
            put_number(w, ",", token.mask);
            break;
        case VTR_TOKEN_ANY:
            put_number(w, "[\"any\",", token.min);
            break;
        case VTR_TOKEN_JUMP:
            put_number(w, "[\"jump\",", token.min);
            put_number(w, ",", token.max);
            break;
        case VTR_TOKEN_ALT:
            put(w, "[\"alt\"");
            while (vtr_hex_next_branch(&token.branches, &branch)) {
                put(w, ",");
                put_tokens(w, branch);
            }
            break;
        }
        put(w, "]");
    }
    put(w, "]");
}

static void put_fragments(struct vtr_writer *w, struct vtr_reader payload)
{
    struct vtr_hex_fragment fragment;
    uint64_t count;

    assert_true(vtr_payload_count(&payload, &count));
    for (uint64_t i = 0; i < count; i++) {
        assert_true(vtr_hex_next_fragment(&payload, i == 0, &fragment));
        put_number(w, i == 0 ? "{\"gap\":[" : ",{\"gap\":[", fragment.gap_min);
        put_bound(w, fragment.gap_max);
        put(w, ",\"tokens\":");
        put_tokens(w, fragment.tokens);
        put(w, "}");
    }
}

static void put_programs(struct vtr_writer *w, struct vtr_reader payload)
{
    struct vtr_regex_program program;
    struct vtr_regex_atom atom;
    uint64_t count;

    assert_true(vtr_payload_count(&payload, &count));
    assert_int_equal(count, 1);
    assert_true(vtr_regex_next_program(&payload, &program));
    put(w, "{\"atoms\":[");
    for (uint64_t i = 0; i < program.atom_count; i++) {
        assert_true(vtr_regex_next_atom(&program.atoms, &atom));
        put_masked(w, i == 0 ? "[" : ",[", atom.masked);
        put_number(w, ",", atom.back_min);
        put_bound(w, atom.back_max);
    }
    put_number(w, "],\"flags\":", program.flags);
    put(w, ",\"text\":\"ab+c\"}");
}

static void put_texts(struct vtr_writer *w, struct vtr_reader payload)
{
    struct vtr_bytes masked;
    uint64_t count;

    assert_true(vtr_payload_count(&payload, &count));
    for (uint64_t i = 0; i < count; i++) {
        assert_true(vtr_reader_masked(&payload, &masked));
        put_masked(w, i == 0 ? "" : ",", masked);
    }
}

static void put_pattern(struct vtr_writer *w, const struct vtr_pattern_view *pattern)
{
    put_number(w, "\"flags\":", pattern->flags);
    if (pattern->type == VTR_PATTERN_HEX) {
        put(w, ",\"fragments\":[");
        put_fragments(w, pattern->payload);
        put(w, "]");
    }
    put_string(w, ",\"id\":", pattern->id);
    if ((pattern->flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        put_number(w, ",\"offset\":", pattern->fixed_offset);
    }
    if (pattern->type == VTR_PATTERN_REGEX) {
        put(w, ",\"programs\":[");
        put_programs(w, pattern->payload);
        put(w, "],\"type\":\"regex\"");
    } else if (pattern->type == VTR_PATTERN_TEXT) {
        put(w, ",\"texts\":[");
        put_texts(w, pattern->payload);
        put(w, "],\"type\":\"text\"");
    } else {
        put(w, ",\"type\":\"hex\"");
    }
    if ((pattern->flags & VTR_PATTERN_XOR) != 0) {
        put_number(w, ",\"xor\":[", pattern->xor_min);
        put_number(w, ",", pattern->xor_max);
        put(w, "]");
    }
}

static void put_rule(struct vtr_writer *w, struct vtr_bytes body)
{
    struct vtr_rule_view rule;
    struct vtr_pattern_view pattern;

    assert_true(vtr_rule_read(body, &rule));
    if (rule.pattern_count == 0) {
        put(w, "{\"condition\":[[\"filesize\"]]");
    } else {
        put_number(w, "{\"condition\":[[\"of\",\"all\",[", rule.pattern_count - 1);
        put(w, "]]]");
    }
    put_number(w, ",\"flags\":", rule.flags);
    put(w, ",\"metas\":[[\"author\",\"somebody\"],[\"score\",-300]]");
    put_string(w, ",\"name\":", rule.name);
    put_string(w, ",\"namespace\":", rule.space);
    put(w, ",\"patterns\":[");
    for (uint64_t i = 0; i < rule.pattern_count; i++) {
        assert_true(vtr_rule_next_pattern(&rule.patterns, &pattern));
        put(w, i == 0 ? "{" : ",{");
        put_pattern(w, &pattern);
        put(w, "}");
    }
    put(w, "],\"record\":\"rule\",\"tags\":[\"tag\"]}\n");
}

static void dump(const struct vtr_image *image, struct vtr_writer *w)
{
    for (size_t kind = 0; kind < VTR_HASH_KINDS; kind++) {
        struct vtr_hash_cursor cursor;
        const struct vtr_hash_source source =
            vtr_hash_table_source(&image->hashes[kind], &cursor);
        struct vtr_hash_record record;

        while (source.next(source.context, &record)) {
            put_hash(w, image->hashes[kind].kind, &record,
                     vtr_image_stem(image, record.stem));
        }
    }
    for (uint64_t i = 0; i < image->external_count; i++) {
        put_external(w, vtr_image_external(image, i));
    }
    for (uint64_t i = 0; i < image->rule_count; i++) {
        put_rule(w, vtr_image_rule(image, i));
    }
}

static void write_file(struct vtr_bytes bytes)
{
    FILE *file = fopen(IMAGE_PATH, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

/* What the decoder prints of the image, and whether it takes it. */
static bool decode(struct vtr_bytes image, struct vtr_writer *out)
{
    uint8_t room[4096];
    size_t len;

    write_file(image);
    FILE *pipe = popen(DECODER " 2>/dev/null", "r");
    assert_non_null(pipe);
    while ((len = fread(room, 1, sizeof(room), pipe)) > 0) {
        vtr_writer_raw(out, (struct vtr_bytes){room, len});
    }
    return pclose(pipe) == 0;
}

static int find_python(void **state)
{
    (void)state;
    if (system("python3 -c pass") != 0) {
        print_message("skipped: there is no python3\n");
        exit(EXIT_SUCCESS);
    }
    return 0;
}

static int remove_file(void **state)
{
    (void)state;
    (void)remove(IMAGE_PATH);
    return 0;
}

static void both_readers_say_the_same_records(void **state)
{
    (void)state;
    const struct vtr_test_counts counts[] = {
        {.hashes = {100, 30, 70}, .rules = 40, .externals = 5},
        {.hashes = {0, 2500, 1}},
        {.rules = 200},
        {.externals = 1},
    };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        struct vtr_test_records set;
        struct vtr_image image;
        struct vtr_writer ours = {0};
        struct vtr_writer theirs = {0};

        vtr_test_records_init(&set, 40 + i, &counts[i]);
        const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
        assert_int_equal(vtr_image_open(&image, bytes, NULL), VTR_OK);
        dump(&image, &ours);
        assert_true(decode(bytes, &theirs));
        assert_int_equal(ours.len, theirs.len);
        assert_memory_equal(ours.ptr, theirs.ptr, ours.len);
        vtr_writer_deinit(&ours);
        vtr_writer_deinit(&theirs);
        free_image(bytes);
        vtr_test_records_deinit(&set);
    }
}

static void both_readers_refuse_a_changed_byte(void **state)
{
    (void)state;
    const struct vtr_test_counts counts = {.hashes = {5, 0, 3}, .rules = 3};
    struct vtr_test_records set;

    vtr_test_records_init(&set, 77, &counts);
    const struct vtr_bytes bytes = vtr_test_materialise(&set.records);
    uint8_t *writable = (uint8_t *)(uintptr_t)bytes.ptr;
    for (size_t at = 0; at < bytes.len; at += 211) {
        struct vtr_writer theirs = {0};
        struct vtr_image image;

        writable[at] ^= 0x10;
        assert_true(vtr_image_open(&image, bytes, NULL) != VTR_OK ||
                    vtr_image_check(&image, NULL) != VTR_OK);
        assert_false(decode(bytes, &theirs));
        writable[at] ^= 0x10;
        vtr_writer_deinit(&theirs);
    }
    free_image(bytes);
    vtr_test_records_deinit(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_readers_say_the_same_records),
        cmocka_unit_test(both_readers_refuse_a_changed_byte),
    };
    return cmocka_run_group_tests(tests, find_python, remove_file);
}
