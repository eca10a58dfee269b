/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Values of the external variables that the rules of a database name: what the database
 * says, or what a scanner was told instead.
 */
#ifndef VTR_SCAN_CONDITION_EXTERNAL_H
#define VTR_SCAN_CONDITION_EXTERNAL_H

#include <stddef.h>

#include "base/arena.h"
#include "scan/condition/value.h"

struct vtr_image;

struct vtr_external_setting {
    struct vtr_bytes name; /* the database's */
    struct vtr_value value;
};

/* What a scanner was told.  {0} is nothing. */
struct vtr_external_settings {
    struct vtr_arena arena;
    struct vtr_external_setting *items; /* of the arena */
    size_t count;
};

/* Reads "NAME=VALUE" texts, each value by the type that the database gives the name.
 * VTR_ERROR_ARGUMENT: not of this form, a name that the database has not or that is
 * given twice, or a value that its type has not; the message says which there are. */
VTR_MUST_CHECK enum vtr_status vtr_external_settings_init(
    struct vtr_external_settings *out, const struct vtr_image *image,
    const char *const *defines, size_t count, struct vtr_error *err);
void vtr_external_settings_deinit(struct vtr_external_settings *settings);

/* Undefined when the database has none of that name. */
struct vtr_value vtr_external_value(const struct vtr_image *image,
                                    const struct vtr_external_settings *settings,
                                    struct vtr_bytes name);

#endif
