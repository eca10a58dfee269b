/* SPDX-License-Identifier: Apache-2.0 */

/* The pages of docs/diagnostics, which the program carries along. */
#ifndef VTR_CLI_REPORT_DIAGNOSTIC_PAGE_H
#define VTR_CLI_REPORT_DIAGNOSTIC_PAGE_H

#include "vitrine/common.h"

struct vtr_diagnostic_page {
    const char *code;
    const char *text; /* Markdown: "# CODE", what it means, examples */
};

/* Ascending by code; made by cmake/EmbedPages.cmake. */
extern const struct vtr_diagnostic_page vtr_diagnostic_pages[];
extern const size_t vtr_diagnostic_page_count;

/* The page of a code; "" when there is none. */
const char *vtr_diagnostic_page_of(const char *code);

/* What a page says before its examples, without its title. */
struct vtr_bytes vtr_diagnostic_page_meaning(const char *page);

#endif
