/* SPDX-License-Identifier: Apache-2.0 */

/* The order in which messages go to the lanes of a hash: the long ones first, since one
 * that began last would keep a single lane busy. */
#ifndef VTR_BASE_LANE_QUEUE_H
#define VTR_BASE_LANE_QUEUE_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_lane_queue {
    const struct vtr_bytes *runs;
    size_t count;
    size_t long_len; /* longer ones have their turn first, */
    size_t len_max;  /* and still longer ones none */
    size_t next;     /* of the runs, to be looked at */
    bool are_long_started;
};

/* The number of the next message, each once; `count` when there is none. */
size_t vtr_lane_queue_take(struct vtr_lane_queue *queue);

#endif
