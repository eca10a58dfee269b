/* SPDX-License-Identifier: Apache-2.0 */

#include "base/os_cpu.h"

#if VTR_HAS_X86_VECTORS
static bool has_avx2(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw");
}
#else
static bool has_avx2(void)
{
    return false;
}

static bool has_avx512(void)
{
    return false;
}
#endif

bool vtr_cpu_has_vectors(enum vtr_vectors vectors)
{
    switch (vectors) {
    case VTR_VECTORS_NONE:
        return true;
    case VTR_VECTORS_AVX2:
        return has_avx2();
    case VTR_VECTORS_AVX512:
        return has_avx512();
    case VTR_VECTORS_NEON:
        return VTR_HAS_NEON != 0;
    }
    return false;
}

enum vtr_vectors vtr_cpu_get_vectors(void)
{
    static const enum vtr_vectors BEST_FIRST[] = {VTR_VECTORS_AVX512, VTR_VECTORS_AVX2,
                                                  VTR_VECTORS_NEON};

    for (size_t i = 0; i < sizeof(BEST_FIRST) / sizeof(BEST_FIRST[0]); i++) {
        if (vtr_cpu_has_vectors(BEST_FIRST[i])) {
            return BEST_FIRST[i];
        }
    }
    return VTR_VECTORS_NONE;
}
