/* SPDX-License-Identifier: Apache-2.0 */

#include "format/hash_stretch.h"

#include <assert.h>
#include <string.h>

#include "format/image/hash_table.h"

unsigned vtr_hash_stretch_row_bits(const struct vtr_hash_plan *plan)
{
    return plan->size_width + plan->stem_width + plan->number_width;
}

size_t vtr_hash_stretch_tail_len(const struct vtr_hash_plan *plan)
{
    return vtr_hash_len(plan->kind) - plan->prefix_bits / 8;
}

void vtr_hash_stretch_init(struct vtr_hash_stretch *out,
                           const struct vtr_hash_plan *plan,
                           const struct vtr_hash_output *output, uint64_t first,
                           uint64_t count)
{
    const size_t attrs_at =
        (size_t)(first / VTR_STRETCH_ALIGN * vtr_hash_stretch_row_bits(plan));
    const bool is_last = first + count >= plan->extent.count;

    assert(first % VTR_STRETCH_ALIGN == 0 &&
           (is_last || count % VTR_STRETCH_ALIGN == 0));
    *out = (struct vtr_hash_stretch){.plan = plan, .first = first};
    if (plan->extent.count == 0) {
        return;
    }
    out->counts = output->fanout + VTR_FANOUT_HEADER_LEN;
    out->sizes = output->fanout + vtr_hash_fanout_len(plan->prefix_bits, 0);
    if (output->same != NULL) {
        return; /* rows go to a window */
    }
    out->tails = output->tails + (size_t)first * vtr_hash_stretch_tail_len(plan);
    if (plan->attrs_len > 0) {
        out->attrs = output->attrs + attrs_at;
        out->attrs_len =
            is_last
                ? (size_t)plan->attrs_len - attrs_at
                : (size_t)(count / VTR_STRETCH_ALIGN * vtr_hash_stretch_row_bits(plan));
    }
}

void vtr_hash_stretch_fan_out(struct vtr_hash_stretch *stretch, uint64_t prefix,
                              uint64_t index)
{
    while (stretch->last_prefix < prefix) {
        stretch->last_prefix++;
        vtr_store_u32(stretch->counts + 4 * stretch->last_prefix, (uint32_t)index);
    }
}

static void put_size(struct vtr_hash_stretch *stretch, uint64_t size)
{
    const unsigned size_bits = stretch->plan->size_bits;

    if (size_bits != 0) {
        const uint64_t bit = vtr_hash_size_bit(size_bits, size);
        stretch->sizes[bit / 8] |= (uint8_t)(1u << bit % 8);
    }
}

void vtr_hash_stretch_expect(const struct vtr_hash_stretch *stretch, uint64_t size)
{
    const unsigned size_bits = stretch->plan->size_bits;

    if (size_bits != 0) {
        VTR_PREFETCH(stretch->sizes + vtr_hash_size_bit(size_bits, size) / 8);
    }
}

void vtr_hash_stretch_put_attrs(struct vtr_hash_stretch *stretch, uint64_t index,
                                const struct vtr_hash_record *record)
{
    const struct vtr_hash_plan *plan = stretch->plan;
    const unsigned name_width = plan->stem_width + plan->number_width; /* below 64 */
    const unsigned width = vtr_hash_stretch_row_bits(plan);
    const uint64_t size = record->size == VTR_SIZE_ANY ? 0 : record->size + 1;
    const uint64_t name = record->stem | (uint64_t)record->number << plan->stem_width;
    const uint64_t bit = (index - stretch->first) * width;

    put_size(stretch, record->size);
    if (width == 0) {
        return;
    }
    if (width <= 64 && plan->size_width < 64) {
        vtr_store_bits(stretch->attrs, stretch->attrs_len, bit, width,
                       size | name << plan->size_width);
        return;
    }
    vtr_store_bits(stretch->attrs, stretch->attrs_len, bit, plan->size_width, size);
    vtr_store_bits(stretch->attrs, stretch->attrs_len, bit + plan->size_width,
                   name_width, name);
}

void vtr_hash_stretch_put(struct vtr_hash_stretch *stretch, uint64_t index,
                          const struct vtr_hash_record *record)
{
    const struct vtr_hash_plan *plan = stretch->plan;
    const size_t len = vtr_hash_stretch_tail_len(plan);

    vtr_hash_stretch_fan_out(stretch,
                             vtr_hash_prefix_of(record->digest, plan->prefix_bits),
                             index);
    memcpy(stretch->tails + (size_t)(index - stretch->first) * len,
           record->digest + plan->prefix_bits / 8, len);
    vtr_hash_stretch_put_attrs(stretch, index, record);
}
