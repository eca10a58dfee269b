/* SPDX-License-Identifier: Apache-2.0 */

/* The program built without libcurl: it says so where it would have to ask a server. */
#include "cli/system/os_curl.h"

#include "cli/system/failure.h"

enum vtr_status vtr_curl_new(struct vtr_curl **out,
                             const struct vtr_curl_options *options,
                             struct vtr_error *err)
{
    (void)out;
    (void)options;
    return vtr_fail(err, VTR_ERROR_VERSION, "this program was built without libcurl");
}

void vtr_curl_free(struct vtr_curl *curl)
{
    (void)curl;
}

struct vtr_transport vtr_curl_transport(struct vtr_curl *curl)
{
    (void)curl;
    return (struct vtr_transport){0};
}
