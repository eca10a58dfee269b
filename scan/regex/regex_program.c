/* SPDX-License-Identifier: Apache-2.0 */

/*
 * One pass over the text.  All distances are relative, so that a repeat copies the
 * steps of what it repeats as they are, and a step goes in before others by moving
 * them.
 */
#include "scan/regex/regex_program.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "format/record/rule.h"

#define DEPTH_LIMIT 32u /* of groups inside each other: the recursion's */
#define NAME_LIMIT  32u /* groups that are called */
#define UNBOUNDED   UINT32_MAX
#define NO_STEP     SIZE_MAX

/* A group that has a name, and its steps. */
struct named_group {
    struct vtr_bytes name;
    size_t start;
    size_t end;
};

struct reading {
    struct vtr_regex_program_code *code;
    struct vtr_bytes text;
    size_t at;
    uint8_t flags;
    unsigned depth;
    struct named_group groups[NAME_LIMIT];
    size_t group_count;
    bool is_reached[VTR_REGEX_STEP_LIMIT + 1]; /* of can_be_nothing alone */
};

static bool read_branches(struct reading *r);

static bool has_next(const struct reading *r, const char *text)
{
    const size_t len = strlen(text);

    return len <= r->text.len - r->at && memcmp(r->text.ptr + r->at, text, len) == 0;
}

static bool skip(struct reading *r, const char *text)
{
    const bool is_there = has_next(r, text);

    r->at += is_there ? strlen(text) : 0;
    return is_there;
}

static bool append(struct reading *r, struct vtr_regex_step step)
{
    if (r->code->step_count == VTR_REGEX_STEP_LIMIT) {
        return false;
    }
    r->code->steps[r->code->step_count++] = step;
    return true;
}

static bool append_kind(struct reading *r, enum vtr_regex_step_kind kind)
{
    return append(r, (struct vtr_regex_step){(uint8_t)kind, 0, 0});
}

/* Puts a step before the one at `place`. */
static bool insert(struct reading *r, size_t place, struct vtr_regex_step step)
{
    struct vtr_regex_step *steps = r->code->steps;

    if (!append(r, step)) {
        return false;
    }
    memmove(steps + place + 1, steps + place,
            (r->code->step_count - 1 - place) * sizeof(*steps));
    steps[place] = step;
    for (size_t i = 0; i < r->group_count; i++) {
        r->groups[i].start += r->groups[i].start >= place ? 1 : 0;
        r->groups[i].end += r->groups[i].end > place ? 1 : 0;
    }
    return true;
}

/* Appends a copy of steps start..end-1. */
static bool copy(struct reading *r, size_t start, size_t end)
{
    for (size_t i = start; i < end; i++) {
        if (!append(r, r->code->steps[i])) {
            return false;
        }
    }
    return true;
}

static struct vtr_regex_step split(int x, int y)
{
    return (struct vtr_regex_step){VTR_REGEX_STEP_SPLIT, (int16_t)x, (int16_t)y};
}

static void add_byte(struct vtr_regex_set *set, unsigned byte)
{
    set->bits[byte >> 3] = (uint8_t)(set->bits[byte >> 3] | 1u << (byte & 7u));
}

/* Adds the other case of each letter where the case means nothing. */
static void fold(const struct reading *r, struct vtr_regex_set *set)
{
    for (unsigned byte = 'a'; byte <= 'z' && (r->flags & VTR_PROGRAM_NOCASE) != 0;
         byte++) {
        if (vtr_regex_set_has(set, byte) || vtr_regex_set_has(set, byte - 32)) {
            add_byte(set, byte);
            add_byte(set, byte - 32);
        }
    }
}

static bool append_set(struct reading *r, const struct vtr_regex_set *set)
{
    struct vtr_regex_program_code *code = r->code;
    size_t i = 0;

    while (i < code->set_count && memcmp(&code->sets[i], set, sizeof(*set)) != 0) {
        i++;
    }
    if (i == VTR_REGEX_SET_LIMIT) {
        return false;
    }
    if (i == code->set_count) {
        code->sets[code->set_count++] = *set;
    }
    return append(r, (struct vtr_regex_step){VTR_REGEX_STEP_BYTE, (int16_t)i, 0});
}

static bool append_byte(struct reading *r, unsigned byte)
{
    struct vtr_regex_set set = {{0}};

    add_byte(&set, byte);
    fold(r, &set);
    return append_set(r, &set);
}

static bool append_any(struct reading *r)
{
    struct vtr_regex_set set;

    memset(&set, 0xFF, sizeof(set));
    if ((r->flags & VTR_PROGRAM_DOTALL) == 0) {
        set.bits['\n' >> 3] &= (uint8_t) ~(1u << ('\n' & 7u));
    }
    return append_set(r, &set);
}

/* A letter, digit or '_', or \xNN. */
static bool read_byte(struct reading *r, unsigned *out)
{
    const uint8_t *p = r->text.ptr + r->at;

    if (r->at < r->text.len && vtr_is_word_byte(*p)) {
        *out = *p;
        r->at++;
        return true;
    }
    if (r->text.len - r->at < 4 || p[0] != '\\' || p[1] != 'x' ||
        vtr_hex_value(p[2]) == VTR_HEX_NONE || vtr_hex_value(p[3]) == VTR_HEX_NONE) {
        return false;
    }
    *out = vtr_hex_value(p[2]) << 4 | vtr_hex_value(p[3]);
    r->at += 4;
    return true;
}

/* Behind "[". */
static bool read_class(struct reading *r)
{
    const bool is_inverted = skip(r, "^");
    struct vtr_regex_set set = {{0}};

    while (!skip(r, "]")) {
        unsigned first;
        unsigned last;
        if (!read_byte(r, &first)) {
            return false;
        }
        last = first;
        if (skip(r, "-") && !read_byte(r, &last)) {
            return false;
        }
        for (unsigned byte = first; byte <= last; byte++) {
            add_byte(&set, byte);
        }
    }
    fold(r, &set);
    for (size_t i = 0; i < sizeof(set.bits) && is_inverted; i++) {
        set.bits[i] = (uint8_t)~set.bits[i];
    }
    return append_set(r, &set);
}

/* A name up to its closing character. */
static bool read_name(struct reading *r, char end, struct vtr_bytes *out)
{
    const size_t start = r->at;

    while (r->at < r->text.len && vtr_is_word_byte(r->text.ptr[r->at])) {
        r->at++;
    }
    *out = (struct vtr_bytes){r->text.ptr + start, r->at - start};
    if (r->at == r->text.len || r->text.ptr[r->at] != (uint8_t)end) {
        return false;
    }
    r->at++;
    return out->len > 0;
}

static bool read_named_group(struct reading *r)
{
    struct named_group *group;
    struct vtr_bytes name;

    if (r->group_count == NAME_LIMIT || !read_name(r, '>', &name)) {
        return false;
    }
    const size_t number = r->group_count++;
    const size_t start = r->code->step_count;
    r->groups[number] = (struct named_group){name, start, start};
    if (!read_branches(r) || !skip(r, ")")) {
        return false;
    }
    group = &r->groups[number];
    group->start = start;
    group->end = r->code->step_count;
    return true;
}

/* Behind "(?&": the steps of a group once more. */
static bool read_call(struct reading *r)
{
    struct vtr_bytes name;

    if (!read_name(r, ')', &name)) {
        return false;
    }
    for (size_t i = 0; i < r->group_count; i++) {
        const struct named_group *group = &r->groups[i];
        if (group->end > group->start && vtr_bytes_equal(group->name, name)) {
            return copy(r, group->start, group->end);
        }
    }
    return false;
}

/* A look around matches no bytes: it is taken to hold. */
static bool skip_look(struct reading *r)
{
    const size_t start = r->code->step_count;
    const size_t group_count = r->group_count;

    if (!read_branches(r) || !skip(r, ")")) {
        return false;
    }
    r->code->step_count = start;
    r->code->has_order = false;
    r->group_count = group_count;
    return true;
}

/* Behind "(?(DEFINE)": groups that are there to be called; their own steps are jumped
 * over. */
static bool read_definitions(struct reading *r)
{
    const size_t start = r->code->step_count;
    bool is_good = append_kind(r, VTR_REGEX_STEP_JUMP);

    while (is_good && !skip(r, ")")) {
        is_good = skip(r, "(?<") && read_named_group(r);
    }
    if (is_good) {
        r->code->steps[start].x = (int16_t)(r->code->step_count - start);
    }
    return is_good;
}

static bool read_group(struct reading *r)
{
    if (r->depth == DEPTH_LIMIT) {
        return false;
    }
    if (skip(r, "(?&")) {
        return read_call(r);
    }
    r->depth++;
    bool is_good;
    if (skip(r, "(?(DEFINE)")) {
        is_good = read_definitions(r);
    } else if (skip(r, "(?=") || skip(r, "(?!") || skip(r, "(?<=") || skip(r, "(?<!")) {
        is_good = skip_look(r);
    } else if (skip(r, "(?<")) {
        is_good = read_named_group(r);
    } else {
        const bool is_final = skip(r, "(?>");
        r->code->has_order = r->code->has_order && !is_final;
        is_good = (is_final || skip(r, "(?:")) && read_branches(r) && skip(r, ")");
    }
    r->depth--;
    return is_good;
}

static bool append_place(struct reading *r, enum vtr_regex_step_kind kind)
{
    r->code->has_order = false;
    return append_kind(r, kind);
}

/* What a repeat may repeat. */
static bool read_item(struct reading *r)
{
    unsigned byte;

    if (has_next(r, "(")) {
        return read_group(r);
    }
    if (skip(r, "[")) {
        return read_class(r);
    }
    if (skip(r, ".")) {
        return append_any(r);
    }
    if (skip(r, "^") || skip(r, "\\A")) {
        return append_place(r, VTR_REGEX_STEP_BEGIN);
    }
    if (skip(r, "$") || skip(r, "\\z")) {
        return append_place(r, VTR_REGEX_STEP_FINISH);
    }
    return read_byte(r, &byte) && append_byte(r, byte);
}

static bool read_number(struct reading *r, uint32_t *out)
{
    const size_t start = r->at;
    uint32_t number = 0;

    while (r->at < r->text.len && (uint8_t)(r->text.ptr[r->at] - '0') < 10u &&
           number <= VTR_REGEX_STEP_LIMIT) {
        number = number * 10 + (uint32_t)(r->text.ptr[r->at] - '0');
        r->at++;
    }
    *out = number;
    return r->at > start && number <= VTR_REGEX_STEP_LIMIT;
}

/* Behind "{". */
static bool read_counts(struct reading *r, uint32_t *out_min, uint32_t *out_max)
{
    if (!read_number(r, out_min)) {
        return false;
    }
    *out_max = *out_min;
    if (skip(r, ",")) {
        *out_max = UNBOUNDED;
        if (!has_next(r, "}") && !read_number(r, out_max)) {
            return false;
        }
    }
    return skip(r, "}") && *out_min <= *out_max;
}

/* How often something is there. */
struct repeat {
    uint32_t min;
    uint32_t max;
    bool is_lazy; /* goes on before it repeats */
};

/* Turns the choice at `place` around where going on comes first. */
static void set_order(struct reading *r, size_t place, const struct repeat *repeat)
{
    struct vtr_regex_step *step = &r->code->steps[place];

    if (repeat->is_lazy) {
        *step = split(step->y, step->x);
    }
}

/* The steps from `start` on, none to `max` times: each but the first behind a choice
 * of its own. */
static bool repeat_optional(struct reading *r, size_t start,
                            const struct repeat *repeat, uint32_t max)
{
    const size_t len = r->code->step_count - start;

    if (!insert(r, start, split(1, 0))) {
        return false;
    }
    if (max == UNBOUNDED) {
        r->code->steps[start].y = (int16_t)(len + 2);
        set_order(r, start, repeat);
        return append(r, (struct vtr_regex_step){VTR_REGEX_STEP_JUMP,
                                                 (int16_t)(-(int)len - 1), 0});
    }
    for (uint32_t i = 1; i < max; i++) {
        if (!copy(r, start, start + len + 1)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < max; i++) {
        const size_t place = start + i * (len + 1);
        r->code->steps[place].y = (int16_t)(r->code->step_count - place);
        set_order(r, place, repeat);
    }
    return true;
}

static void reach(struct reading *r, size_t from, int distance)
{
    if (distance > 0 && from + (size_t)distance <= r->code->step_count) {
        r->is_reached[from + (size_t)distance] = true;
    }
}

/* Whether the steps from `start` on can be passed without a byte.  A step that leads
 * back leads to where one has come from. */
static bool can_be_nothing(struct reading *r, size_t start)
{
    const size_t end = r->code->step_count;

    memset(r->is_reached + start, 0, (end - start + 1) * sizeof(r->is_reached[0]));
    r->is_reached[start] = true;
    for (size_t i = start; i < end; i++) {
        const struct vtr_regex_step *step = &r->code->steps[i];
        if (r->is_reached[i] && step->kind != VTR_REGEX_STEP_BYTE) {
            const bool leads =
                step->kind == VTR_REGEX_STEP_SPLIT || step->kind == VTR_REGEX_STEP_JUMP;
            reach(r, i, leads ? step->x : 1);
            reach(r, i, step->kind == VTR_REGEX_STEP_SPLIT ? step->y : 0);
        }
    }
    return r->is_reached[end];
}

static bool apply_repeat(struct reading *r, size_t start, const struct repeat *repeat)
{
    const size_t len = r->code->step_count - start;

    if (len == 0) {
        return true; /* nothing, however often */
    }
    if (repeat->max == 0) {
        r->code->step_count = start;
        return true;
    }
    if (repeat->max > 1 && can_be_nothing(r, start)) {
        r->code->has_order = false;
    }
    if (repeat->min == 0) {
        return repeat_optional(r, start, repeat, repeat->max);
    }
    for (uint32_t i = 1; i < repeat->min; i++) {
        if (!copy(r, start, start + len)) {
            return false;
        }
    }
    const size_t rest = r->code->step_count;
    if (repeat->max == UNBOUNDED) {
        const bool is_good = append(r, split(-(int)len, 1));
        if (is_good) {
            set_order(r, rest, repeat);
        }
        return is_good;
    }
    return repeat->max == repeat->min ||
           (copy(r, start, start + len) &&
            repeat_optional(r, rest, repeat, repeat->max - repeat->min));
}

static bool read_repeat(struct reading *r, size_t start)
{
    struct repeat repeat = {.min = 0, .max = UNBOUNDED};

    if (skip(r, "+")) {
        repeat.min = 1;
    } else if (skip(r, "?")) {
        repeat.max = 1;
    } else if (skip(r, "{")) {
        if (!read_counts(r, &repeat.min, &repeat.max)) {
            return false;
        }
    } else if (!skip(r, "*")) {
        return true;
    }
    repeat.is_lazy = skip(r, "?");
    return apply_repeat(r, start, &repeat);
}

static bool read_sequence(struct reading *r)
{
    while (r->at < r->text.len && !has_next(r, "|") && !has_next(r, ")")) {
        const size_t start = r->code->step_count;
        if (!read_item(r) || !read_repeat(r, start)) {
            return false;
        }
    }
    return true;
}

/* Recursion is bounded by DEPTH_LIMIT.  The jumps that end branches are chained by
 * their `y` until it is known where the last one ends. */
static bool read_branches(struct reading *r)
{
    struct vtr_regex_step *steps = r->code->steps;
    size_t last_jump = NO_STEP;
    size_t start = r->code->step_count;

    while (read_sequence(r)) {
        if (!skip(r, "|")) {
            const size_t end = r->code->step_count;
            while (last_jump != NO_STEP) {
                const int16_t back = steps[last_jump].y;
                steps[last_jump].x = (int16_t)(end - last_jump);
                steps[last_jump].y = 0;
                last_jump = back == 0 ? NO_STEP : last_jump - (size_t)back;
            }
            return true;
        }
        const size_t len = r->code->step_count - start;
        if (!insert(r, start, split(1, (int)len + 2))) {
            return false;
        }
        const size_t jump = r->code->step_count;
        const size_t back = last_jump == NO_STEP ? 0 : jump - last_jump;
        if (!append(r,
                    (struct vtr_regex_step){VTR_REGEX_STEP_JUMP, 1, (int16_t)back})) {
            return false;
        }
        last_jump = jump;
        start = r->code->step_count;
    }
    return false;
}

/* A group that was thrown away and called nevertheless may have left steps that lead
 * nowhere. */
static bool is_closed(const struct vtr_regex_program_code *code)
{
    for (size_t i = 0; i < code->step_count; i++) {
        const struct vtr_regex_step *step = &code->steps[i];
        const ptrdiff_t x = (ptrdiff_t)i + step->x;
        const ptrdiff_t y = (ptrdiff_t)i + step->y;
        if ((step->kind == VTR_REGEX_STEP_SPLIT || step->kind == VTR_REGEX_STEP_JUMP) &&
            (x < 0 || x >= (ptrdiff_t)code->step_count || y < 0 ||
             y >= (ptrdiff_t)code->step_count)) {
            return false;
        }
    }
    return true;
}

struct vtr_regex_program_code *vtr_regex_program_new(struct vtr_bytes text,
                                                     uint8_t program_flags)
{
    struct vtr_regex_program_code *code = malloc(sizeof(*code));
    struct reading r = {.code = code, .text = text, .flags = program_flags};

    if (code == NULL) {
        return NULL;
    }
    code->step_count = 0;
    code->set_count = 0;
    code->has_order = true;
    if (!read_branches(&r) || r.at != text.len ||
        !append_kind(&r, VTR_REGEX_STEP_END) || !is_closed(code)) {
        free(code);
        return NULL;
    }
    return code;
}

void vtr_regex_program_free(struct vtr_regex_program_code *program)
{
    free(program);
}
