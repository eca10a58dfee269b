/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition_regex.h"

#include <stdlib.h>

#include "format/record/rule.h"
#include "scan/regex/expression.h"
#include "scan/run/run_regex.h"

void vtr_condition_regexes_init(struct vtr_condition_regexes *regexes)
{
    *regexes = (struct vtr_condition_regexes){0};
    vtr_vector_init(&regexes->items, sizeof(struct vtr_expression *));
}

void vtr_condition_regexes_deinit(struct vtr_condition_regexes *regexes)
{
    struct vtr_expression **items = regexes->items.items;

    for (size_t i = 0; i < regexes->items.count; i++) {
        vtr_expression_free(items[i]);
    }
    vtr_vector_deinit(&regexes->items);
    vtr_number_map_deinit(&regexes->index);
}

/* The expression; NULL when memory is out. */
static struct vtr_expression *get(struct vtr_condition_regexes *regexes,
                                  struct vtr_scan_run *run, uint8_t flags,
                                  struct vtr_bytes masked)
{
    const struct vtr_bytes rules = run->image->sections[VTR_SECTION_RULE_DATA].bytes;
    const uint32_t key = (uint32_t)(masked.ptr - rules.ptr);
    const uint32_t *place = vtr_number_map_get(&regexes->index, key);

    if (place != NULL) {
        return ((struct vtr_expression **)regexes->items.items)[*place];
    }
    struct vtr_expression **item = vtr_vector_push(&regexes->items);
    if (item == NULL) {
        return NULL;
    }
    *item = vtr_expression_new(masked, flags);
    return *item != NULL && vtr_number_map_put(&regexes->index, key,
                                               (uint32_t)(regexes->items.count - 1))
               ? *item
               : NULL;
}

/* Searches from `start` on. */
static enum vtr_regex_answer search(struct vtr_scan_run *run,
                                    struct vtr_expression *expression,
                                    struct vtr_bytes data, size_t start,
                                    struct vtr_match *out)
{
    const struct vtr_regex_subject subject = {
        .data = data,
        .start = start,
        .last = VTR_REGEX_ANYWHERE,
        .use = VTR_REGEX_SEARCH,
    };

    return vtr_run_regex(run, NULL, expression, &subject, out);
}

/* Searches a plain text; `flags` are those of the expression. */
static bool matches(struct vtr_scan_run *run, struct vtr_expression *expression,
                    uint8_t flags, struct vtr_bytes plain, bool is_inside,
                    size_t *out_end)
{
    struct vtr_match match;
    enum vtr_regex_answer answer = search(run, expression, plain, 0, &match);

    if (answer == VTR_REGEX_YES && is_inside && match.offset + match.length == 0 &&
        plain.len > 1) {
        answer = search(run, expression, plain, 1, &match);
    }
    if (answer == VTR_REGEX_YES && is_inside) {
        const bool is_end = match.offset >= plain.len;
        answer = is_end || match.offset + match.length == 0 ? VTR_REGEX_NO : answer;
    }
    if (answer == VTR_REGEX_YES && (flags & VTR_PROGRAM_INSIDE) != 0 && plain.len > 0 &&
        match.offset >= plain.len) {
        answer = VTR_REGEX_NO;
    }
    if (answer == VTR_REGEX_YES && out_end != NULL) {
        *out_end = (size_t)(match.offset + match.length);
    }
    return answer == VTR_REGEX_YES;
}

bool vtr_condition_regex_matches(struct vtr_condition_regexes *regexes,
                                 struct vtr_scan_run *run, uint64_t *budget,
                                 uint8_t flags, struct vtr_bytes masked,
                                 struct vtr_scan_text subject, bool is_inside,
                                 size_t *out_end)
{
    struct vtr_bytes plain = subject.bytes;
    const uint64_t work_of_patterns = run->work_left;
    uint8_t *copy = NULL;

    struct vtr_expression *expression = get(regexes, run, flags, masked);
    if (expression == NULL) {
        run->is_memory_out = true;
        return false;
    }
    if (!vtr_run_has_regex(run, expression, VTR_REGEX_SEARCH)) {
        return false;
    }
    if (subject.is_masked) {
        copy = vtr_unmask_copy(subject.bytes);
        if (copy == NULL) {
            run->is_memory_out = true;
            return false;
        }
        plain.ptr = copy;
    }
    run->work_left = *budget;
    const bool is_match = matches(run, expression, flags, plain, is_inside, out_end);
    *budget = run->work_left;
    run->work_left = work_of_patterns;
    free(copy);
    return is_match;
}
