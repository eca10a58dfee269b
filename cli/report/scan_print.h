/* SPDX-License-Identifier: Apache-2.0 */

/* How a detection is said: as text like YARA's, or as a JSON object. */
#ifndef VTR_CLI_REPORT_SCAN_PRINT_H
#define VTR_CLI_REPORT_SCAN_PRINT_H

#include "cli/report/text.h"
#include "vitrine/scan.h"

struct vtr_scan_style {
    bool has_strings;
    bool has_lengths;
    bool has_keys; /* of xor strings, with the plain text */
    bool has_tags;
    bool has_metas;
    bool has_spaces;
    bool is_json;
    bool is_terminal; /* what it would obey in the names of files is spelt \xNN */
};

/* The path of a file as text. */
void vtr_scan_print_path(struct vtr_text *out, const struct vtr_scan_style *style,
                         const char *path);

/* One detection in the file `path`, with its line end. */
void vtr_scan_print(struct vtr_text *out, const struct vtr_scan_style *style,
                    const struct vtr_detection *detection, const char *path);

/* Which string first came to VTR_SCAN_LIMIT_MATCHES and VTR_SCAN_LIMIT_REGEX, and which
 * module to VTR_SCAN_LIMIT_MODULE, where it was one; else all is empty. */
struct vtr_scan_limited {
    struct vtr_limited_string matches;
    struct vtr_limited_string steps;
    struct vtr_limited_string module;
    const char *module_report; /* the path of what that was given; NULL: nothing */
};

/* JSON: an object that says what of the scan of `path` was incomplete. */
void vtr_scan_print_limits(struct vtr_text *out, const char *path, unsigned limits,
                           const struct vtr_scan_limited *limited);

/* JSON: an object that says why `path` was not scanned; `key`: "error" or "skipped". */
void vtr_scan_print_end(struct vtr_text *out, const char *path, const char *key,
                        const char *reason);

/* A line that a condition logged through the console module. */
void vtr_scan_print_log(struct vtr_text *out, const struct vtr_scan_style *style,
                        struct vtr_bytes line, const char *path);

/* JSON: an object that says how many rules `path` satisfies. */
void vtr_scan_print_count(struct vtr_text *out, const char *path, uint64_t count);

/* What a VTR_SCAN_* bit means, for people: a complaint before the path's name. */
void vtr_scan_say_limit(struct vtr_text *out, unsigned bit,
                        const struct vtr_scan_limited *limited);

#endif
