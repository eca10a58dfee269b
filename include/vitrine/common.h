/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What every public header of Vitrine shares: borrowed bytes, status, error.
 *
 * Usable from C99 and C++.  Nothing here allocates or owns anything.
 */
#ifndef VITRINE_COMMON_H
#define VITRINE_COMMON_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
# define VTR_API        __attribute__((visibility("default")))
# define VTR_MUST_CHECK __attribute__((warn_unused_result))
#else
# define VTR_API
# define VTR_MUST_CHECK
#endif

/* Length in bytes of the digests that identify databases and trees of records. */
#define VTR_DIGEST_LEN 32

/* A borrowed run of bytes.  `ptr` may be NULL only with `len` 0. */
struct vtr_bytes {
    const uint8_t *ptr;
    size_t len; /* in bytes */
};

/* What a fallible function returns.  The numbers are part of the ABI. */
enum vtr_status {
    VTR_OK = 0,
    VTR_ERROR_MEMORY = 1,    /* an allocation failed */
    VTR_ERROR_IO = 2,        /* the system refused: see os_errno */
    VTR_ERROR_FORMAT = 3,    /* bytes are not what their format promises */
    VTR_ERROR_VERSION = 4,   /* well-formed, but for another version of Vitrine */
    VTR_ERROR_LIMIT = 5,     /* a stated limit was reached */
    VTR_ERROR_ARGUMENT = 6,  /* the caller asked for something impossible */
    VTR_ERROR_RULES = 7,     /* rule sources have errors: see the diagnostics */
    VTR_ERROR_SIGNATURE = 8, /* no trusted key vouches for these bytes */
    VTR_ERROR_MISMATCH = 9,  /* two digests or lengths that must be equal are not */
    VTR_ERROR_EXPIRED = 10,  /* it was to be believed for some time, which is over */
    VTR_ERROR_ROLLBACK = 11, /* older than what has been seen already */
    VTR_ERROR_GAP = 12,      /* not the one that comes next */
    VTR_ERROR_MIXED = 13     /* parts of different releases */
};

/*
 * Why a call failed.  The caller owns it and may pass NULL.  Written on failure only.
 * Text is NUL-terminated and cut to fit.
 */
struct vtr_error {
    enum vtr_status status;
    int os_errno;      /* 0 when the system was not the cause */
    uint64_t offset;   /* byte offset in the file; meaningful when `section` is set */
    char section[24];  /* part of the file, "" when none */
    char message[512]; /* lower case, no full stop, the fault first */
};

/* Library version, "MAJOR.MINOR.PATCH".  Static storage. */
VTR_API const char *vtr_version(void);

#endif
