/* SPDX-License-Identifier: Apache-2.0 */

/* Sets of strings: "2 of ($a*)", and what stands beside them. */
#include "compiler/lint/lint.h"

#include "base/bytes.h"
#include "compiler/syntax/source.h"

/* Sets of one chain that are held against what stands beside them. */
#define SETS_MAX 8u

static bool is_digit(uint8_t c)
{
    return c - (unsigned)'0' < 10;
}

static struct vtr_place item_place(const struct vtr_linter *l,
                                   const struct vtr_set_item *item)
{
    return (struct vtr_place){l->source, item->offset, item->length};
}

/* The one member of "N of ($a*)", NULL when the set is another. */
static const struct vtr_set_item *wildcard_of(const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;

    if (node->kind != VTR_NODE_OF || loop->set != VTR_SET_STRINGS ||
        loop->items->next != NULL || !loop->items->is_wildcard ||
        loop->items->name.len == 0 || loop->is_range || loop->is_at) {
        return NULL;
    }
    return loop->items;
}

static bool is_string(const struct vtr_node *node)
{
    return (node->kind == VTR_NODE_STRING || node->kind == VTR_NODE_STRING_AT ||
            node->kind == VTR_NODE_STRING_IN) &&
           node->pattern != 0;
}

static bool asks_for_one(const struct vtr_loop *loop)
{
    return loop->quantifier == VTR_QUANTIFIER_ANY ||
           (loop->quantifier == VTR_QUANTIFIER_N && loop->count->is_known &&
            loop->count->number == 1);
}

/* Whether all members of a set but one are numbered: "$s1, $s2, $start". */
static bool has_odd_one(const struct vtr_linter *l, const struct vtr_loop *loop)
{
    const size_t prefix = loop->items->name.len;
    size_t numbered = 0;

    for (size_t i = 0; i < loop->pattern_count; i++) {
        const struct vtr_bytes name = l->strings[loop->patterns[i]]->id;
        numbered += name.len > prefix && is_digit(name.ptr[prefix]) ? 1 : 0;
    }
    return numbered > 0 && numbered + 1 == loop->pattern_count;
}

/* Whether it is a word's first letter that follows the prefix. */
static bool is_word(struct vtr_bytes name, size_t prefix)
{
    return name.len > prefix && !is_digit(name.ptr[prefix]) && name.ptr[prefix] != '_';
}

static struct vtr_problem *report_unintended(struct vtr_linter *l,
                                             const struct vtr_set_item *item,
                                             struct vtr_place other, const char *name)
{
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNINTENDED_PATTERN,
                            item_place(l, item), "'$%.*s*' takes in %s",
                            (int)item->name.len, (const char *)item->name.ptr, name);

    problem->other = other;
    problem->other_label = "asked for here";
    return problem;
}

/* "$this at 0 and any of them". */
static void lint_them(struct vtr_linter *l, const struct vtr_node *string,
                      const struct vtr_node *of)
{
    const struct vtr_loop *loop = of->loop;

    if (loop->set != VTR_SET_THEM || loop->is_range || loop->is_at ||
        !asks_for_one(loop)) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNINTENDED_PATTERN,
                            vtr_lint_place(l, of), "'them' takes in '$%.*s'",
                            (int)string->text.len, (const char *)string->text.ptr);
    problem->other = vtr_lint_place(l, string);
    problem->other_label = "asked for here";
    problem->note = "so this part of the condition is always true here";
    problem->help = "name the strings that are meant instead of 'them'";
}

/* "$this and any of ($t*)". */
static void lint_string_beside(struct vtr_linter *l, const struct vtr_node *string,
                               const struct vtr_node *of, bool has_odd)
{
    const struct vtr_set_item *item = wildcard_of(of);
    const struct vtr_bytes name = string->text;

    if (!is_string(string) || !vtr_bytes_begin_with(name, item->name)) {
        return;
    }
    const bool is_one = asks_for_one(of->loop);
    if (!is_one && (string->kind != VTR_NODE_STRING ||
                    of->loop->quantifier == VTR_QUANTIFIER_ALL ||
                    of->loop->quantifier == VTR_QUANTIFIER_NONE || !has_odd ||
                    !is_word(name, item->name.len))) {
        return;
    }
    const char *shown = vtr_diagnostics_text(l->diagnostics, "'$%.*s'", (int)name.len,
                                             (const char *)name.ptr);
    struct vtr_problem *problem =
        report_unintended(l, item, vtr_lint_place(l, string), shown);
    problem->note = is_one ? "so this part of the condition is always true here"
                           : "so it counts as one of them";
    problem->help = "begin the names of the set with letters of their own";
}

/* "2 of ($b*) and 1 of ($bd*)". */
static void lint_sets_beside(struct vtr_linter *l, const struct vtr_node *wide,
                             const struct vtr_node *narrow)
{
    const struct vtr_set_item *item = wildcard_of(wide);
    const struct vtr_set_item *inner = wildcard_of(narrow);

    if (inner->name.len <= item->name.len ||
        !vtr_bytes_begin_with(inner->name, item->name) ||
        is_digit(inner->name.ptr[item->name.len]) ||
        wide->loop->quantifier == VTR_QUANTIFIER_NONE ||
        narrow->loop->quantifier == VTR_QUANTIFIER_NONE) {
        return;
    }
    const char *shown =
        vtr_diagnostics_text(l->diagnostics, "all of '$%.*s*'", (int)inner->name.len,
                             (const char *)inner->name.ptr);
    struct vtr_problem *problem =
        report_unintended(l, item, item_place(l, inner), shown);
    problem->note = wide->loop->quantifier == VTR_QUANTIFIER_ALL
                        ? "so all of those are asked for here already"
                        : "so what fulfils the one counts in the other too";
    problem->help = "begin the names of each set with letters of their own";
}

void vtr_lint_unintended(struct vtr_linter *l, const struct vtr_node *chain)
{
    const struct vtr_node *sets[SETS_MAX];
    const struct vtr_node *string = chain->children;
    unsigned count = 0;

    while (string != NULL && !is_string(string)) {
        string = string->next;
    }
    for (const struct vtr_node *n = chain->children; n != NULL && count < SETS_MAX;
         n = n->next) {
        if (n->kind != VTR_NODE_OF) {
            continue;
        }
        if (string != NULL) {
            lint_them(l, string, n);
        }
        if (wildcard_of(n) != NULL) {
            sets[count++] = n;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        const bool has_odd = has_odd_one(l, sets[i]->loop);
        for (const struct vtr_node *n = chain->children; n != NULL; n = n->next) {
            lint_string_beside(l, n, sets[i], has_odd);
        }
        for (unsigned j = 0; j < count; j++) {
            lint_sets_beside(l, sets[i], sets[j]);
        }
    }
}

/* "0 of them". */
static void lint_none(struct vtr_linter *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;

    if (loop->quantifier != VTR_QUANTIFIER_N || !loop->count->is_known ||
        loop->count->number != 0) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_AMBIGUOUS,
                            vtr_lint_place(l, loop->count),
                            "'0 of' is read in two ways");
    problem->note = "some scanners take it for 'none of', others for 'at least 0'";
    vtr_problem_replace(problem, "say 'none'", problem->place, "none");
}

/* Several different strings cannot all begin at one place. */
static void lint_place_of_many(struct vtr_linter *l, const struct vtr_node *node)
{
    const struct vtr_loop *loop = node->loop;
    const bool asks_for_many = loop->quantifier == VTR_QUANTIFIER_ALL ||
                               (loop->quantifier == VTR_QUANTIFIER_N &&
                                loop->count->is_known && loop->count->number > 1);

    if (!loop->is_at || !asks_for_many || loop->pattern_count < 2) {
        return;
    }
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_UNSATISFIABLE,
                            vtr_lint_place(l, node), "several strings at one offset");
    problem->note = "only strings that begin alike can match at the same place";
}

/* A string that the set names twice counts twice. */
static void report_member(struct vtr_linter *l, void *context, size_t first,
                          size_t again)
{
    const struct vtr_loop *loop = context;
    const struct vtr_ast_string *s = l->strings[loop->patterns[again]];

    (void)first;
    struct vtr_problem *problem =
        vtr_diagnostics_add(l->diagnostics, VTR_CODE_DUPLICATE_VALUE,
                            (struct vtr_place){l->source, loop->set_offset,
                                               loop->set_length},
                            "'$%.*s' is in this set twice", (int)s->id.len,
                            (const char *)s->id.ptr);
    problem->note = "each time counts";
}

void vtr_lint_set(struct vtr_linter *l, const struct vtr_node *node)
{
    struct vtr_loop *loop = node->loop;

    lint_none(l, node);
    if (loop->set == VTR_SET_RULES) {
        return;
    }
    lint_place_of_many(l, node);
    if (loop->set == VTR_SET_STRINGS && loop->items->next != NULL) {
        vtr_lint_begin_twins(l);
        for (size_t i = 0; i < loop->pattern_count; i++) {
            vtr_lint_add_twin(l, (struct vtr_bytes){0}, loop->patterns[i]);
        }
        vtr_lint_find_twins(l, report_member, loop);
    }
}
