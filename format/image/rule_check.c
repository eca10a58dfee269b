/* SPDX-License-Identifier: Apache-2.0 */

/* Checks names, tags, metas and patterns to their last byte; the condition's check is
 * in format/bytecode/condition_check.c. */
#include "format/image/rule_check.h"

#include "format/bytecode/condition_check.h"
#include "format/record/pattern_read.h"

static bool check_tags(const struct vtr_rule_view *rule)
{
    struct vtr_reader tags = rule->tags;
    struct vtr_bytes tag;

    for (uint64_t i = 0; i < rule->tag_count; i++) {
        if (!vtr_reader_string(&tags, &tag) || tag.len == 0) {
            return false;
        }
    }
    return true;
}

static bool check_text(struct vtr_reader *payload, uint64_t count)
{
    struct vtr_bytes masked;

    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_reader_masked(payload, &masked) || masked.len == 0) {
            return false;
        }
    }
    return true;
}

static bool check_tokens(struct vtr_reader tokens)
{
    while (vtr_reader_left(&tokens) > 0) {
        struct vtr_hex_token token;
        uint64_t min;
        uint64_t max;

        if (!vtr_hex_next_token(&tokens, &token) ||
            !vtr_hex_measure(&token, &min, &max)) {
            return false;
        }
    }
    return true;
}

static bool check_hex(struct vtr_reader *payload, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++) {
        struct vtr_hex_fragment fragment;

        if (!vtr_hex_next_fragment(payload, i == 0, &fragment) ||
            !check_tokens(fragment.tokens)) {
            return false;
        }
    }
    return true;
}

static bool check_regex(struct vtr_reader *payload, uint64_t count)
{
    struct vtr_regex_program program;

    for (uint64_t i = 0; i < count; i++) {
        if (!vtr_regex_next_program(payload, &program)) {
            return false;
        }
    }
    return true;
}

static const char *check_flags(const struct vtr_pattern_view *pattern)
{
    const bool is_text = pattern->type == VTR_PATTERN_TEXT;

    if (is_text && (pattern->flags & (VTR_PATTERN_ASCII | VTR_PATTERN_WIDE)) == 0) {
        return "a text string is neither ascii nor wide";
    }
    if (!is_text && (pattern->flags & VTR_PATTERN_XOR) != 0) {
        return "a string that is not a text has xor keys";
    }
    if (pattern->type != VTR_PATTERN_REGEX &&
        (pattern->flags & VTR_PATTERN_GREEDY) != 0) {
        return "a string that is not a regular expression is greedy";
    }
    const uint32_t word_key = VTR_PATTERN_XOR | VTR_PATTERN_FULLWORD;
    if ((pattern->flags & VTR_PATTERN_WORD_KEY) != 0 &&
        (pattern->flags & word_key) != word_key) {
        return "a string without xor keys or without word ends has keys around words";
    }
    return NULL;
}

static const char *check_pattern(const struct vtr_pattern_view *pattern)
{
    struct vtr_reader payload = pattern->payload;
    uint64_t count;
    bool is_good = false;
    const char *fault = check_flags(pattern);

    if (fault != NULL) {
        return fault;
    }
    if (!vtr_payload_count(&payload, &count)) {
        return "a string is empty";
    }
    if (count > UINT16_MAX) {
        return "a string has more than 65,535 alternatives or fragments";
    }
    switch (pattern->type) {
    case VTR_PATTERN_TEXT:
        is_good = check_text(&payload, count);
        break;
    case VTR_PATTERN_HEX:
        is_good = check_hex(&payload, count);
        break;
    case VTR_PATTERN_REGEX:
        is_good = check_regex(&payload, count);
        break;
    }
    return is_good && vtr_reader_left(&payload) == 0 ? NULL : "a string is malformed";
}

const char *vtr_rule_check(const struct vtr_rule_view *rule)
{
    struct vtr_reader patterns = rule->patterns;

    if (rule->name.len == 0) {
        return "the rule has no name";
    }
    if (!check_tags(rule)) {
        return "a tag is empty";
    }
    for (uint64_t i = 0; i < rule->pattern_count; i++) {
        struct vtr_pattern_view pattern;

        if (!vtr_rule_next_pattern(&patterns, &pattern)) {
            return "a string is malformed";
        }
        const char *fault = check_pattern(&pattern);
        if (fault != NULL) {
            return fault;
        }
    }
    return vtr_condition_check(rule->condition, rule->pattern_count);
}

bool vtr_rule_is_placed(struct vtr_bytes body, const struct vtr_rule_place *place)
{
    struct vtr_rule_view rule;

    return vtr_rule_read(body, &rule) && vtr_rule_check(&rule) == NULL &&
           rule.pattern_count == place->pattern_count &&
           vtr_reader_offset(&rule.patterns) == place->patterns;
}
