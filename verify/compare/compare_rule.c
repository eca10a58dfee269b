/* SPDX-License-Identifier: Apache-2.0 */

#include "verify/compare/compare_rule.h"

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/vector.h"
#include "format/record/rule.h"

/* A tag, meta or pattern of a rule: what names it and all of its bytes. */
struct part {
    struct vtr_bytes name;
    struct vtr_bytes bytes;
};

/* Reads the next part; false when the bytes are none. */
typedef bool (*next_part_fn)(struct vtr_reader *r, struct vtr_bytes *out_name);

static bool next_tag(struct vtr_reader *r, struct vtr_bytes *out_name)
{
    return vtr_reader_string(r, out_name);
}

static bool next_meta(struct vtr_reader *r, struct vtr_bytes *out_name)
{
    struct vtr_meta_view meta;

    if (!vtr_rule_next_meta(r, &meta)) {
        return false;
    }
    *out_name = meta.key;
    return true;
}

static bool next_pattern(struct vtr_reader *r, struct vtr_bytes *out_name)
{
    struct vtr_pattern_view pattern;

    if (!vtr_rule_next_pattern(r, &pattern)) {
        return false;
    }
    *out_name = pattern.id;
    return true;
}

/* The parts of one kind, sorted by name; those of one name in the order of the source.
 */
static enum vtr_status list_parts(struct vtr_vector *out, struct vtr_reader r,
                                  uint64_t count, next_part_fn next,
                                  vtr_compare_fn compare)
{
    for (uint64_t i = 0; i < count; i++) {
        const size_t start = r.pos;
        struct vtr_bytes name;

        if (!next(&r, &name)) {
            break;
        }
        struct part *part = vtr_vector_push(out);
        if (part == NULL) {
            return VTR_ERROR_MEMORY;
        }
        part->name = name;
        part->bytes = (struct vtr_bytes){r.bytes.ptr + start, r.pos - start};
    }
    return vtr_sort(out->items, out->count, sizeof(struct part), compare, NULL);
}

static int compare_parts(const void *a, const void *b, void *context)
{
    (void)context;
    return vtr_bytes_compare(((const struct part *)a)->name,
                             ((const struct part *)b)->name);
}

/* The list of differences, as it grows. */
struct list {
    struct vtr_writer w;
    const struct vtr_compare_words *words;
};

/* Appends one item, with how it differs behind it; "": that it does says all. */
static void say(struct list *list, const char *what, struct vtr_bytes name,
                const char *how)
{
    struct vtr_writer *w = &list->w;

    if (w->len > 0) {
        vtr_writer_raw(w, vtr_bytes_from_text(", "));
    }
    vtr_writer_raw(w, vtr_bytes_from_text(what));
    vtr_writer_raw(w, name);
    vtr_writer_raw(w, vtr_bytes_from_text(how[0] == '\0' ? "" : " "));
    vtr_writer_raw(w, vtr_bytes_from_text(how));
}

static void say_flag(struct list *list, const char *what, unsigned a, unsigned b,
                     unsigned flag)
{
    if (((a ^ b) & flag) != 0) {
        say(list, what, (struct vtr_bytes){NULL, 0},
            (b & flag) != 0 ? list->words->added : list->words->removed);
    }
}

/* Merges two sorted lists of parts and says which are not in both alike. */
static void say_parts(struct list *list, const char *what, const struct vtr_vector *a,
                      const struct vtr_vector *b)
{
    const struct part *parts_a = a->items;
    const struct part *parts_b = b->items;
    size_t i = 0;
    size_t k = 0;

    while (i < a->count || k < b->count) {
        int order = (i == a->count) - (k == b->count);
        if (order == 0) {
            order = vtr_bytes_compare(parts_a[i].name, parts_b[k].name);
        }
        if (order < 0) {
            say(list, what, parts_a[i].name, list->words->removed);
        } else if (order > 0) {
            say(list, what, parts_b[k].name, list->words->added);
        } else if (!vtr_bytes_equal(parts_a[i].bytes, parts_b[k].bytes)) {
            say(list, what, parts_a[i].name, "changed");
        }
        i += order <= 0;
        k += order >= 0;
    }
}

/* One kind of part of the two rules. */
struct part_kind {
    const char *what;
    const char *order;
    next_part_fn next;
};

struct part_list {
    struct vtr_reader parts;
    uint64_t count;
};

static enum vtr_status describe_parts(struct list *list, const struct part_kind *kind,
                                      struct part_list a, struct part_list b)
{
    const struct vtr_bytes nothing = {NULL, 0};
    struct vtr_vector list_a;
    struct vtr_vector list_b;
    const size_t before = list->w.len;

    if (a.count == b.count && vtr_bytes_equal(a.parts.bytes, b.parts.bytes)) {
        return VTR_OK;
    }
    vtr_vector_init(&list_a, sizeof(struct part));
    vtr_vector_init(&list_b, sizeof(struct part));
    enum vtr_status status =
        list_parts(&list_a, a.parts, a.count, kind->next, compare_parts);
    if (status == VTR_OK) {
        status = list_parts(&list_b, b.parts, b.count, kind->next, compare_parts);
    }
    if (status == VTR_OK) {
        say_parts(list, kind->what, &list_a, &list_b);
        if (list->w.len == before) { /* other bytes, yet the same parts */
            say(list, kind->order, nothing, "");
        }
    }
    vtr_vector_deinit(&list_a);
    vtr_vector_deinit(&list_b);
    return status;
}

enum vtr_status vtr_rule_describe_change(struct vtr_writer *w,
                                         const struct vtr_compare_words *words,
                                         struct vtr_bytes a, struct vtr_bytes b,
                                         struct vtr_error *err)
{
    static const struct part_kind TAGS = {"tag ", "order of tags", next_tag};
    static const struct part_kind METAS = {"meta ", "order of meta", next_meta};
    static const struct part_kind PATTERNS = {"string $", "order of strings",
                                              next_pattern};
    const struct vtr_bytes nothing = {NULL, 0};
    struct vtr_rule_view rule_a;
    struct vtr_rule_view rule_b;
    enum vtr_status status;

    if (!vtr_rule_read(a, &rule_a) || !vtr_rule_read(b, &rule_b)) {
        return VTR_OK;
    }
    struct list list = {.words = words};
    say_flag(&list, "private", rule_a.flags, rule_b.flags, VTR_RULE_PRIVATE);
    say_flag(&list, "global", rule_a.flags, rule_b.flags, VTR_RULE_GLOBAL);
    if (((rule_a.flags ^ rule_b.flags) & ~(VTR_RULE_PRIVATE | VTR_RULE_GLOBAL)) != 0) {
        say(&list, "flags", nothing, ""); /* that the compiler finds out */
    }
    status =
        describe_parts(&list, &TAGS, (struct part_list){rule_a.tags, rule_a.tag_count},
                       (struct part_list){rule_b.tags, rule_b.tag_count});
    if (status == VTR_OK) {
        status = describe_parts(&list, &METAS,
                                (struct part_list){rule_a.metas, rule_a.meta_count},
                                (struct part_list){rule_b.metas, rule_b.meta_count});
    }
    if (status == VTR_OK) {
        status =
            describe_parts(&list, &PATTERNS,
                           (struct part_list){rule_a.patterns, rule_a.pattern_count},
                           (struct part_list){rule_b.patterns, rule_b.pattern_count});
    }
    if (!vtr_bytes_equal(rule_a.condition, rule_b.condition)) {
        say(&list, "condition", nothing, "");
    }
    vtr_writer_raw(w, vtr_writer_bytes(&list.w));
    if (status != VTR_OK || !vtr_writer_ok(w) || !vtr_writer_ok(&list.w)) {
        status = vtr_error_set_memory(err);
    }
    vtr_writer_deinit(&list.w);
    return status;
}
