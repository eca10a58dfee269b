/* SPDX-License-Identifier: Apache-2.0 */

/*
 * How two databases differ, record by record, for a reader who wants to know what a
 * release changed.
 */
#include "vitrine/verify.h"

#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"
#include "format/image/image_records.h"
#include "verify/compare/compare_rule.h"
#include "verify/compare/pairing.h"

#define NUMBER_TEXT_LEN 24

/* Where the changes of one comparison go. */
struct report {
    vtr_change_fn changed;
    void *context;
    const struct vtr_records *a;
    const struct vtr_records *b;
    struct vtr_writer name; /* rooms for the texts of one change */
    struct vtr_writer other_name;
    struct vtr_writer detail;
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

/* "WHAT A -> B" for two numbers of the header. */
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
            status = vtr_rule_describe_change(&report->detail, pair->a, pair->b, err);
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

/* The next record at or after `*at` that the other side does not have, or NULL. */
static const struct vtr_hash_record *next_unpaired(const struct vtr_hash_pair *pair,
                                                   bool is_a, size_t *at)
{
    const struct vtr_hash_group *group = is_a ? &pair->a : &pair->b;
    const struct vtr_hash_group *other = is_a ? &pair->b : &pair->a;

    while (*at < group->count) {
        const struct vtr_hash_record *record = &group->records[(*at)++];
        bool is_paired = false;

        for (size_t i = 0; i < other->count && !is_paired; i++) {
            is_paired = is_a ? vtr_hash_record_is_same(record, &other->records[i],
                                                       pair->stems_a)
                             : vtr_hash_record_is_same(&other->records[i], record,
                                                       pair->stems_a);
        }
        if (!is_paired) {
            return record;
        }
    }
    return NULL;
}

/* Records that only one side has are taken for changes of each other, in their order,
 * as long as there are some on both. */
static enum vtr_status hash_differs(const struct vtr_hash_pair *pair, void *context,
                                    struct vtr_error *err)
{
    struct report *report = context;
    enum vtr_status status = VTR_OK;
    size_t at_a = 0;
    size_t at_b = 0;

    while (status == VTR_OK) {
        const struct vtr_hash_record *a = next_unpaired(pair, true, &at_a);
        const struct vtr_hash_record *b = next_unpaired(pair, false, &at_b);

        if (a == NULL && b == NULL) {
            break;
        }
        status = report_hash(report, pair, a, b, err);
    }
    return status;
}

static enum vtr_status compare_records(struct report *report, struct vtr_error *err)
{
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
    return status;
}

enum vtr_status vtr_compare(struct vtr_bytes a, struct vtr_bytes b,
                            vtr_change_fn changed, void *context, struct vtr_error *err)
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
                                .a = &records_a.records,
                                .b = &records_b.records};
        status = compare_records(&report, err);
    }
    vtr_image_records_deinit(&records_a);
    vtr_image_records_deinit(&records_b);
    return status;
}
