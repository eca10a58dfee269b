/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The math module: statistics of the bytes of parts of the file or of texts, and a few
 * functions of numbers.
 *
 * A text's bytes are signed numbers to mean, deviation, serial_correlation and
 * monte_carlo_pi, as they are to YARA; the file's are not.  What would divide by zero
 * is undefined.
 */
#ifndef VTR_SCAN_MODULE_MATH_H
#define VTR_SCAN_MODULE_MATH_H

#include "scan/module/module.h"

struct vtr_module_value vtr_math_abs(struct vtr_module_run *run,
                                     const struct vtr_module_call *call);
struct vtr_module_value vtr_math_count(struct vtr_module_run *run,
                                       const struct vtr_module_call *call);
struct vtr_module_value vtr_math_deviation(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);
struct vtr_module_value vtr_math_entropy(struct vtr_module_run *run,
                                         const struct vtr_module_call *call);
struct vtr_module_value vtr_math_in_range(struct vtr_module_run *run,
                                          const struct vtr_module_call *call);
struct vtr_module_value vtr_math_max(struct vtr_module_run *run,
                                     const struct vtr_module_call *call);
struct vtr_module_value vtr_math_mean(struct vtr_module_run *run,
                                      const struct vtr_module_call *call);
struct vtr_module_value vtr_math_min(struct vtr_module_run *run,
                                     const struct vtr_module_call *call);
struct vtr_module_value vtr_math_mode(struct vtr_module_run *run,
                                      const struct vtr_module_call *call);
struct vtr_module_value vtr_math_monte_carlo_pi(struct vtr_module_run *run,
                                                const struct vtr_module_call *call);
struct vtr_module_value vtr_math_percentage(struct vtr_module_run *run,
                                            const struct vtr_module_call *call);
struct vtr_module_value vtr_math_serial_correlation(struct vtr_module_run *run,
                                                    const struct vtr_module_call *call);
struct vtr_module_value vtr_math_to_number(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);
struct vtr_module_value vtr_math_to_string(struct vtr_module_run *run,
                                           const struct vtr_module_call *call);

#endif
