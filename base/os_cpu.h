/* SPDX-License-Identifier: Apache-2.0 */

/* What vectors the processor has, of those that the project has code for. */
#ifndef VTR_BASE_OS_CPU_H
#define VTR_BASE_OS_CPU_H

#include <stdbool.h>

#include "base/compiler.h"

enum vtr_vectors {
    VTR_VECTORS_NONE = 0, /* plain C */
    VTR_VECTORS_AVX2 = 1,
    VTR_VECTORS_AVX512 = 2, /* F and BW */
    VTR_VECTORS_NEON = 3    /* of 64-bit ARM */
};
#define VTR_VECTORS_COUNT 4u

/* Whether code for these vectors runs here; NONE always does. */
bool vtr_cpu_has_vectors(enum vtr_vectors vectors);

/* The best that run here. */
enum vtr_vectors vtr_cpu_get_vectors(void);

#endif
