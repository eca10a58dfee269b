/* SPDX-License-Identifier: Apache-2.0 */

/* The few compiler extensions that the project uses, each with a portable fallback. */
#ifndef VTR_BASE_COMPILER_H
#define VTR_BASE_COMPILER_H

#include "vitrine/common.h" /* VTR_API, VTR_MUST_CHECK */

#if defined(__GNUC__) || defined(__clang__)
# define VTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
# define VTR_LIKELY(x)         __builtin_expect(!!(x), 1)
# define VTR_UNLIKELY(x)       __builtin_expect(!!(x), 0)
# define VTR_PREFETCH(address) __builtin_prefetch(address)
# define VTR_ALWAYS_INLINE     inline __attribute__((always_inline))
/* The number of the lowest bit that is set in 32 bits, of which one is. */
# define VTR_LOWEST_BIT(bits) ((unsigned)__builtin_ctz(bits))
#else
# define VTR_PRINTF(fmt, args)
# define VTR_LIKELY(x)         (x)
# define VTR_UNLIKELY(x)       (x)
# define VTR_PREFETCH(address) ((void)(address))
# define VTR_ALWAYS_INLINE     inline
# define VTR_LOWEST_BIT(bits)                                                   \
  ((((bits)&0xFFFFu) == 0) * 16u + (((bits) & -(bits)&0xFF00FF00u) != 0) * 8u + \
   (((bits) & -(bits)&0xF0F0F0F0u) != 0) * 4u +                                 \
   (((bits) & -(bits)&0xCCCCCCCCu) != 0) * 2u + (((bits) & -(bits)&0xAAAAAAAAu) != 0))
#endif

/* Functions for processors that have these vectors: called where base/os_cpu.h says so,
 * and compiled where the processor's family may have them (scan/kernel/CMakeLists.txt).
 */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
# define VTR_HAS_X86_VECTORS 1
# define VTR_TARGET_AVX2     __attribute__((target("avx2,bmi,popcnt")))
# define VTR_TARGET_AVX512   __attribute__((target("avx512f,avx512bw,popcnt,bmi")))
#else
# define VTR_HAS_X86_VECTORS 0
#endif
#if defined(__aarch64__) && !defined(__AARCH64EB__) && \
    (defined(__GNUC__) || defined(__clang__))
# define VTR_HAS_NEON 1 /* in every such processor */
#else
# define VTR_HAS_NEON 0
#endif

/* A function of loops that gain from wider vectors than every processor has, or from
 * the widest: compiled for each, chosen when the program starts.  Where that needs more
 * than the compiler (glibc's loader) or is in the way (sanitizers), for every processor
 * alone. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && \
    !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) &&          \
    !defined(__SANITIZE_THREAD__)
# define VTR_VECTOR_CLONES __attribute__((target_clones("avx2", "default")))
# if __GNUC__ >= 12
#  define VTR_WIDE_VECTOR_CLONES \
   __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
# else
#  define VTR_WIDE_VECTOR_CLONES VTR_VECTOR_CLONES
# endif
#else
# define VTR_VECTOR_CLONES
# define VTR_WIDE_VECTOR_CLONES
#endif

/* Whether the address sanitizer watches: memory pools then give every piece a block of
 * its own, so that an overrun of one is seen. */
#if defined(__SANITIZE_ADDRESS__)
# define VTR_HAS_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
# if __has_feature(address_sanitizer)
#  define VTR_HAS_ADDRESS_SANITIZER 1
# endif
#endif
#ifndef VTR_HAS_ADDRESS_SANITIZER
# define VTR_HAS_ADDRESS_SANITIZER 0
#endif

#endif
