/* SPDX-License-Identifier: Apache-2.0 */

/* What the caller of a run is told. */
#include "testing/suite_run.h"

/* A check that is put together: what the callers below know of it. */
struct answer {
    enum vtr_test_kind kind;
    struct vtr_place place;
    const char *sample;
    struct vtr_bytes rule;
    const char *string;
    const char *reason; /* NULL: it passed */
};

const char *vtr_suite_text(struct vtr_test_run *run, struct vtr_bytes bytes)
{
    const struct vtr_bytes copy =
        bytes.len == 0 ? (struct vtr_bytes){0} : vtr_arena_dup(&run->arena, bytes);

    return copy.ptr == NULL ? "" : (const char *)copy.ptr;
}

static void tell(struct vtr_test_run *run, const struct answer *answer)
{
    struct vtr_test_check check = {
        .kind = answer->kind,
        .is_passed = answer->reason == NULL,
        .sample = answer->sample,
        .rule = vtr_suite_text(run, answer->rule),
        .string = answer->string == NULL ? "" : answer->string,
        .reason = answer->reason == NULL ? "" : answer->reason,
        .place = {.path = "", .text = ""},
    };

    if (answer->place.source != NULL) {
        if (run->lines.source != answer->place.source) {
            run->lines = (struct vtr_line_cursor){.source = answer->place.source};
        }
        vtr_line_cursor_to(&run->lines, answer->place.offset, &check.place.line,
                           &check.place.column);
        check.place.path = (const char *)answer->place.source->path.ptr;
        check.place.length = answer->place.length;
    }
    run->summary.passed += check.is_passed ? 1 : 0;
    run->summary.failed += check.is_passed ? 0 : 1;
    if (run->checked != NULL && run->checked(&check, run->context) == 0) {
        run->is_stopped = true;
    }
}

/* "REASON NAMES". */
static const char *reason_with(struct vtr_test_run *run, const char *reason,
                               const char *names)
{
    return vtr_diagnostics_text(&run->files->diagnostics, "%s%s", reason, names);
}

static void tell_strings(struct vtr_test_run *run, const char *sample,
                         const struct vtr_suite_expectation *e, const char *limits)
{
    for (const struct vtr_suite_string *s = e->strings; s != NULL; s = s->next) {
        const struct answer answer = {
            .kind = VTR_TEST_STRING,
            .place = s->place,
            .sample = sample,
            .rule = e->rule,
            .string = (const char *)s->text.ptr,
            .reason = limits != NULL    ? limits
                      : !e->is_found    ? "the rule does not match"
                      : s->is_satisfied ? NULL
                                        : s->reason,
        };
        tell(run, &answer);
    }
}

void vtr_suite_tell(struct vtr_test_run *run, const char *sample,
                    const struct vtr_suite_expectation *e,
                    const struct vtr_suite_found *found)
{
    struct answer answer = {.place = e->place, .sample = sample, .rule = e->rule};

    switch (e->kind) {
    case VTR_SUITE_MATCHES:
        answer.kind = VTR_TEST_MATCHES;
        answer.reason =
            e->is_found ? NULL : reason_with(run, "it does not; found: ", found->names);
        break;
    case VTR_SUITE_MISSES:
        answer.kind = VTR_TEST_MISSES;
        answer.reason = e->is_found ? "it matches" : NULL;
        break;
    case VTR_SUITE_ONLY:
        answer.kind = VTR_TEST_ONLY;
        answer.reason = found->extra_count == 0
                            ? NULL
                            : reason_with(run, "found too: ", found->extra_names);
        break;
    case VTR_SUITE_CLEAN:
        answer.kind = VTR_TEST_CLEAN;
        answer.reason =
            found->count == 0 ? NULL : reason_with(run, "found: ", found->names);
        break;
    }
    answer.reason = found->limits != NULL ? found->limits : answer.reason;
    tell(run, &answer);
    tell_strings(run, sample, e, found->limits);
}

void vtr_suite_tell_coverage(struct vtr_test_run *run, bool is_told)
{
    for (size_t i = 0; i < run->compilation->stats.rules; i++) {
        const struct vtr_compiled_rule *rule = &run->compilation->rules[i];
        const bool is_tried = run->rules.is_tried[i] != 0;
        if (vtr_suite_rule_is_private(rule) || run->is_stopped) {
            continue;
        }
        run->summary.rules++;
        run->summary.untried += is_tried ? 0 : 1;
        if (is_told && !is_tried) {
            const struct answer answer = {
                .kind = VTR_TEST_COVERED,
                .place = {rule->source, rule->offset, (uint32_t)rule->name.len},
                .sample = "",
                .rule = rule->name,
                .reason = "no sample shows that it matches",
            };
            tell(run, &answer);
        }
    }
}
