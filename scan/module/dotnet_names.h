/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Full names of the types of .NET metadata, as YARA joins them: namespace, types around
 * it, name, with dots between, and without the mark of a generic type (List`1).
 *
 * A name is made once and kept until the next file.
 */
#ifndef VTR_SCAN_MODULE_DOTNET_NAMES_H
#define VTR_SCAN_MODULE_DOTNET_NAMES_H

#include "scan/module/dotnet_metadata.h"
#include "scan/module/module.h"

struct vtr_net_names {
    struct vtr_module_run *run;
    const struct vtr_net_metadata *metadata;
    uint32_t *enclosing; /* by row of TypeDef: the type around it, or 0 */
    struct vtr_net_name *defs;
    struct vtr_net_name *refs;
};

/* False when memory is out.  Everything is in the run's arena. */
VTR_MUST_CHECK bool vtr_net_names_init(struct vtr_net_names *names,
                                       struct vtr_module_run *run,
                                       const struct vtr_net_metadata *metadata);

/* Each of these gives a text with ptr NULL when there is no such name. */

/* A string of the heap. */
struct vtr_bytes vtr_net_heap_name(const struct vtr_net_metadata *metadata,
                                   uint32_t index);

/* "space.name" up to the mark of a generic type; one alone when the other is empty. */
struct vtr_bytes vtr_net_join(struct vtr_module_run *run, struct vtr_bytes name,
                              struct vtr_bytes space);

/* The namespace of row `number` of TypeDef: of a nested type with the types around it.
 */
struct vtr_bytes vtr_net_namespace(const struct vtr_net_names *names, uint32_t number,
                                   const struct vtr_net_row *row);

/* The full name of a row of TypeDef, and of TypeRef. */
struct vtr_bytes vtr_net_def_name(const struct vtr_net_names *names, uint32_t number);
struct vtr_bytes vtr_net_ref_name(const struct vtr_net_names *names, uint32_t number);

#endif
