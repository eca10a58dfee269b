/* SPDX-License-Identifier: Apache-2.0 */

#include "compiler/fmt/fmt_spacing.h"

#include "compiler/fmt/fmt_tokens.h"

/* Whether a value may end with it, so that a '-' after it takes away. */
static bool ends_value(int kind)
{
    switch (kind) {
    case ')':
    case ']':
    case VTR_LEX_NAME:
    case VTR_LEX_STRING:
    case VTR_LEX_STRING_WILD:
    case VTR_LEX_COUNT:
    case VTR_LEX_OFFSET:
    case VTR_LEX_LENGTH:
    case VTR_LEX_INT:
    case VTR_LEX_FLOAT:
    case VTR_LEX_TEXT:
    case VTR_LEX_REGEX:
    case VTR_LEX_TRUE:
    case VTR_LEX_FALSE:
    case VTR_LEX_FILESIZE:
    case VTR_LEX_ENTRYPOINT:
        return true;
    default:
        return false;
    }
}

bool vtr_fmt_is_sign(int before, int kind)
{
    return (kind == '-' || kind == '~') && !ends_value(before);
}

static bool is_open(int kind)
{
    return kind == '(' || kind == '[' || kind == VTR_FMT_HEX_PAREN_OPEN ||
           kind == VTR_FMT_HEX_JUMP_OPEN;
}

static bool is_close(int kind)
{
    return kind == ')' || kind == ']' || kind == VTR_FMT_HEX_PAREN_CLOSE ||
           kind == VTR_FMT_HEX_JUMP_CLOSE;
}

/* What holds both of its neighbours. */
static bool is_joint(int kind)
{
    return kind == '.' || kind == VTR_LEX_RANGE || kind == VTR_FMT_HEX_DASH;
}

/* '(' of a call, of arguments, of a modifier. */
static bool is_call(enum vtr_fmt_place place, int before)
{
    return place == VTR_FMT_STRINGS || before == VTR_LEX_NAME ||
           before == VTR_LEX_READ || before == ']' || before == ')';
}

bool vtr_fmt_has_space(enum vtr_fmt_place place, const struct vtr_fmt_neighbours *words)
{
    const int before = words->before;

    if (words->is_sign_before || is_open(before) || is_close(words->kind) ||
        is_joint(before) || is_joint(words->kind)) {
        return false;
    }
    if (place == VTR_FMT_STRINGS && (before == '-' || words->kind == '-')) {
        return false; /* xor(1-2) */
    }
    switch (words->kind) {
    case ',':
    case '[':
        return false;
    case ':':
        return !words->is_title_before;
    case '(':
        return !is_call(place, before);
    case '%':
        return words->after != VTR_LEX_OF;
    case '*': /* of a set of rules, but for a product */
        return words->after != ',' && words->after != ')';
    default:
        return true;
    }
}
