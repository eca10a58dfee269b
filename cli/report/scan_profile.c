/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/scan_profile.h"

#include "cli/report/json.h"

/* Rows of a table; JSON has them all. */
#define ROW_LIMIT 30u

/* Width of a column, with the blanks before it. */
#define COLUMN_LEN 14u

/* What is being said, and what of it there was so far. */
struct printer {
    struct vtr_text *out;
    bool is_json;
    uint64_t total_ns;
    enum vtr_cost_kind kind; /* of the row before; 0: there was none */
    uint64_t rows;           /* of this kind */
};

static const char *const KIND_WORDS[VTR_COST_LAST + 1] = {
    [VTR_COST_RULE] = "rule",     [VTR_COST_STRING] = "string",
    [VTR_COST_MODULE] = "module", [VTR_COST_SEARCH] = "search",
    [VTR_COST_HASHES] = "hashes", [VTR_COST_REST] = "rest",
};

static void add_total(const struct vtr_cost *cost, void *context)
{
    uint64_t *total_ns = context;

    *total_ns += cost->kind == VTR_COST_STRING ? 0 : cost->time_ns;
}

static void print_json(struct printer *p, const struct vtr_cost *cost)
{
    struct vtr_json json;

    vtr_json_begin(&json, p->out);
    vtr_json_string(&json, "profile", KIND_WORDS[cost->kind]);
    if (cost->kind == VTR_COST_RULE || cost->kind == VTR_COST_STRING) {
        vtr_json_bytes(&json, "namespace", cost->space);
        vtr_json_bytes(&json, "rule", cost->rule);
    }
    if (cost->kind == VTR_COST_STRING) {
        vtr_json_bytes(&json, "string", cost->name);
    }
    if (cost->kind == VTR_COST_MODULE) {
        vtr_json_bytes(&json, "module", cost->name);
    }
    vtr_json_number(&json, "time_ns", cost->time_ns);
    if (cost->kind == VTR_COST_RULE) {
        vtr_json_number(&json, "condition_ns", cost->condition_ns);
    }
    if (cost->kind != VTR_COST_STRING) {
        vtr_json_number(&json, "count", cost->count);
    }
    if (cost->kind == VTR_COST_RULE || cost->kind == VTR_COST_STRING) {
        vtr_json_number(&json, "places", cost->place_count);
        vtr_json_number(&json, "matches", cost->match_count);
    }
    vtr_json_finish(&json);
}

/* Ends a cell that began at `start`, to the right of its column. */
static void end_cell(struct vtr_text *out, size_t start)
{
    char cell[COLUMN_LEN * 2];
    const size_t len = out->len - start;

    if (out->has_failed || len >= COLUMN_LEN || len > sizeof(cell)) {
        return;
    }
    for (size_t i = 0; i < len; i++) {
        cell[i] = out->ptr[start + i];
    }
    out->len = start;
    vtr_text_repeat(out, ' ', COLUMN_LEN - len);
    vtr_text_bytes(out, (struct vtr_bytes){(const uint8_t *)cell, len});
}

static void add_number(struct vtr_text *out, uint64_t value)
{
    const size_t start = out->len;

    vtr_text_add(out, " ");
    vtr_text_number(out, value);
    end_cell(out, start);
}

static void add_thousandths(struct vtr_text *out, uint64_t value, const char *unit)
{
    const size_t start = out->len;

    vtr_text_add(out, " ");
    vtr_text_milli(out, value);
    vtr_text_add(out, unit);
    end_cell(out, start);
}

static void add_heading(struct vtr_text *out, const char *heading)
{
    const size_t start = out->len;

    vtr_text_add(out, " ");
    vtr_text_add(out, heading);
    end_cell(out, start);
}

static void begin_table(struct printer *p, enum vtr_cost_kind kind)
{
    static const char *const WORDS[] = {"time ms", "share"};

    vtr_text_add(p->out, p->kind == 0 ? "" : "\n");
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        add_heading(p->out, WORDS[i]);
    }
    if (kind == VTR_COST_RULE) {
        add_heading(p->out, "condition ms");
        add_heading(p->out, "evaluations");
    }
    if (kind == VTR_COST_RULE || kind == VTR_COST_STRING) {
        add_heading(p->out, "places");
        add_heading(p->out, "matches");
    } else {
        add_heading(p->out, "count");
    }
    vtr_text_add(p->out, kind == VTR_COST_RULE     ? "  rule\n"
                         : kind == VTR_COST_STRING ? "  string\n"
                                                   : "  what\n");
}

static void add_name(struct vtr_text *out, const struct vtr_cost *cost)
{
    vtr_text_add(out, "  ");
    if (cost->kind > VTR_COST_STRING) {
        vtr_text_add(out, KIND_WORDS[cost->kind]);
        vtr_text_add(out, cost->kind == VTR_COST_MODULE ? " " : "");
        vtr_text_bytes(out, cost->name);
        return;
    }
    vtr_text_safe(out, cost->space);
    vtr_text_add(out, ":");
    vtr_text_safe(out, cost->rule);
    if (cost->kind == VTR_COST_STRING) {
        vtr_text_add(out, " $");
        vtr_text_safe(out, cost->name);
    }
}

static void end_table(struct printer *p)
{
    if (p->rows > ROW_LIMIT) {
        vtr_text_add(p->out, "  and ");
        vtr_text_number(p->out, p->rows - ROW_LIMIT);
        vtr_text_add(p->out, " more\n");
    }
}

static void print_row(struct printer *p, const struct vtr_cost *cost)
{
    add_thousandths(p->out, cost->time_ns / 1000, "");
    add_thousandths(p->out,
                    p->total_ns < 100000 ? 0 : cost->time_ns / (p->total_ns / 100000),
                    " %");
    if (cost->kind == VTR_COST_RULE) {
        add_thousandths(p->out, cost->condition_ns / 1000, "");
        add_number(p->out, cost->count);
    }
    if (cost->kind == VTR_COST_RULE || cost->kind == VTR_COST_STRING) {
        add_number(p->out, cost->place_count);
        add_number(p->out, cost->match_count);
    } else {
        add_number(p->out, cost->count);
    }
    add_name(p->out, cost);
    vtr_text_add(p->out, "\n");
}

static void print_cost(const struct vtr_cost *cost, void *context)
{
    struct printer *p = context;

    if (p->is_json) {
        print_json(p, cost);
        return;
    }
    /* Modules and the rest are one table. */
    const enum vtr_cost_kind kind =
        cost->kind < VTR_COST_MODULE ? cost->kind : VTR_COST_MODULE;
    if (kind != p->kind) {
        end_table(p);
        begin_table(p, kind);
        p->kind = kind;
        p->rows = 0;
    }
    p->rows++;
    if (p->rows <= ROW_LIMIT) {
        print_row(p, cost);
    }
}

enum vtr_status vtr_scan_profile_print(struct vtr_text *out,
                                       const struct vtr_scanner *const *scanners,
                                       size_t count, bool is_json,
                                       struct vtr_error *err)
{
    struct printer p = {.out = out, .is_json = is_json};
    enum vtr_status status =
        vtr_scan_tell_costs(scanners, count, add_total, &p.total_ns, err);

    if (status == VTR_OK) {
        status = vtr_scan_tell_costs(scanners, count, print_cost, &p, err);
    }
    return status;
}
