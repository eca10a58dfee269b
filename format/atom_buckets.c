/* SPDX-License-Identifier: Apache-2.0 */

/*
 * docs/format.md, "Buckets".  Windows that are side by side in their order have much in
 * common: each bucket takes a run of them, and of all ways to cut the order into runs
 * the one is chosen that lets the fewest of all places pass.
 */
#include "format/atom_buckets.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"

/* Atoms of one group at most, and of two. */
#define ONE_GROUP_LIMIT  48u
#define TWO_GROUPS_LIMIT 480u

#define HALVES     (2u * VTR_BUCKET_BYTES)
#define ALL_VALUES 0xFFFFu

unsigned vtr_bucket_groups(uint64_t atom_count)
{
    return atom_count == 0                  ? 0
           : atom_count <= ONE_GROUP_LIMIT  ? 1
           : atom_count <= TWO_GROUPS_LIMIT ? 2
                                            : 0;
}

/* The values that each half of each byte of a bucket has: bit i for the value i. */
struct bucket {
    uint16_t halves[HALVES]; /* of a byte the lower, then the upper */
};

static void add_window(struct bucket *bucket, const struct vtr_atom_window *window)
{
    for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
        const bool is_known = i < window->len;
        const uint16_t low = (uint16_t)(1u << (window->bytes[i] & 15u));
        const uint16_t high = (uint16_t)(1u << (window->bytes[i] >> 4));

        bucket->halves[2 * i] |= is_known ? low : ALL_VALUES;
        bucket->halves[2 * i + 1] |= is_known ? high : ALL_VALUES;
    }
}

static unsigned count_values(uint16_t values)
{
    const unsigned twos = values - (values >> 1 & 0x5555u);
    const unsigned fours = (twos & 0x3333u) + (twos >> 2 & 0x3333u);
    const unsigned eights = (fours + (fours >> 4)) & 0x0F0Fu;

    return (eights + (eights >> 8)) & 31u;
}

/* How many of 2^32 places a bucket lets pass. */
static uint64_t cost_of(const struct bucket *bucket)
{
    uint64_t cost = 1;

    for (unsigned i = 0; i < HALVES; i++) {
        cost *= count_values(bucket->halves[i]);
    }
    return cost;
}

static int compare_windows(const void *a, const void *b, void *context)
{
    const struct vtr_atom_window *left = a;
    const struct vtr_atom_window *right = b;
    const int order = memcmp(left->bytes, right->bytes, VTR_BUCKET_BYTES);

    (void)context;
    return order != 0 ? order : (int)left->len - (int)right->len;
}

/* Leaves each window once. */
static void drop_equal(struct vtr_vector *windows)
{
    struct vtr_atom_window *items = windows->items;
    size_t kept = 0;

    for (size_t i = 0; i < windows->count; i++) {
        if (kept == 0 || compare_windows(&items[kept - 1], &items[i], NULL) != 0) {
            items[kept++] = items[i];
        }
    }
    windows->count = kept;
}

/* The best way to cut the first windows, so many, into so many buckets. */
struct cut {
    uint64_t cost;  /* UINT64_MAX: there is none */
    uint32_t start; /* of the last bucket */
};

/* Works out the cuts of all numbers of windows: row k, of `count` + 1, is for k
 * buckets. */
static void find_cuts(struct cut *cuts, const struct vtr_atom_window *windows,
                      size_t count, unsigned bucket_count)
{
    const size_t row = count + 1;

    for (size_t i = 0; i < row * (bucket_count + 1); i++) {
        cuts[i] = (struct cut){UINT64_MAX, 0};
    }
    cuts[0].cost = 0;
    for (size_t start = 0; start < count; start++) {
        struct bucket bucket = {0};

        for (size_t end = start + 1; end <= count; end++) {
            add_window(&bucket, &windows[end - 1]);
            const uint64_t cost = cost_of(&bucket);
            for (unsigned k = 1; k <= bucket_count; k++) {
                const uint64_t before = cuts[(k - 1) * row + start].cost;
                struct cut *cut = &cuts[k * row + end];

                if (before != UINT64_MAX && before + cost < cut->cost) {
                    *cut = (struct cut){before + cost, (uint32_t)start};
                }
            }
        }
    }
}

/* Writes a bucket into the tables of its group. */
static void put_bucket(uint8_t *out, unsigned number, const struct bucket *bucket)
{
    uint8_t *tables = out + (size_t)(number / VTR_BUCKETS) * VTR_BUCKET_GROUP_LEN;

    for (unsigned i = 0; i < HALVES; i++) {
        for (unsigned value = 0; value < VTR_BUCKET_TABLE_LEN; value++) {
            const unsigned has = bucket->halves[i] >> value & 1u;

            tables[i * VTR_BUCKET_TABLE_LEN + value] |=
                (uint8_t)(has << number % VTR_BUCKETS);
        }
    }
}

enum vtr_status vtr_buckets_write(uint8_t *out, unsigned group_count,
                                  struct vtr_vector *windows, struct vtr_error *err)
{
    const unsigned most = group_count * VTR_BUCKETS;

    if (vtr_sort(windows->items, windows->count, sizeof(struct vtr_atom_window),
                 compare_windows, NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    drop_equal(windows);
    const struct vtr_atom_window *items = windows->items;
    const size_t row = windows->count + 1;
    const unsigned used = windows->count < most ? (unsigned)windows->count : most;
    struct cut *cuts = calloc(row * (used + 1), sizeof(*cuts));
    if (cuts == NULL) {
        return vtr_error_set_memory(err);
    }
    find_cuts(cuts, items, windows->count, used);
    size_t end = windows->count;
    for (unsigned k = used; k > 0; k--) {
        const size_t start = cuts[k * row + end].start;
        struct bucket bucket = {0};

        for (size_t i = start; i < end; i++) {
            add_window(&bucket, &items[i]);
        }
        put_bucket(out, k - 1, &bucket);
        end = start;
    }
    free(cuts);
    return VTR_OK;
}

uint64_t vtr_buckets_estimate(const uint8_t *tables, unsigned group_count)
{
    uint64_t sum = 0;

    for (unsigned number = 0; number < group_count * VTR_BUCKETS; number++) {
        const uint8_t *group =
            tables + (size_t)(number / VTR_BUCKETS) * VTR_BUCKET_GROUP_LEN;
        uint64_t cost = 1;

        for (unsigned i = 0; i < HALVES; i++) {
            unsigned values = 0;

            for (unsigned v = 0; v < VTR_BUCKET_TABLE_LEN; v++) {
                values +=
                    group[i * VTR_BUCKET_TABLE_LEN + v] >> number % VTR_BUCKETS & 1u;
            }
            cost *= values;
        }
        sum += cost;
    }
    return sum;
}
