/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/compare/pairing.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/vector.h"
#include "format/image/hash_block.h"
#include "format/record/rule.h"
#include "format/record/section.h"

/* How far is looked ahead for records that both sides have; twice as far each time that
 * all are, so that databases with little in common cost no more for it. */
#define LOOK_FIRST ((size_t)8)

/* One side of the walk over hash records: a group, and the record after it.  The
 * records of an image's table are read from it by a cursor of this side, which can be
 * set forward. */
struct side {
    const struct vtr_hash_source *source;
    struct vtr_hash_source table_source;
    struct vtr_hash_cursor cursor;
    unsigned digest_len;
    uint8_t digest[VTR_SHA256_LEN]; /* of the group */
    struct vtr_vector group;        /* struct vtr_hash_record */
    bool has_ahead;
    struct vtr_hash_record ahead;
    uint8_t ahead_digest[VTR_SHA256_LEN];
    uint64_t read_count;
};

static void read_ahead(struct side *side)
{
    side->has_ahead = side->source->count > 0 &&
                      side->source->next(side->source->context, &side->ahead);
    if (side->has_ahead) {
        memcpy(side->ahead_digest, side->ahead.digest, side->digest_len);
        side->read_count++;
    }
}

/* Loads the next group; an empty one at the end. */
static enum vtr_status read_group(struct side *side, enum vtr_hash_kind kind,
                                  struct vtr_error *err)
{
    const bool is_first = side->group.count == 0;

    side->group.count = 0;
    if (!side->has_ahead) {
        if (side->read_count == side->source->count) {
            return VTR_OK;
        }
        return vtr_error_set_format(err, vtr_hash_name(kind), side->read_count,
                                    "hash record %llu is damaged",
                                    (unsigned long long)side->read_count);
    }
    if (!is_first && memcmp(side->ahead_digest, side->digest, side->digest_len) <= 0) {
        return vtr_error_set_format(err, vtr_hash_name(kind), side->read_count - 1,
                                    "hash record %llu is out of order",
                                    (unsigned long long)(side->read_count - 1));
    }
    memcpy(side->digest, side->ahead_digest, side->digest_len);
    while (side->has_ahead &&
           memcmp(side->ahead_digest, side->digest, side->digest_len) == 0) {
        struct vtr_hash_record *record = vtr_vector_push(&side->group);
        if (record == NULL) {
            return vtr_error_set_memory(err);
        }
        *record = side->ahead;
        record->digest = NULL;
        read_ahead(side);
    }
    return VTR_OK;
}

static void side_init(struct side *side, const struct vtr_hash_source *source,
                      enum vtr_hash_kind kind)
{
    *side = (struct side){.source = source, .digest_len = vtr_hash_len(kind)};
    vtr_vector_init(&side->group, sizeof(struct vtr_hash_record));
    if (source->table != NULL) {
        side->table_source = vtr_hash_table_source(source->table, &side->cursor);
        side->source = &side->table_source;
    } else if (source->count > 0) {
        source->rewind(source->context);
    }
    read_ahead(side);
}

static struct vtr_hash_group side_group(const struct side *side)
{
    return (struct vtr_hash_group){side->group.items, side->group.count};
}

/* Whether two records of one digest say the same. */
static bool is_same_record(const struct vtr_hash_record *a,
                           const struct vtr_hash_record *b, const uint32_t *stems_a)
{
    return a->size == b->size && a->number == b->number && a->stem == stems_a[b->stem];
}

static bool are_same(struct vtr_hash_group a, struct vtr_hash_group b,
                     const uint32_t *stems_a)
{
    if (a.count != b.count) {
        return false;
    }
    for (size_t i = 0; i < a.count; i++) {
        if (!is_same_record(&a.records[i], &b.records[i], stems_a)) {
            return false;
        }
    }
    return true;
}

/* Which side has the lower digest: below 0 A only, above 0 B only, 0 both. */
static int compare_sides(const struct side *a, const struct side *b)
{
    if (a->group.count == 0 || b->group.count == 0) {
        return (a->group.count == 0) - (b->group.count == 0);
    }
    return memcmp(a->digest, b->digest, a->digest_len);
}

/* Every stem of a group must be one of the `stem_count` there are. */
static enum vtr_status check_stems(const struct side *side, enum vtr_hash_kind kind,
                                   size_t stem_count, struct vtr_error *err)
{
    const struct vtr_hash_group group = side_group(side);

    for (size_t i = 0; i < group.count; i++) {
        if (group.records[i].stem >= stem_count) {
            return vtr_error_set_format(err, vtr_hash_name(kind), side->read_count,
                                        "hash record names stem %u, which is not there",
                                        (unsigned)group.records[i].stem);
        }
    }
    return VTR_OK;
}

static enum vtr_status advance(struct side *side, enum vtr_hash_kind kind,
                               size_t stem_count, struct vtr_error *err)
{
    const enum vtr_status status = read_group(side, kind, err);

    return status == VTR_OK ? check_stems(side, kind, stem_count, err) : status;
}

struct hash_walk {
    const struct vtr_records *a;
    const struct vtr_records *b;
    const uint32_t *stems_a;
    vtr_hash_pair_fn differs;
    void *context;
};

/* Records that both sides have, from those ahead on. */
struct stretch {
    const struct hash_walk *walk;
    struct vtr_hash_cursor group_a; /* where its last group begins */
    struct vtr_hash_cursor group_b;
    uint64_t prefix; /* of its last digest */
    bool is_empty;
};

/* How many records of two blocks, which are equally many, prolong the stretch: they are
 * the same, in order, and name stems that are there. */
static size_t prolong(struct stretch *stretch, const struct vtr_hash_block *a,
                      const struct vtr_hash_block *b)
{
    const struct hash_walk *walk = stretch->walk;
    const struct vtr_hash_tails tails = vtr_hash_block_tails(a);
    const bool begins_group = stretch->is_empty || stretch->prefix != a->prefix;
    struct vtr_hash_record rows_a[VTR_HASH_BLOCK_MAX];
    struct vtr_hash_record rows_b[VTR_HASH_BLOCK_MAX];
    const size_t count = vtr_hash_block_same_digests(a, b);
    size_t same = 0;

    vtr_hash_block_rows(a, &walk->a->hashes[a->table->kind], rows_a);
    vtr_hash_block_rows(b, &walk->b->hashes[b->table->kind], rows_b);
    for (; same < count; same++) {
        const bool is_first = same == 0 && begins_group;
        const int order = is_first ? 1 : vtr_hash_tails_order(tails, same);

        if (order < 0 || rows_a[same].stem >= walk->a->stem_count ||
            rows_b[same].stem >= walk->b->stem_count ||
            !is_same_record(&rows_a[same], &rows_b[same], walk->stems_a)) {
            break;
        }
        if (order > 0) {
            stretch->group_a.next = a->first + same;
            stretch->group_a.prefix = a->prefix;
            stretch->group_b.next = b->first + same;
            stretch->group_b.prefix = b->prefix;
        }
        stretch->prefix = a->prefix;
        stretch->is_empty = false;
    }
    return same;
}

/* Sets a side forward to a place in its table. */
static void skip_to(struct side *side, const struct vtr_hash_cursor *place)
{
    side->cursor = *place;
    side->read_count = place->next;
    read_ahead(side);
}

static size_t least(size_t a, size_t b, size_t c)
{
    const size_t lower = a < b ? a : b;

    return lower < c ? lower : c;
}

/* Goes past records ahead that both sides have, up to the last group of them: whether
 * that is whole, and all that is otherwise, is seen record by record. */
static void skip_same(const struct hash_walk *walk, struct side *a, struct side *b)
{
    struct vtr_hash_cursor place_a = a->cursor;
    struct vtr_hash_cursor place_b = b->cursor;
    struct vtr_hash_block block_a;
    struct vtr_hash_block block_b;
    size_t limit = LOOK_FIRST;
    bool is_same = true;

    if (a->source != &a->table_source || b->source != &b->table_source ||
        !a->has_ahead || !b->has_ahead ||
        memcmp(a->ahead_digest, a->digest, a->digest_len) <= 0) {
        return;
    }
    const uint64_t ahead_a = --place_a.next;
    --place_b.next;
    struct stretch stretch = {.walk = walk,
                              .group_a = place_a,
                              .group_b = place_b,
                              .is_empty = true};
    while (is_same && a->source->next_block(&place_a, NULL, &block_a) &&
           b->source->next_block(&place_b, NULL, &block_b)) {
        const size_t count = least(block_a.count, block_b.count, limit);

        block_a.count = count;
        block_b.count = count;
        is_same = prolong(&stretch, &block_a, &block_b) == count;
        place_a.next = block_a.first + count;
        place_b.next = block_b.first + count;
        limit = limit < VTR_HASH_BLOCK_MAX ? 2 * limit : limit;
    }
    if (stretch.group_a.next > ahead_a) {
        skip_to(a, &stretch.group_a);
        skip_to(b, &stretch.group_b);
    }
}

/* Reports the lower digest of the two if it differs, and goes past it. */
static enum vtr_status step(const struct hash_walk *walk, enum vtr_hash_kind kind,
                            struct side *a, struct side *b, struct vtr_error *err)
{
    const int order = compare_sides(a, b);
    struct vtr_hash_pair pair = {.kind = kind,
                                 .digest = order <= 0 ? a->digest : b->digest,
                                 .stems_a = walk->stems_a};
    enum vtr_status status = VTR_OK;

    if (order <= 0) {
        pair.a = side_group(a);
    }
    if (order >= 0) {
        pair.b = side_group(b);
    }
    if (!are_same(pair.a, pair.b, walk->stems_a)) {
        status = walk->differs(&pair, walk->context, err);
    } else {
        skip_same(walk, a, b);
    }
    if (status == VTR_OK && order <= 0) {
        status = advance(a, kind, walk->a->stem_count, err);
    }
    if (status == VTR_OK && order >= 0) {
        status = advance(b, kind, walk->b->stem_count, err);
    }
    return status;
}

static enum vtr_status pair_kind(const struct hash_walk *walk, enum vtr_hash_kind kind,
                                 struct vtr_error *err)
{
    struct side a;
    struct side b;

    side_init(&a, &walk->a->hashes[kind], kind);
    side_init(&b, &walk->b->hashes[kind], kind);
    enum vtr_status status = advance(&a, kind, walk->a->stem_count, err);
    if (status == VTR_OK) {
        status = advance(&b, kind, walk->b->stem_count, err);
    }
    while (status == VTR_OK && (a.group.count > 0 || b.group.count > 0)) {
        status = step(walk, kind, &a, &b, err);
    }
    vtr_vector_deinit(&a.group);
    vtr_vector_deinit(&b.group);
    return status;
}

/* Stems that are not in ascending order belong to none of what follows. */
static enum vtr_status check_stem_order(const struct vtr_records *records,
                                        struct vtr_error *err)
{
    for (size_t i = 1; i < records->stem_count; i++) {
        if (vtr_bytes_compare(records->stems[i - 1], records->stems[i]) >= 0) {
            return vtr_error_set_format(err, vtr_section_name(VTR_SECTION_STEM_DATA), i,
                                        "stem %zu is out of order", i);
        }
    }
    return VTR_OK;
}

/* A's index of each stem of B: both lists are sorted. */
static uint32_t *map_stems(const struct vtr_records *a, const struct vtr_records *b)
{
    uint32_t *map = calloc(b->stem_count + 1, sizeof(*map));
    size_t i = 0;

    for (size_t k = 0; map != NULL && k < b->stem_count; k++) {
        while (i < a->stem_count && vtr_bytes_compare(a->stems[i], b->stems[k]) < 0) {
            i++;
        }
        const bool is_there =
            i < a->stem_count && vtr_bytes_equal(a->stems[i], b->stems[k]);
        map[k] = is_there ? (uint32_t)i : VTR_STEM_NONE;
    }
    return map;
}

enum vtr_status vtr_pair_hashes(const struct vtr_records *a,
                                const struct vtr_records *b, vtr_hash_pair_fn differs,
                                void *context, struct vtr_error *err)
{
    enum vtr_status status = check_stem_order(a, err);

    if (status == VTR_OK) {
        status = check_stem_order(b, err);
    }
    if (status != VTR_OK) {
        return status;
    }
    uint32_t *stems_a = map_stems(a, b);
    const struct hash_walk walk = {a, b, stems_a, differs, context};
    if (stems_a == NULL) {
        return vtr_error_set_memory(err);
    }
    for (unsigned kind = 0; status == VTR_OK && kind < VTR_HASH_KINDS; kind++) {
        status = pair_kind(&walk, (enum vtr_hash_kind)kind, err);
    }
    free(stems_a);
    return status;
}

bool vtr_body_read_key(enum vtr_body_kind kind, struct vtr_bytes body,
                       struct vtr_bytes *out_space, struct vtr_bytes *out_name)
{
    struct vtr_external_view external;

    if (kind == VTR_BODY_RULE) {
        return vtr_rule_read_key(body, out_space, out_name);
    }
    if (!vtr_external_read(body, &external)) {
        return false;
    }
    *out_space = (struct vtr_bytes){NULL, 0};
    *out_name = external.name;
    return true;
}

/* A sorted list of bodies and the key of the first one not yet reported. */
struct body_side {
    enum vtr_body_kind kind;
    const struct vtr_bytes *bodies;
    size_t count;
    size_t next;
    struct vtr_bytes space;
    struct vtr_bytes name;
};

/* Goes to body `next`, whose key must be above the one before. */
static enum vtr_status load_key(struct body_side *side, struct vtr_error *err)
{
    const struct vtr_bytes space = side->space;
    const struct vtr_bytes name = side->name;
    const char *section = side->kind == VTR_BODY_RULE ? "rules" : "externals";

    if (side->next == side->count) {
        return VTR_OK;
    }
    if (!vtr_body_read_key(side->kind, side->bodies[side->next], &side->space,
                           &side->name)) {
        return vtr_error_set_format(err, section, side->next, "record %zu is damaged",
                                    side->next);
    }
    if (side->next > 0 &&
        vtr_rule_compare_key(space, name, side->space, side->name) >= 0) {
        return vtr_error_set_format(err, section, side->next,
                                    "record %zu is out of order", side->next);
    }
    return VTR_OK;
}

static int compare_body_sides(const struct body_side *a, const struct body_side *b)
{
    if (a->next == a->count || b->next == b->count) {
        return (a->next == a->count) - (b->next == b->count);
    }
    return vtr_rule_compare_key(a->space, a->name, b->space, b->name);
}

static enum vtr_status step_bodies(struct body_side *a, struct body_side *b,
                                   vtr_body_pair_fn differs, void *context,
                                   struct vtr_error *err)
{
    const int order = compare_body_sides(a, b);
    const struct body_side *first = order <= 0 ? a : b;
    struct vtr_body_pair pair = {.space = first->space, .name = first->name};
    enum vtr_status status = VTR_OK;

    if (order <= 0) {
        pair.a = a->bodies[a->next];
    }
    if (order >= 0) {
        pair.b = b->bodies[b->next];
    }
    if (order != 0 || !vtr_bytes_equal(pair.a, pair.b)) {
        status = differs(&pair, context, err);
    }
    if (status == VTR_OK && order <= 0) {
        a->next++;
        status = load_key(a, err);
    }
    if (status == VTR_OK && order >= 0) {
        b->next++;
        status = load_key(b, err);
    }
    return status;
}

static struct body_side body_side(enum vtr_body_kind kind,
                                  const struct vtr_records *records)
{
    const bool is_rule = kind == VTR_BODY_RULE;

    return (struct body_side){
        .kind = kind,
        .bodies = is_rule ? records->rules : records->externals,
        .count = is_rule ? records->rule_count : records->external_count,
    };
}

enum vtr_status vtr_pair_bodies(enum vtr_body_kind kind, const struct vtr_records *a,
                                const struct vtr_records *b, vtr_body_pair_fn differs,
                                void *context, struct vtr_error *err)
{
    struct body_side side_a = body_side(kind, a);
    struct body_side side_b = body_side(kind, b);
    enum vtr_status status = load_key(&side_a, err);

    if (status == VTR_OK) {
        status = load_key(&side_b, err);
    }
    while (status == VTR_OK &&
           (side_a.next < side_a.count || side_b.next < side_b.count)) {
        status = step_bodies(&side_a, &side_b, differs, context, err);
    }
    return status;
}
