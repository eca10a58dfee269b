/* SPDX-License-Identifier: Apache-2.0 */

/* Growing array of elements of one size.  {0} with `size` set is a valid empty one. */
#ifndef VTR_BASE_VECTOR_H
#define VTR_BASE_VECTOR_H

#include <stdbool.h>

#include "base/compiler.h"

struct vtr_vector {
    void *items; /* owned, from malloc; cast to the element's type */
    size_t count;
    size_t cap;
    size_t size; /* of an element, in bytes */
};

void vtr_vector_init(struct vtr_vector *v, size_t size);
void vtr_vector_deinit(struct vtr_vector *v);

/* Makes room for `count` elements in all, so that nothing moves until there are more;
 * false when memory is out (nothing changed). */
VTR_MUST_CHECK bool vtr_vector_reserve(struct vtr_vector *v, size_t count);

/* A zeroed new last element, or NULL when memory is out (nothing changed).  Pointers
 * to elements are valid until the next push. */
VTR_MUST_CHECK void *vtr_vector_push(struct vtr_vector *v);

#endif
