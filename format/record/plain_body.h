/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Bodies of rules and external variables with their masks taken off: what is the same
 * in two of them is then the same bytes wherever it stands, for those who compare or
 * compress bodies.  Masking is its own inverse.
 */
#ifndef VTR_FORMAT_RECORD_PLAIN_BODY_H
#define VTR_FORMAT_RECORD_PLAIN_BODY_H

#include <stdbool.h>

#include "base/compiler.h"

/* Takes the masks of `len` bytes at `body` off, or puts them on again: of metas and of
 * patterns; a condition stays as it is.  False when it is not a rule's body, which is
 * then neither; any bytes are safe. */
VTR_MUST_CHECK bool vtr_rule_flip_masks(uint8_t *body, size_t len);

/* The same for an external variable. */
VTR_MUST_CHECK bool vtr_external_flip_masks(uint8_t *body, size_t len);

#endif
