/* SPDX-License-Identifier: Apache-2.0 */

/* Names of which the macho module computes a digest: sorted, each once, with commas
 * between, without spaces around them, in lower case unless that is said otherwise. */
#ifndef VTR_SCAN_MODULE_MACHO_NAMES_H
#define VTR_SCAN_MODULE_MACHO_NAMES_H

#include "scan/module/module.h"

/* {.run = run} is an empty one.  Memory is the run's: nothing is to be freed. */
struct vtr_macho_names {
    struct vtr_module_run *run;
    bool is_case_kept;
    struct vtr_bytes *names;
    uint32_t count;
    uint32_t cap;
    size_t len; /* bytes of all, and one for each */
};

/* Whether two names are the same but for upper and lower case. */
bool vtr_macho_name_is_same(struct vtr_bytes a, struct vtr_bytes b);

/* Adds a name.  False when they are too many, or when work or memory are out. */
VTR_MUST_CHECK bool vtr_macho_names_add(struct vtr_macho_names *names,
                                        struct vtr_bytes name);

/* Their MD5 in lower-case hexadecimal; undefined when work or memory are out. */
struct vtr_module_value vtr_macho_names_md5(struct vtr_macho_names *names);

#endif
