/* SPDX-License-Identifier: Apache-2.0 */

/*
 * docs/format.md, "Atom index".  Windows that are side by side in their order have much
 * in common: each bucket takes a run of them, and of all ways to cut the order into
 * runs the one is chosen that lets the fewest of all places pass.
 */
#include "format/image/atom_buckets.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/sort.h"

/* Atoms of one group at most, of two and of three. */
#define ONE_GROUP_LIMIT    48u
#define TWO_GROUPS_LIMIT   160u
#define THREE_GROUPS_LIMIT 480u

#define HALVES     (2u * VTR_BUCKET_BYTES)
#define ALL_VALUES 0xFFFFu

unsigned vtr_bucket_groups(uint64_t atom_count)
{
    return atom_count == 0                    ? 0
           : atom_count <= ONE_GROUP_LIMIT    ? 1
           : atom_count <= TWO_GROUPS_LIMIT   ? 2
           : atom_count <= THREE_GROUPS_LIMIT ? 3
                                              : 0;
}

/* The values that each half of each byte of a bucket has: 16 bits a byte, the first
 * byte lowest, in which bit i stands for the value i. */
struct bucket {
    uint64_t low; /* halves of bytes */
    uint64_t high;
};

static struct bucket bucket_of(const struct vtr_atom_window *window)
{
    struct bucket bucket = {0};

    for (unsigned i = 0; i < VTR_BUCKET_BYTES; i++) {
        const bool is_known = i < window->len;
        const uint64_t low = is_known ? 1u << (window->bytes[i] & 15u) : ALL_VALUES;
        const uint64_t high = is_known ? 1u << (window->bytes[i] >> 4) : ALL_VALUES;

        bucket.low |= low << 16 * i;
        bucket.high |= high << 16 * i;
    }
    return bucket;
}

/* Whether the bucket had not all of the other's values. */
static bool add_values(struct bucket *bucket, const struct bucket *values)
{
    const struct bucket before = *bucket;

    bucket->low |= values->low;
    bucket->high |= values->high;
    return before.low != bucket->low || before.high != bucket->high;
}

/* The product of the numbers of values of four halves. */
static uint64_t multiply_counts(uint64_t values)
{
    const uint64_t twos = values - (values >> 1 & 0x5555555555555555u);
    const uint64_t fours =
        (twos & 0x3333333333333333u) + (twos >> 2 & 0x3333333333333333u);
    const uint64_t eights = (fours + (fours >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    const uint64_t counts = (eights + (eights >> 8)) & 0x001F001F001F001Fu;

    return (counts & 31u) * (counts >> 16 & 31u) * (counts >> 32 & 31u) *
           (counts >> 48);
}

/* How many of 2^32 places a bucket lets pass. */
static uint64_t cost_of(const struct bucket *bucket)
{
    return multiply_counts(bucket->low) * multiply_counts(bucket->high);
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

/* More than all buckets cost together. */
#define COST_NONE (UINT64_MAX / 2)

/* What equal runs cost: more than the best ones, and so than each of them. */
static uint64_t cost_of_equal_runs(const struct bucket *windows, size_t count,
                                   unsigned bucket_count)
{
    uint64_t sum = 0;

    for (size_t k = 0; k < bucket_count; k++) {
        struct bucket bucket = {0};

        for (size_t i = count * k / bucket_count; i < count * (k + 1) / bucket_count;
             i++) {
            (void)add_values(&bucket, &windows[i]);
        }
        sum += cost_of(&bucket);
    }
    return sum;
}

/* Works out what the best ways cost to cut the first windows, so many, into so many
 * buckets: rows of `bucket_count` + 1, one for each number of windows.  Left out are
 * buckets that alone cost more than a way to cut all of them. */
static void find_costs(uint64_t *costs, const struct bucket *windows, size_t count,
                       unsigned bucket_count)
{
    const uint64_t limit = cost_of_equal_runs(windows, count, bucket_count);
    const size_t row = bucket_count + 1;

    for (size_t i = 0; i < row * (count + 1); i++) {
        costs[i] = COST_NONE;
    }
    costs[0] = 0;
    for (size_t start = 0; start < count; start++) {
        const uint64_t *before = costs + start * row;
        struct bucket bucket = {0};
        uint64_t cost = 0;

        for (size_t end = start + 1; end <= count && cost <= limit; end++) {
            uint64_t *after = costs + end * row;

            cost = add_values(&bucket, &windows[end - 1]) ? cost_of(&bucket) : cost;
            for (unsigned k = 0; k < bucket_count; k++) {
                const uint64_t sum = before[k] + cost;
                after[k + 1] = sum < after[k + 1] ? sum : after[k + 1];
            }
        }
    }
}

/* Where the last of `k` buckets of the first `end` windows begins, and what is in it;
 * of equal ways the one that begins first. */
static size_t find_start(const uint64_t *costs, const struct bucket *windows,
                         size_t row, size_t end, unsigned k, struct bucket *out)
{
    struct bucket bucket = {0};
    size_t found = end;

    for (size_t start = end; start-- > 0;) {
        (void)add_values(&bucket, &windows[start]);
        if (costs[start * row + k - 1] + cost_of(&bucket) == costs[end * row + k]) {
            *out = bucket;
            found = start;
        }
    }
    return found;
}

/* Writes a bucket into the tables of its group. */
static void put_bucket(uint8_t *out, unsigned number, const struct bucket *bucket)
{
    uint8_t *tables = out + (size_t)(number / VTR_BUCKETS) * VTR_BUCKET_GROUP_LEN;

    for (unsigned i = 0; i < HALVES; i++) {
        const uint64_t halves = i % 2 == 0 ? bucket->low : bucket->high;

        for (unsigned value = 0; value < VTR_BUCKET_TABLE_LEN; value++) {
            const unsigned has = halves >> (i / 2 * 16 + value) & 1u;

            tables[i * VTR_BUCKET_TABLE_LEN + value] |=
                (uint8_t)(has << number % VTR_BUCKETS);
        }
    }
}

/* Writes the best buckets, so many; `costs` has a row of that and one more for each
 * number of windows, 0 included. */
static void put_best(uint8_t *out, const struct bucket *windows, size_t count,
                     unsigned bucket_count, uint64_t *costs)
{
    size_t end = count;

    find_costs(costs, windows, count, bucket_count);
    for (unsigned k = bucket_count; k > 0; k--) {
        struct bucket bucket = {0};

        end = find_start(costs, windows, bucket_count + 1, end, k, &bucket);
        put_bucket(out, k - 1, &bucket);
    }
}

enum vtr_status vtr_buckets_write(uint8_t *out, unsigned group_count,
                                  struct vtr_vector *windows, struct vtr_error *err)
{
    const unsigned most = group_count * VTR_BUCKETS;
    const struct vtr_atom_window *items = windows->items;
    enum vtr_status status = VTR_OK;

    if (vtr_sort(windows->items, windows->count, sizeof(*items), compare_windows,
                 NULL) != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    drop_equal(windows);
    const size_t count = windows->count;
    const unsigned used = count < most ? (unsigned)count : most;
    struct bucket *buckets = calloc(count + 1, sizeof(*buckets));
    uint64_t *costs = calloc((count + 1) * (used + 1), sizeof(*costs));
    if (buckets != NULL && costs != NULL) {
        for (size_t i = 0; i < count; i++) {
            buckets[i] = bucket_of(&items[i]);
        }
        put_best(out, buckets, count, used, costs);
    } else {
        status = vtr_error_set_memory(err);
    }
    free(costs);
    free(buckets);
    return status;
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

bool vtr_buckets_take_any_last(const uint8_t *tables, unsigned group_count)
{
    const size_t last = VTR_BUCKET_GROUP_LEN - 2 * VTR_BUCKET_TABLE_LEN;
    bool takes_any = true;

    for (unsigned group = 0; group < group_count; group++) {
        const uint8_t *table = tables + group * VTR_BUCKET_GROUP_LEN;
        unsigned used = 0; /* buckets that the first byte leaves */

        for (size_t i = 0; i < VTR_BUCKET_TABLE_LEN; i++) {
            used |= table[i];
        }
        for (size_t i = last; i < VTR_BUCKET_GROUP_LEN; i++) {
            takes_any = takes_any && (used & ~(unsigned)table[i]) == 0;
        }
    }
    return takes_any;
}
