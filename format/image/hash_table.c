/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reads hash tables in place.  Relies on vtr_hash_table_open having held the sections'
 * lengths against each other; what the fanout says is clamped wherever it is used, so
 * that no bytes lead outside the table.
 */
#include "format/image/hash_table.h"

#include <string.h>

#include "base/error.h"
#include "format/record/section.h"

#define PREFIX_BITS_MAX  24u
#define SIZE_BITS_MIN    6u
#define SIZE_BITS_MAX    32u
#define SIZE_WIDTH_MAX   64u
#define STEM_WIDTH_MAX   32u
#define NUMBER_WIDTH_MAX 30u

/* Digests that are looked at together. */
#define WINDOW 6u

/* Bytes of rows before and behind one where the row will be. */
#define ROWS_AROUND 20u

unsigned vtr_hash_prefix_bits(uint64_t count)
{
    unsigned bits = 0;

    while (bits < PREFIX_BITS_MAX && UINT64_C(1) << (bits + 8 + 3) <= count) {
        bits += 8;
    }
    return bits;
}

unsigned vtr_hash_size_bits(uint64_t count)
{
    unsigned bits = SIZE_BITS_MIN;

    while (bits < SIZE_BITS_MAX && UINT64_C(1) << (bits + 1 - 2) <= count) {
        bits++;
    }
    return bits;
}

uint64_t vtr_hash_size_bit(unsigned size_bits, uint64_t size)
{
    return size * UINT64_C(0x9E3779B97F4A7C15) >> (64 - size_bits);
}

static uint64_t sizes_len(unsigned size_bits)
{
    return size_bits == 0 ? 0 : UINT64_C(1) << (size_bits - 3);
}

uint64_t vtr_hash_fanout_len(unsigned prefix_bits, unsigned size_bits)
{
    return VTR_FANOUT_HEADER_LEN + 4 * ((UINT64_C(1) << prefix_bits) + 1) +
           sizes_len(size_bits);
}

uint64_t vtr_hash_tails_len(enum vtr_hash_kind kind, uint64_t count,
                            unsigned prefix_bits)
{
    return count * (vtr_hash_len(kind) - prefix_bits / 8);
}

uint64_t vtr_hash_attrs_len(uint64_t count, unsigned row_bits)
{
    return (count * row_bits + 7) / 8;
}

static unsigned row_bits_of(const struct vtr_hash_table *table)
{
    return table->size_width + table->stem_width + table->number_width;
}

size_t vtr_hash_table_tail_len(const struct vtr_hash_table *table)
{
    return vtr_hash_len(table->kind) - table->prefix_bits / 8;
}

/* Reads the fanout's header and takes the rest of it. */
static bool read_fanout(struct vtr_bytes section, struct vtr_hash_table *table)
{
    struct vtr_reader r;
    uint8_t widths[VTR_FANOUT_HEADER_LEN] = {0};

    vtr_reader_init(&r, section, 0);
    for (size_t i = 0; i < VTR_FANOUT_HEADER_LEN; i++) {
        if (!vtr_reader_u8(&r, &widths[i])) {
            return false;
        }
    }
    const unsigned size_bits = widths[4];
    if (widths[5] != 0 || widths[6] != 0 || widths[7] != 0 || widths[0] % 8 != 0 ||
        widths[0] > PREFIX_BITS_MAX || widths[1] > SIZE_WIDTH_MAX ||
        widths[2] > STEM_WIDTH_MAX || widths[3] > NUMBER_WIDTH_MAX ||
        (size_bits != 0 && size_bits != vtr_hash_size_bits(table->count)) ||
        section.len != vtr_hash_fanout_len(widths[0], size_bits)) {
        return false;
    }
    table->size_bits = size_bits;
    table->prefix_bits = widths[0];
    table->size_width = widths[1];
    table->stem_width = widths[2];
    table->number_width = widths[3];
    return vtr_reader_slice(&r, &table->fanout,
                            vtr_reader_left(&r) - (size_t)sizes_len(size_bits)) &&
           vtr_reader_slice(&r, &table->sizes, vtr_reader_left(&r));
}

enum vtr_status vtr_hash_table_open(struct vtr_hash_table *out, enum vtr_hash_kind kind,
                                    const struct vtr_image *image,
                                    struct vtr_error *err)
{
    const struct vtr_image_section *fanout =
        &image->sections[VTR_SECTION_HASH_FANOUT(kind)];
    const struct vtr_image_section *tails =
        &image->sections[VTR_SECTION_HASH_TAILS(kind)];
    const struct vtr_image_section *attrs =
        &image->sections[VTR_SECTION_HASH_ATTRS(kind)];
    struct vtr_hash_table table = {
        .kind = kind,
        .count = fanout->count,
        .tails = tails->bytes,
        .attrs = attrs->bytes,
    };

    if (fanout->bytes.len == 0 && tails->bytes.len == 0 && attrs->bytes.len == 0) {
        *out = table;
        return VTR_OK;
    }
    if (table.count == 0 || table.count > UINT32_MAX ||
        !read_fanout(fanout->bytes, &table)) {
        return vtr_error_set_format(err,
                                    vtr_section_name(VTR_SECTION_HASH_FANOUT(kind)),
                                    fanout->offset,
                                    "the fanout of the %s table is malformed",
                                    vtr_hash_name(kind));
    }
    if (tails->count != table.count ||
        tails->bytes.len != vtr_hash_tails_len(kind, table.count, table.prefix_bits)) {
        return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_HASH_TAILS(kind)),
                                    tails->offset,
                                    "the digests of the %s table have the wrong length",
                                    vtr_hash_name(kind));
    }
    if (attrs->bytes.len != vtr_hash_attrs_len(table.count, row_bits_of(&table)) ||
        (attrs->bytes.len != 0 && attrs->count != table.count)) {
        return vtr_error_set_format(
            err, vtr_section_name(VTR_SECTION_HASH_ATTRS(kind)), attrs->offset,
            "the attributes of the %s table have the wrong length",
            vtr_hash_name(kind));
    }
    *out = table;
    return VTR_OK;
}

bool vtr_hash_table_may_have_size(const struct vtr_hash_table *table, uint64_t size)
{
    if (table->count == 0 || table->sizes.len == 0) {
        return table->count != 0;
    }
    const uint64_t bit = vtr_hash_size_bit(table->size_bits, size);

    return (table->sizes.ptr[(size_t)(bit / 8)] >> bit % 8 & 1u) != 0;
}

/* The value of the first bits of the digest of record `index`. */
static uint64_t prefix_at(const struct vtr_hash_table *table, uint64_t index)
{
    uint64_t low = 0;
    uint64_t high = UINT64_C(1) << table->prefix_bits;

    while (high - low > 1) {
        const uint64_t middle = low + (high - low) / 2;

        if (vtr_table_u32(table->fanout, middle) <= index) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

/* How a row of less than 64 bits is taken apart. */
struct row_shape {
    unsigned stem_at;
    unsigned number_at;
    uint64_t size_mask;
    uint64_t stem_mask;
};

static struct row_shape row_shape_of(const struct vtr_hash_table *table)
{
    return (struct row_shape){
        .stem_at = table->size_width,
        .number_at = table->size_width + table->stem_width,
        .size_mask = (UINT64_C(1) << table->size_width) - 1,
        .stem_mask = (UINT64_C(1) << table->stem_width) - 1,
    };
}

static inline void split_row(struct row_shape shape, uint64_t row,
                             struct vtr_hash_record *out)
{
    out->size = (row & shape.size_mask) - 1; /* of 0: VTR_SIZE_ANY */
    out->stem = (uint32_t)(row >> shape.stem_at & shape.stem_mask);
    out->number = (uint32_t)(row >> shape.number_at);
}

/* What record `index`, which is below the count, says besides its digest. */
static void read_attrs(const struct vtr_hash_table *table, uint64_t index,
                       struct vtr_hash_record *out)
{
    const unsigned row_bits = row_bits_of(table);
    const unsigned name_at = table->size_width;
    const unsigned number_at = name_at + table->stem_width;
    const uint64_t bit = index * row_bits;

    if (row_bits < 64) { /* mostly: one look */
        split_row(row_shape_of(table), vtr_table_bits(table->attrs, bit, row_bits),
                  out);
        return;
    }
    out->size = vtr_table_bits(table->attrs, bit, table->size_width) - 1; /* the same */
    out->stem =
        (uint32_t)vtr_table_bits(table->attrs, bit + name_at, table->stem_width);
    out->number =
        (uint32_t)vtr_table_bits(table->attrs, bit + number_at, table->number_width);
}

/* Of `count` rows from bit `bit` on, how many one look may take: those with the 9 bytes
 * that it reads. */
static size_t count_easy(struct vtr_bytes attrs, uint64_t bit, unsigned row_bits,
                         size_t count)
{
    if (row_bits == 0 || row_bits >= 64 || attrs.len < 9 || bit / 8 > attrs.len - 9) {
        return 0;
    }
    const uint64_t last_bit = (uint64_t)(attrs.len - 9) * 8 + 7; /* to begin at */
    const uint64_t easy = (last_bit - bit) / row_bits + 1;
    return easy < count ? (size_t)easy : count;
}

void vtr_hash_table_rows(const struct vtr_hash_table *table, uint64_t first,
                         size_t count, struct vtr_hash_record *out)
{
    const unsigned row_bits = row_bits_of(table);
    uint64_t bit = first * row_bits;
    const size_t easy = count_easy(table->attrs, bit, row_bits, count);
    const uint64_t mask = (UINT64_C(1) << (row_bits & 63)) - 1;
    const uint8_t *attrs = table->attrs.ptr;

    if (easy > 0) {
        const struct row_shape shape = row_shape_of(table);
        for (size_t i = 0; i < easy; i++, bit += row_bits) {
            const uint8_t *p = attrs + (size_t)(bit / 8);
            const unsigned shift = (unsigned)(bit % 8);
            const uint64_t high = (uint64_t)p[8] << 1 << (63 - shift);

            out[i].digest = NULL;
            split_row(shape, (vtr_load_u64(p) >> shift | high) & mask, &out[i]);
        }
    }
    for (size_t i = easy; i < count; i++) {
        out[i].digest = NULL;
        read_attrs(table, first + i, &out[i]);
    }
}

void vtr_hash_table_digest(const struct vtr_hash_table *table, uint64_t index,
                           uint64_t prefix, uint8_t *out)
{
    const size_t tail_len = vtr_hash_table_tail_len(table);
    const size_t prefix_len = table->prefix_bits / 8;

    for (size_t i = 0; i < prefix_len; i++) {
        out[i] = (uint8_t)(prefix >> (8 * (prefix_len - 1 - i)));
    }
    memcpy(out + prefix_len, table->tails.ptr + (size_t)index * tail_len, tail_len);
}

/* Record `index`, which is below the count, whose digest begins with `prefix`. */
static void read_record(const struct vtr_hash_table *table, uint64_t index,
                        uint64_t prefix, uint8_t *digest_room,
                        struct vtr_hash_record *out)
{
    vtr_hash_table_digest(table, index, prefix, digest_room);
    out->digest = digest_room;
    read_attrs(table, index, out);
}

bool vtr_hash_table_get_found(const struct vtr_hash_table *table, uint64_t index,
                              const uint8_t *digest, struct vtr_hash_record *out)
{
    if (index >= table->count) {
        return false;
    }
    out->digest = digest;
    read_attrs(table, index, out);
    return true;
}

bool vtr_hash_table_get(const struct vtr_hash_table *table, uint64_t index,
                        uint8_t *digest_room, struct vtr_hash_record *out)
{
    if (index >= table->count) {
        return false;
    }
    read_record(table, index, prefix_at(table, index), digest_room, out);
    return true;
}

/* Whether the digest at `index` comes before one of this tail. */
static bool is_before(const struct vtr_hash_table *table, uint64_t index,
                      const uint8_t *tail)
{
    const size_t tail_len = vtr_hash_table_tail_len(table);

    return memcmp(table->tails.ptr + (size_t)index * tail_len, tail, tail_len) < 0;
}

/* The first bytes of the tail at `index` as a number, which is ordered as they are; a
 * tail is longer. */
static uint64_t head_at(const struct vtr_hash_table *table, uint64_t index)
{
    return vtr_load_u64_be(table->tails.ptr +
                           (size_t)index * vtr_hash_table_tail_len(table));
}

/* Of the digests `low` to `high`, all of which may be the one, the first that does not
 * come before one of this tail; `high` when there is none.  The steps double from `low`
 * on, and the last of them is halved, so that digests that somebody has chosen cost a
 * logarithm all the same. */
static uint64_t search_up(const struct vtr_hash_table *table, const uint8_t *tail,
                          uint64_t low, uint64_t high)
{
    for (uint64_t step = 1; low < high; step *= 2) {
        const uint64_t at = step <= high - low ? low + step - 1 : high - 1;

        if (!is_before(table, at, tail)) {
            high = at;
            break;
        }
        low = at + 1;
    }
    while (low < high) {
        const uint64_t at = low + (high - low) / 2;

        if (is_before(table, at, tail)) {
            low = at + 1;
        } else {
            high = at;
        }
    }
    return low;
}

/* The same with steps that double from `high` down. */
static uint64_t search_down(const struct vtr_hash_table *table, const uint8_t *tail,
                            uint64_t low, uint64_t high)
{
    for (uint64_t step = 1; low < high; step *= 2) {
        const uint64_t at = step <= high - low ? high - step : low;

        if (is_before(table, at, tail)) {
            return search_up(table, tail, at + 1, high);
        }
        high = at;
    }
    return low;
}

/* How many of the digests of a window come before one of this head; what follows `high`
 * does not.  There is no branch to guess wrong, so that the lines of the window, and
 * what is done next, are waited for together. */
static unsigned count_before(const struct vtr_hash_table *table, uint64_t begin,
                             uint64_t high, uint64_t head)
{
    const size_t tail_len = vtr_hash_table_tail_len(table);
    const uint8_t *at = table->tails.ptr + (size_t)begin * tail_len;
    const uint64_t limit = high - begin;
    unsigned count = 0;

    for (unsigned i = 0; i < WINDOW; i++) {
        count += (unsigned)(i < limit) & (unsigned)(vtr_load_u64_be(at) < head);
        at += tail_len;
    }
    return count;
}

/*
 * The first of the digests `low` to `high` that does not come before one of this tail;
 * `high` when there is none.  Digests are spread evenly, so the first look is around
 * where this one would be if they were so exactly: most searches end there.  The row of
 * the record, near the same place of another section, is fetched meanwhile.
 */
static uint64_t lower_bound(const struct vtr_hash_table *table, const uint8_t *tail,
                            uint64_t low, uint64_t high)
{
    const uint64_t head = vtr_load_u64_be(tail);

    if (low >= high || table->count - low < WINDOW) {
        return search_up(table, tail, low, high);
    }
    const uint64_t guess = low + ((high - low) * (head >> 32) >> 32);
    const uint64_t back = guess - low < WINDOW / 2 ? guess - low : WINDOW / 2;
    const uint64_t last = table->count - WINDOW;
    const uint64_t begin = guess - back < last ? guess - back : last;
    if (table->attrs.len > 2 * ROWS_AROUND) {
        const size_t row = (size_t)(guess * row_bits_of(table) / 8);
        const size_t end = table->attrs.len - ROWS_AROUND;

        VTR_PREFETCH(table->attrs.ptr + (row < ROWS_AROUND ? 0 : row - ROWS_AROUND));
        VTR_PREFETCH(table->attrs.ptr + (row < end ? row : end) + ROWS_AROUND);
    }
    const unsigned before = count_before(table, begin, high, head);
    const uint64_t at = begin + before;
    /* Those of the same head are told apart by the rest. */
    if (VTR_UNLIKELY(at < high && (before == WINDOW || (head_at(table, at) == head &&
                                                        is_before(table, at, tail))))) {
        return search_up(table, tail, at, high);
    }
    return VTR_LIKELY(before > 0) ? at : search_down(table, tail, low, begin);
}

uint64_t vtr_hash_table_find(const struct vtr_hash_table *table, const uint8_t *digest,
                             uint64_t *out_first)
{
    const size_t tail_len = vtr_hash_table_tail_len(table);
    const uint8_t *tail = digest + table->prefix_bits / 8;
    const uint64_t prefix = vtr_hash_prefix_of(digest, table->prefix_bits);

    if (table->count == 0) {
        return 0;
    }
    uint64_t end = vtr_table_u32(table->fanout, prefix + 1);
    end = end < table->count ? end : table->count;
    const uint64_t first =
        lower_bound(table, tail, vtr_table_u32(table->fanout, prefix), end);
    uint64_t count = 0;

    while (first + count < end &&
           memcmp(table->tails.ptr + (size_t)(first + count) * tail_len, tail,
                  tail_len) == 0) {
        count++;
    }
    if (count > 0) {
        *out_first = first;
    }
    return count;
}

static void cursor_rewind(void *context)
{
    struct vtr_hash_cursor *cursor = context;

    cursor->next = 0;
    cursor->prefix = 0;
}

/* Finds the prefix of the record at `next`, which is below the count: the index after
 * the last record that has it too. */
static uint64_t seek_prefix(struct vtr_hash_cursor *cursor)
{
    const struct vtr_hash_table *table = cursor->table;
    const uint64_t last_prefix = (UINT64_C(1) << table->prefix_bits) - 1;

    while (cursor->prefix < last_prefix) {
        const uint64_t end = vtr_table_u32(table->fanout, cursor->prefix + 1);
        if (end > cursor->next) {
            return end < table->count ? end : table->count;
        }
        cursor->prefix++;
    }
    return table->count;
}

static bool cursor_next(void *context, struct vtr_hash_record *out)
{
    struct vtr_hash_cursor *cursor = context;
    const struct vtr_hash_table *table = cursor->table;

    if (cursor->next >= table->count) {
        return false;
    }
    (void)seek_prefix(cursor);
    read_record(table, cursor->next, cursor->prefix, cursor->digest, out);
    cursor->next++;
    return true;
}

static bool cursor_next_block(void *context, const uint8_t *below,
                              struct vtr_hash_block *out)
{
    struct vtr_hash_cursor *cursor = context;
    const struct vtr_hash_table *table = cursor->table;

    if (cursor->next >= table->count) {
        return false;
    }
    uint64_t end = seek_prefix(cursor);
    const uint64_t bound =
        below == NULL ? UINT64_MAX : vtr_hash_prefix_of(below, table->prefix_bits);
    if (bound < cursor->prefix) {
        return false;
    }
    if (end - cursor->next > VTR_HASH_BLOCK_MAX) {
        end = cursor->next + VTR_HASH_BLOCK_MAX;
    }
    if (bound == cursor->prefix) {
        end = lower_bound(table, below + table->prefix_bits / 8, cursor->next, end);
    }
    if (end == cursor->next) {
        return false;
    }
    *out = (struct vtr_hash_block){.table = table,
                                   .first = cursor->next,
                                   .count = (size_t)(end - cursor->next),
                                   .prefix = cursor->prefix};
    cursor->next = end;
    return true;
}

struct vtr_hash_source vtr_hash_table_source(const struct vtr_hash_table *table,
                                             struct vtr_hash_cursor *cursor)
{
    *cursor = (struct vtr_hash_cursor){.table = table};
    const struct vtr_hash_source source = {
        .count = table->count,
        .rewind = cursor_rewind,
        .next = cursor_next,
        .context = cursor,
        .next_block = cursor_next_block,
        .table = table,
    };
    return source;
}
