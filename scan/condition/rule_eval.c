/* SPDX-License-Identifier: Apache-2.0 */

#include "scan/condition/rule_eval.h"

#include "base/bytes.h"
#include "base/sort.h"
#include "scan/condition/rule_facts.h"
#include "scan/run/profile.h"

/* Recorded while a rule waits for others: asked for again, it is part of a cycle. */
#define WAITING ((uint32_t)VTR_TRUTH_PENDING)

void vtr_rule_eval_init(struct vtr_rule_eval *eval)
{
    *eval = (struct vtr_rule_eval){0};
    vtr_condition_regexes_init(&eval->regexes);
    vtr_module_host_init(&eval->modules, &eval->regexes, &eval->budget);
    vtr_always_rules_init(&eval->always);
    vtr_vector_init(&eval->todo, sizeof(uint32_t));
    vtr_vector_init(&eval->rules, sizeof(uint32_t));
    vtr_vector_init(&eval->spaces, sizeof(struct vtr_bytes));
}

void vtr_rule_eval_deinit(struct vtr_rule_eval *eval)
{
    vtr_number_map_deinit(&eval->verdicts);
    vtr_module_host_deinit(&eval->modules);
    vtr_condition_regexes_deinit(&eval->regexes);
    vtr_always_rules_deinit(&eval->always);
    vtr_vector_deinit(&eval->todo);
    vtr_vector_deinit(&eval->rules);
    vtr_vector_deinit(&eval->spaces);
}

static bool push_rule(struct vtr_vector *rules, uint32_t rule)
{
    uint32_t *item = vtr_vector_push(rules);

    if (item != NULL) {
        *item = rule;
    }
    return item != NULL;
}

/* What a condition's question about another rule works on. */
struct question {
    struct vtr_rule_eval *eval;
    struct vtr_scan_run *run;
    struct vtr_bytes space;
    uint64_t next; /* rule that is asked for next, perhaps */
};

/* The rule of a name.  Sets name rules one after the other as the image has them. */
static uint64_t find_rule(struct question *question, struct vtr_bytes name)
{
    const struct vtr_image *image = question->run->image;
    struct vtr_bytes space;
    struct vtr_bytes next_name;

    const bool is_next =
        question->next < image->rule_count &&
        vtr_rule_read_key(vtr_image_rule(image, question->next), &space, &next_name) &&
        vtr_rule_compare_key(space, next_name, question->space, name) == 0;
    const uint64_t rule =
        is_next ? question->next : vtr_image_find_rule(image, question->space, name);

    question->next = rule == UINT64_MAX ? rule : rule + 1;
    return rule;
}

static enum vtr_truth ask(struct vtr_bytes name, void *context)
{
    struct question *question = context;
    const uint64_t rule = find_rule(question, name);

    if (rule >= UINT32_MAX) {
        return VTR_TRUTH_NO_RULE;
    }
    const uint32_t *verdict =
        vtr_number_map_get(&question->eval->verdicts, (uint32_t)rule);
    if (verdict != NULL) {
        /* A compiler makes no cycles; bad bytes may, and get an answer all the same. */
        return *verdict == VTR_TRUTH_TRUE ? VTR_TRUTH_TRUE : VTR_TRUTH_FALSE;
    }
    if (!push_rule(&question->eval->todo, (uint32_t)rule)) {
        question->run->is_memory_out = true;
        return VTR_TRUTH_FALSE;
    }
    return VTR_TRUTH_PENDING;
}

static bool has_match(const struct vtr_scan_run *run, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (vtr_pattern_states_find(&run->patterns, first + i) != NULL) {
            return true;
        }
    }
    return false;
}

/* One condition, once. */
static enum vtr_truth run_rule(struct vtr_rule_eval *eval, struct vtr_scan_run *run,
                               uint32_t rule)
{
    const uint32_t fact = vtr_rule_facts_get(run->facts, run, rule);

    if (fact == UINT32_MAX) {
        return VTR_TRUTH_FALSE;
    }
    const struct vtr_rule_essence *essence = vtr_rule_facts_essence(run->facts, fact);
    struct question question = {eval, run, essence->space, UINT64_MAX};
    const struct vtr_condition_world world = {
        .run = run,
        .regexes = &eval->regexes,
        .modules = &eval->modules,
        .ask = ask,
        .context = &question,
        .first_pattern = essence->first_pattern,
        .pattern_count = essence->pattern_count,
        .budget = &eval->budget,
    };
    if ((essence->flags & VTR_RULE_NEEDS_PATTERN) != 0 &&
        !has_match(run, world.first_pattern, world.pattern_count)) {
        return VTR_TRUTH_FALSE;
    }
    return vtr_condition_run(&world, essence->condition);
}

/* Evaluates a rule and, before it, those that it asks for: the work is on a list of our
 * own, so that long chains of rules cost no stack. */
static bool evaluate(struct vtr_rule_eval *eval, struct vtr_scan_run *run,
                     uint32_t rule)
{
    eval->todo.count = 0;
    if (!push_rule(&eval->todo, rule)) {
        return false;
    }
    while (eval->todo.count > 0) {
        const size_t top = eval->todo.count - 1;
        const uint32_t next = ((const uint32_t *)eval->todo.items)[top];
        const uint32_t *known = vtr_number_map_get(&eval->verdicts, next);
        if (known != NULL && *known != WAITING) {
            eval->todo.count--;
            continue;
        }
        const struct vtr_profile_span span = vtr_profile_begin(run->profile);
        const enum vtr_truth truth = run_rule(eval, run, next);
        vtr_profile_end(run->profile, &span, VTR_COST_RULE, next);
        if (run->is_memory_out ||
            !vtr_number_map_put(&eval->verdicts, next, (uint32_t)truth)) {
            return false;
        }
    }
    return true;
}

static bool is_true(const struct vtr_rule_eval *eval, uint32_t rule)
{
    const uint32_t *verdict = vtr_number_map_get(&eval->verdicts, rule);

    return verdict != NULL && *verdict == VTR_TRUTH_TRUE;
}

/* The rules that may hold, ascending, each once. */
static bool collect(struct vtr_rule_eval *eval, struct vtr_scan_run *run)
{
    uint32_t *rules;
    size_t kept = 0;

    for (size_t i = 0; i < run->patterns.touched_count; i++) {
        const struct vtr_pattern_state *state = run->patterns.touched[i];
        if (state->matches.count > 0 && !push_rule(&eval->rules, state->rule)) {
            return false;
        }
    }
    if (!vtr_always_rules_add(&eval->always, run, &eval->rules)) {
        return false;
    }
    rules = eval->rules.items;
    if (vtr_sort_u32(rules, eval->rules.count) != VTR_OK) {
        return false;
    }
    for (size_t i = 0; i < eval->rules.count; i++) {
        if (kept == 0 || rules[i] != rules[kept - 1]) {
            rules[kept++] = rules[i];
        }
    }
    eval->rules.count = kept;
    return true;
}

/* Notes the namespaces whose rules are not reported: a global rule of theirs is false.
 */
static bool evaluate_globals(struct vtr_rule_eval *eval, struct vtr_scan_run *run)
{
    const struct vtr_bytes global = run->image->sections[VTR_SECTION_RULE_GLOBAL].bytes;

    for (size_t i = 0; i < global.len / 4; i++) {
        const uint32_t rule = vtr_table_u32(global, i);
        if (vtr_run_must_stop(run) || !evaluate(eval, run, rule)) {
            return false;
        }
        if (is_true(eval, rule)) {
            continue;
        }
        struct vtr_bytes space;
        struct vtr_bytes name;
        if (!vtr_rule_read_key(vtr_image_rule(run->image, rule), &space, &name)) {
            continue;
        }
        struct vtr_bytes *item = vtr_vector_push(&eval->spaces);
        if (item == NULL) {
            return false;
        }
        *item = space;
    }
    return true;
}

/* They are ascending, since rules are in the order of their namespaces. */
static bool is_space_off(const struct vtr_rule_eval *eval, struct vtr_bytes space)
{
    const struct vtr_vector *spaces = &eval->spaces;

    return vtr_sort_find(spaces->items, spaces->count, sizeof(space), &space,
                         vtr_bytes_compare_items, NULL) < spaces->count;
}

static bool is_reported(const struct vtr_rule_eval *eval, struct vtr_scan_run *run,
                        uint32_t rule)
{
    if (!is_true(eval, rule)) {
        return false;
    }
    const uint32_t fact = vtr_rule_facts_get(run->facts, run, rule);
    const struct vtr_rule_essence *essence =
        fact == UINT32_MAX ? NULL : vtr_rule_facts_essence(run->facts, fact);
    return essence != NULL && (essence->flags & VTR_RULE_PRIVATE) == 0 &&
           !is_space_off(eval, essence->space);
}

void vtr_rule_eval_begin(struct vtr_rule_eval *eval, struct vtr_scan_run *run)
{
    vtr_number_map_clear(&eval->verdicts);
    eval->rules.count = 0;
    eval->spaces.count = 0;
    eval->budget = vtr_run_work(run);
    vtr_module_host_begin(&eval->modules, run);
}

bool vtr_rule_eval_run(struct vtr_rule_eval *eval, struct vtr_scan_run *run)
{
    size_t kept = 0;
    bool is_ok;

    is_ok = collect(eval, run) && evaluate_globals(eval, run);

    uint32_t *rules = eval->rules.items;
    for (size_t i = 0; is_ok && i < eval->rules.count; i++) {
        is_ok = !vtr_run_must_stop(run) && evaluate(eval, run, rules[i]);
        if (is_ok && is_reported(eval, run, rules[i])) {
            rules[kept++] = rules[i];
        }
    }
    vtr_module_host_finish(&eval->modules);
    /* What was found before the time was up is said. */
    eval->rules.count = kept;
    if (!is_ok && !run->is_late) {
        run->is_memory_out = true;
    }
    return !run->is_memory_out;
}
