/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lower_rule.h"

#include "compiler/needs_pattern.h"

static void put_metas(struct vtr_writer *w, const struct vtr_ast_rule *rule)
{
    vtr_writer_varint(w, rule->meta_count);
    for (const struct vtr_ast_meta *meta = rule->metas; meta != NULL;
         meta = meta->next) {
        vtr_writer_string(w, meta->key);
        vtr_writer_u8(w, (uint8_t)meta->type);
        switch (meta->type) {
        case VTR_META_TEXT:
            vtr_writer_masked(w, meta->text);
            break;
        case VTR_META_INT:
            vtr_writer_zigzag(w, meta->number);
            break;
        case VTR_META_BOOL:
            vtr_writer_u8(w, (uint8_t)meta->number);
            break;
        case VTR_META_FLOAT:
            vtr_writer_zigzag(w, meta->number);
            vtr_writer_zigzag(w, meta->exponent);
            break;
        }
    }
}

/* Only an offset that is asked for alone, and of a literal: see literal.h. */
static bool is_fixed(const struct vtr_ast_string *string)
{
    return string->has_fixed_offset && !string->is_asked_freely && string->is_literal;
}

/* A pattern without its length. */
static void put_pattern(struct vtr_writer *w, const struct vtr_ast_string *string)
{
    const uint32_t flags =
        string->flags | (is_fixed(string) ? VTR_PATTERN_FIXED_OFFSET : 0);

    vtr_writer_string(w, string->id);
    vtr_writer_u8(w, (uint8_t)string->type);
    vtr_writer_varint(w, flags);
    if ((flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        vtr_writer_varint(w, (uint64_t)string->fixed_offset);
    }
    if ((flags & VTR_PATTERN_XOR) != 0) {
        vtr_writer_u8(w, (uint8_t)string->modifiers.xor_min);
        vtr_writer_u8(w, (uint8_t)string->modifiers.xor_max);
    }
    vtr_writer_raw(w, string->payload);
}

static void put_patterns(struct vtr_writer *w, const struct vtr_ast_rule *rule)
{
    struct vtr_writer pattern = {0};

    vtr_writer_varint(w, rule->string_count);
    for (const struct vtr_ast_string *s = rule->strings; s != NULL; s = s->next) {
        vtr_writer_clear(&pattern);
        put_pattern(&pattern, s);
        vtr_writer_string(w, vtr_writer_bytes(&pattern));
        w->has_failed = w->has_failed || !vtr_writer_ok(&pattern);
    }
    vtr_writer_deinit(&pattern);
}

static void put_head(struct vtr_writer *w, const struct vtr_ast_rule *rule)
{
    vtr_writer_varint(w, rule->tag_count);
    for (const struct vtr_ast_tag *tag = rule->tags; tag != NULL; tag = tag->next) {
        vtr_writer_string(w, tag->name);
    }
    put_metas(w, rule);
    put_patterns(w, rule);
}

enum vtr_status vtr_lower_rule(struct vtr_lowering *l, struct vtr_ast_rule *rule)
{
    const uint64_t errors = l->diagnostics->errors;

    vtr_writer_clear(&l->out);
    put_head(&l->out, rule);
    rule->head = vtr_arena_dup(l->arena, vtr_writer_bytes(&l->out));
    vtr_writer_clear(&l->out);
    /* With wildcards this is a rehearsal: it finds what is wrong with the condition. */
    vtr_lower_condition(l, rule);
    rule->code = vtr_arena_dup(l->arena, vtr_writer_bytes(&l->out));
    vtr_writer_clear(&l->out);
    if (vtr_rule_needs_pattern(rule)) {
        rule->flags |= VTR_RULE_NEEDS_PATTERN;
    }
    rule->is_bad = rule->is_bad || l->diagnostics->errors != errors;
    return rule->head.ptr == NULL || rule->code.ptr == NULL || l->has_no_memory
               ? VTR_ERROR_MEMORY
               : VTR_OK;
}

void vtr_write_rule_body(struct vtr_writer *w, const struct vtr_ast_rule *rule,
                         struct vtr_bytes space, struct vtr_bytes code)
{
    vtr_writer_u8(w, rule->flags);
    vtr_writer_string(w, space);
    vtr_writer_string(w, rule->name);
    vtr_writer_raw(w, rule->head);
    vtr_writer_string(w, code);
}
