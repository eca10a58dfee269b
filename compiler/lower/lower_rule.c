/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/lower/lower_rule.h"

#include "compiler/lower/needs_pattern.h"
#include "compiler/syntax/literal.h"

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

/* Bytes of a pattern without its length. */
static size_t pattern_len(const struct vtr_ast_string *string, uint32_t flags)
{
    size_t len = vtr_varint_len(string->id.len) + string->id.len + 1 +
                 vtr_varint_len(flags) + string->payload.len;

    if ((flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        len += vtr_varint_len((uint64_t)string->use.offset);
    }
    return (flags & VTR_PATTERN_XOR) != 0 ? len + 2 : len;
}

static void put_pattern(struct vtr_writer *w, const struct vtr_ast_string *string)
{
    const uint32_t flags =
        string->flags | (vtr_string_is_fixed(string) ? VTR_PATTERN_FIXED_OFFSET : 0);

    vtr_writer_varint(w, pattern_len(string, flags));
    vtr_writer_string(w, string->id);
    vtr_writer_u8(w,
                  (uint8_t)vtr_pattern_record_type(&string->modifiers, string->type));
    vtr_writer_varint(w, flags);
    if ((flags & VTR_PATTERN_FIXED_OFFSET) != 0) {
        vtr_writer_varint(w, (uint64_t)string->use.offset);
    }
    if ((flags & VTR_PATTERN_XOR) != 0) {
        vtr_writer_u8(w, (uint8_t)string->modifiers.xor_min);
        vtr_writer_u8(w, (uint8_t)string->modifiers.xor_max);
    }
    vtr_writer_raw(w, string->payload);
}

static void put_tags(struct vtr_writer *w, const struct vtr_ast_rule *rule)
{
    vtr_writer_varint(w, rule->tag_count);
    for (const struct vtr_ast_tag *tag = rule->tags; tag != NULL; tag = tag->next) {
        vtr_writer_string(w, tag->name);
    }
}

/* What depends on the namespace. */
static void put_key(struct vtr_writer *w, const struct vtr_ast_rule *rule,
                    struct vtr_bytes space)
{
    vtr_writer_u8(w, rule->flags);
    vtr_writer_string(w, space);
    vtr_writer_string(w, rule->name);
}

/* The whole record; `code` is its condition. */
static void put_body(struct vtr_writer *w, struct vtr_ast_rule *rule,
                     struct vtr_bytes space, struct vtr_bytes code)
{
    struct vtr_record_body *record = &rule->record;

    put_key(w, rule, space);
    record->head = w->len;
    put_tags(w, rule);
    put_metas(w, rule);
    vtr_writer_varint(w, rule->string_count);
    record->patterns = w->len;
    for (const struct vtr_ast_string *s = rule->strings; s != NULL; s = s->next) {
        put_pattern(w, s);
    }
    record->condition = w->len;
    vtr_writer_string(w, code);
}

enum vtr_status vtr_lower_rule(struct vtr_lowering *l, struct vtr_ast_rule *rule,
                               struct vtr_bytes space)
{
    const uint64_t errors = l->diagnostics->errors;
    struct vtr_record_body *record = &rule->record;

    if (vtr_rule_needs_pattern(rule)) {
        rule->flags |= VTR_RULE_NEEDS_PATTERN;
    }
    vtr_writer_clear(&l->out);
    vtr_writer_clear(&l->body);
    /* With wildcards this is a rehearsal: it finds what is wrong with the condition. */
    vtr_lower_condition(l, rule);
    put_body(&l->body, rule, space, vtr_writer_bytes(&l->out));
    record->body = vtr_arena_dup(l->arena, vtr_writer_bytes(&l->body));
    if (record->body.ptr == NULL || l->has_no_memory || !vtr_writer_ok(&l->out) ||
        !vtr_writer_ok(&l->body)) {
        return VTR_ERROR_MEMORY;
    }
    record->code = (struct vtr_bytes){record->body.ptr + record->body.len - l->out.len,
                                      l->out.len};
    rule->is_bad = rule->is_bad || l->diagnostics->errors != errors;
    return VTR_OK;
}

size_t vtr_write_rule_body(struct vtr_writer *w, const struct vtr_ast_rule *rule,
                           struct vtr_bytes space, struct vtr_bytes code)
{
    const struct vtr_record_body *record = &rule->record;

    put_key(w, rule, space);
    const size_t patterns = w->len + (record->patterns - record->head);
    vtr_writer_raw(w, (struct vtr_bytes){record->body.ptr + record->head,
                                         record->condition - record->head});
    vtr_writer_string(w, code);
    return patterns;
}
