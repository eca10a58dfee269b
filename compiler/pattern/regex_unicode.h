/* SPDX-License-Identifier: Apache-2.0 */

/* Characters of Unicode in expressions over bytes: YARA-X's flag u. */
#ifndef VTR_COMPILER_PATTERN_REGEX_UNICODE_H
#define VTR_COMPILER_PATTERN_REGEX_UNICODE_H

#include "compiler/pattern/regex_build.h"

/* How many bytes the character at `at` has in UTF-8; 0: there is no such character. */
size_t vtr_regex_character_len(struct vtr_bytes text, size_t at);

/* One of the characters of ASCII in `ascii`, or any other in UTF-8. */
struct vtr_regex_node *vtr_regex_new_any_character(struct vtr_regex_builder *builder,
                                                   const struct vtr_byte_set *ascii);

#endif
