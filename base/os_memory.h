/* SPDX-License-Identifier: Apache-2.0 */

/* Memory in large pieces. */
#ifndef VTR_BASE_OS_MEMORY_H
#define VTR_BASE_OS_MEMORY_H

#include "base/compiler.h"

/* Pages of this length are the large ones of most processors. */
#define VTR_LARGE_PAGE_LEN ((size_t)2 << 20)

/* Memory that is going to be used from end to end, for free(); NULL when there is none.
 * Where the system has large pages it is asked for them: a piece that is met with a
 * page fault every 4 KiB takes longer to come by than to fill. */
VTR_MUST_CHECK void *vtr_memory_new_large(size_t len);

#endif
