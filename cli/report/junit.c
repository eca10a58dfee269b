/* SPDX-License-Identifier: Apache-2.0 */

#include "cli/report/junit.h"

/* Text between quotes: what XML or a terminal would obey is written otherwise. */
static void add_escaped(struct vtr_text *out, const char *text)
{
    const struct vtr_bytes bytes = vtr_text_view(text);
    size_t start = 0;

    for (size_t i = 0; i <= bytes.len; i++) {
        const char *entity = i == bytes.len        ? ""
                             : bytes.ptr[i] == '&' ? "&amp;"
                             : bytes.ptr[i] == '<' ? "&lt;"
                             : bytes.ptr[i] == '>' ? "&gt;"
                             : bytes.ptr[i] == '"' ? "&quot;"
                                                   : NULL;
        if (entity != NULL) {
            vtr_text_safe(out, (struct vtr_bytes){bytes.ptr + start, i - start});
            vtr_text_add(out, entity);
            start = i + 1;
        }
    }
}

static void add_attribute(struct vtr_text *out, const char *name, const char *value)
{
    vtr_text_add(out, " ");
    vtr_text_add(out, name);
    vtr_text_add(out, "=\"");
    add_escaped(out, value);
    vtr_text_add(out, "\"");
}

static void add_count(struct vtr_text *out, const char *name, uint64_t value)
{
    vtr_text_add(out, " ");
    vtr_text_add(out, name);
    vtr_text_add(out, "=\"");
    vtr_text_number(out, value);
    vtr_text_add(out, "\"");
}

/* A <testcase> up to its end, which is the caller's. */
static void begin_case(struct vtr_text *cases, const struct vtr_span *place,
                       const char *title)
{
    vtr_text_add(cases, "    <testcase");
    add_attribute(cases, "classname", place->path);
    add_attribute(cases, "name", title);
    add_attribute(cases, "file", place->path);
    add_count(cases, "line", place->line);
}

void vtr_junit_add(struct vtr_text *cases, const struct vtr_test_check *check,
                   const char *title)
{
    begin_case(cases, &check->place, title);
    if (check->is_passed) {
        vtr_text_add(cases, "/>\n");
        return;
    }
    vtr_text_add(cases, ">\n      <failure");
    add_attribute(cases, "message", check->reason);
    vtr_text_add(cases, "/>\n    </testcase>\n");
}

void vtr_junit_add_errors(struct vtr_text *cases, uint64_t *count,
                          const struct vtr_diagnostic *diagnostics,
                          size_t diagnostic_count)
{
    for (size_t i = 0; i < diagnostic_count; i++) {
        if (diagnostics[i].severity != VTR_SEVERITY_ERROR) {
            continue;
        }
        (*count)++;
        begin_case(cases, &diagnostics[i].span, diagnostics[i].code);
        vtr_text_add(cases, ">\n      <error");
        add_attribute(cases, "message", diagnostics[i].message);
        vtr_text_add(cases, "/>\n    </testcase>\n");
    }
}

void vtr_junit_finish(struct vtr_text *out, const struct vtr_text *cases,
                      const struct vtr_test_summary *summary, uint64_t error_count)
{
    vtr_text_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
                      "  <testsuite name=\"vitrine test\"");
    add_count(out, "tests", summary->passed + summary->failed + error_count);
    add_count(out, "failures", summary->failed);
    add_count(out, "errors", error_count);
    vtr_text_add(out, ">\n");
    vtr_text_bytes(out, vtr_text_get_bytes(cases));
    vtr_text_add(out, "  </testsuite>\n</testsuites>\n");
    out->has_failed |= cases->has_failed;
}
