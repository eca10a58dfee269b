/* SPDX-License-Identifier: Apache-2.0 */

/* How the program's client reaches a repository: http, https and file, by libcurl. */
#ifndef VTR_CLI_SYSTEM_OS_CURL_H
#define VTR_CLI_SYSTEM_OS_CURL_H

#include <stdbool.h>

#include "vitrine/update.h"

struct vtr_curl_options {
    const char *const *urls; /* borrowed, as is all of this; at least one */
    size_t url_count;
    const char *ca_file;      /* certificates to trust instead of the system's; NULL */
    uint64_t timeout_seconds; /* for everything together; at most a hundred years */
    uint64_t slow_bytes;      /* a second; slower for half a minute is too slow */
};

struct vtr_curl; /* opaque, heap, one thread */

/* VTR_ERROR_ARGUMENT for an address of another kind. */
VTR_MUST_CHECK enum vtr_status vtr_curl_new(struct vtr_curl **out,
                                            const struct vtr_curl_options *options,
                                            struct vtr_error *err);
void vtr_curl_free(struct vtr_curl *curl);

/* Borrows. */
struct vtr_transport vtr_curl_transport(struct vtr_curl *curl);

#endif
