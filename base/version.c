/* SPDX-License-Identifier: Apache-2.0 */

/* The library's version, which the build takes from the project's one statement of it.
 */
#include "vitrine/common.h"

const char *vtr_version(void)
{
    return VTR_VERSION;
}
