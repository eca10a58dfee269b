/* SPDX-License-Identifier: Apache-2.0 */

#include "base/lane_queue.h"

size_t vtr_lane_queue_take(struct vtr_lane_queue *queue)
{
    for (;;) {
        while (queue->next < queue->count) {
            const size_t number = queue->next++;
            const size_t len = queue->runs[number].len;

            if ((len > queue->long_len) != queue->are_long_started &&
                len <= queue->len_max) {
                return number;
            }
        }
        if (queue->are_long_started) {
            return queue->count;
        }
        queue->are_long_started = true;
        queue->next = 0;
    }
}
