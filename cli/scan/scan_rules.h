/* SPDX-License-Identifier: Apache-2.0 */

/* The rules of a scan: a database, or sources that are compiled in memory first. */
#ifndef VTR_CLI_SCAN_SCAN_RULES_H
#define VTR_CLI_SCAN_SCAN_RULES_H

#include "cli/scan/scan_arguments.h"
#include "cli/system/os_input.h"
#include "vitrine/scan.h"

/* {0} is safe to deinit. */
struct vtr_scan_rules {
    struct vtr_database *database;
    uint8_t *image; /* of sources; NULL: the database is a file */
    bool is_compiled;

    struct vtr_module_data *module_data; /* names are those of the arguments */
    char **module_names;
    struct vtr_input *module_files;
    size_t module_data_count;
};

/* Opens or compiles `path` and reads what the modules are told.  False when there are
 * no rules to scan with; standard error says why. */
VTR_MUST_CHECK bool vtr_scan_rules_init(struct vtr_scan_rules *out, const char *path,
                                        const struct vtr_scan_arguments *arguments);
void vtr_scan_rules_deinit(struct vtr_scan_rules *rules);

#endif
