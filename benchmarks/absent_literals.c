/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Which literals occur in no file of a list.
 *
 *     absent_literals LITERALS LIST
 *
 * LITERALS has one a line in hexadecimal, each of eight bytes or more, LIST paths.
 * Prints those that are absent, in their order.  All positions of the files are looked
 * up by eight bytes: a filter of bits first, then chains of a hash table.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "benchmarks/corpus.h"
#include "benchmarks/literal_list.h"

#define KEY_LEN     ((size_t)8)
#define FILTER_BITS 27
#define TABLE_BITS  22
#define NONE        UINT32_MAX

struct table {
    struct vtr_literal_list literals;
    uint8_t *filter; /* owned; a bit a hash */
    uint32_t *heads; /* owned; of the chains */
    uint32_t *nexts; /* owned; one a literal */
    bool *are_found; /* owned; one a literal */
};

static uint64_t hash_key(const void *bytes)
{
    uint64_t key;

    memcpy(&key, bytes, sizeof(key));
    return key * 0x9E3779B97F4A7C15u;
}

static void table_deinit(struct table *table)
{
    vtr_literal_list_deinit(&table->literals);
    free(table->filter);
    free(table->heads);
    free(table->nexts);
    free(table->are_found);
}

static bool add_literals(struct table *table)
{
    for (uint32_t i = 0; i < table->literals.count; i++) {
        if (table->literals.lens[i] < KEY_LEN) {
            return false;
        }
        const uint64_t hash = hash_key(table->literals.starts[i]);
        const uint64_t bit = hash >> (64 - FILTER_BITS);
        uint32_t *head = &table->heads[hash >> (64 - TABLE_BITS)];
        table->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
        table->nexts[i] = *head;
        *head = i;
    }
    return true;
}

static bool table_init(struct table *table, const char *path)
{
    if (!vtr_literal_list_init(&table->literals, path)) {
        return false;
    }
    const size_t count = table->literals.count;
    const size_t heads_len = sizeof(*table->heads) << TABLE_BITS;

    table->filter = calloc((size_t)1 << (FILTER_BITS - 3), 1);
    table->heads = malloc(heads_len);
    table->nexts = malloc(count * sizeof(*table->nexts));
    table->are_found = calloc(count, sizeof(*table->are_found));
    if (table->filter == NULL || table->heads == NULL || table->nexts == NULL ||
        table->are_found == NULL) {
        return false;
    }
    memset(table->heads, 0xFF, heads_len);
    return add_literals(table);
}

static void look_up(struct table *table, const uint8_t *at, size_t left)
{
    const uint64_t hash = hash_key(at);
    const uint64_t bit = hash >> (64 - FILTER_BITS);

    if ((table->filter[bit / 8] & 1u << bit % 8) == 0) {
        return;
    }
    for (uint32_t i = table->heads[hash >> (64 - TABLE_BITS)]; i != NONE;
         i = table->nexts[i]) {
        const size_t len = table->literals.lens[i];
        if (len <= left && memcmp(table->literals.starts[i], at, len) == 0) {
            table->are_found[i] = true;
        }
    }
}

static void look_through(struct table *table, const struct vtr_corpus_file *file)
{
    for (size_t at = 0; at + KEY_LEN <= file->len; at++) {
        look_up(table, file->ptr + at, file->len - at);
    }
}

static void print_absent(const struct table *table)
{
    for (uint32_t i = 0; i < table->literals.count; i++) {
        const uint8_t *literal = (const uint8_t *)table->literals.starts[i];
        for (size_t j = 0; !table->are_found[i] && j < table->literals.lens[i]; j++) {
            (void)printf(j + 1 < table->literals.lens[i] ? "%02x" : "%02x\n",
                         literal[j]);
        }
    }
}

int main(int argc, char **argv)
{
    struct table table = {0};
    struct vtr_corpus corpus = {0};

    if (argc != 3) {
        (void)fprintf(stderr, "usage: %s LITERALS LIST\n", argv[0]);
        return 2;
    }
    const bool is_ok = table_init(&table, argv[1]) && vtr_corpus_init(&corpus, argv[2]);
    for (size_t i = 0; i < corpus.count; i++) {
        look_through(&table, &corpus.files[i]);
    }
    if (is_ok) {
        print_absent(&table);
    }
    vtr_corpus_deinit(&corpus);
    table_deinit(&table);
    return is_ok && fflush(stdout) == 0 ? 0 : 2;
}
