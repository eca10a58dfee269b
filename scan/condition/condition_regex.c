/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/condition_regex.h"

#include <stdlib.h>

#include "format/record/rule.h"
#include "scan/regex/regex.h"
#include "scan/run/run_regex.h"

void vtr_condition_regexes_init(struct vtr_condition_regexes *regexes)
{
    *regexes = (struct vtr_condition_regexes){0};
    vtr_vector_init(&regexes->items, sizeof(struct vtr_regex *));
}

void vtr_condition_regexes_deinit(struct vtr_condition_regexes *regexes)
{
    struct vtr_regex **items = regexes->items.items;

    for (size_t i = 0; i < regexes->items.count; i++) {
        vtr_regex_free(items[i]);
    }
    vtr_vector_deinit(&regexes->items);
    vtr_number_map_deinit(&regexes->index);
}

/* The compiled expression; NULL when there is none. */
static const struct vtr_regex *get(struct vtr_condition_regexes *regexes,
                                   struct vtr_scan_run *run, uint8_t flags,
                                   struct vtr_bytes masked)
{
    const struct vtr_bytes rules = run->image->sections[VTR_SECTION_RULE_DATA].bytes;
    const uint32_t key = (uint32_t)(masked.ptr - rules.ptr);
    const uint32_t *place = vtr_number_map_get(&regexes->index, key);

    if (place != NULL) {
        return ((struct vtr_regex **)regexes->items.items)[*place];
    }
    uint8_t *text = vtr_unmask_copy(masked);
    struct vtr_regex **item = text == NULL ? NULL : vtr_vector_push(&regexes->items);
    if (item == NULL || !vtr_number_map_put(&regexes->index, key,
                                            (uint32_t)(regexes->items.count - 1))) {
        run->is_memory_out = true;
        free(text);
        return NULL;
    }
    bool is_memory_out;
    *item = vtr_regex_new((struct vtr_bytes){text, masked.len}, flags, &is_memory_out);
    run->is_memory_out = run->is_memory_out || is_memory_out;
    free(text);
    return *item;
}

bool vtr_condition_regex_matches(struct vtr_condition_regexes *regexes,
                                 struct vtr_scan_run *run, uint8_t flags,
                                 struct vtr_bytes masked, struct vtr_scan_text subject,
                                 bool is_inside)
{
    struct vtr_bytes plain = subject.bytes;
    uint8_t *copy = NULL;
    struct vtr_match match;

    const struct vtr_regex *regex = get(regexes, run, flags, masked);
    if (regex == NULL) {
        run->limits |= VTR_SCAN_BAD_DATABASE;
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
    enum vtr_regex_answer answer =
        vtr_run_regex(run, NULL, regex, plain, 0, false, &match);
    if (answer == VTR_REGEX_YES && is_inside && match.offset + match.length == 0 &&
        plain.len > 1) {
        answer = vtr_run_regex(run, NULL, regex, plain, 1, false, &match);
    }
    if (answer == VTR_REGEX_YES && is_inside) {
        const bool is_end = match.offset >= plain.len;
        answer = is_end || match.offset + match.length == 0 ? VTR_REGEX_NO : answer;
    }
    if (answer == VTR_REGEX_YES && (flags & VTR_PROGRAM_INSIDE) != 0 && plain.len > 0 &&
        match.offset >= plain.len) {
        answer = VTR_REGEX_NO;
    }
    free(copy);
    return answer == VTR_REGEX_YES;
}
