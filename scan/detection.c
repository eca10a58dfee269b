/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/detection.h"

#include "base/arena.h"

/* Copies of what the database stores masked live in the arena of one report. */
static bool read_tags(const struct vtr_rule_view *rule, struct vtr_arena *arena,
                      struct vtr_detection *out)
{
    struct vtr_reader r = rule->tags;
    struct vtr_bytes *tags =
        vtr_arena_array(arena, (size_t)rule->tag_count + 1, sizeof(*tags));

    if (tags == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < rule->tag_count && vtr_reader_string(&r, &tags[i]); i++) {
        out->tag_count++;
    }
    out->tags = tags;
    return true;
}

static enum vtr_meta_kind kind_of(enum vtr_meta_type type)
{
    switch (type) {
    case VTR_META_INT:
        return VTR_META_KIND_INT;
    case VTR_META_BOOL:
        return VTR_META_KIND_BOOL;
    case VTR_META_FLOAT:
        return VTR_META_KIND_FLOAT;
    case VTR_META_TEXT:
        break;
    }
    return VTR_META_KIND_TEXT;
}

static bool read_metas(const struct vtr_rule_view *rule, struct vtr_arena *arena,
                       struct vtr_detection *out)
{
    struct vtr_reader r = rule->metas;
    struct vtr_meta *metas =
        vtr_arena_array(arena, (size_t)rule->meta_count + 1, sizeof(*metas));
    struct vtr_meta_view view;

    if (metas == NULL) {
        return false;
    }
    for (uint64_t i = 0; i < rule->meta_count && vtr_rule_next_meta(&r, &view); i++) {
        struct vtr_meta *meta = &metas[out->meta_count++];
        meta->key = view.key;
        meta->number = view.number;
        meta->kind = kind_of(view.type);
        meta->exponent = view.exponent;
        if (view.type == VTR_META_TEXT && view.masked_text.len > 0) {
            uint8_t *text = vtr_arena_alloc(arena, view.masked_text.len);
            if (text == NULL) {
                return false;
            }
            vtr_unmask(view.masked_text, text);
            meta->text = (struct vtr_bytes){text, view.masked_text.len};
        }
    }
    out->metas = metas;
    return true;
}

/* Whether a match tells its key, and the plain byte that does. */
static bool read_xor(const struct vtr_pattern_state *state, uint8_t *out_first)
{
    if ((state->view.flags & VTR_PATTERN_XOR) == 0 || state->part_count != 1 ||
        state->parts[0].bytes.len == 0) {
        return false;
    }
    *out_first = (uint8_t)(state->parts[0].bytes.ptr[0] ^ vtr_mask(0));
    return true;
}

static bool read_strings(const struct vtr_scan_run *run, uint32_t rule_number,
                         const struct vtr_rule_view *rule, struct vtr_arena *arena,
                         struct vtr_detection *out)
{
    struct vtr_reader r = rule->patterns;
    const uint32_t first =
        rule->pattern_count == 0 ? 0 : vtr_pattern_first(run->image, rule_number);
    struct vtr_string_matches *strings =
        vtr_arena_array(arena, (size_t)rule->pattern_count + 1, sizeof(*strings));
    struct vtr_pattern_view view;

    if (strings == NULL) {
        return false;
    }
    vtr_pattern_states_fetch_rule(&run->patterns, first, rule->pattern_count);
    for (uint64_t i = 0; i < rule->pattern_count && vtr_rule_next_pattern(&r, &view);
         i++) {
        const struct vtr_pattern_state *state =
            vtr_pattern_states_find(&run->patterns, first + (uint32_t)i);
        if (state == NULL) {
            continue;
        }
        struct vtr_string_matches *string = &strings[out->string_count++];
        string->id = view.id;
        string->is_private = (view.flags & VTR_PATTERN_PRIVATE) != 0;
        string->is_hex = view.type == VTR_PATTERN_HEX;
        string->is_xor = read_xor(state, &string->first_byte);
        string->matches = state->matches.items;
        string->count = state->matches.count;
        string->copies = run->memory == NULL ? NULL : state->copies.items;
    }
    out->strings = strings;
    return true;
}

struct vtr_bytes vtr_match_get_bytes(const struct vtr_detection *detection,
                                     const struct vtr_string_matches *string,
                                     size_t index)
{
    if (index >= string->count) {
        return (struct vtr_bytes){NULL, 0};
    }
    const struct vtr_match *match = &string->matches[index];
    if (string->copies != NULL) {
        return string->copies[index];
    }
    return (struct vtr_bytes){detection->data.ptr + match->offset,
                              (size_t)match->length};
}

enum vtr_status vtr_detection_report_rule(struct vtr_scan_run *run, uint32_t rule,
                                          bool is_satisfied, struct vtr_report *report)
{
    struct vtr_arena arena = {0};
    struct vtr_detection detection = {.is_satisfied = is_satisfied, .data = run->data};
    struct vtr_rule_view view;
    enum vtr_status status = VTR_ERROR_MEMORY;

    if (!vtr_rule_read(vtr_image_rule(run->image, rule), &view)) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
        return VTR_OK;
    }
    if (!is_satisfied && (view.flags & VTR_RULE_PRIVATE) != 0) {
        return VTR_OK;
    }
    detection.space = view.space;
    detection.name = view.name;
    if (!read_tags(&view, &arena, &detection) ||
        !read_metas(&view, &arena, &detection) ||
        !read_strings(run, rule, &view, &arena, &detection)) {
        goto out;
    }
    report->is_over = report->found(&detection, report->context) == 0;
    status = VTR_OK;
out:
    vtr_arena_deinit(&arena);
    return status;
}
