/* SPDX-License-Identifier: Apache-2.0 */

/* What the index finds is what a comparison at every offset finds, with any vectors. */
#include "scan/search/atom_search.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan/scanner.h"
#include "tests/support/cmocka.h"
#include "tests/support/compile_text.h"
#include "tests/support/random_records.h"

#define TEXTS    300u
#define TEXT_MAX 20u
#define DATA_LEN 40000u

struct text {
    uint8_t bytes[TEXT_MAX];
    size_t len;
    bool is_nocase;
    bool is_mz;    /* the rule asks for a file that begins so */
    bool has_keys; /* is looked for under every xor key */
};

/* What a scan found: the rule's number is in its name. */
struct found {
    uint64_t *counts; /* matches by number */
    uint64_t *sums;   /* of their offsets */
    size_t total;
};

static int take(const struct vtr_detection *detection, void *context)
{
    struct found *found = context;
    size_t number = 0;

    for (size_t i = 1; i < detection->name.len; i++) {
        number = number * 10 + (size_t)(detection->name.ptr[i] - '0');
    }
    for (size_t i = 0; i < detection->strings[0].count; i++) {
        found->counts[number]++;
        found->sums[number] += detection->strings[0].matches[i].offset;
    }
    found->total++;
    return 1;
}

static void scan_with(const struct vtr_database *database, enum vtr_vectors vectors,
                      struct vtr_bytes data, struct found *found)
{
    struct vtr_scanner *scanner = NULL;
    unsigned limits = 0;

    assert_int_equal(vtr_scanner_new(&scanner, database, NULL, NULL), VTR_OK);
    vtr_scanner_use_vectors(scanner, vectors);
    assert_int_equal(vtr_scan_bytes(scanner, data, take, found, &limits, NULL), VTR_OK);
    assert_int_equal(limits, 0);
    vtr_scanner_free(scanner);
}

static size_t put_hex(char *out, const struct text *text)
{
    size_t len = 0;

    for (size_t i = 0; i < text->len; i++) {
        len += (size_t)snprintf(out + len, 4, "%02x ", text->bytes[i]);
    }
    return len;
}

static size_t put_rule(char *out, size_t number, const struct text *text)
{
    size_t len = (size_t)snprintf(out, 64, "rule r%zu { strings: $a = ", number);

    if (text->is_nocase || text->has_keys) {
        len += (size_t)snprintf(out + len, 2, "\"");
        for (size_t i = 0; i < text->len; i++) {
            len += (size_t)snprintf(out + len, 5, "\\x%02x", text->bytes[i]);
        }
        len += (size_t)snprintf(out + len, 10, "\" %s",
                                text->is_nocase ? "nocase" : "xor");
    } else {
        len += (size_t)snprintf(out + len, 3, "{ ");
        len += put_hex(out + len, text);
        len += (size_t)snprintf(out + len, 2, "}");
    }
    return len + (size_t)snprintf(out + len, 64, " condition: %s$a }\n",
                                  text->is_mz ? "uint16(0) == 0x5A4D and " : "");
}

/* The rules of so many texts as an image, from malloc. */
static struct vtr_bytes compile(const struct text *texts, size_t count,
                                const char *scratch)
{
    char *rules = malloc(count * 200 + 1);
    size_t len = 0;

    assert_non_null(rules);
    for (size_t i = 0; i < count; i++) {
        len += put_rule(rules + len, i, &texts[i]);
    }
    const struct vtr_bytes image = vtr_test_compile(rules, scratch);
    free(rules);
    return image;
}

static bool stands_at(const struct text *text, const uint8_t *data)
{
    bool is_equal = true;

    for (size_t i = 0; i < text->len && is_equal; i++) {
        is_equal = text->is_nocase ? vtr_fold(data[i]) == vtr_fold(text->bytes[i])
                                   : data[i] == text->bytes[i];
    }
    return is_equal;
}

static void compare_everywhere(const struct text *texts, struct vtr_bytes data,
                               struct found *found)
{
    for (size_t i = 0; i < TEXTS; i++) {
        for (size_t at = 0; at + texts[i].len <= data.len; at++) {
            if (stands_at(&texts[i], data.ptr + at)) {
                found->counts[i]++;
                found->sums[i] += at;
            }
        }
    }
}

static void assert_all_find(const struct vtr_database *database, size_t count,
                            struct vtr_bytes data, const struct found *wanted)
{
    for (unsigned v = VTR_VECTORS_NONE; v < VTR_VECTORS_COUNT; v++) {
        struct found found = {calloc(count, 8), calloc(count, 8), 0};

        assert_true(found.counts != NULL && found.sums != NULL);
        if (vtr_cpu_has_vectors((enum vtr_vectors)v)) {
            scan_with(database, (enum vtr_vectors)v, data, &found);
            assert_memory_equal(found.counts, wanted->counts, count * 8);
            assert_memory_equal(found.sums, wanted->sums, count * 8);
        }
        free(found.counts);
        free(found.sums);
    }
}

/* Texts of few different bytes, so that they are found, and data full of them. */
static void texts_of_every_length_are_found_wherever_they_stand(void **state)
{
    (void)state;
    static const uint8_t LETTERS[] = {'a', 'B', 0, '#', 'b', 0xFF};
    static struct text texts[TEXTS];
    static uint8_t data[DATA_LEN];
    struct found wanted = {calloc(TEXTS, 8), calloc(TEXTS, 8), 0};
    uint64_t random = 5;

    for (size_t i = 0; i < TEXTS; i++) {
        texts[i].len = i < 3 ? i + 1 : 2 + vtr_test_below(&random, TEXT_MAX - 1);
        texts[i].is_nocase = i >= 3 && i % 2 == 0;
        for (size_t k = 0; k < texts[i].len; k++) {
            texts[i].bytes[k] = LETTERS[vtr_test_below(&random, sizeof(LETTERS))];
        }
    }
    for (size_t at = 0; at < DATA_LEN; at++) {
        data[at] = LETTERS[vtr_test_below(&random, sizeof(LETTERS))];
    }
    for (size_t at = 0; at + TEXT_MAX < DATA_LEN; at += 23) {
        const struct text *text = &texts[vtr_test_below(&random, TEXTS)];
        memcpy(data + at, text->bytes, text->len);
    }
    memcpy(data + DATA_LEN - texts[9].len, texts[9].bytes, texts[9].len);
    struct vtr_bytes image = compile(texts, TEXTS, "test_atom_search.tmp.yar");
    struct vtr_database *database = NULL;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    for (size_t len = DATA_LEN; len > 8100; len -= len / 9) {
        const struct vtr_bytes part = {data + DATA_LEN - len, len};

        memset(wanted.counts, 0, TEXTS * 8);
        memset(wanted.sums, 0, TEXTS * 8);
        compare_everywhere(texts, part, &wanted);
        assert_all_find(database, TEXTS, part, &wanted);
    }
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    free(wanted.counts);
    free(wanted.sums);
}

static void plant(struct text *texts, size_t count, uint8_t *data, uint64_t *random)
{
    for (size_t at = 2; at + TEXT_MAX < DATA_LEN; at += 97) {
        const struct text *text = &texts[vtr_test_below(random, count)];

        memcpy(data + at, text->bytes, text->len);
    }
}

/* Rules that ask for the first bytes of the file are found in files that have them, and
 * the others are in all; few enough for buckets, or more than those have room for. */
static void rules_for_some_files_are_found_in_those(void **state)
{
    (void)state;
    static const size_t COUNTS[] = {40, 160, TEXTS};
    static struct text texts[TEXTS];
    static uint8_t data[DATA_LEN];
    struct found wanted = {calloc(TEXTS, 8), calloc(TEXTS, 8), 0};
    uint64_t random = 23;

    for (size_t i = 0; i < TEXTS; i++) {
        texts[i].len = 1 + vtr_test_below(&random, 12);
        texts[i].is_mz = i % 8 > i % 3; /* of eight five or six */
        for (size_t k = 0; k < texts[i].len; k++) {
            texts[i].bytes[k] = (uint8_t)vtr_test_random(&random);
        }
    }
    for (size_t at = 0; at < DATA_LEN; at++) {
        data[at] = (uint8_t)vtr_test_random(&random);
    }
    for (size_t c = 0; c < 2 * sizeof(COUNTS) / sizeof(COUNTS[0]); c++) {
        const size_t count = COUNTS[c / 2];
        const struct vtr_bytes bytes = {data, DATA_LEN};
        struct vtr_database *database = NULL;

        plant(texts, count, data, &random);
        memcpy(data, c % 2 == 0 ? "MZ" : "ZM", 2);
        memset(wanted.counts, 0, TEXTS * 8);
        memset(wanted.sums, 0, TEXTS * 8);
        compare_everywhere(texts, bytes, &wanted);
        for (size_t i = 0; i < TEXTS; i++) {
            const bool is_possible = i < count && (c % 2 == 0 || !texts[i].is_mz);

            wanted.counts[i] = is_possible ? wanted.counts[i] : 0;
            wanted.sums[i] = is_possible ? wanted.sums[i] : 0;
        }
        struct vtr_bytes image = compile(texts, count, "test_atom_search.tmp.yar");
        assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
        assert_all_find(database, TEXTS, bytes, &wanted);
        vtr_database_free(database);
        free((void *)(uintptr_t)image.ptr);
    }
    free(wanted.counts);
    free(wanted.sums);
}

#define PLANTED 1000u

/* Some of these texts stand in the data, and no others. */
static void check_planted(const struct text *texts, size_t count)
{
    static uint8_t data[PLANTED * 40];
    struct found wanted = {calloc(count, 8), calloc(count, 8), 0};
    uint64_t random = 17;

    assert_true(wanted.counts != NULL && wanted.sums != NULL);
    memset(data, 0, sizeof(data));
    for (size_t i = 0; i < PLANTED; i++) {
        const size_t number = vtr_test_below(&random, (unsigned)count / 50) * 50;
        const size_t at = i * 40 + vtr_test_below(&random, 20);
        const uint8_t key =
            texts[number].has_keys ? (uint8_t)vtr_test_below(&random, 256) : 0;

        for (size_t k = 0; k < texts[number].len; k++) {
            data[at + k] = texts[number].bytes[k] ^ key;
        }
        wanted.counts[number]++;
        wanted.sums[number] += at;
    }
    struct vtr_bytes image = compile(texts, count, "test_atom_search.tmp.many.yar");
    struct vtr_database *database = NULL;
    assert_int_equal(vtr_database_open_bytes(&database, image, NULL), VTR_OK);
    assert_all_find(database, count, (struct vtr_bytes){data, sizeof(data)}, &wanted);
    vtr_database_free(database);
    free((void *)(uintptr_t)image.ptr);
    free(wanted.counts);
    free(wanted.sums);
}

static struct text *make_texts(size_t count, size_t least_len)
{
    struct text *texts = calloc(count, sizeof(*texts));
    uint64_t random = 19;

    assert_non_null(texts);
    for (size_t i = 0; i < count; i++) {
        texts[i].len = least_len + i % (TEXT_MAX - least_len);
        for (size_t k = 0; k < TEXT_MAX; k++) {
            texts[i].bytes[k] = (uint8_t)(128 + vtr_test_below(&random, 100));
        }
    }
    return texts;
}

/* So many texts, and of such lengths, that the scan has each pace for long atoms but
 * the last; some of them share their bytes, so that there are lists. */
static void many_texts_are_found(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        size_t least_len;
    } CASES[] = {{2000, 7}, {4095, 8}, {4096, 8}};

    for (size_t c = 0; c < sizeof(CASES) / sizeof(CASES[0]); c++) {
        struct text *texts = make_texts(CASES[c].count, CASES[c].least_len);

        for (size_t i = 0; i < CASES[c].count; i += 100) {
            /* the least common bytes first, and what tells the texts apart behind them
             */
            memcpy(texts[i].bytes, "\xd6\xd7\x9e\xae\xb6\xbe\x96\xa6", 8);
            texts[i].len = 19;
        }
        check_planted(texts, CASES[c].count);
        free(texts);
    }
}

/* Texts of letters, and a few that are not: those must do without the long tier. */
static void texts_are_found_among_others(void **state)
{
    (void)state;
    static const size_t ODDS[] = {0, 33, 125, 131};
    static const size_t COUNT = 4000;
    struct text *texts = make_texts(COUNT, 8);
    uint64_t random = 29;

    for (size_t i = 0; i < COUNT; i++) {
        for (size_t k = 0; k < TEXT_MAX; k++) {
            const bool is_zero = i % 3 == 0 && k % 2 == 1;

            texts[i].bytes[k] =
                is_zero ? 0 : (uint8_t)(' ' + vtr_test_below(&random, 33));
        }
    }
    for (size_t o = 0; o < sizeof(ODDS) / sizeof(ODDS[0]); o++) {
        for (size_t i = 0; i < ODDS[o]; i++) {
            const size_t at = i * 30;

            for (size_t k = 0; k < texts[at].len; k++) {
                texts[at].bytes[k] = (uint8_t)(128 + vtr_test_below(&random, 100));
            }
        }
        check_planted(texts, COUNT);
    }
    free(texts);
}

/* 256 atoms of each text: the most of all paces. */
static void many_keys_are_found(void **state)
{
    (void)state;
    struct text *texts = make_texts(1100, 8);

    for (size_t i = 0; i < 1100; i++) {
        texts[i].has_keys = true;
    }
    check_planted(texts, 1100);
    free(texts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_every_length_are_found_wherever_they_stand),
        cmocka_unit_test(rules_for_some_files_are_found_in_those),
        cmocka_unit_test(many_texts_are_found),
        cmocka_unit_test(texts_are_found_among_others),
        cmocka_unit_test(many_keys_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
