/* SPDX-License-Identifier: Apache-2.0 */

/* The writing side of format/image/hash_table.c; docs/format.md, "Hash tables". */
#include "format/hash_table_write.h"

#include <string.h>

#include "base/digest.h"
#include "base/error.h"
#include "format/hash_stretch.h"
#include "format/hash_table_pieces.h"
#include "format/hash_window.h"
#include "format/image/hash_block.h"
#include "format/image/hash_table.h"

/* Bits that hold every value up to `max`. */
static unsigned width_of(uint64_t max)
{
    unsigned width = 0;

    for (; max > 0; max >>= 1) {
        width++;
    }
    return width;
}

/* Walks all records for what they need. */
static enum vtr_status walk_extent(struct vtr_hash_extent *out, enum vtr_hash_kind kind,
                                   const struct vtr_hash_source *source,
                                   struct vtr_stem_set *stems, struct vtr_error *err)
{
    struct vtr_hash_walk walk;
    struct vtr_hash_block block;
    struct vtr_hash_record record;
    enum vtr_status status;
    bool has_record = true;

    vtr_hash_walk_init(&walk, kind, source, stems);
    do {
        status = vtr_hash_walk_next_block(&walk, &block, &has_record, err);
        if (status == VTR_OK && !has_record) {
            status = vtr_hash_walk_next(&walk, &record, &has_record, err);
        }
    } while (status == VTR_OK && has_record);
    *out = walk.extent;
    return status;
}

static void set_widths(struct vtr_hash_plan *plan, size_t stem_count)
{
    const uint64_t count = plan->extent.count;

    plan->prefix_bits = vtr_hash_prefix_bits(count);
    plan->size_width = width_of(plan->extent.size_code_max);
    plan->stem_width = width_of(stem_count - 1);
    plan->number_width = width_of(plan->extent.number_max);
    if (!plan->extent.has_any_size) {
        plan->size_bits = vtr_hash_size_bits(count);
    }
    plan->fanout_len = vtr_hash_fanout_len(plan->prefix_bits, plan->size_bits);
    plan->tails_len = vtr_hash_tails_len(plan->kind, count, plan->prefix_bits);
    plan->attrs_len = vtr_hash_attrs_len(count, plan->size_width + plan->stem_width +
                                                    plan->number_width);
}

enum vtr_status vtr_hash_plan_make(struct vtr_hash_plan *out, enum vtr_hash_kind kind,
                                   const struct vtr_hash_source *source,
                                   struct vtr_stem_set *stems, struct vtr_error *err)
{
    struct vtr_hash_plan plan = {.kind = kind};
    enum vtr_status status = VTR_OK;

    if (source->count > UINT32_MAX) {
        return vtr_error_set(err, VTR_ERROR_LIMIT, "more than 2^32 - 1 %s records",
                             vtr_hash_name(kind));
    }
    if (source->extent != NULL) {
        plan.extent = *source->extent;
    } else {
        status = walk_extent(&plan.extent, kind, source, stems, err);
    }
    if (status == VTR_OK && plan.extent.count > 0) {
        set_widths(&plan, stems->count);
    }
    if (status == VTR_OK) {
        *out = plan;
    }
    return status;
}

static void write_fanout_header(const struct vtr_hash_plan *plan, uint8_t *fanout)
{
    fanout[0] = (uint8_t)plan->prefix_bits;
    fanout[1] = (uint8_t)plan->size_width;
    fanout[2] = (uint8_t)plan->stem_width;
    fanout[3] = (uint8_t)plan->number_width;
    fanout[4] = (uint8_t)plan->size_bits;
}

/* A table that is written, from its first record to its last. */
struct table_writer {
    const struct vtr_hash_plan *plan;
    const struct vtr_hash_output *output;
    const struct vtr_stem_set *stems;
    struct vtr_root_builder *root;
    struct vtr_hash_stretch rows; /* all of them */
    struct vtr_hash_window window;
    uint64_t index;     /* of the next record */
    uint64_t paused_at; /* the index at the last pause */
};

/* Whether all records were what the plan found. */
static bool is_same_extent(const struct vtr_hash_extent *a,
                           const struct vtr_hash_extent *b)
{
    return a->count == b->count && a->size_code_max == b->size_code_max &&
           a->has_any_size == b->has_any_size && a->number_max == b->number_max;
}

static void write_record(struct table_writer *w, const struct vtr_hash_record *record)
{
    vtr_hash_stretch_put(&w->rows, w->index, record);
    if (w->root != NULL) {
        vtr_root_builder_add_hash(w->root, w->plan->kind, record,
                                  w->stems->stems[record->stem]);
    }
    w->index++;
}

/* Writes a block that has these rows: as it is, where the table that it is from is of
 * the same shape and nobody wants each digest. */
static void write_block(struct table_writer *w, const struct vtr_hash_block *block,
                        const struct vtr_hash_record *rows)
{
    const struct vtr_hash_tails tails = vtr_hash_block_tails(block);

    if (w->root != NULL || block->table->prefix_bits != w->plan->prefix_bits) {
        for (size_t i = 0; i < block->count; i++) {
            uint8_t digest[VTR_SHA256_LEN];
            struct vtr_hash_record record = rows[i];

            vtr_hash_block_digest(block, i, digest);
            record.digest = digest;
            write_record(w, &record);
        }
        return;
    }
    vtr_hash_stretch_fan_out(&w->rows, block->prefix, w->index);
    memcpy(w->rows.tails + (size_t)(w->index - w->rows.first) * tails.len, tails.ptr,
           block->count * tails.len);
    for (size_t i = 0; i < block->count; i++) {
        vtr_hash_stretch_put_attrs(&w->rows, w->index + i, &rows[i]);
    }
    w->index += block->count;
}

/* Writes all records up to one that the plan has no room for. */
static enum vtr_status write_all(struct table_writer *w, struct vtr_hash_walk *walk,
                                 struct vtr_error *err)
{
    struct vtr_hash_block block;
    struct vtr_hash_record record;
    bool has_any = true;

    while (has_any) {
        enum vtr_status status = vtr_hash_walk_next_block(walk, &block, &has_any, err);
        const bool is_block = has_any;

        if (status == VTR_OK && !is_block) {
            status = vtr_hash_walk_next(walk, &record, &has_any, err);
        }
        if (status != VTR_OK || !vtr_hash_plan_fits(w->plan, &walk->extent)) {
            return status;
        }
        if (is_block) {
            write_block(w, &block, walk->rows);
        } else if (has_any) {
            write_record(w, &record);
        }
        vtr_hash_output_pause(w->output, w->index, &w->paused_at);
        if (w->output->same != NULL) {
            vtr_hash_window_move(&w->window, &w->rows, w->index, false);
        }
    }
    return VTR_OK;
}

/* The rows of all records, and the leaves of the root.  Records that are no table's are
 * written by pieces, those of one by blocks. */
static enum vtr_status write_rows(struct table_writer *w, struct vtr_hash_walk *walk,
                                  struct vtr_error *err)
{
    if (w->root != NULL && walk->source->next_block == NULL &&
        w->output->same == NULL && w->plan->extent.count > 0) {
        return vtr_hash_table_write_pieces(w->plan, walk, w->output, w->root,
                                           &w->rows.last_prefix, err);
    }
    return write_all(w, walk, err);
}

enum vtr_status vtr_hash_table_write(const struct vtr_hash_plan *plan,
                                     const struct vtr_hash_source *source,
                                     struct vtr_stem_set *stems,
                                     const struct vtr_hash_output *output,
                                     struct vtr_root_builder *root,
                                     struct vtr_error *err)
{
    struct table_writer w = {.plan = plan,
                             .output = output,
                             .stems = stems,
                             .root = root};
    struct vtr_hash_walk walk;

    vtr_hash_stretch_init(&w.rows, plan, output, 0, plan->extent.count);
    if (output->same != NULL && plan->extent.count > 0) {
        const enum vtr_status opened =
            vtr_hash_window_init(&w.window, &w.rows, output->same, err);
        if (opened != VTR_OK) {
            return opened;
        }
    }
    vtr_hash_walk_init(&walk, plan->kind, source, stems);
    enum vtr_status status = write_rows(&w, &walk, err);
    if (status == VTR_OK && !is_same_extent(&walk.extent, &plan->extent)) {
        status = vtr_error_set(err, VTR_ERROR_FORMAT,
                               "%s records changed between two readings",
                               vtr_hash_name(plan->kind));
    }
    if (status == VTR_OK && plan->extent.count > 0) {
        write_fanout_header(plan, output->fanout);
        vtr_hash_stretch_fan_out(&w.rows, UINT64_C(1) << plan->prefix_bits,
                                 plan->extent.count);
        if (root != NULL) {
            vtr_root_builder_end_kind(root);
        }
        if (output->same != NULL) {
            vtr_hash_window_move(&w.window, &w.rows, w.index, true);
        }
    }
    vtr_hash_window_deinit(&w.window);
    return status;
}
