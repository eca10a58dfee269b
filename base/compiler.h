/* SPDX-License-Identifier: Apache-2.0 */

/* The few compiler extensions that the project uses, each with a portable fallback. */
#ifndef VTR_BASE_COMPILER_H
#define VTR_BASE_COMPILER_H

#include "vitrine/common.h" /* VTR_API, VTR_MUST_CHECK */

#if defined(__GNUC__) || defined(__clang__)
# define VTR_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
# define VTR_LIKELY(x)         __builtin_expect(!!(x), 1)
# define VTR_UNLIKELY(x)       __builtin_expect(!!(x), 0)
#else
# define VTR_PRINTF(fmt, args)
# define VTR_LIKELY(x)   (x)
# define VTR_UNLIKELY(x) (x)
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
