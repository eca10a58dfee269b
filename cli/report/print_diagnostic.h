/* SPDX-License-Identifier: Apache-2.0 */

/* How a problem in rule sources looks: the one printer for text and for JSON. */
#ifndef VTR_CLI_REPORT_PRINT_DIAGNOSTIC_H
#define VTR_CLI_REPORT_PRINT_DIAGNOSTIC_H

#include "cli/report/json.h"
#include "cli/report/text.h"
#include "vitrine/compile.h"

/* Message, place, source line with carets, the second place, note and help, what to
 * write as a line before and after; an empty line behind it all. */
void vtr_print_diagnostic(struct vtr_text *out, const struct vtr_diagnostic *diagnostic,
                          bool is_coloured);

/* The same as one JSON object, without a line end. */
void vtr_json_diagnostic(struct vtr_json *json,
                         const struct vtr_diagnostic *diagnostic);

/* Several: for people, or a line of JSON each. */
void vtr_print_diagnostics(struct vtr_text *out,
                           const struct vtr_diagnostic *diagnostics, size_t count,
                           bool is_json, bool is_coloured);

/* Whether a span, or NULL, names a place at all. */
bool vtr_has_place(const struct vtr_span *span);

/* "path:line:column", without what is not known. */
void vtr_print_place(struct vtr_text *out, const struct vtr_span *span);

/* "path", "line" and "column" as members of the object that is open. */
void vtr_json_place(struct vtr_json *json, const struct vtr_span *span);

#endif
