/* SPDX-License-Identifier: Apache-2.0 */

/*
 * YARA sources in their canonical form (libvitrine-compiler).
 *
 * Formatting moves blanks and line ends, nothing else: every word and every comment
 * stays, in its order, so that what the source compiles to stays too.  It asks for
 * syntax alone: unknown modules, undefined names and conditions of the wrong type do
 * not hinder it.
 */
#ifndef VITRINE_FORMAT_H
#define VITRINE_FORMAT_H

#include "vitrine/compile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vtr_formatting; /* opaque, heap: a source, its formatted text or its errors */

/*
 * Formats a file ("-" is standard input), which is not changed.  VTR_OK: the text is
 * there.  VTR_ERROR_RULES: `*out` is set all the same; the source does not parse, and
 * the diagnostics say why.  Any other status: `*out` is not touched.
 */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_format_file(struct vtr_formatting **out,
                                                       const char *path,
                                                       struct vtr_error *err);

/* The same for a source in memory, which is copied; `path` is for the diagnostics. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_format_text(struct vtr_formatting **out,
                                                       const char *path,
                                                       struct vtr_bytes source,
                                                       struct vtr_error *err);
VTR_API void vtr_formatting_free(struct vtr_formatting *formatting);

/* The source as it was; borrowed. */
VTR_API struct vtr_bytes vtr_formatting_get_source(
    const struct vtr_formatting *formatting);

/* The canonical form; borrowed, empty when the source does not parse. */
VTR_API struct vtr_bytes vtr_formatting_get_text(
    const struct vtr_formatting *formatting);

/* What is wrong, in the order of line and column; borrowed. */
VTR_API const struct vtr_diagnostic *vtr_formatting_get_diagnostics(
    const struct vtr_formatting *formatting, size_t *count);

/* Replaces the file with the formatted text: the old bytes or the new ones, whole.  It
 * keeps its permissions and, where the system allows, its owner. */
VTR_API VTR_MUST_CHECK enum vtr_status vtr_formatting_write(
    const struct vtr_formatting *formatting, const char *path, struct vtr_error *err);

#ifdef __cplusplus
}
#endif

#endif
