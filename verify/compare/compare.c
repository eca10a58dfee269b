/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How two databases differ, record by record, for a reader who wants to know what a
 * release changed.
 */
#include "verify/compare/compare.h"

#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sort.h"
#include "base/vector.h"
#include "format/image/image_records.h"
#include "verify/compare/pairing.h"

#define NUMBER_TEXT_LEN 24

/* Where the changes of one comparison go. */
struct report {
    vtr_change_fn changed;
    void *context;
    const struct vtr_compare_words *words;
    const struct vtr_records *a;
    const struct vtr_records *b;
    struct vtr_writer name; /* rooms for the texts of one change */
    struct vtr_writer other_name;
    struct vtr_writer detail;
    struct vtr_vector only_a; /* struct candidate: of one digest */
    struct vtr_vector only_b;
};

static void say_number(struct vtr_writer *w, uint64_t number)
{
    char text[NUMBER_TEXT_LEN];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    vtr_writer_raw(w, vtr_bytes_from_text(text));
}

static void say_size(struct vtr_writer *w, uint64_t size)
{
    if (size == VTR_SIZE_ANY) {
        vtr_writer_raw(w, vtr_bytes_from_text("any"));
    } else {
        say_number(w, size);
    }
}

/* "WHAT A -> B" for a field of the header. */
static void compare_field(struct report *report, const char *what, struct vtr_bytes a,
                          struct vtr_bytes b)
{
    if (vtr_bytes_equal(a, b)) {
        return;
    }
    vtr_writer_clear(&report->detail);
    vtr_writer_raw(&report->detail, a);
    vtr_writer_raw(&report->detail, vtr_bytes_from_text(" -> "));
    vtr_writer_raw(&report->detail, b);
    const struct vtr_change change = {.kind = VTR_CHANGE_CHANGED,
                                      .of = VTR_CHANGE_OF_HEADER,
                                      .name = vtr_bytes_from_text(what),
                                      .detail = vtr_writer_bytes(&report->detail)};
    report->changed(&change, report->context);
}

static void compare_headers(struct report *report)
{
    compare_field(report, "name", report->a->name, report->b->name);
    vtr_writer_clear(&report->name);
    vtr_writer_clear(&report->other_name);
    say_number(&report->name, report->a->release);
    say_number(&report->other_name, report->b->release);
    compare_field(report, "release", vtr_writer_bytes(&report->name),
                  vtr_writer_bytes(&report->other_name));
}

static enum vtr_status report_body(struct report *report, enum vtr_change_of of,
                                   const struct vtr_body_pair *pair,
                                   struct vtr_error *err)
{
    struct vtr_change change = {.of = of, .space = pair->space, .name = pair->name};
    enum vtr_status status = VTR_OK;

    vtr_writer_clear(&report->detail);
    if (pair->a.ptr == NULL) {
        change.kind = VTR_CHANGE_ADDED;
    } else if (pair->b.ptr == NULL) {
        change.kind = VTR_CHANGE_REMOVED;
    } else {
        change.kind = VTR_CHANGE_CHANGED;
        if (of == VTR_CHANGE_OF_RULE) {
            status = vtr_rule_describe_change(&report->detail, report->words, pair->a,
                                              pair->b, err);
        } else {
            vtr_writer_raw(&report->detail, vtr_bytes_from_text("value"));
        }
    }
    change.detail = vtr_writer_bytes(&report->detail);
    if (status == VTR_OK) {
        report->changed(&change, report->context);
    }
    return status;
}

static enum vtr_status rule_differs(const struct vtr_body_pair *pair, void *context,
                                    struct vtr_error *err)
{
    return report_body(context, VTR_CHANGE_OF_RULE, pair, err);
}

static enum vtr_status external_differs(const struct vtr_body_pair *pair, void *context,
                                        struct vtr_error *err)
{
    return report_body(context, VTR_CHANGE_OF_EXTERNAL, pair, err);
}

static void spell_name(struct vtr_writer *w, const struct vtr_records *records,
                       const struct vtr_hash_record *record)
{
    vtr_writer_clear(w);
    vtr_name_join(records->stems[record->stem], record->number, w);
}

/* Reports one hash record: of A alone, of B alone, or of A turned into that of B. */
static enum vtr_status report_hash(struct report *report,
                                   const struct vtr_hash_pair *pair,
                                   const struct vtr_hash_record *a,
                                   const struct vtr_hash_record *b,
                                   struct vtr_error *err)
{
    struct vtr_change change = {.kind =
                                    a == NULL ? VTR_CHANGE_ADDED : VTR_CHANGE_REMOVED,
                                .of = VTR_CHANGE_OF_HASH,
                                .digest = {pair->digest, vtr_hash_len(pair->kind)}};

    vtr_writer_clear(&report->detail);
    spell_name(&report->name, a == NULL ? report->b : report->a, a == NULL ? b : a);
    if (a != NULL && b != NULL) {
        change.kind = VTR_CHANGE_CHANGED;
        spell_name(&report->other_name, report->b, b);
        if (a->size != b->size) {
            vtr_writer_raw(&report->detail, vtr_bytes_from_text("size "));
            say_size(&report->detail, a->size);
            vtr_writer_raw(&report->detail, vtr_bytes_from_text(" -> "));
            say_size(&report->detail, b->size);
        }
        if (!vtr_bytes_equal(vtr_writer_bytes(&report->name),
                             vtr_writer_bytes(&report->other_name))) {
            vtr_writer_raw(&report->detail,
                           vtr_bytes_from_text(report->detail.len > 0 ? ", name -> "
                                                                      : "name -> "));
            vtr_writer_raw(&report->detail, vtr_writer_bytes(&report->other_name));
        }
    }
    if (!vtr_writer_ok(&report->name) || !vtr_writer_ok(&report->other_name) ||
        !vtr_writer_ok(&report->detail)) {
        return vtr_error_set_memory(err);
    }
    change.name = vtr_writer_bytes(&report->name);
    change.detail = vtr_writer_bytes(&report->detail);
    report->changed(&change, report->context);
    return VTR_OK;
}

/* A record of one digest, with A's stem, and its place among them. */
struct candidate {
    struct vtr_hash_record record;
    size_t index;
};

static int compare_candidates(const void *a, const void *b, void *context)
{
    const struct vtr_hash_record *left = &((const struct candidate *)a)->record;
    const struct vtr_hash_record *right = &((const struct candidate *)b)->record;

    (void)context;
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    if (left->stem != right->stem) {
        return left->stem < right->stem ? -1 : 1;
    }
    return (left->number > right->number) - (left->number < right->number);
}

static int compare_indexes(const void *a, const void *b, void *context)
{
    const size_t left = ((const struct candidate *)a)->index;
    const size_t right = ((const struct candidate *)b)->index;

    (void)context;
    return (left > right) - (left < right);
}

/* The records of a group, sorted; `stems_a` is NULL when they are A's. */
static enum vtr_status list_candidates(struct vtr_vector *out,
                                       struct vtr_hash_group group,
                                       const uint32_t *stems_a)
{
    out->count = 0;
    for (size_t i = 0; i < group.count; i++) {
        struct candidate *candidate = vtr_vector_push(out);
        if (candidate == NULL) {
            return VTR_ERROR_MEMORY;
        }
        *candidate = (struct candidate){.record = group.records[i], .index = i};
        if (stems_a != NULL) {
            candidate->record.stem = stems_a[group.records[i].stem];
        }
    }
    return vtr_sort(out->items, out->count, sizeof(struct candidate),
                    compare_candidates, NULL);
}

/* Takes out of two sorted lists what is in both, and puts the rest back in its order:
 * a digest may have any number of names. */
static enum vtr_status drop_common(struct vtr_vector *a, struct vtr_vector *b)
{
    struct candidate *left = a->items;
    struct candidate *right = b->items;
    size_t kept_a = 0;
    size_t kept_b = 0;

    for (size_t i = 0, k = 0; i < a->count || k < b->count;) {
        int order = (i == a->count) - (k == b->count);
        if (order == 0) {
            order = compare_candidates(&left[i], &right[k], NULL);
        }
        if (order < 0) {
            left[kept_a++] = left[i];
        } else if (order > 0) {
            right[kept_b++] = right[k];
        }
        i += order <= 0;
        k += order >= 0;
    }
    a->count = kept_a;
    b->count = kept_b;
    const enum vtr_status status =
        vtr_sort(left, kept_a, sizeof(*left), compare_indexes, NULL);
    return status == VTR_OK
               ? vtr_sort(right, kept_b, sizeof(*right), compare_indexes, NULL)
               : status;
}

/* Records that only one side has are taken for changes of each other, in their order,
 * as long as there are some on both. */
static enum vtr_status hash_differs(const struct vtr_hash_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct report *report = context;
    enum vtr_status status = list_candidates(&report->only_a, pair->a, NULL);

    if (status == VTR_OK) {
        status = list_candidates(&report->only_b, pair->b, pair->stems_a);
    }
    if (status == VTR_OK) {
        status = drop_common(&report->only_a, &report->only_b);
    }
    if (status != VTR_OK) {
        return vtr_error_set_memory(err);
    }
    const struct candidate *a = report->only_a.items;
    const struct candidate *b = report->only_b.items;
    const size_t count_a = report->only_a.count;
    const size_t count_b = report->only_b.count;
    for (size_t i = 0; status == VTR_OK && (i < count_a || i < count_b); i++) {
        status =
            report_hash(report, pair, i < count_a ? &pair->a.records[a[i].index] : NULL,
                        i < count_b ? &pair->b.records[b[i].index] : NULL, err);
    }
    return status;
}

static enum vtr_status compare_records(struct report *report, struct vtr_error *err)
{
    vtr_vector_init(&report->only_a, sizeof(struct candidate));
    vtr_vector_init(&report->only_b, sizeof(struct candidate));
    compare_headers(report);
    enum vtr_status status =
        vtr_pair_hashes(report->a, report->b, hash_differs, report, err);

    if (status == VTR_OK) {
        status = vtr_pair_bodies(VTR_BODY_EXTERNAL, report->a, report->b,
                                 external_differs, report, err);
    }
    if (status == VTR_OK) {
        status = vtr_pair_bodies(VTR_BODY_RULE, report->a, report->b, rule_differs,
                                 report, err);
    }
    vtr_writer_deinit(&report->name);
    vtr_writer_deinit(&report->other_name);
    vtr_writer_deinit(&report->detail);
    vtr_vector_deinit(&report->only_a);
    vtr_vector_deinit(&report->only_b);
    return status;
}

enum vtr_status vtr_compare_in_words(struct vtr_bytes a, struct vtr_bytes b,
                                     const struct vtr_compare_words *words,
                                     vtr_change_fn changed, void *context,
                                     struct vtr_error *err)
{
    struct vtr_image image_a;
    struct vtr_image image_b;
    struct vtr_image_records records_a = {0};
    struct vtr_image_records records_b = {0};
    enum vtr_status status = vtr_image_open(&image_a, a, err);

    if (status == VTR_OK) {
        status = vtr_image_open(&image_b, b, err);
    }
    if (status == VTR_OK) {
        status = vtr_image_records_init(&records_a, &image_a, err);
    }
    if (status == VTR_OK) {
        status = vtr_image_records_init(&records_b, &image_b, err);
    }
    if (status == VTR_OK) {
        struct report report = {.changed = changed,
                                .context = context,
                                .words = words,
                                .a = &records_a.records,
                                .b = &records_b.records};
        status = compare_records(&report, err);
    }
    vtr_image_records_deinit(&records_a);
    vtr_image_records_deinit(&records_b);
    return status;
}

enum vtr_status vtr_compare(struct vtr_bytes a, struct vtr_bytes b,
                            vtr_change_fn changed, void *context, struct vtr_error *err)
{
    static const struct vtr_compare_words WORDS = {"added", "removed"};

    return vtr_compare_in_words(a, b, &WORDS, changed, context, err);
}
