/* SPDX-License-Identifier: Apache-2.0 */

/* What modules find in a file: as text like YARA's, or as a JSON object. */
#ifndef VTR_CLI_REPORT_MODULE_PRINT_H
#define VTR_CLI_REPORT_MODULE_PRINT_H

#include "cli/report/json.h"
#include "vitrine/scan.h"

/* One file's; {0} before the first node. */
struct vtr_module_print {
    struct vtr_json json;
    unsigned depth;
    bool is_json;
    bool is_in_array[VTR_JSON_DEPTH_MAX]; /* by depth: items have no names */
};

/* The next node of the file `path`. */
void vtr_module_print_finding(struct vtr_module_print *print, struct vtr_text *out,
                              const struct vtr_finding *node, const char *path);

#endif
