/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Where the time of scans goes: by string, condition and module.
 *
 * Spans lie inside each other; what an inner one took is not counted to the outer one.
 * Without a profile (NULL) a span costs a comparison.
 */
#ifndef VTR_SCAN_RUN_PROFILE_H
#define VTR_SCAN_RUN_PROFILE_H

#include "base/compiler.h"
#include "format/image/image.h"
#include "vitrine/scan.h"

struct vtr_profile; /* opaque, heap; of one scanner */

VTR_MUST_CHECK struct vtr_profile *vtr_profile_new(const struct vtr_image *image);
void vtr_profile_free(struct vtr_profile *profile);

struct vtr_profile_span {
    uint64_t start_ns;
    uint64_t outer_ns; /* of the spans inside the one around, so far */
};

/* What the functions below do when there is a profile. */
struct vtr_profile_span vtr_profile_enter(struct vtr_profile *profile);
void vtr_profile_leave(struct vtr_profile *profile, const struct vtr_profile_span *span,
                       enum vtr_cost_kind kind, uint32_t number);
void vtr_profile_leave_pattern(struct vtr_profile *profile,
                               const struct vtr_profile_span *span, uint32_t pattern,
                               uint64_t match_count);

static inline struct vtr_profile_span vtr_profile_begin(struct vtr_profile *profile)
{
    return VTR_UNLIKELY(profile != NULL) ? vtr_profile_enter(profile)
                                         : (struct vtr_profile_span){0};
}

/* Counts the span to the string `number`, the condition of the rule `number`, or the
 * module that has the row `number` of format/modules/module_table.h. */
static inline void vtr_profile_end(struct vtr_profile *profile,
                                   const struct vtr_profile_span *span,
                                   enum vtr_cost_kind kind, uint32_t number)
{
    if (VTR_UNLIKELY(profile != NULL)) {
        vtr_profile_leave(profile, span, kind, number);
    }
}

/* The same for what a file leaves to do for a string when its matches are known. */
static inline void vtr_profile_finish(struct vtr_profile *profile,
                                      const struct vtr_profile_span *span,
                                      uint32_t pattern, uint64_t match_count)
{
    if (VTR_UNLIKELY(profile != NULL)) {
        vtr_profile_leave_pattern(profile, span, pattern, match_count);
    }
}

/* Adds what a profile of the same image has. */
void vtr_profile_add(struct vtr_profile *profile, const struct vtr_profile *more);

/* Tells of every cost, by kind, the greatest first.  VTR_ERROR_MEMORY: of none. */
VTR_MUST_CHECK enum vtr_status vtr_profile_tell(const struct vtr_profile *profile,
                                                vtr_cost_fn tell, void *context);

#endif
